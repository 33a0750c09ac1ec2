"""One section of a form: its heading and its questions, or one line in their place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


class SectionBox(QFrame):
    """A card. What is known and rarely changes (the household) is folded into one line.

    Signals:
        unfolded: the officer wants to see the questions.

    Attributes:
        column: where the questions go.
    """

    unfolded = Signal()

    def __init__(self, *, path: str, label: str) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._heading = QLabel(label)
        self._heading.setProperty("kind", "heading")
        self._summary = QLabel()
        self._summary.setObjectName(f"folded:{path}")
        self._summary.setWordWrap(True)
        self._button = QPushButton(self.tr("Xem, sửa"))
        self._button.setObjectName(f"button:unfold:{path}")
        self._button.setProperty("kind", "small")
        self._button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._button.clicked.connect(self._unfold_clicked)
        self._content = QWidget()
        self.column = QVBoxLayout(self._content)
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
        layout.addWidget(self._content)
        self.unfold()

    @property
    def is_folded(self) -> bool:
        """Is there only one line now?"""
        return self._content.isHidden()

    def fold(self, summary: str) -> None:
        """One line instead of the questions."""
        self._summary.setText(summary)
        self._summary.show()
        self._button.show()
        self._content.hide()

    def unfold(self) -> None:
        """The questions."""
        self._summary.hide()
        self._button.hide()
        self._content.show()

    def settle(self) -> None:
        """Lay out now."""
        for row in self._content.findChildren(QWidget, options=_DIRECT):
            if (layout := row.layout()) is not None:
                layout.activate()
        self.column.activate()
        if (layout := self.layout()) is not None:
            layout.activate()

    def _unfold_clicked(self) -> None:
        self.unfold()
        self.unfolded.emit()
