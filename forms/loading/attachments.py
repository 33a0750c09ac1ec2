"""CSV files that a form brings along: option lists in files, and tables for ``pulldata``.

They lie beside the form file, or in the folder ``<form file>-media`` as ODK keeps them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from forms.definition import Choice, Table
from forms.loading.report import Report
from forms.loading.rows import clean
from forms.mistakes import Mistake

LARGEST_FILE = 5_000_000
MOST_ROWS = 50_000
LONGEST_CELL = 20_000

_FILE_NAME = re.compile(r"[^\W_][\w. -]{0,99}\.csv", re.IGNORECASE)
#: The tables that expressions name: ``pulldata('table', …)`` and ``instance('table')``.
_NAMED = re.compile(r"(?:pulldata|instance)\s*\(\s*(?:'([^'{}]+)'|\"([^\"{}]+)\")")


class Attachments:
    """The attached files of one form; each is read once, when it is first asked for."""

    def __init__(self, form_file: Path, report: Report) -> None:
        self._folders = (form_file.parent, form_file.with_name(f"{form_file.stem}-media"))
        self._report = report
        self._tables: dict[str, Table | None] = {}

    def tables(self) -> dict[str, Table]:
        """The tables read, by file name without ``.csv``."""
        return {name: table for name, table in self._tables.items() if table is not None}

    def table(self, file_name: str, row: int, column: str) -> Table | None:
        """A file that the row names; tells why when it cannot be used."""
        if not _FILE_NAME.fullmatch(file_name):
            self._report.refuse_value("survey", row, column, file_name, "tên tệp .csv")
            return None
        name = file_name[: -len(".csv")]
        if name not in self._tables:
            path = self._find(file_name)
            if path is None:
                self._report.add(Mistake.DEF_043, "survey", row, column, name=file_name)
                return None
            self._tables[name] = _read(path, self._report)
        return self._tables[name]

    def read_named(self, expressions: Iterable[str]) -> None:
        """Reads the files that expressions name, where there are such files.

        A name without a file may be an option list; the expression's own check tells when not.
        """
        for expression in expressions:
            for match in _NAMED.finditer(expression):
                file_name = f"{match[1] or match[2]}.csv"
                name = file_name[: -len(".csv")]
                if name in self._tables or not _FILE_NAME.fullmatch(file_name):
                    continue
                path = self._find(file_name)
                if path is not None:
                    self._tables[name] = _read(path, self._report)

    def _find(self, file_name: str) -> Path | None:
        paths = (folder / file_name for folder in self._folders)
        return next((path for path in paths if path.is_file()), None)


class _UnusableError(Exception):
    """An attached file cannot be read; says from which line and why."""

    def __init__(self, row: int, detail: str) -> None:
        super().__init__(detail)
        self.row = row


def _read(path: Path, report: Report) -> Table | None:
    """One CSV file (UTF-8, with or without a mark at its start)."""
    try:
        lines = _lines(_text(path))
    except _UnusableError as error:
        name = path.name
        report.add(Mistake.DEF_044, name, error.row, "", name=name, detail=str(error))
        return None
    return _table(path.name, lines, report)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _UnusableError(0, "tệp quá lớn")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise _UnusableError(0, error.strerror or type(error).__name__) from error
    except UnicodeDecodeError as error:
        raise _UnusableError(0, "không phải UTF-8") from error


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """The lines with something in them, each with its number."""
    reader = csv.reader(StringIO(text, newline=""))
    lines: list[tuple[int, list[str]]] = []
    number = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((number, [clean(cell) for cell in cells]))
            number = reader.line_num + 1
    except csv.Error as error:
        raise _UnusableError(number, str(error)) from error
    if not lines:
        raise _UnusableError(0, "không có dòng nào")
    if len(lines) > MOST_ROWS:
        raise _UnusableError(0, "quá nhiều dòng")
    return lines


def _table(name: str, lines: list[tuple[int, list[str]]], report: Report) -> Table | None:
    (header_row, columns), *rest = lines
    wrong = False
    for column in columns:
        if not column or columns.count(column) > 1:
            report.add(Mistake.DEF_006, name, header_row, column, name=column)
            wrong = True
    rows = []
    for number, cells in rest:
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            report.add(Mistake.DEF_005, name, number, "", name=cells[-1])
            wrong = True
        if any(len(cell) > LONGEST_CELL for cell in cells):
            report.add(Mistake.DEF_030, name, number, "", limit=LONGEST_CELL)
            wrong = True
        padding = [""] * (len(columns) - len(cells))
        rows.append(tuple([*cells, *padding][: len(columns)]))
    return None if wrong else Table(tuple(columns), tuple(rows))


def choices_of(table: Table, *, value: str, label: str) -> tuple[Choice, ...]:
    """The options that a file holds: ``value`` and ``label`` are the names of its columns.

    Rows without a value are no options. Every other column is an attribute, and so are the two
    columns themselves when they are named otherwise, because filters know them by those names.
    """
    at_value, at_label = table.columns.index(value), table.columns.index(label)
    kept = [
        (at, column)
        for at, column in enumerate(table.columns)
        if (column, at) not in (("name", at_value), ("label", at_label))
    ]
    return tuple(
        Choice(row[at_value], row[at_label] or row[at_value], {name: row[at] for at, name in kept})
        for row in table.rows
        if row[at_value]
    )
