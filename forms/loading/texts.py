"""XLSForms written as text: Markdown tables and CSV, by the rules of pyxform's readers.

They are read here because pyxform's readers forget the line numbers that authors need. In both,
the first column names the sheet where one begins, and the other columns are its cells.
"""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from io import StringIO

from forms.loading.rows import (
    MOST_CELLS,
    MOST_ROWS,
    Flaw,
    Grid,
    Line,
    clean,
    too_large,
    unreadable,
)
from forms.mistakes import Mistake

#: A text with more lines or marks between cells than this is refused before it is read.
_MOST_MARKS = 500_000

_COMMENT = re.compile(r"\s*#")
_CELLS = re.compile(r"\s*\|(.*)\|\s*")
_SEPARATOR = re.compile(r"[|\-:\s]+")
_PIPE = re.compile(r"(?<!\\)\|")


class _Gathering:
    """Collects the lines of sheets that follow one another in one text."""

    def __init__(self) -> None:
        self._lines: dict[str, list[Line]] = {}
        self._sheet: str | None = None
        self._cells = 0

    def add(self, number: int, first: str, cells: list[str]) -> None:
        """One line: ``first`` names a sheet, or is empty inside one."""
        if first:
            self._sheet = first
            self._lines.setdefault(first, [])
        if self._sheet is None or not any(cells):
            return
        lines = self._lines[self._sheet]
        self._cells += len(cells)
        if len(lines) > MOST_ROWS or self._cells > MOST_CELLS:
            raise too_large(self._sheet)
        lines.append(Line(number, tuple(cells)))

    def grids(self, *, remedy: str) -> list[Grid]:
        if not self._lines:
            raise unreadable("không có bảng nào")
        return [_grid(name, lines, remedy) for name, lines in self._lines.items()]


def _grid(name: str, lines: list[Line], remedy: str) -> Grid:
    """A sheet; in a text a further cell is mostly a separator that belongs to a formula."""
    headings = lines[0].cells if lines else ()
    width = max((at for at, cell in enumerate(headings, 1) if cell), default=0)
    flaws = []
    for line in lines[1:]:
        more = next((at for at in range(width, len(line.cells)) if line.cells[at]), None)
        if more is not None:
            parameters = {"name": line.cells[more], "remedy": remedy}
            flaws.append(Flaw(line.number, -1, Mistake.DEF_076, parameters))
    return Grid(name, tuple(replace(one, cells=one.cells[:width]) for one in lines), tuple(flaws))


def read_markdown(content: bytes) -> list[Grid]:
    """The tables of a Markdown file. Raises ``DefinitionError``."""
    gathering = _Gathering()
    for number, line in enumerate(_decoded(content, "|").split("\n"), 1):
        cells = _markdown_cells(line)
        if cells is not None:
            gathering.add(number, cells[0], cells[1:])
    return gathering.grids(remedy=r"viết \|")


def _markdown_cells(line: str) -> list[str] | None:
    """The texts between the pipes; ``None`` for a line that is no row."""
    if _COMMENT.match(line):
        return None
    match = _CELLS.match(_without_comment(line))
    if match is None or _SEPARATOR.fullmatch(match.group(1)):
        return None
    return [clean(cell.replace(r"\|", "|")) for cell in _PIPE.split(match.group(1))]


def _without_comment(line: str) -> str:
    """A ``#`` after the last pipe begins a comment."""
    after = line.rfind("|") + 1
    mark = line.find("#", after)
    return line if mark < 0 else line[:mark]


def read_csv(content: bytes) -> list[Grid]:
    """The sheets of a CSV file. Raises ``DefinitionError``."""
    gathering = _Gathering()
    reader = csv.reader(StringIO(_decoded(content, ","), newline=""))
    number = 1
    try:
        for cells in reader:
            if cells:
                gathering.add(number, clean(cells[0]), [clean(cell) for cell in cells[1:]])
            number = reader.line_num + 1
    except csv.Error as error:
        raise unreadable(f"dòng {number}: {error}") from error
    return gathering.grids(remedy='đặt ô đó trong dấu "')


def _decoded(content: bytes, mark: str) -> str:
    if max(content.count(b"\n"), content.count(mark.encode())) > _MOST_MARKS:
        raise too_large("")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable("không phải UTF-8") from error
