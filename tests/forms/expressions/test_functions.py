"""Every function of expressions by examples: what it gives, also for empty answers and nodes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import Answer
from forms.expressions.functions import FUNCTIONS, functions_markdown
from forms.expressions.library.function import MANY, Function, Subject
from forms.expressions.library.randomness import shuffled
from forms.mistakes import DefinitionError, Mistake
from tests.forms.asking import told

AGES = "instance('people')/root/item/age"  # 30, empty, 41, 7
SCORES = "instance('people')/root/item/score"  # empty, 4.5, x, 1
NOBODY = "instance('people')/root/item[name = 'Z']/age"

#: An expression, and the calculated answer; NaN and nothing are both an empty answer.
EXAMPLES: list[tuple[str, Answer]] = [
    # truth
    ("if(1 = 1, 'a', 'b')", "a"),
    ("if('', 1, 'b')", "b"),
    ("if(number(''), 1, 2)", 2),
    (f"if({NOBODY}, 'có', 'không')", "không"),
    (f"sum(if(true(), {AGES}, {SCORES}))", 78),
    (f"if(true(), {AGES}, '')", "30"),
    ("coalesce('', 'b')", "b"),
    ("coalesce('', '', 'c')", "c"),
    ("coalesce(${count}, ${word}, 0)", 0),
    (f"coalesce({NOBODY}, 'x')", "x"),
    ("once('a')", "a"),
    ("once('')", None),
    ("once(${count} + 1)", None),
    ("true()", "true"),
    ("true() and 'x'", "true"),
    ("number(true())", 1),
    ("false()", "false"),
    ("number(false())", 0),
    ("string(false())", "false"),
    ("not(0)", "true"),
    ("not('')", "true"),
    ("not('0')", "false"),
    (f"not({NOBODY})", "true"),
    ("boolean('false')", "true"),
    ("boolean('')", "false"),
    ("boolean(0 div 0)", "false"),
    ("boolean(-1)", "true"),
    (f"boolean({NOBODY})", "false"),
    ("boolean-from-string('1')", "true"),
    ("boolean-from-string('true')", "true"),
    ("boolean-from-string('yes')", "false"),
    ("boolean-from-string('')", "false"),
    ("checklist(2, 3, 1, '1', true())", "true"),
    ("checklist(-1, 1, 1, 1)", "false"),
    ("checklist(1, -1, '', 'x', 0)", "false"),
    (f"checklist(3, 3, {AGES})", "true"),
    ("weighted-checklist(5, 9, 1, 2, 1, 3)", "true"),
    ("weighted-checklist(5, 9, 1, 2, '', 3)", "false"),
    ("weighted-checklist(-1, 1, 1, 0.5)", "true"),
    (f"weighted-checklist(5.5, 5.5, {AGES}, 1, 1, 4.5)", "true"),
    # text
    ("string(3.0)", "3"),
    ("string(0.00001)", "0.00001"),
    ("string(100000000000000000000)", "100000000000000000000"),
    ("string(-0.5)", "-0.5"),
    ("string(0 div 0)", "NaN"),
    ("string('')", None),
    ("string(1 = 2)", "false"),
    (f"string({AGES})", "30"),
    (f"string({NOBODY})", None),
    ("concat('a', 1, true())", "a1true"),
    ("concat('')", None),
    (f"concat('x', {AGES}, 'y')", "x30417y"),
    (f"concat({NOBODY})", None),
    ("concat(${day}, '')", None),
    ("join('-', 'a', 'b', 'c')", "a-b-c"),
    (f"join(', ', {AGES})", "30, , 41, 7"),
    (f"join(', ', 'x', {NOBODY}, 'y')", "x, y"),
    ("join('', '', '')", None),
    ("substr('Tập Huấn', 4)", "Huấn"),
    ("substr('abcdef', 1, 3)", "bc"),
    ("substr('abcdef', -2)", "ef"),
    ("substr('abcdef', 1, -1)", "bcde"),
    ("substr('', 1)", None),
    ("substr('abc', 0 div 0)", "abc"),
    ("substring('12345', 2, 3)", "234"),
    ("substring('12345', 1.5, 2.6)", "234"),
    ("substring('12345', 0, 3)", "12"),
    ("substring('12345', 2)", "2345"),
    ("substring('', 1)", None),
    ("substring('12345', 0 div 0, 3)", None),
    ("substring('12345', -42, 1 div 0)", "12345"),
    ("substring-before('1999/04/01', '/')", "1999"),
    ("substring-before('a', '/')", None),
    ("substring-before('a', '')", None),
    ("substring-after('1999/04/01', '/')", "04/01"),
    ("substring-after('a', '/')", None),
    ("substring-after('a', '')", "a"),
    ("contains('abc', 'bc')", "true"),
    ("contains('abc', '')", "true"),
    ("contains('', 'a')", "false"),
    (f"contains({AGES}, '3')", "true"),
    ("starts-with('abc', 'ab')", "true"),
    ("starts-with('abc', '')", "true"),
    ("starts-with('', 'a')", "false"),
    ("ends-with('abc', 'bc')", "true"),
    ("ends-with('abc', '')", "true"),
    ("ends-with('', 'c')", "false"),
    ("string-length('Tập')", 3),
    ("string-length('')", 0),
    ("string-length(12.50)", 4),
    (f"string-length({NOBODY})", 0),
    ("normalize-space('  a  b ')", "a b"),
    ("normalize-space('')", None),
    ("normalize-space(concat(' a', ' ', ' b '))", "a b"),
    ("translate('bar', 'abc', 'AB')", "BAr"),
    ("translate('--aaa--', 'abc-', 'ABC')", "AAA"),
    ("translate('', 'a', 'b')", None),
    ("translate('aa', 'aa', 'xy')", "xx"),
    ("regex('0123456789', '[0-9]{10}')", "true"),
    ("regex('x0123456789', '[0-9]{10}')", "false"),
    ("regex('', '[0-9]*')", "true"),
    ("regex('Điểu Krứ', '[\\p{L} ]+')", "true"),
    ("regex('a1', concat('[a-z]', '[0-9]'))", "true"),
    ("regex('a1', concat('[a-z', ${word}))", "false"),
    # numbers
    ("number('12.5')", 12.5),
    ("number(' -3 ')", -3),
    ("number('1e3')", None),
    ("number('１２')", None),
    ("number('')", None),
    ("number('1970-01-03')", 2),
    ("number('1970-01-02T12:00:00.000+07:00')", 1.5),
    ("number('12:00')", 0.5),
    ("number(${day})", None),
    (f"number({AGES})", 30),
    (f"number({NOBODY})", None),
    ("int(-2.7)", -2),
    ("int('3.9')", 3),
    ("int('')", None),
    ("round(2.5)", 3),
    ("round(-2.5)", -2),
    ("round(3.14159, 2)", 3.14),
    ("round(1250, -2)", 1300),
    ("round('')", None),
    ("floor(-1.5)", -2),
    ("floor(1.5)", 1),
    ("floor('')", None),
    ("ceiling(1.2)", 2),
    ("ceiling(-1.2)", -1),
    ("ceiling('x')", None),
    ("ceiling('')", None),
    ("abs(-4)", 4),
    ("abs('-0.5')", 0.5),
    ("abs('')", None),
    ("pow(2, 10)", 1024),
    ("pow(4, 0.5)", 2),
    ("pow(-8, 1 div 3)", None),
    ("string(pow(10, 999))", "Infinity"),
    ("string(pow(0, -1))", "Infinity"),
    ("pow('', 2)", None),
    ("sqrt(9)", 3),
    ("sqrt(-1)", None),
    ("sqrt('')", None),
    ("exp(0)", 1),
    ("string(exp(1000))", "Infinity"),
    ("exp('')", None),
    ("exp10(3)", 1000),
    ("string(exp10(999))", "Infinity"),
    ("exp10('')", None),
    ("log(1)", 0),
    ("string(log(0))", "-Infinity"),
    ("log(-1)", None),
    ("log('')", None),
    ("log10(1000)", 3),
    ("string(log10(0))", "-Infinity"),
    ("log10('')", None),
    ("sin(0)", 0),
    ("round(sin(pi() div 2), 9)", 1),
    ("sin('')", None),
    ("sin(1 div 0)", None),
    ("cos(0)", 1),
    ("round(cos(pi()), 9)", -1),
    ("cos('')", None),
    ("tan(0)", 0),
    ("round(tan(pi() div 4), 9)", 1),
    ("tan('')", None),
    ("asin(0)", 0),
    ("round(asin(1), 4)", 1.5708),
    ("asin(2)", None),
    ("asin('')", None),
    ("acos(1)", 0),
    ("round(acos(0), 4)", 1.5708),
    ("acos('')", None),
    ("atan(0)", 0),
    ("round(atan(1), 4)", 0.7854),
    ("atan('')", None),
    ("atan2(0, 1)", 0),
    ("round(atan2(1, 0), 4)", 1.5708),
    ("atan2('', 1)", None),
    ("round(pi(), 5)", 3.14159),
    ("pi() > 3", "true"),
    ("floor(pi())", 3),
    ("random() >= 0 and random() < 1", "true"),
    ("random() = random()", "false"),
    ("string-length(string(random())) > 3", "true"),
    # dates
    ("today()", "2026-11-20"),
    ("today() > date('2026-11-19')", "true"),
    ("today() - date('2026-11-01')", 19),
    ("format-date(today(), '%d/%m/%Y')", "20/11/2026"),
    ("now()", "2026-11-20T00:00:00.000+07:00"),
    ("now() >= today() and now() < today() + 1", "true"),
    ("date(now()) = today()", "true"),
    ("date('2026-11-20') = today()", "true"),
    ("date(1)", "1970-01-02"),
    ("date('2026-11-20T23:30:00.000Z')", "2026-11-21"),
    ("date('1945')", "1945"),
    ("date('x')", None),
    ("date('')", None),
    ("date('2026-02-30')", None),
    ("date-time('2026-11-20T08:00:00Z')", "2026-11-20T15:00:00.000+07:00"),
    ("date-time('1950-03')", "1950-03-01T00:00:00.000+07:00"),
    ("date-time(1.5)", "1970-01-02T12:00:00.000+07:00"),
    ("date-time('x')", None),
    ("date-time('')", None),
    ("format-date('2026-03-09', '%d/%m/%Y %e.%n.%y')", "09/03/2026 9.3.26"),
    ("format-date('1945', '%Y%m%d')", "19450101"),
    ("format-date('2026-11-20', '%a %e %b')", "Th 6 20 thg 11"),
    ("format-date('', '%Y')", None),
    ("format-date('2026-11-20', concat('%', 'Y'))", "2026"),
    ("format-date('2026-11-20', concat('%q', ${word}))", None),
    ("format-date-time('2026-11-20T07:05:09.045+07:00', '%H:%M:%S.%3 %h')", "07:05:09.045 7"),
    ("format-date-time(now(), '%d/%m/%Y %H:%M')", "20/11/2026 00:00"),
    ("format-date-time('2026-11-20', '%H')", "00"),
    ("format-date-time('', '%H')", None),
    ("decimal-date-time('1970-01-03')", 2),
    ("decimal-date-time('1970-01-02T06:00')", 1.25),
    ("decimal-date-time('1970-01-01T17:00:00Z')", 1),
    ("decimal-date-time('1971')", 365),
    ("decimal-date-time('')", None),
    ("decimal-date-time('nope') > 1", "false"),
    ("decimal-time('18:00')", 0.75),
    ("decimal-time('2026-11-20T06:00:00.000+07:00')", 0.25),
    ("decimal-time('05:00:00Z')", 0.5),
    ("decimal-time('25:00')", None),
    ("decimal-time('')", None),
    # choices
    ("selected('a b', 'b')", "true"),
    ("selected('ab', 'a')", "false"),
    ("selected('', '')", "false"),
    ("selected(${many}, 'r')", "false"),
    ("selected-at('a b', 1)", "b"),
    ("selected-at('a b', 2)", None),
    ("selected-at('a b', -1)", None),
    ("selected-at('', 0)", None),
    ("count-selected('a b')", 2),
    ("count-selected('')", 0),
    ("count-selected(' a  b ')", 2),
    ("jr:choice-name('b', '${one}')", "Xanh dương"),
    ("jr:choice-name('y r', '${many}')", "Vàng, Đỏ"),
    ("jr:choice-name('', '${one}')", None),
    ("jr:choice-name('z', ' ${ one } ')", None),
    ("jr:choice-name('r', '/thu/asked/one')", "Đỏ"),
    ("jr:choice-name('r', '${word}')", None),
    # nodes
    (f"count({AGES})", 4),
    (f"count({NOBODY})", 0),
    (f"count({AGES}, {SCORES})", 8),
    ("count('')", 1),
    ("count(${members})", 3),
    (f"count-non-empty({AGES})", 3),
    (f"count-non-empty({NOBODY})", 0),
    ("count-non-empty('', 'a', 0)", 2),
    ("count-non-empty(${members}/born)", 2),
    (f"sum({AGES})", 78),
    (f"sum({SCORES})", None),
    (f"sum({NOBODY})", 0),
    ("sum(1, '2', 0.5)", 3.5),
    (f"sum({AGES}, 2)", 80),
    ("sum(1, '')", None),
    ("sum(${income})", 7.5),
    ("min(3, '1', 2)", 1),
    (f"min({AGES})", 7),
    (f"min({NOBODY})", None),
    (f"min({SCORES})", None),
    ("min(${income}, 10)", 3),
    ("min('')", None),
    ("max(3, 1)", 3),
    ("max(3, '')", None),
    (f"max({AGES}, 99)", 99),
    ("date(max(${born}))", "1950-01-01"),
    ("${members}[position() = 3]/name", "Cúc"),
    ("instance('people')/root/item[position() mod 2 = 0][2]/name", "Dung"),
    ("instance('people')/root/item[position() = ${count}]/name", None),
    ("join(' ', ${members}/place)", "1/3 2/3 3/3"),
    ("count(${members}[position() = ''])", 0),
    ("${members}[last()]/name", "Cúc"),
    ("instance('people')/root/item[last() - 1]/name", "Cúc"),
    ("count(instance('people')/root/item[position() = last() and name != ''])", 1),
    ("count(instance('people')/root/item[name = ''][last()])", 0),
    ("indexed-repeat(${name}, ${members}, 3)", "Cúc"),
    ("indexed-repeat(${income}, ${members}, 1) + 1", 4),
    ("indexed-repeat(${name}, ${members}, '')", None),
    ("indexed-repeat(${name}, ${members}, 9)", None),
    ("count(instance('people')/root/item[age > string-length(current()/../../asked/word)])", 3),
    ("current()/../../asked/count = ''", "true"),
    ("instance('people')/root/item[age = current()/../../asked/word]/name", "Bình"),
    ("count(${members}[name = current()/../../asked/word])", 1),
    ("instance('people')/root/item[name = 'Cúc']/age", "41"),
    ("count(instance('people')/root/item[age = ''])", 1),
    ("instance('people')/root/item[place = '99001' and age > 20]/name", "An"),
    ("instance('colours')/root/item[kind = 'cold']/label", "Xanh dương"),
    ("instance('people')/root/item[age = 41]/name", "Cúc"),
    ("count(instance('people')/root/item)", 4),
    ("pulldata('people', 'age', 'name', 'Dung')", "7"),
    ("pulldata('people', 'name', 'place', 99001)", "An"),
    ("pulldata('people', 'age', 'name', '')", None),
    ("pulldata('people', 'age', 'name', ${word})", None),
    ("join('', randomize(instance('people')/root/item/name, 42))", "AnDungCúcBình"),
    (f"count(randomize({AGES}))", 4),
    (f"count(randomize({NOBODY}, ''))", 0),
    ("randomize('x', 1)", "x"),
    # others
    ("string-length(uuid())", 36),
    ("regex(uuid(), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')", "true"),
    ("regex(uuid(8), '[0-9A-Z]{8}')", "true"),
    ("uuid('')", None),
    ("uuid() = uuid()", "false"),
]


@pytest.mark.parametrize(("expression", "expected"), EXAMPLES)
def test_the_function_gives(expression: str, expected: Answer) -> None:
    found = told(expression)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("name", [row.name for row in FUNCTIONS.values() if row.is_supported])
def test_every_function_has_examples_also_of_what_is_empty(name: str) -> None:
    call = re.compile(rf"(?<![\w:-]){re.escape(name)}\(")
    examples = [one for one, _ in EXAMPLES if call.search(one)]
    assert len(examples) >= 3
    if FUNCTIONS[name].most and name != "last":
        assert any("''" in one or NOBODY in one or "${word}" in one for one in examples)


@pytest.mark.parametrize("name", [row.name for row in FUNCTIONS.values() if not row.is_supported])
def test_what_is_left_out_is_refused_by_name(name: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        told(f"{name}('a')")
    (found,) = caught.value.problems
    assert found.code is Mistake.DEF_050
    assert f"'{name}'" in found.message
    assert FUNCTIONS[name].left_out_vi in found.message


def test_the_signature_agrees_with_the_number_of_arguments() -> None:
    for row in FUNCTIONS.values():
        written = row.signature.partition("(")[2].partition(")")[0]
        arguments = [one for one in written.split(", ") if one not in ("", "…")]
        needed = [one for one in arguments if not one.endswith("?")]
        if row.is_supported:
            assert (row.name, len(needed)) == (row.name, row.fewest)
            assert row.most >= len(arguments)
        assert row.signature.startswith(f"{row.name}(")


def test_the_help_table_names_every_function_once() -> None:
    table = functions_markdown()
    for row in FUNCTIONS.values():
        assert table.count(f"| `{row.signature}` |") == 1, row.name
    for subject in Subject:
        assert table.count(f"### {subject.value}\n") == 1


def test_what_looks_random_is_the_same_again() -> None:
    for expression in ("random()", "uuid()", "uuid(4)", f"join('', randomize({AGES}))"):
        assert told(expression) == told(expression)


@pytest.mark.parametrize(
    ("seed", "order"), [("42", "AFCBDE"), ("1", "BFEACD"), ("11111111", "ACDBFE")]
)
def test_shuffling_gives_the_order_that_other_odk_programs_give(seed: str, order: str) -> None:
    assert "".join(shuffled("ABCDEF", float(seed))) == order


PURE = [row for row in FUNCTIONS.values() if row.build is not None and row.name != "regex"]
PIECES = [
    "''", "'a b'", "'1945-02'", "'2026-11-22T07:30:00Z'", "'07:30'", "-1", "0", "2.5", "1 div 0",
    "0 div 0", "-1 div 0", "1000000000000000000000", "true()", "today()", "now()", "${word}",
    "${count}", "${size}", "${day}", "${clock}", "${moment}", "${many}", AGES, SCORES, NOBODY,
]  # fmt: skip


@st.composite
def calls(draw: st.DrawFn) -> str:
    """A call of any function with any arguments, some of them calls."""
    row: Function = draw(st.sampled_from(PURE))
    count = draw(
        st.integers(row.fewest or row.of_self, row.fewest + 2 if row.most == MANY else row.most)
    )
    inner = st.sampled_from(PIECES) | calls()
    return f"{row.name}({', '.join(draw(inner) for _ in range(count))})"


@given(
    calls(),
    st.text(max_size=6) | st.sampled_from(["%Y", "%", "-5", "[a", "1945", "\ud800"]),
    st.none() | st.integers(-(10**15), 10**15),
    st.none() | st.floats(-1e15, 1e15),
    st.sampled_from([None, "1945", "1950-03", "1950-03-12", "x"]),
    st.sampled_from([None, "07:30", "24:00"]),
)
def test_no_function_stumbles_over_any_value(
    call: str, word: str, count: int | None, size: float | None, day: str | None, clock: str | None
) -> None:
    try:
        told(call, word=word, count=count, size=size, day=day, clock=clock)
    except DefinitionError as error:
        allowed = {Mistake.DEF_018, Mistake.DEF_024}  # odd weights, a constant date pattern
        assert {one.code for one in error.problems} <= allowed
