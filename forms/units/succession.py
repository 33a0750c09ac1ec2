"""What became of a unit on 01/07/2025, and what a unit was made of.

Going over is no function: 441 old units were divided between several new ones. A ``Succession``
therefore lists candidates; it has no unit of its own to be taken by mistake. ``resolve`` answers
only when there is exactly one candidate, otherwise somebody who knows the hamlet must ``choose``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from forms.units.index import UnitIndex
from forms.units.kinds import Level
from forms.units.tables import SuccessorRow, read_successors
from forms.units.unit import Unit


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

    Old and new units are told by their positions in the index.
    """

    def __init__(self, index: UnitIndex) -> None:
        self._index = index

    @cached_property
    def _rows(self) -> list[SuccessorRow]:
        return read_successors()

    @cached_property
    def forward(self) -> dict[int, list[tuple[int, SuccessorRow]]]:
        """The new units of each old one in the table, with their rows."""
        found: dict[int, list[tuple[int, SuccessorRow]]] = {}
        for row in self._rows:
            old, new = self._pair(row)
            found.setdefault(old, []).append((new, row))
        return found

    @cached_property
    def backward(self) -> dict[int, list[tuple[int, SuccessorRow]]]:
        """The old units of each new one, with their rows."""
        found: dict[int, list[tuple[int, SuccessorRow]]] = {}
        for row in self._rows:
            old, new = self._pair(row)
            found.setdefault(new, []).append((old, row))
        return found

    def _pair(self, row: SuccessorRow) -> tuple[int, int]:
        old = self._index.entity_of(row.old_code, is_old=True)
        new = self._index.entity_of(row.new_code, is_old=False)
        if old is None or new is None:
            raise ValueError(f"unknown unit in {row}")
        return old, new

    def of(self, old: int) -> tuple[Successor, ...]:
        """The candidates of an old unit, the proposed one first."""
        index = self._index
        direct = self.forward.get(old)
        if direct is None:
            return self._of_district(old)
        found = [
            Successor(
                unit=index.unit(new),
                reason=self._reason(old, new, is_default=row.is_default),
                is_default=row.is_default,
                check=Check(row.check),
            )
            for new, row in direct
        ]
        return tuple(sorted(found, key=lambda one: (not one.is_default, one.unit.code)))

    def _of_district(self, old: int) -> tuple[Successor, ...]:
        """The new units of all communes of a district, each once."""
        news = sorted({new for child in self._index.below(old) for new in self.new_of(child)})
        reason = Reason.WHOLE if len(news) == 1 else Reason.SPLIT
        alone = len(news) == 1
        return tuple(Successor(self._index.unit(new), reason, alone, Check.AGREE) for new in news)

    def before(self, new: int) -> tuple[Predecessor, ...]:
        """What a new unit was made of, ordered by code."""
        found = [
            Predecessor(
                unit=self._index.unit(old),
                reason=self._reason(old, new, is_default=row.is_default),
                check=Check(row.check),
            )
            for old, row in self.backward.get(new, ())
        ]
        return tuple(sorted(found, key=lambda one: one.unit.code))

    def new_of(self, old: int) -> Iterable[int]:
        """Every new unit that took a part of an old commune or province."""
        return (new for new, _ in self.forward.get(old, ()))

    def footprint(self, entity: int) -> frozenset[int]:
        """The new communes that a unit of either system lies in, wholly or partly."""
        index = self._index
        if not index.is_old[entity]:
            below = index.below(entity)
            return frozenset(below or (entity,))
        if index.levels[entity] is Level.COMMUNE or not index.below(entity):
            return frozenset(self.new_of(entity))
        return frozenset().union(*(self.footprint(child) for child in index.below(entity)))

    def _reason(self, old: int, new: int, *, is_default: bool) -> Reason:
        if len(self.forward[old]) == 1:
            return Reason.WHOLE
        others = (other for other, _ in self.backward[new] if other != old)
        stands_without = any(len(self.forward[other]) == 1 for other in others)
        return Reason.BOUNDARY if stands_without and not is_default else Reason.SPLIT
