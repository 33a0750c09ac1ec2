"""Heads of requests that do not end, or come too slowly, and who sends nothing at all."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme
import uvicorn

from sync.protocol.codec import LINES_TYPE
from sync.protocol.messages import PushAnswer
from sync.server.heads import LARGEST_HEAD_BYTES, PromptHeads
from sync.server.pieces import in_pieces
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


#: Soon, for a test; nobody is waited for so long who sends at once.
SOON, NEVER = 0.3, 3600.0


Messages = Callable[[], Awaitable[dict[str, Any]]]
Answers = Callable[[dict[str, Any]], Awaitable[None]]
MUCH = 64 * 1024 * 1024


async def _answer(scope: dict[str, Any], _receive: Messages, send: Answers) -> None:
    """Without having read what comes."""
    body = bytes(MUCH) if scope["path"] == "/much" else b"ok"
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS[len(body)]})
    await send({"type": "http.response.body", "body": body})


HEADERS = {size: [(b"content-length", str(size).encode())] for size in (2, MUCH)}
ANSWER_END = b"\r\n\r\nok"
#: It is answered before its body is there.
BODY_TO_COME = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"


@dataclass(frozen=True)
class Place:
    """Where a server listens, and who is connected."""

    address: tuple[str, int]
    server: uvicorn.Server
    kind: type[PromptHeads]

    def connect(self) -> socket.socket:
        line = socket.create_connection(self.address)
        line.settimeout(60)
        return line

    def is_empty(self) -> bool:
        return not self.server.server_state.connections

    def waits(self) -> bool:
        """Is somebody to send something soon?"""
        return any(one._coming is not None for one in self.connected())

    def connected(self) -> list[PromptHeads]:
        """Everybody."""
        here = list(self.server.server_state.connections)
        return [one for one in here if isinstance(one, self.kind)]


@contextlib.contextmanager
def started(**more: Any) -> Iterator[Place]:
    """A server in a thread; how long it waits can be changed."""

    class Heads(PromptHeads):
        head_seconds = NEVER
        rest_seconds = NEVER
        answer_seconds = NEVER

    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        in_pieces(_answer),  # type: ignore[arg-type]  # simpler messages
        http=Heads,
        log_config=None,
        lifespan="off",
        timeout_keep_alive=3600,
        **more,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        until(lambda: server.started)
        yield Place(listening.getsockname(), server, Heads)
    finally:
        server.should_exit = True
        joined(thread)
        listening.close()


@pytest.fixture
def place() -> Iterator[Place]:
    with started() as made:
        yield made


def ask(line: socket.socket, question: bytes = GOOD) -> None:
    """And hear all of the answer."""
    line.sendall(question)
    heard = b""
    while not heard.endswith(ANSWER_END):
        heard += some_of(line)


def some_of(line: socket.socket) -> bytes:
    """What comes next; there is more to come."""
    came = line.recv(1024 * 1024)
    assert came
    return came


def is_cut(line: socket.socket) -> bool:
    """Wait until the other side says something, or ends the connection."""
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("half", [b"", GOOD[:1], GOOD[:-1]], ids=["nothing", "a letter", "half"])
def test_who_does_not_come_to_the_end_of_a_head_is_cut_off(place: Place, half: bytes) -> None:
    place.kind.head_seconds = SOON
    with place.connect() as line:
        line.sendall(half)
        assert is_cut(line)


@pytest.mark.parametrize(
    "half", [GOOD[:1], GOOD[:-1], b"\r\n"], ids=["a letter", "half", "an empty line"]
)
def test_so_is_who_asked_before(place: Place, half: bytes) -> None:
    with place.connect() as line:
        ask(line)
        ask(line)
        place.kind.head_seconds = SOON
        line.sendall(half)
        assert is_cut(line)


def test_so_is_who_has_an_answer_and_does_not_come_to_the_end_of_the_body(place: Place) -> None:
    with place.connect() as line:
        place.kind.rest_seconds = SOON
        ask(line, BODY_TO_COME)
        with contextlib.suppress(ConnectionError):
            line.sendall(b"1")
        assert is_cut(line)


def test_so_is_who_comes_to_the_end_of_it_and_asks_nothing_more(place: Place) -> None:
    with place.connect() as line:
        ask(line, BODY_TO_COME)
        place.kind.head_seconds = SOON
        line.sendall(b"1234567890")
        assert is_cut(line)


def test_who_comes_to_the_end_is_not_waited_for(place: Place) -> None:
    with place.connect() as line:
        until(place.waits)
        for _ in range(2):
            ask(line)
            assert not place.waits()
        ask(line, BODY_TO_COME)
        until(place.waits)
        line.sendall(b"1234567890")
        ask(line)
        assert not place.waits()


ASK_MUCH = b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("more", [b"", GOOD], ids=["once", "and asks on"])
def test_who_does_not_fetch_an_answer_is_cut_off(place: Place, more: bytes) -> None:
    with place.connect() as line:
        until(lambda: not place.is_empty())
        place.kind.answer_seconds = SOON
        line.sendall(ASK_MUCH + more)
        until(place.is_empty)


def test_so_it_is_over_tls_where_the_transport_would_take_all_of_it(tmp_path: Path) -> None:
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"
    made.cert_chain_pems[0].write_to_path(certificate)
    made.private_key_pem.write_to_path(key)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with started(ssl_certfile=certificate, ssl_keyfile=key) as place:
        plain = place.connect()
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as line:
            ask(line)
            line.sendall(ASK_MUCH)
            assert line.recv(1)
            assert not any(one.cycle.response_complete for one in place.connected())
            heard = 1
            while heard < MUCH:  # all of it comes to who fetches it
                heard += len(some_of(line))
            place.kind.answer_seconds = SOON
            line.sendall(ASK_MUCH + GOOD)
            until(place.is_empty)


def test_who_fetched_every_answer_may_ask_again(place: Place) -> None:
    place.kind.answer_seconds = SOON
    gap = threading.Event()
    with place.connect() as line:
        for _ in range(3):
            ask(line)
            gap.wait(SOON * 2)
        ask(line)


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
        line.settimeout(60)
        line.sendall(begin)
        with pytest.raises(ConnectionError):
            for _ in range(_SENT_BYTES // len(more)):
                line.sendall(more)
    assert server.peak_kib() - before < _MOST_KIB
    officer.person()
    assert isinstance(officer.push(since=2), PushAnswer)


def test_a_body_in_small_chunks_is_taken(officer: Desk) -> None:
    """What stands around the chunks is more than a head may have, and less than they."""
    for _ in range(400):
        officer.person(note="x" * 500)
    body = officer.push_body(1, 400)
    chunks = [body[at : at + 16] for at in range(0, len(body), 16)]
    around = len(b"10\r\n\r\n") * len(chunks)
    assert LARGEST_HEAD_BYTES < around < len(body)
    headers = {"Content-Type": LINES_TYPE, "Authorization": f"Bearer {officer.token}"}
    url = officer.url + "/sync/v1/push"
    answer = officer.http.post(url, data=iter(chunks), headers=headers, timeout=60)
    assert officer.read(answer, PushAnswer)
    assert answer.ok
