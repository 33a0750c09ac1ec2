"""Pages that nobody holds any more are deleted in the interface thread, whoever made them so."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.jobs.garbage import Garbage
from desktop.jobs.runner import JobRunner


class _Cycle:
    """Tells where it was collected."""

    def __init__(self, told: list[int]) -> None:
        self.itself, self.told = self, told

    def __del__(self) -> None:
        self.told.append(threading.get_ident())


@pytest.fixture
def garbage(qtbot: QtBot) -> Iterator[Garbage]:
    collector = Garbage()
    collector.start()
    yield collector
    collector.stop()


def test_no_job_collects_what_others_left(garbage: Garbage) -> None:
    jobs, owner, told = JobRunner(), QObject(), list[int]()

    def _leave_cycles() -> None:
        for _ in range(5_000):
            _Cycle(told)

    jobs.run(owner, _leave_cycles)
    assert jobs.wait_idle()
    assert told == []
    garbage.look()
    assert told == [threading.get_ident()] * 5_000
    jobs.close()


def test_a_window_that_ends_does_not_let_other_threads_collect_for_another(
    garbage: Garbage,
) -> None:
    Garbage().stop()
    assert gc.isenabled()
    garbage.look()
    assert not gc.isenabled()


def test_after_the_last_window_python_collects_as_ever(garbage: Garbage) -> None:
    garbage.stop()
    assert gc.isenabled()
