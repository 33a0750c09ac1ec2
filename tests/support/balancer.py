"""One address for several servers: connections are handed out in turn."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from tests.support.relay import Relay


class Balancer(Relay):
    """Forwards each new connection to the next of these servers.

    Attributes:
        served: how many connections each server got.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        super().__init__()
        self._urls = tuple(urls)
        self._turn = itertools.cycle(range(len(urls)))
        self.served = [0] * len(urls)

    def target_url(self) -> str:
        """The next one's."""
        number = next(self._turn)
        self.served[number] += 1
        return self._urls[number]
