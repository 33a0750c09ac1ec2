"""Hears from the system that the PC is about to sleep, or that its user went away.

Locked by hand, switched to another user, disconnected, suspended: all the same to the register.
What the system does not tell (no such service, an old version), the idle watch notices later.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class SessionWatch(QObject):
    """What every system's watch promises.

    Signals:
        left: the PC sleeps now, or its user is away.
    """

    left = Signal()

    def close(self) -> None:
        """Listen no more."""
