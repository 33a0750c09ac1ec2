"""What the system tells of sleep and absence: read right, and heard over a real bus."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from pytestqt.qtbot import QtBot

from desktop.ui import session_linux, session_windows
from desktop.ui.session_linux import LinuxSessionWatch, session_path
from desktop.ui.session_windows import Message, WindowsSessionWatch
from tests.support.children import line_of

_OWN = "/org/freedesktop/login1/session/_32"
_OTHER = "/org/freedesktop/login1/session/_37"
_MANAGER = "org.freedesktop.login1.Manager"
_SESSION = "org.freedesktop.login1.Session"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_SAVER = "org.freedesktop.ScreenSaver"

_SIGNALS: list[tuple[str, str, str, list[object], bool]] = [
    ("/org/freedesktop/login1", _MANAGER, "PrepareForSleep", [True], True),
    ("/org/freedesktop/login1", _MANAGER, "PrepareForSleep", [False], False),
    ("/org/freedesktop/login1", _MANAGER, "SessionNew", ["3", _OTHER], False),
    (_OWN, _SESSION, "Lock", [], True),
    (_OTHER, _SESSION, "Lock", [], False),
    (_OWN, _SESSION, "Unlock", [], False),
    (_OWN, _PROPERTIES, "PropertiesChanged", [_SESSION, {"Active": False}, []], True),
    (_OWN, _PROPERTIES, "PropertiesChanged", [_SESSION, {"Active": True}, []], False),
    (_OWN, _PROPERTIES, "PropertiesChanged", [_SESSION, {"IdleHint": True}, []], False),
    (_OTHER, _PROPERTIES, "PropertiesChanged", [_SESSION, {"Active": False}, []], False),
    ("/ScreenSaver", _SAVER, "ActiveChanged", [True], True),
    ("/ScreenSaver", _SAVER, "ActiveChanged", [False], False),
    ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", [True], True),
]


def signal(path: str, interface: str, member: str, arguments: list[object]) -> QDBusMessage:
    message = QDBusMessage.createSignal(path, interface, member)
    message.setArguments(arguments)
    return message


@pytest.mark.parametrize(("path", "interface", "member", "arguments", "leaves"), _SIGNALS)
def test_signals_of_linux_are_read(
    path: str, interface: str, member: str, arguments: list[object], leaves: bool
) -> None:
    message = signal(path, interface, member, arguments)
    assert session_linux.tells_of_leaving(message, own_path=_OWN) is leaves


def test_where_our_session_is_unknown_every_session_counts() -> None:
    message = signal(_OTHER, _SESSION, "Lock", [])
    assert session_linux.tells_of_leaving(message, own_path="")


@pytest.mark.parametrize(("name", "spelled"), [("2", "_32"), ("c1", "c1"), ("4x-7", "_34x_2d7")])
def test_sessions_are_spelled_as_logind_spells_them(name: str, spelled: str) -> None:
    assert session_path(name) == f"/org/freedesktop/login1/session/{spelled}"


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    """The address of a bus of our own."""
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address", "--nopidfile"],
        stdout=subprocess.PIPE,
        text=True,
    )
    with daemon:
        try:
            yield line_of(daemon).strip()
        finally:
            daemon.terminate()


def test_signals_of_linux_are_heard_over_a_bus(qtbot: QtBot, bus: str) -> None:
    ours = QDBusConnection.connectToBus(bus, "ours")
    theirs = QDBusConnection.connectToBus(bus, "theirs")
    assert ours.isConnected() and theirs.isConnected()
    owner, heard = QObject(), list[int]()
    watch = LinuxSessionWatch(system=ours, session=ours, session_id="2", parent=owner)
    watch.left.connect(lambda: heard.append(1))
    assert theirs.registerService("org.freedesktop.login1")
    sent = [one for one in _SIGNALS if one[2] != "PropertiesChanged"]
    for path, interface, member, arguments, _ in sent:
        assert theirs.send(signal(path, interface, member, arguments))
    expected = sum(leaves for *_, leaves in sent)
    qtbot.waitUntil(lambda: len(heard) >= expected)
    assert len(heard) == expected
    QDBusConnection.disconnectFromBus("ours")
    QDBusConnection.disconnectFromBus("theirs")


@pytest.mark.parametrize(
    ("message", "wparam", "leaves"),
    [
        (0x02B1, 0x7, True),  # the session is locked
        (0x02B1, 0x8, False),  # and unlocked
        (0x02B1, 0x2, True),  # another user at the console
        (0x02B1, 0x4, True),  # the remote desktop is cut
        (0x02B1, 0x1, False),  # and comes back
        (0x0218, 0x4, True),  # sleeps
        (0x0218, 0x12, True),  # wakes
        (0x0218, 0xA, False),  # the battery
        (0x0100, 0x7, False),  # a key
    ],
)
def test_messages_of_windows_are_read(
    qtbot: QtBot, message: int, wparam: int, leaves: bool
) -> None:
    assert session_windows.tells_of_leaving(message, wparam) is leaves
    owner, heard = QObject(), list[int]()
    watch = WindowsSessionWatch(window_id=0, parent=owner)
    watch.left.connect(lambda: heard.append(1))
    laid_out = Message(window=1, message=message, wparam=wparam, lparam=0)
    watch.hear(Message.from_address(ctypes.addressof(laid_out)))
    assert bool(heard) is leaves
