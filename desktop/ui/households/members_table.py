"""The grid of members: typed like a sheet of paper, forms opened by a digit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop.domain.people import PersonId
from desktop.ui.households.cells import CellDelegate, ChoiceDelegate, TextDelegate
from desktop.ui.households.form_chips import FormsDelegate
from desktop.ui.households.members_model import FIELDS, FORMS, MembersModel
from desktop.ui.wording import Words

_ROW_HEIGHT = 36
_WIDTHS = (0, 102, 64, 112, 128, 480)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class MembersTable(QTableView):
    """Members, edited where they stand.

    Signals:
        form_opened: (row, number of the form beginning at 0).
        forms_asked: all the forms of the current line, not only those that find room in it.
        typed: letters came or went in a cell.
    """

    form_opened = Signal(int, int)
    forms_asked = Signal()
    typed = Signal()

    def __init__(self, *, model: MembersModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("table:members")
        self.setAccessibleName(self.tr("Người trong hộ"))
        self.setModel(model)
        self._members = model
        self._choices = ChoiceDelegate(model=model, parent=self)
        self._forms = FormsDelegate(self)
        self._names = TextDelegate(model=model, parent=self)
        for cells in (self._names, self._choices):
            cells.typed.connect(self.typed)
        self.setItemDelegate(self._names)
        self.setItemDelegateForColumn(FIELDS.index("sex"), self._choices)
        self.setItemDelegateForColumn(FIELDS.index("relation_to_head"), self._choices)
        self.setItemDelegateForColumn(FORMS, self._forms)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for number, width in enumerate(_WIDTHS):
            if width:
                header.resizeSection(number, width)
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)

    def offer(self, *, relations: Sequence[tuple[str, str]]) -> None:
        """What can be chosen in the columns of choices."""
        self._choices.options = {
            FIELDS.index("sex"): Words(self).sexes(),
            FIELDS.index("relation_to_head"): tuple(relations),
        }

    def typing(self) -> tuple[PersonId, str, str] | None:
        """Whose field is being typed in, and the letters so far."""
        delegates = (self._names, self._choices)
        return next((one for one in (each.typing() for each in delegates) if one), None)

    def put(self, person_id: PersonId, field: str, text: str) -> None:
        """What was half-typed in a cell stands there again."""
        row = self._members.row_of(person_id)
        if row is not None and field in FIELDS:
            index = self._members.index(row, FIELDS.index(field))
            self.setCurrentIndex(index)
            self.edit(index)
            delegate = self.itemDelegateForIndex(index)
            if isinstance(delegate, CellDelegate):
                delegate.put(text)

    @property
    def members(self) -> MembersModel:
        """Who stands in the lines."""
        return self._members

    @property
    def row(self) -> int:
        """The line with the cursor; -1 for none."""
        return self.currentIndex().row()

    def go_to(self, row: int, column: int = 0) -> None:
        """Put the cursor there."""
        self.setCurrentIndex(self.model().index(row, column))
        self.scrollTo(self.currentIndex())

    # -- Qt --

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter writes on, or opens the first form; digits open the forms beside somebody."""
        here = self.currentIndex()
        if here.isValid() and here.column() == FORMS:
            if event.key() in _ENTER:
                self.form_opened.emit(here.row(), 0)
                return
            if event.text().isdigit() and event.text() != "0":
                self.form_opened.emit(here.row(), int(event.text()) - 1)
                return
        elif here.isValid() and event.key() in _ENTER:
            self.edit(here)
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a chip opens its form."""
        super().mouseReleaseEvent(event)
        here = self.indexAt(event.position().toPoint())
        if here.isValid() and here.column() == FORMS:
            area = self.visualRect(here)
            chips = self._forms.chips(area, self._members.forms_of(here.row()))
            for number, rect, _text, form in chips:
                if rect.contains(event.position().toPoint()):
                    if form is None:
                        self.forms_asked.emit()
                    else:
                        self.form_opened.emit(here.row(), number)
                    return
