"""A base list of persons becomes documents of its commune, written by the province.

Persons and households of the list are ordinary documents, so that every promise of the sync holds
for them, and a register gets them with its next pull. Of each field two things are kept: its value,
and beside it what the list says (``listed.…``). By that the next list is compared with the one
before, field by field:

* what the list says as before is no news, whatever an officer made of it;
* news goes into a field that nobody but the lists ever wrote;
* where an officer wrote, the officer's value stays. An identity field then has a clash, which the
  officer decides; other fields keep quiet, ``listed.…`` tells them.

Somebody the office has already, by the same personal number, is that person and no second one. Who
is not in a list any more stays: a list does not know why.

Ids come of what a row is about and of the server's key: the same for the same row, and nobody else
can work them out of a personal number, to ask whether somebody stands on a list or to be there
first.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import Connection, select

from forms.vietnamese import compare_key
from sync.protocol.documents import (
    LISTED,
    LISTED_BY,
    LISTED_FIELDS,
    DataSet,
    DocumentType,
    bucket_of,
    fate_of,
)
from sync.protocol.ids import id_of_digest
from sync.protocol.messages import Value
from sync.protocol.packs import Pack, PackKind
from sync.server import history, packs
from sync.server.base_list_files import ListedPerson
from sync.server.base_list_matching import Known, Likeness, Match, household_key, name_key
from sync.server.base_list_writing import Edit, Writing, flagging
from sync.server.collecting import UnknownCommuneError
from sync.server.directory import server_seed
from sync.server.ledger import write_down
from sync.server.tables import communes, province


class BaseListNote(msgspec.Struct, frozen=True):
    """What devices get of a base list: the persons themselves come as documents."""

    persons: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a list came to; ``pack`` is ``None`` when it told nothing that was not known.

    Attributes:
        new: persons that the commune did not have.
        changed: others of whom it told something new.
        clashes: fields in which an officer has to decide.
    """

    persons: int
    new: int
    changed: int
    clashes: int
    pack: Pack | None


def load_base_list(
    connection: Connection,
    people: Sequence[ListedPerson],
    *,
    commune: str,
    as_of: date,
    actor: str,
    source: bytes = b"",
) -> Loaded:
    """Write a whole list or nothing: it counts with the transaction's commit.

    The line of the ledger, in the name of ``actor``, tells where the history of the lists ends now:
    no device signs that end. Raises ``UnknownCommuneError``.
    """
    packs.lock(connection)
    commune_name = connection.scalar(select(communes.c.name).where(communes.c.code == commune))
    if commune_name is None:
        raise UnknownCommuneError
    place = connection.execute(select(province.c.name, province.c.training)).one()
    loading = _Loading(
        known=Known.of(connection, commune),
        commune=commune,
        id_key=_id_key(connection),
        list_name=f"{packs.next_number(connection, PackKind.BASE_LIST)} {as_of.isoformat()}",
        place={"province": place.name, "commune": commune_name},
    )
    wanted = loading.edits(people)
    writing = Writing(
        connection,
        bucket_of(commune, DataSet.REGISTER),
        by=place.name,
        flags=flagging(place.training),
    )
    writing.apply(wanted)
    pack = None
    if writing.touched:
        pack = packs.publish(
            connection,
            kind=PackKind.BASE_LIST,
            name=commune,
            title=commune_name,
            in_force=as_of,
            items=len(people),
            content=BaseListNote(persons=len(people)),
            source=source,
        )
        told = {"kind": pack.kind, "number": pack.number, "name": pack.name, "persons": len(people)}
        end = {history.LISTS_END: str(writing.end)}
        write_down(connection, actor=actor, action="list.publish", values=told | end)
    return Loaded(
        persons=len(people),
        new=writing.new_persons,
        changed=writing.changed_persons,
        clashes=writing.clashes,
        pack=pack,
    )


