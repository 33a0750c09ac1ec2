"""XLS workbooks (Excel 97 to 2003) -> grids of texts, through ``xlrd``, which comes with pyxform.

``xlrd`` gives the last value of a formula and does not tell that there is one.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import xlrd

from forms.loading.cells import number_text
from forms.loading.rows import (
    MOST_CELLS,
    MOST_ROWS,
    SHEETS,
    Flaw,
    Grid,
    Line,
    clean,
    column_letters,
    too_large,
)
from forms.mistakes import Mistake

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Cell
    from xlrd.sheet import Sheet as Worksheet


def read_old_workbook(content: bytes) -> list[Grid]:
    """Every sheet; those that XLSForm does not know by name only.

    Raises ``DefinitionError``, or what ``xlrd`` raises for damaged files.
    """
    messages = StringIO()  # xlrd tells of damage on standard output otherwise
    book = xlrd.open_workbook(
        file_contents=content, logfile=messages, on_demand=True, formatting_info=True
    )
    try:
        names: list[str] = book.sheet_names()
        read = [name for name in names if len(names) == 1 or name.lower() in SHEETS]
        return [
            _grid(book, book.sheet_by_name(name)) if name in read else Grid(name, (), is_read=False)
            for name in names
        ]
    finally:
        book.release_resources()


def _grid(book: Book, sheet: Worksheet) -> Grid:
    if sheet.nrows > MOST_ROWS or sheet.nrows * sheet.ncols > MOST_CELLS:
        raise too_large(sheet.name)
    lines: list[Line] = []
    flaws: list[Flaw] = []
    for index in range(sheet.nrows):
        texts = []
        for column, cell in enumerate(sheet.row(index)):
            if cell.ctype == 5:  # an error such as #N/A
                flaws.append(Flaw(index + 1, column, Mistake.DEF_049, {"name": "#"}))
            texts.append(_text(book, cell))
        lines.append(Line(index + 1, tuple(texts)))
    for top, below, left, right in sheet.merged_cells:
        if top < len(lines) and left < len(lines[top].cells) and lines[top].cells[left]:
            name = f"{column_letters(left)}{top + 1}:{column_letters(right - 1)}{below}"
            flaws.append(Flaw(top + 1, left, Mistake.DEF_070, {"name": name}))
    return Grid(sheet.name, tuple(lines), tuple(flaws))


def _text(book: Book, cell: Cell) -> str:
    if cell.ctype == 1:
        return clean(str(cell.value))
    if cell.ctype == 4:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype in (2, 3):
        shows_time = (float(cell.value) % 1 != 0) if cell.ctype == 3 else None
        return number_text(repr(cell.value), shows_time, starts_1904=bool(book.datemode))
    return ""
