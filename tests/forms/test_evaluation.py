"""One expression tried on answers that came as JSON."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import Table
from forms.evaluation import Context, evaluate
from forms.expressions.values import Value
from forms.mistakes import DefinitionError, Mistake
from forms.runtime.metadata import Metadata

ON = date(2026, 11, 20)
HOUSEHOLD: Context = {
    "hamlet": "Ấp 3",
    "household": {"code": "01", "size": 3, "poor": True, "visited": "2026-11-01", "at": "07:30"},
    "goods": ["tv", "fridge"],
    "members": [
        {"name": "An", "age": 40, "income": 2.5, "born": "1986-03"},
        {"name": "Bình", "age": None, "children": [{"toy": "x"}, {"toy": "y"}]},
        {"name": "Cúc", "age": 71, "income": 4, "born": "1955-01-02"},
    ],
    "trips": [],
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 1", 2.0),
        ("1 = 1", True),
        ("'a'", "a"),
        ("1 div 0", math.inf),
        ("${hamlet}", "Ấp 3"),
        ("${size} + 1", 4.0),
        ("/data/household/size", 3),
        ("../household/code", "01"),
        ("current()/../hamlet", "Ấp 3"),
        ("${poor}", "true"),
        ("selected(${goods}, 'fridge')", True),
        ("${visited} < today()", True),
        ("${at} < '08:00'", True),
        ("count(${members})", 3.0),
        ("sum(${income})", 6.5),
        ("sum(${age})", 111.0),
        ("count(${members}[age > 60])", 1.0),
        ("${members}[position() = 2]/name", "Bình"),
        ("${members}[last()]/name", "Cúc"),
        ("indexed-repeat(${name}, ${members}, 3)", "Cúc"),
        ("join(', ', ${name})", "An, Bình, Cúc"),
        ("min(${born}) < date('1956-01-01')", True),
        ("${members}[born < date('1986-03-02')]/name", "An"),
        ("concat(${toy})", "xy"),
        ("count(${members}[2]/children)", 2.0),
        ("count(${trips})", 0.0),
        ("${members}[name = 'Z']/name", ""),
        ("now()", "2026-11-20T00:00:00.000+07:00"),
        ("pulldata('communes', 'name', 'code', '99001')", "Xã Suối Mẫu"),
    ],
)
def test_the_expression_gives(expression: str, expected: Value) -> None:
    communes = Table(("code", "name"), (("99001", "Xã Suối Mẫu"),))
    found = evaluate(expression, context=HOUSEHOLD, on=ON, tables={"communes": communes})
    assert found == expected
    assert type(found) is type(expected)


def test_what_has_no_value_is_not_a_number() -> None:
    found = evaluate("${x} + 1", context={"x": None}, on=ON)
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize(
    ("context", "expression", "expected"),
    [
        ({"a/b": 1, "a/c": 2}, "${b} + ${c}", 3.0),
        ({"a": {"b": 1}, "a/c": 2}, "${b} + ${c}", 3.0),
        ({"m[1]/x": 1, "m[10]/x": 3, "m[2]/x": 2}, "join('', ${x})", "123"),
        ({"m[b]": {"x": 1}, "m[a]/n[1]/y": 2, "m[a]/x": 5}, "concat(${x})", "51"),
        ({"m[1]": None, "m[2]/x": 2}, "count(${m})", 2.0),
        ({"result": 5}, "${result} + 1", 6.0),
        ({"x": 12345678901234567890}, "${x}", "12345678901234567890"),
        ({"x": 1e300}, "string-length(${x}) > 300", True),
        ({"x": [{"y": 1}, 2]}, "count(${x})", 1.0),
        ({"x": "1945"}, "${x} + 1", 1946.0),
        ({"x": [[1], 2, True]}, "${x}", "2 true"),
        ({"x": [{"y": 1}, {"y": "a"}]}, "concat(${y})", "1a"),
        ({"tên": "An"}, "${tên}", "An"),
    ],
)
def test_paths_and_odd_answers_are_taken(
    context: Context, expression: str, expected: Value
) -> None:
    assert evaluate(expression, context=context, on=ON) == expected


def test_what_is_random_follows_the_seed() -> None:
    first, again, other = (
        evaluate("uuid()", context={}, on=ON, metadata=Metadata(seed=seed)) for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("expression", "mistake"),
    [
        ("1 +", Mistake.DEF_016),
        ("soon()", Mistake.DEF_017),
        ("not()", Mistake.DEF_018),
        ("${nobody}", Mistake.DEF_019),
        ("digest('a', 'MD5')", Mistake.DEF_050),
        ("'" + "a" * 30_000 + "'", Mistake.DEF_023),
    ],
)
def test_a_mistake_is_told_in_vietnamese(expression: str, mistake: Mistake) -> None:
    with pytest.raises(DefinitionError) as caught:
        evaluate(expression, context={}, on=ON)
    (found,) = caught.value.problems
    assert found.code is mistake
    assert found.message


def test_answers_nested_too_deep_are_refused() -> None:
    context: Context = {"x": 1}
    for _ in range(30):
        context = {"a": context}
    with pytest.raises(DefinitionError, match="DEF_023"):
        evaluate("1", context=context, on=ON)
    with pytest.raises(DefinitionError, match="DEF_023"):
        evaluate("1", context={"a/" * 30 + "x": 1}, on=ON)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "x", "m[1]", "a/b", ""]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["a", "b", "c", "m[1]/x", "m[2]", "/", "[", "a/b"]), JSON),
    st.sampled_from(["${a}", "${x}", "count(${m})", "sum(${b})", "/d/a/b", "../a", "a[1]/b", "1"]),
)
def test_any_json_gives_a_value_or_a_told_mistake(context: Context, expression: str) -> None:
    try:
        evaluate(expression, context=context, on=ON)
    except DefinitionError as error:
        assert error.problems