class _Loading:
    """From rows to what is wanted of documents."""

    def __init__(
        self,
        *,
        known: Known,
        commune: str,
        id_key: bytes,
        list_name: str,
        place: Mapping[str, str],
    ) -> None:
        self._known = known
        self._commune = commune
        self._id_key = id_key
        self._list_name = list_name
        self._place = place
        self._households: dict[str, dict[str, Value]] = {}
        self._taken: set[str] = set()

    def edits(self, people: Sequence[ListedPerson]) -> list[Edit]:
        matches = [self._known.match(one) for one in people]
        persons: dict[int, Edit | None] = {}
        # Who is surest first: a row that only a former entry claims does not take a living one's.
        for at in sorted(range(len(people)), key=lambda at: matches[at].likeness):
            persons[at] = self._person(people[at], matches[at])
        households = [
            Edit(DocumentType.HOUSEHOLD, household_id, fields)
            for household_id, fields in self._households.items()
            if household_id not in self._known.households
        ]
        return [*households, *(edit for _, edit in sorted(persons.items()) if edit is not None)]

    def _person(self, listed: ListedPerson, match: Match) -> Edit | None:
        """``None`` for somebody of whom this list tells nothing new, or who is out of the lists."""
        is_former = match.likeness is Likeness.FORMER_ENTRY
        if is_former and match.person_id in self._taken:
            return None  # the list has both, one of them was found to be the other
        person_id = match.person_id
        if person_id is None or person_id in self._taken:
            person_id = self._new_id(listed)
        if person_id in self._taken:
            return None  # once with the number and once without it
        self._taken.add(person_id)
        before = self._known.persons.get(person_id, {})
        if fate_of(before):
            return None
        said = {name: value for name, value in listed.fields.items() if name in LISTED_FIELDS}
        if is_former and before.get("id_number"):
            said.pop("id_number", None)  # of the two numbers the office kept the other one
        news = {name: value for name, value in said.items() if before.get(LISTED + name) != value}
        fields: dict[str, Value] = dict(news)
        household_id = self._household(listed, person_id, before.get("household_id"))
        if household_id is not None and not before.get("household_id"):
            fields["household_id"] = household_id
        if not fields:
            return None
        fields |= {LISTED + name: value for name, value in news.items()}
        fields[LISTED_BY] = self._list_name
        return Edit(DocumentType.PERSON, person_id, fields)

    def _household(self, listed: ListedPerson, person_id: str, lives_in: Value) -> str | None:
        """Id of the household that the list names by its code, the office's own if it has one.

        ``None`` where the list names none, where the office has the person in another one, and
        where the office took the household out of the lists: nobody is put there again.
        """
        if not listed.household_code:
            return None
        named = {"code": listed.household_code, "hamlet": listed.hamlet}
        key = household_key(named)
        found = self._known.by_code.get(key) or self._id("household", *key)
        if (lives_in and lives_in != found) or fate_of(self._known.households.get(found, {})):
            return None
        household = self._households.setdefault(found, {**self._place, **named})
        if listed.is_head:
            household.setdefault("head_person_id", person_id)
        return found

    def _new_id(self, listed: ListedPerson) -> str:
        """The same for the same row of the same list, whoever loads it."""
        key = name_key(listed.fields)
        if listed.id_number:
            by_number = self._id("person", listed.id_number)
            before = self._known.persons.get(by_number)
            if before is None or fate_of(before):
                return by_number
            # Who came by this number goes by another one since: this is somebody else.
            return self._id("person", listed.id_number, *key)
        place = (compare_key(listed.hamlet), listed.household_code)
        return self._id("person", *key, *place)

    def _id(self, *parts: str) -> str:
        """Of what a document of this commune is about."""
        about = "\n".join((self._commune, *parts)).encode()
        return id_of_digest(hmac.digest(self._id_key, about, "sha256"))


def _id_key(connection: Connection) -> bytes:
    """Of the key that the server signs with, for this purpose alone."""
    return hmac.digest(server_seed(connection), b"ids of base lists", "sha256")
