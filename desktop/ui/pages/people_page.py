"""The people of the commune: found by typing, opened by Enter; beside them what is to be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from desktop.domain.people import (
    EVERYBODY,
    Facet,
    PeopleCounts,
    PeopleFilter,
    PersonId,
    PersonRow,
    RecordStatus,
    SavedFilter,
)
from desktop.domain.records import Todo
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.jobs.throttle import Throttle
from desktop.ui import icons, wording
from desktop.ui.models.people_columns import PeopleColumns
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.page import Page
from desktop.ui.people.people_search import PeopleSearch
from desktop.ui.people.ports import DraftSource, PeopleSource
from desktop.ui.people.search_line import SearchLine
from desktop.ui.people.todo_panel import TodoPanel
from desktop.ui.search_teller import SearchTeller
from desktop.ui.shortcuts import bind
from desktop.ui.widgets.filters import Filters
from desktop.ui.widgets.people_filters import PeopleFilters
from desktop.ui.widgets.table import Table

_TYPING_MS = 150


@dataclass(frozen=True, slots=True)
class _Kept:
    """The filters of this user."""

    filters: Sequence[SavedFilter]
    last: SavedFilter | None = None


class PeoplePage(Page):
    """Search, filters, the list, and beside it half-typed forms and what is to be done.

    Signals:
        person_opened: (person id or ``None`` for somebody new, path of a question or "", form id
            or "" for the one that fits best).
        forms_asked: (person id or ``None``) which forms are there?
        household_asked: (person id, ``None`` for a new one) show the household.
        draft_opened: the id of a half-typed form of this user.
        list_shown: the answer to the latest search stands in the list.
    """

    person_opened = Signal(object, str, str)
    forms_asked = Signal(object)
    household_asked = Signal(object)
    draft_opened = Signal(str)
    list_shown = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        people: PeopleSource,
        load_todos: Callable[[], Sequence[Todo]],
        drafts: DraftSource,
    ) -> None:
        super().__init__(name="people")
        self._jobs = jobs
        self._people = people
        self._found = PeopleSearch(jobs=jobs, people=people, parent=self)
        self._has_filters = False
        self._kept: dict[str, SavedFilter] = {}
        self._opens_when_found = False
        self._opened_at = 0
        self.set_title(self.tr("Người dân"))
        self._search = SearchLine()
        self._count = QLabel()
        self._count.setObjectName("people:count")
        self._count.setProperty("kind", "muted")
        self._filters = Filters(filters=self._filter_words())
        self._more = PeopleFilters(form_title=people.form_title)
        self._more_button = QPushButton(self.tr("Lọc thêm"))
        self._flagged = QPushButton(self.tr("Có nghi vấn"))
        self._model: RowsModel[PersonRow] = RowsModel(columns=_columns(self), parent=self)
        self._table = Table(
            name="table:people", label=self.tr("Danh sách người dân"), model=self._model
        )
        self._todos = TodoPanel(jobs=jobs, load_todos=load_todos, drafts=drafts)
        self._throttle = Throttle(self._run_search, delay_ms=_TYPING_MS, parent=self)
        self._teller = SearchTeller(tell=self.searched.emit, parent=self)
        self._new = QPushButton(self.tr("Thêm người mới"))
        self._forms = QPushButton(self.tr("Phiếu (F4)"))
        self._household = QPushButton(self.tr("Hộ (F3)"))
        self._wire()
        self._compose()

    def leave(self) -> None:
        """What stands there was looked for, however short."""
        self._teller.flush()

    def refresh(self) -> None:
        """Search again; the place in the list is kept by the view."""
        if self._has_filters:
            self._run_search()
        else:  # what the user narrowed the list to last holds again
            self._has_filters = True
            self._jobs.run(
                self,
                lambda: _Kept(self._people.saved_filters(), self._people.last_filter()),
                on_success=self._show_first,
                on_error=self._begin_without,
            )
        self._todos.refresh()
        if self.focusWidget() is None:
            self._search.setFocus()

    def search(self, text: str) -> None:
        """Look for somebody, as if it had been typed."""
        self._search.setText(text)
        self._run_search()

    def _filter_words(self) -> list[tuple[str, str]]:
        return [
            ("all", self.tr("Tất cả")),
            ("none", self.tr("Chưa lập")),
            ("draft", self.tr("Nháp")),
            ("submitted", self.tr("Đã nộp")),
            ("returned", self.tr("Bị trả lại")),
            ("accepted", self.tr("Đã nhận")),
        ]

    # -- searching --

    def _where(self) -> PeopleFilter:
        """Everything the list is narrowed to."""
        chosen = self._filters.current
        status = None if chosen == "all" else RecordStatus(chosen)
        return replace(self._more.where(), status=status, is_flagged=self._flagged.isChecked())

    def _run_search(self) -> None:
        self._throttle.cancel()
        self._opens_when_found = False
        self._found.look(self._search.text(), self._where())

    def _show_found(self, rows: Sequence[PersonRow]) -> None:
        here = self._table.currentIndex()
        before = self._model.row(here.row()).person_id if here.isValid() else None
        self._model.show_rows(rows, total=len(rows) + self._found.has_more)
        ids = [row.person_id for row in rows]
        if rows:
            self._table.selectRow(ids.index(before) if before in ids else 0)
        self._open_if_waiting()
        self.list_shown.emit()

    def _append(self, rows: Sequence[PersonRow]) -> None:
        is_first = not self._model.rowCount()
        self._model.append(rows, has_more=self._found.has_more)
        if rows and is_first:
            self._table.selectRow(0)
        self._open_if_waiting()

    def _open_if_waiting(self) -> None:
        """Enter was pressed before anybody was found."""
        if self._opens_when_found and (self._model.rowCount() or not self._found.has_more):
            self._opens_when_found = False
            self._open_current()

    def _tell_failed(self, error: AppError) -> None:
        """Nobody is opened by an Enter that waits for an answer that does not come."""
        self._opens_when_found = False
        self.show_problem(error)

    # -- counting --

    def _nobody(self, *, is_narrowed: bool) -> str:
        if is_narrowed:
            return self.tr("Không có ai như vậy với bộ lọc đang chọn. Bấm “Tất cả” để bỏ lọc.")
        return self.tr("Không tìm thấy ai. Gõ ít chữ hơn, hoặc bấm Ctrl+N để thêm người mới.")

    def _show_counts(self, counts: PeopleCounts) -> None:
        query = self._found.query
        number = wording.thousands(counts.total)
        whole, more = self.tr("{n} người"), self.tr("Hơn {n} người")
        self._count.setText((whole if counts.is_whole else more).format(n=number))
        is_narrowed = query.where != EVERYBODY
        self._table.say_when_empty("" if counts.total else self._nobody(is_narrowed=is_narrowed))
        self._teller.found(query, counts.total, text=query.text, is_narrowed=is_narrowed)
        by_status = {s.value: counts.facets.get((Facet.STATUS, s.value)) for s in RecordStatus}
        known = {name: count for name, count in by_status.items() if count is not None}
        if known:
            known["all"] = sum(known.values())
        self._filters.show_counts(known)
        flagged = counts.facets.get((Facet.FINDING, ""))
        label = self.tr("Có nghi vấn")
        self._flagged.setText(label if flagged is None else f"{label} {wording.thousands(flagged)}")
        self._more.show_counts(counts)

    # -- filters --

    def _filter_changed(self) -> None:
        """Search with it, and remember it for the next time."""
        self._run_search()
        last = SavedFilter("", "", self._where())
        self._jobs.run(self, lambda: self._people.keep_filter(last), lane=Lane.WRITE)

    def _show_first(self, kept: _Kept) -> None:
        self._show_kept(kept.filters)
        if kept.last is not None:
            self._let_hold(kept.last.where)
        self._run_search()

    def _begin_without(self, error: AppError) -> None:
        """The people are there, whatever is wrong with the filters; they are read another time."""
        self._has_filters = False
        self.show_problem(error)
        self._run_search()

    def _show_kept(self, filters: Sequence[SavedFilter], *, chosen: str = "") -> None:
        self._kept = {saved.name: saved for saved in filters}
        self._more.saved.offer(list(self._kept), chosen=chosen)

    def _let_hold(self, where: PeopleFilter) -> None:
        self._filters.hold(where.status.value if where.status else "all")
        self._flagged.setChecked(where.is_flagged)
        rest = replace(where, status=None, is_flagged=False)
        self._more.show_filter(rest)
        if not rest.is_open:
            self._more_button.setChecked(True)

    def _use_kept(self, name: str) -> None:
        kept = self._kept[name]
        self._search.setText(kept.text)
        self._let_hold(kept.where)
        self._filter_changed()

    def _keep(self, name: str) -> None:
        kept = SavedFilter(name, self._search.text(), self._where())
        self._change_kept(lambda: self._people.keep_filter(kept), chosen=name)

    def _rename(self, name: str, to: str) -> None:
        self._change_kept(lambda: self._people.rename_filter(name, to=to), chosen=to)

    def _forget(self, name: str) -> None:
        self._change_kept(lambda: self._people.forget_filter(name))

    def _change_kept(self, change: Callable[[], None], *, chosen: str = "") -> None:
        def _change() -> list[SavedFilter]:
            change()
            return self._people.saved_filters()

        self._jobs.run(
            self,
            _change,
            on_success=lambda filters: self._show_kept(filters, chosen=chosen),
            on_error=self.show_problem,
            lane=Lane.WRITE,
        )

    # -- opening --

    def _open_row(self, number: int) -> None:
        self._opened_at = number
        self.person_opened.emit(self._model.row(number).person_id, "", "")

    def open_after(self, person_id: PersonId | None, form_id: str) -> bool:
        """Open the person who follows in the list; after somebody new, the same form again.

        False when the list is at its end.
        """
        if person_id is None:
            self.person_opened.emit(None, "", form_id)
            return True
        count = self._model.rowCount()
        ids = [self._model.row(number).person_id for number in range(count)]
        # Who was handed in may have left the list: then the next one stands in the same place.
        at = ids.index(person_id) + 1 if person_id in ids else self._opened_at
        if at >= count:
            return False
        self._table.selectRow(at)
        self._open_row(at)
        return True

    def _ask_forms(self) -> None:
        here = self._table.currentIndex()
        if here.isValid():
            self.forms_asked.emit(self._model.row(here.row()).person_id)

    def _ask_household(self) -> None:
        here = self._table.currentIndex()
        if here.isValid():
            self.household_asked.emit(self._model.row(here.row()).person_id)

    def _ask_new_household(self) -> None:
        self.household_asked.emit(None)

    def _ask_new_forms(self) -> None:
        self.forms_asked.emit(None)

    def _open_todo(self, person_id: object, path: str, form_id: str) -> None:
        self._opened_at = self._model.rowCount()  # nobody follows whom no line opened
        self.person_opened.emit(person_id, path, form_id)

    def _open_new(self) -> None:
        self.person_opened.emit(None, "", "")

    def _open_current(self) -> None:
        """Enter in the search line opens the person marked in the list."""
        self._throttle.flush()
        if self._found.is_searching:  # what is marked now answers an older search
            self._opens_when_found = True
        elif not self._model.rowCount() and self._found.has_more:
            self._opens_when_found = True
        elif self._table.currentIndex().isValid():
            self._open_row(self._table.currentIndex().row())

    def _go_to_search(self) -> None:
        self._search.setFocus()
        self._search.selectAll()

    # -- making --

    def _wire(self) -> None:
        self._search.textEdited.connect(lambda _text: self._throttle.ask())
        self._search.returnPressed.connect(self._open_current)
        self._filters.chosen.connect(lambda _name: self._filter_changed())
        self._more.changed.connect(self._filter_changed)
        self._more.saved.chosen.connect(self._use_kept)
        self._more.saved.kept.connect(self._keep)
        self._more.saved.renamed.connect(self._rename)
        self._more.saved.forgotten.connect(self._forget)
        self._more_button.setObjectName("button:more_filters")
        self._more_button.setProperty("kind", "filter")
        self._more_button.setCheckable(True)
        self._more_button.toggled.connect(self._more.setVisible)
        self._flagged.setObjectName("filter:flagged")
        self._flagged.setProperty("kind", "filter")
        self._flagged.setCheckable(True)
        self._flagged.clicked.connect(self._filter_changed)
        self._more.hide()
        self._model.page_wanted.connect(lambda _count: self._found.fetch_more())
        self._found.found.connect(self._show_found)
        self._found.more.connect(self._append)
        self._found.counted.connect(self._show_counts)
        self._found.failed.connect(self._tell_failed)
        self._table.row_opened.connect(self._open_row)
        self._todos.person_opened.connect(self._open_todo)
        self._todos.draft_opened.connect(self.draft_opened)
        self._new.setObjectName("button:new_person")
        self._new.setProperty("kind", "primary")
        icons.dress(self._new, "person-add", tint="on_accent")
        self._new.setToolTip(
            self.tr("Thêm người mới (Ctrl+N); chọn phiếu khác cho người mới: Ctrl+Shift+N")
        )
        self._forms.setObjectName("button:forms")
        icons.dress(self._forms, "book", tint="accent")
        self._forms.setToolTip(self.tr("Các phiếu của người đang chọn (F4); Enter mở phiếu chính"))
        self._forms.clicked.connect(self._ask_forms)
        self._household.setObjectName("button:household")
        icons.dress(self._household, "house", tint="accent")
        self._household.setToolTip(self.tr("Cả hộ của người đang chọn (F3); hộ mới: Shift+F3"))
        self._household.clicked.connect(self._ask_household)
        self._new.clicked.connect(self._open_new)
        for keys, action in (
            ("Ctrl+N", self._open_new),
            ("Ctrl+F", self._go_to_search),
            ("F3", self._ask_household),
            ("Shift+F3", self._ask_new_household),
            ("F4", self._ask_forms),
            ("Ctrl+Shift+N", self._ask_new_forms),
        ):
            bind(self, keys, action)
        self._search.left_downwards.connect(self._table.setFocus)

    def _compose(self) -> None:
        self.tools.addWidget(self._household)
        self.tools.addWidget(self._forms)
        self.tools.addWidget(self._new)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self._search, 1)
        top.addWidget(self._count)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addLayout(top)
        states = QHBoxLayout()
        states.addWidget(self._filters, 1)
        states.addWidget(self._flagged)
        states.addWidget(self._more_button)
        left.addLayout(states)
        left.addWidget(self._more)
        left.addWidget(self._table, 1)
        columns = QHBoxLayout()
        columns.setSpacing(14)
        columns.addLayout(left, 1)
        columns.addWidget(self._todos)
        self.body.addLayout(columns, 1)


def _columns(parent: QObject) -> list[Column[PersonRow]]:
    one = PeopleColumns(parent)
    return [
        one.name(),
        one.birth_date(),
        one.id_number(),
        one.hamlet(),
        one.status(),
        one.identity(),
    ]
