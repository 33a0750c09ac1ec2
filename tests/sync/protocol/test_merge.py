"""The merge rules, by example, and against a tiny model of what nobody may lose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.protocol.merge import Merged, ServerDocument, created, is_same, merged
from sync.protocol.messages import Change, Outcome, Value

IDENTITY = frozenset({"id_number"})


def a_change(*, base: int = 0, op: str = "op", by: str = "an", **new_values: Value) -> Change:
    return Change(
        seq=1,
        change_id=op,
        group=1,
        document_type="person",
        document_id="d",
        bucket="99001/register",
        kind="set",
        base_version=base,
        patch={name: (None, value) for name, value in new_values.items()},
        by=by,
        at="2026-11-22T08:00:00+07:00",
    )


def a_document(**fields: Value) -> ServerDocument:
    return created(a_change(**fields), epoch="first").document


def after(document: ServerDocument, change: Change, epoch: str) -> Merged:
    return merged(document, change, epoch=epoch, identity_fields=IDENTITY)


def test_an_edit_of_what_was_seen_is_applied() -> None:
    result = after(a_document(dwelling="Ấp 1"), a_change(base=1, dwelling="Ấp 2"), "b")
    assert result.outcome is Outcome.APPLIED
    assert result.document.version == 2
    assert result.document.fields == {"dwelling": "Ấp 2"}


def test_edits_of_different_fields_are_merged_in_silence() -> None:
    first = after(a_document(dwelling="Ấp 1"), a_change(base=1, dwelling="Ấp 2"), "b")
    second = after(first.document, a_change(base=1, ethnicity="01"), "c")
    assert second.outcome is Outcome.MERGED
    assert second.document.fields == {"dwelling": "Ấp 2", "ethnicity": "01"}
    assert second.document.clashes == {}


GONE = {"reason": "entered twice"}


def deleted_unseen() -> ServerDocument:
    """Deleted by one desk; the others have seen the first version."""
    return after(a_document(dwelling="Ấp 1"), a_change(base=1, deleted=GONE), "b").document


@pytest.mark.parametrize("names", [("flags",), ("scanned.full_name", "flags"), ("form_version",)])
def test_what_only_the_program_worked_out_questions_no_deletion(names: Sequence[str]) -> None:
    change = a_change(base=1, **dict.fromkeys(names, "x"))
    result = after(deleted_unseen(), change, "c")
    assert (result.outcome, result.document.clashes) == (Outcome.MERGED, {})
    assert result.document.fields == {
        "dwelling": "Ấp 1",
        "deleted": GONE,
        **dict.fromkeys(names, "x"),
    }


@pytest.mark.parametrize("name", ["dwelling", "confirmed.ID_001", "household_id", "head_person_id"])
def test_what_somebody_did_without_seeing_a_deletion_questions_it(name: str) -> None:
    result = after(deleted_unseen(), a_change(base=1, **{name: "x", "flags": "x"}), "c")
    assert (result.outcome, result.clashed) == (Outcome.CLASH, ["deleted"])
    assert (result.document.fields["deleted"], result.document.fields[name]) == (GONE, "x")
    assert [held.value for held in result.document.clashes["deleted"]] == [None]


def test_the_same_value_from_two_desks_is_no_clash() -> None:
    first = after(a_document(sex="1"), a_change(base=1, sex="2"), "b")
    second = after(first.document, a_change(base=1, sex="2"), "c")
    assert second.outcome is Outcome.MERGED
    assert second.document is first.document


def test_on_an_ordinary_field_the_later_value_wins_and_the_earlier_one_is_kept() -> None:
    first = after(a_document(dwelling="0"), a_change(base=1, op="b1", by="ba", dwelling="1"), "b")
    second = after(first.document, a_change(base=1, dwelling="2"), "c")
    assert (second.outcome, second.clashed) == (Outcome.CLASH, ["dwelling"])
    assert second.document.fields["dwelling"] == "2"
    (kept,) = second.document.shown_clashes()["dwelling"]
    assert (kept.value, kept.by, kept.op) == ("1", "ba", "b1")


def test_on_an_identity_field_the_server_keeps_its_value_and_the_other_waits() -> None:
    first = after(a_document(id_number="0"), a_change(base=1, id_number="1"), "b")
    second = after(first.document, a_change(base=1, op="c1", by="cu", id_number="2"), "c")
    assert (second.outcome, second.clashed) == (Outcome.CLASH, ["id_number"])
    assert second.document.fields["id_number"] == "1"
    assert second.document.version == 3
    (waiting,) = second.document.shown_clashes()["id_number"]
    assert (waiting.value, waiting.by, waiting.op) == ("2", "cu", "c1")


@pytest.mark.parametrize("decision", ["1", "2", "3"])
def test_who_saw_the_clash_settles_it_even_with_the_same_value(decision: str) -> None:
    first = after(a_document(id_number="0"), a_change(base=1, id_number="1"), "b")
    clash = after(first.document, a_change(base=1, id_number="2"), "c")
    settled = after(clash.document, a_change(base=3, id_number=decision), "d")
    assert settled.outcome is Outcome.APPLIED
    assert settled.document.fields["id_number"] == decision
    assert settled.document.clashes == {}
    assert settled.document.version == 4


def test_who_did_not_see_the_clash_does_not_settle_it() -> None:
    first = after(a_document(id_number="0"), a_change(base=1, id_number="1"), "b")
    clash = after(first.document, a_change(base=1, id_number="2"), "c")
    later = after(clash.document, a_change(base=2, id_number="3"), "d")
    assert later.document.fields["id_number"] == "3"
    assert [held.value for held in later.document.clashes["id_number"]] == ["2"]


def test_a_chain_of_offline_edits_of_one_desk_never_clashes_with_itself() -> None:
    document = a_document(dwelling="0", id_number="0")
    for number in range(50):
        result = after(document, a_change(dwelling=f"{number}x", id_number=f"{number}y"), "first")
        assert result.outcome is Outcome.APPLIED
        document = result.document
    assert document.fields == {"dwelling": "49x", "id_number": "49y"}
    assert document.clashes == {}


def test_a_field_that_was_emptied_meanwhile_clashes_too() -> None:
    first = after(a_document(dwelling="0"), a_change(base=1, dwelling=None), "b")
    assert first.document.fields == {}
    second = after(first.document, a_change(base=1, dwelling="2"), "c")
    assert second.outcome is Outcome.CLASH
    assert [held.value for held in second.document.clashes["dwelling"]] == [None]


def test_true_is_not_one() -> None:
    assert not is_same(True, 1)
    assert is_same({"a": [1], "b": None}, {"b": None, "a": [1]})
    assert not is_same("1", 1)


@dataclass(frozen=True)
class Edit:
    """One edit of the model: who, what they had seen (as a share of the versions), what."""

    epoch: str
    seen: float
    values: dict[str, Value]


edits = st.lists(
    st.builds(
        Edit,
        epoch=st.sampled_from(["a", "b", "c"]),
        seen=st.floats(0, 1),
        values=st.dictionaries(
            st.sampled_from(["id_number", "dwelling"]),
            st.one_of(st.none(), st.integers(0, 9)),
            min_size=1,
        ),
    ),
    max_size=30,
)


@dataclass(frozen=True)
class Sight:
    """A value as the model remembers it: since which version it could be seen, and whose it is."""

    value: Value
    since: int
    epoch: str


def held_values(document: ServerDocument, name: str) -> list[Value]:
    kept = [held.value for held in document.clashes.get(name, [])]
    return [document.fields.get(name), *kept]


@settings(max_examples=400, deadline=None)
@given(edits)
def test_no_value_disappears_before_somebody_who_saw_it_replaced_it(story: Sequence[Edit]) -> None:
    """I6: document ∪ clashes holds every accepted value that nobody has knowingly replaced."""
    document = a_document(id_number=0, dwelling=0)
    shown = {name: Sight(0, 1, "first") for name in ("id_number", "dwelling")}
    alive = {name: [sight] for name, sight in shown.items()}
    seen = dict.fromkeys(["a", "b", "c"], 1)
    for number, edit in enumerate(story):
        # What a desk saw once it does not unsee: its base never falls.
        base = seen[edit.epoch] = max(seen[edit.epoch], round(edit.seen * document.version))
        result = after(document, a_change(base=base, op=str(number), **edit.values), edit.epoch)
        for name, value in edit.values.items():
            survivors = [s for s in alive[name] if s.since > base and s.epoch != edit.epoch]
            if value == document.fields.get(name):
                # Who sets what is already there agrees with it: it stays its author's.
                survivors.append(shown[name])
            else:
                survivors.append(Sight(value, result.document.version, edit.epoch))
                if result.document.fields.get(name) == value:
                    shown[name] = survivors[-1]
            alive[name] = survivors
        document = result.document
        for name, sights in alive.items():
            held = held_values(document, name)
            assert all(sight.value in held for sight in sights)


@settings(max_examples=200, deadline=None)
@given(edits)
def test_who_saw_everything_leaves_no_clash_behind(story: Sequence[Edit]) -> None:
    document = a_document(id_number=0, dwelling=0)
    for edit in story:
        base = max(1, round(edit.seen * document.version))
        document = after(document, a_change(base=base, **edit.values), edit.epoch).document
    decision = a_change(base=document.version, id_number=5, dwelling=6)
    settled = after(document, decision, "d")
    assert settled.outcome is Outcome.APPLIED
    assert settled.document.fields == {"id_number": 5, "dwelling": 6}
    assert settled.document.clashes == {}


@settings(max_examples=200, deadline=None)
@given(edits)
def test_the_version_grows_exactly_when_something_changed(story: Sequence[Edit]) -> None:
    document = a_document(id_number=0, dwelling=0)
    for edit in story:
        base = max(1, round(edit.seen * document.version))
        result = after(document, a_change(base=base, **edit.values), edit.epoch).document
        is_changed = (result.fields, result.clashes) != (document.fields, document.clashes)
        assert result.version == document.version + is_changed
        assert set(result.field_versions.values()) <= set(result.authors)
        document = result
