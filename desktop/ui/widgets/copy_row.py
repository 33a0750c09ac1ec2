"""A piece of an identity that is copied into another program with one click."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from desktop.ui import icons

_LABEL_WIDTH = 190


class CopyRow(QFrame):
    """Label, value, copy button."""

    def __init__(
        self, *, name: str, label: str, value: str, copied: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._copied = copied or value
        self.setProperty("kind", "copy_row")
        title = QLabel(label)
        title.setProperty("kind", "muted")
        title.setFixedWidth(_LABEL_WIDTH)
        title.setWordWrap(True)
        title.setContentsMargins(0, 1, 0, 0)  # on one line with the larger value
        words = QLabel(value)
        words.setObjectName(f"identity:{name}")
        words.setProperty("kind", "value")
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = QToolButton()
        self._button.setObjectName(f"button:copy_{name}")
        icons.put(self._button, "copy", tint="accent", size=18)
        tip = self.tr("Chép {label}").format(label=label)
        self._button.setToolTip(tip)
        self._button.setAccessibleName(tip)
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self._copy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 3, 0, 3)
        layout.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(words, 1)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._copied)
        icons.put(self._button, "check", tint="good", size=18)
