"""One section of a form: its heading and its questions, or one line in their place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


class SectionBox(QFrame):
    """A card. What is known and rarely changes (the household) is folded into one line.

    Attributes:
        content, column: where the questions go.
        waiting_height: what it takes while its questions are not drawn (pixels).
    """

    def __init__(self, *, path: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.waiting_height = 0
        self.setProperty("kind", "card")
        self._heading = QLabel(label, self)
        self._heading.setProperty("kind", "heading")
        self._summary = QLabel(self)
        self._summary.setObjectName(f"folded:{path}")
        self._summary.setTextFormat(Qt.TextFormat.PlainText)
        self._summary.setWordWrap(True)
        self._button = QPushButton(self.tr("Xem, sửa"), self)
        self._button.setObjectName(f"button:unfold:{path}")
        self._button.setProperty("kind", "small")
        self._button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._button.clicked.connect(self.unfold)
        self.content = QWidget(self)
        self.column = QVBoxLayout(self.content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(1)
        top = QHBoxLayout()
        top.setContentsMargins(15, 0, 8, 0)
        top.setSpacing(18)
        top.addWidget(self._heading)
        top.addWidget(self._summary, 1)
        top.addWidget(self._button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 10, 8, 10)
        layout.setSpacing(3)
        layout.addLayout(top)
        layout.addWidget(self.content)
        self.unfold()

    def wait_for(self, height: int) -> None:
        """The questions will take about so much; they are drawn later."""
        self.waiting_height = height
        self.content.setMinimumHeight(height)

    def note_drawn(self) -> None:
        """The questions are there and say themselves how much they take."""
        self.content.setMinimumHeight(0)

    @property
    def is_folded(self) -> bool:
        """Is there only one line now?"""
        return self.content.isHidden()

    def fold(self, summary: str) -> None:
        """One line instead of the questions."""
        self._summary.setText(summary)
        self._summary.show()
        self._button.show()
        self.content.hide()

    def unfold(self) -> None:
        """The questions."""
        self._summary.hide()
        self._button.hide()
        self.content.show()

    def settle(self) -> None:
        """Lay out now."""
        _settle(self)


def _settle(widget: QWidget) -> None:
    """From the inside: what is inside tells how high it wants to be."""
    for inside in widget.findChildren(QWidget, options=_DIRECT):
        if not inside.isHidden() and inside.layout() is not None:
            _settle(inside)
    if (layout := widget.layout()) is not None:
        layout.activate()
