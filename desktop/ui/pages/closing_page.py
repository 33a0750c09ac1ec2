"""The last page: a snapshot is being kept before the program ends; it can be put off."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout

from desktop.ui.page import Page
from desktop.ui.widgets.wrapped_label import WrappedLabel


class ClosingPage(Page):
    """Shows how far the snapshot is.

    Signals:
        put_off: the officer wants to leave now; the next closing keeps one.
    """

    put_off = Signal()

    def __init__(self) -> None:
        super().__init__(name="closing")
        self.setAccessibleName(self.tr("Đang sao lưu"))
        self._words = QLabel(self.tr("Đang sao lưu…"))
        self._words.setObjectName("closing:progress")
        self._words.setProperty("kind", "heading")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Tiến độ sao lưu"))
        why = WrappedLabel()
        why.setText(
            self.tr(
                "Mọi thứ đã lưu trong sổ. Chương trình giữ thêm một bản sao lưu rồi tự đóng. Vội "
                "thì bấm Esc: lần đóng sau sẽ sao lưu."
            )
        )
        self._later = QPushButton(self.tr("Để lần sau (Esc)"))
        self._later.setObjectName("button:put_off")
        self._later.setShortcut("Esc")
        self._later.clicked.connect(self._put_off)
        card = QFrame()
        card.setProperty("kind", "card")
        card.setFixedWidth(520)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(32, 26, 32, 26)
        inside.setSpacing(14)
        for widget in (self._words, self._bar, why):
            inside.addWidget(widget)
        inside.addWidget(self._later, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        self.body.addStretch(1)
        self.body.addLayout(row)
        self.body.addStretch(2)

    def refresh(self) -> None:
        """The keyboard is on the only button."""
        self._later.setFocus()

    def show_progress(self, done: int, total: int) -> None:
        """How many of how many pages of the file are copied."""
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)
        percent = 100 * done // max(1, total)
        self._words.setText(self.tr("Đang sao lưu… {n} %").format(n=percent))

    def _put_off(self) -> None:
        self._later.setEnabled(False)
        self._words.setText(self.tr("Đang dừng…"))
        self.put_off.emit()
