"""What only a person can decide: two values of one field, and changes the server did not take.

One key decides: 1 keeps what was written here, 2 what the other device wrote, 3 opens the form.
The next case then has the keyboard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.decisions import ClashCase, HeldCase, Keep
from desktop.domain.drafts import FormDraft, Held
from desktop.domain.life import Choice, LifeCase, LifeKind
from desktop.errors import AppError, Problem
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import wording
from desktop.ui.desks.clash_panel import ClashPanel
from desktop.ui.desks.clash_words import ClashWords
from desktop.ui.desks.half_words import HalfWords, Sent, WordBook, texts_of
from desktop.ui.desks.held_panel import HeldPanel
from desktop.ui.models.cards import Card
from desktop.ui.page import Page
from desktop.ui.shortcuts import bind
from desktop.ui.widgets.card_list import CardList
from desktop.ui.widgets.filters import Filters
from desktop.ui.widgets.life_case import LifeCasePanel
from sync.protocol.documents import DocumentType

_LIST_WIDTH = 340
_WAITING, _DELETED = "waiting", "deleted"
Case = ClashCase | HeldCase | LifeCase


class DecisionDesk(Protocol):
    """What the page asks (``desktop.services.decisions.Decisions``)."""

    def cases(self) -> Sequence[Case]:
        """Everything that waits."""

    def deleted(self) -> Sequence[Case]:
        """What was deleted and can be brought back."""

    def decide(self, case: ClashCase, keep: Keep) -> None:
        """Keep one of two values."""

    def drop(self, case: HeldCase, *, reason: str) -> None:
        """Give a refused change up."""

    def settle(self, case: LifeCase, choice: Choice) -> None:
        """Decide about entries of persons."""


class DecisionsPage(Page):
    """A list at the left, the case at the right.

    Signals:
        person_asked: (person id, path) open the form there.
    """

    person_asked = Signal(object, str)

    def __init__(
        self,
        *,
        jobs: JobRunner,
        decisions: DecisionDesk,
        words: WordBook,
        clock: Callable[[], datetime],
        may_open: bool,
    ) -> None:
        """``may_open``: has this role a form that a person can be opened in?"""
        super().__init__(name="decisions")
        self._jobs = jobs
        self._decisions = decisions
        self._may_open = may_open
        self._words = wording.Words(self)
        self._told = ClashWords(self)
        self._cases: dict[str, Case] = {}
        self._shown: Case | None = None
        self._place = 0
        self._wanted = ""
        self._reason: QLineEdit | None = None
        self._half = HalfWords(
            desk="decisions",
            jobs=jobs,
            book=words,
            take=self._typed_words,
            clock=clock,
            parent=self,
        )
        self._half.failed.connect(self.show_problem)
        self._list = CardList(name="list:decisions", label=self.tr("Những việc cần quyết định"))
        self._list.setFixedWidth(_LIST_WIDTH)
        self._list.chosen.connect(self._show_case)
        self._filters = Filters(
            filters=[(_WAITING, self.tr("Đang chờ")), (_DELETED, self.tr("Đã xóa"))]
        )
        self._show_title(_WAITING)
        self._filters.chosen.connect(lambda _name: self.refresh())
        self.tools.addWidget(self._filters)
        self._empty = QLabel()
        self._empty.setObjectName("decisions:empty")
        self._empty.setProperty("kind", "muted")
        self._empty.setWordWrap(True)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._both = QWidget()
        row = QHBoxLayout(self._both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addWidget(self._list)
        row.addWidget(self._area, 1)
        self.body.addWidget(self._empty)
        self.body.addWidget(self._both, 1)
        self._both.hide()
        for number in (1, 2, 3):
            bind(self, str(number), partial(self._press, number))

    def refresh(self) -> None:
        """Read what waits, or what was deleted."""
        asked = self._filters.current
        read = self._decisions.deleted if asked == _DELETED else self._decisions.cases
        self._jobs.run(
            self,
            lambda: (asked, read()),
            on_success=self._show,
            on_error=self.show_problem,
        )

    def resume(self, key: str) -> None:
        """Go on with the case about which a reason is half-typed."""
        self._wanted = key
        self.refresh()

    def leave(self) -> None:
        """What is half-typed is written now."""
        self._half.flush()

    def hold(self) -> Held | None:
        """A reason that is half-typed, and which change it is about."""
        return self._half.held()

    # -- showing --

    def _show(self, found: tuple[str, Sequence[Case]]) -> None:
        asked, cases = found
        if asked != self._filters.current:
            return
        key = self._list.current_key
        self._cases = {case.key: case for case in cases}
        if self._wanted in self._cases:
            key, self._wanted = self._wanted, ""
        self._show_title(asked)
        self._empty.setText(self._nothing(asked))
        self._empty.setVisible(not cases)
        self._both.setVisible(bool(cases))
        self._list.show_cards([self._card(case) for case in cases], keep=key)
        if cases and not self._list.current_key:
            self._list.choose(min(self._place, len(cases) - 1))
        if not cases:
            self._show_case("")
        elif self.isVisible() and not (self._reason is not None and self._reason.hasFocus()):
            self._list.setFocus()

    def _show_title(self, asked: str) -> None:
        if asked == _DELETED:
            self.set_title(self.tr("Đã xóa"), self.tr("Không mất hẳn: lấy lại được từ đây"))
        else:
            self.set_title(
                self.tr("Cần quyết định"),
                self.tr("Hai máy sửa khác nhau, chỗ máy chủ chưa nhận, người chuyển đến"),
            )

    def _nothing(self, asked: str) -> str:
        if asked == _DELETED:
            return self.tr("Chưa xóa ai, chưa xóa phiếu nào.")
        return self.tr(
            "Không có gì cần quyết định: hai máy không sửa trùng nhau, máy chủ nhận hết, "
            "không ai chuyển đến chờ nhận."
        )

    def _card(self, case: Case) -> Card:
        if isinstance(case, ClashCase):
            badge, tint = self.tr("Hai máy sửa khác nhau"), "warning"
            line = self._told.label(case.question, case.field)
        elif isinstance(case, LifeCase):
            line = case.evidence if case.arrival is None else case.arrival.from_name
            badge, tint = self._life_words(case.kind), _TINTS.get(case.kind, "warning")
        else:
            badge, tint = self.tr("Máy chủ chưa nhận"), "error"
            labels = [self._told.label(value.question, value.field) for value in case.values]
            line = "; ".join(labels) or self._words.document(case.document_type)
        return Card(key=case.key, title=self._name(case), lines=(line,), badge=badge, tint=tint)

    def _name(self, case: Case) -> str:
        if isinstance(case, LifeCase) and case.document_type is DocumentType.HOUSEHOLD:
            return self.tr("Hộ {code}").format(code=case.full_name).strip()
        return case.full_name or self.tr("Không rõ tên")

    def _show_case(self, key: str) -> None:
        case = self._cases.get(key)
        self._place = list(self._cases).index(key) if key in self._cases else self._place
        if case is not None and case == self._shown:
            return  # read anew, and nothing of it has changed: a reason typed stays
        self._half.flush()
        self._half.begin("", name="", draft=None)
        self._shown, self._reason = case, None
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        if case is not None:
            inside.addWidget(self._panel(case))
        inside.addStretch(1)
        self._area.setWidget(content)
        if isinstance(case, HeldCase):
            self._begin_words(case)

    def _panel(self, case: Case) -> QWidget:
        if isinstance(case, LifeCase):
            return LifeCasePanel(case, decide=self._settle)
        if isinstance(case, ClashCase):
            clash = ClashPanel(case, told=self._told, may_open=self._may_open)
            clash.decided.connect(self._decide)
            clash.open_asked.connect(self._open)
            return clash
        held = HeldPanel(case, told=self._told, words=self._words, may_open=self._may_open)
        held.drop_asked.connect(self._drop)
        held.open_asked.connect(self._open)
        held.reason.textEdited.connect(lambda _text: self._half.ask())
        self._reason = held.reason
        return held

    def _begin_words(self, case: HeldCase) -> None:
        """A reason that was typed before stands there again."""
        self._half.begin(case.key, name=case.full_name, draft=None)

        def _put(draft: FormDraft | None) -> None:
            line = self._reason
            if draft is not None and line is not None and self._shown is case and not line.text():
                self._half.begin(case.key, name=case.full_name, draft=draft)
                line.setText(texts_of(draft).get(_REASON, ""))

        self._jobs.run(self, lambda: self._half.read(case.key), on_success=_put)

    def _typed_words(self) -> dict[str, str]:
        return {} if self._reason is None else {_REASON: self._reason.text()}

    # -- deciding --

    @property
    def _case(self) -> Case | None:
        return self._cases.get(self._list.current_key)

    def _decide(self, keep: Keep) -> None:
        case = self._case
        if isinstance(case, ClashCase):
            self.message_bar.hide()
            self._jobs.run(
                self,
                lambda: self._decisions.decide(case, keep),
                on_success=self._settled,
                on_error=self._refuse,
                lane=Lane.WRITE,
            )

    def _life_words(self, kind: LifeKind) -> str:
        return {
            LifeKind.TWINS: self.tr("Trùng người"),
            LifeKind.LEFT_OVER: self.tr("Đã xóa, còn phiếu"),
            LifeKind.ARRIVAL: self.tr("Chuyển đến, chờ nhận"),
            LifeKind.DELETED: self.tr("Đã xóa"),
        }[kind]

    def _settle(self, choice: Choice) -> None:
        case = self._case
        if isinstance(case, LifeCase):
            self.message_bar.hide()
            self._jobs.run(
                self,
                lambda: self._decisions.settle(case, choice),
                on_success=self._settled,
                on_error=self._refuse,
                lane=Lane.WRITE,
            )

    def _drop(self) -> None:
        case, line = self._case, self._reason
        if isinstance(case, HeldCase) and line is not None:
            reason = line.text()
            if not reason.strip():
                line.setFocus()
            sent = self._half.send()
            self._jobs.run(
                self,
                lambda: self._decisions.drop(case, reason=reason),
                on_success=lambda _none: self._dropped(sent),
                on_error=lambda error: self._keep_reason(error, sent),
                lane=Lane.WRITE,
            )

    def _dropped(self, sent: Sent) -> None:
        self._half.kept(sent)
        self._settled(None)

    def _keep_reason(self, error: AppError, sent: Sent) -> None:
        self._half.refused(sent)
        self._refuse(error)

    def _open(self) -> None:
        case = self._case
        if isinstance(case, LifeCase) or case is None:
            return
        if case.person_id is not None and self._may_open:
            self.person_asked.emit(case.person_id, case.path)

    def _settled(self, _none: None) -> None:
        self.message_bar.hide()
        self.data_changed.emit()
        self.refresh()

    def _refuse(self, error: AppError) -> None:
        if error.problem is Problem.GONE:
            self.message_bar.show_message(
                self.tr("Chỗ này vừa thay đổi."),
                self.tr("Xem lại hai giá trị rồi chọn."),
                kind="warning",
            )
            self.refresh()
            return
        self.show_problem(error)

    def _press(self, number: int) -> None:
        """One key decides; a line that is typed into keeps its digits."""
        case = self._case
        if isinstance(case, ClashCase) and number <= len(_KEEPS):
            self._decide(_KEEPS[number - 1])
        elif isinstance(case, LifeCase):
            if number <= len(case.choices):
                self._settle(case.choices[number - 1])
        elif isinstance(case, ClashCase) or number == 1:
            self._open()


_KEEPS = (Keep.OURS, Keep.THEIRS)
_TINTS = {LifeKind.ARRIVAL: "accent", LifeKind.DELETED: "muted"}
_REASON = "reason"
