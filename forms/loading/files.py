"""A form file of any of the formats of XLSForm -> its sheets."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from forms.loading.old_workbooks import read_old_workbook
from forms.loading.rows import SHEETS, Grid, Sheet, sheet_of, unreadable
from forms.loading.texts import read_csv, read_markdown
from forms.loading.workbooks import read_workbook
from forms.mistakes import DefinitionError, Mistake, problem

#: Files beyond this size are no form definitions.
LARGEST_FILE = 12_000_000
LARGEST_OLD_WORKBOOK = 5_000_000

#: What the readers of ZIP, XML and old workbooks raise for damaged files.
DAMAGE = (
    BadZipFile,
    zlib.error,
    ExpatError,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    struct.error,
    MemoryError,
)

_TEXT: Mapping[str, Callable[[bytes], list[Grid]]] = {".md": read_markdown, ".csv": read_csv}
_WORKBOOKS = (".xlsx", ".xlsm", ".xls")
FORMATS = (*_TEXT, *_WORKBOOKS)


def read_sheets(path: Path) -> dict[str, Sheet]:
    """Every sheet by its name in small letters. Raises ``DefinitionError`` for no such file."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if 0 < size <= LARGEST_FILE else b""
    except (OSError, ValueError) as error:
        raise unreadable(getattr(error, "strerror", None) or type(error).__name__) from error
    if not content:
        raise unreadable("tệp rỗng" if size == 0 else "tệp quá lớn")
    grids = _grids(path.suffix.lower(), content)
    if len(grids) == 1 and grids[0].name.lower() not in SHEETS:
        return {"survey": sheet_of(grids[0])}  # as pyxform takes it
    sheets: dict[str, Sheet] = {}
    for grid in grids:
        if grid.name.lower() in sheets:
            raise DefinitionError([problem(Mistake.DEF_071, sheet=grid.name, name=grid.name)])
        sheets[grid.name.lower()] = sheet_of(grid)
    return sheets


def _grids(suffix: str, content: bytes) -> list[Grid]:
    if suffix in _TEXT:
        return _TEXT[suffix](content)
    if suffix not in _WORKBOOKS:
        raise unreadable(f"đuôi tệp '{suffix}' không phải {', '.join(FORMATS)}")
    try:
        if content.startswith(b"PK"):
            return read_workbook(content)
        if len(content) > LARGEST_OLD_WORKBOOK:
            raise unreadable("tệp quá lớn")
        return read_old_workbook(content)
    except _readers_errors() as error:
        raise unreadable(str(error) or type(error).__name__) from error


def _readers_errors() -> tuple[type[Exception], ...]:
    from xlrd.biffh import XLRDError
    from xlrd.compdoc import CompDocError

    return (*DAMAGE, XLRDError, CompDocError)


def pyxform_tables(sheets: Mapping[str, Sheet]) -> dict[str, object]:
    """The sheets in the shape pyxform's converter takes."""
    tables: dict[str, object] = {"sheet_names": [sheet.name for sheet in sheets.values()]}
    for name, sheet in sheets.items():
        if name in SHEETS and sheet.headings:
            tables[name] = [{k: v for k, v in row.cells.items() if k} for row in sheet.rows]
            tables[f"{name}_header"] = [dict.fromkeys(h for h in sheet.headings if h)]
    return tables
