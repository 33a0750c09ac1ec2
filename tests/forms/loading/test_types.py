"""Every question type of pyxform is loaded or refused by name, under every name it has."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.utils import default_is_dynamic

from forms.definition import Question, QuestionType, Range, Repeat
from forms.loader import check_form, load_definition
from forms.loading.questions import default_expression
from forms.loading.words import (
    CHECKED_TYPES,
    CONTROLS,
    FILE_LISTS,
    LISTS,
    OR_OTHER,
    REFUSED_TYPES,
    SUPPORTED_TYPES,
    TYPES,
)
from tests.forms.writing import filling, table, write_form

Rows = list[dict[str, str]]
YN = [
    {"list_name": "yn", "name": "1", "label": "Có"},
    {"list_name": "yn", "name": "2", "label": "Không"},
]


def question(folder: Path, **cells: str) -> Question:
    """The question ``q`` that this row makes."""
    row = {"type": "text", "name": "q", "label": "Q", **cells}
    other = {"type": "integer", "name": "other", "label": "O"}
    return load_definition(write_form(folder, [other, row], YN)).question("q")


def codes(folder: Path, rows: Rows, choices: Rows = YN) -> list[str]:
    return [one.code.name for one in check_form(write_form(folder, rows, choices)).problems]


@pytest.mark.parametrize(("written", "kind"), TYPES.items())
def test_a_type_without_a_list_is_read_under_each_of_its_names(
    tmp_path: Path, written: str, kind: QuestionType
) -> None:
    calculation = {"calculation": "1 + 1"} if kind is QuestionType.CALCULATE else {}
    assert question(tmp_path, type=written, **calculation).type is kind


@pytest.mark.parametrize(("command", "kind"), LISTS.items())
def test_a_type_with_a_list_is_read_under_each_of_its_names(
    tmp_path: Path, command: str, kind: QuestionType
) -> None:
    row = {"type": f"{command} yn", "name": "q", "label": "Q"}
    external = command == "select_one_external"
    sheet = table("external_choices", YN) if external else table("choices", YN)
    if external:
        row["choice_filter"] = "name != '3'"
    path = write_form(tmp_path, [row], settings=sheet)
    form = load_definition(path)
    assert (form.question("q").type, form.question("q").list_name) == (kind, "yn")
    assert [choice.code for choice in form.choices["yn"]] == ["1", "2"]


@pytest.mark.parametrize(("command", "kind"), FILE_LISTS.items())
def test_a_list_from_a_file_is_read_under_each_of_its_names(
    tmp_path: Path, command: str, kind: QuestionType
) -> None:
    (tmp_path / "units.csv").write_text("name,label\n1,Một\n", encoding="utf-8")
    form = load_definition(
        write_form(tmp_path, [{"type": f"{command} units.csv", "name": "q", "label": "Q"}])
    )
    found = form.question("q")
    assert (found.type, found.list_name, found.file) == (kind, "units", "units.csv")
    assert form.choices["units"][0].label_vi == "Một"


@pytest.mark.parametrize("written", CHECKED_TYPES)
def test_a_type_that_brings_its_constraint_may_have_another(tmp_path: Path, written: str) -> None:
    checked = CHECKED_TYPES[written]
    found = question(tmp_path, type=written)
    assert (found.type, found.constraint, found.hint_vi) == (
        checked.type,
        checked.constraint,
        checked.hint_vi,
    )
    own = question(tmp_path, type=written, constraint=". != 1", hint="Ghi")
    assert (own.constraint, own.hint_vi) == (". != 1", "Ghi")


@pytest.mark.parametrize("written", REFUSED_TYPES)
def test_a_type_that_is_not_done_here_is_refused_by_name(tmp_path: Path, written: str) -> None:
    suffix = " over yn" if written == "begin loop" else ""
    checked = check_form(
        write_form(tmp_path, [{"type": written + suffix, "name": "q", "label": "Q"}], YN)
    )
    found = next(one for one in checked.problems if one.code.name == "DEF_040")
    assert (found.row, found.column) == (3, "type")
    assert written in found.message


def test_every_type_that_pyxform_knows_is_loaded_or_refused() -> None:
    ours = {*TYPES, *LISTS, *CHECKED_TYPES, *REFUSED_TYPES, "csv-external"}
    assert {name for name in QUESTION_TYPE_DICT if name not in ours} <= {
        "select one",
        "select one external",  # pyxform's inner name of select_one_external
        "select one using",  # read as select one with a list named using
    }


def test_the_list_of_supported_types_names_every_question_type() -> None:
    assert {kind.value for kind in QuestionType} <= set(SUPPORTED_TYPES.split(", "))


@pytest.mark.parametrize("kind", CONTROLS)
@pytest.mark.parametrize("between", [" ", "_"])
def test_groups_and_repeats_nest_under_each_of_their_names(
    tmp_path: Path, kind: str, between: str
) -> None:
    rows = [
        {"type": f"begin{between}{kind}", "name": "a", "label": "A", "relevant": "yes"},
        {"type": f"begin{between}{kind}", "name": "b", "label": "B"},
        {"type": "text", "name": "q", "label": "Q"},
        {"type": f"end{between}{kind}"},
        {"type": f"end{between}{kind}"},
    ]
    outer, inner = load_definition(write_form(tmp_path, rows)).sections()
    assert (outer.path, inner.path, outer.relevant) == ("a", "a/b", "true()")
    assert [section.repeat is not None for section in (outer, inner)] == [CONTROLS[kind]] * 2


@pytest.mark.parametrize("heading", ["repeat_count", "jr:count", "count", "Repeat Count"])
def test_a_repeat_has_its_count(tmp_path: Path, heading: str) -> None:
    rows = [
        {"type": "integer", "name": "n", "label": "N"},
        {"type": "begin repeat", "name": "a", "label": "A", heading: "${n} + 1"},
        {"type": "text", "name": "q", "label": "Q"},
        {"type": "end repeat"},
    ]
    (section,) = load_definition(write_form(tmp_path, rows)).sections()
    assert section.repeat == Repeat("${n} + 1")


@pytest.mark.parametrize("words", OR_OTHER)
def test_or_other_adds_an_option_and_a_text(tmp_path: Path, words: str) -> None:
    rows = [
        {"type": "begin group", "name": "g", "label": "G"},
        {"type": f"select_multiple yn {words}", "name": "q", "label": "Q"},
        {"type": "end group"},
        {"type": "select_one yn", "name": "r", "label": "R"},
    ]
    form = load_definition(write_form(tmp_path, rows, YN))
    assert form.question("g/q").or_other
    assert not form.question("r").or_other
    assert [choice.code for choice in form.choices["yn"]] == ["1", "2", "other"]
    text = form.question("g/q_other")
    assert (text.type, text.relevant) == (QuestionType.TEXT, "selected(../q, 'other')")
    assert (text.label_vi, form.choices["yn"][2].label_vi) == ("Ghi rõ", "Khác")


def test_or_other_needs_the_name_of_its_text(tmp_path: Path) -> None:
    rows = [
        {"type": "text", "name": "q_other", "label": "X"},
        {"type": "select_one yn or_other", "name": "q", "label": "Q"},
    ]
    assert codes(tmp_path, rows) == ["DEF_010"]


def test_or_other_with_a_filter_is_refused_as_pyxform_does(tmp_path: Path) -> None:
    row = {"type": "select_one yn or_other", "name": "q", "label": "Q", "choice_filter": "name=1"}
    assert codes(tmp_path, [row]) == ["DEF_031"]


def test_a_range_has_its_scale(tmp_path: Path) -> None:
    assert question(tmp_path, type="range").scale == Range(1, 10, 1)
    found = question(tmp_path, type="range", parameters="start=-1; end=2.5, STEP=0.5 placeholder=0")
    assert found.scale == Range(-1, 2.5, 0.5)
    assert found.parameters == {"placeholder": "0"}


@pytest.mark.parametrize(
    ("written", "parameters"),
    [
        ("text", "rows=3"),
        ("image", "max-pixels=1024"),
        ("geopoint", "capture-accuracy=10 warning-accuracy=20 allow-mock-accuracy=true"),
        ("select_one yn", "randomize=true seed=5"),
        ("select_multiple yn", "randomize=true"),
        ("rank yn", "randomize=false"),
    ],
)
def test_parameters_of_a_type_are_kept(tmp_path: Path, written: str, parameters: str) -> None:
    found = question(tmp_path, type=written, parameters=parameters)
    assert " ".join(f"{key}={value}" for key, value in found.parameters.items()) == parameters


def test_a_calculate_that_only_has_a_default_is_hidden(tmp_path: Path) -> None:
    found = question(tmp_path, type="calculate", default="${other} + 1")
    assert (found.type, found.default) == (QuestionType.HIDDEN, "${other} + 1")


def test_a_note_without_a_name_gets_the_one_pyxform_gives(tmp_path: Path) -> None:
    rows = [{"type": "text", "name": "a", "label": "A"}, {"type": "note", "label": "Dặn"}]
    form = load_definition(write_form(tmp_path, rows))
    assert [one.path for one in form.questions()] == ["a", "generated_note_name_3"]


def test_a_disabled_row_is_left_out(tmp_path: Path) -> None:
    rows = [
        {"type": "text", "name": "a", "label": "A"},
        {"type": "nothing", "name": "b", "label": "B", "disabled": "yes"},
        {"type": "text", "name": "c", "label": "C", "disabled": "no"},
    ]
    form = load_definition(write_form(tmp_path, rows))
    assert [one.path for one in form.questions()] == ["a", "c"]


def test_a_row_without_type_name_and_label_is_told_and_left_out(tmp_path: Path) -> None:
    rows = [{"type": "text", "name": "a", "label": "A"}, {"type": "", "hint": "nhớ hỏi lại"}]
    checked = check_form(write_form(tmp_path, rows))
    assert not checked.problems
    assert [(one.code.name, one.row) for one in checked.notices if one.row == 4] == [
        ("DEF_063", 4),
        ("DEF_064", 4),
    ]


@pytest.mark.parametrize(
    ("written", "default", "expected"),
    [
        ("text", "xin chào", '"xin chào"'),
        ("text", 'nói "không"', "'nói \"không\"'"),
        ("text", "\"a\" 'b'", 'concat("", \'"\', "a", \'"\', " \'b\'")'),
        ("text", "${other}", "${other}"),
        ("text", "today()", "today()"),
        ("date", "2026-01-01", '"2026-01-01"'),
        ("date", "today() + 1", "today() + 1"),
        ("integer", "-5", '"-5"'),
        ("geopoint", "10.1 106.2 0 0", '"10.1 106.2 0 0"'),
    ],
)
def test_a_default_is_a_text_or_an_expression_as_pyxform_decides(
    tmp_path: Path, written: str, default: str, expected: str
) -> None:
    assert question(tmp_path, type=written, default=default).default == expected


@given(
    cell=st.text("ab1 -+*|$(){}/.,'\"", min_size=1)
    | st.sampled_from(["today()", "a mod b", "1 div 2"]),
    written=st.sampled_from(["text", "date", "geopoint", "integer"]),
)
def test_whether_a_default_is_dynamic_is_what_pyxform_says(cell: str, written: str) -> None:
    assert (default_expression(cell, written) == cell) == default_is_dynamic(cell, written)


@pytest.mark.parametrize("word", ["yes", "Yes", "TRUE", "true()"])
def test_yes_and_no_are_expressions(tmp_path: Path, word: str) -> None:
    found = question(tmp_path, required=word, readonly=word, relevant=word)
    assert (found.required, found.readonly, found.relevant) == ("true()",) * 3
    found = question(tmp_path, required="no", readonly="No", relevant="FALSE", constraint="no")
    assert (found.required, found.readonly) == (None, None)
    assert (found.relevant, found.constraint) == ("false()", "false()")


def test_a_trigger_names_the_questions_that_set_it_off(tmp_path: Path) -> None:
    rows = [
        {"type": "begin group", "name": "g", "label": "G"},
        {"type": "text", "name": "a", "label": "A"},
        {"type": "end group"},
        {"type": "text", "name": "b", "label": "B"},
        {"type": "text", "name": "c", "label": "C", "calculation": "1", "trigger": "${b}, ${a}"},
        {"type": "text", "name": "d", "label": "D", "trigger": "${b}"},
    ]
    form = load_definition(write_form(tmp_path, rows))
    assert form.question("c").triggers == ("b", "g/a")
    assert (form.question("d").triggers, form.question("d").calculation) == (("b",), "''")


def test_names_may_have_vietnamese_letters_and_differ_by_case(tmp_path: Path) -> None:
    rows = [
        {"type": "text", "name": "họ_tên", "label": "A"},
        {"type": "text", "name": "Họ_tên", "label": "${họ_tên}?", "relevant": "${họ_tên} = 'a'"},
    ]
    checked = check_form(write_form(tmp_path, rows))
    assert not checked.problems
    assert [one.code.name for one in checked.notices] == ["DEF_064"]  # pyxform's own remark


def test_a_choice_without_a_label_shows_its_code(tmp_path: Path) -> None:
    choices = [{"list_name": "yn", "name": "a b", "label": ""}, *YN]
    rows = [{"type": "select_one yn", "name": "q", "label": "Q"}]
    form = load_definition(write_form(tmp_path, rows, choices))
    assert (form.choices["yn"][0].code, form.choices["yn"][0].label_vi) == ("a b", "a b")


def test_a_question_with_only_a_hint_shows_its_name(tmp_path: Path) -> None:
    found = question(tmp_path, label="", hint="Gợi ý")
    assert (found.label_vi, found.hint_vi) == ("q", "Gợi ý")


def test_codes_may_stand_twice_when_the_settings_say_so(tmp_path: Path) -> None:
    rows = [{"type": "select_one yn", "name": "q", "label": "Q"}]
    settings = table("settings", [{"form_id": "a", "allow_choice_duplicates": "Yes"}])
    form = load_definition(write_form(tmp_path, rows, [*YN, YN[0]], settings=settings))
    assert [choice.code for choice in form.choices["yn"]] == ["1", "2", "1"]


def test_the_two_sheets_of_lists_may_call_a_list_the_same(tmp_path: Path) -> None:
    rows = [
        {"type": "select_one yn", "name": "q", "label": "Q"},
        {
            "type": "select_one_external yn",
            "name": "r",
            "label": "R",
            "choice_filter": "unit = ${q}",
        },
    ]
    communes = [
        {"list_name": "yn", "name": "tan_an", "label": "Tân An", "unit": "1"},
        {"list_name": "yn", "name": "tan_an", "label": "Tân An", "unit": "2"},
        {"list_name": "yn", "name": "phu_my", "label": "Phú Mỹ", "unit": "2"},
    ]
    path = write_form(tmp_path, rows, YN, settings=table("external_choices", communes))
    checked = check_form(path)
    assert checked.problems == ()
    assert checked.form is not None
    filled = filling(checked.form)
    assert [choice.code for choice in filled.choices("q")] == ["1", "2"]
    filled.set("q", "2")
    assert [choice.code for choice in filled.choices("r")] == ["tan_an", "phu_my"]
    filled.set("r", "phu_my")
    assert filled.findings_at("r") == []


def test_groups_too_deep_are_told(tmp_path: Path) -> None:
    rows = [{"type": "begin group", "name": f"g{n}", "label": "G"} for n in range(21)]
    rows += [{"type": "text", "name": "a", "label": "A"}] + [{"type": "end group"}] * 21
    assert codes(tmp_path, rows) == ["DEF_075"]
