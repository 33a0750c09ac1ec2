"""Who leaves the PC is noticed; who types is not disturbed."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.idle import IdleWatch


class Hours:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


class Watched:
    """A watch of ten minutes beside a window; ``pass_`` lets time go by as the timer would."""

    def __init__(self, qtbot: QtBot) -> None:
        self.clock, self.alone = Hours(), list[int]()
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.owner = QObject()
        self.watch = IdleWatch(clock=self.clock, parent=self.owner)
        self.watch.left_alone.connect(lambda: self.alone.append(1))
        self.watch.start(minutes=10)

    def pass_(self, seconds: int) -> None:
        for _ in range(seconds // 5):
            self.clock.seconds += 5
            self.watch.look()


def test_after_ten_minutes_without_anything_nobody_is_there(qtbot: QtBot) -> None:
    watched = Watched(qtbot)
    watched.pass_(595)
    assert watched.alone == []
    watched.pass_(5)
    assert watched.alone == [1]
    assert not watched.watch.is_watching


def test_a_key_begins_the_wait_anew(qtbot: QtBot) -> None:
    watched = Watched(qtbot)
    watched.pass_(595)
    handle = watched.window.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, Qt.Key.Key_A)
    watched.pass_(595)
    assert watched.alone == []
    watched.pass_(5)
    assert watched.alone == [1]


def test_a_sleep_that_nobody_announced_is_noticed_on_waking(qtbot: QtBot) -> None:
    watched = Watched(qtbot)
    watched.pass_(10)
    watched.clock.seconds += 120
    watched.watch.look()
    assert watched.alone == [1]


def test_a_clock_that_was_set_back_does_not_keep_the_register_open(qtbot: QtBot) -> None:
    watched = Watched(qtbot)
    watched.clock.seconds -= 86_400
    watched.pass_(605)  # the first look learns of it
    assert watched.alone == [1]


def test_a_watch_that_was_stopped_says_nothing(qtbot: QtBot) -> None:
    watched = Watched(qtbot)
    watched.watch.stop()
    watched.pass_(3600)
    assert watched.alone == []
