"""What can be recorded about somebody, by a digit; what was recorded is undone by the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.ui.widgets.digit_menu import DigitMenu


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
    PART = "part"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class LifeItem:
    """One line of the menu; ``event_id`` and ``document_id`` of what is undone or parted."""

    deed: Deed
    text: str
    document_id: str = ""
    event_id: str = ""


class LifeMenu(DigitMenu):
    """What can be recorded about somebody.

    Signals:
        chosen: a ``LifeItem``.
    """

    chosen = Signal(object)

    def __init__(self, *, title: str, items: Sequence[LifeItem], parent: QWidget) -> None:
        lines = [item.text for item in items]
        super().__init__(name="life", title=title, lines=lines, parent=parent)
        self.taken.connect(lambda row: self.chosen.emit(items[row]))
