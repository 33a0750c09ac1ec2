"""What only a person can decide: two values of one field, and changes the server did not take.

One key decides: 1 keeps what was written here, 2 what the other device wrote, 3 opens the form.
The next case then has the keyboard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
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
    QVBoxLayout,
    QWidget,
)

from desktop.domain.decisions import ClashCase, HeldCase, Keep, RefusedValue, Side
from desktop.domain.life import Choice, LifeCase, LifeKind
from desktop.errors import AppError, Problem
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import wording
from desktop.ui.models.cards import Card
from desktop.ui.page import Page
from desktop.ui.widgets.card_list import CardList
from desktop.ui.widgets.life_case import LifeCasePanel
from forms import dates
from forms.definition import Answer, FormDefinition, Question
from sync.protocol.documents import FATES

_LIST_WIDTH = 340
_SHOWN_CHARACTERS = 300
Case = ClashCase | HeldCase | LifeCase


class DecisionDesk(Protocol):
    """What the page asks (``desktop.services.decisions.Decisions``)."""

    def cases(self) -> Sequence[Case]:
        """Everything that waits."""

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

    def __init__(self, *, jobs: JobRunner, decisions: DecisionDesk, may_open: bool) -> None:
        """``may_open``: has this role a form that a person can be opened in?"""
        super().__init__(name="decisions")
        self._jobs = jobs
        self._decisions = decisions
        self._may_open = may_open
        self._words = wording.Words(self)
        self._cases: dict[str, Case] = {}
        self._place = 0
        self.set_title(
            self.tr("Cần quyết định"), self.tr("Hai máy sửa khác nhau, và chỗ máy chủ chưa nhận")
        )
        self._list = CardList(name="list:decisions", label=self.tr("Những việc cần quyết định"))
        self._list.setFixedWidth(_LIST_WIDTH)
        self._list.chosen.connect(self._show_case)
        self._empty = QLabel(
            self.tr("Không có gì cần quyết định: hai máy không sửa trùng nhau, máy chủ nhận hết.")
        )
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
            key = QShortcut(QKeySequence(str(number)), self)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key.activated.connect(partial(self._press, number))
        self._reason: QLineEdit | None = None

    def refresh(self) -> None:
        """Read what waits."""
        self._jobs.run(
            self, self._decisions.cases, on_success=self._show, on_error=self.show_problem
        )

    # -- showing --

    def _show(self, cases: Sequence[Case]) -> None:
        key = self._list.current_key
        self._cases = {case.key: case for case in cases}
        self._empty.setVisible(not cases)
        self._both.setVisible(bool(cases))
        self._list.show_cards([self._card(case) for case in cases], keep=key)
        if cases and not self._list.current_key:
            self._list.choose(min(self._place, len(cases) - 1))
        if cases and self.isVisible():
            self._list.setFocus()

    def _card(self, case: Case) -> Card:
        if isinstance(case, ClashCase):
            badge, tint = self.tr("Hai máy sửa khác nhau"), "warning"
            line = self._label(case.question, case.field)
        elif isinstance(case, LifeCase):
            line = case.evidence
            badge, tint = self._life_words(case.kind), "warning"
        else:
            badge, tint = self.tr("Máy chủ chưa nhận"), "error"
            labels = [self._label(value.question, value.field) for value in case.values]
            line = "; ".join(labels) or self._words.document(case.document_type)
        name = case.full_name or self.tr("Không rõ tên")
        return Card(key=case.key, title=name, lines=(line,), badge=badge, tint=tint)

    def _show_case(self, key: str) -> None:
        case = self._cases.get(key)
        self._place = list(self._cases).index(key) if key in self._cases else self._place
        self._reason = None
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        if isinstance(case, ClashCase):
            self._lay_out_clash(inside, case)
        elif isinstance(case, LifeCase):
            inside.addWidget(LifeCasePanel(case, decide=self._settle))
        elif case is not None:
            self._lay_out_held(inside, case)
        inside.addStretch(1)
        self._area.setWidget(content)

    def _lay_out_clash(self, inside: QVBoxLayout, case: ClashCase) -> None:
        inside.addWidget(_text(self._label(case.question, case.field), "heading", "case:field"))
        explained = (
            self.tr("Thông tin nhận dạng: giá trị của máy chủ giữ nguyên đến khi có người chọn.")
            if case.is_identity
            else self.tr("Máy chủ đang giữ giá trị đến sau; giá trị kia vẫn còn ở đây.")
        )
        inside.addWidget(_text(explained, "muted", "case:explained"))
        sides = QHBoxLayout()
        sides.setSpacing(12)
        first = self.tr("Của máy này") if case.is_ours else self.tr("Giá trị đang chờ")
        for number, title, side in (
            (1, first, case.ours),
            (2, self.tr("Của máy khác"), case.theirs),
        ):
            sides.addWidget(self._side(number, title, side, case), 1)
        inside.addLayout(sides)
        buttons = QHBoxLayout()
        names = {
            "keep_ours": self._ours_words(case),
            "keep_theirs": self._theirs_words(case),
        }
        for name, keep in (("keep_ours", Keep.OURS), ("keep_theirs", Keep.THEIRS)):
            button = QPushButton(names[name])
            button.setObjectName(f"button:{name}")
            button.setProperty("kind", "primary" if keep is Keep.OURS else "")
            button.setProperty("keep", keep.value)
            button.clicked.connect(self._decide_clicked)
            buttons.addWidget(button)
        self._add_open(buttons, case, self.tr("3  Mở phiếu, sửa lại"))
        buttons.addStretch(1)
        inside.addLayout(buttons)
        if case.full_name:
            inside.insertWidget(0, _text(case.full_name, "title", "case:name"))

    def _ours_words(self, case: ClashCase) -> str:
        return self.tr("1  Giữ của tôi") if case.is_ours else self.tr("1  Lấy giá trị đang chờ")

    def _theirs_words(self, case: ClashCase) -> str:
        if case.theirs.is_shown:
            return self.tr("2  Theo máy chủ")
        return self.tr("2  Lấy của máy khác")

    def _side(self, number: int, title: str, side: Side, case: ClashCase) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        card.setObjectName(f"case:side{number}")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.addWidget(_text(f"{number}  {title}", "muted", f"case:title{number}"))
        value = self._value(case.definition, case.question, case.field, side.value)
        inside.addWidget(_text(value, "heading", f"case:value{number}"))
        who = " · ".join(part for part in (side.by, wording.moment(side.at)) if part)
        inside.addWidget(
            _text(who or self.tr("Máy chủ không nói ai sửa"), "small", f"case:who{number}")
        )
        if side.is_shown:
            inside.addWidget(_text(self.tr("Máy chủ đang giữ"), "good", f"case:shown{number}"))
        inside.addStretch(1)
        return card

    def _lay_out_held(self, inside: QVBoxLayout, case: HeldCase) -> None:
        inside.addWidget(_text(case.full_name or self.tr("Không rõ tên"), "title", "case:name"))
        inside.addWidget(_text(self._words.hold(case.why), "error", "case:why"))
        told = self.tr("{who} sửa lúc {when}. Những thay đổi khác không phải chờ chỗ này.")
        when = wording.moment(case.at)
        inside.addWidget(_text(told.format(who=case.by, when=when), "muted", "case:explained"))
        for place, value in enumerate(case.values):
            inside.addWidget(self._refused(place, value, case))
        if case.is_creation:
            words = self.tr("Máy chủ chưa có gì của mục này: nếu bỏ, nó chỉ còn trên máy này.")
            inside.addWidget(_text(words, "warning", "case:creation"))
        buttons = QHBoxLayout()
        self._add_open(buttons, case, self.tr("1  Sửa lại"), kind="primary")
        self._reason = QLineEdit()
        self._reason.setObjectName("input:drop_reason")
        self._reason.setAccessibleName(self.tr("Lý do bỏ"))
        self._reason.setPlaceholderText(self.tr("Lý do bỏ (ghi vào nhật ký)"))
        self._reason.returnPressed.connect(self._drop)
        drop = QPushButton(self.tr("Bỏ thay đổi này"))
        drop.setObjectName("button:drop")
        drop.setProperty("kind", "danger")
        drop.clicked.connect(self._drop)
        buttons.addWidget(self._reason, 1)
        buttons.addWidget(drop)
        inside.addLayout(buttons)

    def _refused(self, place: int, value: RefusedValue, case: HeldCase) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 10, 16, 10)
        inside.addWidget(
            _text(self._label(value.question, value.field), "muted", f"case:label{place}")
        )
        typed = self._value(case.definition, value.question, value.field, value.typed)
        inside.addWidget(_text(typed, "strong", f"case:typed{place}"))
        if not case.is_creation:
            stored = self._value(case.definition, value.question, value.field, value.stored)
            words = self.tr("Máy chủ đang giữ: {value}").format(value=stored)
            inside.addWidget(_text(words, "small", f"case:stored{place}"))
        return card

    def _add_open(
        self, buttons: QHBoxLayout, case: ClashCase | HeldCase, words: str, kind: str = ""
    ) -> None:
        if case.person_id is None or not self._may_open:
            return
        button = QPushButton(words)
        button.setObjectName("button:correct")
        button.setProperty("kind", kind)
        button.clicked.connect(self._open)
        buttons.addWidget(button)

    def _label(self, question: Question | None, field: str) -> str:
        if question is not None:
            return question.label_vi
        fates = {
            "deleted": self.tr("Xóa, hay giữ lại"),
            "merged_into": self.tr("Gộp với người trùng, hay để riêng"),
            "moved_to": self.tr("Đã chuyển đi xã khác, hay còn ở đây"),
        }
        name = field.removeprefix("answers.").removeprefix("identity.")
        return fates.get(name) or self._words.person_field(name)

    def _value(
        self, definition: FormDefinition, question: Question | None, field: str, value: Answer
    ) -> str:
        if field in FATES:
            return self._fate(field, value)
        if value is None or value == "":
            return self.tr("(để trống)")
        if question is not None:
            text = wording.answer_text(definition, question, value)
        else:
            text = self._words.person_value(field, str(value))
        return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"

    def _fate(self, field: str, value: Answer) -> str:
        """What was decided about the entry on one of the two devices."""
        if value is None:
            return self.tr("Giữ trong sổ: có máy vừa sửa")
        if field == "merged_into":
            return self.tr("Gộp vào người trùng")
        told: Mapping[str, object] = value if isinstance(value, Mapping) else {}
        if field == "deleted":
            return self.tr("Xóa: {reason}").format(reason=told.get("reason", ""))
        words = self.tr("Chuyển đi {commune} từ {date}, theo {paper}")
        date = dates.display(str(told.get("date", "")))
        return words.format(commune=told.get("commune", ""), date=date, paper=told.get("paper", ""))

    # -- deciding --

    @property
    def _case(self) -> Case | None:
        return self._cases.get(self._list.current_key)

    def _decide_clicked(self) -> None:
        button = self.sender()
        if button is not None:
            self._decide(Keep(button.property("keep")))

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
        if kind is LifeKind.TWINS:
            return self.tr("Trùng người")
        return self.tr("Đã xóa, còn phiếu")

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
            self._jobs.run(
                self,
                lambda: self._decisions.drop(case, reason=reason),
                on_success=self._settled,
                on_error=self._refuse,
                lane=Lane.WRITE,
            )

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


def _text(words: str, kind: str, name: str) -> QLabel:
    label = QLabel(words)
    label.setObjectName(name)
    label.setProperty("kind", kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
