"""Everything that may answer in place of the server becomes one of the outcomes."""

from __future__ import annotations

import gzip
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import trustme

from sync.client.outcomes import (
    CertificateRejected,
    ConnectionCut,
    Malformed,
    NotOurServer,
    Refused,
    ServerBusy,
    ServerFailed,
    Unreachable,
)
from sync.client.transport import (
    PATIENCE,
    BadAddressError,
    Patience,
    Transport,
    checked_address,
)
from sync.protocol.messages import SLOW, Challenge, ChallengeRequest, Refusal, RefusalCode
from tests.support.answers import Answering, http_answer

NONCE = "00" * 32
GOOD = b'{"nonce":"' + NONCE.encode() + b'"}'


def ask(url: str, *, ca_file: str | None = None, patience: Patience = PATIENCE) -> object:
    with Transport(server_url=url, ca_file=ca_file, patience=patience) as transport:
        return transport.ask("/auth/challenge", ChallengeRequest(device="d"), Challenge)


def answered(answer: bytes) -> object:
    with Answering(answer) as server:
        return ask(server.url)


def test_a_good_answer_is_decoded() -> None:
    assert answered(http_answer(GOOD)) == Challenge(nonce=NONCE)


def test_a_compressed_answer_is_inflated() -> None:
    packed = http_answer(gzip.compress(GOOD), headers=("Content-Encoding: gzip",))
    assert answered(packed) == Challenge(nonce=NONCE)


def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))  # and nobody else can listen there meanwhile
        assert ask(f"http://127.0.0.1:{place.getsockname()[1]}") == Unreachable()


@pytest.mark.parametrize("length", [0, 1, 20, 80, 120])
def test_an_answer_that_ends_early_is_a_cut_connection(length: int) -> None:
    assert answered(http_answer(GOOD)[:length]) == ConnectionCut()


def test_half_a_compressed_answer_is_a_cut_connection() -> None:
    half = gzip.compress(GOOD)[:-6]
    packed = http_answer(half, headers=("Content-Encoding: gzip",))
    assert answered(packed) == ConnectionCut()


def test_a_silent_server_is_a_cut_connection_that_timed_out() -> None:
    patience = Patience(connect_seconds=5, silence_seconds=0.05)
    with socket.create_server(("127.0.0.1", 0)) as listener:  # accepts, never answers
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert ask(url, patience=patience) == ConnectionCut(timed_out=True)


@pytest.mark.parametrize(
    "answer",
    [
        http_answer(b"<html>Sign in</html>", content_type="text/html"),
        http_answer(GOOD, content_type="text/plain"),
        http_answer(b"", status="302 Found", headers=("Location: http://127.0.0.1:1/",)),
        http_answer(b"<html>no</html>", status="404 Not Found", content_type="text/html"),
        http_answer(b'{"detail":"x"}', status="404 Not Found"),
        http_answer(GOOD, headers=("Content-Encoding: br",)),
    ],
    ids=["page", "wrong type", "redirect", "no such page", "other json", "unknown encoding"],
)
def test_something_else_that_answers_is_not_our_server(answer: bytes) -> None:
    assert answered(answer) == NotOurServer()


def test_bytes_that_are_not_http_are_a_cut_connection() -> None:
    assert answered(b"SSH-2.0-OpenSSH_9.2\r\n") == ConnectionCut()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_page_with_an_error_status_is_a_failed_server(status: int) -> None:
    page = http_answer(b"<html></html>", status=f"{status} X", content_type="text/html")
    assert answered(page) == ServerFailed(status)


@pytest.mark.parametrize(
    ("refusal", "outcome"),
    [
        (Refusal(RefusalCode.BUSY, retry_after_seconds=7), ServerBusy(retry_after_seconds=7)),
        (Refusal(RefusalCode.BUSY, why=SLOW), ConnectionCut(timed_out=True, is_over_one=True)),
        (Refusal(RefusalCode.INTERNAL), ServerFailed(409)),
        (Refusal(RefusalCode.GAP, expected=12), Refused(RefusalCode.GAP, expected=12)),
        (Refusal(RefusalCode.REVOKED), Refused(RefusalCode.REVOKED)),
    ],
)
def test_a_refusal_is_read_from_its_code_not_from_the_status(
    refusal: Refusal, outcome: object
) -> None:
    body = msgspec.json.encode(refusal)
    assert answered(http_answer(body, status="409 Conflict")) == outcome


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"nonsense", b'{"nonce":1}', b'{"nonce":"\xff"}', b"[" * 100_000],
)
def test_a_damaged_answer_is_malformed(body: bytes) -> None:
    assert answered(http_answer(body)) == Malformed()


