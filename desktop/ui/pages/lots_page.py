"""Accepting many records by a sample: draw, key again from the paper, compare, decide."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.drafts import FormDraft, Held
from desktop.domain.lots import RATES, Lot, LotChoice, LotResult, LotState
from desktop.domain.records import SubmissionId
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import wording
from desktop.ui.desks.half_words import HalfWords, WordBook, texts_of
from desktop.ui.desks.lot_drawing import LotDrawing
from desktop.ui.desks.lot_result import LotResultPanel
from desktop.ui.forms.form_view import FormView
from desktop.ui.forms.row_writer import Notes
from desktop.ui.models.cards import Card
from desktop.ui.page import Page
from desktop.ui.shortcuts import bind
from desktop.ui.widgets.card_list import CardList
from forms.definition import Answer, Answers, FormDefinition
from forms.runtime.engine import Filling

_LIST_WIDTH = 268
#: The card that begins a new lot.
_NEW = "new"
_STATE_TINTS = {
    LotState.KEYING: "warning",
    LotState.KEYED: "info",
    LotState.ACCEPTED: "good",
    LotState.RETURNED: "error",
}


class LotDesk(Protocol):
    """What the page asks (``desktop.services.lots.Lots``)."""

    def choices(self) -> Sequence[LotChoice]:
        """What waits, by commune and form."""

    def list(self) -> Sequence[Lot]:
        """Lots, newest first."""

    def draw(self, choice: LotChoice, *, rate: int) -> Lot:
        """Take what waits together and draw the sample."""

    def definition(self, lot: Lot) -> FormDefinition:
        """The form to key again."""

    def known(self, submission_id: SubmissionId) -> dict[str, Answer]:
        """What finds the paper."""

    def keep(self, lot_id: str, submission_id: SubmissionId, answers: Answers) -> Lot:
        """What was keyed."""

    def result(self, lot_id: str) -> LotResult:
        """Errors per field."""

    def accept(self, lot_id: str) -> int:
        """Accept every record of the lot."""

    def give_back(self, lot_id: str, *, of_sample: str, of_others: str) -> int:
        """Return every record of the lot."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What stands at the right: a paper to key, or a result."""

    lot: Lot
    definition: FormDefinition
    filling: Filling | None = None
    known: Mapping[str, Answer] | None = None
    result: LotResult | None = None
    draft: FormDraft | None = None


