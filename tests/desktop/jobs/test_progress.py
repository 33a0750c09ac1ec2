"""Long work tells how far it is and stops by being asked."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.jobs.progress import Cancelled, Progress
from desktop.jobs.runner import JobRunner


def test_steps_arrive_in_the_interface_thread(qtbot: QtBot) -> None:
    jobs, owner, progress = JobRunner(), QObject(), Progress()
    seen: list[tuple[int, int, int]] = []
    progress.stepped.connect(lambda done, total: seen.append((done, total, threading.get_ident())))

    def three_steps() -> None:
        for number in (1, 2, 3):
            progress.step(number, 3)

    jobs.run(owner, three_steps)
    assert jobs.wait_idle(seconds=120)
    qtbot.waitUntil(lambda: len(seen) == 3)
    here = threading.get_ident()
    assert seen == [(1, 3, here), (2, 3, here), (3, 3, here)]
    jobs.close()


def test_a_stopped_job_ends_at_its_next_step(qtbot: QtBot) -> None:
    progress = Progress()
    progress.step(1, 2)
    progress.stop()
    with pytest.raises(Cancelled):
        progress.step(2, 2)
