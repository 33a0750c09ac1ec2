"""The numbers that stand at every page, read anew whenever something was saved."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.errors import AppError
from desktop.jobs.runner import JobRunner
from desktop.services.badges import Badges, Counts


class Counting(QObject):
    """One reader of an open register, however often it is asked.

    Signals:
        counted: the ``Counts``, as the register stood when it was last asked.
        failed: the ``AppError`` for which there are none.
    """

    counted = Signal(object)
    failed = Signal(object)

    def __init__(self, *, jobs: JobRunner, badges: Badges, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._badges = badges
        self._is_reading = False
        self._is_asked_again = False

    def again(self) -> None:
        """Read them; what is saved while they are read is read once more afterwards."""
        self._is_asked_again = self._is_reading
        if not self._is_reading:
            self._is_reading = True
            self._jobs.run(self, self._badges.count, on_success=self._show, on_error=self._stop)

    def _show(self, counts: Counts) -> None:
        self._is_reading = False
        self.counted.emit(counts)
        self._read_what_was_asked_meanwhile()

    def _stop(self, error: AppError) -> None:
        self._is_reading = False
        self.failed.emit(error)
        self._read_what_was_asked_meanwhile()

    def _read_what_was_asked_meanwhile(self) -> None:
        if self._is_asked_again:
            self.again()