class LotsPage(Page):
    """Lots at the left; at the right a new one, a paper to key again, or a result.

    Signals:
        lots_shown: the list shows what the register holds now.
        paper_shown: a paper of the sample is to be keyed.
        result_shown: errors per field stand there.
        decided: the lot was accepted or returned.
    """

    lots_shown = Signal()
    paper_shown = Signal()
    result_shown = Signal()
    decided = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        lots: LotDesk,
        words: WordBook,
        begin_keying: Callable[[Lot, Mapping[str, Answer]], Filling],
        form_title: Callable[[str], str],
        commune_names: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(name="lots")
        self._jobs = jobs
        self._service = lots
        self._begin_keying = begin_keying
        self._form_title = form_title
        self._commune_names = commune_names
        self._lots: dict[str, Lot] = {}
        self._shown: _Shown | None = None
        self._view: FormView | None = None
        self._is_sending = False
        self._wanted = self._go_on_at = ""
        self.set_title(
            self.tr("Kiểm tra theo mẫu"),
            self.tr("Chọn ngẫu nhiên 3–5 % phiếu, nhập lại từ giấy rồi mới nhận cả lô."),
        )
        self._list = CardList(name="list:lots", label=self.tr("Các lô"))
        self._list.chosen.connect(self._open)
        self._drawing = LotDrawing(name_of=self._named)
        self._drawing.draw_asked.connect(self._draw)
        self._result = LotResultPanel()
        self._result.accept_asked.connect(self._accept)
        self._result.return_asked.connect(self._give_back)
        self._paper = QWidget()
        self._paper_title = QLabel()
        self._paper_title.setObjectName("lot:paper")
        self._paper_title.setProperty("kind", "heading")
        self._paper_title.setWordWrap(True)
        self._keep_button = QPushButton(self.tr("Ghi phiếu này (Ctrl+Enter)"))
        self._keep_button.setObjectName("button:keep_keyed")
        self._keep_button.setProperty("kind", "primary")
        self._keep_button.clicked.connect(self._keep)
        self._later = QPushButton(self.tr("Để sau (Alt+←)"))
        self._later.setObjectName("button:key_later")
        self._later.clicked.connect(self._put_off)
        self._half = HalfWords(
            desk="lots", jobs=jobs, book=words, take=self._keyed_words, clock=clock, parent=self
        )
        self._half.failed.connect(self.show_problem)
        self._compose()
        for keys, action in (
            ("Ctrl+Return", self._press_main),
            ("Ctrl+Enter", self._press_main),
            ("Alt+Left", self._put_off),
        ):
            bind(self, keys, action)

    def refresh(self) -> None:
        """Read the lots anew."""
        self._jobs.run(
            self,
            lambda: (self._service.list(), self._service.choices()),
            on_success=self._show_lots,
            on_error=self.show_problem,
        )
        if self.focusWidget() is None:
            self._list.setFocus()

    def resume(self, submission_id: str) -> None:
        """Go on with the paper that is half keyed."""
        self._wanted = submission_id
        self.refresh()

    def leave(self) -> None:
        """What is half-typed is written now."""
        self._half.flush()

    def hold(self) -> Held | None:
        """What is half keyed, of which paper."""
        return self._half.held()

    # -- the list --

    def _show_lots(self, found: tuple[Sequence[Lot], Sequence[LotChoice]]) -> None:
        lots, choices = found
        self._lots = {lot.lot_id: lot for lot in lots}
        keep = self._list.current_key
        wanted = next((lot.lot_id for lot in lots if self._wanted in lot.sample), self._go_on_at)
        self._wanted = self._go_on_at = ""
        new = Card(
            _NEW,
            self.tr("Lô mới…"),
            (self.tr("{n} phiếu đang chờ").format(n=sum(one.waiting for one in choices)),),
        )
        self._drawing.show_choices(choices)
        self._list.show_cards([new, *map(self._card, lots)], keep=wanted or keep)
        if not self._list.current_key:
            self._list.choose(0)
        self.lots_shown.emit()

    def _card(self, lot: Lot) -> Card:
        states = {
            LotState.KEYING: self.tr("Đang nhập lại {n}/{all}").format(
                n=len(lot.keyed), all=len(lot.sample)
            ),
            LotState.KEYED: self.tr("Chờ quyết định"),
            LotState.ACCEPTED: self.tr("Đã nhận cả lô"),
            LotState.RETURNED: self.tr("Đã trả cả lô"),
        }
        return Card(
            lot.lot_id,
            self._commune_names.get(lot.commune_code, lot.commune_code),
            (
                self._form_title(lot.form_id),
                self.tr("{n} phiếu, mẫu {m} · số chọn mẫu {seed}").format(
                    n=len(lot.members), m=len(lot.sample), seed=lot.seed
                ),
                wording.moment(lot.at),
            ),
            badge=states[lot.state],
            tint=_STATE_TINTS[lot.state],
        )

    def _named(self, choice: LotChoice) -> str:
        commune = self._commune_names.get(choice.commune_code, choice.commune_code)
        return f"{commune} · {self._form_title(choice.form_id)}"

    # -- one lot --

    def _open(self, key: str) -> None:
        self._half.flush()
        self._list.show()
        lot = self._lots.get(key)
        if lot is None:
            self._half.begin("", name="", draft=None)
            self._shown = None
            self._stack.setCurrentWidget(self._drawing)
            return
        self._jobs.run(
            self, lambda: self._read(lot), on_success=self._show, on_error=self.show_problem
        )

    def _read(self, lot: Lot) -> _Shown:
        definition, following = self._service.definition(lot), lot.next
        if lot.state is LotState.KEYING and following is not None:
            known = self._service.known(following)
            draft = self._half.read(following)
            typed = {} if draft is None else _answers_of(draft)
            filling = self._begin_keying(lot, {**known, **typed})
            return _Shown(lot, definition, filling, known, draft=draft)
        return _Shown(lot, definition, result=self._service.result(lot.lot_id))

    def _show(self, shown: _Shown) -> None:
        if shown.lot.lot_id != self._list.current_key:
            return
        if self._shown is not None and self._keyed_words() and shown.filling is not None:
            if self._shown.lot.next == shown.lot.next:
                self._list.hide()
                return  # read anew while it is keyed: what is typed stays
        self._shown = shown
        if shown.filling is not None and shown.known is not None:
            self._show_paper(shown, shown.filling, shown.known)
        elif shown.result is not None:
            self._half.begin("", name="", draft=None)
            self._list.show()
            self._result.show_result(shown.lot, shown.result, shown.definition)
            self._stack.setCurrentWidget(self._result)
            self.result_shown.emit()

    def _show_paper(self, shown: _Shown, filling: Filling, known: Mapping[str, Answer]) -> None:
        lot = shown.lot
        if self._view is None or self._view.definition != shown.definition:
            if self._view is not None:
                self._view.hide()
                self._view.deleteLater()
            self._view = FormView(definition=shown.definition)
            self._view.typed.connect(self._half.ask)
            self._paper_column.addWidget(self._view, 1)
        self._view.show_filling(filling, confirmations={}, notes=Notes({}, {}, {}))
        self._paper_title.setText(
            self.tr("Phiếu {n}/{all}: {who}. Nhập lại từ giấy.").format(
                n=len(lot.keyed) + 1,
                all=len(lot.sample),
                who=", ".join(self._who(shown, known)),
            )
        )
        self._list.hide()  # a form wants the whole width
        self._half.begin(str(lot.next), name="", draft=shown.draft)
        self._stack.setCurrentWidget(self._paper)
        self._view.focus_first()
        self.paper_shown.emit()

    @staticmethod
    def _who(shown: _Shown, known: Mapping[str, Answer]) -> list[str]:
        """The name, the hamlet, the number of the household: what the paper is found by."""
        paths = [
            shown.definition.path_of_role(role)
            for role in ("person.full_name", "household.hamlet", "household.code")
        ]
        return [str(known[path]) for path in paths if path is not None and path in known]

    def _put_off(self) -> None:
        """Back to the lots; what is keyed so far waits."""
        self._half.flush()
        self._list.show()
        self._stack.setCurrentWidget(self._drawing)
        self._shown = None
        self._list.choose(0)
        self._list.setFocus()

    def _keyed_words(self) -> dict[str, str]:
        """The answers of the paper as texts, those that found the paper left out."""
        shown = self._shown
        if self._view is None or shown is None or shown.known is None:
            return {}
        if self._stack.currentWidget() is not self._paper:
            return {}
        return {
            path: json.dumps(value)
            for path, value in self._view.answers().items()
            if value is not None and shown.known.get(path) != value
        }

    # -- doing --

    def _press_main(self) -> None:
        current = self._stack.currentWidget()
        if current is self._paper:
            self._keep()
        elif current is self._drawing:
            self._drawing.draw()

    def _draw(self, choice: object, rate: int) -> None:
        if isinstance(choice, LotChoice) and rate in RATES:
            self._work(lambda: self._service.draw(choice, rate=rate).lot_id, self._go_to)

    def _go_to(self, lot_id: object) -> None:
        self._go_on_at = str(lot_id)
        self.data_changed.emit()
        self.refresh()

    def _keep(self) -> None:
        shown, view = self._shown, self._view
        if shown is None or view is None or shown.lot.next is None:
            return
        lot_id, following, answers = shown.lot.lot_id, shown.lot.next, view.answers()
        self._half.cancel()
        self._work(
            lambda: self._service.keep(lot_id, following, answers), lambda _lot: self._kept()
        )

    def _kept(self) -> None:
        self._half.end()
        self._shown = None
        self.refresh()

    def _accept(self) -> None:
        if self._shown is not None:
            lot_id = self._shown.lot.lot_id
            self._work(lambda: self._service.accept(lot_id), self._tell_decided)

    def _give_back(self, reason: str) -> None:
        if self._shown is None:
            return
        lot = self._shown.lot
        slip = self.tr("Nhập lại từ giấy ra khác; xem lại giấy. {reason}").format(reason=reason)
        self._work(
            lambda: self._service.give_back(lot.lot_id, of_sample=slip.strip(), of_others=reason),
            self._tell_decided,
        )

    def _tell_decided(self, count: object) -> None:
        self._shown = None
        self.message_bar.show_message(
            self.tr("Đã quyết định {n} phiếu của lô.").format(n=count),
            self.tr("Kết quả về xã ở lần đồng bộ sau, hoặc theo tệp."),
            kind="good",
        )
        self.decided.emit()
        self.data_changed.emit()
        self.refresh()
        self._list.setFocus()

    def _work(self, work: Callable[[], object], then: Callable[[object], None]) -> None:
        if self._is_sending:
            return
        self._is_sending = True

        def _done(result: object) -> None:
            self._is_sending = False
            then(result)

        self._jobs.run(self, work, lane=Lane.WRITE, on_success=_done, on_error=self._fail)

    def _fail(self, error: AppError) -> None:
        self._is_sending = False
        self.show_problem(error)
        self._half.ask()

    # -- making --

    def _compose(self) -> None:
        self._list.setFixedWidth(_LIST_WIDTH)
        self._paper_column = QVBoxLayout(self._paper)
        self._paper_column.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._paper_title, 1)
        top.addWidget(self._later)
        top.addWidget(self._keep_button)
        self._paper_column.addLayout(top)
        self._stack = QStackedWidget()
        for widget in (self._drawing, self._paper, self._result):
            self._stack.addWidget(widget)
        columns = QHBoxLayout()
        columns.setSpacing(14)
        columns.addWidget(self._list)
        columns.addWidget(self._stack, 1)
        self.body.addLayout(columns, 1)


def _answers_of(draft: FormDraft) -> dict[str, Answer]:
    return {path: json.loads(text) for path, text in texts_of(draft).items()}
