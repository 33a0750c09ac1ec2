"""Windows that listen to a scanner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.app import Desktop
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.scanning.scanner import Clock, Keyboard
from tests.desktop.ui.world import CHEAP, PASSPHRASE, awake
from tests.desktop.ui.world import clock as wall_clock

OpenScanDesk = Callable[[Path], Hands]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyboard(clock: Clock) -> Keyboard:
    return Keyboard(clock)


@pytest.fixture
def scan_desk(qtbot: QtBot, clock: Clock) -> Iterator[OpenScanDesk]:
    """Starts the program on a folder with a register and unlocks it; the key clock is ours."""
    desktops: list[Desktop] = []

    def start(folder: Path) -> Hands:
        desktop = Desktop(
            folder=folder,
            kdf_cost=CHEAP,
            clock=wall_clock,
            key_clock=clock,
            idle_clock=awake,
        )
        desktops.append(desktop)
        desktop.show()
        hands = Hands(desktop=desktop, qtbot=qtbot)
        hands.sit_down()
        hands.settle()
        hands.fill("input:passphrase", PASSPHRASE)
        hands.enter()
        hands.settle()
        assert hands.desktop.services is not None
        return hands

    yield start
    for desktop in desktops:
        desktop.close()
