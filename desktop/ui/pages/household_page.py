"""One household on one screen: address and head once, members in a grid, their forms beside them.

Everything is written as it is left; nothing waits for a button. Enter goes on, F4 shows the forms
of a member, F7 what can be recorded of one, Ctrl+N adds somebody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from desktop.domain.households import Added, Alike, Candidate, Household, Member, NewPerson, Paper
from desktop.domain.ledger import Action
from desktop.domain.people import HouseholdId, PersonId
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import icons, theme
from desktop.ui.households.add_bar import AddBar
from desktop.ui.households.life_desk import LifeDesk
from desktop.ui.households.members_model import MembersModel
from desktop.ui.households.members_table import MembersTable
from desktop.ui.households.ports import HouseholdWork
from desktop.ui.households.words import LifeWords
from desktop.ui.page import Page
from sync.protocol.life import Presence

#: The forms of so many members are read at once.
_FORMS_AT_ONCE = 20
_Result = TypeVar("_Result")


@dataclass(slots=True)
class _Shown:
    """The household on the page, as it was left last; what was begun for one stays its own."""

    household: Household


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
        self._shown = _Shown(Household(None))
        self._current: PersonId | None = None
        self._has_relations = False
        self._reading = 0
        self._unwritten: dict[str, str] = {}
        self._deeds: deque[Callable[[], None]] = deque()
        self._lines = {
            name: self._line(name, label)
            for name, label in (
                ("code", self.tr("Số hộ")),
                ("hamlet", self.tr("Thôn, tổ")),
                ("commune", self.tr("Xã, phường")),
                ("province", self.tr("Tỉnh, thành phố")),
            )
        }
        self._head = QLabel()
        self._head.setObjectName("household:head")
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
        self._show(self._household)

    @property
    def _household(self) -> Household:
        return self._shown.household

    # -- opening --

    def open_person(self, person_id: PersonId | None) -> None:
        """The household of somebody; an empty one for ``None``."""
        self._current = person_id
        self._shown = _Shown(Household(None))
        self._unwritten = {}
        self._gone.setChecked(False)
        self.message_bar.hide()
        self._read(lambda: self._book.of_person(person_id), is_new=person_id is None)
        if person_id is not None:
            self.seen.emit(Action.PERSON_VIEW.value, person_id)

    def refresh(self) -> None:
        """Forms may have been filled, and a sync may have brought something."""
        if self._household.household_id is not None:
            household_id = self._household.household_id
            self._read(lambda: self._book.open(household_id))

    def leave(self) -> None:
        """What stands in a line is written."""
        for name in self._lines:
            self._write(name)

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
                    self._lines["code"].setFocus()
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
        self._shown.household = household
        head = household.head
        name = head.full_name if head is not None else ""
        self.set_title(
            self.tr("Hộ của {name}").format(name=name) if name else self.tr("Hộ chưa có chủ hộ")
        )
        for field, line in self._lines.items():
            if not line.hasFocus():
                line.setText(self._unwritten.get(field, getattr(household, field)))
        self._head.setText(name or self.tr("chưa có: chọn một người rồi bấm F7"))
        theme.restyle(self._head, kind="strong" if name else "warning")
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

    def _write(self, name: str) -> None:
        """A line of the address was left."""
        text = self._lines[name].text().strip()
        if text == self._unwritten.get(name, getattr(self._household, name)):
            return
        self._unwritten[name] = text

        def _done(household: Household) -> None:
            if self._unwritten.get(name) == text:
                del self._unwritten[name]
            self._written(household)

        self._do(lambda household: self._book.write(household, {name: text}), on_success=_done)

    def _written(self, household: Household) -> None:
        self._reading += 1
        self._show(household)
        self.data_changed.emit()

    def _edit(self, member: Member, name: str, text: str) -> None:
        """A cell was left: written on top of what was shown there."""

        def _done(changed: Member) -> None:
            members = [
                changed if one.person_id == changed.person_id else one
                for one in self._household.members
            ]
            self._replace_members(members)
            self._model.show_member(changed)
            self._read_forms([changed.person_id])
            self.data_changed.emit()
            if changed.is_head != member.is_head:
                self.refresh()

        self._do(
            lambda household: self._book.change(household, member, name, text),
            on_success=_done,
            on_error=lambda: self._model.show_member(member),
        )

    def _replace_members(self, members: Sequence[Member]) -> None:
        household = self._household
        self._shown.household = Household(
            household_id=household.household_id,
            code=household.code,
            hamlet=household.hamlet,
            commune=household.commune,
            province=household.province,
            version=household.version,
            members=tuple(members),
            events=household.events,
        )
        head = self._household.head
        if head is not None:
            self.set_title(self.tr("Hộ của {name}").format(name=head.full_name))
            self._head.setText(head.full_name)

    # -- adding --

    def _add_typed(self, typed: NewPerson, is_new: bool) -> None:
        def _done(outcome: Added | Alike) -> None:
            if isinstance(outcome, Alike):
                self._add.ask_about(outcome.candidates)
                return
            said = self.tr("Đã thêm {name}.").format(name=typed.full_name.strip())
            self._show_added(outcome, said)

        self._do(
            lambda household: self._book.add(household, typed, is_new=is_new), on_success=_done
        )

    def _take(self, candidate: Candidate, relation: str) -> None:
        paper = Paper(date=self._clock().date().isoformat(), paper=self.tr("Kê khai hộ"))
        said = self.tr("Đã lấy {name} từ sổ vào hộ, không phải nhập lại. Hủy được bằng F7.")
        if candidate.is_listed:
            said = self.tr("Đã lấy {name} từ danh sách của tỉnh vào hộ. Hủy được bằng F7.")

        def _done(outcome: Added) -> None:
            self._show_added(outcome, said.format(name=candidate.full_name))

        self._do(
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
        self.message_bar.show_message(said, kind="good")
        self.data_changed.emit()
        shown = household_id or self._household.household_id
        if shown is not None:
            self._gone.setChecked(True)  # who was just recorded stays in sight, to be undone
            self._read(lambda: self._book.open(shown))
        elif self._current is not None:
            person_id = self._current
            self._read(lambda: self._book.of_person(person_id))

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

    def _do(
        self,
        work: Callable[[Household], _Result],
        *,
        on_success: Callable[[_Result], None],
        on_error: Callable[[], None] = lambda: None,
    ) -> None:
        """One after another, each on the household that the one before it left."""

        shown = self._shown

        def _begin() -> None:
            household = shown.household
            self._jobs.run(
                self,
                lambda: work(household),
                on_success=_done,
                on_error=_failed,
                lane=Lane.WRITE,
            )

        def _done(result: _Result) -> None:
            if isinstance(result, Household | Added):
                shown.household = result if isinstance(result, Household) else result.household
            self._end_deed(lambda: on_success(result) if shown is self._shown else None)

        def _failed(error: AppError) -> None:
            self.show_problem(error)
            self._end_deed(on_error if shown is self._shown else lambda: None)

        self._deeds.append(_begin)
        if len(self._deeds) == 1:
            _begin()

    def _end_deed(self, then: Callable[[], None]) -> None:
        then()
        self._deeds.popleft()
        if self._deeds:
            self._deeds[0]()

    # -- making --

    def _line(self, name: str, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"input:household_{name}")
        line.setAccessibleName(label)
        return line

    def _wire(self) -> None:
        order = list(self._lines.values())
        for place, (name, line) in enumerate(self._lines.items()):
            line.editingFinished.connect(partial(self._write, name))
            behind = order[place + 1] if place + 1 < len(order) else self._add.name
            line.returnPressed.connect(behind.setFocus)
        self._model.edited.connect(self._edit)
        self._table.form_opened.connect(self._open_form)
        self._table.selectionModel().currentChanged.connect(self._moved)
        self._gone.toggled.connect(lambda _shown: self._show_members())
        self._add.add_asked.connect(self._add_typed)
        self._add.taken.connect(self._take)
        self._add.left.connect(self._table.setFocus)
        self._life.recorded.connect(self._recorded)
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
            ("Esc", self.closed.emit),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)

    def _compose(self) -> None:
        for button in (self._back, self._life_button, self._forms_button):
            self.tools.addWidget(button)
        address = QFrame()
        address.setProperty("kind", "card")
        line = QHBoxLayout(address)
        line.setContentsMargins(12, 10, 12, 10)
        line.setSpacing(10)
        widths = {"code": 110, "hamlet": 0, "commune": 0, "province": 0}
        for name, field in self._lines.items():
            column = QVBoxLayout()
            column.setSpacing(2)
            label = QLabel(field.accessibleName())
            label.setProperty("kind", "small")
            label.setBuddy(field)
            column.addWidget(label)
            column.addWidget(field)
            if widths[name]:
                field.setFixedWidth(widths[name])
            line.addLayout(column, 0 if widths[name] else 1)
        column = QVBoxLayout()
        column.setSpacing(2)
        label = QLabel(self.tr("Chủ hộ"))
        label.setProperty("kind", "small")
        column.addWidget(label)
        column.addWidget(self._head)
        column.addStretch(1)
        line.addLayout(column, 1)
        below = QHBoxLayout()
        below.addWidget(self._note, 1)
        below.addWidget(self._gone)
        self.body.addWidget(address)
        self.body.addWidget(self._table, 1)
        self.body.addLayout(below)
        self.body.addWidget(self._add)
