"""Ages, and what a rule makes of a birth date that lacks its day or month.

Without a rule nothing is made of it: an age is then a span, and "from 15" is yes, no or unknown.
Texts of law that fill in the missing parts stand in the dated list ``age_rules``, one row each; a
rule is used only where its text applies, by the name of its row.

A year of age is full on the birthday; who was born on 29 February is a year older on 1 March in
years without that day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, unique
from functools import cache

from forms.catalogues import catalogue
from forms.dates import PartialDate

#: The rule that fills in nothing.
AS_KNOWN = "as_known"
#: NĐ 158/2025/NĐ-CP Điều 12: the first day of the year, or of the month.
PENSION = "pension_nd158_2025"


@unique
class Certainty(Enum):
    """An answer about an age that may not be known exactly."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __invert__(self) -> Certainty:
        return _OPPOSITES[self]


_OPPOSITES = {
    Certainty.YES: Certainty.NO,
    Certainty.NO: Certainty.YES,
    Certainty.UNKNOWN: Certainty.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class AgeRule:
    """What a text of law puts for the parts of a birth date that are not known.

    Attributes:
        valid_from, valid_to: days in force, both included; ``None`` for no limit.
        month, day: put where unknown; ``None`` when the rule puts nothing.
    """

    code: str
    valid_from: date | None
    valid_to: date | None
    month: int | None
    day: int | None
    applies_to_vi: str
    source: str

    def is_in_force(self, on: date) -> bool:
        """Does the rule count on that day?"""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )

    def span(self, birth: PartialDate) -> tuple[date, date]:
        """The first and the last day of birth under this rule; one day when it decides."""
        month = birth.month or self.month
        day = birth.day or (self.day if month is not None else None)
        counted = PartialDate(birth.year, month, day)
        return counted.earliest(), counted.latest()


@cache
def age_rules() -> Mapping[str, AgeRule]:
    """Every rule by its code."""
    return {code: _rule(row) for code, row in catalogue("age_rules").rows.items()}


def age_rule(code: str) -> AgeRule:
    """One rule. Raises ``KeyError`` for a code that is none."""
    return age_rules()[code]


def _rule(row: Mapping[str, str]) -> AgeRule:
    def day(column: str) -> date | None:
        return date.fromisoformat(row[column]) if row[column] else None

    def number(column: str) -> int | None:
        return int(row[column]) if row[column] else None

    return AgeRule(
        code=row["code"],
        valid_from=day("valid_from"),
        valid_to=day("valid_to"),
        month=number("month"),
        day=number("day"),
        applies_to_vi=row["applies_to"],
        source=row["source"],
    )


def ages_on(birth: PartialDate, on: date, *, rule: AgeRule | None = None) -> tuple[int, int]:
    """The least and the greatest age on a day, in full years; negative before the birth."""
    first, last = (rule or age_rule(AS_KNOWN)).span(birth)
    return _full_years(last, on), _full_years(first, on)


def age_on(birth: PartialDate, on: date, *, rule: AgeRule | None = None) -> int | None:
    """The age on a day, or ``None`` when the known parts leave it open."""
    least, greatest = ages_on(birth, on, rule=rule)
    return least if least == greatest else None


def has_reached(
    birth: PartialDate, years: int, on: date, *, rule: AgeRule | None = None
) -> Certainty:
    """Is the person ``years`` old or older on that day (*từ đủ 15 tuổi*)?"""
    least, greatest = ages_on(birth, on, rule=rule)
    if least >= years:
        return Certainty.YES
    return Certainty.UNKNOWN if greatest >= years else Certainty.NO


def is_under(birth: PartialDate, years: int, on: date, *, rule: AgeRule | None = None) -> Certainty:
    """Is the person younger than ``years`` on that day (*dưới 16 tuổi*)?"""
    return ~has_reached(birth, years, on, rule=rule)


def _full_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
