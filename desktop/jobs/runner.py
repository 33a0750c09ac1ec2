"""The one door through which slow work leaves the interface thread.

Two lanes: ``write`` is a single thread, so that writes to the register never overlap; ``read`` is
a few threads for queries and the network. Results come back in the interface thread. A job whose
owner is gone by then delivers nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum, unique
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QObject, Signal

from desktop.errors import AppError, ExternalError, Problem
from desktop.jobs.progress import Cancelled

_Result = TypeVar("_Result")

#: A sync waits on the network in this lane; queries must still find a free thread.
_READ_THREADS = 3


@unique
class Lane(Enum):
    """Where a job runs."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A finished job on its way back. At most one of the three outcomes is set."""

    owner: QObject
    deliver: Callable[[], None] | None = None
    problem: AppError | None = None
    on_error: Callable[[AppError], None] | None = None
    crash: BaseException | None = None


class JobRunner(QObject):
    """Runs callables in lanes and delivers what they return.

    Signals:
        problem_met: an ``AppError`` that no page claimed.
        busy_changed: the number of jobs under way.
    """

    problem_met = Signal(object)
    busy_changed = Signal(int)
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = {
            Lane.WRITE: ThreadPoolExecutor(max_workers=1, thread_name_prefix="write"),
            Lane.READ: ThreadPoolExecutor(max_workers=_READ_THREADS, thread_name_prefix="read"),
        }
        self._under_way = 0
        self._finished.connect(self._deliver)

    def run(
        self,
        owner: QObject,
        work: Callable[[], _Result],
        *,
        on_success: Callable[[_Result], None] | None = None,
        on_error: Callable[[AppError], None] | None = None,
        lane: Lane = Lane.READ,
    ) -> None:
        """Do ``work`` in a lane; the outcome reaches ``owner``'s callbacks if it still lives."""

        def _job() -> None:
            try:
                result = work()
            except Cancelled:
                delivery = _Delivery(owner)
            except AppError as error:
                delivery = _Delivery(owner, problem=error, on_error=on_error)
            except BaseException as error:  # noqa: BLE001 - the one door: ours to report, not to hide
                delivery = _Delivery(owner, on_error=on_error, crash=error)
            else:
                deliver = None if on_success is None else lambda: on_success(result)
                delivery = _Delivery(owner, deliver=deliver)
            self._finished.emit(delivery)

        self._count(+1)
        self._lanes[lane].submit(_job)

    @property
    def is_idle(self) -> bool:
        """Has everything that was asked been delivered?"""
        return self._under_way == 0

    def wait_idle(self, *, seconds: float = 30.0) -> bool:
        """Turn the event loop until nothing is under way. False when time ran out."""
        deadline = QDeadlineTimer(int(seconds * 1000))
        loop = QEventLoop()
        while not self.is_idle and not deadline.hasExpired():
            loop.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        return self.is_idle

    def close(self) -> None:
        """Let what is under way finish, then take no more."""
        self.wait_idle()
        for executor in self._lanes.values():
            executor.shutdown(wait=True)

    def _deliver(self, delivery: Any) -> None:
        self._count(-1)
        if delivery.crash is not None:
            crash = delivery.crash
            sys.excepthook(type(crash), crash, crash.__traceback__)
        if shiboken6.isValid(delivery.owner):
            self._call(delivery)

    def _call(self, delivery: _Delivery) -> None:
        if delivery.deliver is not None:
            delivery.deliver()
        elif delivery.problem is not None:
            report = delivery.on_error or self.problem_met.emit
            report(delivery.problem)
        elif delivery.crash is not None and delivery.on_error is not None:
            # The owner must not wait for ever; what happened is the crash hook's to tell.
            delivery.on_error(ExternalError(Problem.UNEXPECTED))

    def _count(self, step: int) -> None:
        self._under_way += step
        self.busy_changed.emit(self._under_way)
