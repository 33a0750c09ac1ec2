"""What was read of a whole register, kept from one save to the next.

Some answers rest on everything (who may stand twice, what the police's answers leave to do) and
are asked for after every save. They are read once; then only what was written since is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from desktop.store.written import Written

T = TypeVar("T")


class Kept(Generic[T]):
    """One such answer; any thread may ask, and one at a time looks."""

    def __init__(
        self,
        written: Written,
        *,
        everything: Callable[[], T],
        again: Callable[[T, frozenset[str]], T | None],
        one_by_one: int,
    ) -> None:
        """``again`` makes the answer good after these documents were written, or gives it up.

        It is not asked about more than ``one_by_one`` of them: to read everything costs less then.
        """
        self._written = written
        self._everything = everything
        self._again = again
        self._one_by_one = one_by_one
        self._lock = Lock()
        self._moment = 0
        self._answer: T | None = None

    def now(self) -> T:
        """The answer, as the register stands."""
        with self._lock:
            # The moment before the reading: what is written meanwhile is looked at the next time.
            moment, written = self._written.since(self._moment)
            answer = None if self._answer is None else self._mended(self._answer, written)
            self._answer = self._everything() if answer is None else answer
            self._moment = moment
            return self._answer

    def _mended(self, answer: T, written: frozenset[str] | None) -> T | None:
        if written is None or len(written) > self._one_by_one:
            return None
        return self._again(answer, written) if written else answer
