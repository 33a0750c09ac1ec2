"""Heads of requests that do not end, or come too slowly, and who sends nothing at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn

from sync.protocol.messages import PushAnswer
from sync.server.heads import LARGEST_HEAD_BYTES, PromptHeads
from sync.server.serving import listen
from tests.support.children import joined, until
from tests.support.desk import Desk
from tests.support.server import ServerProcess

GOOD = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#: Far less than is sent.
_MOST_KIB = 32 * 1024
_SENT_BYTES = 64 * 1024 * 1024

LINE = b"x: " + b"y" * 100 + b"\r\n"
CHUNKED = b"POST /auth/challenge HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = {
    "lines": (b"POST / HTTP/1.1\r\nHost: x\r\n", LINE * 500),
    "one line": (b"POST / HTTP/1.1\r\nHost: x\r\nx: ", b"y" * 50_000),
    "address": (b"POST /", b"y" * 50_000),
    "lines after a body": (CHUNKED + b"0\r\n", LINE * 500),
    "empty words beside a chunk": (CHUNKED + b"1;", b"y" * 50_000),
}


class Impatient(PromptHeads):
    """Half a minute is long for a test."""

    head_seconds = 0.3


Messages = Callable[[], Awaitable[dict[str, Any]]]
Answers = Callable[[dict[str, Any]], Awaitable[None]]


async def _answer(_scope: dict[str, Any], receive: Messages, send: Answers) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 204})
    await send({"type": "http.response.body"})


@pytest.fixture
def place() -> Iterator[tuple[str, int]]:
    """Where a server listens that waits a short time for heads."""
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        _answer, http=Impatient, log_config=None, lifespan="off", timeout_keep_alive=3600
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    until(lambda: server.started)
    yield listening.getsockname()
    server.should_exit = True
    joined(thread)
    listening.close()


def is_cut(line: socket.socket) -> bool:
    """Wait until the other side says something, or ends the connection."""
    line.settimeout(60)
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    ("before", "half"), [(0, b""), (0, GOOD[:1]), (0, GOOD[:-1]), (2, GOOD[:1]), (2, GOOD[:-1])]
)
def test_who_does_not_come_to_the_end_of_a_head_is_cut_off(
    place: tuple[str, int], before: int, half: bytes
) -> None:
    with socket.create_connection(place) as line:
        for _ in range(before):
            line.sendall(GOOD)
            assert line.recv(9999).startswith(b"HTTP/1.1 204")
        line.sendall(half)
        assert is_cut(line)


def test_who_asks_again_and_again_is_not_cut_off(place: tuple[str, int]) -> None:
    gap = threading.Event()
    with socket.create_connection(place) as line:
        for _ in range(3):
            line.sendall(GOOD)
            assert line.recv(9999).startswith(b"HTTP/1.1 204")
            gap.wait(Impatient.head_seconds * 2)


@pytest.mark.parametrize("kind", list(ENDLESS))
def test_what_does_not_end_is_cut_off_and_fills_no_memory(
    kind: str, officer: Desk, server: ServerProcess
) -> None:
    officer.person()
    assert isinstance(officer.push(), PushAnswer)
    before = server.memory_kib()
    server.peak_kib()
    begin, more = ENDLESS[kind]
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port)) as line:
        line.sendall(begin)
        with pytest.raises(ConnectionError):
            for _ in range(_SENT_BYTES // len(more)):
                line.sendall(more)
    assert server.peak_kib() - before < _MOST_KIB
    officer.person()
    assert isinstance(officer.push(since=2), PushAnswer)


def test_a_body_in_small_chunks_is_taken(officer: Desk) -> None:
    question = b'{"device":"%s"}' % officer.device.encode()
    spaces = (b" " for _ in range(LARGEST_HEAD_BYTES // 16))

    def chunks() -> Iterator[bytes]:
        yield question
        yield from spaces

    headers = {"Content-Type": "application/json"}
    url = officer.url + "/auth/challenge"
    assert officer.http.post(url, data=chunks(), headers=headers, timeout=60).ok
