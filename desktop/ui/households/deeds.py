"""What is written of a household, one after another, each on what the one before left."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from desktop.domain.households import Added, Household
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane

_Result = TypeVar("_Result")


@dataclass(slots=True)
class _Shown:
    """The household on the page, as it was left last; what was begun for one stays its own."""

    household: Household


class Deeds(QObject):
    """A queue of writings; the first of them may make the household that the others go on with.

    Signals:
        failed: an ``AppError``, also of a household that is not shown any more.
    """

    failed = Signal(object)

    def __init__(self, *, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._shown = _Shown(Household(None))
        self._waiting: deque[Callable[[], None]] = deque()

    @property
    def household(self) -> Household:
        """As it was shown or written last."""
        return self._shown.household

    def show(self, household: Household) -> None:
        """It was read anew."""
        self._shown.household = household

    def begin_another(self, household: Household) -> None:
        """From now on it is about this one; what was begun for the former goes on there."""
        self._shown = _Shown(household)

    @property
    def is_idle(self) -> bool:
        """Is nothing being written, and nothing waiting for it?"""
        return not self._waiting

    def then(self, callback: Callable[[], None]) -> None:
        """Call back when everything asked so far is written, or has failed."""
        self._append(lambda: self._end(callback))

    def do(
        self,
        work: Callable[[Household], _Result],
        *,
        on_success: Callable[[_Result], None],
        on_error: Callable[[AppError], None] = lambda _error: None,
    ) -> None:
        """Write; the callbacks are called while the household it was asked for is shown."""
        shown = self._shown

        def _begin() -> None:
            household = shown.household
            self._jobs.run(
                self,
                lambda: work(household),
                on_success=_done,
                on_error=_failed,
                lane=Lane.WRITE,
            )

        def _done(result: _Result) -> None:
            if isinstance(result, Household | Added):
                shown.household = result if isinstance(result, Household) else result.household
            self._end(lambda: on_success(result) if shown is self._shown else None)

        def _failed(error: AppError) -> None:
            self.failed.emit(error)
            self._end(lambda: on_error(error) if shown is self._shown else None)

        self._append(_begin)

    def _append(self, begin: Callable[[], None]) -> None:
        self._waiting.append(begin)
        if len(self._waiting) == 1:
            begin()

    def _end(self, callback: Callable[[], None]) -> None:
        """The next one begins, whatever becomes of what is shown of this one."""
        try:
            callback()
        finally:
            self._waiting.popleft()
            if self._waiting:
                self._waiting[0]()
