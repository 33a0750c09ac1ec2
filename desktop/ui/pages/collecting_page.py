"""The collecting desk: records handed in by communes are read, accepted or returned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.ledger import Action
from desktop.domain.records import SubmissionId
from desktop.domain.reviews import Review, SubmissionDetail, SubmissionRow
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import icons, wording
from desktop.ui.models.cards import Card
from desktop.ui.page import Page
from desktop.ui.widgets.card_list import CardList
from desktop.ui.widgets.filters import Filters
from forms import dates
from forms.definition import FormDefinition, Question, QuestionType, Section
from forms.vietnamese import clean

_LIST_WIDTH = 330
_LABEL_WIDTH = 280
_REVIEW_TINTS = {Review.WAITING: "muted", Review.ACCEPTED: "good", Review.RETURNED: "error"}


class ReviewDesk(Protocol):
    """What the page asks (``desktop.services.reviews.Reviews``)."""

    def list(self, *, review: Review | None = None) -> Sequence[SubmissionRow]:
        """The submissions in this state."""

    def detail(self, submission_id: SubmissionId) -> SubmissionDetail:
        """One submission in full."""

    def accept(self, submission_id: SubmissionId) -> None:
        """Take it."""

    def give_back(self, submission_id: SubmissionId, *, reasons: Mapping[str, str]) -> None:
        """Return it with a reason at one or more questions."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A submission with the text of its form."""

    detail: SubmissionDetail
    definition: FormDefinition


