"""What a free address line can mean.

A reading keeps the line as it was written and lists candidates, best first. Those that nothing in
the line tells apart stand together in ``best``; ``resolve`` answers only when there is exactly one
and nothing about it is doubtful. Nobody guesses between communes of the same name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from forms.units.kinds import Era
from forms.units.unit import Unit


class Doubt(Enum):
    """What does not quite fit between a candidate and the line.

    ``MARKS``: the marks typed are others. ``KIND``: another word for its kind was written.
    ``FORMER_NAME``: named as before a merger, or in short. ``MIXED``: a unit of one system within
    a province of the other. ``TYPO``: one letter differs. ``ORDER``: not from small to large.
    ``GAP``: something unknown stands between or behind the units. ``UNREAD``: the rest of the line
    names a unit (*phường 3*) that is not known there.
    """

    MARKS = "marks"
    KIND = "kind"
    FORMER_NAME = "former_name"
    MIXED = "mixed"
    TYPO = "typo"
    ORDER = "order"
    GAP = "gap"
    UNREAD = "unread"


_SERIOUS = frozenset({Doubt.MARKS, Doubt.FORMER_NAME, Doubt.MIXED, Doubt.TYPO, Doubt.UNREAD})


@dataclass(frozen=True, slots=True)
class AddressPart:
    """One unit that the line names, and the words that name it."""

    unit: Unit
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AddressCandidate:
    """One way to read the line.

    Attributes:
        parts: the units named, the smallest first; units not named are not filled in.
        left_over: the rest of the line, unchanged: house, street, hamlet. Of a line longer than
            any address only the beginning is read and told here.
        score: higher is better; only to be compared within one reading.
    """

    parts: tuple[AddressPart, ...]
    left_over: str = field(repr=False)
    doubts: frozenset[Doubt]
    score: int

    @property
    def unit(self) -> Unit:
        """The smallest unit named."""
        return self.parts[0].unit

    @property
    def era(self) -> Era:
        """Old (three tiers) or new (two tiers) units."""
        return self.unit.era


@dataclass(frozen=True, slots=True)
class AddressReading:
    """A line and what it can mean.

    Attributes:
        text: the line as it was written.
        candidates: best first.
        best_count: how many of them nothing tells apart.
        best_entities: those of the best as positions in the index, for comparing places.
    """

    text: str = field(repr=False)
    candidates: tuple[AddressCandidate, ...]
    best_count: int
    best_entities: frozenset[int] = field(repr=False)

    @property
    def best(self) -> tuple[AddressCandidate, ...]:
        """The candidates that nothing in the line tells apart."""
        return self.candidates[: self.best_count]

    @property
    def era(self) -> Era | None:
        """The system of the best candidates; ``None`` when they differ or there are none."""
        eras = {candidate.era for candidate in self.best}
        return eras.pop() if len(eras) == 1 else None

    @property
    def left_over(self) -> str:
        """What the first candidate leaves of the line; all of it when there is none."""
        return self.candidates[0].left_over if self.candidates else self.text.strip()

    def resolve(self) -> Unit | None:
        """The unit, when the line names exactly one without a serious doubt."""
        if self.best_count != 1 or self.candidates[0].doubts & _SERIOUS:
            return None
        return self.candidates[0].unit
