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
    collector = Garbage(interval_ms=3_600_000)  # it looks when the test says so
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


def test_nothing_is_collected_unasked_after_a_window_either(garbage: Garbage) -> None:
    """Its objects are being deleted then; and another window may be there."""
    Garbage().stop()
    assert not gc.isenabled()
    garbage.stop()
    assert not gc.isenabled()
