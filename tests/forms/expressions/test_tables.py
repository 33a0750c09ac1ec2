"""Tables in expressions: attached files and option lists, with and without an index."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import Answer, Table
from forms.mistakes import DefinitionError, Mistake
from forms.runtime.compilation import compile_form
from tests.forms.asking import asking_form, told
from tests.forms.writing import filling

ITEM = "instance('people')/root/item"


@pytest.mark.parametrize(
    ("expression", "mistake", "said"),
    [
        ("instance('units')/root/item/name", Mistake.DEF_051, "'units'"),
        ("pulldata('units', 'name', 'code', 1)", Mistake.DEF_051, "'units'"),
        ("instance('people')/root/item/height", Mistake.DEF_052, "name, age, score, place"),
        ("instance('people')/root/item[height = 1]/name", Mistake.DEF_052, "'height'"),
        ("instance('people')/root/item[../name = 1]/name", Mistake.DEF_053, "tên cột"),
        ("instance('people')/root/item[. = 1]/name", Mistake.DEF_052, "'.'"),
        ("instance('people')/root/item[name[1] = 1]/name", Mistake.DEF_053, "tên cột"),
        ("pulldata('people', 'height', 'name', 1)", Mistake.DEF_052, "'height'"),
        ("pulldata('people', 'age', 'height', 1)", Mistake.DEF_052, "'height'"),
        ("pulldata('people', ${word}, 'name', 1)", Mistake.DEF_053, "pulldata"),
        ("pulldata('people', 'age', 2, 1)", Mistake.DEF_053, "pulldata"),
        ("instance('people')/item", Mistake.DEF_053, "instance('people')/root/item[…]/cột"),
        ("instance('people')", Mistake.DEF_025, "instance"),
        ("instance('people')[1]/root/item", Mistake.DEF_053, "instance('people')"),
        ("instance('people')/root[1]/item/name", Mistake.DEF_053, "[…]"),
        ("instance('people')/root/item/name[1]", Mistake.DEF_053, "[…]"),
        ("instance('people')/root/item/name/..", Mistake.DEF_053, "instance('people')"),
        ("instance(${word})/root/item/name", Mistake.DEF_053, "instance"),
        ("instance()/root/item/name", Mistake.DEF_053, "instance"),
        ("jr:choice-name('r', ${count} + 1)", Mistake.DEF_053, "jr:choice-name"),
        ("jr:choice-name('r', 'not a name')", Mistake.DEF_019, "not a name"),
        ("jr:choice-name('r', '${nobody}')", Mistake.DEF_019, "nobody"),
        ("instance('people')/root/item[${nobody} = age]/name", Mistake.DEF_019, "nobody"),
    ],
)
def test_what_cannot_be_looked_up_is_told_when_the_form_is_loaded(
    expression: str, mistake: Mistake, said: str
) -> None:
    with pytest.raises(DefinitionError) as caught:
        asking_form(expression)
    (found,) = caught.value.problems
    assert (found.code, found.row, found.column) == (mistake, 20, "calculation")
    assert said in found.message


@pytest.mark.parametrize(
    ("expression", "answers", "expected"),
    [
        ("instance('people')/root/item[name = ${word}]/age", {"word": "Cúc"}, "41"),
        ("instance('people')/root/item[${word} = name]/age", {"word": "Cúc"}, "41"),
        ("instance('people')/root/item[name = ${word}]/age", {}, None),
        ("instance('people')/root/item[age = ${count}]/name", {"count": 7}, "Dung"),
        ("instance('people')/root/item[age = ${count}]/name", {}, "Bình"),
        ("instance('people')/root/item[age = ${count} + 1]/name", {"count": 6}, "Dung"),
        ("instance('people')/root/item[age = ${count} + 1]/name", {}, None),
        ("instance('people')/root/item[age > ${count}]/name", {"count": 30}, "Cúc"),
        ("instance('people')/root/item[${count}]/name", {"count": 2}, "Bình"),
        ("instance('people')/root/item[${count} - 1]/name", {"count": 5}, "Dung"),
        ("instance('people')/root/item[0.5]/name", {}, None),
        ("instance('people')/root/item[9]/name", {}, None),
        ("instance('people')/root/item[place = '99001'][2]/name", {}, "Bình"),
        ("instance('people')/root/item[name = 'Bình' and 2]/age", {}, None),
        ("instance('people')/root/item[place = '99001' and 2][2]/name", {}, "Bình"),
        (
            "instance('people')/root/item[place = '99001' and name = ${word}]/age",
            {"word": "An"},
            "30",
        ),
        (
            "instance('people')/root/item[name = ${word} and place = '99002']/age",
            {"word": "An"},
            None,
        ),
        ("instance('people')/root/item[place = '99001' and position() = 2]/name", {}, "Bình"),
        ("instance('people')/root/item[place = '99001'][name != 'An']/name", {}, "Bình"),
        ("count(instance('people')/root/item[selected(${many}, place)])", {"many": "99001"}, 2),
        ("count(instance('people')/root/item[contains('An Dung', name)])", {}, 2),
        ("count(instance('people')/root/item[age = 30 or age = 7])", {}, 2),
        ("count(instance('people')/root/item[name = current()/../../asked/word])", {}, 0),
        (
            "instance('people')/root/item"
            "[place = instance('people')/root/item[name = 'Cúc']/place]/name",
            {},
            "Cúc",
        ),
        (
            "count(instance('people')/root/item"
            "[place = instance('people')/root/item[age < 40]/place])",
            {},
            3,
        ),
        (
            "count(instance('people')/root/item"
            "[count(instance('people')/root/item[place = '99001']) = 2 and age = 7])",
            {},
            1,
        ),
        ("instance('people')/root/item[true() = name]/name", {}, "An"),
        ("instance('people')/root/item[coalesce(${word}, 'An') = name]/age", {}, "30"),
        ("instance('colours')/root/item[name = ${one}]/label", {"one": "y"}, "Vàng"),
        ("instance('colours')/root/item[name = ${one}]/kind", {"one": "b"}, "cold"),
        ("pulldata('colours', 'label', 'name', ${one})", {"one": "r"}, "Đỏ"),
        ("pulldata('people', 'name', 'age', ${count})", {"count": 41}, "Cúc"),
        ("jr:choice-name(${many}, '${many}')", {"many": "r b"}, "Đỏ, Xanh dương"),
        ("jr:choice-name(selected-at(${many}, 1), ${many})", {"many": "r b"}, "Xanh dương"),
    ],
)
def test_a_table_is_read_with_the_answers(
    expression: str, answers: dict[str, Answer], expected: Answer
) -> None:
    assert told(expression, **answers) == expected


CELLS = st.sampled_from(["", "1", "01", "1.0", "2", "a", "Đ", "1945", "1945-01-01", " "])


@given(
    st.lists(st.tuples(CELLS, CELLS), max_size=8),
    st.sampled_from(["${word}", "${count}", "${size} + 1", "${day}", "coalesce(${size}, ${word})"]),
    CELLS,
    st.none() | st.integers(0, 2),
    st.sampled_from([None, 0.0, 1.0]),
)
def test_an_index_finds_what_reading_every_row_finds(
    rows: list[tuple[str, str]], key: str, word: str, count: int | None, size: float | None
) -> None:
    found = []
    for predicate in (f"name = {key}", f"name = {key} or false()"):
        form = asking_form(f"join('|', instance('people')/root/item[{predicate}]/age, '.')")
        table = Table(("name", "age"), tuple(rows))
        try:
            form = compile_form(replace(form.definition, tables={"people": table}))
        except DefinitionError as error:
            raise AssertionError(error.problems) from error
        answers: dict[str, Answer] = {
            "asked/word": word,
            "asked/count": count,
            "asked/size": size,
            "asked/day": word,
        }
        found.append(filling(form, answers).value("worked/result"))
    assert found[0] == found[1]


def test_ten_thousand_rows_are_looked_up_by_many_expressions() -> None:
    rows = tuple((f"{number:05d}", f"Ấp {number}") for number in range(10_000))
    form = asking_form("concat('', '')")
    definition = replace(form.definition, tables={"people": Table(("code", "label"), rows)})
    questions = [
        replace(question, calculation=f"pulldata('people', 'label', 'code', '{number:05d}')")
        for question in definition.questions()
        if question.path == "worked/result"
        for number in range(0, 10_000, 50)
    ]
    named = tuple(replace(q, path=f"q{number}") for number, q in enumerate(questions))
    filled = filling(compile_form(replace(definition, children=named)))
    assert filled.value("q199") == "Ấp 9950"
