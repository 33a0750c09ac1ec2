"""One household on one screen: address and head once, members in a grid, their forms beside them.

Everything is written as it is left; nothing waits for a button. Enter goes on, F4 shows the forms
of a member, F7 what can be recorded of one, Ctrl+N adds somebody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from desktop.domain.households import Added, Alike, Candidate, Household, Member, NewPerson, Paper
from desktop.domain.ledger import Action
from desktop.domain.people import HouseholdId, PersonId
from desktop.errors import AppError, UserError
from desktop.jobs.runner import JobRunner
from desktop.ui import icons
from desktop.ui.households.add_bar import AddBar
from desktop.ui.households.address_lines import AddressLines
from desktop.ui.households.deeds import Deeds
from desktop.ui.households.life_desk import LifeDesk
from desktop.ui.households.members_model import MembersModel
from desktop.ui.households.members_table import MembersTable
from desktop.ui.households.ports import HouseholdWork
from desktop.ui.households.words import LifeWords
from desktop.ui.page import Page
from desktop.ui.shortcuts import bind
from sync.protocol.life import Presence

#: The forms of so many members are read at once.
_FORMS_AT_ONCE = 20


class HouseholdPage(Page):
    """A household and its people.

    Signals:
        form_asked: (person id, form id) open this form.
        forms_asked: (person id) which forms are there?
        closed: back to where one came from.
    """

    form_asked = Signal(object, str)
    forms_asked = Signal(object)
    closed = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        work: HouseholdWork,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(name="household")
        self._jobs = jobs
        self._book = work.book
        self._forms = work.forms
        self._clock = clock
        self._words = LifeWords(self)
        self._deeds = Deeds(jobs=jobs, parent=self)
        self._current: PersonId | None = None
        self._deleted: Member | None = None
        self._has_relations = False
        self._reading = 0
        self._address = AddressLines()
        self._model = MembersModel(parent=self)
        self._table = MembersTable(model=self._model)
        self._note = QLabel()
        self._note.setObjectName("household:note")
        self._note.setProperty("kind", "muted")
        self._gone = QPushButton()
        self._gone.setObjectName("filter:gone")
        self._gone.setProperty("kind", "filter")
        self._gone.setCheckable(True)
        self._add = AddBar(jobs=jobs, candidates=work.book.candidates)
        self._life = LifeDesk(jobs=jobs, life=work.life, book=work.book, parent=self)
        self._back = QPushButton(self.tr("Về danh sách (Esc)"))
        self._life_button = QPushButton(self.tr("Biến động (F7)"))
        self._forms_button = QPushButton(self.tr("Phiếu (F4)"))
        self._wire()
        self._compose()
        self._begin_another()

    @property
    def _household(self) -> Household:
        return self._deeds.household

    # -- opening --

    def open_person(self, person_id: PersonId | None) -> None:
        """The household of somebody; an empty one for ``None``.

        Not before the lines of the one that is shown are written: while that fails, it stays.
        """
        if self._address.is_settled:
            self._open(person_id)
            return
        self.leave()
        self._deeds.then(lambda: self._open(person_id) if self._address.is_settled else None)

    def refresh(self) -> None:
        """Forms may have been filled, and a sync may have brought something."""
        household_id = self._household.household_id
        if household_id is not None:
            self._read(lambda: self._book.open(household_id))

    def leave(self) -> None:
        """What stands in a line is written."""
        self._address.leave()

    @property
    def is_settled(self) -> bool:
        """Is every line of the address written?"""
        return self._address.is_settled

    def _open(self, person_id: PersonId | None) -> None:
        self._begin_another()
        self._current = person_id
        self._read(lambda: self._book.of_person(person_id), is_new=person_id is None)
        if person_id is not None:
            self.seen.emit(Action.PERSON_VIEW.value, person_id)

    def _begin_another(self) -> None:
        """Nothing of the household before stays, and nothing can be typed until one is read."""
        self.message_bar.hide()
        self._current = self._deleted = None
        self._deeds.begin_another(Household(None))
        self._gone.setChecked(False)
        self._show(self._household)
        self._address.begin()
        self._add.clear()
        self._add.setEnabled(False)
        self._table.setFocus()  # what is disabled hears no Esc

    def _read(self, read: Callable[[], Household], *, is_new: bool = False) -> None:
        self._reading += 1
        number = self._reading
        is_first = not self._has_relations

        def _work() -> tuple[Household, Sequence[tuple[str, str]]]:
            return read(), self._book.relations() if is_first else ()

        def _done(found: tuple[Household, Sequence[tuple[str, str]]]) -> None:
            if found[1]:
                self._offer(found[1])
            if number == self._reading:
                self._show(found[0])
                if is_new:
                    self._address.start()
                elif self._table.focusWidget() is None or not self.isAncestorOf(
                    self.focusWidget() or self
                ):
                    self._table.setFocus()

        self._jobs.run(self, _work, on_success=_done, on_error=self.show_problem)

    def _offer(self, relations: Sequence[tuple[str, str]]) -> None:
        self._has_relations = True
        self._model.set_relations(relations)
        self._table.offer(relations=relations)
        self._add.offer(relations=relations)

    # -- showing --

    def _show(self, household: Household) -> None:
        self._deeds.show(household)
        self._show_head()
        self._address.show_household(household)
        self._add.setEnabled(True)
        gone = sum(one.presence is not Presence.HERE for one in household.members)
        self._gone.setText(self.tr("Cả người đã mất, đã chuyển đi ({n})").format(n=gone))
        bold = 56  # what is chosen stands in bold
        self._gone.setMinimumWidth(
            self._gone.fontMetrics().horizontalAdvance(self._gone.text()) + bold
        )
        self._gone.setVisible(gone > 0)
        self._show_members()

    def _show_members(self) -> None:
        column = max(self._table.currentIndex().column(), 0)
        everybody = self._gone.isChecked()
        members = [
            one for one in self._household.members if everybody or one.presence is Presence.HERE
        ]
        self._model.show_members(members)
        if members:
            row = None if self._current is None else self._model.row_of(self._current)
            self._table.go_to(row or 0, column)
        self._show_note()
        self._read_forms([one.person_id for one in members])

    def _read_forms(self, person_ids: Sequence[PersonId]) -> None:
        """A few at a time, from the top: who has a home of two hundred reads the first ones."""
        first, rest = person_ids[:_FORMS_AT_ONCE], person_ids[_FORMS_AT_ONCE:]
        if not first:
            return
        number = self._reading

        def _done(forms: Mapping[PersonId, Sequence[object]]) -> None:
            self._model.show_forms(forms)  # type: ignore[arg-type]  # as the port says
            if number == self._reading:
                self._read_forms(rest)

        self._jobs.run(
            self, lambda: self._forms.of(first), on_success=_done, on_error=lambda _gone: None
        )

    def _show_note(self) -> None:
        """What happened to the current member, undone or not."""
        count = self.tr("{n} người").format(n=self._model.rowCount())
        member = self._member()
        events = "" if member is None else "; ".join(map(self._words.happened, member.events[-3:]))
        text = self.tr("{count}.  Biến động: {events}").format(count=count, events=events)
        line = text if events else count
        width = max(self._table.width() - 320, 300)
        self._note.setText(
            self._note.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, width)
        )
        self._note.setToolTip(line)

    def _member(self) -> Member | None:
        row = self._table.row
        return self._model.member(row) if 0 <= row < self._model.rowCount() else None

    def _moved(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self._current = self._model.member(current.row()).person_id
        self._show_note()

    # -- writing --

    def _write(self, name: str, text: str) -> None:
        """A line of the address was left."""

        def _done(household: Household) -> None:
            self._address.keep(name, text)
            self._written(household)

        def _refused(error: AppError) -> None:
            # What the disk did not take is tried again; a household that is gone takes nothing.
            self._address.refuse(name, text, is_final=isinstance(error, UserError))

        self._deeds.do(
            lambda household: self._book.write(household, {name: text}),
            on_success=_done,
            on_error=_refused,
        )

    def _written(self, household: Household) -> None:
        self._reading += 1
        self._show(household)
        self.data_changed.emit()

    def _edit(self, member: Member, name: str, text: str) -> None:
        """A cell was left: written on top of what was shown there."""

        def _done(changed: Member) -> None:
            members = tuple(
                changed if one.person_id == changed.person_id else one
                for one in self._household.members
            )
            self._deeds.show(replace(self._household, members=members))
            self._show_head()
            self._model.show_member(changed)
            self._read_forms([changed.person_id])
            self.data_changed.emit()
            if changed.is_head != member.is_head:
                self.refresh()

        def _refused(_error: AppError) -> None:
            for one in self._household.members:
                if one.person_id == member.person_id:
                    self._model.show_member(one)

        self._deeds.do(
            lambda household: self._book.change(household, member, name, text),
            on_success=_done,
            on_error=_refused,
        )

    def _show_head(self) -> None:
        head = self._household.head
        name = head.full_name if head is not None else ""
        self.set_title(
            self.tr("Hộ của {name}").format(name=name) if name else self.tr("Hộ chưa có chủ hộ")
        )
        self._address.show_head(name)

    # -- adding --

    def _add_typed(self, typed: NewPerson, is_new: bool) -> None:
        def _done(outcome: Added | Alike) -> None:
            if isinstance(outcome, Alike):
                self._add.ask_about(outcome.candidates)
                return
            said = self.tr("Đã thêm {name}.").format(name=typed.full_name.strip())
            self._show_added(outcome, said)

        self._deeds.do(
            lambda household: self._book.add(household, typed, is_new=is_new), on_success=_done
        )

    def _take(self, candidate: Candidate, relation: str) -> None:
        paper = Paper(date=self._clock().date().isoformat(), paper=self.tr("Kê khai hộ"))
        said = self.tr("Đã lấy {name} từ sổ vào hộ, không phải nhập lại. Hủy được bằng F7.")
        if candidate.is_listed:
            said = self.tr("Đã lấy {name} từ danh sách của tỉnh vào hộ. Hủy được bằng F7.")

        def _done(outcome: Added) -> None:
            self._show_added(outcome, said.format(name=candidate.full_name))

        self._deeds.do(
            lambda household: self._book.take(
                household, candidate.person_id, relation=relation, paper=paper
            ),
            on_success=_done,
        )

    def _show_added(self, outcome: Added, said: str) -> None:
        self._current = outcome.person_id
        self._add.clear()
        self._written(outcome.household)
        self.message_bar.show_message(said, kind="good")
        self._add.start()

    # -- deeds --

    def _open_life(self) -> None:
        member = self._member()
        if member is not None:
            self._life.open(self._household, member)

    def _recorded(self, said: str, household_id: HouseholdId | None) -> None:
        is_other = household_id not in (None, self._household.household_id)
        if is_other:  # what stands in the lines is about the household that was split or merged
            self._begin_another()
        self.message_bar.show_message(said, kind="good")
        self.data_changed.emit()
        shown = household_id or self._household.household_id
        if shown is not None:
            self._gone.setChecked(True)  # who was just recorded stays in sight, to be undone
            self._read(lambda: self._book.open(shown))
        elif self._current is not None:
            person_id = self._current
            self._read(lambda: self._book.of_person(person_id))

    def _note_deleted(self, member: Member, said: str) -> None:
        if self._household.household_id is None:
            self._begin_another()
        else:
            self.refresh()
        self._deleted = member
        self.message_bar.show_message(said, kind="good")
        self.data_changed.emit()

    def _bring_back(self) -> None:
        """Who was deleted last, as long as the household is shown."""
        member, self._deleted = self._deleted, None
        if member is None:
            return

        def _done(household: Household) -> None:
            self._current = member.person_id
            self._written(household)
            said = self.tr("Đã lấy lại {name}.").format(name=member.full_name)
            self.message_bar.show_message(said, kind="good")

        self._deeds.do(
            lambda household: self._book.restore(household, member.person_id), on_success=_done
        )

    def _open_form(self, row: int, number: int) -> None:
        forms = self._model.forms_of(row)
        if number < len(forms):
            form = forms[number].form
            person_id = form.person_id or self._model.member(row).person_id
            self.form_asked.emit(person_id, form.form_id)

    def _ask_forms(self) -> None:
        member = self._member()
        if member is not None:
            self.forms_asked.emit(member.person_id)

    # -- making --

    def _wire(self) -> None:
        self._address.written.connect(self._write)
        self._address.passed.connect(self._add.name.setFocus)
        self._deeds.failed.connect(self.show_problem)
        self._model.edited.connect(self._edit)
        self._table.form_opened.connect(self._open_form)
        self._table.forms_asked.connect(self._ask_forms)
        self._table.selectionModel().currentChanged.connect(self._moved)
        self._gone.toggled.connect(lambda _shown: self._show_members())
        self._add.add_asked.connect(self._add_typed)
        self._add.taken.connect(self._take)
        self._add.left.connect(self._table.setFocus)
        self._life.recorded.connect(self._recorded)
        self._life.deleted.connect(self._note_deleted)
        self._life.refused.connect(self.show_problem)
        for button, name, action, icon in (
            (self._back, "back_to_people", self.closed.emit, "back"),
            (self._life_button, "life_events", self._open_life, "todo"),
            (self._forms_button, "member_forms", self._ask_forms, "book"),
        ):
            button.setObjectName(f"button:{name}")
            icons.dress(button, icon, tint="accent")
            button.clicked.connect(action)
        for keys, action in (
            ("Ctrl+N", self._add.start),
            ("F4", self._ask_forms),
            ("F7", self._open_life),
            ("Ctrl+Z", self._bring_back),
            ("Esc", self.closed.emit),
        ):
            bind(self, keys, action)

    def _compose(self) -> None:
        for button in (self._back, self._life_button, self._forms_button):
            self.tools.addWidget(button)
        below = QHBoxLayout()
        below.addWidget(self._note, 1)
        below.addWidget(self._gone)
        self.body.addWidget(self._address)
        self.body.addWidget(self._table, 1)
        self.body.addLayout(below)
        self.body.addWidget(self._add)
