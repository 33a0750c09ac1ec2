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
from sqlalchemy import Connection, Text, cast, func, select

from forms.rules.identity import IdentityTables, flag_codes
from forms.vietnamese import compare_key
from sync.protocol.chain import canonical, chain_link, chain_start
from sync.protocol.documents import (
    LISTED,
    LISTED_BY,
    LISTED_FIELDS,
    RULES,
    DataSet,
    DocumentType,
    bucket_of,
    fate_of,
)
from sync.protocol.ids import new_id_text
from sync.protocol.merge import Merged, ServerDocument, created, is_same, merged
from sync.protocol.messages import Change, ChangeResult, Value
from sync.protocol.packs import Pack, PackKind
from sync.server import history, packs, registers
from sync.server.base_list_files import ListedPerson
from sync.server.registers import Stored, Touched
from sync.server.tables import communes, documents, operations, province

#: Who stands in the history for the province, and its one epoch: nobody enrols as this device.
PROVINCE = UUID("00000000-0000-8000-8000-000000000001")
EPOCH = "baselists0000001"
_decode_fields = msgspec.json.Decoder(dict[str, Value]).decode


class UnknownCommuneError(Exception):
    """No office of this province serves such a commune."""


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
    source: bytes = b"",
) -> Loaded:
    """Write a whole list or nothing: it counts with the transaction's commit.

    Raises ``UnknownCommuneError``.
    """
    packs.lock(connection)
    commune_name = connection.scalar(select(communes.c.name).where(communes.c.code == commune))
    if commune_name is None:
        raise UnknownCommuneError
    place = connection.execute(select(province.c.name, province.c.training)).one()
    loading = _Loading(
        known=_Known.of(connection, commune),
        commune=commune,
        list_name=f"{packs.next_number(connection, PackKind.BASE_LIST)} {as_of.isoformat()}",
        place={"province": place.name, "commune": commune_name},
        flags=_flagging(place.training),
    )
    wanted = loading.edits(people)
    writing = _Writing(connection, bucket_of(commune, DataSet.REGISTER), by=place.name)
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


@dataclass(slots=True)
class _Known:
    """The persons and households that the commune has, by what a list knows them by."""

    persons: dict[str, dict[str, Value]]
    households: dict[str, dict[str, Value]]
    by_number: dict[str, str]
    by_name: dict[tuple[str, str, str], list[str]]
    by_code: dict[tuple[str, str], str]

    @staticmethod
    def of(connection: Connection, commune: str) -> _Known:
        known = _Known({}, {}, {}, {}, {})
        rows = connection.execute(
            select(
                cast(documents.c.id, Text).label("id"),
                documents.c.type,
                cast(documents.c.fields, Text).label("fields"),
            )
            .where(documents.c.bucket == bucket_of(commune, DataSet.REGISTER))
            .order_by(documents.c.id)
        )
        for row in rows:
            known._add(row.id, row.type, _decode_fields(row.fields))
        return known

    def _add(self, document_id: str, kind: str, fields: dict[str, Value]) -> None:
        if kind == DocumentType.HOUSEHOLD.value:
            self.households[document_id] = fields
            if fields.get("code") and not fate_of(fields):
                self.by_code.setdefault(_household_key(fields), document_id)
            return
        self.persons[document_id] = fields
        for name in ("id_number", LISTED + "id_number"):
            if fields.get(name):
                self.by_number.setdefault(str(fields[name]), document_id)
        for prefix in ("", LISTED):  # as the office has the name now, and as a list had it
            key = _name_key(fields, prefix)
            if key[0] and document_id not in self.by_name.setdefault(key, []):
                self.by_name[key].append(document_id)

    def person(self, listed: ListedPerson) -> str | None:
        """Who of the commune this is.

        Without a number on both sides name, birth and sex must name one alone.
        """
        if listed.id_number and listed.id_number in self.by_number:
            return self.by_number[listed.id_number]
        alike = self.by_name.get(_name_key(listed.fields), [])
        numbers = {one: str(self.persons[one].get("id_number") or "") for one in alike}
        able = [one for one in alike if not (listed.id_number and numbers[one])]
        return able[0] if len(able) == 1 else None


def _name_key(fields: Mapping[str, Value], prefix: str = "") -> tuple[str, str, str]:
    name, born, sex = (
        str(fields.get(prefix + one) or "") for one in ("full_name", "birth_date", "sex")
    )
    return compare_key(name), born, sex


def _household_key(fields: Mapping[str, Value]) -> tuple[str, str]:
    return str(fields.get("code") or ""), compare_key(str(fields.get("hamlet") or ""))


def _flagging(training: bool) -> Callable[[Mapping[str, str]], list[str]]:
    """Names of the codes that a new person's identity is flagged for, as an officer's save does."""
    tables, today = IdentityTables.load(training=training), datetime.now(UTC).date()
    return lambda fields: flag_codes(fields, on=today, tables=tables)


