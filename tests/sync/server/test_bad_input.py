"""What a server on a network hears: bombs, noise, wrong paths. Always a code, never a page."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import requests
import zstandard
from msgspec.structs import replace
from sqlalchemy import Engine, text

from sync.protocol import codec
from sync.protocol.messages import PullRequest, PushAnswer, Refusal, RefusalCode
from sync.server.operations import OPERATIONS, Operation
from sync.server.statuses import STATUS
from tests.support.desk import Desk
from tests.support.server import ServerProcess

PUSH = "/sync/v1/push"
TOO_LARGE = Refusal(code=RefusalCode.TOO_LARGE)
MALFORMED = Refusal(code=RefusalCode.MALFORMED)

_BOMB_BYTES = 512 * 1024 * 1024
_TIMES = 10
#: Far less than a bomb, or than what is sent in these times.
_MOST_KIB = 64 * 1024

#: No operation takes one of these.
NOISE = [
    b"",
    b"null",
    b"[]",
    b"{",
    b"[" * 60_000,
    b'{"a":' * 12_000,
    b"\xff\xfe",
    b"<html></html>",
    b'{"cursors":{"99001/register":"1"}}',
    b'{"cursors":{"99001/register":1e999}}',
]


def answer_of(response: requests.Response) -> Refusal:
    """The refusal in this response, which must be JSON with the right status."""
    assert response.headers["Content-Type"].partition(";")[0] == codec.JSON_TYPE
    refusal = msgspec.json.decode(response.content, type=Refusal)
    assert response.status_code == STATUS[refusal.code]
    return refusal


def push_of(desk: Desk, body: bytes, *, encoding: str = "gzip") -> Refusal:
    """What the desk hears when it pushes these bytes."""
    response = desk.post(PUSH, body, content_type=codec.LINES_TYPE, encoding=encoding)
    return answer_of(response)


def test_a_body_without_a_length_is_limited_too(officer: Desk) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield bytes(100_000)

    def answered(token: str) -> Refusal:
        headers = {"Content-Type": codec.LINES_TYPE, "Authorization": f"Bearer {token}"}
        return answer_of(
            officer.http.post(officer.url + PUSH, data=endless(), headers=headers, timeout=60)
        )

    assert answered(officer.token) == TOO_LARGE
    assert answered("") == Refusal(code=RefusalCode.TOKEN_EXPIRED)


def test_nothing_is_inflated_of_who_is_not_known(officer: Desk) -> None:
    question = b'{"device":"%s"}' % officer.device.encode()
    assert officer.post("/auth/challenge", question).ok
    packed = officer.post("/auth/challenge", gzip.compress(question), encoding=codec.GZIP)
    assert answer_of(packed) == MALFORMED


def brackets(desk: Desk) -> bytes:
    """A push whose change is a million levels deep."""
    lines = desk.push_body(1, 1).split(b"\n")
    lines[1] = b'{"p":{"a":[' + b"[" * 1_000_000
    return b"\n".join(lines)


#: What is far too much, or no message: how it is packed, and what is heard.
HEAVY: dict[str, tuple[Callable[[Desk], bytes], str, Refusal]] = {
    "gzip bomb": (lambda _: gzip.compress(bytes(_BOMB_BYTES)), codec.GZIP, TOO_LARGE),
    "zstd bomb": (
        lambda _: zstandard.ZstdCompressor(level=19).compress(bytes(_BOMB_BYTES)),
        codec.ZSTD,
        TOO_LARGE,
    ),
    "zstd bomb that hides its size": (
        lambda _: zstandard.ZstdCompressor(write_content_size=False).compress(bytes(_BOMB_BYTES)),
        codec.ZSTD,
        MALFORMED,
    ),
    "over the limit": (
        lambda _: os.urandom(codec.LARGEST_BODY_BYTES + 1),
        codec.GZIP,
        TOO_LARGE,
    ),
    "64 megabytes": (lambda _: bytes(64 * 1024 * 1024), "identity", TOO_LARGE),
    "a million brackets": (brackets, "identity", MALFORMED),
    "a million brackets, packed": (
        # Beside something that packs badly: else it is a bomb.
        lambda desk: gzip.compress(brackets(desk) + os.urandom(64 * 1024)),
        codec.GZIP,
        MALFORMED,
    ),
    "a body of nothing but lines": (
        lambda _: b"\n" * (codec.LARGEST_BODY_BYTES - 1),
        "identity",
        TOO_LARGE,
    ),
}


@pytest.mark.parametrize("kind", HEAVY)
def test_what_is_too_much_is_refused_with_its_code_and_memory_stays_flat(
    kind: str, officer: Desk, server: ServerProcess
) -> None:
    officer.person()
    make, encoding, refusal = HEAVY[kind]
    body = make(officer)
    assert push_of(officer, body, encoding=encoding) == refusal
    server.peak_kib()
    before = server.memory_kib()
    for _ in range(_TIMES):
        assert push_of(officer, body, encoding=encoding) == refusal
    # Neither is it held while it is read, nor does anything of it stay.
    assert server.peak_kib() - before < _MOST_KIB
    assert server.memory_kib() - before < _MOST_KIB // 2


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.path)
@pytest.mark.parametrize("body", NOISE, ids=lambda body: repr(body[:12]))
def test_noise_is_malformed_everywhere(officer: Desk, operation: Operation, body: bytes) -> None:
    response = officer.post(operation.path, body, content_type=operation.body_type)
    assert answer_of(response) == MALFORMED


def test_a_number_of_a_million_digits_is_malformed(officer: Desk) -> None:
    body = b'{"cursors":{"99001/register":' + b"9" * 60_000 + b"}}"
    assert answer_of(officer.post("/sync/v1/pull", body)) == MALFORMED


def test_a_cursor_no_counter_reaches_is_no_failure(officer: Desk) -> None:
    page = officer.pull({"99001/register": 2**63 - 1, "99001/labour": -(2**63), "\x00": 1})
    assert page.end.next["99001/register"] == 0
    assert [drop.bucket for drop in page.drops] == ["\x00"]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/sync/v1/pack", b'{"sha256":"%s"}', RefusalCode.NOT_FOUND),
        ("/auth/challenge", b'{"device":"%s"}', RefusalCode.UNKNOWN_DEVICE),
        ("/auth/login", b'{"device":"%s","nonce":"%s","sig":"%s"}', RefusalCode.UNKNOWN_DEVICE),
        ("/auth/refresh", b'{"refresh":"%s"}', RefusalCode.TOKEN_EXPIRED),
    ],
)
def test_a_letter_that_no_database_holds_is_no_failure(
    officer: Desk, path: str, body: bytes, code: RefusalCode
) -> None:
    response = officer.post(path, body.replace(b"%s", b"\\u0000"))
    assert answer_of(response) == Refusal(code=code)


def test_too_many_cursors_are_too_large(officer: Desk) -> None:
    request = PullRequest(cursors={f"{number}/check": 1 for number in range(1001)})
    response = officer.post("/sync/v1/pull", msgspec.json.encode(request))
    assert answer_of(response) == TOO_LARGE


@pytest.mark.parametrize("kind", ["text/html", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.path)
def test_another_content_type_is_malformed(officer: Desk, operation: Operation, kind: str) -> None:
    assert answer_of(officer.post(operation.path, b"{}", content_type=kind)) == MALFORMED


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "x"])
def test_another_encoding_is_malformed(officer: Desk, encoding: str) -> None:
    officer.person()
    assert push_of(officer, officer.push_body(1, 1), encoding=encoding) == MALFORMED


def test_truncated_gzip_is_malformed(officer: Desk) -> None:
    officer.person()
    body = codec.compressed(officer.push_body(1, 1))
    for length in (0, 1, 10, len(body) // 2, len(body) - 1):
        assert push_of(officer, body[:length]) == MALFORMED


@pytest.mark.parametrize("path", ["/", "/sync/v1/pull/x", "/sync/v2/push", "/index.html", "/%00"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_an_unknown_route_is_not_found(officer: Desk, path: str, method: str) -> None:
    response = officer.http.request(method, officer.url + path, timeout=60)
    assert answer_of(response) == Refusal(code=RefusalCode.NOT_FOUND)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.path)
def test_a_wrong_method_is_not_found(officer: Desk, operation: Operation) -> None:
    response = officer.http.get(officer.url + operation.path, timeout=60)
    assert msgspec.json.decode(response.content, type=Refusal).code is RefusalCode.NOT_FOUND
    assert response.status_code == 405


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"first":1', b'"first":0'),
        (b'"first":1', b'"first":-5'),
        (b'"n":1', b'"n":2'),
        (b'"n":1', b'"n":-1'),
        (b'"n":1', b'"n":1000000000'),
        (b'"n":1', b'"n":4611686018427387904'),
        (b'"n":1', b'"n":1180591620717411303424'),
        (b'"v":1', b'"v":1,"unknown":"\xff"'),
        (b'"op":', b'"unknown":' + b"[" * 300 + b"]" * 300 + b',"op":'),
        (b'"epoch":"', b'"epoch":"\\u0000'),
        (b'"prev":"', b'"prev":"zz'),
        (b'"prev":"', b'"prev":"00'),
    ],
)
def test_a_push_header_that_cannot_be_is_malformed(officer: Desk, old: bytes, new: bytes) -> None:
    officer.person()
    body = officer.push_body(1, 1).replace(old, new, 1)
    assert push_of(officer, codec.compressed(body)) == MALFORMED


@pytest.mark.parametrize(
    ("first", "code"),
    [(2**62, RefusalCode.GAP), (2**63 - 1, RefusalCode.MALFORMED), (2**70, RefusalCode.MALFORMED)],
)
def test_a_number_far_ahead_is_a_gap_and_one_that_no_counter_reaches_malformed(
    officer: Desk, first: int, code: RefusalCode
) -> None:
    change = officer.person()
    body = codec.encode_push(
        header=replace(codec.decode_push(officer.push_body(1, 1)).header, first=first),
        changes=[replace(change, seq=first)],
        signing_key=officer.key,
    )
    refusal = officer.send(body)
    assert isinstance(refusal, Refusal)
    assert refusal.code is code


def test_every_refusal_has_a_status() -> None:
    assert set(STATUS) == set(RefusalCode)
    assert all(status >= 400 for status in STATUS.values())


def test_a_server_without_its_database_is_busy_and_says_when_to_come_back(
    tmp_path: Path,
) -> None:
    with ServerProcess(f"postgresql://postgres@/postgres?host={tmp_path}") as server:
        response = requests.get(server.url + "/health", timeout=60)
        refusal = answer_of(response)
        assert refusal.code is RefusalCode.BUSY
        assert response.headers["Retry-After"] == str(refusal.retry_after_seconds) != "0"


def test_a_failure_of_ours_is_logged_by_place_and_tells_nothing_of_anybody(
    postgres_url: str, officer: Desk, database: Engine
) -> None:
    with ServerProcess(postgres_url) as server:
        officer.url = server.url
        officer.person(id_number="003099000001")
        with database.begin() as connection:
            connection.execute(text("ALTER TABLE operations RENAME TO operations_away"))
        try:
            refusal = officer.push_range(1, 1)
        finally:
            with database.begin() as connection:
                connection.execute(text("ALTER TABLE operations_away RENAME TO operations"))
        assert refusal == Refusal(code=RefusalCode.INTERNAL)
        assert isinstance(officer.push_range(1, 1), PushAnswer)
        log = server.log
    assert '"event": "failure"' in log
    assert "history.py" in log
    for secret in ("Nguyễn Văn Thử", "003099000001", officer.token, "tập huấn"):
        assert secret not in log
