"""Parcels: whole, for one recipient, by one sender, or refused with the reason."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.protocol import parcel
from sync.protocol.parcel import (
    MAGIC,
    PARCEL_FORMAT,
    SERVER,
    Fault,
    ParcelError,
    ParcelHeader,
    Section,
    SectionKind,
    addressed_to,
    key_id,
    sections_of,
    verify_parcel,
    write_parcel,
)
from sync.protocol.signing import public_key_of

SENDER, RECIPIENT, STRANGER = (bytes([n]) * 32 for n in (1, 2, 3))
GOLDEN = Path(__file__).parents[2] / "golden" / "parcels" / "format-1.goi"
CONTENTS = [
    Section(SectionKind.PUSH, b'{"seq":1}\n{"seq":2}\n', items=2),
    Section(SectionKind.PAGE, b'{"k":"end"}\n', items=0, asked={"99001/check": 7}),
    Section(SectionKind.ASK, b""),
]


def header(**changes: object) -> ParcelHeader:
    """The header of a parcel from ``SENDER`` to ``RECIPIENT``."""
    plain = ParcelHeader(
        v=PARCEL_FORMAT,
        province="03",
        sender="0192f3a0-0000-7000-8000-000000000001",
        sender_key=public_key_of(SENDER),
        recipient=SERVER,
        recipient_key=public_key_of(RECIPIENT),
        series="00112233aabbccdd",
        number=5,
        made_at="2026-11-22T08:00:00+07:00",
        app="1.0",
    )
    return msgspec.structs.replace(plain, **changes)


def sealed(
    contents: Iterable[Section] = CONTENTS, *, by: bytes = SENDER, **changes: object
) -> bytes:
    """A parcel as bytes."""
    target = io.BytesIO()
    write_parcel(target, header=header(**changes), sections=contents, signing_key=by)
    return target.getvalue()


def fault_of(data: bytes, *, key: bytes = RECIPIENT) -> Fault | None:
    """Why these bytes are refused; ``None`` when they are not."""
    try:
        verify_parcel(io.BytesIO(data), signing_key=key)
    except ParcelError as error:
        return error.fault
    return None


@given(
    st.lists(
        st.builds(
            Section,
            kind=st.sampled_from(SectionKind),
            body=st.lists(st.binary(max_size=200).map(lambda b: b.replace(b"\n", b"") + b"\n")).map(
                b"".join
            ),
            items=st.integers(0, 2**31),
            asked=st.dictionaries(st.text(max_size=20), st.integers(0, 2**53), max_size=3),
        ),
        max_size=6,
    ),
    st.integers(1, 2**53),
)
@settings(deadline=None, max_examples=60)
def test_what_was_put_in_comes_out(contents: list[Section], number: int) -> None:
    source = io.BytesIO(sealed(contents, number=number))
    verified = verify_parcel(source, signing_key=RECIPIENT)
    assert verified.header == header(number=number)
    assert list(sections_of(source, signing_key=RECIPIENT)) == contents


def test_a_parcel_of_many_blocks_comes_out_whole() -> None:
    contents = [
        Section(SectionKind.PAGE, bytes(str(n % 7919).encode() * 9000) + b"\n", items=1)
        for n in range(40)
    ]
    source = io.BytesIO(sealed(contents))
    assert verify_parcel(source, signing_key=RECIPIENT).items == {SectionKind.PAGE: 40}
    assert list(sections_of(source, signing_key=RECIPIENT)) == contents


def test_a_parcel_written_by_the_first_program_is_read() -> None:
    """The file was written once with the keys above and never again."""
    with GOLDEN.open("rb") as source:
        verified = verify_parcel(source, signing_key=RECIPIENT)
        assert verified.header == header()
        assert list(sections_of(source, signing_key=RECIPIENT)) == CONTENTS
    assert verified.content == "9d00196c47eb04bd3ec0bf082d43f042621e7dc4a30b12f4d3ca6811f4f7de35"


def test_cut_anywhere_it_is_refused_as_cut() -> None:
    data = sealed()
    faults = {fault_of(data[:length]) for length in range(1, len(data))}
    assert faults == {Fault.TRUNCATED}
    assert fault_of(b"") is Fault.NOT_A_PARCEL


def test_any_flipped_byte_is_found() -> None:
    data = sealed()
    for place in range(len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 0x41
        assert fault_of(bytes(flipped)) is not None, place


def test_bytes_behind_the_end_and_blocks_in_another_order_are_found() -> None:
    noise = b"".join(hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(9000))
    data = sealed([Section(SectionKind.PAGE, noise.hex().encode() + b"\n")])
    assert len(data) > 3 * 64 * 1024
    assert fault_of(data + b"x") is Fault.DAMAGED
    start = len(MAGIC) + 1 + 16 + 80 + 24
    length = 4 + int.from_bytes(data[start : start + 4], "big")
    assert fault_of(data[:start] + data[start + length :]) is Fault.DAMAGED


def test_only_the_recipient_opens_it_and_it_tells_others_nothing() -> None:
    data = sealed()
    assert fault_of(data, key=STRANGER) is Fault.WRONG_RECIPIENT
    assert addressed_to(io.BytesIO(data)) == key_id(public_key_of(RECIPIENT))
    for named in (b"0192f3a0", b"seq", b"99001", public_key_of(SENDER).encode(), SENDER):
        assert named not in data


def test_a_parcel_sealed_again_for_somebody_else_is_not_his() -> None:
    """Who may open it cannot pass it on as if it had been written to another."""
    forged = sealed(by=RECIPIENT, recipient_key=public_key_of(STRANGER))
    assert fault_of(forged, key=STRANGER) is Fault.BAD_SIGNATURE


def test_it_must_be_signed_by_the_key_it_names() -> None:
    assert fault_of(sealed(by=STRANGER)) is Fault.BAD_SIGNATURE


def test_a_newer_format_is_told_apart_from_damage() -> None:
    data = bytearray(sealed())
    data[len(MAGIC)] = PARCEL_FORMAT + 1
    assert fault_of(bytes(data)) is Fault.NEWER_FORMAT
    assert fault_of(sealed(v=PARCEL_FORMAT + 1)) is Fault.NEWER_FORMAT


def test_other_files_are_no_parcels() -> None:
    for data in (b"PK\x03\x04 a workbook", b"\x00" * 4096, b"so an sinh goi\n"):
        assert fault_of(data) is Fault.NOT_A_PARCEL


def test_a_bomb_is_refused_while_it_is_read() -> None:
    bomb = sealed([Section(SectionKind.PAGE, b"0" * 30_000_000 + b"\n")] * 3)
    assert len(bomb) < 100_000
    assert fault_of(bomb) is Fault.TOO_LARGE


def test_a_section_longer_than_any_push_or_page_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = sealed([Section(SectionKind.PAGE, b"x" * 5000 + b"\n")])
    assert fault_of(data) is None
    monkeypatch.setattr(parcel, "LARGEST_SECTION_BYTES", 5000)
    assert fault_of(data) is Fault.TOO_LARGE
