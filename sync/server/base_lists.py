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
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from forms.findings import Code
from forms.rules.identity import IDENTITY_FIELDS, IdentityTables, flag_codes
from forms.vietnamese import compare_key
from sync.protocol.chain import canonical, chain_link
from sync.protocol.documents import (
    LISTED,
    LISTED_BY,
    LISTED_FIELDS,
    RULES,
    DataSet,
    DocumentType,
    bucket_of,
    fate_of,
    is_derived,
)
from sync.protocol.ids import new_id_text
from sync.protocol.merge import Merged, ServerDocument, created, is_same, merged
from sync.protocol.messages import Change, ChangeResult, Value
from sync.protocol.packs import Pack, PackKind
from sync.server import history, packs, registers
from sync.server.base_list_files import ListedPerson
from sync.server.base_list_matching import Known, Likeness, Match, household_key, name_key
from sync.server.collecting import UnknownCommuneError
from sync.server.history import EPOCH, PROVINCE
from sync.server.ledger import Head, write_down
from sync.server.registers import Stored, Touched
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
        list_name=f"{packs.next_number(connection, PackKind.BASE_LIST)} {as_of.isoformat()}",
        place={"province": place.name, "commune": commune_name},
    )
    wanted = loading.edits(people)
    writing = _Writing(
        connection,
        bucket_of(commune, DataSet.REGISTER),
        by=place.name,
        flags=_flagging(place.training),
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


@dataclass(frozen=True, slots=True)
class _Edit:
    """What the list wants of one document."""

    document_type: DocumentType
    document_id: str
    fields: Mapping[str, Value] = field(repr=False)


def _flagging(training: bool) -> Callable[[Mapping[str, Value]], list[str]]:
    """Names of the codes that a person's identity is flagged for, as an officer's save does.

    Only who can search the register finds a number twice: that flag stays as it is.
    """
    tables, today = IdentityTables.load(training=training), datetime.now(UTC).date()

    def flags(fields: Mapping[str, Value]) -> list[str]:
        found = flag_codes(fields, on=today, tables=tables)
        before = fields.get("flags")
        kept = {Code.ID_013.name} & set(before if isinstance(before, list) else ())
        return sorted({*found, *kept})

    return flags


class _Loading:
    """From rows to what is wanted of documents."""

    def __init__(
        self, *, known: Known, commune: str, list_name: str, place: Mapping[str, str]
    ) -> None:
        self._known = known
        self._commune = commune
        self._list_name = list_name
        self._place = place
        self._households: dict[str, dict[str, Value]] = {}
        self._taken: set[str] = set()

    def edits(self, people: Sequence[ListedPerson]) -> list[_Edit]:
        matches = [self._known.match(one) for one in people]
        persons: dict[int, _Edit | None] = {}
        # Who is surest first: a row that only a former entry claims does not take a living one's.
        for at in sorted(range(len(people)), key=lambda at: matches[at].likeness):
            persons[at] = self._person(people[at], matches[at])
        households = [
            _Edit(DocumentType.HOUSEHOLD, household_id, fields)
            for household_id, fields in self._households.items()
            if household_id not in self._known.households
        ]
        return [*households, *(edit for _, edit in sorted(persons.items()) if edit is not None)]

    def _person(self, listed: ListedPerson, match: Match) -> _Edit | None:
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
        return _Edit(DocumentType.PERSON, person_id, fields)

    def _household(self, listed: ListedPerson, person_id: str, lives_in: Value) -> str | None:
        """Id of the household that the list names by its code, the office's own if it has one.

        ``None`` where the list names none, where the office has the person in another one, and
        where the office took the household out of the lists: nobody is put there again.
        """
        if not listed.household_code:
            return None
        named = {"code": listed.household_code, "hamlet": listed.hamlet}
        key = household_key(named)
        found = self._known.by_code.get(key) or _derived_id("household", self._commune, *key)
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
            by_number = _derived_id("person", self._commune, listed.id_number)
            before = self._known.persons.get(by_number)
            if before is None or fate_of(before):
                return by_number
            # Who came by this number goes by another one since: this is somebody else.
            return _derived_id("person", self._commune, listed.id_number, *key)
        place = (compare_key(listed.hamlet), listed.household_code)
        return _derived_id("person", self._commune, *key, *place)


def _derived_id(*parts: str) -> str:
    """A UUIDv8 (RFC 9562 §5.8) of what a document is about."""
    digest = int.from_bytes(sha256("\n".join(("base list", *parts)).encode()).digest()[:16])
    value = digest & ~(0xF << 76) & ~(0b11 << 62) | 0x8 << 76 | 0b10 << 62
    return str(UUID(int=value))


class _Writing:
    """The edits against the documents as they are, merged and written with their history."""

    def __init__(
        self,
        connection: Connection,
        bucket: str,
        *,
        by: str,
        flags: Callable[[Mapping[str, Value]], list[str]],
    ) -> None:
        self._connection = connection
        self._bucket = bucket
        self._by = by
        self._flags = flags
        self._at = datetime.now(UTC).isoformat(timespec="seconds")
        self._seq, self._chain = history.end_of(connection, device_id=PROVINCE, epoch=EPOCH)
        self._entries: list[history.Entry] = []
        self.touched: list[Touched] = []
        self.new_persons = self.changed_persons = self.clashes = 0

    @property
    def end(self) -> Head:
        """Number and hash of the last change that a list made."""
        return Head(self._seq, self._chain.hex())

    def apply(self, edits: Sequence[_Edit]) -> None:
        ids = {edit.document_id: self._bucket for edit in edits}
        claims = registers.claimed(self._connection, ids)
        stored = registers.locked(
            self._connection,
            {(self._bucket, one) for one in ids if one not in claims.new},
        )
        for edit in edits:
            if claims.places[edit.document_id] == self._bucket:
                self._apply(edit, stored.get((self._bucket, edit.document_id)))
        if self.touched:
            history.append(self._connection, device_id=PROVINCE, epoch=EPOCH, entries=self._entries)
            registers.write(self._connection, self.touched)

    def _apply(self, edit: _Edit, before: Stored | None) -> None:
        document = None if before is None else before.document
        patch = dict(_patch(edit, document))
        if not patch:
            return
        change, outcome = self._made(edit, document, patch)
        if outcome.document is document:
            return
        if edit.document_type is DocumentType.PERSON:
            flags = self._new_flags(document, outcome.document)
            if flags is not None:
                change, outcome = self._made(edit, document, {**patch, "flags": flags})
        self._count(edit, outcome, is_new=document is None)
        line = canonical(change)
        self._seq, self._chain = change.seq, chain_link(self._chain, line)
        result = ChangeResult(
            seq=change.seq, s=outcome.outcome, ver=outcome.document.version, f=outcome.clashed
        )
        self._entries.append(
            history.Entry(line=line, chain_hash=self._chain, change=change, result=result)
        )
        after = Stored(document_type=edit.document_type.value, document=outcome.document)
        self.touched.append(
            Touched(key=(self._bucket, edit.document_id), before=before, after=after)
        )

    def _made(
        self,
        edit: _Edit,
        document: ServerDocument | None,
        patch: dict[str, tuple[Value, Value]],
    ) -> tuple[Change, Merged]:
        change = self._change(edit, patch, is_new=document is None)
        if document is None:
            return change, created(change, epoch=EPOCH)
        identity = RULES[edit.document_type].identity_fields
        return change, merged(document, change, epoch=EPOCH, identity_fields=identity)

    def _new_flags(
        self, before: ServerDocument | None, after: ServerDocument
    ) -> tuple[Value, Value] | None:
        """The flags before and after, where the change of what they are made of changes them."""
        fields = {} if before is None else before.fields
        if all(is_same(fields.get(name), after.fields.get(name)) for name in IDENTITY_FIELDS):
            return None
        flags, current = self._flags(after.fields) or None, fields.get("flags")
        return None if is_same(flags, current) else (current, flags)

    def _count(self, edit: _Edit, outcome: Merged, *, is_new: bool) -> None:
        self.clashes += sum(not is_derived(name) for name in outcome.clashed)
        if edit.document_type is DocumentType.PERSON:
            self.new_persons += is_new
            self.changed_persons += not is_new

    def _change(
        self, edit: _Edit, patch: dict[str, tuple[Value, Value]], *, is_new: bool
    ) -> Change:
        seq = self._seq + 1
        return Change(
            seq=seq,
            change_id=new_id_text(unix_ms=int(datetime.now(UTC).timestamp() * 1000)),
            group=seq,
            document_type=edit.document_type.value,
            document_id=edit.document_id,
            bucket=self._bucket,
            kind="create" if is_new else "set",
            base_version=0,
            patch=patch,
            by=self._by,
            at=self._at,
        )


def _patch(
    edit: _Edit, document: ServerDocument | None
) -> Iterator[tuple[str, tuple[Value, Value]]]:
    """What of the edit may be written: nothing over an officer's word but what clashes with it."""
    identity = RULES[edit.document_type].identity_fields
    for name, value in edit.fields.items():
        if value is None:
            continue
        current = None if document is None else document.fields.get(name)
        if document is not None and is_same(value, current):
            continue
        if document is None or name in identity or _is_the_list_s(document, name):
            yield name, (current, value)


def _is_the_list_s(document: ServerDocument, name: str) -> bool:
    """Did nobody but the lists ever write this field?"""
    version = document.version_of(name)
    author = document.authors.get(version)
    return version == 0 or (author is not None and author.epoch == EPOCH)
