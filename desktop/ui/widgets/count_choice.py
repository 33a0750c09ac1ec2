"""A choice among values with a count beside each; the first choice leaves everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from desktop.ui.wording import thousands

_LETTERS = 10


@dataclass(frozen=True, slots=True)
class CountedValue:
    """A value to choose; ``count`` is ``None`` while it is not known."""

    value: str
    label: str
    count: int | None = None


class CountChoice(QComboBox):
    """Narrow by its own words, wide when it is open.

    Signals:
        picked: somebody chose another value.
    """

    picked = Signal()

    def __init__(
        self, *, name: str, label: str, everything: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setToolTip(label)
        self._everything = everything
        self._labels: dict[str, str] = {}
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_LETTERS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(20)
        self.addItem(everything, "")
        self.activated.connect(lambda _number: self.picked.emit())

    @property
    def value(self) -> str:
        """What is chosen; "" for everything."""
        return str(self.currentData() or "")

    def offer(self, values: Sequence[CountedValue]) -> None:
        """These values with their counts; what is chosen stays, with its name if it is known."""
        chosen = self.value
        self._labels |= {value.value: value.label for value in values}
        self.clear()
        self.addItem(self._everything, "")
        for value in values:
            self._add(value)
        self.choose(chosen)
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 32)

    def uncount(self) -> None:
        """What was offered stays; the counts are not those of this list."""
        offered = [str(self.itemData(number)) for number in range(1, self.count())]
        self.offer([CountedValue(value, self._labels.get(value, value)) for value in offered])

    def choose(self, value: str) -> None:
        """Let a value hold without telling; one that is not offered is added."""
        if value and self.findData(value) < 0:
            self._add(CountedValue(value, self._labels.get(value, value)))
        self.setCurrentIndex(max(self.findData(value), 0))

    def _add(self, value: CountedValue) -> None:
        count = "" if value.count is None else f" ({thousands(value.count)})"
        self.addItem(f"{value.label}{count}", value.value)
