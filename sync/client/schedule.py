"""How much to send at once, and how long to wait before trying again."""

from __future__ import annotations

import random
from collections.abc import Callable

#: Measured: more than 500 changes in one push gain nothing; a poor 3G line needs few.
FIRST_BATCH = 50
LARGEST_BATCH = 500
#: A push that took longer than this was large enough for this line.
QUICK_SECONDS = 2.0

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0


class BatchSize:
    """How many changes the next push should hold: doubled while quick, halved after a timeout."""

    def __init__(self, *, start: int = FIRST_BATCH, largest: int = LARGEST_BATCH) -> None:
        self._largest = largest
        self._current = start

    @property
    def current(self) -> int:
        """The number of changes to send next."""
        return self._current

    def succeeded(self, *, seconds: float) -> None:
        """A push was receipted after so many seconds."""
        if seconds < QUICK_SECONDS:
            self._current = min(self._current * 2, self._largest)

    def was_too_large(self) -> None:
        """A push timed out, or the server would not take so much at once."""
        self._current = max(self._current // 2, 1)


def pause_seconds(attempt: int, *, draw: Callable[[], float] = random.random) -> float:
    """How long to wait after the ``attempt``-th failure in a row (from 1): full jitter, to 5 min.

    Thousands of communes that lost the server at the same moment must not come back at the same
    moment; that is why the whole pause is drawn (``draw`` gives 0…1), not only a part of it.
    """
    longest = min(FIRST_PAUSE_SECONDS * 2.0 ** min(attempt - 1, 30), LONGEST_PAUSE_SECONDS)
    return longest * draw()


#: After this a device asks again by itself whether there is something new.
IDLE_SECONDS = 300.0
#: So long after a save it is sent: whoever goes on typing makes one sync of it, not ten.
SAVED_SECONDS = 4.0
#: A network that came up is used within this, not by all communes of a district at once.
NETWORK_UP_SECONDS = 3.0


class Rhythm:
    """When a device syncs by itself. It has no clock: every call says what time it is (seconds).

    Attributes:
        failures: syncs in a row that did not end well.
    """

    def __init__(self, *, draw: Callable[[], float] = random.random) -> None:
        self.failures = 0
        self._draw = draw
        self._due = 0.0

    @property
    def due(self) -> float:
        """When the next sync is to begin."""
        return self._due

    def begins(self, now: float) -> None:
        """The register was opened, or a pause is over: soon."""
        self.failures = 0
        self._due = now + self._draw() * NETWORK_UP_SECONDS

    def network_up(self, now: float) -> None:
        """There is a connection again: whatever failed before, failed without one."""
        self.begins(now)

    def saved(self, now: float) -> None:
        """Something is to be sent; a server that did not answer is not asked the sooner for it."""
        if not self.failures:
            self._due = min(self._due, now + SAVED_SECONDS)

    def succeeded(self, now: float) -> None:
        """Everything was exchanged: ask again in a while."""
        self.failures = 0
        self._due = now + IDLE_SECONDS * (1 + self._draw()) / 2

    def failed(self, now: float, *, asked_seconds: float = 0.0) -> None:
        """Back off, longer each time; never sooner than the server asked for."""
        self.failures += 1
        self._due = now + max(asked_seconds, pause_seconds(self.failures, draw=self._draw))
