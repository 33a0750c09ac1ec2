"""What a comparison can say: outcomes of a field, verdicts on a person, and coded reasons.

The procedure (Kế hoạch 251/KH-UBND, Phụ lục, mục 1.e, Bước 3) compares four fields of a record with
the CSDLQG về dân cư and wants a list that says what differs. A difference that no reader would
call one must not come onto that list; one that is there must not be hidden. Sentences for people
are in ``forms.comparison.wording``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, unique
from typing import NamedTuple

#: The four compared fields, as person fields of the documents.
FULL_NAME = "full_name"
BIRTH_DATE = "birth_date"
NATIVE_PLACE = "native_place"
PERMANENT_RESIDENCE = "permanent_residence"
COMPARED_FIELDS = (FULL_NAME, BIRTH_DATE, NATIVE_PLACE, PERMANENT_RESIDENCE)


@unique
class Outcome(Enum):
    """How one field of the record stands to the same field of the extract, the worst one last."""

    SAME = "same"
    SPELLING = "spelling"
    PART_MISSING = "part_missing"
    DIFFERENT = "different"


@unique
class Verdict(Enum):
    """What follows for the person; three of them are the answers of the procedure."""

    MATCHED = "matched"
    REVIEW_NEEDED = "review_needed"
    DIFFERS = "differs"
    NOT_FOUND = "not_found"


@unique
class Side(Enum):
    """Which of the two says less."""

    RECORD = "record"
    EXTRACT = "extract"

    @property
    def other(self) -> Side:
        """The other of the two."""
        return Side.EXTRACT if self is Side.RECORD else Side.RECORD


@unique
class Reason(Enum):
    """Why a field is not simply the same. A code never changes its meaning."""

    # Spelling only.
    COMPOSITION = "composition"  # marks as signs of their own (NFD)
    INVISIBLE = "invisible"
    D_LOOKALIKE = "d_lookalike"  # Eth or African D for Đ
    SPACES = "spaces"
    SIGNS = "signs"  # kinds of apostrophes and hyphens
    CASE = "case"
    TONE_PLACEMENT = "tone_placement"
    I_OR_Y = "i_or_y"
    NAME_SIGNS = "name_signs"  # "H'Mai" and "H Mai", "Y-Krông" and "Y Krông"
    PUNCTUATION = "punctuation"
    ABBREVIATION = "abbreviation"
    UNIT_WORD = "unit_word"  # "Suối Mẫu" for "Xã Suối Mẫu"
    FEWER_LEVELS = "fewer_levels"  # the same unit, without its district or province
    OLD_AND_NEW_UNITS = "old_and_new_units"
    SPLIT_UNIT = "split_unit"
    UNITS_UNCLEAR = "units_unclear"  # names that can be the same place or not
    HAMLET_AFTER_MERGER = "hamlet_after_merger"
    OTHER_SPELLING = "other_spelling"
    # One side says less.
    VALUE_MISSING = "value_missing"
    NOT_STATED = "not_stated"  # by neither side
    MARKS_MISSING = "marks_missing"
    MIDDLE_NAME_MISSING = "middle_name_missing"
    NAME_PART_MISSING = "name_part_missing"
    DAY_MISSING = "day_missing"
    DAY_AND_MONTH_MISSING = "day_and_month_missing"
    FIRST_OF_JANUARY = "first_of_january"  # the full date may be made up of a year
    HAMLET_MISSING = "hamlet_missing"
    PLACE_PART_MISSING = "place_part_missing"
    # Real differences.
    ONLY_MARKS_DIFFER = "only_marks_differ"
    ONE_LETTER = "one_letter"
    NAME_ORDER = "name_order"
    FAMILY_NAME_DIFFERS = "family_name_differs"
    MIDDLE_NAME_DIFFERS = "middle_name_differs"
    GIVEN_NAME_DIFFERS = "given_name_differs"
    OTHER_NAME = "other_name"
    DAY_AND_MONTH_SWAPPED = "day_and_month_swapped"
    DAY_DIFFERS = "day_differs"
    MONTH_DIFFERS = "month_differs"
    YEAR_DIFFERS = "year_differs"
    NOT_A_DATE = "not_a_date"
    UNIT_KIND_DIFFERS = "unit_kind_differs"  # Xã Lộc Ninh, Phường Lộc Ninh
    PROVINCE_DIFFERS = "province_differs"
    DISTRICT_DIFFERS = "district_differs"
    COMMUNE_DIFFERS = "commune_differs"
    HAMLET_DIFFERS = "hamlet_differs"
    OTHER_PLACE = "other_place"

    @property
    def outcome(self) -> Outcome:
        """What a field is that has this reason and no worse one."""
        return _OUTCOMES[self]

    @property
    def asks_review(self) -> bool:
        """Has a person to look although it is spelling only?"""
        return self in _ASKS_REVIEW


def _outcomes() -> dict[Reason, Outcome]:
    reasons = list(Reason)
    missing, different = (
        reasons.index(Reason.VALUE_MISSING),
        reasons.index(Reason.ONLY_MARKS_DIFFER),
    )
    return {
        reason: Outcome.SPELLING
        if place < missing
        else Outcome.PART_MISSING
        if place < different
        else Outcome.DIFFERENT
        for place, reason in enumerate(reasons)
    }


_OUTCOMES: Mapping[Reason, Outcome] = _outcomes()
# i and y, a dash or none make two names on paper; an old unit that was split, or a hamlet that has
# another name since the merger, may be the same place.
_ASKS_REVIEW = frozenset(
    {
        Reason.I_OR_Y,
        Reason.NAME_SIGNS,
        Reason.SPLIT_UNIT,
        Reason.UNITS_UNCLEAR,
        Reason.HAMLET_AFTER_MERGER,
    }
)


class FieldComparison(NamedTuple):
    """One compared field.

    Attributes:
        reasons: the worst first; empty when the field is simply the same.
        lacking: who says less, when one side does.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    lacking: Side | None = None

    @property
    def asks_review(self) -> bool:
        """Has a person to look before the field counts as a match?"""
        return self.outcome is Outcome.PART_MISSING or any(r.asks_review for r in self.reasons)

    @property
    def seen_from_the_other_side(self) -> FieldComparison:
        """What comparing the extract with the record gives."""
        if self.lacking is None:
            return self
        return FieldComparison(self.outcome, self.reasons, self.lacking.other)


