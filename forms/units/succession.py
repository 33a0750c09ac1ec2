"""What became of a unit on 01/07/2025, and what a unit was made of.

Going over is no function: 441 old units were divided between several new ones. A ``Succession``
therefore lists candidates; it has no unit of its own to be taken by mistake. ``resolve`` answers
only when there is exactly one candidate, otherwise somebody who knows the hamlet must ``choose``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from forms.units.index import UnitIndex
from forms.units.tables import SuccessorTable, read_successors
from forms.units.unit import Unit

_PROVINCE_CODE = 2


class Reason(Enum):
    """How an old unit lies in a new one.

    ``WHOLE``: all of it. ``SPLIT``: a part of it, and the new unit is the one proposed, or is made
    of parts only. ``BOUNDARY``: a part of it went over the boundary to a unit that other whole
    communes make up. ``SPLIT`` and ``BOUNDARY`` are told apart by what else the new unit is made
    of; the tables do not say how large a part is.
    """

    WHOLE = "whole"
    SPLIT = "split"
    BOUNDARY = "boundary"


class Check(Enum):
    """How sure a pair of an old and a new unit is.

    ``AGREE``: two sources. ``ONE``: one source only. ``OFFICIAL``: the sources differed, and the
    pair is that of the official table.
    """

    AGREE = "agree"
    ONE = "one"
    OFFICIAL = "official"


@dataclass(frozen=True, slots=True)
class Successor:
    """A new unit that took all or a part of an old one; the proposed one is the default."""

    unit: Unit
    reason: Reason
    is_default: bool
    check: Check


@dataclass(frozen=True, slots=True)
class Predecessor:
    """An old unit that all or a part of a new one was made of."""

    unit: Unit
    reason: Reason
    check: Check


@dataclass(frozen=True, slots=True)
class Succession:
    """Where an old unit went: candidates, the proposed one first.

    A district has every new unit that took one of its communes, and none is proposed.
    """

    old: Unit
    candidates: tuple[Successor, ...]

    @property
    def needs_choice(self) -> bool:
        """Must somebody choose?"""
        return len(self.candidates) != 1

    def resolve(self) -> Unit | None:
        """The new unit when there is exactly one, otherwise ``None``."""
        return None if self.needs_choice else self.candidates[0].unit

    def choose(self, new_code: str) -> Unit:
        """The candidate with this code. Raises ``LookupError`` when it is none of them."""
        for candidate in self.candidates:
            if candidate.unit.code == new_code:
                return candidate.unit
        raise LookupError(f"{self.old.code} did not go to {new_code}")


class Successors:
    """The table of old and new units, read when it is first needed.

    Old and new units are told by their positions in the index, pairs by their rows in the table.
    """

    def __init__(self, index: UnitIndex) -> None:
        self._index = index

    @cached_property
    def _table(self) -> SuccessorTable:
        return read_successors()

    def _rows_of_old(self, old: int) -> range:
        """The rows of an old unit; they stand together."""
        codes, code = self._table.old_codes, self._index.table.codes[old]
        return range(bisect_left(codes, code), bisect_right(codes, code))

    @cached_property
    def _rows_of_new(self) -> dict[str, list[int]]:
        """The rows of each new code."""
        rows: dict[str, list[int]] = {}
        for row, code in enumerate(self._table.new_codes):
            rows.setdefault(code, []).append(row)
        return rows

    def _old(self, row: int) -> int:
        return self._position(self._table.old_codes[row], is_old=True)

    def _new(self, row: int) -> int:
        return self._position(self._table.new_codes[row], is_old=False)

    def _position(self, code: str, *, is_old: bool) -> int:
        entity = self._index.entity_of(code, is_old=is_old)
        if entity is None:
            raise ValueError(f"unknown unit {code}")
        return entity

    @cached_property
    def _provinces(self) -> dict[int, list[int]]:
        """The provinces of the other system with the same land, of each province.

        Every address line needs these, few need the whole table.
        """
        found: dict[int, list[int]] = {}
        table = self._table
        for old_code, new_code in zip(table.old_codes, table.new_codes, strict=True):
            if len(old_code) == _PROVINCE_CODE:
                old = self._position(old_code, is_old=True)
                new = self._position(new_code, is_old=False)
                found.setdefault(old, []).append(new)
                found.setdefault(new, []).append(old)
        return found

    def other_provinces(self, province: int) -> list[int]:
        """The provinces of the other system that a province lies in, or that lie in it."""
        return self._provinces.get(province, [])

    def of(self, old: int) -> tuple[Successor, ...]:
        """The candidates of an old unit, the proposed one first."""
        rows = self._rows_of_old(old)
        if not rows:
            return self._of_district(old)
        found = [
            Successor(
                unit=self._index.unit(self._new(row)),
                reason=self._reason(row),
                is_default=self._is_default(row),
                check=Check(self._table.checks[row]),
            )
            for row in rows
        ]
        return tuple(sorted(found, key=lambda one: (not one.is_default, one.unit.code)))

    def _of_district(self, old: int) -> tuple[Successor, ...]:
        """The new units of all communes of a district, each once."""
        news = sorted(self.footprint(old))
        alone = len(news) == 1
        reason = Reason.WHOLE if alone else Reason.SPLIT
        return tuple(Successor(self._index.unit(new), reason, alone, Check.AGREE) for new in news)

    def before(self, new: int) -> tuple[Predecessor, ...]:
        """What a new unit was made of, ordered by code."""
        found = [
            Predecessor(
                unit=self._index.unit(self._old(row)),
                reason=self._reason(row),
                check=Check(self._table.checks[row]),
            )
            for row in self._rows_of_new.get(self._index.table.codes[new], ())
        ]
        return tuple(sorted(found, key=lambda one: one.unit.code))

    def footprint(self, entity: int) -> frozenset[int]:
        """The new communes that a unit of either system lies in, wholly or partly."""
        index = self._index
        below = index.below(entity)
        if not index.is_old[entity]:
            return frozenset(below or (entity,))
        if not below:
            return frozenset(map(self._new, self._rows_of_old(entity)))
        return frozenset().union(*map(self.footprint, below))

    def _is_default(self, row: int) -> bool:
        return self._table.defaults[row] == "1"

    def _is_whole(self, row: int) -> bool:
        """Is it the only row of its old unit?"""
        codes = self._table.old_codes
        code = codes[row]
        return codes[row - 1 : row] != [code] and codes[row + 1 : row + 2] != [code]

    def _reason(self, row: int) -> Reason:
        if self._is_whole(row):
            return Reason.WHOLE
        stands_without = any(map(self._is_whole, self._rows_of_new[self._table.new_codes[row]]))
        return Reason.BOUNDARY if stands_without and not self._is_default(row) else Reason.SPLIT
