"""What a box shows is believed by the province's signature, and the box itself by its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from sync.protocol.box import BoxState, is_met, is_of_province, signed_row
from sync.protocol.directory import DirectoryDevice
from sync.protocol.documents import Role
from sync.protocol.messages import Clash, Row
from sync.protocol.signing import meeting_text, new_signing_key, public_key_of, sign

EPOCH, NONCE, DEVICE, BOX = "0123456789abcdef", "7f" * 32, "device-1", "box-1"
PROVINCE = new_signing_key()
ROW = Row(
    bucket="99001/register",
    position=7,
    document_type="person",
    document_id="0198a000-0000-7000-8000-000000000001",
    version=3,
    fields={"full_name": "Trần Thị Mơ", "birth_year": 1990, "sex": None, "is_here": True},
    clashes={"sex": [Clash(value="2", by="Lê Thị Bình", at="2026-11-20", op="op-1")]},
    mark="00ff",
)
SIGNED = signed_row(ROW, server_epoch=EPOCH, signing_key=PROVINCE)


def is_believed(row: Row, *, epoch: str = EPOCH, key: str = public_key_of(PROVINCE)) -> bool:
    return is_of_province(row, server_epoch=epoch, server_key=key)


def test_a_signed_row_is_believed_however_it_was_spelled_on_its_way() -> None:
    assert is_believed(SIGNED)
    text = msgspec.json.encode(SIGNED)
    assert is_believed(msgspec.json.decode(text, type=Row))
    plain = msgspec.json.decode(text)
    plain["d"] = dict(reversed(list(plain["d"].items())))
    spaced = msgspec.json.format(msgspec.json.encode(dict(reversed(list(plain.items())))))
    assert is_believed(msgspec.json.decode(spaced, type=Row))


OTHERWISE: list[dict[str, Any]] = [
    {"bucket": "99002/register"},
    {"position": 8},
    {"document_type": "household"},
    {"document_id": "0198a000-0000-7000-8000-000000000002"},
    {"version": 4},
    {"fields": {**ROW.fields, "full_name": "Trần Thị Mơ Khác"}},
    {"fields": {name: value for name, value in ROW.fields.items() if name != "sex"}},
    {"clashes": {}},
    {"mark": ""},
    {"sig": ""},
    {"sig": "00" * 64},
]


def test_every_part_of_a_row_is_signed() -> None:
    assert {name for one in OTHERWISE for name in one} == set(Row.__struct_fields__)


@pytest.mark.parametrize("changed", OTHERWISE, ids=lambda one: next(iter(one)))
def test_a_row_that_was_changed_is_not_believed(changed: dict[str, Any]) -> None:
    assert not is_believed(msgspec.structs.replace(SIGNED, **changed))


@pytest.mark.parametrize("name", Clash.__struct_fields__)
def test_a_clash_that_was_changed_is_not_believed(name: str) -> None:
    [clash] = ROW.clashes["sex"]
    changed = msgspec.structs.replace(clash, **{name: "khác"})
    assert not is_believed(msgspec.structs.replace(SIGNED, clashes={"sex": [changed]}))


def test_what_a_newer_province_adds_to_a_row_takes_no_belief_from_the_rest() -> None:
    newer = {**msgspec.json.decode(msgspec.json.encode(SIGNED)), "later": "thêm"}
    newer["c"]["sex"][0]["later"] = 1
    assert is_believed(msgspec.json.decode(msgspec.json.encode(newer), type=Row))


def test_a_row_counts_in_its_incarnation_and_by_its_province_only() -> None:
    assert not is_believed(SIGNED, epoch="fedcba9876543210")
    assert not is_believed(SIGNED, key=public_key_of(new_signing_key()))
    assert not is_believed(SIGNED, key="")


@dataclass(frozen=True)
class Meeting:
    """A box, what it says, and what the directory says of it."""

    seed: bytes
    state: BoxState
    named: DirectoryDevice


@pytest.fixture
def meeting() -> Meeting:
    seed = new_signing_key()
    state = BoxState(
        box=BOX,
        box_epoch="e",
        kept=0,
        h="",
        reached_at="",
        answers=[],
        sig=sign(seed, meeting_text(NONCE, DEVICE, BOX, "e")),
    )
    named = DirectoryDevice(
        device=BOX,
        name="Máy của xã",
        office="office-1",
        office_name="UBND xã",
        role=Role.RELAY.value,
        communes=["99001"],
        key=public_key_of(seed),
    )
    return Meeting(seed, state, named)


def test_a_box_is_met_by_the_key_that_the_directory_names(meeting: Meeting) -> None:
    assert is_met(meeting.state, meeting.named, nonce=NONCE, device=DEVICE)


def test_who_is_not_named_or_no_box_or_answers_another_visit_is_not_met(meeting: Meeting) -> None:
    state, named = meeting.state, meeting.named
    assert not is_met(state, None, nonce=NONCE, device=DEVICE)
    assert not is_met(state, named, nonce="00" * 32, device=DEVICE)
    assert not is_met(state, named, nonce=NONCE, device="device-2")
    officer = msgspec.structs.replace(named, role=Role.OFFICER.value)
    assert not is_met(state, officer, nonce=NONCE, device=DEVICE)
    other_key = msgspec.structs.replace(named, key=public_key_of(new_signing_key()))
    assert not is_met(state, other_key, nonce=NONCE, device=DEVICE)
    for changed in ({"box": "box-2"}, {"box_epoch": "f"}, {"box_epoch": ""}, {"sig": ""}):
        said = msgspec.structs.replace(state, **changed)
        assert not is_met(said, named, nonce=NONCE, device=DEVICE)
        other_name = msgspec.structs.replace(named, device=said.box)
        assert not is_met(said, other_name, nonce=NONCE, device=DEVICE)


def test_what_a_box_signed_for_one_visitor_says_nothing_to_another(meeting: Meeting) -> None:
    """A line break in a part must not make another text of the same letters."""
    nonce = f"{NONCE}\nvictim\n{BOX}\nfoo"
    signed = sign(meeting.seed, meeting_text(nonce, "visitor", BOX, "e"))
    forged = msgspec.structs.replace(meeting.state, box_epoch=f"foo\nvisitor\n{BOX}\ne", sig=signed)
    assert not is_met(forged, meeting.named, nonce=NONCE, device="victim")
