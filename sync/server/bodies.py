"""What is sent, read while it arrives: with limits, and of strangers no more than a little.

A process has room for so many requests and so many bytes. Who sends more than a small body, or
takes more than half a minute, is asked who he is: strangers lose their place then. A refused body
is still read so far, and forgotten, because the refusal arrives before the line is cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from sync.protocol.codec import LARGEST_BODY_BYTES, LARGEST_INFLATED_BYTES
from sync.protocol.messages import SLOW, Refusal, RefusalCode
from sync.server.room import Visit

#: So much of a body is taken of anybody.
SMALL_BODY_BYTES = 64 * 1024
_FORGOTTEN_BYTES = LARGEST_INFLATED_BYTES + LARGEST_BODY_BYTES
#: Who found no room, or a line too bad, may come back soon: what is inside takes seconds.
_COME_BACK_SECONDS = 2


@dataclass(frozen=True, slots=True)
class BodyTimes:
    """How long a body may take, from its beginning.

    Attributes:
        of_strangers_seconds: before somebody is asked who he is.
        quiet_seconds: without another byte, of who is known; a client gives up as late.
        whole_seconds: all of it.
    """

    of_strangers_seconds: float = 30
    quiet_seconds: float = 60
    whole_seconds: float = 120


BODY_TIMES = BodyTimes()


async def read_body(
    chunks: AsyncIterator[bytes],
    *,
    largest_bytes: int,
    visit: Visit,
    ask_who: Callable[[], Awaitable[Refusal | None]],
    times: BodyTimes = BODY_TIMES,
) -> bytes | Refusal:
    """The body, or why it is not taken; then its place is free already.

    ``ask_who`` gives the refusal for a stranger; it waits for the database.
    """
    reading = _Reading(largest_bytes, visit, ask_who, times)
    coming = _coming(chunks)
    try:
        while True:
            # Not cut off when time is up: who is asked and known goes on with the same chunk.
            await asyncio.wait({coming}, timeout=reading.seconds_left())
            chunk = coming.result() if coming.done() else b""
            if chunk is None or (not reading.seconds_left() and await reading.is_given_up()):
                break
            if coming.done():
                if not await reading.takes(chunk):
                    break
                coming = _coming(chunks)
    finally:
        coming.cancel()
    return reading.result()


def _coming(chunks: AsyncIterator[bytes]) -> asyncio.Task[bytes | None]:
    async def next_chunk() -> bytes | None:
        return await anext(chunks, None)

    task = asyncio.create_task(next_chunk())
    # A line that is cut when nobody waits for it any more is no news.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task


class _Reading:
    """One body as far as it has come."""

    def __init__(
        self,
        largest_bytes: int,
        visit: Visit,
        ask_who: Callable[[], Awaitable[Refusal | None]],
        times: BodyTimes,
    ) -> None:
        self._largest_bytes = largest_bytes
        self._visit = visit
        self._ask_who = ask_who
        self._times = times
        self._now = asyncio.get_running_loop().time
        self._began = self._heard = self._now()
        self._is_asked = False
        self._body = bytearray()
        self._forgotten = 0
        self._refusal: Refusal | None = None

    def seconds_left(self) -> float:
        """How long its next bytes may take."""
        times = self._times
        if not self._is_asked and self._refusal is None:
            end = self._began + min(times.of_strangers_seconds, times.whole_seconds)
        else:
            end = min(self._heard + times.quiet_seconds, self._began + times.whole_seconds)
        return max(0.0, end - self._now())

    async def is_given_up(self) -> bool:
        """Time is up: is that the end, or only for a stranger to be taken seriously?"""
        if self._refusal is None and not self._is_asked:
            await self._ask()
            return False
        self._refuse(_come_back(SLOW))
        return True

    async def takes(self, chunk: bytes) -> bool:
        """Keep what arrived, or forget it; shall there be more of it?"""
        self._heard = self._now()
        if self._refusal is None:
            await self._judge(len(chunk))
        if self._refusal is None:
            self._body += chunk
        else:
            self._forgotten += len(chunk)
        return self._forgotten <= _FORGOTTEN_BYTES

    async def _judge(self, count: int) -> None:
        size = len(self._body) + count
        if size > self._largest_bytes:
            self._refuse(Refusal(code=RefusalCode.TOO_LARGE))
        elif not self._visit.brings(count):
            self._refuse(_come_back())
        elif size > SMALL_BODY_BYTES and not self._is_asked:
            await self._ask()

    async def _ask(self) -> None:
        self._is_asked = True
        if refusal := await self._ask_who():
            self._refuse(refusal)
        self._heard = self._now()  # that was our waiting

    def _refuse(self, refusal: Refusal) -> None:
        """The first refusal stands. Nothing is kept, and somebody else may have the place."""
        self._refusal = self._refusal or refusal
        self._forgotten += len(self._body)
        self._body.clear()
        self._visit.leave()

    def result(self) -> bytes | Refusal:
        if not self._visit.is_welcome:
            self._refuse(_come_back())  # also who found no room for a body of no bytes
        return self._refusal or bytes(self._body)


def _come_back(why: str = "") -> Refusal:
    return Refusal(code=RefusalCode.BUSY, retry_after_seconds=_COME_BACK_SECONDS, why=why)
