"""What the police answered goes on, by itself, with the records it is about."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.domain.syncing import SyncReport
from desktop.jobs.runner import JobRunner, Lane
from desktop.services.telling import CheckTeller
from desktop.ui.auto_sync import AutoSync


class Telling(QObject):
    """Passes answers on after they came, by sync or by file.

    Signals:
        told: something was passed on, and waits to be sent.
    """

    told = Signal()

    def __init__(
        self, *, jobs: JobRunner, teller: CheckTeller, auto_sync: AutoSync, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._teller = teller
        self._auto_sync = auto_sync
        self._has_told = False
        self._is_all_told = False

    def after_sync(self, report: SyncReport) -> None:
        """Most syncs bring nothing: then no answer is there that was not told after the last."""
        if report.pulled or not self._is_all_told:
            self._tell(is_synced=True)
        else:
            self._has_told = False

    def after_file(self) -> None:
        """A file was received, in which there may be answers."""
        self._tell(is_synced=False)

    def _tell(self, *, is_synced: bool) -> None:
        self._is_all_told = True
        self._jobs.run(
            self,
            self._teller.tell,
            lane=Lane.WRITE,
            on_success=lambda count: self._send(count, is_synced=is_synced),
            on_error=lambda _error: self._tell_later(),
        )

    def _tell_later(self) -> None:
        """The next sync passes it on, whatever it brings."""
        self._is_all_told = False

    def _send(self, count: int, *, is_synced: bool) -> None:
        """At once, as part of the sync that brought it; but a refusal is not sent for ever."""
        is_again, self._has_told = self._has_told, bool(count)
        if not count:
            return
        if is_synced and not is_again:
            self._auto_sync.run_now()
        else:
            self._auto_sync.saved()
        self.told.emit()
