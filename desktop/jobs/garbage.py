"""Python's cyclic garbage is collected in the interface thread only.

Python collects in whichever thread happens to allocate. Pages are cycles (a page, its buttons,
what they call), so a job reading the register would delete widgets, which Qt allows the interface
thread alone. And one that begins while Qt deletes an object, holding its locks, deletes another and
waits for ever. Besides, a collection in the middle of a keystroke is felt; between two it is not.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 2000


class Garbage(QObject):
    """Collects by a timer as soon as as much came together as Python would wait for."""

    def __init__(self, parent: QObject | None = None, *, interval_ms: int = _INTERVAL_MS) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """From now on no other thread collects; the windows of one process may each ask."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """The window is gone. Still nothing is collected unasked: its objects are being deleted."""
        self._timer.stop()

    def sweep(self) -> None:
        """Collect everything now: pages and what they showed are gone from memory, too."""
        gc.collect()

    @Slot()
    def look(self) -> None:
        """Collect the oldest generation that is due, as Python itself would."""
        collect_what_is_due()


def collect_what_is_due() -> None:
    """The oldest generation of which as much came together as Python would wait for."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > thresholds[generation]:
            gc.collect(generation)
            return
