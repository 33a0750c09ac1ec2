"""Windows on real registers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Desktop, create_application
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.world import CHEAP, PASSPHRASE, clock

OpenDesk = Callable[[Path], Hands]


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The application, dressed as in real life."""
    return create_application(["so-an-sinh"])


@pytest.fixture
def locked_desk(qtbot: QtBot) -> Iterator[OpenDesk]:
    """Starts the program on a folder; it stands at the unlock page."""
    desktops: list[Desktop] = []

    def start(folder: Path) -> Hands:
        desktop = Desktop(folder=folder, kdf_cost=CHEAP, clock=clock)
        desktops.append(desktop)
        qtbot.addWidget(desktop.window)
        desktop.show()
        hands = Hands(desktop=desktop, qtbot=qtbot)
        hands.sit_down()
        hands.settle()
        return hands

    yield start
    for desktop in desktops:
        desktop.close()


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
