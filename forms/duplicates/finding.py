"""People who stand twice in a register or a list, found without comparing everybody with everybody.

``find_duplicates`` looks through a whole set; ``DuplicateIndex`` answers the same question for one
person at a time, which is what a form asks before it makes a new entry. A pair is only proposed:
whether two entries are one person is decided by a human.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique

from forms.duplicates.blocking import MOST_SHARERS, keys
from forms.duplicates.evidence import Evidence, NameFrequencies, Sign, compare
from forms.duplicates.people import Folded, IdentityRow, folded

_LIKELY = 10.0
_POSSIBLE = 5.0
_ANY_NUMBER = frozenset({Sign.SAME_ID_NUMBER, Sign.SAME_OLD_NUMBER})


@unique
class Likeness(Enum):
    """How sure it is that two entries are one person."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    #: Two people, to all appearance, who were given one number: somebody's number is wrong.
    SHARED_NUMBER = "shared_number"


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two entries, in the order they were given, and why they may be one person."""

    first: str
    second: str
    likeness: Likeness
    evidence: Evidence


class DuplicateIndex:
    """Everybody so far, by the keys of ``blocking``.

    Adding a person and asking about one take time with the number of namesakes and people born
    on the same day, some tens among 50,000.
    """

    def __init__(self, people: Iterable[IdentityRow] = ()) -> None:
        self._people: list[Folded] = []
        self._sharers: dict[str, list[int]] = {}
        self.names = NameFrequencies()
        for person in people:
            self.add(person)

    def add(self, row: IdentityRow) -> None:
        """Remember a person."""
        person = folded(row)
        self.names.add(person)
        self._place(person)

    def matches(self, row: IdentityRow) -> list[DuplicatePair]:
        """Those who may be this person, the likeliest first; entries of the same key left out."""
        found = self._pairs(folded(row))
        return sorted(found, key=lambda pair: -pair.evidence.weight)

    def _place(self, person: Folded) -> None:
        number = len(self._people)
        self._people.append(person)
        for key in keys(person):
            self._sharers.setdefault(key, []).append(number)

    def _pairs(self, person: Folded) -> list[DuplicatePair]:
        candidates: set[int] = set()
        for key in keys(person):
            sharers = self._sharers.get(key, ())
            if len(sharers) <= MOST_SHARERS or key[0] == "n":
                candidates.update(sharers)
        pairs = []
        for number in sorted(candidates):
            other = self._people[number]
            if other.key == person.key:
                continue
            pair = _judged(other, person, self.names)
            if pair is not None:
                pairs.append(pair)
        return pairs


def find_duplicates(people: Iterable[IdentityRow]) -> list[DuplicatePair]:
    """Every pair of a set, the likeliest first."""
    index = DuplicateIndex()
    everybody = [folded(row) for row in people]
    index.names.add_all(everybody)  # before the first comparison, so that the order tells nothing
    pairs: list[DuplicatePair] = []
    for person in everybody:
        pairs += index._pairs(person)
        index._place(person)
    return sorted(pairs, key=lambda pair: -pair.evidence.weight)


def _judged(one: Folded, other: Folded, names: NameFrequencies) -> DuplicatePair | None:
    evidence = compare(one, other, names)
    if evidence.weight >= _LIKELY:
        likeness = Likeness.LIKELY
    elif evidence.weight >= _POSSIBLE:
        likeness = Likeness.POSSIBLE
    elif not _ANY_NUMBER.isdisjoint(evidence.signs):
        likeness = Likeness.SHARED_NUMBER
    else:
        return None
    return DuplicatePair(one.key, other.key, likeness, evidence)
