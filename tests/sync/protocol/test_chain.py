"""The chain over changes and the digest of a bucket: what both ends must compute alike.

The values written out here pin the format: they may change only with the protocol's version.
"""

from __future__ import annotations

import hashlib

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.chain import (
    CHAIN_BYTES,
    canonical,
    chain_link,
    chain_over,
    chain_start,
    digest_from,
    digest_of,
    digest_part,
)
from sync.protocol.messages import Change

EPOCH = "0123456789abcdef"


def _change(seq: int = 1, **patch: object) -> Change:
    return Change(
        seq=seq,
        change_id="01a2014b-4481-7aef-a75a-31c709b19570",
        group=1,
        document_type="person",
        document_id="00000000-0002-7189-97df-8835610b936f",
        bucket="99001/register",
        kind="set",
        base_version=3,
        patch={name: ("", value) for name, value in patch.items()},
        by="Lan",
        at="2026-11-22T08:01:02+07:00",
    )


def test_the_canonical_text_of_a_change_is_pinned() -> None:
    text = canonical(_change(sex="2", full_name="Lê Ân"))
    assert text.decode() == (
        '{"seq":1,"op":"01a2014b-4481-7aef-a75a-31c709b19570","grp":1,"t":"person",'
        '"id":"00000000-0002-7189-97df-8835610b936f","b":"99001/register","k":"set","base":3,'
        '"p":{"full_name":["","Lê Ân"],"sex":["","2"]},"by":"Lan",'
        '"at":"2026-11-22T08:01:02+07:00"}'
    )


def test_the_chain_is_pinned() -> None:
    start = hashlib.sha256(b"so-an-sinh/changes/1\x00" + EPOCH.encode()).digest()
    assert chain_start(EPOCH) == start
    text = canonical(_change(sex="2"))
    assert chain_link(start, text) == hashlib.sha256(b"\x00" + start + text).digest()
    assert len(chain_link(start, text)) == CHAIN_BYTES


def test_the_order_of_fields_does_not_matter_and_nothing_else_is_overlooked() -> None:
    start = chain_start(EPOCH)
    one = chain_over(start, [_change(sex="2", full_name="Lê Ân")])
    assert one == chain_over(start, [_change(full_name="Lê Ân", sex="2")])
    others = [
        chain_over(start, [_change(sex="2")]),
        chain_over(start, [_change(sex="2", full_name="Lê An")]),
        chain_over(start, [_change(seq=2, sex="2", full_name="Lê Ân")]),
        chain_over(chain_start("f" * 16), [_change(sex="2", full_name="Lê Ân")]),
        start,
    ]
    assert len({one, *others}) == 6


def test_a_chain_continues_where_it_was_cut() -> None:
    changes = [_change(seq, sex=str(seq)) for seq in range(1, 6)]
    whole = chain_over(chain_start(EPOCH), changes)
    middle = chain_over(chain_start(EPOCH), changes[:2])
    assert chain_over(middle, changes[2:]) == whole


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(value=_VALUES)
def test_the_text_is_the_same_after_a_journey(value: object) -> None:
    text = canonical(_change(field=value))
    assert canonical(msgspec.json.decode(text, type=Change)) == text


def test_the_digest_is_pinned_and_blind_to_order() -> None:
    documents = [("a", 1), ("b", 2), ("c", 1)]
    part = hashlib.sha256(b"a" + (1).to_bytes(8, "big")).digest()[:16]
    assert digest_part("a", 1) == int.from_bytes(part, "big")
    assert digest_of(documents) == digest_of(reversed(documents))
    assert digest_of(documents).n == 3
    assert len(digest_of(documents).x) == 32
    assert digest_of([]) == digest_from(0, 0)
    assert digest_of([]).x == "0" * 32


@given(st.lists(st.tuples(st.text(max_size=5), st.integers(1, 300)), unique=True, max_size=8))
def test_the_digest_can_be_kept_step_by_step(documents: list[tuple[str, int]]) -> None:
    xor = 0
    for document_id, version in documents:
        xor ^= digest_part(document_id, version)
    assert digest_from(len(documents), xor) == digest_of(documents)
