"""What can be recorded about somebody, by a digit; what was recorded is undone by the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

_WIDTH, _LINE_HEIGHT = 560, 34


@unique
class Deed(Enum):
    """What can be done."""

    BACK = "back"
    UNDO = "undo"
    DEATH = "death"
    DEPARTURE = "departure"
    ARRIVAL = "arrival"
    CORRECTION = "correction"
    SPLIT = "split"
    MERGE = "merge"
    HEAD = "head"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class LifeItem:
    """One line of the menu; ``event_id`` and ``document_id`` of what is undone."""

    deed: Deed
    text: str
    document_id: str = ""
    event_id: str = ""


class LifeMenu(QDialog):
    """Lines to choose from.

    Signals:
        chosen: a ``LifeItem``.
    """

    chosen = Signal(object)

    def __init__(self, *, title: str, items: Sequence[LifeItem], parent: QWidget) -> None:
        super().__init__(parent)
        self._items = list(items)
        self.setObjectName("life_menu")
        self.setWindowTitle(self.tr("Biến động"))
        heading = QLabel(title)
        heading.setProperty("kind", "heading")
        heading.setWordWrap(True)
        self._list = _Lines()
        self._list.setObjectName("list:life")
        self._list.setAccessibleName(title)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for number, item in enumerate(self._items, 1):
            key = f"{number}   " if number <= 9 else "     "
            line = QListWidgetItem(key + item.text)
            line.setSizeHint(QSize(0, _LINE_HEIGHT))
            line.setToolTip(item.text)
            self._list.addItem(line)
        self._list.setCurrentRow(0)
        self._list.setMinimumSize(_WIDTH, (_LINE_HEIGHT + 1) * len(self._items) + 6)
        self._list.taken.connect(self._take)
        self._list.itemClicked.connect(lambda line: self._take(self._list.row(line)))
        hint = QLabel(self.tr("Phím số hoặc Enter để chọn, Esc để thôi."))
        hint.setProperty("kind", "muted")
        close = QPushButton(self.tr("Thôi"))
        close.setObjectName("button:close_life_menu")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(hint, 1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(heading)
        layout.addWidget(self._list)
        layout.addLayout(foot)
        self._list.setFocus()

    def _take(self, row: int) -> None:
        if 0 <= row < len(self._items):
            self.accept()
            self.chosen.emit(self._items[row])


class _Lines(QListWidget):
    """Digits and Enter take a line.

    Signals:
        taken: the line at this place.
    """

    taken = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk."""
        if event.text().isdigit() and event.text() != "0":
            self.taken.emit(int(event.text()) - 1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit(self.currentRow())
        else:
            super().keyPressEvent(event)
