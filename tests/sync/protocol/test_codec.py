"""Bytes from outside become messages or one coded error; the wire's spelling is pinned."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.protocol import codec
from sync.protocol.chain import chain_link, chain_start
from sync.protocol.messages import (
    Change,
    ChangeResult,
    Clash,
    Digest,
    Drop,
    Grant,
    Outcome,
    PullEnd,
    PushAnswer,
    PushHeader,
    Refusal,
    RefusalCode,
    Row,
)
from sync.protocol.signing import is_signed, public_key_of, push_text

GOLDEN = Path(__file__).parents[2] / "golden" / "wire.ndjson"

#: A key for tests only.
SEED = bytes(range(32))
PERSON = "01930000-0000-7000-8000-000000000001"


def a_change(seq: int = 1) -> Change:
    return Change(
        seq=seq,
        change_id=f"01930000-0000-7000-8000-{seq:012d}",
        group=1,
        document_type="person",
        document_id=PERSON,
        bucket="99001/register",
        kind="set",
        base_version=17,
        patch={"dwelling": ("Ấp 1", "Ấp 2"), "ethnicity": (None, "01")},
        by="Cán bộ tập huấn",
        at="2026-11-22T08:01:02+07:00",
        form="tt11_2022_m03@2022-08-15",
    )


def a_push(count: int = 2) -> bytes:
    epoch = "00112233445566aa"
    header = PushHeader(
        v=1,
        device="7f3c0000-0000-4000-8000-000000000001",
        epoch=epoch,
        first=1,
        n=count,
        prev=chain_start(epoch).hex(),
        schema=1,
        app="0.1.0",
    )
    changes = [a_change(seq) for seq in range(1, count + 1)]
    return codec.encode_push(header=header, changes=changes, signing_key=SEED)


def a_page() -> bytes:
    clash = Clash(value="Ấp 3", by="Cán bộ hai", at="2026-11-22T08:01:02+07:00", op=PERSON)
    return codec.encode_lines(
        [
            Grant(bucket="99001/register", count=1),
            Drop(bucket="99002/check"),
            Row(
                bucket="99001/register",
                position=4,
                document_type="person",
                document_id=PERSON,
                version=18,
                fields={"dwelling": "Ấp 2"},
                clashes={"dwelling": [clash]},
            ),
            PullEnd(
                next={"99001/register": 4},
                more=False,
                digest={"99001/register": Digest(n=1, x="00" * 16)},
                server_epoch="8090a0b0c0d0e0f0",
            ),
        ]
    )


def an_answer() -> bytes:
    answer = PushAnswer(
        acked=2,
        h="00" * 32,
        results=[
            ChangeResult(seq=1, s=Outcome.CLASH, ver=18, f=["dwelling"]),
            ChangeResult(seq=2, s=Outcome.HELD, ver=0, why="access"),
        ],
        server_epoch="8090a0b0c0d0e0f0",
        now="2026-11-22T01:01:02+00:00",
    )
    return msgspec.json.encode(answer) + b"\n"


def test_the_wire_is_spelled_as_in_the_golden_file() -> None:
    refusal = msgspec.json.encode(Refusal(code=RefusalCode.GAP, expected=7)) + b"\n"
    wire = a_push() + an_answer() + a_page() + refusal
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_bytes(wire)
    assert wire.decode() == GOLDEN.read_text(encoding="utf-8")


def test_a_push_comes_back_as_it_was_sent() -> None:
    push = codec.decode_push(codec.inflated(codec.compressed(a_push())))
    assert push.changes == [a_change(1), a_change(2)]
    text = push_text(push.header_line, push.end.h)
    assert is_signed(public_key_of(SEED), text, push.end.sig)
    assert not is_signed(public_key_of(SEED), text + b" ", push.end.sig)


def test_a_two_field_change_takes_under_250_bytes_on_the_wire() -> None:
    one, many = (len(codec.compressed(a_push(count))) for count in (1, 501))
    assert (many - one) / 500 < 250


def test_a_page_comes_back_sorted_by_kind() -> None:
    page = codec.decode_pull(a_page())
    assert [row.position for row in page.rows] == [4]
    assert page.rows[0].clashes["dwelling"][0].value == "Ấp 3"
    assert [grant.bucket for grant in page.grants] == ["99001/register"]
    assert [drop.bucket for drop in page.drops] == ["99002/check"]
    assert not page.end.more


@pytest.mark.parametrize("cut", [1, 100, 400, -2])
def test_a_cut_page_is_no_page(cut: int) -> None:
    with pytest.raises(codec.WireError):
        codec.decode_pull(a_page()[:cut])


def refused_with(body: bytes) -> RefusalCode:
    with pytest.raises(codec.WireError) as error:
        codec.decode_push(codec.inflated(body))
    return error.value.code


def test_a_gzip_bomb_is_refused_while_it_inflates() -> None:
    assert refused_with(gzip.compress(bytes(1024**3 // 4))) is RefusalCode.TOO_LARGE


def test_a_body_that_inflates_slowly_but_far_is_refused() -> None:
    noise = os.urandom(32 * 1024).hex().encode()
    assert refused_with(codec.compressed(noise * 1100)) is RefusalCode.TOO_LARGE


@pytest.mark.parametrize(
    "body", [b"", b"\n", b"{}", b"\x1f\x8b\x08", gzip.compress(b"[]", mtime=0)]
)
def test_what_is_no_push_is_malformed(body: bytes) -> None:
    assert refused_with(body) is RefusalCode.MALFORMED


@pytest.mark.parametrize("tail", [b"x", gzip.compress(b"more", mtime=0)])
def test_bytes_after_the_end_of_the_gzip_are_malformed(tail: bytes) -> None:
    assert refused_with(codec.compressed(a_push()) + tail) is RefusalCode.MALFORMED


def test_a_million_brackets_are_malformed() -> None:
    lines = a_push().split(b"\n")
    lines[1] = b"[" * 1_000_000
    assert refused_with(codec.compressed(b"\n".join(lines))) is RefusalCode.MALFORMED


def test_very_many_empty_lists_are_refused_before_they_are_read() -> None:
    lists = b'"unknown":[' + b"[]," * 2_100_000 + b'[]],"op":'
    body = a_push().replace(b'"op":', lists, 1)
    with pytest.raises(codec.WireError) as refused:
        codec.decode_push(body)
    assert refused.value.code is RefusalCode.TOO_LARGE


def test_a_head_that_goes_on_and_on_is_refused() -> None:
    header, rest = a_push().split(b"\n", 1)
    long = header.replace(b'"app":"', b'"app":"' + b"x" * 70_000)
    assert long != header
    with pytest.raises(codec.WireError) as refused:
        codec.decode_push(long + b"\n" + rest)
    assert refused.value.code is RefusalCode.TOO_LARGE


def test_a_gap_inside_a_push_is_malformed() -> None:
    lines = a_push(3).split(b"\n")
    del lines[2]
    assert refused_with(codec.compressed(b"\n".join(lines))) is RefusalCode.MALFORMED


def test_too_many_changes_are_refused() -> None:
    assert refused_with(codec.compressed(a_push(codec.MOST_CHANGES + 1))) is RefusalCode.TOO_LARGE


@given(st.binary(max_size=300))
def test_noise_is_a_coded_error_and_nothing_else(noise: bytes) -> None:
    for read in (codec.decode_push, codec.decode_pull, codec.inflated):
        with pytest.raises(codec.WireError):
            read(noise)


@settings(deadline=None)
@given(st.data())
def test_a_damaged_push_is_never_a_signed_one(data: st.DataObject) -> None:
    good = a_push()
    at = data.draw(st.integers(0, len(good) - 2))
    bad = good[:at] + bytes([good[at] ^ data.draw(st.integers(1, 255))]) + good[at + 1 :]
    try:
        push = codec.decode_push(bad)
    except codec.WireError:
        return
    chain = chain_start("00112233445566aa")
    for line in push.change_lines:
        chain = chain_link(chain, line)
    is_whole = chain.hex() == push.end.h
    signed = push_text(push.header_line, push.end.h)
    assert not (is_whole and is_signed(public_key_of(SEED), signed, push.end.sig))
