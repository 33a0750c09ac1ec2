"""The loader: every mistake of a definition at once, with sheet, row and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook  # type: ignore[import-untyped]  # comes with pyxform, untyped

from forms.definition import DatePrecision, QuestionType
from forms.loader import DefinitionError, check_form, load_definition, load_form
from forms.mistakes import Mistake
from forms.registry import FormRegistry
from tests.forms.writing import SETTINGS, form_of, table, write_form

Rows = list[dict[str, str]]
Place = tuple[str, str, int, str]

TEXT = {"type": "text", "name": "a", "label": "Câu a"}
OTHER = {"type": "text", "name": "b", "label": "Câu b"}
CHOICES = [
    {"list_name": "yn", "name": "1", "label": "Có"},
    {"list_name": "yn", "name": "2", "label": "Không"},
]


def places(path: Path) -> list[Place]:
    with pytest.raises(DefinitionError) as caught:
        load_definition(path)
    found = caught.value.problems
    assert all(one.message and str(one) for one in found)
    return [(one.code.name, one.sheet, one.row, one.column) for one in found]


def test_everything_a_row_can_say_is_read(tmp_path: Path) -> None:
    survey = [
        {"type": "begin group", "name": "g", "label": "Nhóm", "relevant": "${b} != ''"},
        {
            "type": "date",
            "name": "a",
            "label": "12.3a. Ngày sinh",
            "hint": "Ghi năm",
            "required": "yes",
            "required_message": "Ghi ngày",
            "constraint": ". < today()",
            "constraint_message": "Sau hôm nay",
            "default": "today()",
            "readonly": "no",
            "appearance": "w2 minimal",
            "bind::an:role": "person.birth_date",
            "bind::an:precision": "year",
            "bind::an:warning": ". != '1900'",
            "bind::an:warningMsg": "Xem lại",
        },
        {"type": "end group"},
        {"type": "select one yn", "name": "b", "label": "Có?", "default": "1"},
        {"type": "calculate", "name": "c", "calculation": "1 + 1"},
    ]
    definition = form_of(tmp_path, survey, CHOICES).definition
    (group,) = definition.sections()
    assert (group.path, group.label_vi, group.relevant) == ("g", "Nhóm", "${b} != ''")
    question = definition.question("g/a")
    assert (question.number, question.label_vi, question.hint_vi) == (
        "12.3a",
        "Ngày sinh",
        "Ghi năm",
    )
    assert question.type is QuestionType.DATE
    assert question.precision is DatePrecision.YEAR
    assert question.required == "true()"
    assert question.readonly is None
    assert question.role == "person.birth_date"
    assert question.appearance == {"w2", "minimal"}
    assert question.source_row == 4
    assert definition.question("b").default == '"1"'
    assert [choice.code for choice in definition.choices["yn"]] == ["1", "2"]
    assert (definition.form_id, definition.version) == ("thu", "2026-01-01")


ROW_MISTAKES: list[tuple[str, Rows, list[Place]]] = [
    ("unknown type", [{**TEXT, "type": "textt"}], [("DEF_008", "survey", 3, "type")]),
    ("type not done here", [{**TEXT, "type": "geotrace"}], [("DEF_040", "survey", 3, "type")]),
    ("repeat not closed", [{**TEXT, "type": "begin repeat"}], [("DEF_013", "survey", 3, "type")]),
    (
        "list of another answer",
        [{**TEXT, "type": "select_one ${b}"}, OTHER],
        [("DEF_040", "survey", 3, "type")],
    ),
    (
        "loop",
        [{**TEXT, "type": "begin loop over yn"}],
        [("DEF_002", "survey", 0, ""), ("DEF_040", "survey", 3, "type")],
    ),
    ("no type", [{**TEXT, "type": ""}], [("DEF_007", "survey", 3, "type")]),
    ("no name", [{**TEXT, "name": ""}], [("DEF_007", "survey", 3, "name")]),
    ("no label", [TEXT, {**OTHER, "label": ""}], [("DEF_007", "survey", 4, "label")]),
    ("bad name", [{**TEXT, "name": "câu 1"}], [("DEF_009", "survey", 3, "name")]),
    ("name twice", [TEXT, TEXT], [("DEF_010", "survey", 4, "name")]),
    ("missing list", [{**TEXT, "type": "select_one x"}], [("DEF_011", "survey", 3, "type")]),
    (
        "group not closed",
        [{"type": "begin group", "name": "g", "label": "Nhóm"}, TEXT],
        [("DEF_013", "survey", 3, "type")],
    ),
    ("group not opened", [TEXT, {"type": "end_group"}], [("DEF_014", "survey", 4, "type")]),
    (
        "group with a hint",
        [
            {"type": "begin group", "name": "g", "label": "N", "hint": "x"},
            TEXT,
            {"type": "end group"},
        ],
        [("DEF_029", "survey", 3, "hint")],
    ),
    (
        "group closed as a repeat",
        [{"type": "begin group", "name": "g", "label": "N"}, TEXT, {"type": "end repeat"}],
        [("DEF_072", "survey", 5, "type")],
    ),
    (
        "group with a count",
        [
            {"type": "begin group", "name": "g", "label": "N", "repeat_count": "2"},
            TEXT,
            {"type": "end group"},
        ],
        [("DEF_029", "survey", 3, "repeat_count")],
    ),
    (
        "role of one person in a repeat",
        [
            {"type": "begin repeat", "name": "g", "label": "N"},
            {**TEXT, "bind::an:role": "person.sex"},
            {"type": "end repeat"},
        ],
        [("DEF_073", "survey", 4, "bind::an:role")],
    ),
    (
        "role of a member outside of a repeat",
        [{**TEXT, "bind::an:role": "member.sex"}],
        [("DEF_015", "survey", 3, "bind::an:role")],
    ),
    ("bad relevant", [{**TEXT, "relevant": "1 +"}], [("DEF_016", "survey", 3, "relevant")]),
    (
        "unknown function",
        [{**TEXT, "constraint": "f(.)"}],
        [("DEF_017", "survey", 3, "constraint")],
    ),
    ("too few arguments", [{**TEXT, "required": "if(1)"}], [("DEF_018", "survey", 3, "required")]),
    ("unknown name", [{**TEXT, "readonly": "${x} = 1"}], [("DEF_019", "survey", 3, "readonly")]),
    (
        "value of a group",
        [
            {"type": "begin group", "name": "g", "label": "N"},
            TEXT,
            {"type": "end group"},
            {**OTHER, "relevant": "${g} = 1"},
        ],
        [("DEF_020", "survey", 6, "relevant")],
    ),
    (
        "name of two questions",
        [
            TEXT,
            {"type": "begin group", "name": "g", "label": "N"},
            TEXT,
            {"type": "end group"},
            {**OTHER, "relevant": "${a} = 1"},
        ],
        [("DEF_021", "survey", 7, "relevant")],
    ),
    (
        "cycle",
        [{**TEXT, "relevant": "${b} = 1"}, {**OTHER, "relevant": "${a} = 1"}],
        [("DEF_022", "survey", 3, "relevant")],
    ),
    (
        "group that depends on what is in it",
        [
            {"type": "begin group", "name": "g", "label": "N", "relevant": "${a} = 1"},
            TEXT,
            {"type": "end group"},
        ],
        [("DEF_022", "survey", 3, "relevant")],
    ),
    (
        "calculation of itself",
        [{"type": "calculate", "name": "c", "label": "", "calculation": "${c} + 1"}],
        [("DEF_022", "survey", 3, "calculation")],
    ),
    (
        "too deep",
        [{**TEXT, "relevant": "-" * 300 + "1"}],
        [("DEF_023", "survey", 3, "relevant")],
    ),
    (
        "bad pattern",
        [{**TEXT, "constraint": "regex(., '(')"}],
        [("DEF_024", "survey", 3, "constraint")],
    ),
    (
        "label with an unknown name",
        [TEXT, {**OTHER, "label": "Vì ${c}"}],
        [("DEF_019", "survey", 4, "label")],
    ),
    (
        "hint with the name of a group",
        [
            {"type": "begin group", "name": "g", "label": "N"},
            TEXT,
            {"type": "end group"},
            {**OTHER, "hint": "Vì ${g}"},
        ],
        [("DEF_020", "survey", 6, "hint")],
    ),
    (
        "answer of the form before",
        [TEXT, {**OTHER, "label": "Vì ${last-saved#a}"}],
        [("DEF_025", "survey", 4, "label")],
    ),
    (
        "trigger without a name",
        [TEXT, {**OTHER, "calculation": "1", "trigger": "a"}],
        [("DEF_015", "survey", 4, "trigger")],
    ),
    (
        "trigger of an unknown name",
        [TEXT, {**OTHER, "calculation": "1", "trigger": "${a}, ${c}"}],
        [("DEF_019", "survey", 4, "trigger")],
    ),
    (
        "role twice",
        [{**TEXT, "bind::an:role": "person.sex"}, {**OTHER, "bind::an:role": "person.sex"}],
        [("DEF_027", "survey", 4, "bind::an:role")],
    ),
    ("bad role", [{**TEXT, "bind::an:role": "sex"}], [("DEF_015", "survey", 3, "bind::an:role")]),
    (
        "nothing to calculate",
        [{"type": "calculate", "name": "c", "label": "C"}],
        [("DEF_028", "survey", 3, "calculation")],
    ),
    (
        "filter without choices",
        [{**TEXT, "choice_filter": "name = 1"}],
        [("DEF_029", "survey", 3, "choice_filter")],
    ),
    (
        "precision of a text",
        [{**TEXT, "bind::an:precision": "year"}],
        [("DEF_029", "survey", 3, "bind::an:precision")],
    ),
    (
        "unknown precision",
        [{**TEXT, "type": "date", "bind::an:precision": "week"}],
        [("DEF_015", "survey", 3, "bind::an:precision")],
    ),
    (
        "required note",
        [{**TEXT, "type": "note", "required": "yes"}],
        [("DEF_029", "survey", 3, "required")],
    ),
    (
        "warning without a message",
        [{**TEXT, "bind::an:warning": ". = 1"}],
        [("DEF_007", "survey", 3, "bind::an:warningMsg")],
    ),
    ("unknown column", [{**TEXT, "relevent": "1"}], [("DEF_005", "survey", 2, "relevent")]),
    ("language of a type", [{**TEXT, "type::vi": "x"}], [("DEF_005", "survey", 2, "type::vi")]),
    (
        "column not done here",
        [TEXT, {**OTHER, "media::image": "x.png"}],
        [("DEF_041", "survey", 4, "media::image")],
    ),
    (
        "parameter of another type",
        [{**TEXT, "parameters": "rows=2 max-pixels=9"}],
        [("DEF_046", "survey", 3, "parameters")],
    ),
    (
        "parameters of a type without any",
        [{**TEXT, "type": "date", "parameters": "rows=2"}],
        [("DEF_046", "survey", 3, "parameters")],
    ),
    (
        "misshapen parameters",
        [{**TEXT, "parameters": "rows 2"}],
        [("DEF_015", "survey", 3, "parameters")],
    ),
    (
        "range without room for a step",
        [{**TEXT, "type": "range", "parameters": "start=1 end=2 step=3"}],
        [("DEF_015", "survey", 3, "parameters")],
    ),
    (
        "range of words",
        [{**TEXT, "type": "range", "parameters": "start=one"}],
        [("DEF_015", "survey", 3, "parameters")],
    ),
    (
        "choices by a search",
        [{**TEXT, "type": "select_one yn", "appearance": "minimal search('x')"}],
        [("DEF_015", "survey", 3, "appearance")],
    ),
    (
        "default of a calculation",
        [{"type": "calculate", "name": "c", "calculation": "1", "default": "2"}],
        [("DEF_029", "survey", 3, "default")],
    ),
    (
        "default of a picture",
        [{**TEXT, "type": "image", "default": "x.png"}],
        [("DEF_029", "survey", 3, "default")],
    ),
    (
        "one column under two names",
        [{**TEXT, "relevant": "1", "relevance": "1"}],
        [("DEF_006", "survey", 2, "relevance")],
    ),
    (
        "heading as written",
        [{**TEXT, "calculate": "1 +"}],
        [("DEF_016", "survey", 3, "calculate")],
    ),
    ("cell too long", [{**TEXT, "hint": "x" * 20_001}], [("DEF_030", "survey", 3, "hint")]),
]


@pytest.mark.parametrize(
    ("rows", "expected"), [pytest.param(*one[1:], id=one[0]) for one in ROW_MISTAKES]
)
def test_a_mistake_in_the_survey_is_placed(
    tmp_path: Path, rows: Rows, expected: list[Place]
) -> None:
    assert places(write_form(tmp_path, rows, CHOICES)) == expected


def test_a_message_without_its_expression_is_noticed(tmp_path: Path) -> None:
    checked = check_form(write_form(tmp_path, [{**TEXT, "constraint_message": "x"}]))
    assert not checked.problems
    assert [(one.code.name, one.row, one.column) for one in checked.notices] == [
        ("DEF_062", 3, "constraint_message")
    ]


def test_a_cell_that_says_no_says_nothing(tmp_path: Path) -> None:
    rows = [
        {"type": "note", "name": "a", "label": "A", "required": "no", "disabled": "no"},
        {"type": "calculate", "name": "b", "calculation": "1", "required": "FALSE"},
        {"type": "begin group", "name": "g", "label": "G", "required": "false()"},
        {"type": "text", "name": "c", "label": "C"},
        {"type": "end group", "required": "no"},
    ]
    assert load_form(write_form(tmp_path, rows))


def test_what_authors_write_for_themselves_is_told_and_not_read(tmp_path: Path) -> None:
    survey = [{**TEXT, "Người soạn": "An"}, {**TEXT, "name": "b", "type": "select_one yn"}]
    choices = [*CHOICES, {"list_name": "", "name": "", "my note": "hết danh sách"}]
    checked = check_form(write_form(tmp_path, survey, choices))
    assert checked.form is not None
    told = [one for one in checked.notices if one.code is not Mistake.DEF_064]  # and pyxform
    assert [(one.code.name, one.sheet, one.row, one.column) for one in told] == [
        ("DEF_065", "choices", 6, "my note"),
        ("DEF_065", "survey", 2, "Người soạn"),
    ]


def test_what_stands_at_the_end_of_a_group_is_told_and_has_no_effect(tmp_path: Path) -> None:
    rows = [
        {"type": "begin group", "name": "g", "label": "G"},
        TEXT,
        {"type": "end group", "name": "g", "relevant": "false()"},
    ]
    checked = check_form(write_form(tmp_path, rows))
    assert checked.form is not None
    assert [(one.code.name, one.row, one.column) for one in checked.notices] == [
        ("DEF_062", 5, "relevant")
    ]


def test_a_row_of_a_list_that_says_only_something_else_is_told_and_not_read(
    tmp_path: Path,
) -> None:
    choices = [*CHOICES, {"list_name": "", "name": "", "region": "Bắc"}]
    rows = [{**TEXT, "type": "select_one yn"}]
    checked = check_form(write_form(tmp_path, rows, choices))
    assert checked.form is not None
    assert [(one.code.name, one.sheet, one.row) for one in checked.notices] == [
        ("DEF_067", "choices", 8)
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Text", "text"),
        ("interger", "integer"),
        ("Select_One yn", "select_one yn"),
        ("select-multiple yn", "select_multiple yn"),
    ],
)
def test_a_misspelt_type_is_told_with_the_one_that_is_meant(
    tmp_path: Path, written: str, meant: str
) -> None:
    (told,) = check_form(write_form(tmp_path, [{**TEXT, "type": written}], CHOICES)).problems
    assert told.code is Mistake.DEF_008
    assert meant in told.message.partition("kiểu:")[2]


def test_a_refused_type_is_the_only_mistake_of_its_row(tmp_path: Path) -> None:
    path = write_form(tmp_path, [TEXT, {"type": "audit"}, {"type": "video", "name": "v"}])
    assert places(path) == [("DEF_040", "survey", 4, "type"), ("DEF_040", "survey", 5, "type")]


@pytest.mark.parametrize("column", ["default", "calculation", "relevant", "label"])
def test_the_answers_of_the_last_form_are_refused_by_name(tmp_path: Path, column: str) -> None:
    path = write_form(tmp_path, [TEXT, {**OTHER, column: "${last-saved#a}"}])
    assert places(path) == [("DEF_025", "survey", 4, column)]


def test_a_mistake_of_the_whole_file_begins_with_its_code(tmp_path: Path) -> None:
    path = tmp_path / "form.md"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(DefinitionError) as caught:
        load_definition(path)
    assert str(caught.value).startswith("DEF_001: ")


SPACED = {"list_name": "x", "name": "a b", "label": "c"}


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ([*CHOICES, CHOICES[0]], [("DEF_012", "choices", 9, "name")]),
        (
            [*CHOICES, {"list_name": "yn", "name": "", "label": "c"}],
            [("DEF_007", "choices", 9, "name")],
        ),
        (
            [*CHOICES, {"list_name": "", "name": "a", "label": "c"}],
            [("DEF_007", "choices", 9, "list_name")],
        ),
        ([*CHOICES, SPACED], [("DEF_015", "choices", 9, "name")]),
        (
            [{**CHOICES[0], "image": "a.png"}, SPACED],
            [("DEF_041", "choices", 7, "image"), ("DEF_015", "choices", 8, "name")],
        ),
        (
            [{**CHOICES[0], "label english": "x"}, {**SPACED, "name": "a"}],
            [("DEF_005", "choices", 6, "label english")],
        ),
        (
            [{"list_name": "x", "label": "1"}],
            [
                ("DEF_004", "choices", 6, ""),
                ("DEF_007", "choices", 7, "name"),
                ("DEF_011", "survey", 4, "type"),
            ],
        ),
        (
            [{**CHOICES[0], "label": "${zz}"}, {**SPACED, "name": "a"}],
            [("DEF_019", "choices", 7, "label")],
        ),
    ],
)
def test_a_mistake_in_the_choices_is_placed(
    tmp_path: Path, choices: Rows, expected: list[Place]
) -> None:
    rank = {**OTHER, "type": "rank x"}
    survey = [TEXT, rank if any(row["list_name"] == "x" for row in choices) else OTHER]
    assert places(write_form(tmp_path, survey, choices)) == expected


@pytest.mark.parametrize(
    ("heading", "value", "expected"),
    [
        ("submission_url", "https://example.org", [("DEF_042", "settings", 6, "submission_url")]),
        ("public_key", "x", [("DEF_042", "settings", 6, "public_key")]),
        ("auto_send", "true", [("DEF_042", "settings", 6, "auto_send")]),
        ("attribute::x", "1", [("DEF_042", "settings", 6, "attribute::x")]),
        ("form_tittle", "x", [("DEF_005", "settings", 5, "form_tittle")]),
        ("instance_name", "1 +", [("DEF_016", "settings", 6, "instance_name")]),
        ("instance_name", "${zz}", [("DEF_019", "settings", 6, "instance_name")]),
    ],
)
def test_a_mistake_in_the_settings_is_placed(
    tmp_path: Path, heading: str, value: str, expected: list[Place]
) -> None:
    settings = table("settings", [{"form_id": "thu", heading: value}])
    assert places(write_form(tmp_path, [TEXT], settings=settings)) == expected


def test_a_second_row_of_settings_is_told(tmp_path: Path) -> None:
    settings = table("settings", [{"form_id": "thu"}, {"form_id": "khac"}])
    checked = check_form(write_form(tmp_path, [TEXT], settings=settings))
    assert checked.form is not None
    assert checked.form.definition.form_id == "thu"
    assert [(one.code.name, one.row) for one in checked.notices] == [("DEF_068", 7)]


def test_a_form_without_settings_is_named_after_its_file(tmp_path: Path) -> None:
    definition = load_definition(write_form(tmp_path, [TEXT], settings=""))
    assert (definition.form_id, definition.title_vi, definition.version) == ("form", "form", "")


def test_our_columns_need_our_namespace(tmp_path: Path) -> None:
    settings = SETTINGS.replace("so-an-sinh.vn", "example.org")
    path = write_form(tmp_path, [{**TEXT, "bind::an:role": "person.sex"}], settings=settings)
    assert places(path) == [("DEF_015", "settings", 6, "namespaces")]


def test_a_missing_sheet_or_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "form.md"
    path.write_text("| survey |\n| | type | label |\n| | text | a |\n", encoding="utf-8")
    assert places(path) == [("DEF_004", "survey", 2, ""), ("DEF_007", "survey", 3, "name")]
    path.write_text(SETTINGS + "| choices |\n", encoding="utf-8")
    assert places(path) == [("DEF_002", "survey", 0, "")]


@pytest.mark.parametrize("name", ["entities", "osm", "chocies"])
def test_an_unsupported_sheet_is_refused_by_name(tmp_path: Path, name: str) -> None:
    extra = table(name, [{"list_name": "x"}])
    path = write_form(tmp_path, [TEXT], settings=extra + SETTINGS)
    assert places(path) == [("DEF_003", name, 0, "")]


def test_what_only_pyxform_refuses_is_told_too(tmp_path: Path) -> None:
    path = write_form(tmp_path, [OTHER, {**TEXT, "name": "meta"}])
    assert places(path) == [("DEF_031", "survey", 4, "name")]


def test_all_mistakes_come_at_once_in_the_order_of_the_sheets(tmp_path: Path) -> None:
    rows = [
        {**TEXT, "type": "video", "relevant": "1 +"},
        {**OTHER, "name": "b b", "constraint": "f(.)"},
        {"type": "select_one nolist", "name": "c", "label": "C", "relevant": "${a} = ${zz}"},
        {"type": "end group"},
    ]
    found = places(write_form(tmp_path, rows, [*CHOICES, CHOICES[1]]))
    assert [one[0] for one in found] == [
        "DEF_012", "DEF_016", "DEF_040", "DEF_017", "DEF_009", "DEF_019", "DEF_011", "DEF_014",
    ]  # fmt: skip


def test_comments_escaped_pipes_and_separators_are_read_as_pyxform_reads_them(
    tmp_path: Path,
) -> None:
    path = tmp_path / "form.md"
    path.write_text(
        "# a comment\n\n| survey |\n| | type | name | label | constraint |\n|---|---|---|\n"
        "| | text | a | A | regex(., 'x\\|y') |  # told\n" + SETTINGS,
        encoding="utf-8",
    )
    question = load_definition(path).question("a")
    assert (question.constraint, question.source_row) == ("regex(., 'x|y')", 6)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"no table", b"PK\x03\x04", b"| survey |"]
)
@pytest.mark.parametrize("name", ["form.md", "form.xlsx", "form.xls", "form.csv", "form.doc"])
def test_a_file_that_is_no_form_is_a_told_problem(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert {code for code, *_ in places(path)} <= {"DEF_001", "DEF_002"}


def test_a_missing_file_is_a_told_problem(tmp_path: Path) -> None:
    assert places(tmp_path / "none.md") == [("DEF_001", "", 0, "")]


def _workbook(folder: Path) -> Path:
    book = Workbook()
    survey = book.active
    survey.title = "survey"
    survey.append(["type", "name", "label", "relevant"])
    survey.append(["integer", "a", "Câu a", None])
    survey.append([])
    survey.append(["text", "b", "Câu b", "${a} > 1"])
    settings_sheet = book.create_sheet("settings")
    settings_sheet.append(["form_id", "form_title", "version"])
    settings_sheet.append(["thu", "Thử", "2026-01-01"])
    path = folder / "form.xlsx"
    book.save(path)
    return path


def test_a_workbook_loads_like_a_markdown_file(tmp_path: Path) -> None:
    definition = load_definition(_workbook(tmp_path))
    assert [question.path for question in definition.questions()] == ["a", "b"]
    assert definition.question("b").source_row == 4


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(cut=st.integers(1, 6_000), changed=st.binary(max_size=3))
def test_a_damaged_workbook_is_a_told_problem_or_a_form(
    tmp_path: Path, cut: int, changed: bytes
) -> None:
    path = _workbook(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:cut] + changed + content[cut + len(changed) :][: len(content) - cut])
    _loads_or_tells(path)
    path.write_bytes(content[:cut])
    _loads_or_tells(path)


BUNDLED = FormRegistry.bundled().path("tt11_2022_m03", "2022-08-15").read_text(encoding="utf-8")


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(
    at=st.integers(0, 14_000),
    length=st.integers(0, 400),
    put=st.text("|\n#\\${}()'a1 =", max_size=8),
)
def test_a_damaged_definition_is_a_list_of_problems_or_a_form(
    tmp_path: Path, at: int, length: int, put: str
) -> None:
    lines = [" | ".join(cell.strip() for cell in line.split("|")) for line in BUNDLED.split("\n")]
    text = "\n".join(lines)
    path = tmp_path / "form.md"
    path.write_text(text[:at] + put + text[at + length :], encoding="utf-8")
    _loads_or_tells(path)


def _loads_or_tells(path: Path) -> None:
    try:
        load_form(path)
    except DefinitionError as error:
        assert error.problems
