"""What is done for an open register beside the work: backups that are due, reading it through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain.backups import BackupResult
from desktop.errors import AppError, Problem
from desktop.jobs.progress import Cancelled, Progress
from desktop.jobs.runner import JobRunner

#: How often the schedule of backups is looked at; also how soon a stick is noticed.
_SCHEDULE_MS = 60_000


class ScheduledBackups(Protocol):
    """The backups that nobody has to ask for."""

    def while_open(self, *, progress: Callable[[int, int], None]) -> BackupResult | None:
        """Make what is due; ``None`` if nothing was. Raises AppError when it cannot be made."""

    def last_failure(self) -> Problem | None:
        """Why the last one failed, until one succeeds."""


class Upkeep(QObject):
    """Of one open register, from ``start`` to ``stop``.

    Signals:
        noticed: a ``Problem`` the user should hear of; each once.
    """

    noticed = Signal(object)

    def __init__(
        self,
        *,
        jobs: JobRunner,
        backups: ScheduledBackups,
        read_through: Callable[[], object],
        parent: QObject,
    ) -> None:
        """``read_through`` reads every page of the register once."""
        super().__init__(parent)
        self._jobs = jobs
        self._backups = backups
        self._read_through = read_through
        self._told: list[Problem] = []
        self._running: Progress | None = None
        self._schedule = QTimer(self)
        self._schedule.timeout.connect(self.keep_schedule)

    def start(self, *, reads_through: bool) -> None:
        """Tell why the last backup failed, look at the register if asked, and keep the schedule."""
        self._jobs.run(self, self._backups.last_failure, on_success=self._tell)
        if reads_through:
            self._jobs.run(self, self._read_through)
        self._schedule.start(_SCHEDULE_MS)

    def stop(self) -> None:
        """What is being copied is given up: it is due again next time."""
        self._schedule.stop()
        if self._running is not None:
            self._running.stop()

    def keep_schedule(self) -> None:
        """What backups are due while the program is open; beside the work, every minute."""
        if self._running is not None or not self._schedule.isActive():
            return
        progress = self._running = Progress(self)

        def work() -> BackupResult | None:
            try:
                return self._backups.while_open(progress=progress.step)
            except Cancelled:
                return None

        self._jobs.run(self, work, on_success=self._done, on_error=self._failed)

    def _done(self, result: BackupResult | None) -> None:
        self._running = None
        self._tell(None if result is None else result.problem)

    def _failed(self, error: AppError) -> None:
        self._running = None
        self._tell(error.problem)

    def _tell(self, problem: Problem | None) -> None:
        if problem is not None and problem not in self._told:
            self._told.append(problem)
            self.noticed.emit(problem)
