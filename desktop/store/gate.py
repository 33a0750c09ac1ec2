"""A gate that many pass at once, and that can be shut when nobody is inside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from desktop.errors import ExternalError, Problem

_PATIENCE_SECONDS = 30


class Gate:
    """Readers pass it; who must be alone shuts it.

    Newcomers wait as soon as somebody wants to be alone, or the wish would never be granted. A
    thread that is inside may pass once more: it could not leave otherwise.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._is_wanted = False
        self._mine = threading.local()

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Be inside; waits while the gate is shut or about to be."""
        depth = int(getattr(self._mine, "depth", 0))
        with self._changed:
            while self._is_wanted and not depth:
                self._changed.wait()
            self._inside += 1
        self._mine.depth = depth + 1
        try:
            yield
        finally:
            self._mine.depth = depth
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Be alone; waits until nobody is inside. One at a time, and not for one who is inside.

        Raises ``STORE_BUSY`` when somebody stays inside, perhaps to wait for what we hold.
        """
        with self._changed:
            self._is_wanted = True
        try:
            with self._changed:
                if not self._changed.wait_for(lambda: not self._inside, _PATIENCE_SECONDS):
                    raise ExternalError(Problem.STORE_BUSY)
            yield
        finally:
            with self._changed:
                self._is_wanted = False
                self._changed.notify_all()
