"""XLSX workbooks -> grids of texts, in one pass over each sheet.

A small reader of its own, because the usual ones keep neither formulas nor merged cells apart and
unpack whatever a file claims to hold: a definition may come from anywhere. Here nothing is unpacked
beyond ``LARGEST_UNPACKED``, document type declarations are refused (no entities), and reading ends
at the limits of ``forms.loading.rows``. Format: ECMA-376 part 1, SpreadsheetML.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from xml.parsers import expat
from zipfile import ZipFile

from forms.loading.cells import date_formats, number_text
from forms.loading.rows import (
    MOST_CELLS,
    MOST_ROWS,
    SHEETS,
    Flaw,
    Grid,
    Line,
    clean,
    too_large,
    unreadable,
)
from forms.mistakes import Mistake

LARGEST_UNPACKED: Final = 60_000_000
MOST_ELEMENTS: Final = 500_000
_MOST_MERGED: Final = 5_000
_CHUNK: Final = 65_536
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

_Start = Callable[[str, Mapping[str, str]], None]
_End = Callable[[str], None]
_Text = Callable[[str], None]


def read_workbook(content: bytes) -> list[Grid]:
    """Every sheet; those that XLSForm does not know by name only. Raises ``DefinitionError``.

    May also raise what ``zipfile`` and ``expat`` raise for damaged files.
    """
    with ZipFile(BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
            raise unreadable("tệp quá lớn")
        return _Workbook(archive).grids()


class _Workbook:
    """An open workbook: its parts, the texts its cells share and the formats of its cells."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._parts = set(archive.namelist())
        self._budget = LARGEST_UNPACKED
        self._elements = 0
        book = self._target("_rels/.rels", "officeDocument", "") or "xl/workbook.xml"
        self._folder = posixpath.dirname(book)
        self._relations = posixpath.join(self._folder, "_rels", f"{posixpath.basename(book)}.rels")
        self._sheets: list[tuple[str, str]] = []
        self._starts_1904 = False
        self._parse(book, start=self._book_element)

    def grids(self) -> list[Grid]:
        """The sheets in their order."""
        only = len(self._sheets) == 1
        targets = self._targets()
        read = [name for name, _ in self._sheets if only or name.lower() in SHEETS]
        if read:
            self._strings = self._shared_strings()
            self._dates = self._date_styles()
        grids = []
        for name, relation in self._sheets:
            if name not in read:
                grids.append(Grid(name, (), is_read=False))
                continue
            part = targets.get(relation, "")
            reader = _SheetReader(name, self._strings, self._dates, self._starts_1904)
            if part in self._parts:
                self._parse(part, start=reader.start, end=reader.end, text=reader.text)
            grids.append(reader.grid())
        return grids

    def _book_element(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet" and len(self._sheets) < 500:
            self._sheets.append((attributes.get("name", ""), attributes.get("id", "")))
        elif name == "workbookPr":
            self._starts_1904 = attributes.get("date1904") in ("1", "true")

    def _targets(self) -> dict[str, str]:
        found: dict[str, str] = {}

        def element(name: str, attributes: Mapping[str, str]) -> None:
            if name == "Relationship":
                target = attributes.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else f"{self._folder}/{target}"
                found[attributes.get("Id", "")] = posixpath.normpath(path.lstrip("/"))

        if self._relations in self._parts:
            self._parse(self._relations, start=element)
        return found

    def _target(self, part: str, kind: str, folder: str) -> str | None:
        """The part that a relation of this kind leads to."""
        found: list[str] = []

        def element(name: str, attributes: Mapping[str, str]) -> None:
            if name == "Relationship" and attributes.get("Type", "").endswith(f"/{kind}"):
                path = posixpath.join("/", folder, attributes.get("Target", ""))
                found.append(posixpath.normpath(path).lstrip("/"))

        if part in self._parts:
            self._parse(part, start=element)
        return found[0] if found else None

    def _shared_strings(self) -> list[str]:
        part = self._target(self._relations, "sharedStrings", self._folder)
        reader = _StringsReader()
        if part in self._parts:
            self._parse(part, start=reader.start, end=reader.end, text=reader.text)
        return reader.strings

    def _date_styles(self) -> dict[int, bool]:
        """Index of a cell's format -> does it show a time of day? Formats of dates only."""
        part = self._target(self._relations, "styles", self._folder)
        reader = _StylesReader()
        if part in self._parts:
            self._parse(part, start=reader.start, end=reader.end)
        return date_formats(reader.formats, reader.used)

    def _parse(
        self, part: str, *, start: _Start, end: _End | None = None, text: _Text | None = None
    ) -> None:
        """Runs the handlers over one part; names come without their namespaces."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype

        def start_element(name: str, attributes: dict[str, str]) -> None:
            self._elements += 1
            if self._elements > MOST_ELEMENTS:
                raise too_large("")
            if any(" " in key for key in attributes):
                attributes = {_local(key): value for key, value in attributes.items()}
            start(_local(name), attributes)

        parser.StartElementHandler = start_element
        if end is not None:
            ended = end
            parser.EndElementHandler = lambda name: ended(_local(name))
        if text is not None:
            parser.CharacterDataHandler = text
        with self._archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                self._budget -= len(chunk)
                if self._budget < 0:
                    raise unreadable("tệp quá lớn")
                parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refuse_doctype(*_: object) -> None:
    raise unreadable("có khai báo DOCTYPE")


class _StringsReader:
    """The texts that cells share; runs of one text are joined, phonetic guides left out."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._in_text = False
        self._in_guide = False

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._in_guide = True
        elif name == "t":
            self._in_text = not self._in_guide

    def text(self, text: str) -> None:
        if self._in_text:
            self._parts.append(text)

    def end(self, name: str) -> None:
        if name == "t":
            self._in_text = False
        elif name == "rPh":
            self._in_guide = False
        elif name == "si":
            self.strings.append(clean("".join(self._parts)))
            if len(self.strings) > MOST_CELLS:
                raise too_large("")


class _StylesReader:
    """Number formats by their id, and the ids that cell formats use, in order."""

    def __init__(self) -> None:
        self.formats: dict[int, str] = {}
        self.used: list[int] = []
        self._in_cells = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt":
            self.formats[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self.used.append(int(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False


@dataclass(slots=True)
class _Cell:
    """The cell that is being read."""

    row: int
    column: int
    kind: str
    style: int
    is_formula: bool = False
    text: str = ""


class _SheetReader:
    """Handlers for one sheet; rows and cells without a reference follow the one before."""

    def __init__(
        self, name: str, strings: list[str], dates: Mapping[int, bool], starts_1904: bool
    ) -> None:
        self._name = name
        self._strings = strings
        self._dates = dates
        self._starts_1904 = starts_1904
        self._rows: dict[int, dict[int, str]] = {}
        self._flaws: list[Flaw] = []
        self._merged: list[str] = []
        self._row = 0
        self._column = -1
        self._cells = 0
        self._cell: _Cell | None = None
        self._takes_text = False
        self._in_guide = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self._takes_text = self._cell is not None and not self._in_guide
        elif name == "f" and self._cell is not None:
            self._cell.is_formula = True
        elif name == "rPh":
            self._in_guide = True
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = -1
        elif name == "mergeCell":
            self._merged.append(attributes.get("ref", ""))
            if len(self._merged) > _MOST_MERGED:
                raise too_large(self._name)

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self._cells += 1
        if self._cells > MOST_CELLS:
            raise too_large(self._name)
        row, column = self._row, self._column + 1
        place = _place(attributes.get("r", ""))
        if place is not None:
            row, column = place
        self._column = column
        style = int(attributes.get("s", "0"))
        self._cell = _Cell(row, column, attributes.get("t", "n"), style)

    def text(self, text: str) -> None:
        if self._takes_text and self._cell is not None:
            self._cell.text += text

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._takes_text = False
        elif name == "rPh":
            self._in_guide = False
        elif name == "c" and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None

    def _end_cell(self, cell: _Cell) -> None:
        if cell.kind == "e":
            self._flaws.append(Flaw(cell.row, cell.column, Mistake.DEF_049, {"name": cell.text}))
            return
        if cell.is_formula and not cell.text and cell.kind != "str":
            self._flaws.append(Flaw(cell.row, cell.column, Mistake.DEF_048))
            return
        value = self._value(cell)
        if value:
            self._rows.setdefault(cell.row, {})[cell.column] = value
            if len(self._rows) > MOST_ROWS or cell.column > MOST_CELLS:
                raise too_large(self._name)

    def _value(self, cell: _Cell) -> str:
        if cell.kind == "s":
            return self._strings[int(cell.text)] if cell.text else ""
        if cell.kind == "b":
            return "TRUE" if cell.text.strip() == "1" else "FALSE"
        if cell.kind == "n":
            shows_time = self._dates.get(cell.style)
            return number_text(cell.text.strip(), shows_time, starts_1904=self._starts_1904)
        return clean(cell.text)

    def grid(self) -> Grid:
        """What was read; the first row of the sheet holds the headings, as in pyxform."""
        lines = [Line(1, ())] if self._rows and 1 not in self._rows else []
        for number in sorted(self._rows):
            cells = self._rows[number]
            width = max(cells) + 1
            lines.append(Line(number, tuple(cells.get(at, "") for at in range(width))))
        for merged in self._merged:
            first, _, last = merged.partition(":")
            place = _place(first)
            if place is not None and last != first and self._is_filled(place):
                flaw = Flaw(*place, Mistake.DEF_070, {"name": merged})
                self._flaws.append(flaw)
        return Grid(self._name, tuple(lines), tuple(self._flaws))

    def _is_filled(self, place: tuple[int, int]) -> bool:
        row, column = place
        return column in self._rows.get(row, {})


def _place(reference: str) -> tuple[int, int] | None:
    """Row (from 1) and column (from 0) of ``B7``."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column - 1
