"""The police desk: one person after another is looked up in the national population database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.checks import COMPARED_FIELDS, CheckAnswer, CheckCase
from desktop.domain.ledger import Action
from desktop.domain.records import CheckId
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import icons, wording
from desktop.ui.models.cards import Card
from desktop.ui.page import Page
from desktop.ui.widgets.card_list import CardList
from desktop.ui.widgets.copy_row import CopyRow
from desktop.ui.widgets.filters import Filters
from forms import dates
from forms.definition import Answer
from forms.vietnamese import clean
from sync.protocol.documents import CHECKED_FIELDS

_LIST_WIDTH = 330
_ANSWER_TINTS = {
    CheckAnswer.MATCHED: "good",
    CheckAnswer.DIFFERS: "warning",
    CheckAnswer.NOT_FOUND: "error",
}


class CheckDesk(Protocol):
    """What the page asks (``desktop.services.checks.Checks``)."""

    def queue(self, *, answered: bool = False) -> list[CheckCase]:
        """The persons to look up, or those already answered."""

    def answer(
        self,
        check_id: CheckId,
        answer: CheckAnswer,
        *,
        differs: Mapping[str, str] = ...,
        note: str = "",
    ) -> None:
        """Keep an answer."""


class PolicePage(Page):
    """The queue at the left, the person at the right, three answers below.

    Signals:
        queue_shown: the list shows what the register holds now.
        answered: an answer is kept.
    """

    queue_shown = Signal()
    answered = Signal()

    def __init__(self, *, jobs: JobRunner, checks: CheckDesk) -> None:
        super().__init__(name="police")
        self._jobs = jobs
        self._checks = checks
        self._words = wording.Words(self)
        self._cases: dict[str, CheckCase] = {}
        self._case: CheckCase | None = None
        self._place = 0
        self._seen_key = ""
        self.set_title(self.tr("Kiểm tra danh tính"))
        self._filters = Filters(
            filters=[("waiting", self.tr("Chờ trả lời")), ("answered", self.tr("Đã trả lời"))]
        )
        self._filters.chosen.connect(lambda _name: self.refresh())
        self._list = CardList(name="list:checks", label=self.tr("Người cần kiểm tra"))
        self._list.chosen.connect(self._show_case)
        self._person = QScrollArea()
        self._person.setWidgetResizable(True)
        self._person.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._empty = QLabel()
        self._empty.setProperty("kind", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note = QLineEdit()
        self._ticks: dict[str, QCheckBox] = {}
        self._values: dict[str, QLineEdit] = {}
        self._differs_box = self._make_differs_box()
        self._buttons: dict[CheckAnswer, QPushButton] = {}
        self._answer_card = self._make_answer_card()
        self._compose()

    def refresh(self) -> None:
        """Read the queue anew."""
        answered = self._filters.current == "answered"
        self._jobs.run(
            self,
            lambda: (answered, self._checks.queue(answered=answered)),
            on_success=self._show_queue,
            on_error=self.show_problem,
        )
        if self.focusWidget() is None:
            self._list.setFocus()  # the keys 1, 2, 3 answer from here

    # -- the queue --

    def _show_queue(self, queue: tuple[bool, Sequence[CheckCase]]) -> None:
        answered, cases = queue
        if answered != (self._filters.current == "answered"):
            return
        keep = self._list.current_key
        self._cases = {case.check_id: case for case in cases}
        self._list.show_cards([self._card(case) for case in cases], keep=keep)
        if not self._list.current_key:
            self._list.choose(min(self._place, len(cases) - 1))
        if not cases:
            self._show_case("")
        count = self.tr("{n} người đã trả lời") if answered else self.tr("{n} người chờ tra cứu")
        self.set_title(self.tr("Kiểm tra danh tính"), count.format(n=len(cases)))
        self.queue_shown.emit()

    def _card(self, case: CheckCase) -> Card:
        identity = case.identity
        born = dates.display(identity.get("birth_date", ""))
        badge = "" if case.answer is None else self._words.check_answer(case.answer)
        return Card(
            key=case.check_id,
            title=identity.get("full_name", "") or self.tr("(chưa có tên)"),
            badge=badge,
            tint=_ANSWER_TINTS[case.answer] if case.answer else "muted",
            lines=(
                " · ".join(part for part in (born, identity.get("id_number", "")) if part),
                "; ".join(self._words.flag(code) for code in case.reasons),
            ),
        )

    # -- the person --

    def _show_case(self, key: str) -> None:
        self._case = self._cases.get(key)
        case = self._case
        self._empty.setVisible(case is None)
        self._person.setVisible(case is not None)
        self._answer_card.setVisible(_is_open(case))
        answered = self._filters.current == "answered"
        self._empty.setText(
            self.tr("Chưa có ai được trả lời.")
            if answered
            else self.tr("Không còn ai chờ kiểm tra.")
        )
        self._close_differs()
        if case is not None:
            self._place = list(self._cases).index(key)
            self._person.setWidget(self._draw_person(case))
            if key != self._seen_key:  # read anew it is the same person still
                self.seen.emit(Action.CHECK_VIEW, key)
        self._seen_key = key

    def _draw_person(self, case: CheckCase) -> QWidget:
        panel = QWidget()
        panel.setProperty("kind", "canvas")
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        column.addWidget(self._draw_reasons(case))
        column.addWidget(self._draw_identity(case))
        if case.answer is not None:
            column.addWidget(self._draw_answer(case))
        if case.competing:
            column.addWidget(self._draw_competing(case))
        column.addStretch(1)
        return panel

    def _draw_reasons(self, case: CheckCase) -> QFrame:
        box = QFrame()
        box.setProperty("note", "warning")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(14, 10, 14, 10)
        inside.setSpacing(2)
        why = [f"• {self._words.flag(code)}" for code in case.reasons]
        title = QLabel(self.tr("Vì sao cần kiểm tra"))
        title.setProperty("kind", "strong")
        inside.addWidget(title)
        for line in why or [self.tr("Cán bộ xã đề nghị kiểm tra.")]:
            words = QLabel(line)
            words.setWordWrap(True)
            inside.addWidget(words)
        asked = self.tr("{by} hỏi lúc {at}").format(
            by=case.asked_by, at=wording.moment(case.asked_at)
        )
        who = QLabel(asked)
        who.setProperty("kind", "small")
        inside.addWidget(who)
        return box

    def _draw_identity(self, case: CheckCase) -> QFrame:
        box = QFrame()
        box.setProperty("kind", "card")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(16, 10, 12, 10)
        inside.setSpacing(0)
        for field in CHECKED_FIELDS:
            raw = case.identity.get(field, "")
            value = self._words.person_value(field, raw)
            if value or field in COMPARED_FIELDS:
                inside.addWidget(
                    CopyRow(
                        name=field,
                        label=self._words.person_field(field),
                        value=value or self.tr("(không ghi)"),
                        copied=value,
                    )
                )
        return box

    def _draw_answer(self, case: CheckCase) -> QFrame:
        assert case.answer is not None  # noqa: S101 - for the type checker
        box = QFrame()
        box.setProperty("note", _ANSWER_TINTS[case.answer])
        inside = QVBoxLayout(box)
        inside.setContentsMargins(14, 10, 14, 10)
        title = QLabel(self.tr("Đã trả lời: {a}").format(a=self._words.check_answer(case.answer)))
        title.setProperty("kind", "strong")
        inside.addWidget(title)
        lines = [
            self.tr("{field} theo CSDLQG: {value}").format(
                field=self._words.person_field(field),
                value=self._words.person_value(field, value),
            )
            for field, value in case.differs.items()
        ]
        for line in [*lines, case.note]:
            if line:
                words = QLabel(line)
                words.setWordWrap(True)
                inside.addWidget(words)
        return box

    def _draw_competing(self, case: CheckCase) -> QFrame:
        """Another device answered otherwise; answering again decides."""
        box = QFrame()
        box.setObjectName("check:competing")
        box.setProperty("note", "warning")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(14, 10, 14, 10)
        title = QLabel(self.tr("Máy khác trả lời khác; hãy trả lời lại để chốt."))
        title.setProperty("kind", "strong")
        inside.addWidget(title)
        for field, others in case.competing.items():
            for other in others:
                words = QLabel(
                    self.tr("{value} ({by}, {at})").format(
                        value=self._competing_text(field, other.value),
                        by=other.by,
                        at=wording.moment(other.at),
                    )
                )
                words.setWordWrap(True)
                inside.addWidget(words)
        return box

    def _competing_text(self, field: str, value: Answer) -> str:
        if field == "answer" and value is not None:
            return self._words.check_answer(CheckAnswer(value))
        kind, _, name = field.partition(".")
        text = self._words.person_value(name, str(value or "")) or self.tr("(không ghi)")
        return f"{self._words.person_field(name)}: {text}" if kind == "differs" else text

    # -- answering --

    def _answer_matched(self) -> None:
        self._answer(CheckAnswer.MATCHED, {})

    def _answer_not_found(self) -> None:
        self._answer(CheckAnswer.NOT_FOUND, {})

    def _open_differs(self) -> None:
        if not _is_open(self._case):
            return
        if not self._differs_box.isHidden():
            self._answer_differs()
            return
        self._differs_box.show()
        for button in self._buttons.values():
            button.hide()
        self._ticks[COMPARED_FIELDS[0]].setFocus()

    def _close_differs(self) -> None:
        self._differs_box.hide()
        for button in self._buttons.values():
            button.show()
        for tick in self._ticks.values():
            tick.setChecked(False)
        for line in (*self._values.values(), self._note):
            line.clear()

    def _answer_differs(self) -> None:
        differs = {
            field: self._typed(field) for field, tick in self._ticks.items() if tick.isChecked()
        }
        empty = [field for field, value in differs.items() if not value]
        if not differs or empty:
            self.message_bar.show_message(
                self.tr("Chọn ít nhất một mục sai khác và ghi giá trị theo CSDLQG."),
                kind="warning",
            )
            (self._values[empty[0]] if empty else self._ticks[COMPARED_FIELDS[0]]).setFocus()
            return
        self._answer(CheckAnswer.DIFFERS, differs)

    def _typed(self, field: str) -> str:
        text = clean(self._values[field].text())
        if field == "birth_date" and (parsed := dates.parse_typed(text)) is not None:
            return parsed.stored
        return text

    def _answer(self, answer: CheckAnswer, differs: Mapping[str, str]) -> None:
        case = self._case
        if case is None or not _is_open(case):
            return
        note = clean(self._note.text())
        self._case = None  # a second press of the key is not a second answer
        self.message_bar.hide()
        self._jobs.run(
            self,
            lambda: self._checks.answer(case.check_id, answer, differs=differs, note=note),
            lane=Lane.WRITE,
            on_success=lambda _none: self._go_on(),
            on_error=self._fail,
        )

    def _go_on(self) -> None:
        """The next person comes by itself."""
        self._close_differs()
        self._list.setFocus()
        self.answered.emit()
        self.data_changed.emit()
        self.refresh()

    def _fail(self, error: AppError) -> None:
        self.show_problem(error)
        self._show_case(self._list.current_key)

    # -- making --

    def _make_differs_box(self) -> QFrame:
        box = QFrame()
        box.setProperty("kind", "plain")
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        title = QLabel(self.tr("Mục nào khác, CSDLQG ghi thế nào?"))
        title.setProperty("kind", "strong")
        grid.addWidget(title, 0, 0, 1, 2)
        for number, field in enumerate(COMPARED_FIELDS, start=1):
            grid.addWidget(self._tick(field), number, 0)
            grid.addWidget(self._value_line(field), number, 1)
        cancel = QPushButton(self.tr("Thôi"))
        cancel.setObjectName("button:cancel_differs")
        cancel.clicked.connect(self._close_differs)
        keep = QPushButton(self.tr("Ghi kết quả sai khác"))
        keep.setObjectName("button:answer_differs")
        keep.setProperty("kind", "primary")
        keep.clicked.connect(self._answer_differs)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(keep)
        grid.addLayout(row, len(COMPARED_FIELDS) + 1, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        return box

    def _tick(self, field: str) -> QCheckBox:
        tick = QCheckBox(self._words.person_field(field))
        tick.setObjectName(f"tick:{field}")
        tick.toggled.connect(self._ticked)
        self._ticks[field] = tick
        return tick

    def _value_line(self, field: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"input:differs_{field}")
        words = self.tr("{field} theo CSDLQG").format(field=self._words.person_field(field))
        line.setAccessibleName(words)
        line.setEnabled(False)
        line.returnPressed.connect(self._answer_differs)
        self._values[field] = line
        return line

    def _ticked(self, on: bool) -> None:
        tick = self.sender()
        for field, box in self._ticks.items():
            if box is tick:
                self._values[field].setEnabled(on)
                if on:
                    self._values[field].setFocus()

    def _make_answer_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        self._note.setObjectName("input:check_note")
        self._note.setAccessibleName(self.tr("Ghi chú"))
        self._note.setPlaceholderText(self.tr("Ghi chú (nếu có)"))
        answers = QHBoxLayout()
        answers.setSpacing(10)
        for answer, text, icon, action in (
            (CheckAnswer.MATCHED, self.tr("1  Khớp"), "check-circle", self._answer_matched),
            (CheckAnswer.DIFFERS, self.tr("2  Sai khác…"), "differs", self._open_differs),
            (
                CheckAnswer.NOT_FOUND,
                self.tr("3  Không có thông tin"),
                "missing",
                self._answer_not_found,
            ),
        ):
            button = QPushButton(text)
            button.setObjectName(f"button:answer_{answer.value}_key")
            button.setProperty("kind", "answer")
            icons.dress(button, icon, tint=_ANSWER_TINTS[answer])
            button.clicked.connect(action)
            self._buttons[answer] = button
            answers.addWidget(button, 1)
            self._answer_key(text[0], action)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.setSpacing(10)
        inside.addWidget(self._differs_box)
        inside.addWidget(self._note)
        inside.addLayout(answers)
        self._differs_box.hide()
        return card

    def _answer_key(self, key: str, action: Callable[[], None]) -> None:
        """Digits answer while the list has the focus; in a text line they are text."""
        shortcut = QShortcut(QKeySequence(key), self._list)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(action)

    def _compose(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self._filters)
        left.addWidget(self._list, 1)
        box = QWidget()
        box.setFixedWidth(_LIST_WIDTH)
        left.setContentsMargins(0, 0, 0, 0)
        box.setLayout(left)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self._empty, 1)
        right.addWidget(self._person, 1)
        right.addWidget(self._answer_card)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addWidget(box)
        columns.addLayout(right, 1)
        self.body.addLayout(columns, 1)
        self._show_case("")


def _is_open(case: CheckCase | None) -> bool:
    """Is there something to answer, or to decide between two answers?"""
    return case is not None and (case.answer is None or bool(case.competing))
