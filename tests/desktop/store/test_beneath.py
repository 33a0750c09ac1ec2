"""What lies beneath waiting edits comes back as it was, and takes little room."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.store.beneath import decode_base, encode_base
from desktop.store.inbox import RegisterInbox
from desktop.store.outbox import RegisterOutbox
from desktop.store.register import Register
from sync.protocol.messages import ChangeResult, Clash, Outcome, Value
from tests.desktop.store.edits import NOW, REGISTER_BUCKET, an_id, answer, person, row, save

_VALUES = st.one_of(
    st.text(max_size=3), st.integers(0, 2), st.booleans(), st.lists(st.integers(0, 1), max_size=2)
)
_FIELDS = st.dictionaries(st.sampled_from("abcdef"), _VALUES)


def as_json(fields: Mapping[str, Value] | None) -> object:
    """So that ``True`` is not 1."""
    return msgspec.json.encode(fields, order="deterministic")


@given(base=_FIELDS, fields=_FIELDS)
def test_it_comes_back_as_it_was(base: dict[str, Value], fields: dict[str, Value]) -> None:
    decided = {"a": [Clash(value="2", by="Hoa", at="2026-11-22T08:00:00+07:00", op="x")]}
    for kept in ({}, decided):
        found, clashes = decode_base(encode_base(base, fields, kept), fields)
        assert (as_json(found), clashes) == (as_json(base), kept)


@pytest.mark.parametrize(("before", "after"), [(True, 1), (1, True), ([True], [1]), ("1", 1)])
def test_values_that_python_takes_for_equal_are_not(before: Value, after: Value) -> None:
    found, _ = decode_base(encode_base({"a": before}, {"a": after}, {}), {"a": after})
    assert as_json(found) == as_json({"a": before})


def test_nothing_stays_nothing_and_what_older_schemas_kept_is_read() -> None:
    assert encode_base(None, {"a": "1"}, {}) is None
    assert decode_base(None, {"a": "1"}) == (None, {})
    assert decode_base('{"a":"0","b":"1"}', {"a": "1"}) == ({"a": "0", "b": "1"}, {})
    assert decode_base("{}", {"a": "1"}) == ({}, {})


def test_a_row_with_a_waiting_edit_has_its_fields_once(register: Register) -> None:
    document_id, note = an_id(), "dài " * 500
    inbox = RegisterInbox(register, clock=lambda: NOW, author="Lan")
    fields: dict[str, Value] = {"full_name": "Lê An", "sex": "1", "dwelling": note}
    rows = [row(document_id, fields, version=3)]
    inbox.apply_page(rows=rows, grants=[], drops=[], cursors={REGISTER_BUCKET: 1})
    save(register, person(document_id, sex="2", birth_date="1945"))
    with register.reading() as connection:
        [(base,)] = connection.exec_driver_sql("SELECT base FROM documents").all()
    assert len(base) < 100
    held = ChangeResult(seq=1, s=Outcome.HELD, ver=0, why="rule")
    RegisterOutbox(register).settle(answer(1, [held]))
    document = register.document(document_id)
    assert document is not None
    assert document.fields == fields
