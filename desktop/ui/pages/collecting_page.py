"""The collecting desk: records handed in by communes are read, accepted or returned.

By keys: ↓ ↑ choose, Enter goes into the record, there the arrows walk the answers and Enter asks
for the reason at one; Ctrl+Enter accepts, Ctrl+R returns. Reasons half-typed wait for their user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.drafts import FormDraft, Held
from desktop.domain.ledger import Action
from desktop.domain.records import SubmissionId
from desktop.domain.reviews import Review, SubmissionDetail, SubmissionRow
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import icons, wording
from desktop.ui.desks.half_words import HalfWords, Sent, WordBook, texts_of
from desktop.ui.desks.record_panel import OpenedRecord, RecordPanel
from desktop.ui.desks.review_side import ReviewSide
from desktop.ui.models.cards import Card
from desktop.ui.page import Page
from desktop.ui.shortcuts import bind
from desktop.ui.widgets.card_list import CardList
from desktop.ui.widgets.filters import Filters
from forms import dates
from forms.definition import FormDefinition

_LIST_WIDTH = 286
_SIDE_WIDTH = 262
#: So many are listed; the rest is reached by deciding, or by choosing a commune.
_MOST_LISTED = 300


class ReviewDesk(Protocol):
    """What the page asks (``desktop.services.reviews.Reviews``)."""

    def list(
        self, *, review: Review | None = None, commune_code: str = "", limit: int = -1
    ) -> Sequence[SubmissionRow]:
        """The submissions in this state."""

    def detail(self, submission_id: SubmissionId) -> SubmissionDetail:
        """One submission in full."""

    def reasons(self, path: str) -> Sequence[str]:
        """Reasons given before."""

    def accept(self, submission_id: SubmissionId) -> None:
        """Take it."""

    def give_back(self, submission_id: SubmissionId, *, reasons: Mapping[str, str]) -> None:
        """Return it with a reason at one or more questions."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A list that is asked for: how many were, and what was decided before this one."""

    number: int
    review: Review
    commune_code: str
    dropped: frozenset[str]


