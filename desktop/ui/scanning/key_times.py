"""When keys were pressed."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent
from PySide6.QtGui import QInputEvent


class KeyTimes:
    """Seconds of keys as the operating system tells them, on the clock of the process."""

    def __init__(self) -> None:
        self._ahead = float("inf")

    def __call__(self, event: QEvent | None) -> float:
        """When the key was pressed; now, where the system does not tell or nothing is asked."""
        now = time.monotonic()
        if not isinstance(event, QInputEvent) or not event.timestamp():
            return now
        told = event.timestamp() / 1000
        self._ahead = min(self._ahead, now - told)
        return told + self._ahead
