"""Syncs by itself: when a connection appears, a few seconds after a save, and now and then.

It never makes anybody wait: a sync is a job, and is let go of at once when it should stop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, unique
from typing import Protocol

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from desktop.domain.syncing import Enrolment, SyncReport, SyncRules
from desktop.errors import AppError, Problem
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui.network import Network
from sync.client.schedule import Rhythm
from sync.client.watching import StoppableWatch, Watch

#: How often the rhythm is looked at, and how often a running sync shows how far it is.
_LOOK_MS = 500
#: Only a new code helps: trying again would only write the same line.
_HOPELESS = frozenset({Problem.DEVICE_REVOKED, Problem.NOT_ENROLLED})


@unique
class Waiting(Enum):
    """Why no sync begins by itself just now."""

    NOT_CONNECTED = "not_connected"  # the device has no place in a province
    OFF = "off"
    PAUSED = "paused"
    METERED = "metered"
    OFFLINE = "offline"


class SyncWork(Protocol):
    """What it asks (``desktop.services.syncing.Syncing``)."""

    def enrolment(self) -> Enrolment | None:
        """The device's place, if it has one."""

    def rules(self) -> SyncRules:
        """How this register syncs by itself."""

    def set_rules(self, rules: SyncRules) -> None:
        """From now on."""

    def run(
        self,
        *,
        on_progress: Callable[[int, int], None] | None = None,
        watch: Watch | None = None,
        is_asked: bool = True,
    ) -> SyncReport:
        """Exchange with the server."""


