"""How much one server process takes on at once, and the answer to what is more: come back later.

Requests beyond the room are refused before any work is done for them, with ``Retry-After``. A few
wait inside, because a queue of seconds is shorter than everybody's coming back; what they brought
is counted in bytes, so that the memory of the process has an end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sync.server.settings import Settings


@dataclass(slots=True)
class Visit:
    """One request inside; ``is_welcome`` is False when there was no room for it, or is no more."""

    room: Room
    who: str
    is_welcome: bool
    body_bytes: int = 0

    def brings(self, count: int) -> bool:
        """So many more bytes of its body arrived. Is there room for them?"""
        if self.is_welcome and self.room.body_bytes + count <= self.room.most_body_bytes:
            self.room.body_bytes += count
            self.body_bytes += count
            return True
        return False

    def leave(self) -> None:
        """Its place is somebody else's. Once is enough."""
        if not self.is_welcome:
            return
        self.is_welcome = False
        self.room.requests -= 1
        self.room.body_bytes -= self.body_bytes
        if self.who:
            self.room.of_each[self.who] -= 1
            if not self.room.of_each[self.who]:
                del self.room.of_each[self.who]


@dataclass(slots=True)
class Room:
    """The room of one process. Only its event loop may use it.

    Attributes:
        most_of_one: of one device: its pushes wait for one another, and must not keep everybody
            out.
    """

    most_requests: int
    most_body_bytes: int
    most_of_one: int
    requests: int = 0
    body_bytes: int = 0
    of_each: Counter[str] = field(default_factory=Counter)

    @staticmethod
    def of(settings: Settings) -> Room:
        """The room that these settings give."""
        return Room(
            most_requests=settings.most_requests,
            most_body_bytes=settings.most_body_mib * 1024 * 1024,
            most_of_one=settings.most_of_one,
        )

    @contextmanager
    def visited(self, who: str) -> Iterator[Visit]:
        """A request comes and goes; ``who`` sent it, or is empty where nobody said."""
        is_welcome = self.requests < self.most_requests and (
            not who or self.of_each[who] < self.most_of_one
        )
        visit = Visit(self, who, is_welcome)
        if is_welcome:
            self.requests += 1
            if who:
                self.of_each[who] += 1
        try:
            yield visit
        finally:
            visit.leave()
