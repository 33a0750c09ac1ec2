"""Lists that somebody hands in, as tables of texts: ``.xlsx`` (ECMA-376) and ``.csv`` (RFC 4180).

Every cell keeps its row and its column, so that every problem of a file can be told with its place
and the file mended in one go.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO, StringIO
from pathlib import Path

from forms.vietnamese import clean, match_key

#: A commune has at most some 60,000 people.
MOST_ROWS = 200_000
MOST_COLUMNS = 200
LARGEST_FILE_BYTES = 64 * 1024 * 1024
_LARGEST_UNPACKED_BYTES = 512 * 1024 * 1024
_LARGEST_RATIO = 200
_LONGEST_CELL = 1_000


@dataclass(frozen=True, slots=True)
class TableProblem:
    """What is wrong with one cell; row 0 for the file as a whole, no column for a whole row."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        place = [f"row {self.row}"] if self.row else []
        place += [f"column '{self.column}'"] if self.column else []
        return f"{', '.join(place)}: {self.message}" if place else self.message


class TableError(Exception):
    """A file that is not taken, with every problem found."""

    def __init__(self, problems: Sequence[TableProblem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class TableRow:
    """The filled cells of a row by the name of their column, as the file's reader knows it."""

    number: int
    cells: Mapping[str, str] = field(repr=False)

    def text(self, name: str) -> str:
        """A cell; "" for an empty one."""
        return self.cells.get(name, "")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows, and how the file itself calls each column."""

    rows: tuple[TableRow, ...] = field(repr=False)
    headings: Mapping[str, str]


@cache
def known_headings(list_name: str) -> Mapping[str, Sequence[str]]:
    """Name of a column -> the headings by which it is known in such a list."""
    table = (files("resources") / "lists" / "headings.csv").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for line in csv.DictReader(StringIO(table)):
        if line["list"] == list_name:
            found.setdefault(line["column"], []).append(line["heading"])
    return found


def read_table(path: Path, columns: Mapping[str, Sequence[str]], needed: Sequence[str]) -> Table:
    """The table of a file. Raises ``TableError``.

    ``columns``: name -> the headings by which it is known, however they are written; ``needed`` are
    the names without which the file is worth nothing. Other columns are told, not ignored.
    """
    lines = _lines(path)
    known = {match_key(text): name for name, texts in columns.items() for text in (name, *texts)}
    number, heading_cells = next(lines, (0, []))
    names = [known.get(match_key(text), "") for text in heading_cells]
    problems = [
        TableProblem(number, text, "no column is called so")
        for text, name in zip(heading_cells, names, strict=True)
        if text and not name
    ]
    problems += [
        TableProblem(number, name, "stands twice")
        for name in sorted({name for name in names if name and names.count(name) > 1})
    ]
    problems += [
        TableProblem(number, columns[name][0], "this column is missing")
        for name in needed
        if name not in names
    ]
    if problems:
        raise TableError(problems)
    rows = [
        TableRow(at, {name: cell for name, cell in zip(names, cells, strict=False) if cell})
        for at, cells in lines
    ]
    return Table(
        rows=tuple(row for row in rows if row.cells),
        headings=dict(zip(names, heading_cells, strict=True)),
    )


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of every line that is not empty."""
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise _unreadable("the file is too large")
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(error.strerror or type(error).__name__) from error
    read = {".csv": _csv_lines, ".xlsx": _workbook_lines}.get(path.suffix.lower())
    if read is None:
        raise _unreadable("the name of the file ends neither in .xlsx nor in .csv")
    for count, (number, cells) in enumerate(read(content)):
        if count > MOST_ROWS or len(cells) > MOST_COLUMNS:
            raise _unreadable("more rows or columns than any list has")
        if any(cells):
            yield number, cells


def _csv_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable("the file is not UTF-8: save it as CSV UTF-8") from error
    heading = text.partition("\n")[0]
    mark = max(",;\t", key=heading.count)  # as spreadsheets write it in Việt Nam: ";"
    reader = csv.reader(StringIO(text, newline=""), delimiter=mark)
    number = 1
    try:
        for cells in reader:
            yield number, [_cell(cell) for cell in cells]
            number = reader.line_num + 1
    except csv.Error as error:
        raise _unreadable(f"line {number}: {error}") from error


def _workbook_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The first sheet."""
    # Here: it takes a while, and most commands read none.
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > min(_LARGEST_UNPACKED_BYTES, _LARGEST_RATIO * len(content)):
            raise _unreadable("the file unpacks to more than any list has")
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, [_cell(cell) for cell in cells]
    except (zipfile.BadZipFile, ValueError, KeyError, IndexError, OSError) as error:
        raise _unreadable("this is no workbook: save it as .xlsx") from error


def _cell(value: object) -> str:
    """The text of a cell as a person reads it; days as they are stored."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value))[:_LONGEST_CELL]


def _unreadable(why: str) -> TableError:
    return TableError([TableProblem(0, "", why)])
