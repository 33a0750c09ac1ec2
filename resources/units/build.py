"""Builds the tables of administrative units from the source tables.

``python -m resources.units.build FOLDER [--to FOLDER]`` reads the five CSV files named in
``SOURCES`` from FOLDER and writes ``states.csv``, ``units.tsv.gz`` and ``successors.tsv.gz`` beside
this module.
The same sources always give the same files. ``provenance.csv`` tells where the sources come from
and holds the hash of each table; it is written by hand, and a test compares it. Shown by
``zcat units.tsv.gz``.

``states.csv``: a letter for each kind together with its first and last day, which are empty when
unknown or still running.

``units.tsv``: code, state, name, parent code, former names; by code and first day. Former names
(communes merged away from 2020 to 2024) are written small, without marks and spaces, divided by
spaces.

``successors.tsv``: old code, new code, ``1`` for the proposed one, and how it was checked:
``agree`` two sources, ``one`` one source only, ``official`` corrected after the official table.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import re
import string
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from forms.units.kinds import LAST_DAY_OF_DISTRICTS, Kind
from forms.vietnamese import search_key

SOURCES = (
    "admin_communes_old_63.csv",
    "admin_communes_new_34.csv",
    "admin_commune_map_old_new.csv",
    "admin_provinces_34.csv",
    "admin_changes_2026.csv",
)
STATES, UNITS, SUCCESSORS = "states.csv", "units.tsv.gz", "successors.tsv.gz"

_FIRST_DAY_OF_TWO_TIERS = LAST_DAY_OF_DISTRICTS + timedelta(days=1)
_FORMER_KINDS = ("phuong", "thitran", "xa", "tt")
_NUMBERED_WARD = re.compile(r"(?:phuong|ward|p|f)0*(\d+)")
_CHECKS = (("both_agree", "agree"), ("vau_only", "one"), ("conflict", "official"))

Row = tuple[str, ...]
Source = dict[str, str]


class Version(NamedTuple):
    """One version of a unit, ordered as in the table."""

    code: str
    first_day: str
    last_day: str
    kind: str
    name: str
    parent: str
    former_names: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the tables; the exit code is 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with the source tables")
    parser.add_argument("--to", type=Path, default=Path(__file__).parent)
    options = parser.parse_args(arguments)
    sources = [_read(options.folder / name) for name in SOURCES]
    old, new, map_rows, provinces, changes = sources
    versions = sorted({*_old_units(old), *_new_units(new, provinces, changes)})
    states = sorted({(version.first_day, version.last_day, version.kind) for version in versions})
    letters = dict(zip(states, string.ascii_letters, strict=False))
    _write_states(options.to / STATES, letters)
    write_table(options.to / UNITS, (_unit_row(version, letters) for version in versions))
    write_table(options.to / SUCCESSORS, sorted(_successors(map_rows, provinces)))
    return 0


def write_table(path: Path, rows: Iterable[Row]) -> None:
    """Writes the rows in their order; without the time of writing, so that the bytes repeat."""
    text = unicodedata.normalize("NFC", "".join("\t".join(row) + "\n" for row in rows))
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def _write_states(path: Path, letters: dict[tuple[str, str, str], str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("state", "kind", "first_day", "last_day"))
        for (first, last, kind), letter in letters.items():
            writer.writerow((letter, kind, first, last))


def _unit_row(version: Version, letters: dict[tuple[str, str, str], str]) -> Row:
    state = letters[version.first_day, version.last_day, version.kind]
    return version.code, state, version.name, version.parent, version.former_names


def _read(path: Path) -> list[Source]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _unit(
    code: str, full_name: str, parent: str, first: str, last: str, former: str = ""
) -> Version:
    kind, name = _divided(full_name)
    return Version(code, first, last, kind.key, name, parent, former)


def _divided(full_name: str) -> tuple[Kind, str]:
    """The kind and the name; the sources write some kinds with other capitals."""
    text = " ".join(full_name.split())
    for kind in Kind:
        if text.casefold().startswith(f"{kind.word} ".casefold()):
            return kind, text[len(kind.word) + 1 :]
    raise ValueError(f"no kind in {full_name!r}")


def _old_units(rows: list[Source]) -> Iterator[Version]:
    """The units of the last day with districts."""
    last = LAST_DAY_OF_DISTRICTS.isoformat()
    for row in rows:
        province, district = row["province_code"], row["district_code"]
        yield _unit(province, row["province"], "", "", last)
        yield _unit(district, row["district"], province, "", last)
        if row["commune_code"]:
            former = _former_names(row["alias_keys"], row["commune"])
            yield _unit(row["commune_code"], row["commune"], district, "", last, former)


def _new_units(
    communes: list[Source], provinces: list[Source], changes: list[Source]
) -> Iterator[Version]:
    """The units since 01/07/2025, one version for each name or kind they had."""
    acts = {row["code"]: row for row in changes if row["code"].isdigit()}
    for row in provinces:
        code = row["tctk_code"]
        names = row["name_2025_07_01"], row["name_current_2026_11"]
        yield from _versions(code, names, "", acts.get(code))
    for row in communes:
        code = row["commune_code"]
        names = row["commune_2025_07_01"], row["commune_current"]
        yield from _versions(code, names, row["province_code"], acts.get(code))


def _versions(
    code: str, names: tuple[str, str], parent: str, act: Source | None
) -> Iterator[Version]:
    first = _FIRST_DAY_OF_TWO_TIERS.isoformat()
    if (names[0] == names[1]) is not (act is None):
        raise ValueError(f"{code}: its names and the acts do not agree")
    if act is None:
        yield _unit(code, names[0], parent, first, "")
        return
    if (act["from"], act["to"]) != names:
        raise ValueError(f"{code}: the act changes {act['from']!r} to {act['to']!r}")
    changed = date.fromisoformat(act["effective"])
    before = (changed - timedelta(days=1)).isoformat()
    yield _unit(code, names[0], parent, first, before)
    yield _unit(code, names[1], parent, changed.isoformat(), "")


def _former_names(keys: str, full_name: str) -> str:
    """The former names without their kinds, each once, without the name it has."""
    given = {_plain(key) for key in keys.split(";") if key}
    own = _plain(_divided(full_name)[1])
    names = {_without_kind(key, given) for key in given}
    return " ".join(sorted(names - {own}))


def _without_kind(key: str, given: set[str]) -> str:
    if numbered := _NUMBERED_WARD.fullmatch(key):
        return numbered[1]
    if any(kind + key in given for kind in _FORMER_KINDS):
        return key
    for kind in _FORMER_KINDS:
        if key.startswith(kind):
            return key.removeprefix(kind)
    return key


def _plain(text: str) -> str:
    """Small letters and digits without marks, spaces and signs."""
    return "".join(c for c in search_key(text) if c.isascii() and c.isalnum())


def _successors(rows: list[Source], provinces: list[Source]) -> Iterator[Row]:
    """Communes, districts without communes, and provinces."""
    for row in rows:
        old = row["old_commune_code"] or row["old_district_code"]
        check = next(ours for theirs, ours in _CHECKS if row["check"].startswith(theirs))
        yield old, row["new_commune_code"], row["is_default"].replace("0", ""), check
    for row in provinces:
        for old in row["merged_from_63_codes"].split("+"):
            yield old, row["tctk_code"], "1", "agree"


if __name__ == "__main__":
    sys.exit(main())
