"""Sheets as tables of texts, with the place of every row: what every reader of a format gives.

A reader makes ``Grid``s (lines of cells, and what it saw wrong with single cells); ``sheet_of``
puts the cells under their headings. Texts are in NFC, without spaces around them and without
non-breaking spaces, as pyxform takes them off.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from forms.mistakes import DefinitionError, Mistake, problem

#: More than this is no form that people fill in, and would take seconds to read.
MOST_CELLS = 100_000
MOST_ROWS = 20_000
MOST_QUESTIONS = 4_000

#: Sheets that XLSForm knows; a file may have others, which are not read.
SHEETS = frozenset({"survey", "choices", "settings", "external_choices", "entities", "osm"})


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with one cell (``column`` counted from 0), or with one line (-1)."""

    row: int
    column: int
    mistake: Mistake
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of cells. ``number``: line of a text file or row of a sheet, from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet as it lies in the file: the first line holds the headings.

    ``is_read`` is false for a sheet that XLSForm does not know; it has no lines then.
    """

    name: str
    lines: tuple[Line, ...]
    flaws: tuple[Flaw, ...] = ()
    is_read: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """The filled cells of one row by heading; ``""`` holds a cell that has no heading."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: headings as written, then rows that have at least one filled cell."""

    name: str
    header_row: int
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    flaws: tuple[Flaw, ...] = ()
    is_read: bool = True

    def repeated_headings(self) -> list[str]:
        """Headings that stand twice."""
        counts = Counter(heading for heading in self.headings if heading)
        return [heading for heading, count in counts.items() if count > 1]

    def heading_at(self, column: int) -> str:
        """The heading over a cell, or the letters of its column when there is none."""
        if 0 <= column < len(self.headings) and self.headings[column]:
            return self.headings[column]
        return column_letters(column) if column >= 0 else ""


def sheet_of(grid: Grid) -> Sheet:
    """The cells of a grid under its headings."""
    if not grid.lines:
        return Sheet(grid.name, 0, (), (), grid.flaws, grid.is_read)
    header, *rest = grid.lines
    headings = [" ".join(cell.split()) for cell in header.cells]
    while headings and not headings[-1]:
        headings.pop()
    rows = []
    for line in rest:
        filled = {
            headings[at] if at < len(headings) else "": cell
            for at, cell in enumerate(line.cells)
            if cell
        }
        if filled:
            rows.append(Row(line.number, filled))
    return Sheet(grid.name, header.number, tuple(headings), tuple(rows), grid.flaws, grid.is_read)


def clean(cell: str) -> str:
    """A cell as it is read: composed letters, plain spaces, none around it."""
    return unicodedata.normalize("NFC", cell.replace("\xa0", " ").strip())


def column_letters(column: int) -> str:
    """``A`` for 0, ``AA`` for 26, as spreadsheets name their columns."""
    letters = ""
    column += 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def unreadable(detail: str) -> DefinitionError:
    """The file as a whole cannot be read."""
    return DefinitionError([problem(Mistake.DEF_001, detail=detail)])


def too_large(sheet: str, *, rows: int = MOST_ROWS) -> DefinitionError:
    """A sheet has more rows or cells than any form needs."""
    return DefinitionError([problem(Mistake.DEF_047, sheet=sheet, rows=rows, cells=MOST_CELLS)])
