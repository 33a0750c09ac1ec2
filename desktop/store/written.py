"""Which documents this program wrote since a moment.

Who keeps an answer about the register (who may stand twice, how many differences wait) asks here
whether it still holds, rather than read everything again after every save.
"""

from __future__ import annotations

from collections.abc import Collection
from threading import Lock

#: More than these and one reads everything again: a whole list came in.
_MOST = 1000


class Written:
    """Ids in the order of the writes; any thread may ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._first = 0
        self._ids: list[str] = []

    def add(self, ids: Collection[str]) -> None:
        """These were written just now, and the write is committed."""
        with self._lock:
            self._ids += ids
            if len(self._ids) > _MOST:
                self._first += len(self._ids)
                self._ids = []

    def forget(self) -> None:
        """More went than anybody can name: since no moment before this one is anything known."""
        with self._lock:
            self._first += len(self._ids) + 1
            self._ids = []

    def since(self, moment: int) -> tuple[int, frozenset[str] | None]:
        """(now, what was written since that moment); ``None`` for too many to name."""
        with self._lock:
            now = self._first + len(self._ids)
            if moment < self._first:
                return now, None
            return now, frozenset(self._ids[moment - self._first :])
