"""Expressions: XPath 1.0 operators and the ODK functions, checked when a form loads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import Answer
from forms.expressions.parser import parse
from forms.expressions.syntax import ExpressionError
from forms.mistakes import DefinitionError, Mistake
from tests.forms.writing import evaluate, expression_form

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
    # functions
    ("if(1 = 1, 'a', 'b')", "a"),
    ("if('', 1, 'b')", "b"),
    ("coalesce('', 'b')", "b"),
    ("coalesce('', '', 'c')", "c"),
    ("not(0)", "true"),
    ("boolean('false')", "true"),
    ("boolean-from-string('1')", "true"),
    ("boolean-from-string('yes')", "false"),
    ("string(3.0)", "3"),
    ("string(0.00001)", "0.00001"),
    ("concat('a', 1, true())", "a1true"),
    ("join('-', 'a', 'b', 'c')", "a-b-c"),
    ("substr('Tập Huấn', 4)", "Huấn"),
    ("substr('abcdef', 1, 3)", "bc"),
    ("substr('abcdef', -2)", "ef"),
    ("substr('abc', 0 div 0)", "abc"),
    ("substring('12345', 2, 3)", "234"),
    ("substring('12345', 1.5, 2.6)", "234"),
    ("substring('12345', 0, 3)", "12"),
    ("substring('12345', 2)", "2345"),
    ("substring('12345', 0 div 0, 3)", None),
    ("substring-before('1999/04/01', '/')", "1999"),
    ("substring-before('a', '/')", None),
    ("substring-after('1999/04/01', '/')", "04/01"),
    ("contains('abc', 'bc')", "true"),
    ("starts-with('abc', 'ab')", "true"),
    ("ends-with('abc', 'bc')", "true"),
    ("string-length('Tập')", 3),
    ("normalize-space('  a  b ')", "a b"),
    ("translate('bar', 'abc', 'AB')", "BAr"),
    ("regex('0123456789', '[0-9]{10}')", "true"),
    ("regex('x0123456789', '[0-9]{10}')", "false"),
    ("number('12.5')", 12.5),
    ("number('1e3')", None),
    ("number('１２')", None),
    ("number('')", None),
    ("int(-2.7)", -2),
    ("round(2.5)", 3),
    ("round(-2.5)", -2),
    ("round(3.14159, 2)", 3.14),
    ("round(1250, -2)", 1300),
    ("floor(-1.5)", -2),
    ("ceiling(1.2)", 2),
    ("abs(-4)", 4),
    ("min(3, '1', 2)", 1),
    ("max(3, 1)", 3),
    ("max(3, '')", None),
    ("selected('a b', 'b')", "true"),
    ("selected('ab', 'a')", "false"),
    ("selected('', '')", "false"),
    ("selected-at('a b', 1)", "b"),
    ("selected-at('a b', 2)", None),
    ("count-selected('a b')", 2),
    ("today()", "2026-11-20"),
    ("once(today())", "2026-11-20"),
    ("today() > date('2026-11-19')", "true"),
    ("date('2026-11-20') = today()", "true"),
    ("date(1)", "1970-01-02"),
    ("date('x')", None),
    ("today() - date('2026-11-01')", 19),
    ("format-date('2026-03-09', '%d/%m/%Y %e.%n.%y')", "09/03/2026 9.3.26"),
    ("format-date('1945', '%Y%m%d')", "19450101"),
    ("format-date('', '%Y')", None),
    ("decimal-date-time('1970-01-03')", 2),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_the_expression_gives(expression: str, expected: Answer) -> None:
    found = evaluate(expression)
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
    assert evaluate(expression, **answers) == expected


@pytest.mark.parametrize(
    ("expression", "mistake", "said"),
    [
        ("1 +", Mistake.DEF_016, "vị trí 4"),
        ("(1", Mistake.DEF_016, "vị trí 3"),
        ("1 2", Mistake.DEF_016, "vị trí 3: '2'"),
        ("'abc", Mistake.DEF_016, "vị trí 1"),
        ("a | ", Mistake.DEF_016, "vị trí 5"),
        ("a[]", Mistake.DEF_016, "vị trí 3"),
        ("@x", Mistake.DEF_016, "vị trí 1"),
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
        expression_form(expression)
    (found,) = caught.value.problems
    assert (found.code, found.row, found.column) == (mistake, 20, "calculation")
    assert said in found.message


def test_words_are_operators_only_where_an_operator_can_stand() -> None:
    assert str(parse("div div mod").__class__.__name__) == "Binary"
    assert evaluate("3 div 1") == 3


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
    evaluate(" ".join(parts), word=word, count=count, day=day)
