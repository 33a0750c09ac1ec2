"""Half-typed forms and what is to be done, beside the list of the people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from desktop.domain.drafts import WaitingDraft
from desktop.domain.records import Todo, TodoKind
from desktop.jobs.runner import JobRunner
from desktop.ui import wording
from desktop.ui.models.cards import Card
from desktop.ui.people.ports import DraftSource
from desktop.ui.widgets.card_list import CardList
from forms import dates

_WIDTH = 252
#: What the keys of cards about half-typed forms begin with.
_DRAFT, _OF_ANOTHER = "draft:", "other:"
_TINTS = {TodoKind.RETURNED: "error", TodoKind.HELD: "error", TodoKind.NOT_FOUND: "error"}


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What stands in the panel."""

    todos: Sequence[Todo]
    own: Sequence[WaitingDraft]
    of_others: Sequence[WaitingDraft]


class TodoPanel(QFrame):
    """A card for each; Enter opens it.

    Signals:
        person_opened: (person id, path of a question or "", form id or "").
        draft_opened: the id of a half-typed form of this user.
    """

    person_opened = Signal(object, str, str)
    draft_opened = Signal(str)

    def __init__(
        self, *, jobs: JobRunner, load_todos: Callable[[], Sequence[Todo]], drafts: DraftSource
    ) -> None:
        super().__init__()
        self._jobs = jobs
        self._load_todos = load_todos
        self._drafts = drafts
        self._words = wording.Words(self)
        self._todos: dict[str, Todo] = {}
        self.setProperty("kind", "card")
        self.setFixedWidth(_WIDTH)
        self._title = QLabel()
        self._title.setProperty("kind", "heading")
        self._title.setContentsMargins(14, 12, 14, 6)
        self._nothing = QLabel(self.tr("Không có việc nào đang chờ."))
        self._nothing.setProperty("kind", "muted")
        self._nothing.setWordWrap(True)
        self._nothing.setContentsMargins(14, 0, 14, 0)
        self._list = CardList(name="list:todos", label=self.tr("Việc cần làm"))
        self._list.setProperty("kind", "inside")
        self._list.opened.connect(self._open)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self._title)
        layout.addWidget(self._nothing)
        layout.addWidget(self._list, 1)
        layout.addStretch(0)

    def refresh(self) -> None:
        """Read it anew."""
        self._jobs.run(self, self._read, on_success=self._show)

    def _read(self) -> _Waiting:
        return _Waiting(self._load_todos(), self._drafts.own(), self._drafts.of_others())

    def _show(self, waiting: _Waiting) -> None:
        self._todos = {str(number): todo for number, todo in enumerate(waiting.todos)}
        count = len(waiting.todos) + len(waiting.own)
        self._title.setText(self.tr("Việc cần làm ({n})").format(n=count))
        cards = [self._draft_card(draft) for draft in waiting.own]
        cards += [self._todo_card(key, todo) for key, todo in self._todos.items()]
        cards += [self._card_of_another(draft) for draft in waiting.of_others]
        self._list.show_cards(cards, keep=self._list.current_key)
        self._list.setVisible(bool(cards))
        self._nothing.setVisible(not cards)

    def _draft_card(self, draft: WaitingDraft) -> Card:
        name = draft.full_name or self.tr("(chưa có tên)")
        return Card(
            key=_DRAFT + draft.draft_id,
            title=self.tr("Phiếu đang gõ dở: {name}").format(name=name),
            lines=(self.tr("Gõ lúc {when}, chưa lưu").format(when=wording.moment(draft.at)),),
            tint="warning",
        )

    def _card_of_another(self, draft: WaitingDraft) -> Card:
        """Whose and since when; about whom is that user's to see."""
        return Card(
            key=_OF_ANOTHER + draft.draft_id,
            title=self.tr("Phiếu gõ dở của {user}").format(user=draft.author),
            lines=(self.tr("Gõ lúc {when}, chưa lưu").format(when=wording.moment(draft.at)),),
        )

    def _todo_card(self, key: str, todo: Todo) -> Card:
        return Card(
            key=key,
            title=todo.full_name or self.tr("(chưa có tên)"),
            badge=self._words.todo(todo.kind),
            tint=_TINTS.get(todo.kind, "warning"),
            lines=tuple(line for line in (todo.question_vi, self._text_of(todo)) if line),
        )

    def _text_of(self, todo: Todo) -> str:
        if todo.kind is TodoKind.HELD:
            return self._words.hold(todo.text)
        text = dates.display(todo.text)
        if todo.kind is TodoKind.DIFFERS:
            return self.tr("Theo CSDLQG: {value}").format(value=text)
        return text

    def _open(self, key: str) -> None:
        if key.startswith(_DRAFT):
            self.draft_opened.emit(key.removeprefix(_DRAFT))
            return
        todo = self._todos.get(key)
        if todo is not None and todo.person_id is not None:
            self.person_opened.emit(todo.person_id, todo.path, todo.form_id)
