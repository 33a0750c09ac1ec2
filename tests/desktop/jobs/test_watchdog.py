"""A blocked interface thread is noticed and told where."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.jobs.watchdog import Watchdog
from tests.conftest import Announced


class Told(logging.Handler):
    """Knows whether anything was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.is_set = threading.Event()

    def emit(self, _record: logging.LogRecord) -> None:
        self.is_set.set()


@pytest.fixture
def told() -> Iterator[Told]:
    """Of what the watchdog logs."""
    log, handler = logging.getLogger(Watchdog.__module__), Told()
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)


def test_a_blocked_interface_is_logged_with_its_place(
    qtbot: QtBot, announced_logs: Announced, told: Told
) -> None:
    announced_logs.expect("interface blocked at")
    owner = QObject()
    watchdog = Watchdog(limit_seconds=0.05, parent=owner)
    watchdog.start()
    qtbot.waitUntil(lambda: watchdog.longest_seconds > 0)
    threading.Event().wait(0.5)
    assert told.is_set.wait(60)  # the interface stands still until its listener has noticed
    qtbot.waitUntil(lambda: watchdog.longest_seconds >= 0.4)
    watchdog.stop()
