"""Writes the tables of a form into an XLSX workbook, and the files it needs beside it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms.definition import Table
    from forms.export import ExportedForm

_WIDEST, _NARROWEST = 60, 10


def write_workbook(form: ExportedForm, path: Path) -> list[Path]:
    """Writes the workbook, and every attached file into the same folder; returns what it wrote.

    Files are written beside their place first, so that a full disk leaves nothing half done. All
    cells are texts: a label that begins with ``=`` must not become a formula. Raises ``OSError``.
    """
    from openpyxl import Workbook  # type: ignore[import-untyped]  # comes with pyxform, untyped
    from openpyxl.styles import Font  # type: ignore[import-untyped]

    book = Workbook()
    book.remove(book.active)
    for sheet in form.sheets:
        page = book.create_sheet(sheet.name)
        for row, cells in enumerate((sheet.headings, *sheet.rows), 1):
            for column, text in enumerate(cells, 1):
                if text:
                    cell = page.cell(row, column)
                    cell.value = text
                    cell.data_type = "s"
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        for column, heading in enumerate(sheet.headings):
            width = max([len(heading), *(len(row[column]) for row in sheet.rows)], default=0)
            letter = page.cell(1, column + 1).column_letter
            page.column_dimensions[letter].width = min(max(width + 2, _NARROWEST), _WIDEST)
    written = []
    for name, table in form.attachments.items():
        attached = path.with_name(name)
        _write_table(table, attached)
        written.append(attached)
    beside = path.with_name(f".{path.name}.part")
    book.save(beside)
    beside.replace(path)
    return [path, *written]


def _write_table(table: Table, path: Path) -> None:
    beside = path.with_name(f".{path.name}.part")
    with beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        writer.writerows(table.rows)
    beside.replace(path)