class _Loading:
    """From rows to what is wanted of documents; decides who is who."""

    def __init__(
        self,
        *,
        known: _Known,
        commune: str,
        list_name: str,
        place: Mapping[str, str],
        flags: Callable[[Mapping[str, str]], list[str]],
    ) -> None:
        self._known = known
        self._commune = commune
        self._list_name = list_name
        self._place = place
        self._flags = flags
        self._households: dict[tuple[str, str], dict[str, Value]] = {}
        self._ids: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()

    def edits(self, people: Sequence[ListedPerson]) -> list[_Edit]:
        persons = [edit for one in people if (edit := self._person(one)) is not None]
        households = [
            _Edit(DocumentType.HOUSEHOLD, self._ids[key], fields)
            for key, fields in self._households.items()
            if self._ids[key] not in self._known.households
        ]
        return [*households, *persons]

    def _person(self, listed: ListedPerson) -> _Edit | None:
        """``None`` for somebody of whom this list tells nothing new, or who is out of the lists."""
        person_id = self._known.person(listed)
        if person_id is None or person_id in self._taken:
            person_id = self._new_id(listed)
        self._taken.add(person_id)
        before = self._known.persons.get(person_id, {})
        if fate_of(before):
            return None
        said = {name: value for name, value in listed.fields.items() if name in LISTED_FIELDS}
        news = {name: value for name, value in said.items() if before.get(LISTED + name) != value}
        household_id = self._household(listed, person_id)
        fields: dict[str, Value] = dict(news)
        if household_id is not None and not before.get("household_id"):
            fields["household_id"] = household_id
        if not fields:
            return None
        fields |= {LISTED + name: value for name, value in news.items()}
        fields[LISTED_BY] = self._list_name
        if not before:
            fields["flags"] = self._flags(listed.fields) or None
        return _Edit(DocumentType.PERSON, person_id, fields)

    def _household(self, listed: ListedPerson, person_id: str) -> str | None:
        """Id of the household that the list names by its code, the office's own if it has one."""
        if not listed.household_code:
            return None
        named = {"code": listed.household_code, "hamlet": listed.hamlet}
        key = _household_key(named)
        if key not in self._ids:
            known = self._known.by_code.get(key)
            self._ids[key] = known or _derived_id("household", self._commune, *key)
            self._households[key] = {**self._place, **named}
        if listed.is_head:
            self._households[key].setdefault("head_person_id", person_id)
        return self._ids[key]

    def _new_id(self, listed: ListedPerson) -> str:
        """The same for the same row of the same list, whoever loads it."""
        if listed.id_number:
            return _derived_id("person", self._commune, listed.id_number)
        key = (*_name_key(listed.fields), compare_key(listed.hamlet), listed.household_code)
        return _derived_id("person", self._commune, *key)


def _derived_id(*parts: str) -> str:
    """A UUIDv8 (RFC 9562 §5.8) of what a document is about."""
    digest = int.from_bytes(sha256("\n".join(("base list", *parts)).encode()).digest()[:16])
    value = digest & ~(0xF << 76) & ~(0b11 << 62) | 0x8 << 76 | 0b10 << 62
    return str(UUID(int=value))


class _Writing:
    """The edits against the documents as they are, merged and written with their history."""

    def __init__(self, connection: Connection, bucket: str, *, by: str) -> None:
        self._connection = connection
        self._bucket = bucket
        self._by = by
        self._at = datetime.now(UTC).isoformat(timespec="seconds")
        self._seq, self._chain = _last_line(connection)
        self._entries: list[history.Entry] = []
        self.touched: list[Touched] = []
        self.new_persons = self.changed_persons = self.clashes = 0

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
        change = self._change(edit, patch, is_new=document is None)
        if document is None:
            outcome = created(change, epoch=EPOCH)
        else:
            identity = RULES[edit.document_type].identity_fields
            outcome = merged(document, change, epoch=EPOCH, identity_fields=identity)
            if outcome.document is document:
                return
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

    def _count(self, edit: _Edit, outcome: Merged, *, is_new: bool) -> None:
        self.clashes += len(outcome.clashed)
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


def _last_line(connection: Connection) -> tuple[int, bytes]:
    """Number and chain hash of the last change that a list made."""
    mine = (operations.c.device_id == PROVINCE, operations.c.epoch == EPOCH)
    seq = connection.scalar(select(func.max(operations.c.seq)).where(*mine))
    if seq is None:
        return 0, chain_start(EPOCH)
    chain = history.chain_hash_at(connection, device_id=PROVINCE, epoch=EPOCH, seq=seq)
    return int(seq), chain or chain_start(EPOCH)
