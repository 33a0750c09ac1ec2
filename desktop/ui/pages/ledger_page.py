"""The ledger in plain sentences: who did what with this register, when, about whom.

For the chairman as for the officer: newest first, filtered by who, what kind, which days, about one
person; checked line by line; handed out as a list, for a purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from desktop.domain.ledger import (
    GROUPS,
    LONGEST_PURPOSE,
    ActionGroup,
    LedgerCheck,
    LedgerLine,
    LedgerQuery,
)
from desktop.domain.people import PersonId
from desktop.domain.wording import GROUP_WORDS, check_words, day_and_time, fault_words
from desktop.errors import AppError
from desktop.jobs.progress import Progress
from desktop.jobs.runner import JobRunner
from desktop.ui import icons
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.page import Page
from desktop.ui.printing import ask_for_file
from desktop.ui.widgets.table import Table
from forms import dates

_PAGE_ROWS = 100
_TOLD_FAULTS = 5
_SUFFIX = ".xlsx"


class Row(Protocol):
    """A line with its sentence (``desktop.services.ledger.LedgerRow``)."""

    @property
    def line(self) -> LedgerLine:
        """The line as it was written."""

    @property
    def sentence(self) -> str:
        """It in words."""


class LedgerBook(Protocol):
    """What the page asks (``desktop.services.ledger.Ledger``)."""

    def rows(self, query: LedgerQuery, *, limit: int, before: int | None = None) -> Sequence[Row]:
        """A page of lines, newest first."""

    def count(self, query: LedgerQuery) -> int:
        """How many lines match."""

    def authors(self) -> list[str]:
        """Everybody who did something."""

    def about(self, person_id: PersonId) -> tuple[str, ...]:
        """The ids under which a person stands in lines."""

    def name_of(self, person_id: PersonId) -> str:
        """The person's name."""

    def person_in(self, line: LedgerLine) -> PersonId | None:
        """Whom a line is about."""

    def check(self, *, progress: Callable[[int, int], None] | None = None) -> LedgerCheck:
        """Check every line."""

    def export(
        self,
        path: Path,
        query: LedgerQuery,
        *,
        purpose: str,
        progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Write the lines that match into a workbook."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The first page of an answer."""

    query: LedgerQuery
    rows: Sequence[Row]
    total: int
    authors: Sequence[str]


@dataclass(frozen=True, slots=True)
class _About:
    """The one person about whom lines are shown."""

    name: str
    objects: tuple[str, ...]


class LedgerPage(Page):
    """Filters, the lines, the check, the export.

    Signals:
        lines_shown: the lines that match the filters stand in the table.
        checked: a check has ended (``LedgerCheck``).
        exported: a list was written (how many lines).
    """

    lines_shown = Signal()
    checked = Signal(object)
    exported = Signal(int)

    def __init__(self, *, jobs: JobRunner, book: LedgerBook) -> None:
        super().__init__(name="ledger")
        self._jobs = jobs
        self._book = book
        self._about: _About | None = None
        self._query = LedgerQuery()
        self.set_title(self.tr("Nhật ký"), self.tr("Ai đã làm gì với sổ này, lúc nào"))
        self._by = self._choice("ledger_by", self.tr("Người làm"))
        self._kind = self._choice("ledger_kind", self.tr("Loại việc"))
        self._first = self._day("ledger_first", self.tr("Từ ngày"))
        self._last = self._day("ledger_last", self.tr("Đến ngày"))
        self._person = QPushButton()
        self._person.setObjectName("button:ledger_everybody")
        self._person.setProperty("kind", "small")
        self._person.setToolTip(self.tr("Hiện lại nhật ký về mọi người"))
        icons.dress(self._person, "close", tint="accent")
        self._person.clicked.connect(lambda: self.show_about(None))
        self._person.hide()
        self._count = QLabel()
        self._count.setObjectName("ledger:count")
        self._count.setProperty("kind", "muted")
        self._model: RowsModel[Row] = RowsModel(columns=self._columns(), parent=self)
        self._model.page_wanted.connect(self._fetch_more)
        self._table = Table(
            name="table:ledger", label=self.tr("Các dòng nhật ký"), model=self._model
        )
        self._table.row_opened.connect(self._follow_row)
        self._check = self._tool(self.tr("Kiểm tra nhật ký"), "ledger_check", "shield")
        self._check.clicked.connect(self.check)
        self._export = self._tool(self.tr("Xuất danh sách…"), "ledger_export", "save")
        self._export.clicked.connect(self._ask_purpose)
        self._bar = QProgressBar()
        self._bar.setObjectName("ledger:progress")
        self._bar.setAccessibleName(self.tr("Tiến độ"))
        self._bar.setTextVisible(False)
        self._bar.hide()
        self._purpose = QLineEdit()
        self._purpose_card = self._make_purpose_card()
        self._fill_choices(())
        self._compose()

    def refresh(self) -> None:
        """Read anew with the filters that stand there."""
        query = self._asked()
        if query is None:
            return
        self._query = query
        self._jobs.run(
            self, lambda: self._find(query), on_success=self._show, on_error=self.show_problem
        )
        if self.focusWidget() is None:
            self._table.setFocus()

    def show_about(self, person_id: PersonId | None) -> None:
        """Only what was done about one person; ``None``: everything again."""
        if person_id is None:
            self._set_about(None)
            return
        self._jobs.run(
            self,
            lambda: _About(self._book.name_of(person_id), self._book.about(person_id)),
            on_success=self._set_about,
            on_error=self.show_problem,
        )

    def check(self) -> None:
        """Check every line and say what came of it."""
        progress = self._begin()
        self._jobs.run(
            self,
            lambda: self._book.check(progress=progress.step),
            on_success=self._tell_check,
            on_error=self._fail,
        )

    def export_to(self, path: Path) -> None:
        """Write what the filters leave, for the purpose that stands there."""
        query, purpose = self._query, self._purpose.text()
        path = path if path.suffix.lower() == _SUFFIX else path.with_name(path.name + _SUFFIX)
        progress = self._begin()
        self._jobs.run(
            self,
            lambda: self._book.export(path, query, purpose=purpose, progress=progress.step),
            on_success=lambda count: self._tell_export(count, path),
            on_error=self._fail,
        )

    # -- finding --

    def _asked(self) -> LedgerQuery | None:
        """What the filters say; ``None`` after saying that a day is none."""
        days: list[date | None] = []
        for line in (self._first, self._last):
            text = line.text().strip()
            parsed = dates.parse_typed(text) if text else None
            if text and parsed is None:
                self.message_bar.show_message(
                    self.tr("Không hiểu ngày {day}.").format(day=text),
                    self.tr("Ghi ngày/tháng/năm, hoặc chỉ tháng/năm, hoặc chỉ năm."),
                    kind="warning",
                )
                line.setFocus()
                return None
            is_first = line is self._first
            days.append(None if parsed is None else _edge(parsed, is_first=is_first))
        kind = self._kind.currentData()
        actions = GROUPS[ActionGroup(kind)] if kind else frozenset()
        return LedgerQuery(
            by=str(self._by.currentData() or ""),
            actions=frozenset(action.value for action in actions),
            first_day=days[0],
            last_day=days[1],
            objects=() if self._about is None else self._about.objects,
        )

    def _find(self, query: LedgerQuery) -> _Found:
        rows = self._book.rows(query, limit=_PAGE_ROWS)
        return _Found(query, rows, self._book.count(query), self._book.authors())

    def _show(self, found: _Found) -> None:
        if found.query != self._query:
            return  # filtered otherwise meanwhile
        self._fill_choices(found.authors)
        self._model.show_rows(found.rows, total=found.total)
        self._table.say_when_empty(self.tr("Không có dòng nào như vậy. Bớt điều kiện lọc rồi xem."))
        self._count.setText(self.tr("{n} dòng").format(n=_grouped(found.total)))
        if found.rows:
            self._table.selectRow(0)
        self.lines_shown.emit()

    def _fetch_more(self, _offset: int) -> None:
        query, last = self._query, self._model.rows()[-1].line.n

        def _more() -> tuple[LedgerQuery, Sequence[Row]]:
            return query, self._book.rows(query, limit=_PAGE_ROWS, before=last)

        self._jobs.run(self, _more, on_success=self._append, on_error=self.show_problem)

    def _append(self, answer: tuple[LedgerQuery, Sequence[Row]]) -> None:
        query, rows = answer
        if query == self._query:
            self._model.append(rows)

    def _follow_row(self, number: int) -> None:
        """Everything about the person of this line."""
        line = self._model.row(number).line
        self._jobs.run(
            self,
            lambda: self._book.person_in(line),
            on_success=lambda person: None if person is None else self.show_about(person),
        )

    def _set_about(self, about: _About | None) -> None:
        self._about = about
        self._person.setVisible(about is not None)
        if about is not None:
            name = about.name or self.tr("người không còn trong sổ")
            self._person.setText(self.tr("Chỉ về {name}").format(name=name))
        self.refresh()

    # -- checking and handing out --

    def _begin(self) -> Progress:
        self.message_bar.hide()
        self._check.setEnabled(False)
        self._export.setEnabled(False)
        self._bar.setRange(0, 0)
        self._bar.show()
        progress = Progress(self)
        progress.stepped.connect(self._show_progress)
        return progress

    def _show_progress(self, done: int, total: int) -> None:
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)

    def _end(self) -> None:
        self._check.setEnabled(True)
        self._export.setEnabled(True)
        self._bar.hide()

    def _tell_check(self, check: LedgerCheck) -> None:
        self._end()
        if check.is_sound:
            then = self.tr("Đã đối chiếu với {n} bản sao lưu.").format(n=check.witnesses)
            self.message_bar.show_message(check_words(check), then, kind="good")
        else:
            told = [fault_words(fault) for fault in check.faults[:_TOLD_FAULTS]]
            then = self.tr("Không sửa gì thêm, báo người quản lý của tỉnh và giữ các bản sao lưu.")
            self.message_bar.show_message(
                "\n".join([check_words(check), *told]), then, kind="error"
            )
        self.refresh()
        self.checked.emit(check)

    def _ask_purpose(self) -> None:
        self._purpose_card.show()
        self._purpose.setFocus()

    def _close_purpose(self) -> None:
        self._purpose_card.hide()
        self._purpose.clear()
        self._table.setFocus()

    def _choose_file(self) -> None:
        """Where to."""
        if not self._purpose.text().strip():
            self.message_bar.show_message(
                self.tr("Chưa ghi mục đích."),
                self.tr("Ghi ngắn gọn xuất để làm gì, cho ai."),
                kind="warning",
            )
            self._purpose.setFocus()
            return
        ask_for_file(
            self,
            title=self.tr("Lưu danh sách nhật ký"),
            pattern=self.tr("Bảng tính (*.xlsx)"),
            suffix="xlsx",
            chosen=self.export_to,
        )

    def _tell_export(self, count: int, path: Path) -> None:
        self._end()
        self._close_purpose()
        self.message_bar.show_message(
            self.tr("Đã xuất {n} dòng vào {file}.").format(n=_grouped(count), file=path.name),
            self.tr("Việc xuất và mục đích đã được ghi vào nhật ký."),
            kind="good",
        )
        self.refresh()
        self.exported.emit(count)

    def _fail(self, error: AppError) -> None:
        self._end()
        self.show_problem(error)

    # -- making --

    def _columns(self) -> list[Column[Row]]:
        return [
            Column(self.tr("Số"), lambda row: str(row.line.n), width=80),
            Column(self.tr("Lúc"), lambda row: day_and_time(row.line.at), width=172),
            Column(self.tr("Việc"), lambda row: row.sentence),
        ]

    def _choice(self, name: str, label: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"input:{name}")
        box.setAccessibleName(label)
        box.activated.connect(lambda _index: self.refresh())
        return box

    def _day(self, name: str, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"input:{name}")
        line.setAccessibleName(label)
        line.setPlaceholderText(label)
        line.setFixedWidth(112)
        line.editingFinished.connect(self._refresh_if_other)
        return line

    def _refresh_if_other(self) -> None:
        """Leaving a line in which nothing changed asks nothing."""
        if (query := self._asked()) is not None and query != self._query:
            self.refresh()

    def _fill_choices(self, authors: Sequence[str]) -> None:
        """Who stands in the ledger; what was chosen stays chosen."""
        names = [(self.tr("Mọi người làm"), ""), *((name, name) for name in authors)]
        _fill(self._by, names)
        groups = [(GROUP_WORDS[group], group.value) for group in ActionGroup]
        _fill(self._kind, [(self.tr("Mọi việc"), ""), *groups])

    def _tool(self, text: str, name: str, icon: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"button:{name}")
        button.setAccessibleName(text)
        icons.dress(button, icon, tint="accent")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _make_purpose_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        self._purpose.setObjectName("input:ledger_purpose")
        self._purpose.setAccessibleName(self.tr("Xuất để làm gì, cho ai"))
        self._purpose.setPlaceholderText(self.tr("Xuất để làm gì, cho ai"))
        self._purpose.setMaxLength(LONGEST_PURPOSE)
        self._purpose.returnPressed.connect(self._choose_file)
        go = QPushButton(self.tr("Chọn nơi lưu…"))
        go.setObjectName("button:ledger_save")
        go.setProperty("kind", "primary")
        go.clicked.connect(self._choose_file)
        stop = QPushButton(self.tr("Thôi"))
        stop.setObjectName("button:ledger_no_export")
        stop.clicked.connect(self._close_purpose)
        row = QHBoxLayout(card)
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(8)
        row.addWidget(self._purpose, 1)
        row.addWidget(go)
        row.addWidget(stop)
        card.hide()
        return card

    def _compose(self) -> None:
        for button in (self._check, self._export):
            self.tools.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        filters = QHBoxLayout()
        filters.setSpacing(8)
        for widget in (self._by, self._kind, self._first, self._last, self._person):
            filters.addWidget(widget)
        filters.addStretch(1)
        filters.addWidget(self._count)
        middle = QVBoxLayout()
        middle.setSpacing(10)
        middle.addLayout(filters)
        middle.addWidget(self._purpose_card)
        middle.addWidget(self._bar)
        middle.addWidget(self._table, 1)
        self.body.addLayout(middle, 1)


def _edge(parsed: dates.PartialDate, *, is_first: bool) -> date:
    """The first or the last day of what was typed."""
    return parsed.earliest() if is_first else parsed.latest()


def _fill(box: QComboBox, entries: Sequence[tuple[str, str]]) -> None:
    """These entries; the choice stays where it was, if it is still there."""
    kept = box.currentData()
    if [box.itemData(index) for index in range(box.count())] == [value for _, value in entries]:
        return
    box.clear()
    for text, value in entries:
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(kept)))


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")
