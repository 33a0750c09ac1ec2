"""Form files that nobody wrote in good faith: a told problem or a form, soon, never a traceback."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.loader import Checked, check_form
from forms.loading.report import MOST_TOLD
from forms.loading.rows import MOST_QUESTIONS
from tests.forms.loading.rich import CHOICES, PRICES, SETTINGS, SURVEY, UNITS
from tests.forms.loading.test_files import (
    Sheets,
    write_csv,
    write_md,
    write_parts,
    write_xls,
    write_xlsx,
)

FUZZ = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
HEAD = "| survey |\n| | type | name | label | relevant | constraint |\n"


def rich_sheets() -> Sheets:
    """The form with everything, as rows of cells."""
    sheets: Sheets = {}
    for name, rows in (("survey", SURVEY), ("choices", CHOICES), ("settings", SETTINGS)):
        headings = list(dict.fromkeys(key for row in rows for key in row))
        sheets[name] = [headings, *([row.get(key) for key in headings] for row in rows)]
    return sheets


WRITERS: dict[str, Callable[[Path, Sheets], Path]] = {
    "rich.md": lambda path, sheets: write_md(path, _blank(sheets)),
    "rich.csv": lambda path, sheets: write_csv(path, _quoted(sheets)),
    "rich.xlsx": write_xlsx,
    "rich.xls": write_xls,
}


def _blank(sheets: Sheets) -> Sheets:
    return {
        name: [[str(cell or "").replace("|", "\\|") for cell in row] for row in rows]
        for name, rows in sheets.items()
    }


def _quoted(sheets: Sheets) -> Sheets:
    return {
        name: [[str(cell or "").replace('"', '""') for cell in row] for row in rows]
        for name, rows in sheets.items()
    }


def tells_or_loads(path: Path) -> Checked:
    checked = check_form(path)
    assert (checked.form is None) == bool(checked.problems)
    assert len(checked.problems) <= MOST_TOLD
    assert all(one.message and str(one) for one in (*checked.problems, *checked.notices))
    return checked


@pytest.fixture(params=WRITERS)
def rich(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The form with everything in one of the formats."""
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "prices.csv").write_text(PRICES, encoding="utf-8")
    name: str = request.param
    path = WRITERS[name](tmp_path / name, rich_sheets())
    assert tells_or_loads(path).form is not None
    return path


@FUZZ
@given(
    content=st.binary(max_size=300),
    start=st.sampled_from(
        [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"|a|\n", b"survey\n,"]
    ),
)
@pytest.mark.parametrize("name", ["a.md", "a.csv", "a.xlsx", "a.xls"])
def test_random_bytes(tmp_path: Path, name: str, start: bytes, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(start + content)
    assert tells_or_loads(path).form is None


@settings(FUZZ, max_examples=25)
@given(seed=st.integers(0, 1_000_000), count=st.integers(1, 6), cut=st.integers(0, 3))
def test_damaged_files(rich: Path, seed: int, count: int, cut: int) -> None:
    whole = rich.read_bytes()
    source = random.Random(seed)
    damaged = bytearray(whole)
    for _ in range(count):
        damaged[source.randrange(len(damaged))] = source.randrange(256)
    if not cut:
        del damaged[source.randrange(len(damaged)) :]
    path = rich.with_name(f"damaged{rich.suffix}")
    path.write_bytes(bytes(damaged))
    tells_or_loads(path)


#: What a confused author may type anywhere.
_CELLS = st.sampled_from(
    ["", "yes", "begin group", "end_group", "begin repeat", "end repeat", "select_one yn",
     "rank yn",
     "calculate", "${full_name}", "${", "a" * 25_000, "#", "..", "note", "1 +", "pulldata('prices'",
     "name", "x/y", "[1]", "\ud800", "\x00", "instance('a')/root/item[1]",
     "select_one_from_file x.csv",
     "start=1 end=0 step=0", "-1", "=1", "range", "\u0301", "()", "count(${members})", "trigger"]
)  # fmt: skip


@settings(FUZZ, max_examples=60)
@given(seed=st.integers(0, 1_000_000), put=st.lists(_CELLS, min_size=1, max_size=5))
@pytest.mark.parametrize("name", ["mutated.csv", "mutated.xlsx"])
def test_valid_forms_with_other_cells(tmp_path: Path, name: str, seed: int, put: list[str]) -> None:
    source = random.Random(seed)
    sheets = {name: [list(row) for row in rows] for name, rows in rich_sheets().items()}
    for text in put:
        rows = sheets[source.choice(list(sheets))]
        row = rows[source.randrange(len(rows))]
        row[source.randrange(len(row))] = (
            text.encode("utf-8", "ignore").decode().replace("\x00", "")
        )
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "prices.csv").write_text(PRICES, encoding="utf-8")
    if name.endswith(".csv"):
        write_csv(tmp_path / name, _quoted(dict(sheets)))
    else:
        write_xlsx(tmp_path / name, dict(sheets))
    tells_or_loads(tmp_path / name)


