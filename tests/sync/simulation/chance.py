"""Everything that is left to chance or to the clock, from one seed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from unittest.mock import patch
from uuid import UUID

from sync.client.engine import Pace
from sync.protocol import ids
from sync.server import enrolment

#: When every simulated story begins.
START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@contextmanager
def drawn_from(random: Random) -> Iterator[None]:
    """Ids and epochs are drawn from this generator, so that a seed tells the same story again."""
    system = SimpleNamespace(urandom=random.randbytes)
    secret = SimpleNamespace(token_hex=lambda size: random.randbytes(size).hex())

    def device_id() -> UUID:
        return UUID(bytes=random.randbytes(16), version=4)

    with (
        patch.object(ids, "os", system),
        patch.object(ids, "secrets", secret),
        patch.object(enrolment, "uuid4", device_id),
    ):
        yield


class Clock:
    """The clock of one PC: goes on when it is read or waited for, may be set wrong."""

    def __init__(self) -> None:
        self._now = START
        self.skew = timedelta(0)

    def __call__(self) -> datetime:
        """What the PC believes; a second later with each look."""
        self._now += timedelta(seconds=1)
        return self._now + self.skew

    def pass_by(self, time: timedelta) -> None:
        """So much time goes by."""
        self._now += time

    def pace(self) -> Pace:
        """Waiting takes no time outside the story."""
        return Pace(
            stopwatch=lambda: self._now.timestamp(),
            wait=lambda _seconds: self.pass_by(timedelta(seconds=1)),
        )
