"""What spares keys from one form to the next: ditto, pins, reasons that were given before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QObject

from desktop.domain.batches import Batch, may_be_taken_over
from desktop.domain.records import OpenedForm
from desktop.domain.scans import Scan
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui.forms.card_sources import CardSources
from desktop.ui.forms.form_view import FormView
from desktop.ui.forms.form_words import FormWords
from desktop.ui.forms.outline import plain
from forms.definition import Answer
from forms.findings import Finding

#: A digit chooses a reason, and more than these nobody remembers.
_MOST_REASONS = 5


class BatchBook(Protocol):
    """Where pins are kept (``desktop.services.batches.Batches``)."""

    def load(self) -> Batch:
        """As kept."""

    def keep(self, batch: Batch) -> None:
        """From now on."""


class EntryAids(QObject):
    """Of one officer, while the register is open.

    Attributes:
        batch: the pinned answers.
        cards: which answers came from a card.
        is_begun: is the form on the page in the register? Then what is corrected on it says
            nothing about the pile.
    """

    def __init__(
        self, *, jobs: JobRunner, batches: BatchBook, words: FormWords, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.batch = Batch()
        self.is_begun = False
        self._words = words
        self._view: FormView | None = None
        self._jobs = jobs
        self._batches = batches
        self._is_loaded = False
        self._listed: Mapping[str, str] = {}
        self.cards = CardSources(self)
        self._before: dict[str, Mapping[str, Answer]] = {}
        self._reasons: dict[str, list[str]] = {}

    def begin(self, view: FormView, opened: OpenedForm) -> None:
        """Another form stands on the page."""
        self._view = view
        self._listed = opened.listed
        self.is_begun = opened.record_id is not None
        self.cards.begin(opened.scanned, view.paper.filling.kept())
        self._mark(view)

    def take_card(self, scans: Mapping[str, Scan]) -> None:
        """What a card said stands in the form now."""
        self.cards.take(scans)
        if self._view is not None:
            self._mark(self._view)

    def follow(self, path: str, value: Answer) -> None:
        """An answer was given: is it still a card's or the base list's, and is it pinned?"""
        view = self._view
        if view is None:
            return
        if self.cards.edited(path, view.value(path)) or path in self._listed:
            self._mark(view)
        question = view.outline.question(path)
        if self.is_begun or question is None or value is None:
            return
        if self.batch.holds(question):  # the pin follows
            self._keep(self.batch.with_pin(question, value))

    # -- pins --

    def pinned(self, opened: OpenedForm) -> Mapping[str, Answer]:
        """What a form takes from the batch, nothing when it is begun; in the read lane.

        Asked of every form before it is shown: only a batch that was read is changed and kept.
        """
        if not self._is_loaded:
            self.batch = self._batches.load()
            self._is_loaded = True
        if opened.record_id is not None:
            return {}
        return self.batch.answers(opened.definition, opened.answers)

    def toggle_pin(self) -> None:
        """Pin the answer of the question with the keyboard, or let it go."""
        if self._view is not None:
            self._words.pinned(self._pin(self._view))

    def _pin(self, view: FormView) -> bool | None:
        """Returns whether it is pinned now; ``None`` where nothing can be pinned."""
        view.answers()  # what is being typed is what is pinned
        path = view.current
        question = view.outline.question(path)
        if question is None or path != plain(path) or not may_be_taken_over(question):
            return None
        is_pinned = self.batch.holds(question)
        value = None if is_pinned else view.value(path)
        if value is None and not is_pinned:
            return None
        self._keep(self.batch.with_pin(question, value))
        self._mark(view)
        return not is_pinned

    def _mark(self, view: FormView) -> None:
        """Pinned questions say so, and answers that a card or the province's base list says."""
        words, source = self.tr("Giữ cho phiếu sau (F3)"), self.tr("Theo danh sách nền của tỉnh")
        questions = view.definition.questions()
        said = {path: source for path, value in self._listed.items() if view.value(path) == value}
        pinned = {one.path: words for one in questions if self.batch.holds(one)}
        view.show_marks({**said, **self.cards.marks(), **pinned})

    def _keep(self, batch: Batch) -> None:
        if batch != self.batch:
            self.batch = batch
            self._jobs.run(self, lambda: self._batches.keep(batch), lane=Lane.WRITE)

    # -- ditto --

    def remember(self, form_id: str, answers: Mapping[str, Answer]) -> None:
        """The form that was saved last, for the one that comes after it."""
        self._before[form_id] = dict(answers)

    def ditto(self) -> None:
        """The answer of the form before, for the question with the keyboard."""
        if self._view is not None and not self._repeat(self._view):
            self._words.no_ditto()

    def ditto_section(self) -> None:
        """The answers of the form before, for what is empty in the section with the keyboard."""
        if self._view is not None and not self._repeat(self._view, section=True):
            self._words.no_ditto()

    def _repeat(self, view: FormView, *, section: bool = False) -> int:
        """Returns how many answers were taken."""
        before = self._before.get(view.definition.form_id, {})
        if not section:
            return self._take(view, [view.current], before, replaces=True)
        top = view.outline.top(view.current)
        taken = 0
        while True:  # an answer may bring questions that take one too
            stops = [path for path in view.paper.stops() if view.outline.top(path) == top]
            found = self._take(view, stops, before, replaces=False)
            taken += found
            if not found:
                return taken

    def _take(
        self,
        view: FormView,
        paths: Sequence[str],
        before: Mapping[str, Answer],
        *,
        replaces: bool,
    ) -> int:
        taken: dict[str, Answer] = {}
        for path in paths:
            question = view.outline.question(path)
            value = before.get(path)
            if question is None or value is None or not may_be_taken_over(question):
                continue
            if view.value(path) != value and (replaces or view.value(path) is None):
                taken[path] = value
        if taken:
            view.take(taken)
        return len(taken)

    # -- reasons --

    def reasons_for(self, finding: Finding) -> list[str]:
        """Those given before for such a finding, then those that are usual."""
        usual = [
            self.tr("Giấy tờ ghi đúng như vậy"),
            self.tr("Đã hỏi lại, đúng như vậy"),
            self.tr("Chờ công an đối chiếu"),
        ]
        given = self._reasons.get(finding.code.name, [])
        return [*given, *(one for one in usual if one not in given)][:_MOST_REASONS]

    def remember_reason(self, code_name: str, reason: str) -> None:
        """A warning was confirmed with it."""
        known = self._reasons.setdefault(code_name, [])
        if reason in known:
            known.remove(reason)
        known.insert(0, reason)
        del known[_MOST_REASONS - 1 :]
