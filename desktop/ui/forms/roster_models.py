"""The instances of a repeat as lines of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from desktop.ui import theme

Index = QModelIndex | QPersistentModelIndex


class InstancesModel(QAbstractListModel):
    """One line for each instance; words are asked for only where a line is seen.

    Args of the constructor:
        words: instance -> what is known of it, in one line.
        tint_of: instance -> the colour that says what is open in it, "" for nothing.
    """

    def __init__(self, *, words: Callable[[str], str], tint_of: Callable[[str], str]) -> None:
        super().__init__()
        self._words = words
        self._tint_of = tint_of
        self._instances: tuple[str, ...] = ()

    def show_instances(self, instances: Sequence[str]) -> None:
        """Other lines; the same ones are only read anew."""
        if tuple(instances) == self._instances:
            if instances:
                self.dataChanged.emit(self.index(0), self.index(len(instances) - 1))
            return
        self.beginResetModel()
        self._instances = tuple(instances)
        self.endResetModel()

    def instance(self, row: int) -> str:
        """The path of the instance in a line."""
        return self._instances[row]

    def row_of(self, instance: str) -> int:
        """The line of an instance; -1 when it is not there."""
        return self._instances.index(instance) if instance in self._instances else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        """How many instances there are."""
        return 0 if parent.isValid() else len(self._instances)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Number and words; coloured where something is open."""
        if not index.isValid():
            return None
        instance = self._instances[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{index.row() + 1}.  {self._words(instance)}"
        if role == Qt.ItemDataRole.ForegroundRole and (tint := self._tint_of(instance)):
            return QColor(theme.color(tint))
        return None