SAME = FieldComparison(Outcome.SAME)
CASE_ONLY = FieldComparison(Outcome.SPELLING, (Reason.CASE,))


def because(*reasons: Reason, lacking: Side | None = None) -> FieldComparison:
    """The comparison that these reasons make; ``reasons`` must not be empty."""
    worst_first = sorted(dict.fromkeys(reasons), key=lambda r: -_RANK[_OUTCOMES[r]])
    return FieldComparison(_OUTCOMES[worst_first[0]], tuple(worst_first), lacking)


#: What neither side tells is no match.
NOT_STATED = FieldComparison(Outcome.PART_MISSING, (Reason.NOT_STATED,))

_RANK = {outcome: rank for rank, outcome in enumerate(Outcome)}


class PersonComparison(NamedTuple):
    """The four fields of one person, and what follows.

    Attributes:
        fields: in the order of ``COMPARED_FIELDS``; empty when the person was not found.
    """

    verdict: Verdict
    fields: tuple[FieldComparison, ...]

    def field(self, name: str) -> FieldComparison:
        """One compared field. Raises ``KeyError`` for another name or a person not found."""
        return dict(zip(COMPARED_FIELDS, self.fields, strict=False))[name]

    @property
    def differing(self) -> tuple[str, ...]:
        """The fields that really differ: what goes into the list of differences."""
        return tuple(
            name
            for name, field in zip(COMPARED_FIELDS, self.fields, strict=False)
            if field.outcome is Outcome.DIFFERENT
        )
