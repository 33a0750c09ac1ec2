"""A list of codes that drops down: the digits of a code choose it, letters look for words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QWidget


class CodeBox(QComboBox):
    """Nothing first, then each option with its code before it."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._digits = ""

    def offer(self, options: Sequence[tuple[str, str]], *, nothing: str = "") -> None:
        """Codes and words; ``nothing`` stands there while none is chosen."""
        self.clear()
        self.addItem(nothing, "")
        for code, words in options:
            self.addItem(f"{code}  {words}", code)

    @property
    def code(self) -> str:
        """What is chosen; "" for nothing."""
        return str(self.currentData() or "")

    def choose(self, code: object) -> None:
        """Nothing, when there is no such code."""
        self.setCurrentIndex(max(self.findData(code), 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit goes on with the one before it where there is such a code (1, then 10)."""
        digit = event.text()
        if not (digit.isascii() and digit.isdigit()):
            super().keyPressEvent(event)
            return
        for code in (self._digits + digit, digit):
            row = self.findData(code)
            if row >= 0:
                self._digits = code
                self.setCurrentIndex(row)
                self.activated.emit(row)
                return
        self._digits = ""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Digits typed elsewhere do not count."""
        self._digits = ""
        super().focusInEvent(event)
