"""The line in which somebody is looked for."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit

from desktop.ui import icons
from desktop.ui.shortcuts import bind


class SearchLine(QLineEdit):
    """Says by what people are found.

    Signals:
        left_downwards: into the list below.
    """

    left_downwards = Signal()

    _picture: QAction | None = None

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("input:search")
        self.setAccessibleName(self.tr("Tìm người"))
        self.setPlaceholderText(
            self.tr("Họ tên, chữ đầu (ntm), số giấy tờ, thôn, năm sinh; “chủ hộ …”")
        )
        self.setToolTip(
            self.tr(
                "Họ tên không cần dấu, một phần cũng được: mai, nguyen mai, ntm, nt mai\n"
                "Đầu hoặc 4–6 số cuối của số định danh, CMND, mã số BHXH\n"
                "Thôn, tổ và năm sinh: mai ấp 3 1972\n"
                "Cả hộ của một chủ hộ: chủ hộ Nguyễn Văn An"
            )
        )
        self._picture = QAction(self)
        self.addAction(self._picture, QLineEdit.ActionPosition.LeadingPosition)
        self._draw_picture()
        bind(self, "Down", self.left_downwards.emit, context=Qt.ShortcutContext.WidgetShortcut)

    def changeEvent(self, event: QEvent) -> None:
        """Another appearance is worn: the picture in its colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_picture()

    def _draw_picture(self) -> None:
        if self._picture is not None:
            self._picture.setIcon(icons.icon("search", tint="muted"))
