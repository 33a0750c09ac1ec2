"""Lists that the law can change, read from dated tables.

One file of ``resources/catalogues`` is one issue of one list: ``<list>.<issued-on>.csv`` with a
column ``code`` (text, leading zeros kept). A published issue never changes; a new issue is a new
file. ``catalogues.csv`` says where each issue comes from; an issue without such a line is not
read, so that no table is in use whose origin nobody knows.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files

_FOLDER = "catalogues"


@dataclass(frozen=True, slots=True)
class CatalogueIssue:
    """Where one issue of one list comes from."""

    name: str
    issued_on: date
    source: str
    copied_from: str
    note: str
    licence: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One issue of one list: its rows by code, in the order of the table."""

    issue: CatalogueIssue
    rows: Mapping[str, Mapping[str, str]] = field(repr=False)

    def column(self, name: str) -> dict[str, str]:
        """One column by code."""
        return {code: row[name] for code, row in self.rows.items()}


@cache
def catalogue_issues() -> tuple[CatalogueIssue, ...]:
    """Every issue of every list, as declared."""
    return tuple(
        CatalogueIssue(
            name=row["list"],
            issued_on=date.fromisoformat(row["issued_on"]),
            source=row["source"],
            copied_from=row["copied_from"],
            note=row["note"],
            licence=row["licence"] or "",
        )
        for row in _read("catalogues.csv")
    )


@cache
def catalogue(name: str, *, on: date | None = None) -> Catalogue:
    """The last issue of a list, or the last one issued by ``on``.

    Raises ``KeyError`` when there is none.
    """
    issues = [
        issue
        for issue in catalogue_issues()
        if issue.name == name and (on is None or issue.issued_on <= on)
    ]
    if not issues:
        raise KeyError(name)
    last = max(issues, key=lambda issue: issue.issued_on)
    rows = _read(f"{name}.{last.issued_on.isoformat()}.csv")
    return Catalogue(last, {row["code"]: row for row in rows})


def _read(file_name: str) -> list[dict[str, str]]:
    text = (files("resources") / _FOLDER / file_name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
