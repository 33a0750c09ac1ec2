"""One household on one screen: address and head once, members in a grid, their forms beside them.

Everything is written as it is left; nothing waits for a button. Enter goes on, F4 shows the forms
of a member, F7 what can be recorded of one, Ctrl+N adds somebody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from desktop.domain.drafts import Held
from desktop.domain.households import Added, Alike, Candidate, Household, Member, NewPerson, Paper
from desktop.domain.ledger import Action
from desktop.domain.people import HouseholdId, PersonId
from desktop.errors import AppError, UserError
from desktop.jobs.runner import JobRunner
from desktop.ui import icons
from desktop.ui.desks.half_words import WordBook
from desktop.ui.households.add_bar import AddBar
from desktop.ui.households.address_lines import AddressLines
from desktop.ui.households.deeds import Deeds
from desktop.ui.households.half_typed import NEW, HouseholdWords
from desktop.ui.households.life_desk import LifeDesk
from desktop.ui.households.members_panel import MembersPanel
from desktop.ui.households.ports import HouseholdWork
from desktop.ui.page import Page
from desktop.ui.shortcuts import bind


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
        words: WordBook,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(name="household")
        self._jobs = jobs
        self._book = work.book
        self._clock = clock
        self._deeds = Deeds(jobs=jobs, parent=self)
        self._deleted: Member | None = None
        self._has_relations = False
        self._reading = 0
        self._address = AddressLines()
        self._people = MembersPanel(jobs=jobs, forms=work.forms)
        self._table = self._people.table
        self._add = AddBar(jobs=jobs, candidates=work.book.candidates)
        self._life = LifeDesk(jobs=jobs, life=work.life, book=work.book, parent=self)
        self._back = QPushButton(self.tr("Về danh sách (Esc)"))
        self._life_button = QPushButton(self.tr("Biến động (F7)"))
        self._forms_button = QPushButton(self.tr("Phiếu (F4)"))
        self._half = HouseholdWords(
            jobs=jobs,
            book=words,
            clock=clock,
            address=self._address,
            table=self._table,
            add=self._add,
            parent=self,
        )
        self._half.failed.connect(self.show_problem)
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
        """What stands in a line is written; what is half-typed elsewhere waits."""
        self._address.leave()
        self._half.flush()

    def resume(self, key: str) -> None:
        """Go on with the household of which something is half-typed."""
        self._begin_another()
        self._read(lambda: self._resumed(key), is_new=key == NEW)

    def hold(self) -> Held | None:
        """What is half-typed, and of which household; from now on nothing is written."""
        held = self._half.held()
        for told in (self._address, self._people):  # being hidden, a line is left: half a word
            told.blockSignals(True)
        return held

    def _resumed(self, key: str) -> Household:
        """The household of this id, or of the person of this id; in a job."""
        if key == NEW:
            return self._book.of_person(None)
        try:
            return self._book.open(HouseholdId(key))
        except UserError:
            return self._book.of_person(PersonId(key))

    @property
    def is_settled(self) -> bool:
        """Is every line of the address written?"""
        return self._address.is_settled

    def _open(self, person_id: PersonId | None) -> None:
        self._begin_another()
        self._people.current = person_id
        self._read(lambda: self._book.of_person(person_id), is_new=person_id is None)
        if person_id is not None:
            self.seen.emit(Action.PERSON_VIEW.value, person_id)

    def _begin_another(self) -> None:
        """Nothing of the household before stays, and nothing can be typed until one is read."""
        self._half.leave()
        self.message_bar.hide()
        self._deleted = None
        self._deeds.begin_another(Household(None))
        self._people.begin()
        self._show_head()
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
        self._people.offer(relations)
        self._add.offer(relations=relations)

    # -- showing --

    def _show(self, household: Household) -> None:
        self._deeds.show(household)
        self._show_head()
        self._address.show_household(household)
        # Of one that moved away nothing is written here any more; its members can be taken back.
        self._address.setEnabled(not household.is_elsewhere)
        self._add.setEnabled(not household.is_elsewhere)
        self._half.show(household)
        self._people.show_household(household)

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
            self._people.show_member(self._household, changed)
            self._half.ask()
            self.data_changed.emit()
            if changed.is_head != member.is_head:
                self.refresh()

        def _refused(_error: AppError) -> None:
            for one in self._household.members:
                if one.person_id == member.person_id:
                    self._people.show_member(self._household, one)

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
        self._people.current = outcome.person_id
        self._add.clear()
        self._written(outcome.household)
        self.message_bar.show_message(said, kind="good")
        self._add.start()

    # -- deeds --

    def _open_life(self) -> None:
        member = self._people.member
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
            self._people.show_gone()  # who was just recorded stays in sight, to be undone
            self._read(lambda: self._book.open(shown))
        elif (person_id := self._people.current) is not None:
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
            self._people.current = member.person_id
            self._written(household)
            said = self.tr("Đã lấy lại {name}.").format(name=member.full_name)
            self.message_bar.show_message(said, kind="good")

        self._deeds.do(
            lambda household: self._book.restore(household, member.person_id), on_success=_done
        )

    # -- making --

    def _wire(self) -> None:
        self._address.written.connect(self._write)
        self._address.passed.connect(self._add.name.setFocus)
        self._deeds.failed.connect(self.show_problem)
        self._people.edited.connect(self._edit)
        self._people.form_asked.connect(self.form_asked)
        self._people.forms_asked.connect(self.forms_asked)
        self._add.add_asked.connect(self._add_typed)
        self._add.taken.connect(self._take)
        self._add.left.connect(self._table.setFocus)
        self._life.recorded.connect(self._recorded)
        self._life.deleted.connect(self._note_deleted)
        self._life.refused.connect(self.show_problem)
        for button, name, action, icon in (
            (self._back, "back_to_people", self.closed.emit, "back"),
            (self._life_button, "life_events", self._open_life, "todo"),
            (self._forms_button, "member_forms", self._people.ask_forms, "book"),
        ):
            button.setObjectName(f"button:{name}")
            icons.dress(button, icon, tint="accent")
            button.clicked.connect(action)
        for keys, action in (
            ("Ctrl+N", self._add.start),
            ("F4", self._people.ask_forms),
            ("F7", self._open_life),
            ("Ctrl+Z", self._bring_back),
            ("Esc", self.closed.emit),
        ):
            bind(self, keys, action)

    def _compose(self) -> None:
        for button in (self._back, self._life_button, self._forms_button):
            self.tools.addWidget(button)
        self.body.addWidget(self._address)
        self.body.addWidget(self._people, 1)
        self.body.addWidget(self._add)
