"""A blocked interface thread is noticed and told where."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.jobs.watchdog import Watchdog
from tests.conftest import Announced


def test_a_blocked_interface_is_logged_with_its_place(
    qtbot: QtBot, announced_logs: Announced
) -> None:
    announced_logs.expect("interface blocked at")
    owner = QObject()
    watchdog = Watchdog(limit_seconds=0.05, parent=owner)
    watchdog.start()
    qtbot.waitUntil(lambda: watchdog.longest_seconds > 0)
    threading.Event().wait(0.5)
    qtbot.waitUntil(lambda: watchdog.longest_seconds >= 0.4)
    watchdog.stop()
