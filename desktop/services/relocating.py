"""Somebody moves to another commune of the province, or comes from one.

The commune that is left closes the entry, with the day and the paper; the server makes its likeness
in the commune that receives (``sync.protocol.moving``). Nothing restricted goes along unless
somebody with the right to it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from desktop.domain.households import Paper
from desktop.domain.ledger import LONGEST_PURPOSE, Action
from desktop.domain.life import Arrival
from desktop.domain.people import HouseholdId, PersonId
from desktop.errors import Problem, UserError
from desktop.services.destinations import commune_name
from desktop.services.member_edits import edit_of, standing, without_head
from desktop.store.arrivals import arrived_ids, count_arrived
from desktop.store.documents import Document, Edit
from desktop.store.fates import gone_members, gone_records, group_of
from desktop.store.people import household_members
from desktop.store.records import records_of
from desktop.store.register import Register
from forms.vietnamese import clean
from sync.protocol import life
from sync.protocol.documents import MOVED_TO, DocumentType, is_restricted
from sync.protocol.life import EventKind
from sync.protocol.messages import Value
from sync.protocol.moving import ARRIVED, CAME_FROM, WITH_HOUSEHOLD

_CODE_LENGTH = 5


def has_left_together(person: Document) -> bool:
    """Did this person leave with the whole household?"""
    move = person.fields.get(MOVED_TO)
    if isinstance(move, dict):
        return move.get("household") == WITH_HOUSEHOLD
    departures = [e for e in life.standing(person.fields) if e.kind == EventKind.DEPARTURE]
    return bool(departures) and bool(departures[-1].details.get("group"))


class Relocating:
    """Moves between communes, as one register sees them."""

    def __init__(self, *, register: Register, author: str, clock: Callable[[], datetime]) -> None:
        self._register = register
        self._author = author
        self._clock = clock

    def move_persons(
        self,
        person_ids: Sequence[PersonId],
        *,
        to_commune: str,
        paper: Paper,
        with_restricted: bool = False,
    ) -> None:
        """Close the entries and records of these persons here, in one save: they moved away.

        Records of restricted data sets go along only ``with_restricted``, and only those that the
        user may see. Raises ``GONE``, ``COMMUNE_UNKNOWN``, ``REASON_MISSING`` without a paper or
        day.
        """
        edits: list[Edit] = []
        for person_id in person_ids:
            person = standing(self._register, person_id, DocumentType.PERSON)
            move = self._move(person, to_commune, paper)
            edits += without_head(self._register, person)[0]
            edits += self._edits_of_person(person, move, with_restricted)
        self._save(edits, Action.PERSON_MOVE_OUT)

    def move_household(
        self,
        household_id: HouseholdId,
        *,
        to_commune: str,
        paper: Paper,
        with_restricted: bool = False,
    ) -> None:
        """Close a household with everybody in it. Raises as ``move_persons``."""
        household = standing(self._register, household_id, DocumentType.HOUSEHOLD)
        move = self._move(household, to_commune, paper)
        members = household_members(self._register, household_id)
        edits = [edit_of(household, {MOVED_TO: move})]
        together = {**move, "household": WITH_HOUSEHOLD}
        for document in self._register.documents([row.person_id for row in members]):
            edits += self._edits_of_person(document, together, with_restricted)
        self._save(edits, Action.PERSON_MOVE_OUT)

    def cancel(self, document_id: str) -> None:
        """The move did not take place: a person or household opens again, with what went along.

        In the other commune the likeness is deleted, unless somebody worked on it: then they
        decide. Raises ``GONE``.
        """
        document = self._register.document(document_id)
        if document is None or document.fate != MOVED_TO:
            raise UserError(Problem.GONE)
        edits = [edit_of(one, {MOVED_TO: None}) for one in [document, *self._moved_with(document)]]
        self._save(edits, Action.PERSON_MOVE_CANCEL)

    def arrivals(self) -> list[Arrival]:
        """Who came from another commune and was not received yet."""
        documents = self._register.documents(arrived_ids(self._register))
        return [self._arrival(one) for one in documents if not one.fate]

    def count_arrivals(self) -> int:
        """How many they are, without reading them."""
        return count_arrived(self._register)

    def _arrival(self, person: Document) -> Arrival:
        move, on = person.fields[CAME_FROM], self._clock().date()
        code = str(move.get("commune") or "")
        return Arrival(
            person_id=PersonId(person.document_id),
            full_name=str(person.fields.get("full_name") or ""),
            from_commune=code,
            date=str(move.get("date") or ""),
            paper=str(move.get("paper") or ""),
            from_name=commune_name(code, on=on),
            birth_date=str(person.fields.get("birth_date") or ""),
            id_number=str(person.fields.get("id_number") or ""),
        )

    def receive(
        self, person_id: PersonId, *, paper: Paper, household_id: HouseholdId | None = None
    ) -> None:
        """Enter the arrival: the day, the paper here, and the household joined.

        Who was entered here before the other commune sent is found as a twin and merged.
        Raises ``GONE``, ``REASON_MISSING``.
        """
        person = standing(self._register, person_id, DocumentType.PERSON)
        fields: dict[str, Value] = {ARRIVED: {**self._stamped(paper)}}
        if household_id is not None:
            fields["household_id"] = standing(
                self._register, household_id, DocumentType.HOUSEHOLD
            ).document_id
        self._save([edit_of(person, fields)], Action.PERSON_RECEIVE)

    def _edits_of_person(
        self, person: Document, move: dict[str, str], with_restricted: bool
    ) -> list[Edit]:
        records = records_of(self._register, PersonId(person.document_id))
        going = [one for one in records if with_restricted or not is_restricted(one.bucket)]
        return [edit_of(one, {MOVED_TO: move}) for one in [person, *going]]

    def _moved_with(self, document: Document) -> Sequence[Document]:
        """What went in the same save: the same day, paper and destination, of the same person."""
        members: list[Document] = []
        if document.document_type is DocumentType.PERSON:
            persons = [document.document_id]
        else:
            together = {**document.fields[MOVED_TO], "household": WITH_HOUSEHOLD}
            gone = gone_members(self._register, MOVED_TO, document.document_id)
            members = [one for one in gone if one.fields[MOVED_TO] == together]
            persons = [one.document_id for one in members]
        links = (group_of(self._register, one).members for one in persons)
        whose = [*persons, *(link for some in links for link in some)]
        return [*members, *gone_records(self._register, MOVED_TO, whose)]

    def _move(self, document: Document, to_commune: str, paper: Paper) -> dict[str, str]:
        is_code = len(to_commune) == _CODE_LENGTH and to_commune.isdecimal()
        if not is_code or to_commune == document.commune_code:
            raise UserError(Problem.COMMUNE_UNKNOWN)
        return {"commune": to_commune, **self._stamped(paper)}

    def _stamped(self, paper: Paper) -> dict[str, str]:
        text = clean(paper.paper)[:LONGEST_PURPOSE]
        if not text or not paper.date:
            raise UserError(Problem.REASON_MISSING)
        return {"date": paper.date, "paper": text, "by": self._author}

    def _save(self, edits: Sequence[Edit], action: Action) -> None:
        self._register.save(edits, author=self._author, at=self._clock(), action=action)
