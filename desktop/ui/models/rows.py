"""Rows for tables: columns are a table of titles and functions; rows come page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor

from desktop.ui import theme

_Row = TypeVar("_Row")
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column(Generic[_Row]):
    """A column: what it is called, what it shows, in which colour, how wide it starts.

    Attributes:
        width: in pixels at 100 %; 0 takes what is left.
    """

    title: str
    text: Callable[[_Row], str]
    tint: Callable[[_Row], str] | None = None
    width: int = 0
    align_right: bool = False


class RowsModel(QAbstractTableModel, Generic[_Row]):
    """Shows rows; holds no rule and asks no database.

    Signals:
        page_wanted: the view scrolled to the end of what is there; ``append`` answers it.
    """

    page_wanted = Signal(int)

    def __init__(self, *, columns: Sequence[Column[_Row]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._rows: list[_Row] = []
        self._total = 0
        self._asked_from = -1

    def show_rows(self, rows: Sequence[_Row], *, total: int | None = None) -> None:
        """Start anew with a first page; ``total`` rows exist when it is not the last."""
        self.beginResetModel()
        self._rows = list(rows)
        self._total = len(rows) if total is None else max(total, len(rows))
        self._asked_from = -1
        self.endResetModel()

    def append(self, rows: Sequence[_Row], *, has_more: bool = False) -> None:
        """The next page; ``has_more`` when another follows, also behind an empty one."""
        if not rows:
            self._total = len(self._rows) + has_more
            self._asked_from = -1
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows.extend(rows)
        self._total = max(self._total, len(self._rows) + has_more)
        self.endInsertRows()

    def row(self, number: int) -> _Row:
        """The row at this place."""
        return self._rows[number]

    def rows(self) -> Sequence[_Row]:
        """Everything fetched so far."""
        return tuple(self._rows)

    @property
    def columns(self) -> Sequence[Column[_Row]]:
        """The columns, for the view's widths."""
        return self._columns

    # -- Qt --

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Rows fetched so far."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """How many columns."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, colour, alignment; the text again as tool tip."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self._columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return column.text(row)
        if role == Qt.ItemDataRole.ForegroundRole and column.tint is not None:
            return QColor(theme.color(column.tint(row)))
        if role == Qt.ItemDataRole.TextAlignmentRole and column.align_right:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """The titles of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        return None

    def canFetchMore(self, parent: _Index) -> bool:
        """Is there more than was fetched?"""
        return not parent.isValid() and len(self._rows) < self._total

    def fetchMore(self, parent: _Index) -> None:
        """Ask once for each next page."""
        if self.canFetchMore(parent) and self._asked_from != len(self._rows):
            self._asked_from = len(self._rows)
            self.page_wanted.emit(len(self._rows))
