"""Packs as they travel: signed, whole to the byte, and refused with the reason."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sync.protocol.packs import (
    LARGEST_CONTENT_BYTES,
    MAGIC,
    PACK_FORMAT,
    FormText,
    FormTexts,
    OpenedPack,
    Option,
    OptionList,
    Pack,
    PackError,
    PackFault,
    PackKind,
    SignedPack,
    content_hash,
    opened_pack,
    pack_file,
    packed,
    published_form,
    read_pack_file,
    signed_pack,
    unpacked,
)
from sync.protocol.signing import pack_text, public_key_of, sign

#: For tests only.
SEED = bytes(range(32))
KEY = public_key_of(SEED)
GOLDEN = Path(__file__).parents[2] / "golden" / "packs" / "format-1.pack"
LIST = OptionList("tt11_2022_m03.sex", [Option("1", "Nam"), Option("2", "Nữ", "2026-01-01")])


def a_pack(content: bytes, *, seed: bytes = SEED, number: int = 7, province: str = "03") -> Pack:
    return Pack(
        v=PACK_FORMAT,
        province=province,
        key=public_key_of(seed),
        kind=PackKind.OPTIONS.value,
        name=LIST.name,
        number=number,
        in_force="2026-12-01",
        issued_at="2026-11-22T01:02:03+00:00",
        title="Giới tính",
        items=2,
        sha256=content_hash(content),
        size=len(content),
    )


def a_file() -> bytes:
    content = packed(LIST)
    return pack_file(signed_pack(a_pack(content), signing_key=SEED), content)


def opened(raw: bytes, *, province: str = "03", key: str = KEY) -> OpenedPack:
    return opened_pack(*read_pack_file(raw), province=province, key=key)


def fault_of(raw: bytes, *, province: str = "03", key: str = KEY) -> PackFault:
    with pytest.raises(PackError) as caught:
        opened(raw, province=province, key=key)
    return caught.value.fault


def test_what_was_packed_is_what_is_opened() -> None:
    found = opened(a_file())
    assert found.pack == a_pack(packed(LIST))
    assert unpacked(found.content, OptionList) == LIST


def test_a_file_of_the_first_format_is_still_read() -> None:
    found = opened(GOLDEN.read_bytes())
    assert (found.pack.number, found.pack.title) == (7, "Giới tính")
    assert unpacked(found.content, OptionList) == LIST


def test_no_byte_can_be_altered() -> None:
    raw = a_file()
    for at in range(len(raw)):
        for bit in (0, 3, 7):
            altered = bytearray(raw)
            altered[at] ^= 1 << bit
            fault_of(bytes(altered))


def test_no_file_can_be_cut_or_added_to() -> None:
    raw = a_file()
    assert {fault_of(raw[:length]) for length in range(len(raw))} == {
        PackFault.NOT_A_PACK,
        PackFault.DAMAGED,
    }
    assert fault_of(raw + b"\0") is PackFault.DAMAGED


def test_another_key_and_another_province_are_told_apart() -> None:
    content = packed(LIST)
    stranger = bytes(reversed(SEED))
    theirs = pack_file(signed_pack(a_pack(content, seed=stranger), signing_key=stranger), content)
    assert fault_of(theirs) is PackFault.UNKNOWN_SIGNER
    other = pack_file(signed_pack(a_pack(content, province="04"), signing_key=SEED), content)
    assert fault_of(other) is PackFault.OTHER_PROVINCE


def test_a_text_that_names_our_key_but_was_signed_by_another_is_damaged() -> None:
    content = packed(LIST)
    text = msgspec.json.encode(a_pack(content))
    forged = SignedPack(text.decode(), sign(bytes(reversed(SEED)), pack_text(text)))
    assert fault_of(pack_file(forged, content)) is PackFault.DAMAGED


def test_the_signature_of_anything_else_is_none_of_a_pack() -> None:
    content = packed(LIST)
    text = msgspec.json.encode(a_pack(content))
    forged = SignedPack(text.decode(), sign(SEED, b"directory\n" + text))
    assert fault_of(pack_file(forged, content)) is PackFault.DAMAGED


def test_a_newer_format_is_told_as_such() -> None:
    raw = bytearray(a_file())
    raw[len(MAGIC)] = PACK_FORMAT + 1
    assert fault_of(bytes(raw)) is PackFault.NEWER_FORMAT


def test_what_is_no_pack_is_told_as_such() -> None:
    for raw in (b"", b"PK\x03\x04", b"SO AN SINH GOI\n" + bytes(200)):
        assert fault_of(raw) is PackFault.NOT_A_PACK


def test_too_much_is_refused_before_it_is_read() -> None:
    assert fault_of(a_file() + bytes(LARGEST_CONTENT_BYTES * 2)) is PackFault.TOO_LARGE


def test_content_of_another_kind_is_damaged() -> None:
    for content in (packed(LIST)[:-1], b"", packed(a_pack(b""))):
        with pytest.raises(PackError) as caught:
            unpacked(content, FormTexts)
        assert caught.value.fault is PackFault.DAMAGED


def test_a_taken_back_text_stays_with_its_files() -> None:
    texts = FormTexts(
        "mau", [FormText("2027-01-01", {"form.md": b"x"}, withdrawn=True)], withdrawn=["2022-01-01"]
    )
    form = published_form(unpacked(packed(texts), FormTexts))
    assert form.texts == {"2027-01-01": {"form.md": b"x"}}
    assert form.withdrawn == {"2027-01-01", "2022-01-01"}
