"""Writes the half-typed form into the register at every pause of typing, beside the interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from desktop.domain.drafts import DraftMark, FormDraft, WaitingDraft
from desktop.domain.people import PersonId
from desktop.domain.records import OpenedForm
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.jobs.throttle import Throttle

#: A pause after which what is typed is written; and for who never pauses, the longest time that
#: a keystroke waits. Together with the writing itself both stay under a second.
_PAUSE_MS = 400
_AT_LATEST_MS = 900


class DraftBook(Protocol):
    """Where drafts are kept (``desktop.services.drafts.Drafts``)."""

    def keep(self, draft: FormDraft) -> None:
        """Write it."""

    def forget(self, mark: DraftMark) -> None:
        """It is not needed any more."""

    def about(self, opened: OpenedForm) -> FormDraft | None:
        """What this user had typed on a person's form."""

    def get(self, draft_id: str) -> FormDraft:
        """A draft of this user."""

    def own(self) -> Sequence[WaitingDraft]:
        """What this user has half-typed."""

    def of_others(self) -> Sequence[WaitingDraft]:
        """What waits for other users."""

    def of_others_about(self, person_id: PersonId) -> Sequence[WaitingDraft]:
        """What waits for other users about a person."""


class DraftWriter(QObject):
    """Asks for the draft when it is time to write it; a pause waits for the writing under way.

    Signals:
        kept: a ``FormDraft`` is on the disk.
        failed: an ``AppError``; the next keystroke tries again.
    """

    kept = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        *,
        jobs: JobRunner,
        drafts: DraftBook,
        take: Callable[[], FormDraft | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._drafts = drafts
        self._take = take
        self._under_way = 0
        self._is_wanted = False
        self._forgotten: DraftMark | None = None
        self._pause = Throttle(
            self._write, delay_ms=_PAUSE_MS, at_latest_ms=_AT_LATEST_MS, parent=self
        )

    @property
    def is_writing(self) -> bool:
        """Is a draft on its way to the disk?"""
        return self._under_way > 0

    def ask(self) -> None:
        """Something was typed."""
        self._pause.ask()

    def flush(self) -> None:
        """Do not wait for the pause, nor for an earlier writing: another document comes."""
        if self._pause.is_waiting or self._is_wanted:
            self.write()

    def write(self) -> None:
        """Now, asked or not; behind an earlier writing, which is older."""
        self.cancel()
        if (draft := self._take()) is not None:
            self.keep(draft)

    def cancel(self) -> None:
        """A save is on its way with everything that is typed."""
        self._pause.cancel()
        self._is_wanted = False

    def forget(self, mark: DraftMark) -> None:
        """Everything was typed back as it was; told again and again, it is done once."""
        if mark == self._forgotten:
            return
        self._forgotten = mark
        self._jobs.run(self, lambda: self._drafts.forget(mark), lane=Lane.WRITE)

    def _write(self) -> None:
        if self._under_way:
            self._is_wanted = True
        else:
            self.write()

    def keep(self, draft: FormDraft) -> None:
        """Write this one, which may be of a form that was left."""
        self._under_way += 1

        def _work() -> FormDraft:
            self._drafts.keep(draft)
            return draft

        self._jobs.run(
            self, _work, lane=Lane.WRITE, on_success=self._tell_kept, on_error=self._tell_failed
        )

    def _tell_kept(self, draft: FormDraft) -> None:
        self._under_way -= 1
        self.kept.emit(draft)
        self._go_on()

    def _tell_failed(self, error: AppError) -> None:
        self._under_way -= 1
        self.failed.emit(error)
        self._go_on()

    def _go_on(self) -> None:
        if self._is_wanted:
            self._is_wanted = False
            self._write()
