"""Waits until somebody stops typing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Throttle(QObject):
    """Calls ``action`` once, ``delay_ms`` after the last ``ask``."""

    def __init__(self, action: Callable[[], None], *, delay_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._action = action
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self._fire)

    def ask(self) -> None:
        """Start the wait anew."""
        self._timer.start()

    def flush(self) -> None:
        """Do now what was asked; nothing when nothing was."""
        if self._timer.isActive():
            self._timer.stop()
            self._fire()

    def cancel(self) -> None:
        """Forget what was asked."""
        self._timer.stop()

    @property
    def is_waiting(self) -> bool:
        """Is something asked and not yet done?"""
        return self._timer.isActive()

    def _fire(self) -> None:
        self._action()
