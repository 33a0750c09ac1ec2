"""A label of several lines that always has the height its width asks for."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QWidget


class WrappedLabel(QLabel):
    """Wraps its text, and insists on the lines.

    Qt's layouts ask a narrow card in a wide row how high it is at the width of the row, so that
    the last lines of a plain wrapped label are cut.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)

    def setText(self, text: str) -> None:
        """Another text, with the height it needs; a hidden one has not got its width yet."""
        super().setText(text)
        if self.isVisible():
            self._insist()
        else:
            self.setMinimumHeight(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._insist()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._insist()

    def _insist(self) -> None:
        self.setMinimumHeight(max(0, self.heightForWidth(self.width())))
