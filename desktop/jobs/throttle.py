"""Waits until somebody stops typing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Throttle(QObject):
    """Calls ``action`` once, ``delay_ms`` after the last ``ask``.

    With ``at_latest_ms``, not later than that after the first ``ask``, however long the asking
    goes on.
    """

    def __init__(
        self,
        action: Callable[[], None],
        *,
        delay_ms: int,
        at_latest_ms: int = 0,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._action = action
        self._timer = self._make_timer(delay_ms)
        self._limit = self._make_timer(at_latest_ms) if at_latest_ms else None

    def ask(self) -> None:
        """Start the wait anew."""
        self._timer.start()
        if self._limit is not None and not self._limit.isActive():
            self._limit.start()

    def flush(self) -> None:
        """Do now what was asked; nothing when nothing was."""
        if self._timer.isActive():
            self._fire()

    def cancel(self) -> None:
        """Forget what was asked."""
        self._timer.stop()
        if self._limit is not None:
            self._limit.stop()

    @property
    def is_waiting(self) -> bool:
        """Is something asked and not yet done?"""
        return self._timer.isActive()

    def _make_timer(self, milliseconds: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(self._fire)
        return timer

    def _fire(self) -> None:
        self.cancel()
        self._action()
