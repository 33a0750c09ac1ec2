"""What a card said travels beside the person's fields, in one shape, and is nobody's to decide."""

from __future__ import annotations

import pytest

from sync.protocol.documents import (
    RULES,
    SCANNED,
    SCANNED_FIELDS,
    DataSet,
    DocumentType,
    Role,
    is_derived,
)
from sync.protocol.ids import new_id_text
from sync.protocol.messages import Change, Hold, Value
from sync.protocol.rules import broken_rule

_SCAN = {"value": "Nguyễn Văn A", "on": "2026-11-20", "card": "identity_card_2024"}


def held(name: str, value: Value, *, document_type: str = "person") -> Hold | None:
    """What the server says to this field."""
    bucket = "99001/register" if document_type == "person" else "99001/check"
    change = Change(
        seq=1,
        group=1,
        change_id=new_id_text(unix_ms=1),
        document_id=new_id_text(unix_ms=2),
        document_type=document_type,
        bucket=bucket,
        kind="create",
        base_version=0,
        patch={name: (None, value)},
        by="Lê Thị Mai",
        at="2026-11-20T09:30:00+07:00",
        form="",
    )
    sets = frozenset({DataSet.REGISTER, DataSet.CHECK})
    return broken_rule(change, role=Role.OFFICER, communes=frozenset({"99001"}), data_sets=sets)


@pytest.mark.parametrize("name", SCANNED_FIELDS)
def test_every_field_a_card_tells_may_have_its_scan(name: str) -> None:
    assert held(SCANNED + name, dict(_SCAN)) is None
    assert held(SCANNED + name, None) is None
    assert is_derived(SCANNED + name)
    assert SCANNED + name not in RULES[DocumentType.PERSON].identity_fields


@pytest.mark.parametrize(
    "value",
    ["Nguyễn Văn A", {"value": "A"}, {**_SCAN, "photo": "x"}, {**_SCAN, "on": 1}],
    ids=["text", "lacks", "more", "number"],
)
def test_another_shape_is_held(value: Value) -> None:
    assert held(f"{SCANNED}full_name", value) is Hold.BAD_VALUE


def test_nothing_else_is_scanned_and_the_police_are_not_told() -> None:
    assert held(f"{SCANNED}phone", dict(_SCAN)) is Hold.UNKNOWN_FIELD
    assert held(f"{SCANNED}full_name", dict(_SCAN), document_type="check") is Hold.UNKNOWN_FIELD
