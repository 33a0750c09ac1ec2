"""The members of a household with their forms, what happened to the one chosen, who is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.domain.households import Household, Member, MemberForm
from desktop.domain.people import PersonId
from desktop.jobs.runner import JobRunner
from desktop.ui.households.members_model import MembersModel
from desktop.ui.households.members_table import MembersTable
from desktop.ui.households.ports import FormBook
from desktop.ui.households.words import LifeWords
from sync.protocol.life import Presence

#: The forms of so many members are read at once.
_FORMS_AT_ONCE = 20
#: What is chosen stands in bold, which is wider.
_BOLD = 56
#: Beside the note stands the button for who is gone.
_BESIDE_THE_NOTE, _NARROWEST_NOTE = 320, 300


class MembersPanel(QWidget):
    """The grid, and a line below it.

    Signals:
        edited: (member as it was seen, field, text): a cell was left.
        form_asked: (person id, form id) open this form.
        forms_asked: (person id) which forms are there?

    Attributes:
        table: the grid.
        current: who is chosen; whoever is named here before a household is shown will be.
    """

    edited = Signal(object, str, str)
    form_asked = Signal(object, str)
    forms_asked = Signal(object)

    def __init__(self, *, jobs: JobRunner, forms: FormBook) -> None:
        super().__init__()
        self._jobs = jobs
        self._forms = forms
        self._words = LifeWords(self)
        self._household = Household(None)
        self._shown = 0
        self.current: PersonId | None = None
        self._model = MembersModel(parent=self)
        self.table = MembersTable(model=self._model)
        self._note = QLabel()
        self._note.setObjectName("household:note")
        self._note.setProperty("kind", "muted")
        self._gone = QPushButton()
        self._gone.setObjectName("filter:gone")
        self._gone.setProperty("kind", "filter")
        self._gone.setCheckable(True)
        below = QHBoxLayout()
        below.addWidget(self._note, 1)
        below.addWidget(self._gone)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.table, 1)
        layout.addLayout(below)
        self._model.edited.connect(self.edited)
        self.table.form_opened.connect(self._open_form)
        self.table.forms_asked.connect(self.ask_forms)
        self.table.selectionModel().currentChanged.connect(self._moved)
        self._gone.toggled.connect(lambda _shown: self._show_members())

    def offer(self, relations: Sequence[tuple[str, str]]) -> None:
        """What the relation to the head can be."""
        self._model.set_relations(relations)
        self.table.offer(relations=relations)

    def begin(self) -> None:
        """Another household is about to be shown: who is gone stays out of sight at first."""
        self.current = None
        self._gone.setChecked(False)
        self.show_household(Household(None))

    def show_household(self, household: Household) -> None:
        """Its people; a cell being typed in stays open."""
        self._household = household
        gone = sum(one.presence is not Presence.HERE for one in household.members)
        self._gone.setText(self.tr("Cả người đã mất, đã chuyển đi ({n})").format(n=gone))
        width = self._gone.fontMetrics().horizontalAdvance(self._gone.text())
        self._gone.setMinimumWidth(width + _BOLD)
        self._gone.setVisible(gone > 0)
        self._show_members()

    def show_member(self, household: Household, member: Member) -> None:
        """One of the household is as it was kept, and so may be the forms."""
        self._household = household
        self._model.show_member(member)
        self._read_forms([member.person_id], self._shown)

    def show_gone(self) -> None:
        """Also who died or left."""
        self._gone.setChecked(True)

    @property
    def member(self) -> Member | None:
        """Who is chosen."""
        row = self.table.row
        return self._model.member(row) if 0 <= row < self._model.rowCount() else None

    def ask_forms(self) -> None:
        """All the forms of who is chosen."""
        if (member := self.member) is not None:
            self.forms_asked.emit(member.person_id)

    def _show_members(self) -> None:
        column = max(self.table.currentIndex().column(), 0)
        everybody = self._gone.isChecked()
        members = [
            one for one in self._household.members if everybody or one.presence is Presence.HERE
        ]
        self._model.show_members(members)
        if members:
            row = None if self.current is None else self._model.row_of(self.current)
            self.table.go_to(row or 0, column)
        self._show_note()
        self._shown += 1
        self._read_forms([one.person_id for one in members], self._shown)

    def _read_forms(self, person_ids: Sequence[PersonId], shown: int) -> None:
        """A few at a time, from the top: who has a home of two hundred reads the first ones."""
        first, rest = person_ids[:_FORMS_AT_ONCE], person_ids[_FORMS_AT_ONCE:]
        if not first:
            return

        def _done(forms: Mapping[PersonId, Sequence[MemberForm]]) -> None:
            self._model.show_forms(forms)
            if shown == self._shown:
                self._read_forms(rest, shown)

        self._jobs.run(
            self, lambda: self._forms.of(first), on_success=_done, on_error=lambda _gone: None
        )

    def _show_note(self) -> None:
        """What happened to who is chosen, undone or not."""
        count = self.tr("{n} người").format(n=self._model.rowCount())
        member = self.member
        events = "" if member is None else "; ".join(map(self._words.happened, member.events[-3:]))
        text = self.tr("{count}.  Biến động: {events}").format(count=count, events=events)
        line = text if events else count
        width = max(self.table.width() - _BESIDE_THE_NOTE, _NARROWEST_NOTE)
        self._note.setText(
            self._note.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, width)
        )
        self._note.setToolTip(line)

    def _moved(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.current = self._model.member(current.row()).person_id
        self._show_note()

    def _open_form(self, row: int, number: int) -> None:
        forms = self._model.forms_of(row)
        if number < len(forms):
            form = forms[number].form
            person_id = form.person_id or self._model.member(row).person_id
            self.form_asked.emit(person_id, form.form_id)
