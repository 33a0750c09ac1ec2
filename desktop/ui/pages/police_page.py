"""The police desk: one person after another is looked up in the national population database.

Everything by keys: Ctrl+1 … Ctrl+8 copy a piece of the identity, one digit answers, the values of
the CSDLQG are typed once and compared as they are typed. What is half-typed waits for its user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.domain.checks import CheckAnswer, CheckCase, CheckList
from desktop.domain.drafts import FormDraft, Held
from desktop.domain.ledger import Action
from desktop.domain.papers import PaperList
from desktop.domain.records import CheckId
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import icons, wording
from desktop.ui.desks.answer_bar import AnswerBar
from desktop.ui.desks.case_notes import CaseNotes
from desktop.ui.desks.case_panel import CasePanel
from desktop.ui.desks.check_queue import CheckQueue, Queue
from desktop.ui.desks.checked_paper import CheckedPaper
from desktop.ui.desks.half_words import HalfWords, Sent, WordBook, texts_of
from desktop.ui.desks.hand_out import HandOut
from desktop.ui.desks.hand_over import HandOver, PaperDesk
from desktop.ui.desks.typed_values import Judge, TypedOutcome, TypedValues
from desktop.ui.page import Page
from desktop.ui.shortcuts import bind
from forms.vietnamese import clean
from sync.protocol.documents import CHECKED_FIELDS

#: What stays in sight below the line with the keyboard: its verdict.
_LINES_BELOW = 60
_NOTE = "note"


class CheckDesk(Judge, Protocol):
    """What the page asks (``desktop.services.checks.Checks``)."""

    def queue(self, *, answered: bool = False, list_key: str = "") -> list[CheckCase]:
        """The persons to look up, or those already answered."""

    def lists(self) -> list[CheckList]:
        """What communes sent together."""

    def answer(
        self,
        check_id: CheckId,
        answer: CheckAnswer,
        *,
        differs: Mapping[str, str] = ...,
        note: str = "",
        number: str = "",
        change: bool = False,
    ) -> None:
        """Keep an answer."""


class ListDesk(PaperDesk, Protocol):
    """The lists of those looked up."""

    def answered(self, list_key: str) -> Sequence[CheckCase]:
        """Who was answered."""


class PolicePage(Page):
    """Lists and queue at the left, the person at the right, the answers below.

    Signals:
        queue_shown: the list shows what the register holds now.
        judged: what is typed was compared.
        answered: an answer is kept.
        handed_out: a list has left the register (how many persons).
        parcels_asked: sending and receiving by file.
    """

    queue_shown = Signal()
    judged = Signal()
    answered = Signal()
    handed_out = Signal(int)
    parcels_asked = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        checks: CheckDesk,
        words: WordBook,
        handing_out: ListDesk,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(name="police")
        self._jobs = jobs
        self._checks = checks
        self._handing_out = handing_out
        self._clock = clock
        self._words = wording.Words(self)
        self._case: CheckCase | None = None
        self._seen_key = ""
        self._last_answered = ""
        self._is_changing = False
        self._again = ""
        self._sending: set[str] = set()
        self._make_widgets()
        self._half = HalfWords(
            desk="police",
            jobs=jobs,
            book=words,
            take=self._typed_words,
            clock=clock,
            parent=self,
        )
        self._half.failed.connect(self.show_problem)
        self._values = TypedValues(
            jobs=jobs,
            judge=checks,
            panel=self._panel,
            bar=self._bar,
            words=self._words,
            parent=self,
        )
        self._compose()
        self._wire()
        self._make_keys()
        self._show_case("")

    def refresh(self) -> None:
        """Read the queue anew."""
        asked = self._queue.begin_reading()
        self._jobs.run(
            self,
            lambda: Queue(
                asked,
                self._checks.queue(answered=asked.answered, list_key=asked.list_key),
                self._checks.lists(),
            ),
            on_success=self._show_queue,
            on_error=self.show_problem,
        )
        if self.focusWidget() is None:
            self._list.setFocus()  # the keys 1, 2, 3 answer from here

    def resume(self, check_id: str) -> None:
        """Go on with the person about whom something is half-typed."""
        self._queue.want(check_id)
        self.refresh()

    def leave(self) -> None:
        """What is half-typed is written now."""
        self._values.stop()
        self._half.flush()

    def hold(self) -> Held | None:
        """What is half-typed, and whom it is about."""
        return self._half.held()

    # -- the queue --

    def _show_queue(self, queue: Queue) -> None:
        if self._queue.show_queue(queue):
            self.set_title(self.tr("Kiểm tra danh tính"), self._queue.counted(queue))
            again, self._again = self._again, ""
            if again and again == self._queue.cards.current_key:
                self._open_again()
            self.queue_shown.emit()

    # -- the person --

    def _show_case(self, key: str) -> None:
        if key and key == self._seen_key and self._typed_words():
            self._case = self._queue.cases.get(key)
            return  # read anew while something is typed: the words stay
        self._half.flush()
        self._case = case = self._queue.cases.get(key)
        self._is_changing = False
        self._empty.setVisible(case is None)
        self._scroll.setVisible(case is not None)
        self._values.begin(case)
        self._bar.note.clear()
        if case is None:
            self._show_empty()
            self._half.begin("", name="", draft=None)
        else:
            self._panel.show_case(case)
            self._notes.show_case(case)
            self._scroll.verticalScrollBar().setValue(0)
            self._begin_words(case)
            if key != self._seen_key:  # read anew it is the same person still
                self.seen.emit(Action.CHECK_VIEW, key)
        self._bar.setVisible(self._may_answer)
        self._seen_key = key

    def _show_empty(self) -> None:
        is_answered = self._queue.is_answered
        self._empty.setText(
            self.tr("Chưa có ai được trả lời.")
            if is_answered
            else self.tr(
                "Không còn ai chờ kiểm tra.\n\nMáy không nối mạng: nhận tệp của xã, hoặc gửi kết "
                "quả về, ở Gửi nhận bằng tệp (F9).\nKý và bàn giao: Danh sách bàn giao (Ctrl+P)."
            )
        )

    def _begin_words(self, case: CheckCase) -> None:
        name = case.identity.get("full_name", "")
        self._half.begin(case.check_id, name=name, draft=None)
        self._jobs.run(
            self,
            lambda: (case.check_id, self._half.read(case.check_id)),
            on_success=self._put_words,
        )

    def _put_words(self, found: tuple[str, FormDraft | None]) -> None:
        """What was typed about this person before stands there again."""
        key, draft = found
        case = self._case
        if draft is None or case is None or case.check_id != key or self._typed_words():
            return
        self._half.begin(key, name=case.identity.get("full_name", ""), draft=draft)
        if not self._may_answer:
            self._half.end()
            return
        texts = texts_of(draft)
        self._bar.note.setText(texts.pop(_NOTE, ""))
        if texts:
            self._values.put(texts)

    def _typed_words(self) -> dict[str, str]:
        """Everything that stands typed and is not kept yet."""
        note = self._bar.note.text()
        return self._panel.texts() | ({_NOTE: note} if note else {})

    @property
    def _may_answer(self) -> bool:
        return self._case is not None and (self._case.is_open or self._is_changing)

    # -- answering --

    def _open_lines(self, at: str = "") -> None:
        if self._may_answer:
            self._values.open(at)

    def _open_number(self) -> None:
        if self._may_answer:
            self._values.open_number()

    def _cancel_lines(self) -> None:
        self._values.close()
        self._half.ask()
        self._list.setFocus()

    def _show_line(self) -> None:
        """The line with the keyboard and what is said of it stay in sight."""
        line = self.focusWidget()
        if line is not None and self._panel.isAncestorOf(line):
            self._scroll.ensureWidgetVisible(line, 0, _LINES_BELOW)
        self.judged.emit()

    def _ask_for_value(self) -> None:
        self.message_bar.show_message(
            self.tr("Chưa ghi mục nào khác."),
            self.tr("Gõ giá trị theo CSDLQG ở mục khác, hoặc bấm Esc rồi chọn Khớp."),
            kind="warning",
        )

    def _keep(self, outcome: TypedOutcome) -> None:
        note = f"{clean(self._bar.note.text())} {outcome.written}".strip()
        self._answer(outcome.answer, differs=outcome.differs, number=outcome.number, note=note)

    def _answer(
        self,
        answer: CheckAnswer,
        *,
        differs: Mapping[str, str] | None = None,
        number: str = "",
        note: str | None = None,
    ) -> None:
        case = self._case
        if case is None or not self._may_answer or case.check_id in self._sending:
            return  # a second press of the key is not a second answer
        told = clean(self._bar.note.text()) if note is None else note
        change = self._is_changing
        self._sending.add(case.check_id)
        sent = self._half.send()
        self._jobs.run(
            self,
            lambda: self._checks.answer(
                case.check_id,
                answer,
                differs=differs or {},
                note=told,
                number=number,
                change=change,
            ),
            lane=Lane.WRITE,
            on_success=lambda _none: self._go_on(case, answer, sent),
            on_error=lambda error: self._fail(error, sent),
        )

    def _go_on(self, case: CheckCase, answer: CheckAnswer, sent: Sent) -> None:
        """The next person comes by itself; who was chosen meanwhile stays, with what is typed."""
        self._sending.discard(case.check_id)
        self._half.kept(sent)
        self._last_answered = case.check_id
        is_shown = self._case is not None and self._case.check_id == case.check_id
        if is_shown:
            self._end_case()
        name = case.identity.get("full_name", "")
        self.message_bar.show_message(
            self.tr("Đã ghi {answer}: {name}.").format(
                answer=self._words.check_answer(answer), name=name
            ),
            self.tr("Nhầm thì bấm Ctrl+Z để trả lời lại."),
            kind="good",
        )
        self._queue.drop(case.check_id)
        if is_shown:
            self._list.setFocus()
        self.answered.emit()
        self.data_changed.emit()
        self.refresh()

    def _end_case(self) -> None:
        """The person shown is answered."""
        self._case = None
        if self._is_changing:
            self._is_changing = False
            self._queue.show_waiting()
        self._values.begin(None)
        self._bar.note.clear()

    def _fail(self, error: AppError, sent: Sent) -> None:
        """Nothing is kept; what is typed stands as it stood, or waits."""
        self._sending.discard(sent.document_id)
        self.show_problem(error)
        self._half.refused(sent)

    def _answer_again(self) -> None:
        """The person shown among the answered; else who was answered last, and nobody else."""
        if self._queue.is_answered:
            self._open_again()
        elif self._last_answered:
            self._again = self._last_answered
            self._queue.want(self._last_answered)
            self._queue.show_answered()
            self.refresh()

    def _open_again(self) -> None:
        if self._case is not None and not self._case.is_open:
            self._is_changing = True
            self._bar.show()
            self._list.setFocus()

    # -- making --

    def _make_widgets(self) -> None:
        self._queue = CheckQueue(words=self._words)
        self._list = self._queue.cards
        self._by_file = QPushButton(self.tr("Gửi nhận bằng tệp (F9)"))
        self._by_file.setObjectName("button:police_parcels")
        self._by_file.setToolTip(
            self.tr("Máy không nối mạng: nhận danh sách, gửi kết quả bằng USB")
        )
        icons.dress(self._by_file, "inbox", tint="accent")
        self._paper_button = QPushButton(self.tr("Danh sách bàn giao… (Ctrl+P)"))
        self._paper_button.setObjectName("button:hand_over_list")
        icons.dress(self._paper_button, "printer", tint="accent")
        self._paper = CheckedPaper(words=self._words, parent=self)
        self._hand = HandOver(
            jobs=self._jobs,
            desk=self._handing_out,
            card=HandOut(
                name="checked",
                about=self.tr("Danh sách đã tra cứu để ký, bàn giao. Giao cho ai, để làm gì?"),
                file_name="danh-sach-da-tra-cuu",
            ),
            action=Action.CHECK_LIST_EXPORT,
            words=self._handed_over,
            parent=self,
        )
        self._empty = QLabel()
        self._empty.setObjectName("police:empty")
        self._empty.setProperty("kind", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._notes = CaseNotes(words=self._words)
        self._panel = CasePanel(words=self._words)
        self._bar = AnswerBar(words=self._words)
        self._scroll = QScrollArea()
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _compose(self) -> None:
        canvas = QWidget()
        canvas.setProperty("kind", "canvas")
        person = QVBoxLayout(canvas)
        person.setContentsMargins(0, 0, 8, 0)
        person.setSpacing(10)
        person.addWidget(self._notes)
        person.addWidget(self._panel)
        person.addStretch(1)
        self._scroll.setWidget(canvas)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self._empty, 1)
        right.addWidget(self._scroll, 1)
        right.addWidget(self._bar)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addWidget(self._queue)
        columns.addLayout(right, 1)
        for button in (self._by_file, self._paper_button):
            self.tools.addWidget(button)
        self.body.addWidget(self._hand.card)
        self.body.addLayout(columns, 1)

    def _wire(self) -> None:
        self._queue.changed.connect(self.refresh)
        self._queue.chosen.connect(self._show_case)
        self._by_file.clicked.connect(self.parcels_asked)
        self._paper_button.clicked.connect(self._open_hand_over)
        self._hand.left.connect(self._list.setFocus)
        self._hand.told.connect(
            lambda words, then, kind: self.message_bar.show_message(words, then, kind=kind)
        )
        self._hand.failed.connect(self.show_problem)
        self._hand.handed_out.connect(self.handed_out)
        self._panel.typed.connect(self._half.ask)
        self._panel.entered.connect(lambda: self._values.keep())
        self._values.judged.connect(self._show_line)
        self._values.kept.connect(self._keep)
        self._values.nothing_typed.connect(self._ask_for_value)
        self._values.failed.connect(self.show_problem)
        self._panel.left.connect(self._cancel_lines)
        self._bar.typed.connect(self._half.ask)
        self._bar.matched.connect(lambda: self._answer(CheckAnswer.MATCHED))
        self._bar.not_found.connect(lambda: self._answer(CheckAnswer.NOT_FOUND))
        self._bar.differs_asked.connect(lambda: self._open_lines())
        self._bar.number_asked.connect(self._open_number)
        self._bar.keep_asked.connect(lambda as_match: self._values.keep(as_match=as_match))
        self._bar.cancelled.connect(self._cancel_lines)

    def _open_hand_over(self) -> None:
        lists, on = self._queue.lists, self._clock().date()
        key, name = lists.current, lists.current_name

        def _make() -> tuple[PaperList, int]:
            cases = self._handing_out.answered(key)
            return self._paper.made(cases, list_name=name, on=on), len(cases)

        self._hand.open(_make)

    def _handed_over(self, count: int, file_name: str) -> tuple[str, str]:
        words = self.tr("Đã lập danh sách {n} người.").format(n=count)
        if file_name:
            words = self.tr("Đã lập danh sách {n} người: {file}.").format(n=count, file=file_name)
        return words, self.tr(
            "Việc lập danh sách và mục đích đã ghi vào nhật ký. Ký rồi bàn giao cho xã."
        )

    def _make_keys(self) -> None:
        for key, action in (
            ("1", lambda: self._answer(CheckAnswer.MATCHED)),
            ("2", lambda: self._open_lines()),
            ("3", lambda: self._answer(CheckAnswer.NOT_FOUND)),
            ("4", self._open_number),
        ):  # digits answer while the list has the focus; in a line they are text
            bind(self._list, key, action, context=Qt.ShortcutContext.WidgetShortcut)
        for number, field in enumerate(CHECKED_FIELDS, 1):
            bind(self, f"Ctrl+{number}", partial(self._panel.copy, field))
        for key, action in (
            ("Ctrl+G", self._bar.note.setFocus),
            ("Ctrl+K", lambda: self._values.keep(as_match=True)),
            ("Ctrl+Z", self._answer_again),
            ("Ctrl+P", self._open_hand_over),
            ("F9", self.parcels_asked.emit),
            ("Ctrl+PgDown", lambda: self._queue.lists.step(+1)),
            ("Ctrl+PgUp", lambda: self._queue.lists.step(-1)),
        ):
            bind(self, key, action)
