"""One version of an administrative unit.

A unit is named by its official code *and* a day: a new commune often took the code of one of the
old communes it was made of, with another extent, and a code may change its kind (xã to phường)
while everything else stays. Names are never keys.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from forms.units.kinds import LAST_DAY_OF_DISTRICTS, Era, Kind, Level, level_of_code


class Unit(Struct, frozen=True, gc=False):
    """A unit as it was from one day to another, both included.

    Attributes:
        code: the official code (2 digits a province, 3 a district, 5 a commune).
        name: the name without the word for its kind.
        parent_code: of the unit above; empty for a province.
        valid_from: first day; ``None`` when the table does not tell (units before 01/07/2025
            are known as they were on their last day).
        valid_to: last day; ``None`` while in force.
    """

    code: str
    kind: Kind
    name: str
    parent_code: str
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def full_name(self) -> str:
        """The kind and the name, as printed."""
        return f"{self.kind.word} {self.name}"

    @property
    def level(self) -> Level:
        """Province, district or commune."""
        return level_of_code(self.code)

    @property
    def era(self) -> Era:
        """The system this version belongs to."""
        ended = self.valid_to is not None and self.valid_to <= LAST_DAY_OF_DISTRICTS
        return Era.THREE_TIER if ended else Era.TWO_TIER

    def is_valid_on(self, day: date) -> bool:
        """Was this version in force on that day?"""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )
