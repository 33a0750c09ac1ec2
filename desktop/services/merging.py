"""Two entries of one person: found after a sync, merged, and parted again.

Nothing is copied or thrown away. The entry that is merged becomes a link to the one that stays;
records, checks and what was handed in keep naming the entry they were made for, and every register
lists them under whoever stands for it (``desktop.store.links``). So the order in which devices
learn of a merge is all the same, and taking it back needs one field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from desktop.domain.ledger import Action
from desktop.domain.life import Choice, EntrySide, LifeCase, LifeKind
from desktop.domain.people import PersonId
from desktop.errors import Problem, UserError
from desktop.services.member_edits import edit_of, standing
from desktop.services.twin_search import TwinSearch
from desktop.store.documents import Document, Edit
from desktop.store.people import person_row
from desktop.store.projections import DISTINCT
from desktop.store.register import Register
from desktop.store.twins import household_heads
from forms.duplicates.finding import DuplicatePair
from forms.duplicates.wording import explained
from sync.protocol.documents import MERGED_INTO, DocumentType

#: What tells one entry from another, as far as it is known.
_TOLD = ("birth_date", "id_number", "old_id_number", "permanent_residence", "dwelling")


class Merging:
    """The entries of persons in one register, as far as two of them may be one."""

    def __init__(self, *, register: Register, author: str, clock: Callable[[], datetime]) -> None:
        self._register = register
        self._author = author
        self._clock = clock
        self._twins = TwinSearch(register=register)

    def twins(self) -> list[LifeCase]:
        """Pairs that have the same number, or the same name and birth date, the likeliest first.

        Not those about which somebody said that they are two people.
        """
        pairs = self._twins.pairs()
        ids = sorted({name for pair in pairs for name in (pair.first, pair.second)})
        persons = {one.document_id: one for one in self._register.documents(ids)}
        return [
            self._case(pair, persons[pair.first], persons[pair.second])
            for pair in pairs
            if pair.first in persons and pair.second in persons
        ]

    def count_twins(self) -> int:
        """How many of them there are, without reading anybody again who was not written since."""
        return len(self._twins.pairs())

    def decide(self, case: LifeCase, choice: Choice) -> None:
        """Merge one way or the other, or say that they are two. Raises ``GONE``."""
        first, second = (side.person_id for side in case.sides)
        if choice is Choice.FIRST:
            self.merge(second, into=first)
        elif choice is Choice.SECOND:
            self.merge(first, into=second)
        else:
            self.declare_distinct(first, second)

    def merge(self, person_id: PersonId, *, into: PersonId) -> None:
        """Make one entry a link to the other; a household headed by it is headed by that.

        Raises ``GONE`` for one that left the lists, ``PERSON_ELSEWHERE`` for two communes: who
        moved is moved, not merged.
        """
        gone, stays = self._standing(person_id), self._standing(into)
        if gone.document_id == stays.document_id:
            raise UserError(Problem.GONE)
        if gone.bucket != stays.bucket:
            raise UserError(Problem.PERSON_ELSEWHERE)
        edits = [edit_of(gone, {MERGED_INTO: stays.document_id})]
        for household_id in household_heads(self._register, gone.document_id):
            household = self._register.document(household_id)
            if household is not None and not household.fate:
                edits.append(edit_of(household, {"head_person_id": stays.document_id}))
        self._save(edits, Action.PERSON_MERGE)

    def part(self, person_id: PersonId) -> None:
        """Take a merge back: the entry stands by itself again. Raises ``GONE``."""
        person = self._register.document(person_id)
        if person is None or person.fate != MERGED_INTO:
            raise UserError(Problem.GONE)
        self._save([edit_of(person, {MERGED_INTO: None})], Action.PERSON_UNMERGE)

    def declare_distinct(self, one: PersonId, other: PersonId) -> None:
        """Two people, however alike: they are not shown again. Raises ``GONE``."""
        first, second = sorted((self._standing(one), self._standing(other)), key=_id_of)
        edit = edit_of(first, {DISTINCT + second.document_id: self._author})
        self._save([edit], Action.PERSON_DISTINCT)

    def _case(self, pair: DuplicatePair, first: Document, second: Document) -> LifeCase:
        return LifeCase(
            key=f"twins/{first.document_id}/{second.document_id}",
            kind=LifeKind.TWINS,
            sides=(self._side(first), self._side(second)),
            evidence=explained(pair),
            choices=(Choice.FIRST, Choice.SECOND, Choice.DISTINCT),
        )

    def _side(self, person: Document) -> EntrySide:
        row = person_row(self._register, PersonId(person.document_id))
        return EntrySide(
            person_id=PersonId(person.document_id),
            full_name=str(person.fields.get("full_name") or ""),
            lines=tuple(_lines(person, "" if row is None else row.household_code)),
        )

    def _standing(self, person_id: str) -> Document:
        return standing(self._register, person_id, DocumentType.PERSON)

    def _save(self, edits: Sequence[Edit], action: Action) -> None:
        self._register.save(edits, author=self._author, at=self._clock(), action=action)


def _lines(person: Document, household_code: str) -> Iterator[str]:
    for name in _TOLD:
        if value := person.fields.get(name):
            yield str(value)
    if household_code:
        yield household_code


def _id_of(document: Document) -> str:
    return document.document_id
