"""Do two address lines mean the same place, each under old or new units?

A commune of the old system and the new commune that took all of it are the same place as far as
the papers tell; an old commune that was split may lie in any of its successors. What stands before
the units (hamlet, street) is compared on its own: hamlets were renamed in the mergers too, so
another hamlet does not make another place here.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from forms.units.index import UnitIndex
from forms.units.readings import AddressReading, Doubt
from forms.units.succession import Successors
from forms.units.words import detail_key

_MOST_PAIRS = 400


class Sameness(Enum):
    """The answer. ``MAYBE`` when one is wider than the other, split, ambiguous or not read."""

    SAME = "same"
    MAYBE = "maybe"
    DIFFERENT = "different"


class PlaceReason(Enum):
    """Why two lines are taken for the same place or not.

    ``DOUBTFUL``: the units read are the same, but one line has other marks or a wrong letter, or
    names a smaller unit that could not be read.
    """

    SAME_UNIT = "same_unit"
    OLD_AND_NEW = "old_and_new"
    SPLIT = "split"
    WIDER = "wider"
    AMBIGUOUS = "ambiguous"
    DOUBTFUL = "doubtful"
    OTHER_UNIT = "other_unit"
    NOT_READ = "not_read"


class PlaceComparison(NamedTuple):
    """The units of two lines compared, and the rest of the lines compared."""

    units: Sameness
    reason: PlaceReason
    detail: Sameness


_DOUBTFUL = frozenset({Doubt.MARKS, Doubt.TYPO, Doubt.UNREAD})
_DIFFERENT = (Sameness.DIFFERENT, PlaceReason.OTHER_UNIT)
_WIDER = (Sameness.MAYBE, PlaceReason.WIDER)


class PlaceComparer:
    """Compares readings of address lines."""

    def __init__(self, index: UnitIndex, successors: Successors) -> None:
        self._index = index
        self._successors = successors
        self._footprints: dict[int, frozenset[int]] = {}

    def compare(self, one: AddressReading, other: AddressReading) -> PlaceComparison:
        """The same place, perhaps, or another one?"""
        if one.text == other.text:
            known = PlaceReason.SAME_UNIT if one.candidates else PlaceReason.NOT_READ
            return PlaceComparison(Sameness.SAME, known, Sameness.SAME)
        units, reason = self._units(one, other)
        if units is Sameness.SAME and (_is_doubtful(one) or _is_doubtful(other)):
            units, reason = Sameness.MAYBE, PlaceReason.DOUBTFUL
        return PlaceComparison(units, reason, _detail(one.left_over, other.left_over))

    def _units(self, one: AddressReading, other: AddressReading) -> tuple[Sameness, PlaceReason]:
        left, right = one.best_entities, other.best_entities
        if not left or not right:
            return Sameness.MAYBE, PlaceReason.NOT_READ
        if left == right:
            return Sameness.SAME, PlaceReason.SAME_UNIT
        if len(left) * len(right) > _MOST_PAIRS:
            return Sameness.MAYBE, PlaceReason.AMBIGUOUS
        answers = {self._pair(a, b) for a in left for b in right}
        if len(answers) == 1:
            return answers.pop()
        if all(answer is Sameness.DIFFERENT for answer, _ in answers):
            return _DIFFERENT
        return Sameness.MAYBE, PlaceReason.AMBIGUOUS

    def _pair(self, one: int, other: int) -> tuple[Sameness, PlaceReason]:
        index = self._index
        if one == other:
            return Sameness.SAME, PlaceReason.SAME_UNIT
        if index.is_old[one] == index.is_old[other]:
            lines = set(index.line(one)), set(index.line(other))
            return _WIDER if other in lines[0] or one in lines[1] else _DIFFERENT
        old, new = (one, other) if index.is_old[one] else (other, one)
        return self._old_and_new(old, new)

    def _old_and_new(self, old: int, new: int) -> tuple[Sameness, PlaceReason]:
        before, after = self._footprint(old), self._footprint(new)
        if before.isdisjoint(after):
            return _DIFFERENT
        if self._index.levels[old] != self._index.levels[new] and len(before) > 1:
            return _WIDER
        if self._index.levels[old] > self._index.levels[new]:
            return _WIDER
        if before <= after:
            return Sameness.SAME, PlaceReason.OLD_AND_NEW
        return Sameness.MAYBE, PlaceReason.SPLIT

    def _footprint(self, entity: int) -> frozenset[int]:
        known = self._footprints.get(entity)
        if known is None:
            known = self._footprints[entity] = self._successors.footprint(entity)
        return known


def _is_doubtful(reading: AddressReading) -> bool:
    return any(candidate.doubts & _DOUBTFUL for candidate in reading.best)


def _detail(one: str, other: str) -> Sameness:
    """The rest of two lines: the same, one of them silent, or different."""
    if one == other:
        return Sameness.SAME
    keys: Iterable[str] = (detail_key(one), detail_key(other))
    left, right = keys
    if left == right:
        return Sameness.SAME
    return Sameness.DIFFERENT if left and right else Sameness.MAYBE
