"""The sheets of an XLSForm as tables of texts, with the place of every row.

A Markdown file is read here by the rules of pyxform's own reader (comments, escaped ``\\|``,
separator lines), because that reader forgets the line numbers that authors need; a workbook is
read by pyxform. Both give what pyxform's converter takes.
"""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from forms.mistakes import DefinitionError, Mistake, problem

#: Files beyond this size are no form definitions.
LARGEST_FILE = 20_000_000
LARGEST_UNPACKED = 100_000_000

#: What the readers of ZIP, XML and workbooks raise for damaged files.
_DAMAGE = (
    BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    SyntaxError,
    ArithmeticError,
    RuntimeError,
    struct.error,
)

_COMMENT = re.compile(r"\s*#")
_COMMENT_AFTER = re.compile(r"^(.*)(#[^|]+)$")
_CELLS = re.compile(r"\s*\|(.*)\|\s*")
_SEPARATOR = re.compile(r"[|\-:\s]+")
_PIPE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Row:
    """The filled cells of one row by heading. ``number``: line or sheet row, from 1."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: headings as written, then rows that have at least one filled cell."""

    name: str
    header_row: int
    headings: tuple[str, ...]
    rows: tuple[Row, ...]

    def repeated_headings(self) -> list[str]:
        """Headings that stand twice."""
        return [heading for heading, count in Counter(self.headings).items() if count > 1]


def read_sheets(path: Path) -> dict[str, Sheet]:
    """Every sheet by its name in small letters. Raises ``DefinitionError`` for no such file."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if 0 < size <= LARGEST_FILE else b""
    except OSError as error:
        raise _unreadable(error.strerror or type(error).__name__) from error
    if not content:
        raise _unreadable("tệp rỗng" if size == 0 else "tệp quá lớn")
    return _read_workbook(path) if path.suffix.lower() == ".xlsx" else _read_markdown(content)


def pyxform_tables(sheets: dict[str, Sheet]) -> dict[str, object]:
    """The sheets in the shape pyxform's converter takes."""
    tables: dict[str, object] = {"sheet_names": [sheet.name for sheet in sheets.values()]}
    for name, sheet in sheets.items():
        tables[name] = [dict(row.cells) for row in sheet.rows]
        tables[f"{name}_header"] = [dict.fromkeys(sheet.headings)]
    return tables


def _unreadable(detail: str) -> DefinitionError:
    return DefinitionError([problem(Mistake.DEF_001, detail=detail)])


def _read_markdown(content: bytes) -> dict[str, Sheet]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable("không phải UTF-8") from error
    lines: dict[str, list[tuple[int, list[str]]]] = {}
    name = ""
    for number, line in enumerate(text.split("\n"), 1):
        cells = _cells(line)
        if cells is None:
            continue
        if cells[0]:
            name = cells[0]
            lines.setdefault(name, [])
        if name and any(cells[1:]):
            lines[name].append((number, cells[1:]))
    if not lines:
        raise _unreadable("không có bảng nào")
    return {name.lower(): _sheet(name, rows) for name, rows in lines.items()}


def _cells(line: str) -> list[str] | None:
    """The texts between the pipes; ``None`` for a line that is no row."""
    if _COMMENT.match(line):
        return None
    commented = _COMMENT_AFTER.match(line)
    match = _CELLS.match(commented.group(1) if commented else line)
    if match is None or _SEPARATOR.fullmatch(match.group(1)):
        return None
    return [cell.strip().replace(r"\|", "|") for cell in _PIPE.split(match.group(1))]


def _sheet(name: str, lines: list[tuple[int, list[str]]]) -> Sheet:
    if not lines:
        return Sheet(name, 0, (), ())
    (header_row, headings), *rest = lines
    while headings and not headings[-1]:
        headings.pop()
    rows = []
    for number, cells in rest:
        filled = {
            headings[at] if at < len(headings) else "": cell
            for at, cell in enumerate(cells)
            if cell
        }
        rows.append(Row(number, filled))
    return Sheet(name, header_row, tuple(headings), tuple(rows))


def _read_workbook(path: Path) -> dict[str, Sheet]:
    # Imported here because it takes 0.4 s, which a program that only starts need not pay.
    from pyxform.errors import PyXFormError
    from pyxform.xls2json_backends import xlsx_to_dict

    try:
        _refuse_bomb(path)
        with warnings.catch_warnings():  # a workbook without styles is a workbook
            warnings.simplefilter("ignore")
            book: dict[str, list[Any]] = xlsx_to_dict(str(path))
    except (PyXFormError, *_DAMAGE) as error:
        raise _unreadable(str(error) or type(error).__name__) from error
    sheets = {}
    for name in book["sheet_names"]:
        table = book.get(name.lower())
        headers = book.get(f"{name.lower()}_header")
        if table is None or headers is None:
            sheets[name.lower()] = Sheet(name, 0, (), ())
            continue
        rows = tuple(
            Row(number, {heading: str(text) for heading, text in cells.items() if text})
            for number, cells in enumerate(table, 2)
            if cells
        )
        sheets[name.lower()] = Sheet(name, 1, tuple(headers[0]) if headers else (), rows)
    return sheets


def _refuse_bomb(path: Path) -> None:
    """A small file may unpack to gigabytes; such a one is refused before it is unpacked."""
    with ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
            raise _unreadable("tệp quá lớn")
