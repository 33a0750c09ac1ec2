"""A full server says so, with a time to come back; who waits obeys; memory has an end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import requests

from sync.protocol.documents import Role
from sync.protocol.messages import PushAnswer, Refusal, RefusalCode
from sync.server.room import Room
from sync.server.settings import Settings
from tests.support.children import joined
from tests.support.children import until as until_true
from tests.support.desk import Desk
from tests.support.figures import figures
from tests.support.server import ServerProcess
from tests.sync.server.conftest import MakeDesk

DEFAULT = Settings()
#: Requests just before may still be inside when the first of ours arrive.
MORE = 8


@contextmanager
def begun(server: ServerProcess, count: int, *, token: str = "") -> Iterator[None]:
    """So many requests inside whose bodies do not end."""
    parts = urlsplit(server.url)
    rights = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        "POST /sync/v1/push HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
        f"Content-Length: 1000\r\n{rights}\r\n" + "{"
    )
    with ExitStack() as stack:
        for _ in range(count + MORE):
            line = stack.enter_context(socket.create_connection((parts.hostname, parts.port)))
            line.sendall(head.encode())
        until_true(lambda: figures(server)["requests_inside"] >= count)
        yield


def until(desk: Desk, code: RefusalCode | None) -> requests.Response:
    """Ask until the answer is this refusal, or none: the server sees the others in its own time."""
    while True:
        response = desk.post("/auth/challenge", b'{"device":"%s"}' % desk.device.encode())
        refused = None if response.ok else desk.read(response, Refusal)
        if (refused.code if isinstance(refused, Refusal) else None) is code:
            return response


def test_a_full_server_refuses_with_a_time_and_takes_in_again(
    officer: Desk, server: ServerProcess
) -> None:
    with begun(server, DEFAULT.most_requests):
        response = until(officer, RefusalCode.BUSY)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
    assert until(officer, None).status_code == 200
    officer.person()
    assert isinstance(officer.push(), PushAnswer)


def test_one_device_does_not_keep_the_others_out(
    make_desk: MakeDesk, server: ServerProcess
) -> None:
    greedy, other = make_desk(Role.OFFICER), make_desk(Role.OFFICER)
    with begun(server, DEFAULT.most_of_one, token=greedy.token):
        assert until(greedy, RefusalCode.BUSY).status_code == 503
        other.person()
        assert isinstance(other.push(), PushAnswer)


def test_bodies_are_counted_and_forgotten() -> None:
    room = Room(most_requests=2, most_body_bytes=100, most_of_one=1)
    with room.visited("one") as one, room.visited("two") as two:
        assert one.brings(60)
        assert not two.brings(60)
        with room.visited("") as third:
            assert not third.is_welcome
            assert not third.brings(1)
    assert (room.requests, room.body_bytes, dict(room.of_each)) == (0, 0, {})
    with room.visited("one") as again:
        assert again.brings(100)
        with room.visited("one") as same:
            assert not same.is_welcome


def test_who_is_sent_away_gives_the_place_to_the_next() -> None:
    room = Room(most_requests=1, most_body_bytes=100, most_of_one=1)
    with room.visited("one") as one:
        assert one.brings(100)
        one.leave()
        assert not one.brings(1), "who was sent away stays away"
        with room.visited("one") as next_one:
            assert next_one.brings(100)
            one.leave()  # a second time
            assert (room.requests, room.body_bytes) == (1, 100)
    assert (room.requests, room.body_bytes, dict(room.of_each)) == (0, 0, {})


def test_requests_beyond_the_room_lose_nothing(officer: Desk, server: ServerProcess) -> None:
    for _ in range(50):
        officer.person()
    body = officer.push_body(1, 50)
    answers: list[PushAnswer | Refusal] = []
    desks = [Desk(server.url) for _ in range(2 * DEFAULT.most_of_one)]
    for desk in desks:
        desk.token = officer.token

    def push(desk: Desk) -> None:
        answers.append(desk.send(body))
        desk.http.close()

    threads = [threading.Thread(target=push, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    joined(*threads)
    receipts = [answer for answer in answers if isinstance(answer, PushAnswer)]
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert receipts
    assert {answer.acked for answer in receipts} == {50}
    assert {refusal.code for refusal in refusals} <= {RefusalCode.BUSY}
    assert len(officer.pull().rows) == 50
