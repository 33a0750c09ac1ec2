"""What somebody else says about an answer, under its editor: a remark, another value."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.ui import icons


class NoteLine(QFrame):
    """One line with an icon and perhaps a button that takes the value.

    Signals:
        taken: the value that the officer takes.
    """

    taken = Signal(str)

    def __init__(
        self,
        *,
        text: str,
        kind: str,
        icon: str,
        value: str = "",
        button: str = "",
        button_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._value = value
        self.setProperty("note", kind)
        self.setAccessibleName(text)
        picture = QLabel()
        icons.put(picture, icon, tint=kind, size=18)
        words = QLabel()
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setText(text)
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 5, 8, 5)
        layout.setSpacing(8)
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(words, 1)
        if button:
            layout.addWidget(self._button(button, button_name), 0, Qt.AlignmentFlag.AlignTop)

    def _button(self, text: str, name: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setProperty("kind", "small")
        button.clicked.connect(self._take)
        return button

    def _take(self) -> None:
        self.taken.emit(self._value)
