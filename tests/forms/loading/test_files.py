"""Every format of a form file: the same form, and the place of every flaw of a cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlwt  # type: ignore[import-untyped]  # no stubs
from openpyxl import Workbook  # type: ignore[import-untyped]  # comes with pyxform, untyped

from forms.loader import check_form, load_definition
from tests.forms.loading.rich import without_rows

Value = str | int | float | bool | date | None
Sheets = dict[str, Sequence[Sequence[Value]]]

SHEETS: Sheets = {
    "survey": [
        ["type", "name", "label", "relevant"],
        ["integer", "a", "Câu a"],
        [],
        ["select_one yn", "b", "  Câu b ", "${a} > 1"],
    ],
    "choices": [["list_name", "name", "label"], ["yn", 1, "Có"], ["yn", 2, "Không"]],
    "settings": [["form_id", "form_title", "version"], ["thu", "Thử", "2026-01-01"]],
}


def write_xlsx(path: Path, sheets: Sheets) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    book.save(path)
    return path


def write_xls(path: Path, sheets: Sheets) -> Path:
    book = xlwt.Workbook()
    for name, rows in sheets.items():
        page = book.add_sheet(name)
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value is not None:
                    style = xlwt.easyxf(num_format_str="YYYY-MM-DD")
                    page.write(row, column, value, *([style] if isinstance(value, date) else []))
    book.save(str(path))
    return path


def write_csv(path: Path, sheets: Sheets) -> Path:
    lines = []
    for name, rows in sheets.items():
        lines.append(name)
        for row in rows:
            cells = ("" if value is None else f'"{value}"' for value in row)
            lines.append("," + ",".join(cells))
    path.write_text("\ufeff" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_md(path: Path, sheets: Sheets) -> Path:
    lines = []
    for name, rows in sheets.items():
        lines.append(f"| {name} |")
        lines += ["| | " + " | ".join(map(str, row)) + " |" for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


WRITERS: dict[str, Callable[[Path, Sheets], Path]] = {
    "form.md": write_md,
    "form.csv": write_csv,
    "form.xlsx": write_xlsx,
    "form.xlsm": write_xlsx,
    "form.xls": write_xls,
    "really_xlsx.xls": write_xlsx,
}


def places(path: Path) -> list[tuple[str, str, int, str]]:
    return [(p.code.name, p.sheet, p.row, p.column) for p in check_form(path).problems]


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_form(tmp_path: Path, name: str) -> None:
    found = load_definition(WRITERS[name](tmp_path / name, SHEETS))
    assert without_rows(found) == without_rows(
        load_definition(write_md(tmp_path / "other.md", SHEETS))
    )
    assert found.question("b").label_vi == "Câu b"
    assert [choice.code for choice in found.choices["yn"]] == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "row"), [("form.md", 5), ("form.csv", 5), ("form.xlsx", 4), ("form.xls", 4)]
)
def test_a_problem_has_the_row_of_the_file(tmp_path: Path, name: str, row: int) -> None:
    survey = [*SHEETS["survey"][:-1], ["select_one yn", "b", "Câu b", "${z} > 1"]]
    path = WRITERS[name](tmp_path / name, {**SHEETS, "survey": survey})
    assert places(path) == [("DEF_019", "survey", row, "relevant")]


@pytest.mark.parametrize("name", ["form.xlsx", "form.xls"])
def test_numbers_truths_and_days_of_a_workbook_are_what_the_author_sees(
    tmp_path: Path, name: str
) -> None:
    sheets: Sheets = {
        "survey": [
            ["type", "name", "label", "default", "required"],
            ["integer", "a", "A", 5, True],
            ["decimal", "b", "B", 2.5, False],
            ["date", "c", "C", date(2026, 1, 31)],
        ],
        "settings": [["form_id", "version"], ["thu", date(2026, 11, 22)]],
    }
    form = load_definition(WRITERS[name](tmp_path / name, sheets))
    assert [form.question(one).default for one in "abc"] == ['"5"', '"2.5"', '"2026-01-31"']
    assert [form.question(one).required for one in "ab"] == ["true()", None]
    assert form.version == "2026-11-22"


def test_times_and_moments_of_a_workbook_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    book = Workbook()
    page = book.active
    page.append(["type", "name", "label", "default"])
    page.append(["time", "a", "A", time(7, 30)])
    page.append(["dateTime", "b", "B", datetime(2026, 1, 31, 7, 30)])  # noqa: DTZ001  # as Excel
    book.save(path)
    form = load_definition(path)
    assert form.question("a").default == '"07:30:00"'
    assert form.question("b").default == '"2026-01-31 07:30:00"'


def test_the_only_sheet_is_the_survey_whatever_its_name(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "form.xlsx", {"Bảng": SHEETS["survey"][:2]})
    assert [q.path for q in load_definition(path).questions()] == ["a"]


def test_a_formula_without_a_value_is_told_and_one_with_a_value_is_read(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "form.xlsx", {"survey": [["type", "name", "label"], ["text", "a", "=1+1"]]}
    )
    assert places(path) == [
        ("DEF_048", "survey", 2, "label"),
        ("DEF_007", "survey", 2, "label"),
    ]
    path = write_parts(
        tmp_path,
        '<row r="1"><c t="str" r="A1"><v>type</v></c><c t="str" r="B1"><v>name</v></c>'
        '<c t="str" r="C1"><v>label</v></c></row>'
        '<row><c t="inlineStr"><is><r><t>te</t></r><r><t>xt</t></r><rPh><t>x</t></rPh></is></c>'
        '<c t="str"><f>"a"</f><v>a</v></c><c><f>1+1</f><v>2</v></c></row>',
    )
    assert load_definition(path).question("a").label_vi == "2"


def test_an_error_value_is_told(tmp_path: Path) -> None:
    cells = "".join(f'<c t="str"><v>{name}</v></c>' for name in ("type", "name", "label"))
    wrong = '<c t="str"><v>text</v></c><c t="str"><v>a</v></c><c t="e"><v>#N/A</v></c>'
    path = write_parts(tmp_path, f"<row>{cells}</row><row>{wrong}</row>")
    assert ("DEF_049", "survey", 2, "label") in places(path)


def test_merged_cells_with_something_in_them_are_told(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "form.xlsx", SHEETS)
    from openpyxl import load_workbook

    book = load_workbook(path)
    book["choices"].merge_cells("A2:A3")
    book["survey"].merge_cells("F8:G9")  # empty: only decoration
    book.save(path)
    found = places(path)
    assert ("DEF_070", "choices", 2, "list_name") in found
    assert ("DEF_007", "choices", 3, "list_name") in found
    assert {sheet for code, sheet, *_ in found if code == "DEF_070"} == {"choices"}


def test_merged_cells_of_an_old_workbook_are_told(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("survey")
    for column, heading in enumerate(("type", "name", "label")):
        page.write(0, column, heading)
    page.write(1, 0, "text")
    page.write(1, 1, "a")
    page.write_merge(1, 2, 2, 2, "A")
    book.save(str(tmp_path / "form.xls"))
    assert places(tmp_path / "form.xls") == [("DEF_070", "survey", 2, "label")]


@pytest.mark.parametrize("name", ["form.md", "form.csv", "form.xlsx", "form.xls"])
def test_a_heading_that_stands_twice_is_told(tmp_path: Path, name: str) -> None:
    survey = [["type", "name", "label", "label"], ["text", "a", "A", "B"]]
    assert ("DEF_006", "survey", 1 if "xls" in name else 2, "label") in places(
        WRITERS[name](tmp_path / name, {"survey": survey})
    )


@pytest.mark.parametrize("name", ["form.xlsx", "form.xls"])
def test_a_cell_without_a_heading_is_told_and_not_read(tmp_path: Path, name: str) -> None:
    survey = [["type", "name", "label"], ["text", "a", "A", "", "lạc"]]
    checked = check_form(WRITERS[name](tmp_path / name, {"survey": survey}))
    assert checked.form is not None
    assert [(one.code.name, one.row) for one in checked.notices] == [("DEF_066", 2)]


@pytest.mark.parametrize("name", ["form.md", "form.csv"])
def test_a_separator_inside_a_formula_is_told(tmp_path: Path, name: str) -> None:
    survey = [["type", "name", "label"], ["text", "a", "A", "", "lạc"], ["text", "b", "B"]]
    path = WRITERS[name](tmp_path / name, {"survey": survey})
    assert places(path) == [("DEF_076", "survey", 3, "")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><table></table></html>", "không phải bảng tính Excel"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(500)
            + "EncryptedPackage".encode("utf-16-le"),
            "mật khẩu",
        ),
    ],
)
def test_what_only_has_the_name_of_a_workbook_is_told_as_such(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(content)
    (told,) = check_form(path).problems
    assert told.code.name == "DEF_001"
    assert said in told.message


def test_a_sheet_that_stands_twice_is_told(tmp_path: Path) -> None:
    text = write_md(tmp_path / "form.md", SHEETS).read_text(encoding="utf-8")
    path = tmp_path / "two.md"
    path.write_text(text + "\n| Survey |\n| | type |\n", encoding="utf-8")
    assert places(path) == [("DEF_071", "Survey", 0, "")]


def test_a_workbook_whose_headings_begin_below_says_so(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "form.xlsx", {"survey": [[], *SHEETS["survey"][:2]]})
    assert places(path) == [("DEF_002", "survey", 0, "")]


def test_sheets_and_columns_of_the_author_are_not_read(tmp_path: Path) -> None:
    headings = ["type", "name", "label", "_nhớ", "$id", "#"]
    row: list[Value] = ["text", "a", "A", "hỏi lại", 7, 1]
    sheets: Sheets = {"survey": [headings, row], "_ghi chú": [["x"]], "Hướng dẫn": [["y"]]}
    checked = check_form(write_xlsx(tmp_path / "form.xlsx", sheets))
    assert not checked.problems
    assert [(one.code.name, one.sheet) for one in checked.notices] == [("DEF_060", "Hướng dẫn")]


def test_letters_are_composed_and_spaces_plain(tmp_path: Path) -> None:
    survey = [["type", "name", "label"], ["text", "a", "Ho\u0323\xa0te\u0302n"]]
    form = load_definition(write_xlsx(tmp_path / "form.xlsx", {"survey": survey}))
    assert form.question("a").label_vi == "Họ tên"


def write_parts(folder: Path, rows: str, *, before: str = "") -> Path:
    """A workbook whose only sheet holds this XML."""
    from zipfile import ZipFile

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    path = folder / "parts.xlsx"
    with ZipFile(path, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/'
            'officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="survey" '
            'sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/'
            'worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'{before}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
        )
    return path
