"""The people of a list: several are chosen by keys, columns stand as the user wants them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QWidget

from desktop.domain.people import PersonId, PersonRow
from desktop.domain.worklists import ListLook, Order
from desktop.ui.models.rows import RowsModel
from desktop.ui.widgets.table import Table

#: The column that takes what is left, and is always there.
MAIN = "name"


class PeopleTable(Table):
    """Whole rows; Shift and Ctrl with the arrows, Ctrl+Space and Ctrl+A choose several.

    Signals:
        chosen_changed: others are chosen.
        look_changed: the user moved, sized or hid a column.
        left: back to the lists.
        undo_asked: Ctrl+Z.
    """

    chosen_changed = Signal()
    look_changed = Signal()
    left = Signal()
    undo_asked = Signal()

    def __init__(
        self,
        *,
        model: RowsModel[PersonRow],
        names: Sequence[str],
        label: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name="table:list_people", label=label, model=model, parent=parent)
        self._rows = model
        self._names = tuple(names)
        self._widths = {
            name: column.width for name, column in zip(names, model.columns, strict=True)
        }
        self._is_dressing = False
        self._is_whole = False
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(
            lambda place: self.columns_menu().popup(header.mapToGlobal(place))
        )
        header.sectionMoved.connect(self._tell_look)
        header.sectionResized.connect(self._tell_look)
        self.selectionModel().selectionChanged.connect(self._tell_chosen)
        model.rowsInserted.connect(self._choose_the_new)

    # -- who is chosen --

    @property
    def is_whole_list(self) -> bool:
        """Was everybody of the list chosen, also who is not fetched yet?"""
        return self._is_whole

    def chosen(self) -> list[PersonId]:
        """Who is chosen of those fetched, in the order of the list."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._rows.row(row).person_id for row in rows]

    def choose_everybody(self) -> None:
        """Also who is not fetched yet."""
        self._is_whole = False
        self.selectAll()
        self._is_whole = self._rows.rowCount() > 0
        self.chosen_changed.emit()

    def _choose_the_new(self) -> None:
        if self._is_whole:
            self.choose_everybody()

    def _tell_chosen(self, _new: QItemSelection, _old: QItemSelection) -> None:
        self._is_whole = False
        self.chosen_changed.emit()

    # -- how it looks --

    def look(self, order: Order) -> ListLook:
        """As it stands."""
        header = self.horizontalHeader()
        count = len(self._names)
        hidden = frozenset(n for i, n in enumerate(self._names) if header.isSectionHidden(i))
        places = tuple(self._names[header.logicalIndex(place)] for place in range(count))
        widths = {
            name: header.sectionSize(number)
            for number, name in enumerate(self._names)
            if name != MAIN and name not in hidden
        }
        return ListLook(order, hidden, places, widths)

    def dress(self, look: ListLook) -> None:
        """As it was kept; columns that this program does not know are passed."""
        header = self.horizontalHeader()
        self._is_dressing = True
        known = [name for name in look.places if name in self._names]
        wanted = [*known, *(name for name in self._names if name not in known)]
        for place, name in enumerate(wanted):
            header.moveSection(header.visualIndex(self._names.index(name)), place)
        for number, name in enumerate(self._names):
            header.setSectionHidden(number, name != MAIN and name in look.hidden)
            if name != MAIN:
                header.resizeSection(number, look.widths.get(name) or self._widths[name])
        header.setSectionResizeMode(self._names.index(MAIN), QHeaderView.ResizeMode.Stretch)
        self._is_dressing = False

    def columns_menu(self) -> QMenu:
        """Which columns are shown."""
        menu = QMenu(self)
        menu.setObjectName("menu:list_columns")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        header = self.horizontalHeader()
        for number, name in enumerate(self._names):
            if name == MAIN:
                continue
            action = QAction(self._rows.columns[number].title, menu)
            action.setObjectName(f"action:column_{name}")
            action.setCheckable(True)
            action.setChecked(not header.isSectionHidden(number))
            action.setData(number)
            menu.addAction(action)
        menu.triggered.connect(self._show_column)
        return menu

    def _show_column(self, action: QAction) -> None:
        self.horizontalHeader().setSectionHidden(int(action.data()), not action.isChecked())
        self._tell_look()

    def _tell_look(self, *_what: int) -> None:
        if not self._is_dressing and self.isVisible():
            self.look_changed.emit()

    # -- Qt --

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+A takes everybody; Esc and the left arrow lead back to the lists."""
        keys = event.keyCombination()
        control = Qt.KeyboardModifier.ControlModifier
        if keys == control | Qt.Key.Key_A:
            self.choose_everybody()
        elif keys == control | Qt.Key.Key_Z:
            self.undo_asked.emit()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Left):
            self.left.emit()
        else:
            super().keyPressEvent(event)
