"""Expressions: XPath 1.0 operators and the ODK functions, checked when a form loads."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import Answer
from forms.expressions.parser import parse
from forms.expressions.syntax import (
    Binary,
    Call,
    ExpressionError,
    Literal,
    Located,
    Logic,
    Negation,
    Node,
    Path,
    Reference,
    Start,
    Step,
    Union,
)
from forms.mistakes import DefinitionError, Mistake, problem
from tests.forms.asking import asking_form, told

AGES = "instance('people')/root/item/age"  # 30, empty, 41, 7
PLACES = "instance('people')/root/item/place"
NOBODY = "instance('people')/root/item[name = 'Z']/age"
A_IS_1 = Binary("=", Path((Step("a"),)), Literal(1.0))

VALUES: list[tuple[str, Answer]] = [
    # operators and their precedence
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("7 - 3 - 2", 2),
    ("8 div 2 div 2", 2),
    ("7 mod 3", 1),
    ("-7 mod 3", -1),
    ("5 mod -3", 2),
    ("--3", 3),
    ("1 div 4", 0.25),
    ("1 div 0", None),
    ("0 div 0", None),
    ("string(1 div 0)", "Infinity"),
    ("string(-1 div 0)", "-Infinity"),
    ("string(0 div 0)", "NaN"),
    ("1 < 2 and 2 <= 2 and 3 > 2 and 2 >= 2", "true"),
    ("true() or false() and false()", "true"),
    ("1 = 1 and 'a' != 'b'", "true"),
    ("'1' = 1", "true"),
    ("'a' < 'b'", "false"),
    ("true() = 'x'", "true"),
    ("0.1 + 0.2 < 0.4", "true"),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_the_expression_gives(expression: str, expected: Answer) -> None:
    found = told(expression)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("expression", "answers", "expected"),
    [
        ("${count} + 1", {"count": 4}, 5),
        ("${count} + 1", {}, None),
        ("${count} = ''", {}, "true"),
        ("${count} = ''", {"count": 0}, "false"),
        ("${count} = '4'", {"count": 4}, "true"),
        ("${count} = ${size}", {"count": 4, "size": 4.0}, "true"),
        ("if(${count}, 'y', 'n')", {"count": 0}, "n"),
        ("if(${count}, 'y', 'n')", {"count": 2}, "y"),
        ("${size} * 2", {"size": 0.5}, 1),
        ("${one} >= 3", {"one": "4"}, "true"),
        ("${one} >= 3", {}, "false"),
        ("if(${word}, 'y', 'n')", {"word": "false"}, "y"),
        ("coalesce(${count}, ${word})", {"word": "x"}, "x"),
        ("coalesce(${count}, ${word})", {"count": 3}, 3),
        ("if(true(), ${count}, '') = 3", {"count": 3}, "true"),
        ("if(true(), ${count}, '') = ''", {}, "true"),
        ("selected(${many}, 'b')", {"many": "a b"}, "true"),
        ("${day} < today()", {"day": "2026"}, "true"),
        ("${day} < date('1945-01-02')", {"day": "1945"}, "true"),
        ("${day} = date('1945-01-01')", {"day": "1945"}, "true"),
        ("${day} = '1945'", {"day": "1945"}, "true"),
        ("${day} = ''", {}, "true"),
        ("${day} > '2000-01-01'", {"day": "2000-01-02"}, "true"),
        ("${day}", {"day": "1945"}, "1945"),
        ("../../asked/word", {"word": "x"}, "x"),
        ("/data/asked/word", {"word": "x"}, "x"),
        ("current()/../../asked/word", {"word": "x"}, "x"),
    ],
)
def test_answers_are_converted_by_their_type(
    expression: str, answers: dict[str, Answer], expected: Answer
) -> None:
    assert told(expression, **answers) == expected


@pytest.mark.parametrize(
    ("expression", "mistake", "said"),
    [
        ("1 +", Mistake.DEF_016, "vị trí 4"),
        ("(1", Mistake.DEF_016, "vị trí 3"),
        ("1 2", Mistake.DEF_016, "vị trí 3: '2'"),
        ("'abc", Mistake.DEF_016, "vị trí 1"),
        ("a | ", Mistake.DEF_016, "vị trí 5"),
        ("a[]", Mistake.DEF_016, "vị trí 3"),
        ("@x", Mistake.DEF_025, "'@'"),
        ("parent::x", Mistake.DEF_025, "'::'"),
        (". = //word", Mistake.DEF_025, "'//'"),
        ("../a//b", Mistake.DEF_025, "'//'"),
        ("1 + $word", Mistake.DEF_025, "'$word'"),
        ("1 + $", Mistake.DEF_016, "vị trí 5"),
        ("soon()", Mistake.DEF_017, "soon"),
        ("If(1, 2, 3)", Mistake.DEF_017, "If"),
        ("not()", Mistake.DEF_018, "nhận 1 đối số, ở đây có 0"),
        ("once()", Mistake.DEF_018, "once"),
        ("substr('a')", Mistake.DEF_018, "2–3"),
        ("${nobody} + 1", Mistake.DEF_019, "nobody"),
        ("../nobody", Mistake.DEF_019, "../nobody"),
        ("../../../../word", Mistake.DEF_019, "word"),
        ("(" * 200 + "1" + ")" * 200 + " + " + "-" * 200 + "1", Mistake.DEF_023, "150"),
        ("'" + "a" * 20_000 + "'", Mistake.DEF_023, "20000"),
        ("regex(${word}, '(a')", Mistake.DEF_024, "(a"),
        ("format-date(today(), '%H')", Mistake.DEF_024, "%H"),
        ("${result} + 1", Mistake.DEF_022, "worked/result → worked/result"),
    ],
)
def test_a_mistake_is_told_with_its_place(expression: str, mistake: Mistake, said: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        asking_form(expression)
    (found,) = caught.value.problems
    assert (found.code, found.row, found.column) == (mistake, 20, "calculation")
    assert said in found.message


def test_words_are_operators_only_where_an_operator_can_stand() -> None:
    assert str(parse("div div mod").__class__.__name__) == "Binary"
    assert told("3 div 1") == 3


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_a_told_mistake(text: str) -> None:
    try:
        parse(text)
    except ExpressionError as error:
        assert error.mistake in Mistake


@given(
    st.lists(
        st.sampled_from(
            ["${word}", "${count}", "${day}", "1", "'a'", "''", "today()", "true()", "0.5"]
        ),
        min_size=2,
        max_size=5,
    ),
    st.lists(
        st.sampled_from(["+", "-", "*", "div", "mod", "=", "!=", "<", ">=", "and", "or"]),
        min_size=4,
        max_size=4,
    ),
    st.one_of(st.none(), st.text(max_size=5)),
    st.one_of(st.none(), st.integers(), st.floats(allow_nan=False)),
    st.one_of(st.none(), st.text(max_size=10), st.just("1945")),
)
def test_any_operation_on_any_answers_gives_a_value(
    operands: list[str], operators: list[str], word: Answer, count: Answer, day: Answer
) -> None:
    parts = [operands[0]]
    for operator, operand in zip(operators, operands[1:], strict=False):
        parts += [operator, operand]
    told(" ".join(parts), word=word, count=count, day=day)


def parsed(text: str) -> str:
    """What parsing ends in, within two seconds."""
    started = time.process_time()
    try:
        outcome = type(parse(text)).__name__
    except ExpressionError as error:
        outcome = error.mistake.name
        found = problem(error.mistake, sheet="", row=0, column="", **error.parameters)
        found.message.encode("utf-8")
    assert time.process_time() - started < 2
    return outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("(" * 100_000 + "1" + ")" * 100_000, "DEF_023"),
        ("(" * 9_000 + "1" + ")" * 9_000, "Literal"),
        ("(" * 20_000, "DEF_016"),
        ("-" * 19_999 + "1", "DEF_023"),
        ("not(" * 4_000 + "1" + ")" * 4_000, "DEF_023"),
        ("a[" * 6_000 + "1" + "]" * 6_000, "DEF_023"),
        ("a" + "[1]" * 6_000, "Path"),
        ("a" + "/a" * 9_000, "Path"),
        ("1" + "+1" * 9_000, "DEF_023"),
        ("1" + " or 1" * 3_900, "Logic"),
        ("a" + "|a" * 9_000, "DEF_023"),
        ("9" * 20_000, "Literal"),
        ("a" * 20_000, "Path"),
        ("'" * 19_999, "DEF_016"),
        ("${" * 9_000, "DEF_016"),
        ("concat(" + "1," * 9_000 + "1)", "Call"),
        ("\ud800", "DEF_016"),
        ("'\udfff'", "Literal"),
        ("1 \ud83d", "DEF_016"),
        ("\x00", "DEF_016"),
        ("", "DEF_016"),
        (" \n\t\u00a0", "DEF_016"),
    ],
)
def test_no_text_is_too_much_for_the_parser(text: str, outcome: str) -> None:
    assert parsed(text) == outcome


PIECES = (
    "and or div mod not ( ) [ ] / // .. . * + - = != < <= | , : :: @ $ ${ } ${a} 'a \"b 1 1. "
    ".5 a b-c jr:x current() instance('x') position() \ud800 \u0111 \x00 \u200b"
).split(" ")


@given(st.lists(st.sampled_from([*PIECES, " "]), max_size=30).map("".join))
def test_any_jumble_of_pieces_is_an_expression_or_a_told_mistake(text: str) -> None:
    parsed(text)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("${x}[1]/y", Located(Reference("x"), (Literal(1.0),), (Step("y"),))),
        ("../m[a = 1][2]/n", Path((Step(".."), Step("m", (A_IS_1, Literal(2.0))), Step("n")))),
        ("/d/m/*", Path((Step("d"), Step("m"), Step("*")), Start.ROOT)),
        ("current()/../x", Path((Step(".."), Step("x")), Start.CURRENT)),
        ("current()", Path((Step("."),), Start.CURRENT)),
        ("a | b", Union(Path((Step("a"),)), Path((Step("b"),)))),
        ("-a | b", Negation(Union(Path((Step("a"),)), Path((Step("b"),))))),
        ("(a | b)[1]", Located(Union(Path((Step("a"),)), Path((Step("b"),))), (Literal(1.0),), ())),
        (
            "instance('l')/root/item[a = 1]/label",
            Located(
                Call("instance", (Literal("l"),)),
                (),
                (Step("root"), Step("item", (A_IS_1,)), Step("label")),
            ),
        ),
        ("* * *", Binary("*", Path((Step("*"),)), Path((Step("*"),)))),
        ("and and or", Logic("and", (Path((Step("and"),)), Path((Step("or"),))))),
    ],
)
def test_paths_are_read_with_their_predicates(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (f"{AGES} = 41", "true"),
        (f"{AGES} = '41'", "true"),
        (f"{AGES} != 41", "true"),
        (f"not({AGES} = 41)", "false"),
        (f"{AGES} = 5", "false"),
        (f"{AGES} = ''", "true"),
        (f"{AGES} > 40", "true"),
        (f"40 > {AGES}", "true"),
        (f"{AGES} < 7", "false"),
        (f"{AGES} <= 7", "true"),
        (f"{AGES} >= 42", "false"),
        (f"{NOBODY} = ''", "false"),
        (f"{NOBODY} != ''", "false"),
        (f"{NOBODY} < 1", "false"),
        (f"{NOBODY} = false()", "true"),
        (f"{AGES} = true()", "true"),
        (f"{NOBODY} < true()", "true"),
        (f"{AGES} = {AGES}", "true"),
        (f"{AGES} != {AGES}", "true"),
        (f"{NOBODY} != {AGES}", "false"),
        (f"{AGES} < {AGES}", "true"),
        (f"{AGES} = {PLACES}", "false"),
        (f"{AGES} + 1", 31),
        (f"-{AGES}", -30),
        (f"{NOBODY} + 1", None),
        (f"count({AGES} | {PLACES})", 8),
        (f"({AGES} | {PLACES})[6]", "99001"),
        (f"join(' ', ({AGES})[. > 10])", "30 41"),
        (f"count(({AGES})[. != ''][position() = last()])", 1),
        (f"if({AGES}, 'y', 'n')", "y"),
        (f"{NOBODY} or {AGES}", "true"),
    ],
)
def test_a_node_set_compares_with_any_of_its_nodes(expression: str, expected: Answer) -> None:
    assert told(expression) == expected


@pytest.mark.parametrize(
    ("expression", "answers", "expected"),
    [
        ("${clock} > '12:00'", {"clock": "13:30"}, "true"),
        ("${clock} > '12:00'", {"clock": "07:30:15"}, "false"),
        ("${clock} = '12:00'", {}, "false"),
        ("${clock} = ''", {}, "true"),
        ("decimal-time(${clock})", {"clock": "18:00"}, 0.75),
        ("${moment} > today()", {"moment": "2026-11-20T00:00:01.000+07:00"}, "true"),
        ("${moment} > today()", {"moment": "2026-11-19T23:59:00.000+07:00"}, "false"),
        ("${moment} <= now()", {"moment": "2026-11-19T17:00:00.000Z"}, "true"),
        ("${moment} = now()", {"moment": "2026-11-19T17:00:00.000Z"}, "true"),
        ("date(${moment}) = today()", {"moment": "2026-11-19T17:00:00.000Z"}, "true"),
        ("${moment} = ''", {}, "true"),
        ("${moment} - now()", {}, None),
        ("${moment} - now()", {"moment": "2026-11-21T12:00:00.000+07:00"}, 1.5),
        ("${moment}", {"moment": "2026-11-21T12:00:00.000+07:00"}, "2026-11-21T12:00:00.000+07:00"),
        ("format-date-time(${moment}, '%H:%M')", {"moment": "2026-11-21T12:05:00Z"}, "19:05"),
        ("coalesce(${clock}, ${moment}, 'x')", {}, "x"),
    ],
)
def test_times_and_moments_are_compared_in_local_time(
    expression: str, answers: dict[str, Answer], expected: Answer
) -> None:
    assert told(expression, **answers) == expected
