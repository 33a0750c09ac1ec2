"""The people of the commune: found by typing, opened by Enter; beside them what is to be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from desktop.domain.drafts import WaitingDraft
from desktop.domain.people import (
    EVERYBODY,
    Facet,
    FoundPeople,
    PeopleCounts,
    PeopleFilter,
    PersonId,
    PersonRow,
    RecordStatus,
    SavedFilter,
)
from desktop.domain.records import Todo, TodoKind
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.jobs.throttle import Throttle
from desktop.ui import icons, wording
from desktop.ui.models.cards import Card
from desktop.ui.models.people_columns import PeopleColumns
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.page import Page
from desktop.ui.search_teller import SearchTeller
from desktop.ui.widgets.card_list import CardList
from desktop.ui.widgets.filters import Filters
from desktop.ui.widgets.people_filters import PeopleFilters
from desktop.ui.widgets.table import Table
from forms import dates

_PAGE_ROWS = 100
_TYPING_MS = 150
_TODO_WIDTH = 252
#: What the keys of cards about half-typed forms begin with.
_DRAFT, _OF_ANOTHER = "draft:", "other:"

_TODO_TINTS = {TodoKind.RETURNED: "error", TodoKind.HELD: "error", TodoKind.NOT_FOUND: "error"}


class PeopleSource(Protocol):
    """What the list asks (``desktop.services.people.People``)."""

    def page(
        self, text: str = "", *, limit: int, where: PeopleFilter = EVERYBODY, after: str = ""
    ) -> FoundPeople:
        """A page of the people found, from where another page ended."""

    def counts(
        self,
        text: str = "",
        *,
        where: PeopleFilter = EVERYBODY,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> PeopleCounts:
        """How many are found, and how many with each value of each filter, while it is wanted."""

    def form_title(self, form_id: str) -> str:
        """What a form is called."""

    def saved_filters(self) -> list[SavedFilter]:
        """What this user kept under a name."""

    def keep_filter(self, kept: SavedFilter) -> None:
        """Keep a text and a filter."""

    def rename_filter(self, name: str, *, to: str) -> None:
        """Give another name."""

    def forget_filter(self, name: str) -> None:
        """Delete what is kept under the name."""

    def last_filter(self) -> SavedFilter | None:
        """What the list was narrowed to last."""


@dataclass(frozen=True, slots=True)
class _Query:
    """What is being looked for."""

    text: str
    where: PeopleFilter


@dataclass(frozen=True, slots=True)
class _Found:
    """A page of an answer."""

    query: _Query
    page: FoundPeople


@dataclass(frozen=True, slots=True)
class _Kept:
    """The filters of this user."""

    filters: Sequence[SavedFilter]
    last: SavedFilter | None = None


class DraftSource(Protocol):
    """What tells of half-typed forms (``desktop.services.drafts.Drafts``)."""

    def own(self) -> Sequence[WaitingDraft]:
        """Those of this user."""

    def of_others(self) -> Sequence[WaitingDraft]:
        """Those that wait for other users."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What stands in the panel beside the list."""

    todos: Sequence[Todo]
    own: Sequence[WaitingDraft]
    of_others: Sequence[WaitingDraft]


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
        drafts: DraftSource | None = None,
    ) -> None:
        super().__init__(name="people")
        self._jobs = jobs
        self._people = people
        self._load_todos = load_todos
        self._drafts = drafts
        self._words = wording.Words(self)
        self._query = _Query("", EVERYBODY)
        self._after = ""
        self._lacking = 0
        self._is_searching = False
        self._is_counting = False
        self._has_filters = False
        self._kept: dict[str, SavedFilter] = {}
        self._opens_when_found = False
        self._opened_at = 0
        self._todos: dict[str, Todo] = {}
        self.set_title(self.tr("Người dân"))
        self._search = QLineEdit()
        self._search.setObjectName("input:search")
        self._search.setAccessibleName(self.tr("Tìm người"))
        self._search.setPlaceholderText(
            self.tr("Họ tên, chữ đầu (ntm), số giấy tờ, thôn, năm sinh; “chủ hộ …”")
        )
        self._search.setToolTip(
            self.tr(
                "Họ tên không cần dấu, một phần cũng được: mai, nguyen mai, ntm, nt mai\n"
                "Đầu hoặc 4–6 số cuối của số định danh, CMND, mã số BHXH\n"
                "Thôn, tổ và năm sinh: mai ấp 3 1972\n"
                "Cả hộ của một chủ hộ: chủ hộ Nguyễn Văn An"
            )
        )
        self._search.setClearButtonEnabled(False)
        self._search.addAction(
            icons.icon("search", tint="muted"), QLineEdit.ActionPosition.LeadingPosition
        )
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
        self._todo_list = CardList(name="list:todos", label=self.tr("Việc cần làm"))
        self._todo_title = QLabel()
        self._todo_title.setProperty("kind", "heading")
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
            self._is_searching = True
            self._jobs.run(
                self,
                lambda: _Kept(self._people.saved_filters(), self._people.last_filter()),
                on_success=self._show_first,
                on_error=self.show_problem,
            )
        self._jobs.run(self, self._load_waiting, on_success=self._show_waiting)
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
        query = _Query(self._search.text(), self._where())
        self._query = query
        self._is_searching = True
        self._opens_when_found = False
        self._jobs.run(
            self,
            lambda: _Found(
                query, self._people.page(query.text, limit=_PAGE_ROWS, where=query.where)
            ),
            on_success=self._show_found,
            on_error=self.show_problem,
        )

    def _show_found(self, found: _Found) -> None:
        if found.query != self._query:
            return  # typed on meanwhile
        self._is_searching = False
        here = self._table.currentIndex()
        before = self._model.row(here.row()).person_id if here.isValid() else None
        rows = found.page.rows
        self._after = found.page.after
        self._lacking = _PAGE_ROWS - len(rows)
        self._model.show_rows(rows, total=len(rows) + bool(self._after))
        ids = [row.person_id for row in rows]
        if rows:
            self._table.selectRow(ids.index(before) if before in ids else 0)
        self._open_if_waiting()
        self._count_found()
        self.list_shown.emit()
        self._fill_page()

    def _open_if_waiting(self) -> None:
        """Enter was pressed before anybody was found."""
        if self._opens_when_found and (self._model.rowCount() or not self._after):
            self._opens_when_found = False
            self._open_current()

    def _fill_page(self) -> None:
        """A page that has not looked far enough goes on by itself."""
        if self._after and self._lacking > 0:
            self._fetch()

    def _fetch_more(self, _offset: int) -> None:
        if self._lacking <= 0:  # else the next page is on its way
            self._lacking = _PAGE_ROWS
            self._fetch()

    def _fetch(self) -> None:
        query, after = self._query, self._after
        self._jobs.run(
            self,
            lambda: _Found(
                query,
                self._people.page(query.text, limit=_PAGE_ROWS, where=query.where, after=after),
            ),
            on_success=lambda found: self._append(found, after),
        )

    def _append(self, found: _Found, after: str) -> None:
        if found.query != self._query or after != self._after:
            return
        rows, is_first = found.page.rows, not self._model.rowCount()
        self._after = found.page.after
        self._lacking -= len(rows)
        self._model.append(rows, has_more=bool(self._after))
        if rows and is_first:
            self._table.selectRow(0)
        self._open_if_waiting()
        self._fill_page()

    # -- counting --

    def _count_found(self) -> None:
        """Counts come after the list, one at a time: who types on waits for none of them."""
        if self._is_counting:
            return
        self._is_counting = True
        query = self._query

        def _is_wanted() -> bool:
            return query is self._query

        self._jobs.run(
            self,
            lambda: (
                query,
                self._people.counts(query.text, where=query.where, is_wanted=_is_wanted),
            ),
            on_success=self._show_counts,
            on_error=self._counting_failed,
        )

    def _nobody(self, *, is_narrowed: bool) -> str:
        if is_narrowed:
            return self.tr("Không có ai như vậy với bộ lọc đang chọn. Bấm “Tất cả” để bỏ lọc.")
        return self.tr("Không tìm thấy ai. Gõ ít chữ hơn, hoặc bấm Ctrl+N để thêm người mới.")

    def _counting_failed(self, error: AppError) -> None:
        self._is_counting = False
        self.show_problem(error)

    def _show_counts(self, answer: tuple[_Query, PeopleCounts]) -> None:
        query, counts = answer
        self._is_counting = False
        if query is not self._query:
            self._count_found()
            return
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

    # -- to do --

    def _load_waiting(self) -> _Waiting:
        drafts = self._drafts
        if drafts is None:
            return _Waiting(self._load_todos(), (), ())
        return _Waiting(self._load_todos(), drafts.own(), drafts.of_others())

    def _show_waiting(self, waiting: _Waiting) -> None:
        self._todos = {str(number): todo for number, todo in enumerate(waiting.todos)}
        count = len(waiting.todos) + len(waiting.own)
        self._todo_title.setText(self.tr("Việc cần làm ({n})").format(n=count))
        cards = [self._draft_card(draft) for draft in waiting.own]
        cards += [self._todo_card(key, todo) for key, todo in self._todos.items()]
        cards += [self._card_of_another(draft) for draft in waiting.of_others]
        self._todo_list.show_cards(cards, keep=self._todo_list.current_key)
        self._todo_list.setVisible(bool(cards))
        self._nothing.setVisible(not cards)

    def _draft_card(self, draft: WaitingDraft) -> Card:
        name = draft.full_name or self.tr("(chưa có tên)")
        return Card(
            key=_DRAFT + draft.draft_id,
            title=self.tr("Phiếu đang gõ dở: {name}").format(name=name),
            lines=(self.tr("Gõ lúc {when}, chưa lưu").format(when=wording.moment(draft.at)),),
            tint="warning",
        )

    def _card_of_another(self, draft: WaitingDraft) -> Card:
        """Whose and since when; about whom is that user's to see."""
        return Card(
            key=_OF_ANOTHER + draft.draft_id,
            title=self.tr("Phiếu gõ dở của {user}").format(user=draft.author),
            lines=(self.tr("Gõ lúc {when}, chưa lưu").format(when=wording.moment(draft.at)),),
        )

    def _todo_card(self, key: str, todo: Todo) -> Card:
        return Card(
            key=key,
            title=todo.full_name or self.tr("(chưa có tên)"),
            badge=self._words.todo(todo.kind),
            tint=_TODO_TINTS.get(todo.kind, "warning"),
            lines=tuple(line for line in (todo.question_vi, self._todo_text(todo)) if line),
        )

    def _todo_text(self, todo: Todo) -> str:
        if todo.kind is TodoKind.HELD:
            return self._words.hold(todo.text)
        text = dates.display(todo.text)
        if todo.kind is TodoKind.DIFFERS:
            return self.tr("Theo CSDLQG: {value}").format(value=text)
        return text

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

    def _open_todo(self, key: str) -> None:
        if key.startswith(_DRAFT):
            self.draft_opened.emit(key.removeprefix(_DRAFT))
            return
        self._opened_at = self._model.rowCount()  # nobody follows whom no line opened
        todo = self._todos.get(key)
        if todo is not None and todo.person_id is not None:
            self.person_opened.emit(todo.person_id, todo.path, todo.form_id)

    def _open_new(self) -> None:
        self.person_opened.emit(None, "", "")

    def _open_current(self) -> None:
        """Enter in the search line opens the person marked in the list."""
        self._throttle.flush()
        if self._is_searching:  # what is marked now answers an older search
            self._opens_when_found = True
        elif not self._model.rowCount() and self._after:
            self._opens_when_found = True
        elif self._table.currentIndex().isValid():
            self._open_row(self._table.currentIndex().row())

    def _go_to_list(self) -> None:
        self._table.setFocus()

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
        self._model.page_wanted.connect(self._fetch_more)
        self._table.row_opened.connect(self._open_row)
        self._todo_list.opened.connect(self._open_todo)
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
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self._search)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)
        down.activated.connect(self._go_to_list)

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
        columns.addWidget(self._todo_panel())
        self.body.addLayout(columns, 1)

    def _todo_panel(self) -> QFrame:
        panel = QFrame()
        panel.setProperty("kind", "card")
        panel.setFixedWidth(_TODO_WIDTH)
        self._todo_title.setContentsMargins(14, 12, 14, 6)
        self._nothing = QLabel(self.tr("Không có việc nào đang chờ."))
        self._nothing.setProperty("kind", "muted")
        self._nothing.setWordWrap(True)
        self._nothing.setContentsMargins(14, 0, 14, 0)
        self._todo_list.setProperty("kind", "inside")
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self._todo_title)
        layout.addWidget(self._nothing)
        layout.addWidget(self._todo_list, 1)
        layout.addStretch(0)
        return panel


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
