"""Typing is answered once, after it stopped."""

from __future__ import annotations

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.jobs.throttle import Throttle


def test_many_asks_are_one_action(qtbot: QtBot) -> None:
    owner, calls = QObject(), list[int]()
    throttle = Throttle(lambda: calls.append(1), delay_ms=20, parent=owner)
    for _ in range(10):
        throttle.ask()
    qtbot.waitUntil(lambda: bool(calls))
    assert calls == [1]
    assert not throttle.is_waiting


def test_flushing_acts_at_once_and_only_when_asked(qtbot: QtBot) -> None:
    owner, calls = QObject(), list[int]()
    throttle = Throttle(lambda: calls.append(1), delay_ms=60_000, parent=owner)
    throttle.flush()
    assert calls == []
    throttle.ask()
    throttle.flush()
    throttle.flush()
    assert calls == [1]


def test_what_was_asked_can_be_forgotten(qtbot: QtBot) -> None:
    owner, calls = QObject(), list[int]()
    throttle = Throttle(lambda: calls.append(1), delay_ms=60_000, parent=owner)
    throttle.ask()
    throttle.cancel()
    throttle.flush()
    assert calls == []


def test_who_never_stops_asking_is_answered_all_the_same(qtbot: QtBot) -> None:
    owner, calls = QObject(), list[int]()
    throttle = Throttle(lambda: calls.append(1), delay_ms=60_000, at_latest_ms=20, parent=owner)
    throttle.ask()
    qtbot.waitUntil(lambda: calls == [1])
    assert not throttle.is_waiting
    throttle.ask()
    qtbot.waitUntil(lambda: calls == [1, 1])
