"""Windows: messages about the session and the power that Windows sends to the program's window.

``WM_WTSSESSION_CHANGE`` after ``WTSRegisterSessionNotification``, and ``WM_POWERBROADCAST``
(winuser.h, wtsapi32.h).
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication, QObject

from desktop.ui.session_watch import SessionWatch

_WM_POWERBROADCAST = 0x0218
_WM_WTSSESSION_CHANGE = 0x02B1
#: PBT_APMSUSPEND; and PBT_APMRESUMEAUTOMATIC, when the PC wakes without having told that it slept.
_SLEEPS = frozenset({0x0004, 0x0012})
#: WTS_CONSOLE_DISCONNECT, WTS_REMOTE_DISCONNECT, WTS_SESSION_LOGOFF, WTS_SESSION_LOCK.
_LEAVES = frozenset({0x2, 0x4, 0x6, 0x7})
_NOTIFY_FOR_THIS_SESSION = 0


class Message(ctypes.Structure):
    """MSG (winuser.h), as far as it is read here."""

    _fields_ = (
        ("window", ctypes.c_void_p),
        ("message", ctypes.c_uint),
        ("wparam", ctypes.c_size_t),
        ("lparam", ctypes.c_ssize_t),
    )


def tells_of_leaving(message: int, wparam: int) -> bool:
    """Does this message say that the PC sleeps or that its user is away?"""
    if message == _WM_WTSSESSION_CHANGE:
        return wparam in _LEAVES
    return message == _WM_POWERBROADCAST and wparam in _SLEEPS


class WindowsSessionWatch(SessionWatch):
    """Asks Windows to tell our window about its session, and listens."""

    def __init__(self, *, window_id: int, parent: QObject) -> None:
        super().__init__(parent)
        self._window_id = window_id
        self._filter = _Filter(self)
        if sys.platform == "win32":
            ctypes.windll.wtsapi32.WTSRegisterSessionNotification(
                ctypes.c_void_p(window_id), _NOTIFY_FOR_THIS_SESSION
            )
            application = QCoreApplication.instance()
            if application is not None:
                application.installNativeEventFilter(self._filter)

    def hear(self, message: Message) -> None:
        """A message came, to any window of ours."""
        if tells_of_leaving(int(message.message), int(message.wparam)):
            self.left.emit()

    def close(self) -> None:
        """Listen no more."""
        if sys.platform == "win32":
            application = QCoreApplication.instance()
            if application is not None:
                application.removeNativeEventFilter(self._filter)
            ctypes.windll.wtsapi32.WTSUnRegisterSessionNotification(
                ctypes.c_void_p(self._window_id)
            )


class _Filter(QAbstractNativeEventFilter):
    """Reads each native message that Qt receives; all of them go on."""

    def __init__(self, watch: WindowsSessionWatch) -> None:
        super().__init__()
        self._watch = watch

    def nativeEventFilter(
        self, kind: QByteArray | bytes | bytearray | memoryview, message: Any
    ) -> object:
        """Look at it and let it pass."""
        if kind == b"windows_generic_MSG":
            self._watch.hear(Message.from_address(int(message)))
        return False, 0
