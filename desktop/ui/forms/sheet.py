"""One opened form on its way to the register: saves and hands in through jobs, one at a time.

A save that is asked while another runs waits for it: the first save of a new person gives the
ids that the second needs. What happens here belongs to this form even when the page shows another
one meanwhile.

Values of other devices may come between a save and the one before it. They are taken over where
the officer has not edited since; only then do they count as seen, so that the next save neither
takes an old answer for an edit nor settles a clash that nobody saw.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from desktop.domain.drafts import DraftMark
from desktop.domain.people import PersonId, PersonRow
from desktop.domain.records import CheckId, NotReady, OpenedForm, SavedForm, Submitted
from desktop.domain.scans import Scan
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui.forms.half_typed import HalfTyped, draft_of, loose_ends_of
from forms.definition import Answer


class RecordKeeper(Protocol):
    """The use cases of records, as the form needs them (``desktop.services.records.Records``)."""

    def open(
        self, person_id: PersonId | None, *, form_id: str, form_version: str = ""
    ) -> OpenedForm:
        """A person's form; ``None`` for somebody new. Where it is not begun, under this text."""

    def save(
        self,
        opened: OpenedForm,
        *,
        answers: Mapping[str, Answer],
        confirmations: Mapping[str, str],
        decided: Collection[str] = (),
        mark: DraftMark | None = None,
    ) -> SavedForm:
        """Keep the answers."""

    def submit(
        self,
        opened: OpenedForm,
        *,
        answers: Mapping[str, Answer],
        confirmations: Mapping[str, str],
        decided: Collection[str] = (),
        mark: DraftMark | None = None,
    ) -> Submitted | NotReady:
        """Hand the record in."""

    def send_to_police(self, person_id: PersonId) -> CheckId:
        """Ask for a check."""

    def adopt_csdlqg(self, person_id: PersonId, field: str) -> None:
        """Take the value of the national database."""

    def persons_with_number(
        self, number: str, *, other_than: PersonId | None
    ) -> Sequence[PersonRow]:
        """Who else has this number."""


@dataclass(frozen=True, slots=True)
class Content:
    """What the officer has answered so far.

    ``decided`` are the clashes the officer settled; the draft ``mark`` holds no more than this;
    ``scanned`` is what cards said where they still have the word.
    """

    answers: Mapping[str, Answer]
    confirmations: Mapping[str, str]
    decided: frozenset[str] = frozenset()
    mark: DraftMark | None = None
    scanned: Mapping[str, Scan] = field(default_factory=dict)

    def edited_since(self, before: Content, paths: Collection[str]) -> set[str]:
        """Which of these the officer answered otherwise since."""
        return {path for path in paths if self.answers.get(path) != before.answers.get(path)}

    def joined(self, saved: SavedForm, before: Content) -> Content:
        """With what came by the save of ``before``, where it was not edited since."""
        edited = self.edited_since(before, saved.came)
        came = {path: value for path, value in saved.came.items() if path not in edited}
        return replace(
            self,
            answers={**self.answers, **came},
            confirmations={**added_reasons(saved, before), **self.confirmations},
        )


def added_reasons(saved: SavedForm, before: Content) -> dict[str, str]:
    """The confirmations that a save found and its content did not hold."""
    stored = saved.stored.confirmations
    return {name: why for name, why in stored.items() if name not in before.confirmations}


