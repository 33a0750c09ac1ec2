"""Two dates of birth, each perhaps without day or month."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from forms.comparison.outcomes import SAME, FieldComparison, Reason, Side, because
from forms.comparison.spelling import by_spelling, quickly, too_long
from forms.date_entry import parse_entry
from forms.dates import PartialDate, parse_stored, parse_typed
from forms.vietnamese import compare_key


# There are some 25,000 days on which people of a register were born.
@lru_cache(maxsize=65536)
def _read(text: str) -> PartialDate | None:
    return parse_stored(text) or parse_typed(text) or parse_entry(text).value


def compare_birth_dates(record: str, extract: str) -> FieldComparison:
    """How the two dates stand to one another; every spelling of one date is the same."""
    if record == extract:
        return SAME
    one, other = _read(record), _read(extract)
    if one is not None and other is not None:
        return SAME if one == other else _compared(one, other)
    keys = compare_key(record), compare_key(extract)
    if keys[0] != keys[1] and not all(keys):
        return because(Reason.VALUE_MISSING, lacking=Side.EXTRACT if keys[0] else Side.RECORD)
    quick = quickly(record, extract) or too_long(record, extract, Reason.NOT_A_DATE)
    quick = quick or by_spelling(record, extract)
    return because(Reason.NOT_A_DATE) if quick is None else quick


def _compared(one: PartialDate, other: PartialDate) -> FieldComparison:
    if one.is_part_of(other):
        return because(*_missing(one, other), lacking=Side.RECORD)
    if other.is_part_of(one):
        return because(*_missing(other, one), lacking=Side.EXTRACT)
    return because(*_differences(one, other))


def _missing(short: PartialDate, long: PartialDate) -> Iterator[Reason]:
    if short.month is not None:
        yield Reason.DAY_MISSING
        return
    # A date without day is all the extract may have too; that still is more than a year.
    yield Reason.DAY_AND_MONTH_MISSING
    if (long.month, long.day) == (1, 1):
        yield Reason.FIRST_OF_JANUARY


def _differences(one: PartialDate, other: PartialDate) -> Iterator[Reason]:
    if one.year != other.year:
        yield Reason.YEAR_DIFFERS
    if one.month is None or other.month is None:
        return
    if (one.month, one.day) == (other.day, other.month) and one.month != one.day:
        yield Reason.DAY_AND_MONTH_SWAPPED
        return
    if one.month != other.month:
        yield Reason.MONTH_DIFFERS
    if one.day is not None and other.day is not None and one.day != other.day:
        yield Reason.DAY_DIFFERS
