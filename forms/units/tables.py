"""Reads the tables of ``resources/units``; ``resources/units/build.py`` tells how they are made."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from forms.units.kinds import KINDS, Kind

_UNIT_COLUMNS = 5


class State(NamedTuple):
    """What many versions of units share."""

    kind: Kind
    first_day: date | None
    last_day: date | None


class UnitTable(NamedTuple):
    """All versions of all units by column, ordered by code and first day.

    ``states`` are letters of ``state``. Former names are keys, several divided by spaces.
    """

    state: dict[str, State]
    codes: list[str]
    states: list[str]
    names: list[str]
    parent_codes: list[str]
    former_names: list[str]


class SuccessorTable(NamedTuple):
    """Pairs of an old and a new unit by column, ordered by the old code."""

    old_codes: list[str]
    new_codes: list[str]
    defaults: list[str]
    checks: list[str]


class OtherName(NamedTuple):
    """Another name in use for a unit, in one system (``last_day`` as in the table of units)."""

    code: str
    last_day: date | None
    name: str


def read_units() -> UnitTable:
    """Every version of every unit."""
    state = {
        row["state"]: State(KINDS[row["kind"]], _day(row["first_day"]), _day(row["last_day"]))
        for row in _rows("states.csv")
    }
    cells = _cells("units.tsv.gz")
    return UnitTable(state, *(cells[column::_UNIT_COLUMNS] for column in range(_UNIT_COLUMNS)))


def read_successors() -> SuccessorTable:
    """Every pair of an old and a new unit; ``1`` in ``defaults`` for the proposed one."""
    cells = _cells("successors.tsv.gz")
    return SuccessorTable(cells[0::4], cells[1::4], cells[2::4], cells[3::4])


def read_other_names() -> list[OtherName]:
    """Names in daily use and abbreviations. No day: units of both systems."""
    return [
        OtherName(row["code"], _day(row["last_day"]), row["name"])
        for row in _rows("other_names.csv")
    ]


def read_other_codes() -> Mapping[str, str]:
    """Codes that other official lists use, to those of ours."""
    return {row["code"]: row["stands_for"] for row in _rows("other_codes.csv")}


@cache
def words() -> Mapping[str, tuple[str, str]]:
    """Words before names: what each means and the word it is short for, or itself."""
    return {
        row["word"]: (row["means"], row["stands_for"] or row["word"]) for row in _rows("words.csv")
    }


def _cells(name: str) -> list[str]:
    """Every cell of a packed table, row after row; one flat list, made ten times faster."""
    packed = (files("resources") / "units" / name).read_bytes()
    return gzip.decompress(packed).decode().removesuffix("\n").replace("\n", "\t").split("\t")


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("resources") / "units" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