class Sheet(QObject):
    """An opened form.

    Signals:
        saved: the transaction is done (``SavedForm``, the ``Content`` it was given).
        submitted: handed in (``Submitted``).
        refused: not ready to be handed in (``NotReady``).
        sent: asked the police.
        adopted: the CSDLQG's value was taken.
        failed: an ``AppError``.
        left_over: what no save takes of a form that was left (``FormDraft``).
        nothing_left: that draft says nothing any more (``DraftMark``).

    Attributes:
        opened: what the page holds, with the ids that the first save gave.
        mark: the latest writing of the draft of this form.
    """

    saved = Signal(object, object)
    submitted = Signal(object)
    refused = Signal(object)
    sent = Signal()
    adopted = Signal()
    failed = Signal(object)
    left_over = Signal(object)
    nothing_left = Signal(object)

    def __init__(
        self,
        *,
        opened: OpenedForm,
        mark: DraftMark,
        records: RecordKeeper,
        jobs: JobRunner,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.opened = opened
        self.mark = mark
        self._records = records
        self._jobs = jobs
        self._before: Mapping[str, int] = opened.versions
        self._is_busy = False
        self._waiting: list[_Task] = []
        self._left: tuple[HalfTyped, Mapping[str, Scan]] | None = None

    @property
    def own_id(self) -> PersonId:
        """Whom it is about: somebody new bears the draft's id from the first save on."""
        return self.opened.person_id or PersonId(self.mark.draft_id)

    def next_mark(self) -> DraftMark:
        """Of the next writing of its draft."""
        self.mark = DraftMark(self.mark.draft_id, self.mark.revision + 1)
        return self.mark

    @property
    def is_busy(self) -> bool:
        """Is something on its way?"""
        return self._is_busy

    def save(self, content: Content) -> None:
        """Keep the answers."""
        self._ask(_Task(content, self._write, lambda _outcome: None))

    def submit(self, content: Content) -> None:
        """Hand the record in; it is saved with it, once."""
        self._ask(_Task(content, self._hand_in, self._tell_submitted))

    def send_to_police(self, content: Content) -> None:
        """Save, then ask for a check."""

        def _send(content: Content) -> _Done:
            saved = self._write(content).saved
            self._records.send_to_police(saved.person_id)
            return _Done(self._again(saved))

        self._ask(_Task(content, _send, lambda _outcome: self.sent.emit()))

    def adopt(self, content: Content, *, field: str) -> None:
        """Save, then take the CSDLQG's value of a person field."""

        def _adopt(content: Content) -> _Done:
            saved = self._write(content).saved
            self._records.adopt_csdlqg(saved.person_id, field)
            return _Done(self._again(saved))

        self._ask(_Task(content, _adopt, lambda _outcome: self.adopted.emit()))

    def leave(self, half: HalfTyped, scanned: Mapping[str, Scan]) -> None:
        """The page goes on to another form while something is on its way."""
        self._left = half, scanned
        self._tell_loose_ends()

    def stay(self) -> None:
        """The page shows it still, and keeps what is typed."""
        self._left = None

    def keep_old(self, paths: Collection[str], content: Content) -> None:
        """The officer has edited these since ``content``: what came there was not seen.

        The versions stay as they were too, so that the server keeps both values.
        """
        if paths:
            answers = {**self.opened.answers}
            answers |= {path: content.answers.get(path) for path in paths}
            self.opened = replace(self.opened, answers=answers, versions=self._before)

    # -- in the write lane, where nothing else touches ``opened`` (one job at a time) --

    def _write(self, content: Content) -> _Done:
        return _Done(
            self._records.save(
                self._with_scans(content),
                answers=content.answers,
                confirmations=content.confirmations,
                decided=content.decided,
                mark=content.mark,
            )
        )

    def _with_scans(self, content: Content) -> OpenedForm:
        return replace(self.opened, scanned=content.scanned)

    def _hand_in(self, content: Content) -> _Done:
        outcome = self._records.submit(
            self._with_scans(content),
            answers=content.answers,
            confirmations=content.confirmations,
            decided=content.decided,
            mark=content.mark,
        )
        return _Done(outcome.saved, outcome)

    def _again(self, saved: SavedForm) -> SavedForm:
        """The form after something else than the answers was changed."""
        form_id = self.opened.definition.form_id
        stored = self._records.open(saved.person_id, form_id=form_id)
        now, then = stored.answers, saved.stored.answers
        changed = {path: now.get(path) for path in {*now, *then} if now.get(path) != then.get(path)}
        return replace(saved, stored=stored, came={**saved.came, **changed})

    # -- on the page's thread --

    def _tell_submitted(self, outcome: Submitted | NotReady | None) -> None:
        if isinstance(outcome, Submitted):
            self.submitted.emit(outcome)
        else:
            self.refused.emit(outcome)

    def _ask(self, task: _Task) -> None:
        if self._is_busy:
            self._waiting.append(task)
            return
        self._is_busy = True

        def _done(done: _Done) -> None:
            self._is_busy = False
            self._go_on_with(done.saved, task.content)
            self.saved.emit(done.saved, task.content)
            task.tell(done.outcome)
            self._next()
            self._end_left(done.saved)

        self._jobs.run(
            self,
            lambda: task.work(task.content),
            lane=Lane.WRITE,
            on_success=_done,
            on_error=self._fail,
        )
        self._tell_loose_ends()

    def _go_on_with(self, saved: SavedForm, content: Content) -> None:
        """What waits in the queue takes over what came, where it is not edited there."""
        self._before = self.opened.versions
        self.opened = saved.stored
        edited: set[str] = set()
        for number, task in enumerate(self._waiting):
            later = task.content
            edited |= later.edited_since(content, saved.came)
            self._waiting[number] = replace(task, content=later.joined(saved, content))
        self.keep_old(edited, content)
        if self._left is not None:
            half, scanned = self._left
            now, then = half.answers, content.answers
            same = {name: v for name, v in saved.came.items() if now.get(name) == then.get(name)}
            self._left = replace(half, answers={**half.answers, **same}), scanned

    def _fail(self, error: AppError) -> None:
        self._is_busy = False
        self.failed.emit(error)
        self._next()
        self._tell_unsaved()

    def _tell_loose_ends(self) -> None:
        """Behind the last save in the lane; they need not wait for it, being no answers."""
        if self._left is None or self._waiting:
            return
        half, _ = self._left
        if half.has_loose_ends:
            self.left_over.emit(loose_ends_of(self.opened, half, self.next_mark()))

    def _end_left(self, saved: SavedForm) -> None:
        """Everything is saved. A reason whose finding is not there any more is nobody's."""
        if self._left is None or self._is_busy:
            return
        (half, _), self._left = self._left, None
        standing = {finding.fingerprint for finding in saved.findings}
        if half.has_loose_ends and not half.searching and not standing & half.reasons.keys():
            self.nothing_left.emit(self.mark)

    def _tell_unsaved(self) -> None:
        """Everything that stands on a form that was left: no page has it any more."""
        if self._left is not None and not self._is_busy:
            (half, scanned), self._left = self._left, None
            self.left_over.emit(draft_of(self.opened, half, self.next_mark(), scanned=scanned))

    def _next(self) -> None:
        if self._waiting and not self._is_busy:
            self._ask(self._waiting.pop(0))


@dataclass(frozen=True, slots=True)
class _Done:
    """What a job made of a content."""

    saved: SavedForm
    outcome: Submitted | NotReady | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    """A job of a sheet, perhaps still waiting for the one before."""

    content: Content
    work: Callable[[Content], _Done]
    tell: Callable[[Submitted | NotReady | None], None]
