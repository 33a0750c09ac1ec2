"""The four fields of one person, and the verdict.

The same happens whether the police compare by hand or an extract of the CSDLQG comes as a table:
values are compared as they are read there, never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from forms.comparison.birth_dates import compare_birth_dates
from forms.comparison.names import compare_names
from forms.comparison.outcomes import (
    BIRTH_DATE,
    FULL_NAME,
    NATIVE_PLACE,
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
            SAME if names[0] == names[1] else compare_names(*names),
            SAME if dates[0] == dates[1] else compare_birth_dates(*dates),
            SAME if native[0] == native[1] else self._places(*native),
            SAME if residence[0] == residence[1] else self._places(*residence),
        )
        if fields == _ALL_SAME.fields:
            return _ALL_SAME
        return PersonComparison(verdict_of(fields), fields)


def verdict_of(fields: tuple[FieldComparison, ...]) -> Verdict:
    """What the fields together say of the person."""
    if any(field.outcome is Outcome.DIFFERENT for field in fields):
        return Verdict.DIFFERS
    if any(field.asks_review for field in fields):
        return Verdict.REVIEW_NEEDED
    return Verdict.MATCHED