class CollectingPage(Page):
    """The list at the left, the record read-only at the right.

    Signals:
        list_shown: the list shows what the register holds now.
        detail_shown: a record stands at the right.
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
        definition_of: Callable[[str, str], FormDefinition],
        commune_names: Mapping[str, str],
    ) -> None:
        super().__init__(name="collecting")
        self._jobs = jobs
        self._reviews = reviews
        self._definition_of = definition_of
        self._commune_names = commune_names
        self._words = wording.Words(self)
        self._rows: dict[str, SubmissionRow] = {}
        self._opened: _Opened | None = None
        self._reason_lines: dict[str, QLineEdit] = {}
        self._place = 0
        self.set_title(self.tr("Phiếu nhận"))
        self._filters = Filters(
            filters=[
                (Review.WAITING.value, self.tr("Chờ")),
                (Review.ACCEPTED.value, self.tr("Đã nhận")),
                (Review.RETURNED.value, self.tr("Trả lại")),
            ]
        )
        self._filters.chosen.connect(lambda _name: self.refresh())
        self._list = CardList(name="list:submissions", label=self.tr("Phiếu đã nộp"))
        self._list.chosen.connect(self._open)
        self._empty = QLabel(self.tr("Không có phiếu nào ở đây."))
        self._empty.setProperty("kind", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._name = QLabel()
        self._name.setObjectName("submission:name")
        self._name.setProperty("kind", "heading")
        self._about = QLabel()
        self._about.setProperty("kind", "muted")
        self._accept = QPushButton(self.tr("Nhận phiếu"))
        self._return = QPushButton(self.tr("Trả lại"))
        self._head = self._make_head()
        self._compose()
        self._show_nothing()

    def refresh(self) -> None:
        """Read the list anew."""
        review = Review(self._filters.current)
        self._jobs.run(
            self,
            lambda: (review, self._reviews.list(review=review)),
            on_success=self._show_list,
            on_error=self.show_problem,
        )
        if self.focusWidget() is None:
            self._list.setFocus()

    # -- the list --

    def _show_list(self, answer: tuple[Review, Sequence[SubmissionRow]]) -> None:
        review, rows = answer
        if review.value != self._filters.current:
            return
        keep = self._list.current_key
        self._rows = {row.submission_id: row for row in rows}
        self._list.show_cards([self._card(row) for row in rows], keep=keep)
        if not self._list.current_key:
            self._list.choose(min(self._place, len(rows) - 1))
        if not rows:
            self._show_nothing()
        self.set_title(
            self.tr("Phiếu nhận"),
            self.tr("{state}: {n} phiếu").format(state=self._words.review(review), n=len(rows)),
        )
        self.list_shown.emit()

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
            lines=(
                " · ".join(part for part in (born, row.id_number) if part),
                ", ".join(part for part in (row.hamlet, commune) if part),
                rounds,
                confirmed,
            ),
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

    def _read(self, submission_id: SubmissionId) -> _Opened:
        detail = self._reviews.detail(submission_id)
        return _Opened(detail, self._definition_of(detail.form_id, detail.form_version))

    def _show_nothing(self) -> None:
        self._opened = None
        self._head.hide()
        self._scroll.hide()
        self._empty.show()

    def _show_detail(self, opened: _Opened) -> None:
        row = opened.detail.row
        if row.submission_id != self._list.current_key or opened == self._opened:
            return  # somebody else is chosen meanwhile, or it stands there: a reason typed stays
        if self._opened is None or self._opened.detail.row.submission_id != row.submission_id:
            self.seen.emit(Action.SUBMISSION_VIEW, row.submission_id)
        self._opened = opened
        self._reason_lines = {}
        self._empty.hide()
        self._head.show()
        self._scroll.show()
        self._name.setText(row.full_name)
        self._about.setText(
            self.tr("{by} nộp lúc {at} · {state}").format(
                by=row.submitted_by,
                at=wording.moment(row.submitted_at),
                state=self._words.review(row.review),
            )
        )
        is_waiting = _is_open(row)
        self._accept.setVisible(is_waiting)
        self._return.setVisible(is_waiting)
        self._scroll.setWidget(self._draw(opened))
        self._show_return_count()
        self.detail_shown.emit()

    def _draw(self, opened: _Opened) -> QWidget:
        panel = QWidget()
        panel.setProperty("kind", "canvas")
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        for words in self._competing_words(opened.detail):
            column.addWidget(self._note(words, "warning"))
        for child in opened.definition.children:
            box = self._draw_box(child, opened)
            if box is not None:
                column.addWidget(box)
        column.addStretch(1)
        return panel

    def _draw_box(self, child: Question | Section, opened: _Opened) -> QFrame | None:
        """A section with its answered questions; ``None`` when nothing in it was answered."""
        section = child if isinstance(child, Section) else None
        questions = [child] if isinstance(child, Question) else list(_questions(child))
        shown = [q for q in questions if opened.detail.answers.get(q.path) is not None]
        if not shown:
            return None
        box = QFrame()
        box.setProperty("kind", "card")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(16, 10, 12, 10)
        inside.setSpacing(0)
        if section is not None:
            heading = QLabel(section.label_vi)
            heading.setProperty("kind", "heading")
            inside.addWidget(heading)
        for question in shown:
            inside.addWidget(self._draw_answer(question, opened))
        return box

    def _draw_answer(self, question: Question, opened: _Opened) -> QWidget:
        detail, path = opened.detail, question.path
        label = QLabel(question.label_vi)
        label.setProperty("kind", "muted")
        label.setWordWrap(True)
        label.setContentsMargins(0, 1, 0, 0)  # on one line with the larger value
        label.setFixedWidth(_LABEL_WIDTH)
        value = QLabel(wording.answer_text(opened.definition, question, detail.answers.get(path)))
        value.setObjectName(f"answer:{path}")
        value.setProperty("kind", "value")
        value.setWordWrap(True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        top = QHBoxLayout()
        top.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(value, 1, Qt.AlignmentFlag.AlignTop)
        row = QFrame()
        row.setProperty("kind", "copy_row")
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(4)
        column.addLayout(top)
        if _is_open(detail.row):
            top.addWidget(self._flag_button(path), 0, Qt.AlignmentFlag.AlignTop)
            column.addWidget(self._reason_line(question))
        for warning in detail.confirmed:
            if warning.path == path:
                column.addWidget(
                    self._note(self._warning_text(warning.code, warning.reason), "warning")
                )
        if path in detail.reasons:
            words = self.tr("Trả lại: {reason}").format(reason=detail.reasons[path])
            column.addWidget(self._note(words, "error"))
        return row

    def _competing_words(self, detail: SubmissionDetail) -> list[str]:
        """Another device decided otherwise; deciding again settles it."""
        reviews = {"": self.tr("chưa quyết định"), "accepted": self.tr("nhận phiếu")}
        reviews["returned"] = self.tr("trả lại phiếu")
        words = self.tr("Máy khác quyết định khác: {what} ({by}, {at}). Hãy quyết định lại.")
        return [
            words.format(
                what=reviews.get(str(other.value or ""), "")
                if field == "review"
                else self.tr("lý do trả lại là {why}").format(why=other.value or "–"),
                by=other.by,
                at=wording.moment(other.at),
            )
            for field, others in detail.competing.items()
            for other in others
        ]

    def _warning_text(self, code_name: str, reason: str) -> str:
        what = self._words.warning(code_name)
        return self.tr("{what} – đã xác nhận: {reason}").format(what=what, reason=reason)

    def _note(self, text: str, kind: str) -> QFrame:
        box = QFrame()
        box.setProperty("note", kind)
        picture = QLabel()
        picture.setPixmap(icons.pixmap(kind, tint=kind, size=18))
        words = QLabel(text)
        words.setWordWrap(True)
        layout = QHBoxLayout(box)
        layout.setContentsMargins(10, 4, 10, 4)
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(words, 1)
        return box

    def _flag_button(self, path: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"button:reason:{path}")
        button.setIcon(icons.icon("return", tint="error", size=18))
        button.setToolTip(self.tr("Trả lại ở câu này"))
        button.setAccessibleName(self.tr("Trả lại ở câu này"))
        button.setProperty("path", path)
        button.clicked.connect(self._toggle_reason)
        return button

    def _reason_line(self, question: Question) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"reason:{question.path}")
        line.setAccessibleName(self.tr("Lý do trả lại ở: {label}").format(label=question.label_vi))
        line.setPlaceholderText(self.tr("Lý do trả lại, nói rõ cần sửa gì"))
        line.textChanged.connect(lambda _text: self._show_return_count())
        line.returnPressed.connect(self._give_back)
        line.hide()
        self._reason_lines[question.path] = line
        return line

    def _toggle_reason(self) -> None:
        line = self._reason_lines[str(self.sender().property("path"))]
        if line.isVisible():
            line.hide()
            line.clear()
        else:
            line.show()
            line.setFocus()

    # -- deciding --

    def _reasons(self) -> dict[str, str]:
        return {
            path: reason
            for path, line in self._reason_lines.items()
            if (reason := clean(line.text()))
        }

    def _show_return_count(self) -> None:
        count = len(self._reasons())
        self._return.setText(
            self.tr("Trả lại ({n} chỗ)").format(n=count) if count else self.tr("Trả lại")
        )
        self._accept.setEnabled(not count)

    def _accept_it(self) -> None:
        if self._opened is not None and self._accept.isEnabled():
            submission_id = self._opened.detail.row.submission_id
            self._decide(lambda: self._reviews.accept(submission_id))

    def _give_back(self) -> None:
        reasons = self._reasons()
        if not reasons:
            self.message_bar.show_message(
                self.tr("Chưa ghi lý do."),
                self.tr("Bấm mũi tên đỏ ở câu cần sửa rồi ghi lý do."),
                kind="warning",
            )
            return
        if self._opened is not None:
            submission_id = self._opened.detail.row.submission_id
            self._decide(lambda: self._reviews.give_back(submission_id, reasons=reasons))

    def _decide(self, work: Callable[[], None]) -> None:
        self._opened = None  # a second press is not a second decision
        self.message_bar.hide()
        self._jobs.run(
            self,
            work,
            lane=Lane.WRITE,
            on_success=lambda _none: self._go_on(),
            on_error=self._fail,
        )

    def _go_on(self) -> None:
        self._list.setFocus()
        self.decided.emit()
        self.data_changed.emit()
        self.refresh()

    def _fail(self, error: AppError) -> None:
        self.show_problem(error)
        self._open(self._list.current_key)

    # -- making --

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
        for keys, action in (
            ("Ctrl+Return", self._accept_it),
            ("Ctrl+Enter", self._accept_it),
            ("Ctrl+R", self._give_back),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)
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
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(10)
        left.addWidget(self._filters)
        left.addWidget(self._list, 1)
        box = QWidget()
        box.setFixedWidth(_LIST_WIDTH)
        box.setLayout(left)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self._empty, 1)
        right.addWidget(self._head)
        right.addWidget(self._scroll, 1)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addWidget(box)
        columns.addLayout(right, 1)
        self.body.addLayout(columns, 1)


def _questions(section: Section) -> list[Question]:
    """Every question of a section that can hold an answer, groups inside included."""
    found: list[Question] = []
    for child in section.children:
        if isinstance(child, Section):
            found.extend(_questions(child))
        elif child.type is not QuestionType.NOTE:
            found.append(child)
    return found


def _is_open(row: SubmissionRow) -> bool:
    """Does it wait for a decision, or for one between two?"""
    return row.review is Review.WAITING or row.is_clashing
