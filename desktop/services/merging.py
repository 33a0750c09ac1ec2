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
from desktop.store.documents import Document, Edit
from desktop.store.fates import group_of, survivor_of
from desktop.store.people import person_row
from desktop.store.register import Register
from desktop.store.twins import household_heads, twin_groups
from forms.duplicates.finding import DuplicatePair, find_duplicates
from forms.duplicates.people import IdentityRow
from forms.duplicates.wording import explained
from sync.protocol.documents import MERGED_INTO, DocumentType
from sync.protocol.messages import Value

_NUMBERS = ("id_number", "old_id_number", "social_insurance_number")
DISTINCT = "distinct."


class Merging:
    """The entries of persons in one register, as far as two of them may be one."""

    def __init__(self, *, register: Register, author: str, clock: Callable[[], datetime]) -> None:
        self._register = register
        self._author = author
        self._clock = clock

    def twins(self) -> list[LifeCase]:
        """Pairs that have the same number, or the same name and birth date, the likeliest first.

        Not those about which somebody said that they are two people.
        """
        documents = self._register.documents(
            sorted({name for group in twin_groups(self._register) for name in group})
        )
        persons = {one.document_id: one for one in documents if not one.fate}
        pairs = find_duplicates([_identity(one) for one in persons.values()])
        return [
            self._case(pair, persons[pair.first], persons[pair.second])
            for pair in pairs
            if not _are_distinct(persons[pair.first], persons[pair.second])
            and persons[pair.first].bucket == persons[pair.second].bucket
        ]

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
        edits = [_edit(gone, {MERGED_INTO: stays.document_id})]
        for household_id in household_heads(self._register, gone.document_id):
            household = self._register.document(household_id)
            if household is not None and not household.fate:
                edits.append(_edit(household, {"head_person_id": stays.document_id}))
        self._save(edits, Action.PERSON_MERGE)

    def part(self, person_id: PersonId) -> None:
        """Take a merge back: the entry stands by itself again. Raises ``GONE``."""
        person = self._register.document(person_id)
        if person is None or person.fate != MERGED_INTO:
            raise UserError(Problem.GONE)
        self._save([_edit(person, {MERGED_INTO: None})], Action.PERSON_UNMERGE)

    def declare_distinct(self, one: PersonId, other: PersonId) -> None:
        """Two people, however alike: they are not shown again. Raises ``GONE``."""
        first, second = sorted((self._standing(one), self._standing(other)), key=_id_of)
        edit = _edit(first, {DISTINCT + second.document_id: self._author})
        self._save([edit], Action.PERSON_DISTINCT)

    def stands_for(self, person_id: PersonId) -> PersonId:
        """Who stands for this person by now; most stand for themselves."""
        return PersonId(survivor_of(self._register, person_id))

    def merged_into(self, person_id: PersonId) -> tuple[PersonId, ...]:
        """The entries that are links to this person, directly or not."""
        return tuple(PersonId(one) for one in group_of(self._register, person_id).members)

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
        person = self._register.document(person_id)
        is_person = person is not None and person.document_type is DocumentType.PERSON
        if person is None or not is_person or person.fate:
            raise UserError(Problem.GONE)
        return person

    def _save(self, edits: Sequence[Edit], action: Action) -> None:
        self._register.save(edits, author=self._author, at=self._clock(), action=action)


def _lines(person: Document, household_code: str) -> Iterator[str]:
    """What tells one entry from another, as far as it is known."""
    for name in ("birth_date", *_NUMBERS[:2], "permanent_residence", "dwelling"):
        if value := person.fields.get(name):
            yield str(value)
    if household_code:
        yield household_code


def _identity(person: Document) -> IdentityRow:
    fields = person.fields
    return IdentityRow(
        key=person.document_id,
        full_name=str(fields.get("full_name") or ""),
        birth_date=str(fields.get("birth_date") or ""),
        sex=str(fields.get("sex") or ""),
        id_numbers=tuple(str(fields[name]) for name in _NUMBERS[:2] if fields.get(name)),
        residence=str(fields.get("permanent_residence") or ""),
        native_place=str(fields.get("native_place") or ""),
    )


def _are_distinct(one: Document, other: Document) -> bool:
    return (DISTINCT + other.document_id) in one.fields or (
        DISTINCT + one.document_id
    ) in other.fields


def _id_of(document: Document) -> str:
    return document.document_id


def _edit(document: Document, fields: dict[str, Value]) -> Edit:
    return Edit(
        document_type=document.document_type,
        document_id=document.document_id,
        commune_code=document.commune_code,
        fields=fields,
        decided=frozenset(fields.keys() & document.clashes.keys()),
        seen_version=document.version,
    )