class CollectingPage(Page):
    """The list at the left, the record in the middle, its findings and check at the right.

    Signals:
        list_shown: the list shows what the register holds now.
        detail_shown: a record stands in the middle.
        decided: a decision is kept.
    """

    list_shown = Signal()
    detail_shown = Signal()
    decided = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        reviews: ReviewDesk,
        words: WordBook,
        definition_of: Callable[[str, str], FormDefinition],
        commune_names: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(name="collecting")
        self._jobs = jobs
        self._reviews = reviews
        self._definition_of = definition_of
        self._commune_names = commune_names
        self._words = wording.Words(self)
        self._rows: dict[str, SubmissionRow] = {}
        self._opened: OpenedRecord | None = None
        self._sending: set[str] = set()
        self._reading = self._last_shown = 0
        self._place = 0
        self._wanted = ""
        self._dropped: set[str] = set()
        self.set_title(self.tr("Phiếu nhận"))
        self._make_widgets()
        self._half = HalfWords(
            desk="collecting",
            jobs=jobs,
            book=words,
            take=self._panel.texts,
            clock=clock,
            parent=self,
        )
        self._half.failed.connect(self.show_problem)
        self._head = self._make_head()
        self._compose()
        self._wire()
        self._show_nothing()

    def refresh(self) -> None:
        """Read the list anew."""
        self._reading += 1
        asked = _Reading(
            self._reading,
            Review(self._filters.current),
            str(self._communes.currentData() or ""),
            frozenset(self._dropped),
        )
        self._jobs.run(
            self,
            lambda: (
                asked,
                self._reviews.list(
                    review=asked.review, commune_code=asked.commune_code, limit=_MOST_LISTED
                ),
            ),
            on_success=self._show_list,
            on_error=self.show_problem,
        )
        if self.focusWidget() is None:
            self._list.setFocus()

    def resume(self, submission_id: str) -> None:
        """Go on with the record about which a reason is half-typed."""
        self._wanted = submission_id
        self.refresh()

    def show_commune(self, code: str) -> None:
        """Only what waits of this commune."""
        self._communes.setCurrentIndex(max(0, self._communes.findData(code)))
        self._filters.hold(Review.WAITING.value)
        self.refresh()

    def leave(self) -> None:
        """What is half-typed is written now."""
        self._half.flush()

    def hold(self) -> Held | None:
        """What is half-typed, and about which record."""
        return self._half.held()

    # -- the list --

    def _show_list(self, answer: tuple[_Reading, Sequence[SubmissionRow]]) -> None:
        asked, rows = answer
        code = str(self._communes.currentData() or "")
        is_other = (asked.review.value, asked.commune_code) != (self._filters.current, code)
        if is_other or asked.number < self._last_shown:
            return
        self._last_shown = asked.number
        # It knows of every decision before it: what waits by it has come back since.
        self._dropped -= asked.dropped
        self._show_rows(rows, keep=self._list.current_key)
        more = "+" if len(rows) == _MOST_LISTED else ""
        self.set_title(
            self.tr("Phiếu nhận"),
            self.tr("{state}: {n} phiếu").format(
                state=self._words.review(asked.review), n=f"{len(rows)}{more}"
            ),
        )
        self.list_shown.emit()

    def _show_rows(self, rows: Sequence[SubmissionRow], *, keep: str) -> None:
        # A reading that began before a decision was written knows nothing of it.
        shown = [
            row
            for row in rows
            if row.submission_id not in self._dropped or row.review is not Review.WAITING
        ]
        self._rows = {row.submission_id: row for row in shown}
        if self._wanted in self._rows:
            keep, self._wanted = self._wanted, ""
        self._list.show_cards([self._card(row) for row in shown], keep=keep)
        if not self._list.current_key:
            self._list.choose(min(self._place, len(shown) - 1))
        if not shown:
            self._show_nothing()

    def _card(self, row: SubmissionRow) -> Card:
        born = dates.display(row.birth_date)
        rounds = self.tr("Nộp lần {n}").format(n=row.round_number) if row.round_number > 1 else ""
        commune = self._commune_names.get(row.commune_code, row.commune_code)
        confirmed = (
            self.tr("{n} cảnh báo đã xác nhận").format(n=row.confirmed) if row.confirmed else ""
        )
        return Card(
            key=row.submission_id,
            title=row.full_name,
            badge=self.tr("Quá hạn") if row.is_overdue else "",
            tint="warning",
            lines=(
                " · ".join(part for part in (born, row.id_number) if part),
                ", ".join(part for part in (row.hamlet, commune) if part),
                " · ".join(part for part in (rounds, confirmed, self._check_word(row)) if part),
            ),
        )

    def _check_word(self, row: SubmissionRow) -> str:
        if row.check is None:
            return ""
        if row.check.answer is None:
            return self.tr("Chờ công an")
        return self.tr("Công an: {answer}").format(
            answer=self._words.check_answer(row.check.answer)
        )

    # -- one record --

    def _open(self, key: str) -> None:
        if not key:
            self._show_nothing()
            return
        self._place = list(self._rows).index(key)
        self._jobs.run(
            self,
            lambda: self._read(SubmissionId(key)),
            on_success=self._show_detail,
            on_error=self.show_problem,
        )

    def _read(self, submission_id: SubmissionId) -> tuple[OpenedRecord, FormDraft | None]:
        detail = self._reviews.detail(submission_id)
        definition = self._definition_of(detail.form_id, detail.form_version)
        draft = self._half.read(submission_id) if detail.row.is_open else None
        return OpenedRecord(detail, definition), draft

    def _show_nothing(self) -> None:
        self._half.flush()
        self._half.begin("", name="", draft=None)
        self._opened = None
        for widget in (self._head, self._panel, self._side):
            widget.hide()
        self._empty.show()

    def _show_detail(self, found: tuple[OpenedRecord, FormDraft | None]) -> None:
        opened, draft = found
        row = opened.detail.row
        if row.submission_id != self._list.current_key or opened == self._opened:
            return  # somebody else is chosen meanwhile, or it stands there: a reason typed stays
        is_same = (
            self._opened is not None and self._opened.detail.row.submission_id == row.submission_id
        )
        texts = self._panel.texts() if is_same else {} if draft is None else texts_of(draft)
        if not is_same:
            self._half.flush()
            self.seen.emit(Action.SUBMISSION_VIEW, row.submission_id)
        self._opened = opened
        self._empty.hide()
        for widget in (self._head, self._panel, self._side):
            widget.show()
        self._name.setText(row.full_name)
        self._about.setText(
            self.tr("{by} nộp lúc {at} · {state}").format(
                by=row.submitted_by,
                at=wording.moment(row.submitted_at),
                state=self._words.review(row.review),
            )
        )
        self._accept.setVisible(row.is_open)
        self._return.setVisible(row.is_open)
        self._panel.show_record(opened)
        self._side.show_record(opened.detail)
        if not is_same:
            self._half.begin(row.submission_id, name=row.full_name, draft=draft)
        self._panel.put_texts(texts)
        self._show_return_count()
        self.detail_shown.emit()

    def _next_finding(self) -> None:
        """The keyboard at the next answer of which the rules say something."""
        if self._opened is None:
            return
        doubtful = {finding.path for finding in self._opened.detail.findings}
        paths = list(self._panel.paths)
        here = paths.index(self._panel.current) if self._panel.current in paths else -1
        ordered = [*paths[here + 1 :], *paths[: here + 1]]
        found = next((path for path in ordered if path in doubtful), None)
        if found is not None:
            self._panel.go_to(found)

    def _offer_reasons(self, path: str) -> None:
        self._jobs.run(
            self,
            lambda: self._reviews.reasons(path),
            on_success=lambda reasons: self._panel.offer(path, reasons),
        )

    # -- deciding --

    def _note_typing(self) -> None:
        self._show_return_count()
        self._half.ask()

    def _show_return_count(self) -> None:
        count = len(self._panel.reasons())
        self._return.setText(
            self.tr("Trả lại ({n} chỗ)").format(n=count) if count else self.tr("Trả lại")
        )
        self._accept.setEnabled(not count)

    def _accept_it(self) -> None:
        opened = self._opened
        if opened is not None and opened.detail.row.is_open and self._accept.isEnabled():
            submission_id = opened.detail.row.submission_id
            self._decide(submission_id, lambda: self._reviews.accept(submission_id))

    def _give_back(self) -> None:
        opened = self._opened
        if opened is None or not opened.detail.row.is_open:
            return
        reasons = self._panel.reasons()
        if not reasons:
            self.message_bar.show_message(
                self.tr("Chưa ghi lý do."),
                self.tr("Enter vào phiếu, tới câu cần sửa, Enter lần nữa rồi ghi lý do."),
                kind="warning",
            )
            return
        submission_id = opened.detail.row.submission_id
        self._decide(submission_id, lambda: self._reviews.give_back(submission_id, reasons=reasons))

    def _decide(self, submission_id: SubmissionId, work: Callable[[], None]) -> None:
        if submission_id in self._sending:
            return  # a second press is not a second decision
        self._sending.add(submission_id)
        sent = self._half.send()
        self.message_bar.hide()
        self._jobs.run(
            self,
            work,
            lane=Lane.WRITE,
            on_success=lambda _none: self._go_on(submission_id, sent),
            on_error=lambda error: self._fail(error, sent),
        )

    def _go_on(self, decided: SubmissionId, sent: Sent) -> None:
        """The next record comes at once, before the list is read anew.

        One that was chosen meanwhile stays, with what is typed about it.
        """
        self._sending.discard(decided)
        self._half.kept(sent)
        is_shown = self._opened is not None and self._opened.detail.row.submission_id == decided
        current = self._list.current_key
        self._dropped.add(decided)
        if is_shown:
            self._opened = None
            self._list.setFocus()
        self._show_rows(list(self._rows.values()), keep="" if current == decided else current)
        self.decided.emit()
        self.data_changed.emit()
        self.refresh()

    def _fail(self, error: AppError, sent: Sent) -> None:
        """Nothing is kept; reasons stand as they stood, or wait."""
        self._sending.discard(sent.document_id)
        self.show_problem(error)
        self._half.refused(sent)

    # -- making --

    def _make_widgets(self) -> None:
        self._communes = QComboBox()
        self._communes.setObjectName("input:review_commune")
        self._communes.setAccessibleName(self.tr("Xã, phường"))
        self._communes.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._communes.addItem(self.tr("Mọi xã, phường"), "")
        for code, name in self._commune_names.items():
            self._communes.addItem(name, code)
        self._communes.setVisible(len(self._commune_names) > 1)
        self._filters = Filters(
            filters=[
                (Review.WAITING.value, self.tr("Chờ")),
                (Review.ACCEPTED.value, self.tr("Đã nhận")),
                (Review.RETURNED.value, self.tr("Trả lại")),
            ]
        )
        self._list = CardList(name="list:submissions", label=self.tr("Phiếu đã nộp"))
        self._empty = QLabel(
            self.tr(
                "Không có phiếu nào ở đây.\n\nPhiếu của xã về khi đồng bộ, hoặc theo tệp ở Gửi "
                "nhận tệp."
            )
        )
        self._empty.setObjectName("collecting:empty")
        self._empty.setWordWrap(True)
        self._empty.setProperty("kind", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._panel = RecordPanel(words=self._words)
        self._side = ReviewSide(words=self._words)
        self._side.setFixedWidth(_SIDE_WIDTH)
        self._name = QLabel()
        self._name.setObjectName("submission:name")
        self._name.setProperty("kind", "heading")
        self._about = QLabel()
        self._about.setProperty("kind", "muted")
        self._accept = QPushButton(self.tr("Nhận phiếu"))
        self._return = QPushButton(self.tr("Trả lại"))

    def _make_head(self) -> QFrame:
        head = QFrame()
        head.setProperty("kind", "card")
        for button, name, icon, kind, action, tip in (
            (
                self._return,
                "give_back",
                "return",
                "danger",
                self._give_back,
                self.tr("Trả lại với lý do ở từng câu (Ctrl+R)"),
            ),
            (
                self._accept,
                "accept",
                "check",
                "primary",
                self._accept_it,
                self.tr("Nhận phiếu này (Ctrl+Enter)"),
            ),
        ):
            button.setObjectName(f"button:{name}")
            button.setProperty("kind", kind)
            icons.dress(button, icon, tint="on_accent" if kind == "primary" else "error")
            button.setToolTip(tip)
            button.clicked.connect(action)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._about)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 8, 12, 8)
        row.addLayout(words, 1)
        row.addWidget(self._return)
        row.addWidget(self._accept)
        return head

    def _compose(self) -> None:
        box = QWidget()
        box.setFixedWidth(_LIST_WIDTH)
        left = QVBoxLayout(box)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(8)
        left.addWidget(self._communes)
        left.addWidget(self._filters)
        left.addWidget(self._list, 1)
        record = QHBoxLayout()
        record.setSpacing(12)
        record.addWidget(self._panel, 1)
        record.addWidget(self._side)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self._empty, 1)
        right.addWidget(self._head)
        right.addLayout(record, 1)
        columns = QHBoxLayout()
        columns.setSpacing(14)
        columns.addWidget(box)
        columns.addLayout(right, 1)
        keys = QLabel(
            self.tr(
                "Enter: vào phiếu, ghi lý do · F8: phát hiện sau · Ctrl+Enter: nhận · "
                "Ctrl+R: trả lại"
            )
        )
        keys.setProperty("kind", "small")
        self.body.addLayout(columns, 1)
        self.body.addWidget(keys)

    def _wire(self) -> None:
        self._communes.activated.connect(lambda _index: self.refresh())
        self._filters.chosen.connect(lambda _name: self.refresh())
        self._list.chosen.connect(self._open)
        self._panel.left.connect(self._list.setFocus)
        self._panel.typed.connect(self._note_typing)
        self._panel.return_asked.connect(self._give_back)
        self._panel.reasons_wanted.connect(self._offer_reasons)
        for keys, action in (
            ("Ctrl+Return", self._accept_it),
            ("Ctrl+Enter", self._accept_it),
            ("Ctrl+R", self._give_back),
            ("F8", self._next_finding),
        ):
            bind(self, keys, action)
        for keys in ("Return", "Enter", "Right"):
            at_list = Qt.ShortcutContext.WidgetShortcut
            bind(self._list, keys, self._panel.enter, context=at_list)
