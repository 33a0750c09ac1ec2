"""How much, and how long, is read of whom: known devices, strangers, lines that fall silent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit

import pytest

from sync.protocol.codec import LINES_TYPE
from sync.protocol.messages import SLOW, PushAnswer, Refusal, RefusalCode
from sync.server.bodies import SMALL_BODY_BYTES, BodyTimes, read_body
from sync.server.room import Room
from tests.support.children import until
from tests.support.desk import Desk
from tests.support.figures import figures
from tests.support.server import ServerProcess

STRANGER = Refusal(code=RefusalCode.TOKEN_EXPIRED)
TOO_SLOW = Refusal(code=RefusalCode.BUSY, retry_after_seconds=2, why=SLOW)
PART = 1024
MUCH = SMALL_BODY_BYTES // PART + 1
#: What a line does instead of bringing another part.
SILENCE, CUT = b"(silence)", b"(cut)"
NEVER = 3600.0
AT_ONCE = 0.01


class LineCutError(Exception):
    """As the framework tells it."""


class Door:
    """Reads bodies as a process does, and counts how often somebody was asked who he is."""

    def __init__(self, *, times: BodyTimes | None = None, knows: bool = False) -> None:
        self.room = Room(most_requests=1, most_body_bytes=1024 * PART, most_of_one=1)
        self.times = times or BodyTimes()
        self.knows = knows
        self.asked = 0

    async def _ask(self) -> Refusal | None:
        self.asked += 1
        return None if self.knows else STRANGER

    def read(self, parts: Sequence[bytes], *, largest: int = 1024 * PART) -> bytes | Refusal:
        """What comes of these parts; a refusal leaves an empty room behind."""

        async def arriving() -> AsyncIterator[bytes]:
            for part in parts:
                if part is SILENCE:
                    await asyncio.Event().wait()
                if part is CUT:
                    raise LineCutError
                yield part
                await asyncio.sleep(0)

        async def read() -> bytes | Refusal:
            with self.room.visited("somebody") as visit:
                body = await read_body(
                    arriving(),
                    largest_bytes=largest,
                    visit=visit,
                    ask_who=self._ask,
                    times=self.times,
                )
                kept = 0 if isinstance(body, Refusal) else len(body)
                assert self.room.body_bytes == kept
                assert self.room.requests == (not isinstance(body, Refusal))
            return body

        return asyncio.run(read())

    def is_empty(self) -> bool:
        return (self.room.requests, self.room.body_bytes) == (0, 0)


@pytest.mark.parametrize("knows", [True, False])
def test_small_bodies_are_taken_of_anybody(knows: bool) -> None:
    door = Door(knows=knows)
    assert door.read([b"ab", b"", b"c"]) == b"abc"
    assert door.read([]) == b""
    assert door.read([bytes(PART)] * (MUCH - 1)) == bytes(SMALL_BODY_BYTES)
    assert door.asked == 0


def test_who_sends_much_is_asked_once_who_he_is() -> None:
    door = Door(knows=True)
    assert door.read([bytes(PART)] * 2 * MUCH) == bytes(2 * MUCH * PART)
    assert door.asked == 1


def test_of_a_stranger_nothing_large_is_kept() -> None:
    door = Door()
    assert door.read([bytes(PART)] * 2 * MUCH) == STRANGER
    assert door.asked == 1


def test_who_is_slow_is_asked_and_goes_on_where_he_was() -> None:
    """The next part is there only after the question: nothing of it is lost."""
    door = Door(times=BodyTimes(of_strangers_seconds=AT_ONCE), knows=True)
    may_go_on = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"a"
        await may_go_on.wait()
        yield b"b"

    async def ask() -> Refusal | None:
        may_go_on.set()
        return None

    async def read() -> bytes | Refusal:
        with door.room.visited("somebody") as visit:
            return await read_body(
                slow(), largest_bytes=PART, visit=visit, ask_who=ask, times=door.times
            )

    assert asyncio.run(read()) == b"ab"


@pytest.mark.parametrize(
    "times",
    [
        BodyTimes(of_strangers_seconds=0, quiet_seconds=AT_ONCE),
        BodyTimes(of_strangers_seconds=0, quiet_seconds=NEVER, whole_seconds=AT_ONCE),
    ],
    ids=["quiet", "whole"],
)
def test_a_line_that_falls_silent_gives_its_place_back(times: BodyTimes) -> None:
    assert Door(times=times, knows=True).read([b"a", SILENCE]) == TOO_SLOW
    assert Door(times=times).read([b"a", SILENCE]) == STRANGER


def test_who_never_falls_silent_comes_to_an_end_too() -> None:
    async def dripping() -> AsyncIterator[bytes]:
        while True:
            yield b"a"
            await asyncio.sleep(0)

    async def read() -> bytes | Refusal:
        with door.room.visited("somebody") as visit:
            return await read_body(
                dripping(),
                largest_bytes=10**12,
                visit=visit,
                ask_who=door._ask,
                times=BodyTimes(of_strangers_seconds=0, whole_seconds=AT_ONCE),
            )

    door = Door(knows=True)
    assert asyncio.run(read()) == TOO_SLOW


@pytest.mark.parametrize("parts", [[SILENCE], [b"x", SILENCE], [b"x"] * 9])
def test_the_first_refusal_stands(parts: list[bytes]) -> None:
    """A client with a dead token, or too large a batch, hears that, and not that it is slow."""
    times = BodyTimes(quiet_seconds=AT_ONCE)
    assert Door(times=times).read([bytes(PART)] * MUCH + parts) == STRANGER
    too_large = Refusal(code=RefusalCode.TOO_LARGE)
    assert Door(times=times, knows=True).read([b"abcde", *parts], largest=4) == too_large


def test_what_is_refused_is_read_so_far_and_no_further() -> None:
    megabyte = bytes(1024 * PART)
    door = Door(times=BodyTimes(quiet_seconds=NEVER, whole_seconds=NEVER))
    too_large = Refusal(code=RefusalCode.TOO_LARGE)
    assert door.read([megabyte] * 80 + [SILENCE], largest=PART) == too_large


def test_a_line_that_is_cut_leaves_an_empty_room() -> None:
    door = Door(knows=True)
    with pytest.raises(LineCutError):
        door.read([bytes(PART)] * MUCH + [CUT])
    assert door.is_empty()


def test_a_body_over_its_limit_is_none() -> None:
    assert Door(knows=True).read([b"abc", b"de"], largest=4) == Refusal(code=RefusalCode.TOO_LARGE)


def test_a_stranger_who_does_not_end_holds_neither_place_nor_memory(
    officer: Desk, server: ServerProcess
) -> None:
    parts = urlsplit(server.url)
    head = (
        "POST /sync/v1/push HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
        f"Content-Type: {LINES_TYPE}\r\nAuthorization: Bearer {'0' * 64}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port)) as line:
        line.sendall(head.encode() + bytes(SMALL_BODY_BYTES))
        until(lambda: figures(server)["body_bytes_inside"] == SMALL_BODY_BYTES)
        line.sendall(b"x")
        until(lambda: figures(server)["body_bytes_inside"] == 0)
        assert figures(server)["requests_inside"] == 0
    officer.person()
    assert isinstance(officer.push(), PushAnswer)
