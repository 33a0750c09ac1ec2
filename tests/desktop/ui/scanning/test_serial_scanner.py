"""A scanner at a serial port: a pseudo-terminal is the cable."""

from __future__ import annotations

import os
import pty
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.scanning.scan_desk import ScanDesk
from desktop.ui.scanning.serial_scanner import THREAD_NAME, SerialScanner, ports
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.scanning.conftest import OpenScanDesk
from tests.desktop.ui.scanning.test_scan_desk import CARD, NAME, NUMBER, begin_new
from tests.desktop.ui.world import make_register
from tests.forms.cards.samples import LINES


@dataclass(frozen=True, slots=True)
class Cable:
    """What the scanner sends into it comes out of the port."""

    scanner: int
    port: str

    def send(self, raw: bytes) -> None:
        os.write(self.scanner, raw)


@pytest.fixture
def cable() -> Iterator[Cable]:
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    yield Cable(ours, os.ttyname(theirs))
    os.close(ours)
    os.close(theirs)


def test_what_comes_in_one_breath_is_one_code_with_its_marks(cable: Cable, qtbot: QtBot) -> None:
    owner = QObject()
    scanner = SerialScanner(owner)
    heard: list[str] = []
    opened: list[bool] = []
    scanner.code_read.connect(heard.append)
    scanner.opened.connect(opened.append)
    scanner.listen(cable.port)
    qtbot.waitUntil(lambda: opened == [True])
    cable.send(f"{CARD}\r\n".encode())
    qtbot.waitUntil(lambda: heard == [CARD])
    cable.send(LINES.replace("\n", "\r\n").encode() + b"\r\n")
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard[1].split() == LINES.split()
    scanner.stop()
    wait_let_go(qtbot)
    cable.send(b"nobody listens\r")
    QApplication.processEvents()
    assert len(heard) == 2


def test_a_port_that_is_not_there_is_told_once(qtbot: QtBot, tmp_path: Path) -> None:
    owner = QObject()
    scanner = SerialScanner(owner)
    opened: list[bool] = []
    scanner.opened.connect(opened.append)
    scanner.listen(str(tmp_path / "ttyNone"))
    qtbot.waitUntil(lambda: opened == [False])
    scanner.stop()
    wait_let_go(qtbot)


def test_the_system_tells_its_ports() -> None:
    assert all(one.name for one in ports())


def test_a_scan_at_the_port_is_shown_and_the_port_is_kept(
    scan_desk: OpenScanDesk, tmp_path: Path, cable: Cable
) -> None:
    make_register(tmp_path / "so").close()
    hands = scan_desk(tmp_path / "so")
    assert scans_of(hands).port == ""
    scanner = scans_of(hands).findChild(SerialScanner)
    assert isinstance(scanner, SerialScanner)
    with hands.qtbot.waitSignal(scanner.opened):
        scans_of(hands).use_port(cable.port)
    begin_new(hands)
    cable.send(f"{CARD}\r".encode())
    hands.qtbot.waitUntil(lambda: hands.sees("scan_panel"))
    assert hands.text("scan:card:identity/full_name") == NAME
    hands.enter()
    assert hands.form_view.value("identity/id_number") == NUMBER
    hands.form.save()
    hands.desktop.lock()
    hands.settle()
    cable.send(f"{CARD}\r".encode())  # nobody listens at a locked window
    hands.fill("input:passphrase", "suối trong đá mòn")
    hands.enter()
    hands.settle()
    assert scans_of(hands).port == cable.port
    assert is_listening()
    hands.desktop.close()
    wait_let_go(hands.qtbot)


def is_listening() -> bool:
    """Does anybody read a port?"""
    return any(thread.name == THREAD_NAME for thread in threading.enumerate())


def wait_let_go(qtbot: QtBot) -> None:
    """Until no port is read any more."""
    qtbot.waitUntil(lambda: not is_listening())


def scans_of(hands: Hands) -> ScanDesk:
    """Of the form page that is there now."""
    found = hands.form.findChild(ScanDesk)
    assert isinstance(found, ScanDesk)
    return found
