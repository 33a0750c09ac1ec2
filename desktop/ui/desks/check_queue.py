"""The queue of the police desk: lists of the commune, waiting or answered, one card a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.checks import CheckCase, CheckList
from desktop.ui import wording
from desktop.ui.desks.answer_bar import ANSWER_TINTS
from desktop.ui.desks.check_lists import CheckLists
from desktop.ui.models.cards import Card
from desktop.ui.widgets.card_list import CardList
from desktop.ui.widgets.filters import Filters
from forms import dates

_WIDTH = 318
_WAITING, _ANSWERED = "waiting", "answered"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is asked for: how many readings were begun, who was answered before this one."""

    number: int
    answered: bool
    list_key: str
    dropped: frozenset[str]


@dataclass(frozen=True, slots=True)
class Queue:
    """What one reading found."""

    reading: Reading
    cases: Sequence[CheckCase]
    lists: Sequence[CheckList]


class CheckQueue(QWidget):
    """Lists, filters, cards.

    Signals:
        chosen: the id of the check that is current, "" for none.
        changed: another list or filter holds; read anew.
    """

    chosen = Signal(str)
    changed = Signal()

    def __init__(self, *, words: wording.Words) -> None:
        super().__init__()
        self._words = words
        self._cases: dict[str, CheckCase] = {}
        self._place = 0
        self._wanted = ""
        self._dropped: set[str] = set()
        self._begun = self._last_shown = 0
        self.lists = CheckLists()
        self.filters = Filters(
            filters=[(_WAITING, self.tr("Chờ trả lời")), (_ANSWERED, self.tr("Đã trả lời"))]
        )
        self.cards = CardList(name="list:checks", label=self.tr("Người cần kiểm tra"))
        self.setFixedWidth(_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.lists, self.filters):
            layout.addWidget(widget)
        layout.addWidget(self.cards, 1)
        self.lists.chosen.connect(lambda _key: self.changed.emit())
        self.filters.chosen.connect(lambda _name: self.changed.emit())
        self.cards.chosen.connect(self._tell)

    @property
    def is_answered(self) -> bool:
        """Are those shown who were answered?"""
        return self.filters.current == _ANSWERED

    @property
    def cases(self) -> Mapping[str, CheckCase]:
        """Everybody who is shown."""
        return self._cases

    def want(self, check_id: str) -> None:
        """Go to this person with the next reading that finds them."""
        self._wanted = check_id

    def show_answered(self) -> None:
        """Those who were answered, from the next reading on."""
        self.filters.hold(_ANSWERED)

    def show_waiting(self) -> None:
        """Those who wait, from the next reading on."""
        self.filters.hold(_WAITING)

    def begin_reading(self) -> Reading:
        """Of the list and the filter that hold now."""
        self._begun += 1
        return Reading(self._begun, self.is_answered, self.lists.current, frozenset(self._dropped))

    def show_queue(self, queue: Queue) -> bool:
        """Show a reading; False when it is of another list or filter than holds now, or late."""
        reading = queue.reading
        is_other = (reading.answered, reading.list_key) != (self.is_answered, self.lists.current)
        if is_other or reading.number < self._last_shown:
            return False
        self._last_shown = reading.number
        # It knows of every answer before it: who waits by it has come back since.
        self._dropped -= reading.dropped
        self.lists.show_lists(queue.lists)
        keep = self.cards.current_key
        if self._wanted in {case.check_id for case in queue.cases}:
            keep, self._wanted = self._wanted, ""
        # A reading that began before an answer was written knows nothing of it.
        self._cases = {
            case.check_id: case
            for case in queue.cases
            if case.answer is not None or case.check_id not in self._dropped
        }
        self.cards.show_cards([self._card(case) for case in self._cases.values()], keep=keep)
        if not self.cards.current_key:
            self.cards.choose(min(self._place, len(self._cases) - 1))
        if not self._cases:
            self.chosen.emit("")
        return True

    def drop(self, check_id: str) -> None:
        """This person is answered: the next one comes at once, before the queue is read anew."""
        self._dropped.add(check_id)
        if check_id not in self._cases or self.is_answered:
            return
        place, keep = list(self._cases).index(check_id), self.cards.current_key
        del self._cases[check_id]
        self.cards.show_cards([self._card(case) for case in self._cases.values()], keep=keep)
        if self._cases and keep == check_id:
            self.cards.choose(min(place, len(self._cases) - 1))
        elif not self._cases:
            self.chosen.emit("")

    def counted(self, queue: Queue) -> str:
        """How many wait or were answered, in words."""
        of = [one for one in queue.lists if queue.reading.list_key in ("", one.key)]
        done = sum(one.answered for one in of)
        is_answered = queue.reading.answered
        count = done if is_answered else sum(one.total for one in of) - done
        words = self.tr("{n} người đã trả lời") if is_answered else self.tr("{n} người chờ tra")
        text = words.format(n=wording.thousands(count))
        if len(queue.cases) < count:
            text += self.tr(", hiện {n} người đầu").format(n=len(queue.cases))
        return text

    def _tell(self, key: str) -> None:
        if key in self._cases:
            self._place = list(self._cases).index(key)
        self.chosen.emit(key)

    def _card(self, case: CheckCase) -> Card:
        identity = case.identity
        born = dates.display(identity.get("birth_date", ""))
        number = case.assigned or identity.get("id_number", "") or self.tr("chưa có số")
        return Card(
            key=case.check_id,
            title=identity.get("full_name", "") or self.tr("(chưa có tên)"),
            badge="" if case.answer is None else self._words.check_answer(case.answer),
            tint=ANSWER_TINTS[case.answer] if case.answer else "muted",
            lines=(" · ".join(part for part in (born, number) if part),),
        )
