"""Nested answers and flat ones: the same answers, whatever way they go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.runtime.nesting import DEEPEST, NestingError, flattened, nested

NAMES = st.sampled_from(["a", "b", "members", "x_1"])
VALUES = st.one_of(st.text(max_size=3), st.integers(), st.floats(allow_nan=False))


def groups(inner: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    filled = st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    lists = st.lists(st.one_of(filled, st.just({})), min_size=1, max_size=3)
    return st.dictionaries(NAMES, st.one_of(inner, filled, lists), min_size=1, max_size=3)


TREES: st.SearchStrategy[dict[str, object]] = st.recursive(
    st.dictionaries(NAMES, VALUES, min_size=1, max_size=3), groups, max_leaves=8
)


def test_lists_become_instances_and_objects_groups() -> None:
    answers = {
        "village": "A",
        "identity": {"name": "B", "sex": "1"},
        "members": [{"name": "C", "jobs": [{"title": "D"}, {}]}, {}],
        "place/hamlet": "E",
        "nothing": None,
    }
    assert flattened(answers) == {
        "village": "A",
        "identity/name": "B",
        "identity/sex": "1",
        "members[1]/name": "C",
        "members[1]/jobs[1]/title": "D",
        "members[1]/jobs[2]": "1",
        "members[2]": "1",
        "place/hamlet": "E",
    }


def test_instances_stand_in_the_order_of_their_keys() -> None:
    flat = {"m[10]/x": 3, "m[9]/x": 2, "m[b]/x": 1, "m[10]/n[1]/y": 4}
    assert nested(flat) == {"m": [{"x": 2}, {"x": 1}, {"x": 3, "n": [{"y": 4}]}]}


@given(tree=TREES)
def test_there_and_back_is_the_same(tree: dict[str, object]) -> None:
    assert nested(flattened(tree)) == tree


@given(tree=TREES)
def test_flat_answers_stay_flat(tree: dict[str, object]) -> None:
    flat = flattened(tree)
    assert flattened(nested(flat)) == flat
    assert flattened(flat) == flat


@pytest.mark.parametrize(
    ("shape", "place"),
    [
        ({"a": True}, "a"),
        ({"a": ["x"]}, "a[1]"),
        ({"a": [[{}]]}, "a[1]"),
        ({"a": {"b": object()}}, "a/b"),
        ({"a": {1: "x"}}, "a/1"),
        ({"": "x"}, ""),
        ({"a//b": "x"}, "a//b"),
        ({"a/b": "x", "a": {"b": "y"}}, "a/b"),
    ],
)
def test_a_shape_that_holds_no_answers_is_told_with_its_place(
    shape: dict[str, object], place: str
) -> None:
    with pytest.raises(NestingError) as caught:
        flattened(shape)
    assert caught.value.path == place


@pytest.mark.parametrize(
    "flat",
    [
        {"a": "x", "a/b": "y"},
        {"a/b": "y", "a": "x"},
        {"a[1]/x": "y", "a/x": "x"},
        {"a/x": "y", "a[1]/x": "x"},
        {"a[": "x"},
        {"a[]/x": "x"},
        {"a/": "x"},
        {"": "x"},
        {"/".join("a" * (DEEPEST + 1)): "x"},
    ],
)
def test_paths_that_are_none_are_told(flat: dict[str, str]) -> None:
    with pytest.raises(NestingError):
        nested(flat)


def test_answers_too_deep_are_refused_at_once() -> None:
    deep: dict[str, object] = {"a": "x"}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(NestingError):
        flattened(deep)


@given(junk=st.dictionaries(st.text(max_size=6), st.text(max_size=2), max_size=4))
def test_odd_paths_are_nested_or_told(junk: dict[str, str]) -> None:
    try:
        nested(junk)
    except NestingError:
        return
    assert all(path for path in junk)