class AutoSync(QObject):
    """Begins syncs, one at a time; the page shows what it does.

    Signals:
        began: a sync runs now.
        moved: (done, known) of the running one.
        ended: it is over (``SyncReport``); told before ``changed``.
        failed: it broke inside this program (``AppError``).
        changed: what stands in ``waiting``, ``next_at`` or ``rules`` is another.

    Attributes:
        watch: the running sync, or the last one.
        rules: how this register syncs by itself.
    """

    began = Signal()
    moved = Signal(int, int)
    ended = Signal(object)
    failed = Signal(object)
    changed = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        syncing: SyncWork,
        network: Network,
        clock: Callable[[], datetime],
        is_on: bool,
        rhythm: Rhythm | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Without ``is_on`` it only syncs when asked to."""
        super().__init__(parent)
        self.watch = Watch()
        self.rules = SyncRules()
        self._jobs = jobs
        self._syncing = syncing
        self._network = network
        self._clock = clock
        self._is_on = is_on
        self._rhythm = rhythm or Rhythm()
        self._has_place = False
        self._is_hopeless = False
        self._is_paused_here = False
        self._is_running = False
        self._is_closed = False
        self._since = QElapsedTimer()
        self._since.start()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._network.changed.connect(self._meet_network)

    # -- what it is about --

    @property
    def is_running(self) -> bool:
        """Is a sync under way?"""
        return self._is_running

    @property
    def waiting(self) -> Waiting | None:
        """Why no sync begins by itself; ``None`` when one will."""
        if not self._has_place or self._is_hopeless:
            return Waiting.NOT_CONNECTED
        if not self._is_on or not self.rules.is_automatic:
            return Waiting.OFF
        if self._is_paused_here or self._is_paused():
            return Waiting.PAUSED
        if self._network.is_online is False:
            return Waiting.OFFLINE
        if self._network.is_metered and not self.rules.on_metered:
            return Waiting.METERED
        return None

    @property
    def next_at(self) -> datetime | None:
        """When it will try next; ``None`` while it waits for something else than time."""
        if self._is_running or self.waiting is not None:
            return None
        return self._clock() + timedelta(seconds=max(0.0, self._rhythm.due - self._now()))

    @property
    def failures(self) -> int:
        """How many syncs in a row did not end well."""
        return self._rhythm.failures

    # -- what it is told --

    def start(self) -> None:
        """The register is open."""
        self._jobs.run(self, self._read, on_success=self._begin)

    def saved(self) -> None:
        """Something was saved."""
        self._rhythm.saved(self._now())
        self.changed.emit()

    def run_now(self) -> None:
        """Whatever the rhythm says, whatever is paused: somebody asks for it."""
        self._run(is_asked=True)

    def stop(self) -> None:
        """Let go of the running sync."""
        self.watch.stop()

    def pause(self, until: datetime | None) -> None:
        """Not by itself until then; ``None``: not while the register is open this time."""
        self.stop()
        self._is_paused_here = until is None
        if until is not None:
            self._keep(paused_until=until.isoformat(timespec="seconds"))
        self.changed.emit()

    def pause_for(self, *, hours: int) -> None:
        """Not by itself for so long, also when the register is opened again meanwhile."""
        self.pause(self._clock() + timedelta(hours=hours))

    @property
    def is_paused_until(self) -> bool:
        """Is it a pause with an end?"""
        return not self._is_paused_here

    def resume(self) -> None:
        """By itself again, and soon."""
        self._is_paused_here = False
        self._keep(paused_until="")
        self._rhythm.begins(self._now())
        self.changed.emit()

    def set_automatic(self, wanted: bool) -> None:
        """Of this register, from now on."""
        self._keep(is_automatic=wanted)
        self._rhythm.begins(self._now())

    def set_on_metered(self, wanted: bool) -> None:
        """Of this register, from now on."""
        self._keep(on_metered=wanted)

    def close(self) -> None:
        """The register is about to be closed: nothing begins any more, what runs is let go of."""
        self._is_closed = True
        self._timer.stop()
        self.stop()

    def look(self) -> None:
        """Is it time? (Also shows how far a running sync is.)"""
        if self.waiting is None and not self._is_running and self._now() >= self._rhythm.due:
            self._run(is_asked=False)
        self.changed.emit()

    # -- inside --

    def _read(self) -> tuple[Enrolment | None, SyncRules]:
        return self._syncing.enrolment(), self._syncing.rules()

    def _begin(self, found: tuple[Enrolment | None, SyncRules]) -> None:
        enrolment, self.rules = found
        self._has_place = enrolment is not None
        self._rhythm.begins(self._now())
        if not self._is_closed:
            self._timer.start()
        self.changed.emit()

    def _run(self, *, is_asked: bool) -> None:
        if self._is_running or self._is_closed:
            return
        self._is_running = True
        watch = self.watch = StoppableWatch()
        self._jobs.run(
            self,
            lambda: self._syncing.run(on_progress=self.moved.emit, watch=watch, is_asked=is_asked),
            on_success=self._end,
            on_error=self._fail,
        )
        self.began.emit()

    def _end(self, report: SyncReport) -> None:
        self._is_running = False
        now = self._now()
        if report.problem is None and not report.is_stopped:
            self._is_hopeless = False
            self._rhythm.succeeded(now)
        else:
            self._is_hopeless = report.problem in _HOPELESS
            asked = (report.parameters or {}).get("seconds", "0")
            self._rhythm.failed(now, asked_seconds=float(asked))
        self.ended.emit(report)
        self.changed.emit()

    def _fail(self, error: AppError) -> None:
        self._is_running = False
        self._rhythm.failed(self._now())
        self.failed.emit(error)
        self.changed.emit()

    def _meet_network(self) -> None:
        if self._network.is_online is not False:
            self._rhythm.network_up(self._now())
        if self._network.is_metered and not self.rules.on_metered:
            self.stop()
        self.changed.emit()

    def _keep(self, **changes: object) -> None:
        rules = self.rules = replace(self.rules, **changes)  # type: ignore[arg-type] # named above
        self._jobs.run(self, lambda: self._syncing.set_rules(rules), lane=Lane.WRITE)
        self.changed.emit()

    def _is_paused(self) -> bool:
        until = self.rules.paused_until
        return bool(until) and self._clock() < datetime.fromisoformat(until)

    def _now(self) -> float:
        """Seconds since it was made: a clock that nobody sets."""
        return self._since.elapsed() / 1000
