"""Attached CSV files: option lists, tables, and what can be wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms.definition import Choice, Table
from forms.loader import check_form, load_definition
from forms.loading.attachments import LARGEST_FILE
from tests.forms.writing import write_form

UNITS = "code,title,level\n99001,Xã Suối Mẫu,xa\n99,Huyện Thử,\n"
FROM_FILE = {"type": "select_one_from_file units.csv", "name": "q", "label": "Q"}
BY_COLUMNS = {**FROM_FILE, "parameters": "value=code label=title"}
EXTERNAL = [
    {"type": "csv-external", "name": "units"},
    {"type": "text", "name": "q", "label": "Q"},
]


def places(folder: Path, rows: list[dict[str, str]]) -> list[tuple[str, str, int, str]]:
    found = check_form(write_form(folder, rows)).problems
    return [(one.code.name, one.sheet, one.row, one.column) for one in found]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("where", ["units.csv", "form-media/units.csv"])
def test_a_list_from_a_file_has_its_columns(tmp_path: Path, mark: str, where: str) -> None:
    path = tmp_path / where
    path.parent.mkdir(exist_ok=True)
    path.write_text(mark + UNITS, encoding="utf-8")
    form = load_definition(write_form(tmp_path, [BY_COLUMNS]))
    assert form.question("q").list_name == "units:code:title"
    assert form.choices["units:code:title"] == (
        Choice(
            "99001",
            "Xã Suối Mẫu",
            {"code": "99001", "title": "Xã Suối Mẫu", "level": "xa"},
        ),
        Choice("99", "Huyện Thử", {"code": "99", "title": "Huyện Thử", "level": ""}),
    )
    assert form.tables["units"].columns == ("code", "title", "level")


def test_option_lists_are_tables_too(tmp_path: Path) -> None:
    choices = [
        {"list_name": "x", "name": "1", "label": "Một", "of": ""},
        {"list_name": "x", "name": "2", "label": "Hai", "of": "1"},
    ]
    rows = [{"type": "select_one x", "name": "q", "label": "Q"}]
    form = load_definition(write_form(tmp_path, rows, choices))
    assert form.tables == {
        "x": Table(("name", "label", "of"), (("1", "Một", ""), ("2", "Hai", "1")))
    }


def test_a_table_that_expressions_name_is_read(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    row = {
        "type": "calculate",
        "name": "c",
        "calculation": "pulldata('units', 'title', 'code', '99')",
    }
    form = load_definition(write_form(tmp_path, [row]))
    assert form.tables["units"].rows[1] == ("99", "Huyện Thử", "")
    (tmp_path / "units.csv").unlink()
    assert [code for code, *_ in places(tmp_path, [row])] == ["DEF_051"]


def test_an_attached_table_is_no_question(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    form = load_definition(write_form(tmp_path, EXTERNAL))
    assert [question.path for question in form.questions()] == ["q"]
    assert len(form.tables["units"].rows) == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, ("DEF_043", "survey", 3, "name")),
        (b"", ("DEF_044", "units.csv", 0, "")),
        (b"\n\n", ("DEF_044", "units.csv", 0, "")),
        (b"\xff\xfe", ("DEF_044", "units.csv", 0, "")),
        (b"a\n" + b"x" * 200_000, ("DEF_044", "units.csv", 2, "")),
        (b"x" * (LARGEST_FILE + 1), ("DEF_044", "units.csv", 0, "")),
        (b"a\n" * 50_002, ("DEF_044", "units.csv", 0, "")),
        (b"a,b,a\n1,2,3\n", ("DEF_006", "units.csv", 1, "a")),
        (b"a,,b\n1,2,3\n", ("DEF_006", "units.csv", 1, "")),
        (b"\na,b\n1,2\n1,2,3\n", ("DEF_005", "units.csv", 4, "")),
        (b"a\n" + b"x" * 20_001, ("DEF_030", "units.csv", 2, "")),
    ],
)
def test_what_is_wrong_with_a_file_is_told(
    tmp_path: Path, content: bytes | None, expected: tuple[str, str, int, str]
) -> None:
    if content is not None:
        (tmp_path / "units.csv").write_bytes(content)
    assert places(tmp_path, EXTERNAL) == [expected]


def test_short_lines_are_filled_up(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("a,b\n1\n1,2,\n", encoding="utf-8")
    form = load_definition(write_form(tmp_path, EXTERNAL))
    assert form.tables["units"].rows == (("1", ""), ("1", "2"))


def test_a_list_needs_its_value_and_label_columns(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    assert places(tmp_path, [FROM_FILE]) == [("DEF_045", "survey", 3, "type")] * 2


def test_codes_of_several_answers_hold_no_space(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("name,label\na b,AB\n", encoding="utf-8")
    row = {**FROM_FILE, "type": "select_multiple_from_file units.csv"}
    assert places(tmp_path, [row]) == [("DEF_015", "units.csv", 0, "name")]


@pytest.mark.parametrize("name", ["units.xml", "units.geojson"])
def test_other_kinds_of_files_are_refused(tmp_path: Path, name: str) -> None:
    row = {**FROM_FILE, "type": f"select_one_from_file {name}"}
    assert places(tmp_path, [row]) == [("DEF_040", "survey", 3, "type")]


@pytest.mark.parametrize("name", ["../units.csv", "a/units.csv", "..csv", "c:units.csv"])
def test_a_file_lies_beside_the_form(tmp_path: Path, name: str) -> None:
    row = {**FROM_FILE, "type": f"select_one_from_file {name}"}
    assert ("DEF_015", "survey", 3, "type") in places(tmp_path, [row])


def test_a_name_means_a_file_or_a_list_not_both(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("name,label\n1,Một\n", encoding="utf-8")
    choices = [{"list_name": "units", "name": "1", "label": "Một"}]
    found = check_form(write_form(tmp_path, [FROM_FILE], choices)).problems
    assert [one.code.name for one in found] == ["DEF_074"]
