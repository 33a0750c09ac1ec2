"""The watch over the session that fits the system the program runs on."""

from __future__ import annotations

import os
import platform

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.ui.session_watch import SessionWatch


def session_watch(window: QWidget, *, parent: QObject) -> SessionWatch:
    """The watch of this system; one that never tells anything where we know none."""
    system = platform.system()
    if system == "Windows":
        from desktop.ui.session_windows import WindowsSessionWatch

        return WindowsSessionWatch(window_id=int(window.winId()), parent=parent)
    if system == "Linux":
        from PySide6.QtDBus import QDBusConnection

        from desktop.ui.session_linux import LinuxSessionWatch

        return LinuxSessionWatch(
            system=QDBusConnection.systemBus(),
            session=QDBusConnection.sessionBus(),
            session_id=os.environ.get("XDG_SESSION_ID", ""),
            parent=parent,
        )
    return SessionWatch(parent)
