"""The four fields of one person, and the verdict.

The same happens whether the police compare by hand or an extract of the CSDLQG comes as a table:
values are compared as they are read there, never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from forms.comparison.birth_dates import compare_birth_dates
from forms.comparison.names import compare_names
from forms.comparison.outcomes import (
    BIRTH_DATE,
    FULL_NAME,
    NATIVE_PLACE,
    NOT_STATED,
    PERMANENT_RESIDENCE,
    SAME,
    FieldComparison,
    Outcome,
    PersonComparison,
    Verdict,
)
from forms.comparison.places import PlaceReader, compare_places

_ALL_SAME = PersonComparison(Verdict.MATCHED, (SAME, SAME, SAME, SAME))
_NOT_FOUND = PersonComparison(Verdict.NOT_FOUND, ())
#: Signs that fill a box and say nothing.
_NOTHING = " \t\r\n\u00a0-.?_/"
#: Pairs of places that are remembered: neighbours share them, and they cost most.
_REMEMBERED_PLACES = 8192


class Comparer:
    """Compares people with rows of an extract; keep one for a whole list."""

    def __init__(self, *, reader: PlaceReader | None = None) -> None:
        def compare(record: str, extract: str) -> FieldComparison:
            return compare_places(record, extract, reader=reader)

        self._places = lru_cache(maxsize=_REMEMBERED_PLACES)(compare)

    def compare(
        self, record: Mapping[str, str | None], extract: Mapping[str, str | None] | None
    ) -> PersonComparison:
        """The four fields by their names (``COMPARED_FIELDS``); others are passed over.

        ``extract`` is ``None`` when the CSDLQG does not have the person.
        """
        if extract is None:
            return _NOT_FOUND
        mine, theirs = record.get, extract.get
        names = (mine(FULL_NAME) or "", theirs(FULL_NAME) or "")
        dates = (mine(BIRTH_DATE) or "", theirs(BIRTH_DATE) or "")
        native = (mine(NATIVE_PLACE) or "", theirs(NATIVE_PLACE) or "")
        residence = (mine(PERMANENT_RESIDENCE) or "", theirs(PERMANENT_RESIDENCE) or "")
        fields = (
            _compared(names, compare_names),
            _compared(dates, _birth_dates),
            _compared(native, self._places),
            _compared(residence, self._places),
        )
        if fields == _ALL_SAME.fields:
            return _ALL_SAME
        return PersonComparison(verdict_of(fields), fields)


def _compared(
    sides: tuple[str, str], compare: Callable[[str, str], FieldComparison]
) -> FieldComparison:
    record, extract = sides
    if not (record[:1].isalnum() or extract[:1].isalnum()) and not (
        record.strip(_NOTHING) or extract.strip(_NOTHING)
    ):
        return NOT_STATED
    if record == extract and compare is not _birth_dates:
        return SAME
    return compare(record, extract)


def _birth_dates(record: str, extract: str) -> FieldComparison:
    """Two equal texts without any figure (*không rõ*) are no date that matches."""
    if record == extract:
        is_told = record[-1:].isdigit() or any(map(str.isdigit, record))
        return SAME if is_told else NOT_STATED
    return compare_birth_dates(record, extract)


def verdict_of(fields: tuple[FieldComparison, ...]) -> Verdict:
    """What the fields together say of the person."""
    if any(field.outcome is Outcome.DIFFERENT for field in fields):
        return Verdict.DIFFERS
    if any(field.asks_review for field in fields):
        return Verdict.REVIEW_NEEDED
    return Verdict.MATCHED
