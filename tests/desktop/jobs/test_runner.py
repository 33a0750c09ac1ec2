"""The lanes: order of writes, delivery in the interface thread, pages that are gone, failures."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from functools import partial
from types import TracebackType

import pytest
import shiboken6
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.errors import AppError, Problem, UserError
from desktop.jobs.runner import JobRunner, Lane


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    runner.close()


def test_a_result_is_delivered_in_the_interface_thread(jobs: JobRunner) -> None:
    threads: list[int] = []
    owner = QObject()
    jobs.run(owner, threading.get_ident, on_success=threads.append)
    jobs.run(owner, lambda: None, on_success=lambda _none: threads.append(threading.get_ident()))
    assert jobs.wait_idle()
    assert threads[1] == threading.get_ident() != threads[0]


def test_writes_never_overlap_and_keep_their_order(jobs: JobRunner) -> None:
    inside = threading.Lock()
    order: list[int] = []

    def write(number: int) -> None:
        assert inside.acquire(blocking=False), "two writes at once"
        order.append(number)
        inside.release()

    owner = QObject()
    for number in range(50):
        jobs.run(owner, partial(write, number), lane=Lane.WRITE)
    assert jobs.wait_idle()
    assert order == list(range(50))


def test_a_read_goes_on_while_a_write_takes_its_time(jobs: JobRunner) -> None:
    owner, read_done = QObject(), threading.Event()
    jobs.run(owner, lambda: read_done.wait(10), lane=Lane.WRITE)
    jobs.run(owner, read_done.set)
    assert jobs.wait_idle()
    assert read_done.is_set()


def test_a_page_that_is_gone_receives_nothing(jobs: JobRunner) -> None:
    owner, go_on, received = QObject(), threading.Event(), list[str]()
    jobs.run(owner, lambda: str(go_on.wait(10)), on_success=received.append)
    jobs.run(owner, _refuse, on_error=lambda error: received.append(error.problem.value))
    shiboken6.delete(owner)
    go_on.set()
    assert jobs.wait_idle()
    assert received == []


def test_an_expected_failure_reaches_its_page(jobs: JobRunner) -> None:
    owner, problems = QObject(), list[Problem]()
    jobs.run(owner, _refuse, on_error=lambda error: problems.append(error.problem))
    assert jobs.wait_idle()
    assert problems == [Problem.GONE]


def test_a_failure_no_page_claims_is_told_to_the_window(jobs: JobRunner) -> None:
    problems: list[AppError] = []
    jobs.problem_met.connect(problems.append)
    owner = QObject()
    jobs.run(owner, _refuse)
    assert jobs.wait_idle()
    assert [error.problem for error in problems] == [Problem.GONE]


def test_a_bug_reaches_the_crash_hook_and_frees_its_page(
    jobs: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashes: list[str] = []

    def hook(
        kind: type[BaseException], _error: BaseException, _trace: TracebackType | None
    ) -> None:
        crashes.append(kind.__name__)

    monkeypatch.setattr(sys, "excepthook", hook)
    owner, told = QObject(), list[AppError]()
    jobs.run(owner, lambda: 1 // 0, on_error=told.append)
    assert jobs.wait_idle()
    assert crashes == ["ZeroDivisionError"]
    assert [error.problem for error in told] == [Problem.UNEXPECTED]


def test_work_asked_by_a_delivery_counts_as_not_idle(jobs: JobRunner) -> None:
    owner, results = QObject(), list[str]()

    def ask_again(_first: str) -> None:
        jobs.run(owner, lambda: "second", on_success=results.append)

    jobs.run(owner, lambda: "first", on_success=ask_again)
    assert jobs.wait_idle()
    assert results == ["second"]


def test_waiting_ends_when_time_runs_out(jobs: JobRunner) -> None:
    owner, go_on = QObject(), threading.Event()
    jobs.run(owner, lambda: go_on.wait(10))
    assert not jobs.wait_idle(seconds=0.01)
    go_on.set()
    assert jobs.wait_idle()


def _refuse() -> None:
    raise UserError(Problem.GONE)


class _Page:
    """Tells in which thread it was let go of."""

    def __init__(self, threads: list[int]) -> None:
        self._threads = threads

    def load(self) -> None:
        """What a page asks of a service."""

    def __del__(self) -> None:
        self._threads.append(threading.get_ident())


def test_what_a_job_held_is_let_go_of_in_the_interface_thread(jobs: JobRunner) -> None:
    owner, threads = QObject(), list[int]()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # a thread loses its turn nearly everywhere
    try:
        for _ in range(300):
            jobs.run(owner, _Page(threads).load)
            assert jobs.wait_idle()
    finally:
        sys.setswitchinterval(interval)
    assert threads == [threading.get_ident()] * 300


def test_what_is_asked_after_the_end_is_not_done(jobs: JobRunner) -> None:
    owner, done = QObject(), list[int]()
    jobs.run(owner, lambda: 1, on_success=done.append)
    jobs.close()
    jobs.run(owner, lambda: 2, on_success=done.append, lane=Lane.WRITE)
    assert jobs.is_idle
    assert done == [1]
