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
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QObject, QTimer, Signal, Slot

from desktop.errors import AppError, ExternalError, Problem
from desktop.jobs.progress import Cancelled

_Result = TypeVar("_Result")

#: A sync waits on the network in this lane; queries must still find a free thread.
READ_THREADS = 3


@unique
class Lane(Enum):
    """Where a job runs."""

    READ = "read"
    WRITE = "write"


@dataclass(slots=True)
class _Job:
    """What was asked, by whom, and what came of it: one outcome of three, or none (let go of)."""

    owner: QObject
    work: Callable[[], Any]
    on_success: Callable[[Any], None] | None
    on_error: Callable[[AppError], None] | None
    result: Any = None
    is_done: bool = False
    problem: AppError | None = None
    crash: BaseException | None = None


class JobRunner(QObject):
    """Runs callables in lanes and delivers what they return.

    A job is kept here, in the interface thread, and its lane knows its number only: what it holds
    of a page must not be let go of last by another thread, which would then delete widgets.

    Signals:
        problem_met: an ``AppError`` that no page claimed.
        busy_changed: the number of jobs under way.
    """

    problem_met = Signal(object)
    busy_changed = Signal(int)
    _finished = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = {
            Lane.WRITE: ThreadPoolExecutor(max_workers=1, thread_name_prefix="write"),
            Lane.READ: ThreadPoolExecutor(max_workers=READ_THREADS, thread_name_prefix="read"),
        }
        self._jobs: dict[int, _Job] = {}
        self._last = 0
        self._is_closed = False
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
        """Do ``work`` in a lane; the outcome reaches ``owner``'s callbacks if it still lives.

        Nothing is done after ``close``: a pause of typing may end then, and there is no register.
        """
        if self._is_closed:
            return
        self._last = number = self._last + 1
        self._jobs[number] = _Job(owner, work, on_success, on_error)
        self.busy_changed.emit(len(self._jobs))
        self._lanes[lane].submit(self._work_off, number)

    @property
    def is_idle(self) -> bool:
        """Has everything that was asked been delivered?"""
        return not self._jobs

    def wait_idle(self, *, seconds: float = 30.0) -> bool:
        """Turn the event loop until nothing is under way. False when time ran out."""
        deadline = QDeadlineTimer(int(seconds * 1000))
        while not self.is_idle and not deadline.hasExpired():
            loop = QEventLoop()  # asleep until something is delivered: the jobs need the processor
            self.busy_changed.connect(loop.quit)
            QTimer.singleShot(deadline.remainingTime(), loop, loop.quit)
            loop.exec()
        return self.is_idle

    def close(self) -> None:
        """Let what is under way finish, then take no more."""
        self.wait_idle()
        self._is_closed = True
        for executor in self._lanes.values():
            executor.shutdown(wait=True)

    def _work_off(self, number: int) -> None:
        """In the lane. The frame that knows the job has ended when the job is delivered."""
        self._do(number)
        self._finished.emit(number)

    def _do(self, number: int) -> None:
        job = self._jobs[number]
        try:
            job.result = job.work()
            job.is_done = True
        except Cancelled:
            pass
        except AppError as error:
            job.problem = error
        except BaseException as error:  # noqa: BLE001 - the one door: ours to report, not to hide
            job.crash = error

    @Slot(int)
    def _deliver(self, number: int) -> None:
        job = self._jobs.pop(number)
        self.busy_changed.emit(len(self._jobs))
        if job.crash is not None:
            sys.excepthook(type(job.crash), job.crash, job.crash.__traceback__)
        if shiboken6.isValid(job.owner):
            self._tell(job)

    def _tell(self, job: _Job) -> None:
        if job.is_done:
            if job.on_success is not None:
                job.on_success(job.result)
        elif job.problem is not None:
            report = job.on_error or self.problem_met.emit
            report(job.problem)
        elif job.crash is not None and job.on_error is not None:
            # The owner must not wait for ever; what happened is the crash hook's to tell.
            job.on_error(ExternalError(Problem.UNEXPECTED))
