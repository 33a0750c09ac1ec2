"""Accepting many records by a sample: some are keyed again from the paper, blind, and compared.

The sample is drawn by a seed that is written down, so that anybody can draw it again: submissions
in the order of ``sha256(seed + id)``, the first ones. Two people who key the same paper seldom make
the same slip, so that what differs is an error of one of them; a share of errors per field tells
whether the lot can be trusted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, unique
from math import ceil

from desktop.domain.records import SubmissionId
from forms.definition import Answer

#: The share that is drawn, in per cent; at least ``FEWEST`` records, or the whole lot.
RATES = (3, 4, 5)
FEWEST = 3
#: A lot is proposed for acceptance while at most so many per cent of the compared answers differ.
MOST_ERRORS = 2.0


@unique
class LotState(Enum):
    """How far a lot is."""

    KEYING = "keying"
    KEYED = "keyed"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Lot:
    """Records of one commune and form that wait, taken together.

    Attributes:
        seed: eight hexadecimal digits.
        members: every record of the lot; ``sample``: those to key again, in the order drawn.
        keyed: submission -> path -> what was keyed.
    """

    lot_id: str
    commune_code: str
    form_id: str
    form_version: str
    seed: str
    rate: int
    by: str
    at: str
    members: tuple[SubmissionId, ...]
    sample: tuple[SubmissionId, ...]
    keyed: Mapping[SubmissionId, Mapping[str, Answer]] = field(default_factory=dict)
    decided: str = ""

    @property
    def state(self) -> LotState:
        """What is to be done with it."""
        if self.decided:
            return LotState(self.decided)
        return LotState.KEYED if set(self.sample) <= set(self.keyed) else LotState.KEYING

    @property
    def next(self) -> SubmissionId | None:
        """The record to key next."""
        return next((one for one in self.sample if one not in self.keyed), None)


@dataclass(frozen=True, slots=True)
class LotChoice:
    """Records that could be taken together."""

    commune_code: str
    form_id: str
    form_version: str
    waiting: int


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """How often one question was keyed otherwise."""

    path: str
    compared: int
    differing: int

    @property
    def rate(self) -> float:
        """In per cent."""
        return 100 * self.differing / self.compared if self.compared else 0.0


@dataclass(frozen=True, slots=True)
class LotResult:
    """What comparing came to; fields with errors first, the worst ones before."""

    fields: tuple[FieldErrors, ...]
    differing: Mapping[SubmissionId, tuple[str, ...]] = field(default_factory=dict)

    @property
    def compared(self) -> int:
        """Answers that were compared."""
        return sum(one.compared for one in self.fields)

    @property
    def errors(self) -> int:
        """Answers that differ."""
        return sum(one.differing for one in self.fields)

    @property
    def rate(self) -> float:
        """Errors in per cent of the answers."""
        return 100 * self.errors / self.compared if self.compared else 0.0

    @property
    def is_good(self) -> bool:
        """May the lot be trusted?"""
        return self.rate <= MOST_ERRORS


def size_of_sample(members: int, rate: int) -> int:
    """How many of so many are drawn at so many per cent."""
    return min(members, max(FEWEST, ceil(members * rate / 100)))


def drawn(members: Sequence[SubmissionId], *, seed: str, rate: int) -> tuple[SubmissionId, ...]:
    """The sample; the same for the same members and seed, on every machine."""
    in_order = sorted(members, key=lambda one: hashlib.sha256(f"{seed}{one}".encode()).digest())
    return tuple(in_order[: size_of_sample(len(members), rate)])
