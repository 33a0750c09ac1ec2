"""How many keys and how long the form on the page has taken so far: for who types, nobody else.

Nothing of it is stored, logged or sent; it is gone when another form is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

_TICK_MS = 1000


class Effort(QObject):
    """Counts from the moment a form is shown; the time runs from a key until the form is left.

    Signals:
        changed: (keys, seconds)
    """

    changed = Signal(int, int)

    def __init__(self, *, parent: QObject, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self.keys = 0
        self._clock = clock
        self._since: float | None = None
        self._done = 0.0
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._tell)

    def begin(self) -> None:
        """Another form."""
        self.keys = 0
        self._since = None
        self._done = 0.0
        self._tick.stop()
        self._tell()

    def count(self) -> None:
        """A key."""
        self.keys += 1
        if self._since is None:
            self._since = self._clock()
            self._tick.start()
        self._tell()

    def stop(self) -> None:
        """The form is done, or not on the screen; the numbers stay until the next key."""
        self._done, self._since = self._elapsed(), None
        self._tick.stop()

    @property
    def seconds(self) -> int:
        """Whole seconds in which the form was worked on."""
        return int(self._elapsed())

    def _elapsed(self) -> float:
        return self._done + (0.0 if self._since is None else self._clock() - self._since)

    def _tell(self) -> None:
        self.changed.emit(self.keys, self.seconds)
