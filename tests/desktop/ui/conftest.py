"""Windows on real registers."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import FrameType

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import desktop.app
from desktop.app import Desktop, create_application
from desktop.store.register import Register
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.world import CHEAP, PASSPHRASE, awake, clock

OpenDesk = Callable[[Path], Hands]

#: The program is about to end, or the PC is handed over: nobody waits for the window any more.
_AT_THE_END = frozenset({"_leave_register"})

_TESTS = Path(__file__).parents[2]
_PROGRAM = Path(desktop.app.__file__).parent
_WINDOW = (_PROGRAM / "ui", _PROGRAM / "app.py")


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The application, dressed as in real life."""
    return create_application(["so-an-sinh"])


@pytest.fixture(autouse=True)
def nothing_stands_before_the_next_window() -> Iterator[None]:
    """A dialog left open would refuse what other tests scan and type."""
    yield
    QApplication.processEvents()
    assert QApplication.activeModalWidget() is None
    assert QApplication.activePopupWidget() is None


@pytest.fixture(autouse=True)
def interface_never_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """No page, and nothing a page calls, reads or writes the register in the interface's thread.

    The disk of an old PC may take a second for what takes a millisecond here, so it is not the
    time that is looked at. What a test itself asks of a service is not meant.
    """
    waits: list[str] = []
    interface = threading.get_ident()
    for name in ("reading", "writing"):
        monkeypatch.setattr(Register, name, _watched(getattr(Register, name), interface, waits))
    yield waits
    assert waits == []


def _watched(
    method: Callable[[Register], AbstractContextManager[object]], interface: int, waits: list[str]
) -> Callable[[Register], AbstractContextManager[object]]:
    def watched(register: Register) -> AbstractContextManager[object]:
        if threading.get_ident() == interface and (through := through_the_window(sys._getframe(1))):
            waits.append(through)
        return method(register)

    return watched


def through_the_window(frame: FrameType | None) -> str:
    """The nearest place of the window that a call came through; "" for a test's own call."""
    while frame is not None:
        place = Path(frame.f_code.co_filename)
        if frame.f_code.co_name in _AT_THE_END or place.is_relative_to(_TESTS):
            return ""
        if any(place.is_relative_to(window) for window in _WINDOW):
            return f"{place.name}, {frame.f_code.co_qualname}"
        frame = frame.f_back
    return ""


@pytest.fixture
def locked_desk(qtbot: QtBot) -> Iterator[OpenDesk]:
    """Starts the program on a folder; it stands at the unlock page."""
    desktops: list[Desktop] = []

    def start(folder: Path) -> Hands:
        started = Desktop(folder=folder, kdf_cost=CHEAP, clock=clock, idle_clock=awake)
        desktops.append(started)
        started.show()
        hands = Hands(desktop=started, qtbot=qtbot)
        hands.sit_down()
        hands.settle()
        return hands

    yield start
    for started in desktops:
        started.close()


@pytest.fixture
def open_desk(locked_desk: OpenDesk) -> OpenDesk:
    """Starts the program on a folder with a register and unlocks it."""

    def start(folder: Path) -> Hands:
        hands = locked_desk(folder)
        hands.fill("input:passphrase", PASSPHRASE)
        hands.enter()
        hands.settle()
        assert hands.desktop.services is not None
        return hands

    return start
