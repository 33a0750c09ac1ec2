"""How a long job tells how far it is, and how it is asked to stop."""

from __future__ import annotations

from threading import Event

from PySide6.QtCore import QObject, Signal


class Cancelled(Exception):  # noqa: N818 - an expected outcome, not an error
    """The officer pressed stop; raised inside the job by ``Progress.step``."""


class Progress(QObject):
    """Shared by a job and its page; lives in the interface thread.

    Signals:
        stepped: (done, total), delivered in the interface thread.
    """

    stepped = Signal(int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop = Event()

    def step(self, done: int, total: int) -> None:
        """Called by the job. Raises ``Cancelled`` when it was asked to stop."""
        if self._stop.is_set():
            raise Cancelled
        self.stepped.emit(done, total)

    def stop(self) -> None:
        """Called by the page: the job ends at its next step."""
        self._stop.set()
