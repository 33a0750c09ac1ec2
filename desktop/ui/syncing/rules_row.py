"""When this register syncs by itself, and a pause of that."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QPushButton, QWidget

from desktop.ui.auto_sync import AutoSync, Waiting


class RulesRow(QWidget):
    """Two rules and a pause; the page tells when they may be others."""

    def __init__(self, *, auto: AutoSync) -> None:
        super().__init__()
        self._auto = auto
        self._automatic = QCheckBox(self.tr("Tự đồng bộ khi có mạng"))
        self._automatic.setObjectName("check:automatic")
        self._automatic.toggled.connect(auto.set_automatic)
        self._on_metered = QCheckBox(self.tr("Cả khi mạng tính tiền theo dung lượng"))
        self._on_metered.setObjectName("check:on_metered")
        self._on_metered.toggled.connect(auto.set_on_metered)
        self._pause = QPushButton(self.tr("Tạm dừng"))
        self._pause.setObjectName("button:pause")
        self._pause.setProperty("kind", "small")
        menu = QMenu(self._pause)
        for words, slot in (
            (self.tr("Một giờ"), self._pause_an_hour),
            (self.tr("Đến giờ này ngày mai"), self._pause_the_day),
            (self.tr("Đến khi khóa hoặc đóng sổ"), self._pause_here),
        ):
            menu.addAction(words).triggered.connect(slot)
        self._pause.setMenu(menu)
        self._resume = QPushButton(self.tr("Tiếp tục tự đồng bộ"))
        self._resume.setObjectName("button:resume")
        self._resume.setProperty("kind", "small")
        self._resume.clicked.connect(auto.resume)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 0, 0)
        layout.setSpacing(18)
        for widget in (self._automatic, self._on_metered, self._pause, self._resume):
            layout.addWidget(widget)
        layout.addStretch(1)

    def show_rules(self) -> None:
        """As they are now."""
        rules, waiting = self._auto.rules, self._auto.waiting
        for box, wanted in (
            (self._automatic, rules.is_automatic),
            (self._on_metered, rules.on_metered),
        ):
            box.blockSignals(True)
            box.setChecked(wanted)
            box.blockSignals(False)
        self._on_metered.setEnabled(rules.is_automatic)
        self._pause.setVisible(rules.is_automatic and waiting is not Waiting.PAUSED)
        self._resume.setVisible(rules.is_automatic and waiting is Waiting.PAUSED)

    def _pause_an_hour(self) -> None:
        self._auto.pause_for(hours=1)

    def _pause_the_day(self) -> None:
        self._auto.pause_for(hours=24)

    def _pause_here(self) -> None:
        self._auto.pause(None)
