"""The lists of a page, under headings, each with its count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop.domain.worklists import ListCount, ListGroup, WorkList
from desktop.ui import theme, wording
from desktop.ui.worklists.words import ListWords

_Index = QModelIndex | QPersistentModelIndex
_ROW_HEIGHT = 24
_COUNT_WIDTH = 72


class ChooserModel(QAbstractTableModel):
    """Headings and lists, one below the other; a count is empty until it is known."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = ListWords(self)
        self._rows: tuple[ListGroup | WorkList, ...] = ()
        self._counts: dict[WorkList, ListCount] = {}

    def show_lists(self, groups: Sequence[tuple[ListGroup, Sequence[WorkList]]]) -> None:
        """These groups; counts that are known stay."""
        rows: tuple[ListGroup | WorkList, ...] = ()
        for group, lists in groups:
            rows = (*rows, group, *lists)
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def show_count(self, worklist: WorkList, count: ListCount) -> None:
        """How many stand in this list."""
        self._counts[worklist] = count
        if (place := self.place_of(worklist)) is not None:
            self.dataChanged.emit(self.index(place, 0), self.index(place, 1))

    @property
    def counts(self) -> Mapping[WorkList, ListCount]:
        """What is known."""
        return self._counts

    def worklist(self, place: int) -> WorkList | None:
        """The list in this row; ``None`` for a heading."""
        row = self._rows[place]
        return row if isinstance(row, WorkList) else None

    def place_of(self, worklist: WorkList) -> int | None:
        """Its row."""
        return self._rows.index(worklist) if worklist in self._rows else None

    def first(self) -> WorkList | None:
        """The first list."""
        return next((row for row in self._rows if isinstance(row, WorkList)), None)

    # -- Qt --

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Headings and lists."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Name and count."""
        return 0 if parent.isValid() else 2

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """A heading cannot be chosen: the arrow keys pass it."""
        if index.isValid() and self.worklist(index.row()) is None:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words, counts, colours."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if isinstance(row, ListGroup):
            return self._heading(row, index.column(), role)
        count = self._counts.get(row)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words.title(row) if index.column() == 0 else _number(count)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._words.title(row)} {_number(count)}".strip()
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            is_empty = count is not None and count.total == 0
            return QColor(theme.color("muted" if is_empty else "text"))
        return None

    def _heading(self, group: ListGroup, column: int, role: int) -> object:
        if role == Qt.ItemDataRole.DisplayRole and column == 0:
            return self._words.group(group)
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(theme.color("accent"))
        if role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        return None


class ListChooser(QTableView):
    """Choose one list.

    Signals:
        chosen: (``WorkList``) another list is the current one.
        entered: Enter or the right arrow: on to the people of it.
    """

    chosen = Signal(object)
    entered = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("table:worklists")
        self.setAccessibleName(self.tr("Các danh sách"))
        self._model = ChooserModel(self)
        self.setModel(self._model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(_ROW_HEIGHT)
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().resizeSection(1, _COUNT_WIDTH)
        self.selectionModel().currentRowChanged.connect(self._tell_chosen)

    @property
    def lists(self) -> ChooserModel:
        """The rows."""
        return self._model

    @property
    def current(self) -> WorkList | None:
        """The list that is chosen."""
        index = self.currentIndex()
        return self._model.worklist(index.row()) if index.isValid() else None

    def choose(self, worklist: WorkList) -> None:
        """Make it the current one."""
        place = self._model.place_of(worklist)
        if place is not None:
            self.selectRow(place)

    def show_lists(self, groups: Sequence[tuple[ListGroup, Sequence[WorkList]]]) -> None:
        """These groups; what was chosen stays, else the first is."""
        before = self.current
        self._model.show_lists(groups)
        self.clearSpans()
        for place in range(self._model.rowCount()):
            if self._model.worklist(place) is None:
                self.setSpan(place, 0, 1, 2)
        wanted = before if before is not None else self._model.first()
        if wanted is not None and self.current is None:
            self.choose(wanted)

    def _tell_chosen(self, current: QModelIndex) -> None:
        worklist = self._model.worklist(current.row()) if current.isValid() else None
        if worklist is not None:
            self.chosen.emit(worklist)

    # -- Qt --

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and the right arrow go on to the people."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right):
            self.entered.emit()
            return
        super().keyPressEvent(event)


def _number(count: ListCount | None) -> str:
    if count is None:
        return "…"
    number = wording.thousands(count.total)
    return number if count.is_whole else f"> {number}"
