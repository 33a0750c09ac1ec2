"""Provinces of 1976 to 2008 (*Sông Bé*, *Hà Tây*), which papers of the elderly still name.

A table of today's units does not know them, and a native place in one of them would stand on every
list of differences. All that is told is whether two names can be meant of one place.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from forms.vietnamese import compare_key


@cache
def _successors() -> Mapping[str, tuple[str, ...]]:
    """Compare key of a former name -> the provinces of 2008 to 2025 that hold its land."""
    text = (files("resources") / "former_provinces" / "provinces.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {compare_key(row["name"]): tuple(row["went_to"].split(";")) for row in rows}


def may_be_one(one: str, other: str, are_alike: Callable[[str, str], bool]) -> bool:
    """Can two different names of provinces mean one place, when at least one is a former one?

    Args:
        one, other: the names without the word for their kind, in any spelling.
        are_alike: whether two names of 2008 or later can mean one place.
    """
    known = _successors()
    keys = compare_key(one), compare_key(other)
    if keys[0] not in known and keys[1] not in known:
        return False
    first, second = known.get(keys[0], (one,)), known.get(keys[1], (other,))
    return any(compare_key(a) == compare_key(b) or are_alike(a, b) for a in first for b in second)
