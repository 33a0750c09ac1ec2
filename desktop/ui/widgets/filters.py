"""A row of filters of which one holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from desktop.ui.wording import thousands


class Filters(QWidget):
    """Buttons like words on a line.

    Signals:
        chosen: the name of the filter that holds now.
    """

    chosen = Signal(str)

    def __init__(
        self, *, filters: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for name, label in filters:
            button = QPushButton(label)
            button.setObjectName(f"filter:{name}")
            button.setProperty("kind", "filter")
            button.setProperty("filter", name)
            button.setProperty("label", label)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(self._tell)
            self._group.addButton(button)
            layout.addWidget(button)
        layout.addStretch(1)
        self._group.buttons()[0].setChecked(True)

    @property
    def current(self) -> str:
        """The name of the filter that holds."""
        button = self._group.checkedButton()
        return "" if button is None else str(button.property("filter"))

    def choose(self, name: str) -> None:
        """Let a filter hold, as if it had been pressed."""
        for button in self._group.buttons():
            if button.property("filter") == name:
                button.click()

    def hold(self, name: str) -> None:
        """Let a filter hold without telling."""
        for button in self._group.buttons():
            if button.property("filter") == name:
                button.setChecked(True)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """How many each filter would leave; nothing stands beside one that is not counted."""
        for button in self._group.buttons():
            count = counts.get(str(button.property("filter")))
            label = str(button.property("label"))
            button.setText(label if count is None else f"{label} {thousands(count)}")

    def _tell(self) -> None:
        self.chosen.emit(self.current)
