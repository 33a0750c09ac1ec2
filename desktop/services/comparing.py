"""How values read in the CSDLQG stand to those that were sent: another spelling, or another value.

The table of administrative units is read with the first comparison (most of a second), so that
opening a register does not wait for it; compare in a job.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from forms.comparison.outcomes import (
    COMPARED_FIELDS,
    SAME,
    FieldComparison,
    Outcome,
    Reason,
    Side,
    because,
)
from forms.comparison.people import Comparer
from forms.comparison.unit_reader import UnitPlaceReader
from forms.units.gazetteer import Units
from forms.vietnamese import clean

#: The record says nothing where the CSDLQG has something: a difference that nobody judges.
_ONLY_THERE = because(Reason.VALUE_MISSING, lacking=Side.RECORD)


@lru_cache(maxsize=1)
def _comparer() -> Comparer:
    return Comparer(reader=UnitPlaceReader(Units.with_training()))


def compare_field(name: str, sent: str, found: str) -> FieldComparison:
    """One compared field; dates are stored ones or as typed."""
    sent, found = clean(sent), clean(found)
    if sent == found:
        return SAME
    if not sent:
        return _ONLY_THERE
    return _comparer().compare({name: sent}, {name: found}).field(name)


def compare_typed(sent: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, FieldComparison]:
    """Every compared field in which something was typed."""
    return {
        name: compare_field(name, sent.get(name, ""), typed[name])
        for name in COMPARED_FIELDS
        if clean(typed.get(name, ""))
    }


def is_same_to_readers(name: str, sent: str, found: str) -> bool:
    """Would no reader call these two values different?"""
    comparison = compare_field(name, sent, found)
    return comparison.outcome in (Outcome.SAME, Outcome.SPELLING) and not comparison.asks_review
