"""A line of so many bits a second in each direction, in front of a server."""

from __future__ import annotations

import threading
import time

from tests.support.relay import Relay


class Throttle(Relay):
    """Forwards to ``target_url`` slowly.

    Attributes:
        up: bytes that went to the server so far, heads of HTTP included.
        down: bytes that came from it.
    """

    #: A packet of Ethernet: what a slow line hands over at a time.
    piece = 1400

    def __init__(self, target_url: str, *, bits_per_second: float) -> None:
        super().__init__(target_url)
        self._seconds_per_byte = 8 / bits_per_second
        self._way = threading.local()  # each direction of each connection has a thread
        self.up = self.down = 0

    def passing(self, piece: bytes, *, is_up: bool) -> None:
        """Not before the line is free again."""
        now = time.monotonic()
        free_at = max(getattr(self._way, "free_at", 0.0), now) + len(piece) * self._seconds_per_byte
        self._way.free_at = free_at
        time.sleep(max(0.0, free_at - now))
        if is_up:
            self.up += len(piece)
        else:
            self.down += len(piece)
