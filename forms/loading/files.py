"""A form file of any of the formats of XLSForm -> its sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from forms.loading.rows import SHEETS, Grid, Sheet, sheet_of, unreadable
from forms.loading.texts import read_csv, read_markdown
from forms.mistakes import DefinitionError, Mistake, problem

#: Files beyond this size are no form definitions.
LARGEST_FILE = 12_000_000

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
    # Imported here: forms that come with the program are Markdown, and zipfile takes a while.
    from forms.loading.spreadsheets import read_spreadsheet

    return read_spreadsheet(content)


def pyxform_tables(sheets: Mapping[str, Sheet]) -> dict[str, object]:
    """The sheets in the shape pyxform's converter takes."""
    tables: dict[str, object] = {"sheet_names": [sheet.name for sheet in sheets.values()]}
    for name, sheet in sheets.items():
        if name in SHEETS and sheet.headings:
            tables[name] = [{k: v for k, v in row.cells.items() if k} for row in sheet.rows]
            tables[f"{name}_header"] = [dict.fromkeys(h for h in sheet.headings if h)]
    return tables
