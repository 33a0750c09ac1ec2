"""The people of the commune: found by typing, opened by Enter; beside them what is to be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from desktop.domain.people import CheckState, PersonRow, RecordStatus
from desktop.domain.records import Todo, TodoKind
from desktop.jobs.runner import JobRunner
from desktop.jobs.throttle import Throttle
from desktop.ui import icons, wording
from desktop.ui.models.cards import Card
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.page import Page
from desktop.ui.widgets.card_list import CardList
from desktop.ui.widgets.filters import Filters
from desktop.ui.widgets.table import Table
from forms import dates

_PAGE_ROWS = 100
_TYPING_MS = 150
_TODO_WIDTH = 252

_STATUS_TINTS = {
    RecordStatus.NONE: "muted",
    RecordStatus.DRAFT: "text",
    RecordStatus.SUBMITTED: "info",
    RecordStatus.RETURNED: "error",
    RecordStatus.ACCEPTED: "good",
}
_CHECK_TINTS = {
    CheckState.NOT_ASKED: "muted",
    CheckState.WAITING: "info",
    CheckState.MATCHED: "good",
    CheckState.DIFFERS: "warning",
    CheckState.NOT_FOUND: "error",
}
_TODO_TINTS = {TodoKind.RETURNED: "error", TodoKind.HELD: "error", TodoKind.NOT_FOUND: "error"}


class PeopleSource(Protocol):
    """What the list asks (``desktop.services.people.People``)."""

    def search(
        self,
        text: str,
        *,
        limit: int,
        offset: int,
        status: RecordStatus | None = None,
        flagged_only: bool = False,
    ) -> list[PersonRow]:
        """A page of the people found."""

    def count(
        self, text: str, *, status: RecordStatus | None = None, flagged_only: bool = False
    ) -> int:
        """How many are found."""


@dataclass(frozen=True, slots=True)
class _Query:
    """What is being looked for."""

    text: str
    status: RecordStatus | None
    flagged_only: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """The first page of an answer."""

    query: _Query
    rows: Sequence[PersonRow]
    total: int


class PeoplePage(Page):
    """Search, filters, the list and the to-do panel.

    Signals:
        person_opened: (person id or ``None`` for somebody new, path of a question or "").
        list_shown: the answer to the latest search stands in the list.
    """

    person_opened = Signal(object, str)
    list_shown = Signal()

    def __init__(
        self, *, jobs: JobRunner, people: PeopleSource, load_todos: Callable[[], Sequence[Todo]]
    ) -> None:
        super().__init__(name="people")
        self._jobs = jobs
        self._people = people
        self._load_todos = load_todos
        self._words = wording.Words(self)
        self._query = _Query("", None, False)
        self._is_searching = False
        self._opens_when_found = False
        self._todos: dict[str, Todo] = {}
        self.set_title(self.tr("Người dân"))
        self._search = QLineEdit()
        self._search.setObjectName("input:search")
        self._search.setAccessibleName(self.tr("Tìm người"))
        self._search.setPlaceholderText(
            self.tr("Tìm theo họ tên (không cần dấu) hoặc số định danh")
        )
        self._search.setClearButtonEnabled(False)
        self._search.addAction(
            icons.icon("search", tint="muted"), QLineEdit.ActionPosition.LeadingPosition
        )
        self._count = QLabel()
        self._count.setObjectName("people:count")
        self._count.setProperty("kind", "muted")
        self._filters = Filters(filters=self._filter_words())
        self._model: RowsModel[PersonRow] = RowsModel(columns=self._columns(), parent=self)
        self._table = Table(
            name="table:people", label=self.tr("Danh sách người dân"), model=self._model
        )
        self._todo_list = CardList(name="list:todos", label=self.tr("Việc cần làm"))
        self._todo_title = QLabel()
        self._todo_title.setProperty("kind", "heading")
        self._throttle = Throttle(self._run_search, delay_ms=_TYPING_MS, parent=self)
        self._new = QPushButton(self.tr("Thêm người mới"))
        self._wire()
        self._compose()

    def refresh(self) -> None:
        """Search again; the place in the list is kept by the view."""
        self._run_search()
        self._jobs.run(self, self._load_todos, on_success=self._show_todos)
        if self.focusWidget() is None:
            self._search.setFocus()

    def search(self, text: str) -> None:
        """Look for somebody, as if it had been typed."""
        self._search.setText(text)
        self._run_search()

    def _filter_words(self) -> list[tuple[str, str]]:
        return [
            ("all", self.tr("Tất cả")),
            ("none", self.tr("Chưa lập phiếu")),
            ("draft", self.tr("Nháp")),
            ("submitted", self.tr("Đã nộp")),
            ("returned", self.tr("Bị trả lại")),
            ("accepted", self.tr("Đã nhận")),
            ("flagged", self.tr("Có nghi vấn")),
        ]

    def _columns(self) -> list[Column[PersonRow]]:
        words = self._words
        return [
            Column(self.tr("Họ và tên"), lambda row: row.full_name),
            Column(self.tr("Ngày sinh"), lambda row: dates.display(row.birth_date), width=100),
            Column(self.tr("Số định danh"), lambda row: row.id_number, width=122),
            Column(self.tr("Thôn, tổ"), lambda row: row.hamlet, width=114),
            Column(
                self.tr("Phiếu"),
                lambda row: words.record_status(row.status),
                tint=lambda row: _STATUS_TINTS[row.status],
                width=126,
            ),
            Column(self.tr("Danh tính"), self._identity_words, tint=_identity_tint, width=152),
        ]

    def _identity_words(self, row: PersonRow) -> str:
        if row.check is not CheckState.NOT_ASKED:
            return self._words.check_state(row.check)
        if row.clashes:
            return self.tr("Hai máy khác nhau")
        return self.tr("Có nghi vấn") if row.flags else ""

    # -- searching --

    def _run_search(self) -> None:
        self._throttle.cancel()
        chosen = self._filters.current
        flagged = chosen == "flagged"
        status = None if chosen in ("all", "flagged") else RecordStatus(chosen)
        query = _Query(self._search.text(), status, flagged)
        self._query = query
        self._is_searching = True
        self._opens_when_found = False
        self._jobs.run(
            self, lambda: self._find(query), on_success=self._show_found, on_error=self.show_problem
        )

    def _find(self, query: _Query) -> _Found:
        rows = self._people.search(
            query.text,
            limit=_PAGE_ROWS,
            offset=0,
            status=query.status,
            flagged_only=query.flagged_only,
        )
        total = self._people.count(query.text, status=query.status, flagged_only=query.flagged_only)
        return _Found(query, rows, total)

    def _show_found(self, found: _Found) -> None:
        if found.query != self._query:
            return  # typed on meanwhile
        self._is_searching = False
        here = self._table.currentIndex()
        before = self._model.row(here.row()).person_id if here.isValid() else None
        self._model.show_rows(found.rows, total=found.total)
        self._count.setText(self.tr("{n} người").format(n=f"{found.total:,}".replace(",", ".")))
        ids = [row.person_id for row in found.rows]
        if found.rows:
            self._table.selectRow(ids.index(before) if before in ids else 0)
        if self._opens_when_found:
            self._opens_when_found = False
            self._open_current()
        self.list_shown.emit()

    def _fetch_more(self, offset: int) -> None:
        query = self._query

        def _more() -> tuple[_Query, list[PersonRow]]:
            rows = self._people.search(
                query.text,
                limit=_PAGE_ROWS,
                offset=offset,
                status=query.status,
                flagged_only=query.flagged_only,
            )
            return query, rows

        self._jobs.run(self, _more, on_success=self._append)

    def _append(self, answer: tuple[_Query, list[PersonRow]]) -> None:
        query, rows = answer
        if query == self._query:
            self._model.append(rows)

    # -- to do --

    def _show_todos(self, todos: Sequence[Todo]) -> None:
        self._todos = {str(number): todo for number, todo in enumerate(todos)}
        self._todo_title.setText(self.tr("Việc cần làm ({n})").format(n=len(todos)))
        cards = [self._todo_card(key, todo) for key, todo in self._todos.items()]
        self._todo_list.show_cards(cards)
        self._todo_list.setVisible(bool(cards))
        self._nothing.setVisible(not cards)

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
        self.person_opened.emit(self._model.row(number).person_id, "")

    def _open_todo(self, key: str) -> None:
        todo = self._todos[key]
        if todo.person_id is not None:
            self.person_opened.emit(todo.person_id, todo.path)

    def _open_new(self) -> None:
        self.person_opened.emit(None, "")

    def _open_current(self) -> None:
        """Enter in the search line opens the person marked in the list."""
        self._throttle.flush()
        if self._is_searching:  # what is marked now answers an older search
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
        self._filters.chosen.connect(lambda _name: self._run_search())
        self._model.page_wanted.connect(self._fetch_more)
        self._table.row_opened.connect(self._open_row)
        self._todo_list.opened.connect(self._open_todo)
        self._new.setObjectName("button:new_person")
        self._new.setProperty("kind", "primary")
        icons.dress(self._new, "person-add", tint="on_accent")
        self._new.setToolTip(self.tr("Thêm người mới (Ctrl+N)"))
        self._new.clicked.connect(self._open_new)
        for keys, action in (
            ("Ctrl+N", self._open_new),
            ("Ctrl+F", self._go_to_search),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self._search)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)
        down.activated.connect(self._go_to_list)

    def _compose(self) -> None:
        self.tools.addWidget(self._new)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self._search, 1)
        top.addWidget(self._count)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addLayout(top)
        left.addWidget(self._filters)
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


def _identity_tint(row: PersonRow) -> str:
    if row.check is CheckState.NOT_ASKED and (row.flags or row.clashes):
        return "warning"
    return _CHECK_TINTS[row.check]