def test_a_gzip_bomb_is_refused_while_it_inflates() -> None:
    bomb = gzip.compress(b" " * (65 * 1024 * 1024))
    assert answered(http_answer(bomb, headers=("Content-Encoding: gzip",))) == Malformed()


def test_the_token_and_the_body_travel_and_nothing_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with Answering(http_answer(GOOD)) as server:
        with Transport(server_url=server.url, ca_file=None) as transport:
            answer = transport.ask(
                "/auth/challenge", ChallengeRequest(device="d"), Challenge, token="secret"
            )
        assert answer == Challenge(nonce=NONCE)
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /auth/challenge HTTP/1.1")
    assert b"Authorization: Bearer secret" in head
    assert body == b'{"device":"d"}'


def tls_of(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_the_pinned_authority_is_believed(tmp_path: Path) -> None:
    authority = trustme.CA()
    pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(pem)
    with Answering(http_answer(GOOD), tls=tls_of(authority, "127.0.0.1")) as server:
        assert ask(server.url, ca_file=str(pem)) == Challenge(nonce=NONCE)


def test_a_certificate_of_another_authority_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, other = trustme.CA(), trustme.CA()
    pem, other_pem = tmp_path / "ca.pem", tmp_path / "other.pem"
    ours.cert_pem.write_to_path(pem)
    other.cert_pem.write_to_path(other_pem)
    # What the environment trusts does not count.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other_pem))
    with Answering(http_answer(GOOD), tls=tls_of(other, "127.0.0.1")) as server:
        assert ask(server.url, ca_file=str(pem)) == CertificateRejected()
        assert ask(server.url) == CertificateRejected()
        assert server.requests == []


def test_a_certificate_of_another_name_is_rejected(tmp_path: Path) -> None:
    authority = trustme.CA()
    pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(pem)
    with Answering(http_answer(GOOD), tls=tls_of(authority, "other.example")) as server:
        assert ask(server.url, ca_file=str(pem)) == CertificateRejected()


@pytest.mark.parametrize("days", [-400, 400], ids=["run out", "not yet"])
def test_a_certificate_is_believed_in_its_time_only(tmp_path: Path, days: int) -> None:
    """Which is how a PC with a wrong clock meets a right certificate."""
    authority = trustme.CA()
    pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(pem)
    begins = datetime.now(UTC) + timedelta(days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued = authority.issue_cert(
        "127.0.0.1", not_before=begins, not_after=begins + timedelta(days=30)
    )
    issued.configure_cert(context)
    with Answering(http_answer(GOOD), tls=context) as server:
        assert ask(server.url, ca_file=str(pem)) == CertificateRejected()
        assert server.requests == []


def test_a_plain_server_behind_an_https_address_is_not_ours() -> None:
    with Answering(http_answer(GOOD)) as server:
        assert ask(server.url.replace("http:", "https:")) == NotOurServer()


@pytest.mark.parametrize(
    ("raw_address", "address"),
    [
        ("https://an-sinh.example", "https://an-sinh.example"),
        (" https://an-sinh.example:8443/api/ ", "https://an-sinh.example:8443/api"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_usable_address_is_taken(raw_address: str, address: str) -> None:
    assert checked_address(raw_address) == address


@pytest.mark.parametrize(
    "raw_address",
    [
        "",
        "an-sinh.example",
        "ftp://an-sinh.example",
        "http://an-sinh.example",
        "http://127.0.0.1.example",
        "https://",
        "https://a:99999",
        "https://user:secret@an-sinh.example",
        "https://an-sinh.example/?x=1",
        "https://[::1",
    ],
)
def test_an_address_without_protection_is_refused(raw_address: str) -> None:
    with pytest.raises(BadAddressError):
        checked_address(raw_address)
