"""Linux: signals of logind on the system's bus and of the screen saver on the session's.

org.freedesktop.login1(5): ``PrepareForSleep``, a session's ``Lock`` and its property ``Active``;
the idle-inhibition specification: ``org.freedesktop.ScreenSaver.ActiveChanged``, which GNOME sends
under a name of its own.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import SLOT, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage

from desktop.ui.session_watch import SessionWatch

_LOGIND = "org.freedesktop.login1"
_MANAGER = "org.freedesktop.login1.Manager"
_SESSION = "org.freedesktop.login1.Session"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_SESSIONS = "/org/freedesktop/login1/session/"
_SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver")


def session_path(session_id: str) -> str:
    """Where logind keeps a session: the bytes a path cannot have are spelled ``_xx``."""
    return _SESSIONS + "".join(
        letter
        if (letter.isascii() and letter.isalpha()) or (letter.isdigit() and place)
        else f"_{ord(letter):02x}"
        for place, letter in enumerate(session_id)
    )


def tells_of_leaving(message: QDBusMessage, *, own_path: str) -> bool:
    """Does this signal say that the PC sleeps or that its user is away?

    ``own_path`` is our session's; "" when it is unknown, and every session counts as ours.
    """
    interface, member, arguments = message.interface(), message.member(), message.arguments()
    if interface in _SAVERS:
        return member == "ActiveChanged" and arguments[:1] == [True]
    if interface == _MANAGER:
        return member == "PrepareForSleep" and arguments[:1] == [True]
    if own_path and message.path() != own_path:
        return False
    if interface == _SESSION:
        return member == "Lock"
    if interface == _PROPERTIES and arguments[:1] == [_SESSION] and len(arguments) > 1:
        return isinstance(arguments[1], dict) and arguments[1].get("Active") is False
    return False


class LinuxSessionWatch(SessionWatch):
    """Listens on both buses; a bus that is not there says nothing."""

    def __init__(
        self,
        *,
        system: QDBusConnection,
        session: QDBusConnection,
        session_id: str,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._own_path = session_path(session_id) if session_id else ""
        # PySide6's stubs ask for bytes; it takes nothing but the string that SLOT makes.
        slot: Any = SLOT("hear(QDBusMessage)")
        for interface, member in (
            (_MANAGER, "PrepareForSleep"),
            (_SESSION, "Lock"),
            (_PROPERTIES, "PropertiesChanged"),
        ):
            system.connect(_LOGIND, "", interface, member, self, slot)
        for interface in _SAVERS:
            session.connect("", "", interface, "ActiveChanged", self, slot)

    @Slot(QDBusMessage)
    def hear(self, message: QDBusMessage) -> None:
        """A signal came."""
        if tells_of_leaving(message, own_path=self._own_path):
            self.left.emit()
