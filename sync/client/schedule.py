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
