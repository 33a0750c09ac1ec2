"""One opened form on its way to the register: saves and hands in through jobs, one at a time.

A save that is asked while another runs waits for it: the first save of a new person gives the
ids that the second needs. What happens here belongs to this form even when the page shows another
one meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from desktop.domain.people import CheckState, PersonId, PersonRow, RecordStatus
from desktop.domain.records import CheckId, NotReady, OpenedForm, SavedForm, Submitted
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from forms.definition import Answer


class RecordKeeper(Protocol):
    """The use cases of records, as the form needs them (``desktop.services.records.Records``)."""

    def open(self, person_id: PersonId | None) -> OpenedForm:
        """A person's form; ``None`` for somebody new."""

    def save(
        self,
        opened: OpenedForm,
        *,
        answers: Mapping[str, Answer],
        confirmations: Mapping[str, str],
        decided: Collection[str] = (),
    ) -> SavedForm:
        """Keep the answers."""

    def submit(
        self,
        opened: OpenedForm,
        *,
        answers: Mapping[str, Answer],
        confirmations: Mapping[str, str],
        decided: Collection[str] = (),
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
    """What the officer has answered so far; ``decided`` are the clashes the officer settled."""

    answers: Mapping[str, Answer]
    confirmations: Mapping[str, str]
    decided: frozenset[str] = frozenset()


class Sheet(QObject):
    """An opened form.

    Signals:
        saved: the transaction is done (``SavedForm``).
        submitted: handed in (``Submitted``).
        refused: not ready to be handed in (``NotReady``).
        sent: asked the police.
        adopted: the CSDLQG's value was taken; the form must be read anew.
        failed: an ``AppError``.

    Attributes:
        opened: with the ids that the first save gave.
    """

    saved = Signal(object)
    submitted = Signal(object)
    refused = Signal(object)
    sent = Signal()
    adopted = Signal()
    failed = Signal(object)

    def __init__(
        self, *, opened: OpenedForm, records: RecordKeeper, jobs: JobRunner, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.opened = opened
        self._records = records
        self._jobs = jobs
        self._is_busy = False
        self._waiting: list[Callable[[], None]] = []

    @property
    def is_busy(self) -> bool:
        """Is something on its way?"""
        return self._is_busy

    def save(self, content: Content) -> None:
        """Keep the answers."""
        self._run(lambda: self._write(content), self.saved.emit)

    def submit(self, content: Content) -> None:
        """Hand the record in; it is saved first, in the same job."""

        def _submit() -> tuple[SavedForm, Submitted | NotReady]:
            saved = self._write(content)
            outcome = self._records.submit(
                self.opened, answers=content.answers, confirmations=content.confirmations
            )
            return saved, outcome

        self._run(_submit, self._tell_submitted)

    def send_to_police(self, content: Content) -> None:
        """Save, then ask for a check."""

        def _send() -> CheckId:
            return self._records.send_to_police(self._write(content).person_id)

        self._run(_send, lambda _id: self.sent.emit())

    def adopt(self, content: Content, *, field: str) -> None:
        """Save, then take the CSDLQG's value of a person field."""

        def _adopt() -> None:
            self._records.adopt_csdlqg(self._write(content).person_id, field)

        self._run(_adopt, lambda _none: self.adopted.emit())

    def _write(self, content: Content) -> SavedForm:
        """In the write lane, where nothing else touches ``opened`` (one job at a time)."""
        saved = self._records.save(
            self.opened,
            answers=content.answers,
            confirmations=content.confirmations,
            decided=content.decided,
        )
        self.opened = saved.opened
        return saved

    def _tell_submitted(self, result: tuple[SavedForm, Submitted | NotReady]) -> None:
        saved, outcome = result
        if isinstance(outcome, Submitted):
            check = CheckState.WAITING if outcome.sent_to_police else self.opened.check
            self.opened = replace(self.opened, status=RecordStatus.SUBMITTED, check=check)
        self.saved.emit(saved)
        if isinstance(outcome, Submitted):
            self.submitted.emit(outcome)
        else:
            self.refused.emit(outcome)

    def _run(self, work: Callable[[], object], on_success: Callable[..., None]) -> None:
        if self._is_busy:
            self._waiting.append(lambda: self._run(work, on_success))
            return
        self._is_busy = True

        def _done(result: object) -> None:
            self._is_busy = False
            on_success(result)
            self._next()

        self._jobs.run(self, work, lane=Lane.WRITE, on_success=_done, on_error=self._fail)

    def _fail(self, error: AppError) -> None:
        self._is_busy = False
        self.failed.emit(error)
        self._next()

    def _next(self) -> None:
        if self._waiting and not self._is_busy:
            self._waiting.pop(0)()