@pytest.mark.parametrize("name", ["form.md", "form.csv", "form.xlsx"])
def test_a_cell_of_ten_megabytes(tmp_path: Path, name: str) -> None:
    text = "x" * 10_000_000
    if name.endswith("xlsx"):
        row = f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>'
        path = write_parts(tmp_path, f'<row><c t="str"><v>type</v></c></row>{row}')
    else:
        write = write_md if name.endswith("md") else write_csv
        path = write(tmp_path / name, {"survey": [["type", "name"], ["text", text]]})
    codes = {one.code.name for one in tells_or_loads(path).problems}
    assert codes & {"DEF_030", "DEF_001"}


def test_a_workbook_that_unpacks_to_gigabytes(tmp_path: Path) -> None:
    path = write_parts(tmp_path, "")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/picture.png", b"\0" * 100_000_000)
    assert [one.code.name for one in tells_or_loads(path).problems] == ["DEF_001"]


def test_a_workbook_whose_listing_lies_about_sizes(tmp_path: Path) -> None:
    path = write_parts(tmp_path, '<row><c t="str"><v>' + "x" * 2_000_000 + "</v></c></row>")
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")  # the last entry of the listing
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    tells_or_loads(path)


@pytest.mark.parametrize(
    "before",
    ['<!DOCTYPE a [<!ENTITY b "bbbb">]>', '<!DOCTYPE a SYSTEM "file:///etc/hostname">'],
)
def test_entities_are_refused(tmp_path: Path, before: str) -> None:
    path = write_parts(tmp_path, "<row/>", before=before)
    (found,) = tells_or_loads(path).problems
    assert "DOCTYPE" in found.message


@pytest.mark.parametrize(
    "rows",
    ["<row/>" * 600_000, '<row r="99999999999999999999"/>', "<row>" + "<c/>" * 200_000 + "</row>",
     '<row><c r="ZZZ1" t="str"><v>type</v></c></row>', '<row><c t="s"><v>7</v></c></row>',
     '<row><c s="x"/></row>', '<row><c><v>1e999</v></c></row>', '<row><c><v>a</v></c></row>'],
    ids=["rows", "number", "cells", "column", "string", "style", "infinity", "word"],
)  # fmt: skip
def test_sheets_made_to_tire(tmp_path: Path, rows: str) -> None:
    assert tells_or_loads(write_parts(tmp_path, rows)).form is None


@pytest.mark.parametrize(
    "text",
    [
        "|" * 600_000,
        "\n" * 600_000,
        HEAD + "| | text | q | Q |\n" * (MOST_QUESTIONS + 1),
        HEAD + "| | text | q | Q | f(1) | 1 + |\n" * MOST_QUESTIONS,
        HEAD + "| | begin repeat | q | Q |\n" * 2_000,
        HEAD + "| | text | a | ${" + "${" * 9_000 + " |\n",
        HEAD + "| | text | a | A | " + "(" * 9_000 + " |\n",
        HEAD + "| | text | a | A | " + "${a}" * 4_000 + " |\n",
        HEAD + "| | " + "select_one " * 1_500 + "| a | A |\n",
    ],
    ids=["pipes", "lines", "rows", "mistakes", "groups", "names", "depth", "chain", "type"],
)
def test_texts_made_to_tire(tmp_path: Path, text: str) -> None:
    path = tmp_path / "form.md"
    path.write_text(text, encoding="utf-8")
    assert tells_or_loads(path).form is None


def test_a_form_with_too_many_rows_says_how_many_there_may_be(tmp_path: Path) -> None:
    path = tmp_path / "form.md"
    path.write_text(HEAD + "| | text | q | Q |\n" * (MOST_QUESTIONS + 1), encoding="utf-8")
    (found,) = tells_or_loads(path).problems
    assert (found.code.name, found.sheet) == ("DEF_047", "survey")
    assert str(MOST_QUESTIONS) in found.message


def test_a_form_that_is_a_folder_or_missing(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.xlsx", tmp_path / "a\x00.md"):
        assert [one.code.name for one in check_form(path).problems] == ["DEF_001"]


def test_an_old_workbook_may_be_cut_anywhere(tmp_path: Path) -> None:
    whole = write_xls(tmp_path / "form.xls", rich_sheets()).read_bytes()
    path = tmp_path / "cut.xls"
    for length in range(0, len(whole), 500):
        path.write_bytes(whole[:length])
        tells_or_loads(path)
    assert BytesIO(whole).read(4) == b"\xd0\xcf\x11\xe0"
