"""People who stand twice in a register or a list, found without comparing everybody with everybody.

``find_duplicates`` looks through a whole set; ``DuplicateIndex`` answers the same question for one
person at a time, which is what a form asks before it makes a new entry. A pair is only proposed:
whether two entries are one person is decided by a human.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique

from forms.duplicates.blocking import MOST_SHARERS, MOST_SHARERS_OF_A_NUMBER, keys
from forms.duplicates.evidence import Evidence, NameFrequencies, Sign, compare
from forms.duplicates.people import Folded, IdentityRow, folded, without_numbers

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
        found = self._pairs(self._with_telling_numbers(folded(row)))
        return sorted(found, key=lambda pair: -pair.evidence.weight)

    def _with_telling_numbers(self, person: Folded) -> Folded:
        """The person without numbers that too many have."""
        common = {
            number
            for number in (*person.long_numbers, *person.short_numbers)
            if len(self._sharers.get(f"n{number}", ())) > MOST_SHARERS_OF_A_NUMBER
        }
        return without_numbers(person, common)

    def _place(self, person: Folded) -> None:
        number = len(self._people)
        self._people.append(person)
        for key in keys(person):
            self._sharers.setdefault(key, []).append(number)

    def _pairs(self, person: Folded) -> list[DuplicatePair]:
        candidates: set[int] = set()
        for key in keys(person):
            sharers = self._sharers.get(key, ())
            if len(sharers) <= MOST_SHARERS:
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
    everybody = _with_telling_numbers([folded(row) for row in people])
    index.names.add_all(everybody)  # before the first comparison, so that the order tells nothing
    pairs: list[DuplicatePair] = []
    for person in everybody:
        pairs += index._pairs(person)
        index._place(person)
    return sorted(pairs, key=lambda pair: -pair.evidence.weight)


def _with_telling_numbers(people: list[Folded]) -> list[Folded]:
    """Everybody without the numbers that too many have."""
    sharers = Counter(
        number for person in people for number in (*person.long_numbers, *person.short_numbers)
    )
    common = {number for number, count in sharers.items() if count > MOST_SHARERS_OF_A_NUMBER}
    return [without_numbers(person, common) for person in people] if common else people


def _judged(one: Folded, other: Folded, names: NameFrequencies) -> DuplicatePair | None:
    evidence = compare(one, other, names)
    if evidence.weight >= _LIKELY and not evidence.may_be_chance:
        likeness = Likeness.LIKELY
    elif evidence.weight >= _POSSIBLE:
        likeness = Likeness.POSSIBLE
    elif not _ANY_NUMBER.isdisjoint(evidence.signs):
        likeness = Likeness.SHARED_NUMBER
    else:
        return None
    return DuplicatePair(one.key, other.key, likeness, evidence)
