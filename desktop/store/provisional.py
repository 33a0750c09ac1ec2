"""What came by parcel from another office before the server's row of it: shown, and marked.

A document that only another office knows stands here with version 0, as its maker sent it. An
answer of another office to a document of ours lies upon the server's fields and beneath our own
unsent edits. Neither is ever sent on as ours, neither counts in a digest, and the server's row
takes the place of each: a document's at once, an answer's field by field as soon as the server has
another value there than the answer was given upon.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from desktop.store.documents import FieldValues, Patch, replayed
from desktop.store.driver import driver_of
from desktop.store.entries import Entry
from desktop.store.overlays import KEY, KEYS_END, Mark, marks_of, set_mark, without
from desktop.store.register import Register
from desktop.store.settling import waiting_patches
from desktop.store.transaction import Transaction
from sync.protocol.carried import Believed, CarriedDocument
from sync.protocol.merge import is_same

#: Documents in one section of a parcel, and in one transaction.
AT_ONCE = 500

_NEXT = "SELECT id FROM documents WHERE bucket = ? AND id > ? ORDER BY id LIMIT ?"
_MARKED = (
    "SELECT d.id, d.type, m.value ->> 'office', m.value ->> 'at', m.value ->> 'is_new', "
    "coalesce(d.fields ->> 'identity.full_name', d.fields ->> 'answers.identity/full_name', '') "
    "FROM meta AS m JOIN documents AS d ON d.id = substr(m.key, ?) "
    "WHERE m.key >= ? AND m.key < ? ORDER BY m.value ->> 'at' DESC, d.id LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """The parcel something came with."""

    sender: str
    office: str
    series: str
    number: int
    at: str


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What documents of a parcel came to, in numbers; ``known`` brought nothing new."""

    new: int = 0
    answered: int = 0
    known: int = 0

    def __add__(self, other: TakenOver) -> TakenOver:
        return TakenOver(
            self.new + other.new, self.answered + other.answered, self.known + other.known
        )


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A document that the server has not confirmed, for the page.

    ``is_new`` tells that the document itself came by parcel; else an answer to it did.
    """

    document_id: str
    document_type: str
    full_name: str
    office: str
    at: str
    is_new: bool


def take_over(register: Register, documents: Sequence[Believed], origin: Origin) -> TakenOver:
    """Show documents and answers of another office, in one transaction."""
    ids = [one.document.document_id for one in documents]
    with register.writing() as transaction:
        transaction.documents.load(ids)
        work = _Work(
            transaction, origin, marks_of(transaction.driver, ids), _waiting_of(transaction, ids)
        )
        done = TakenOver()
        for one in documents:
            done += work.take(one)
        transaction.documents.write(work.changed)
    return done


def _waiting_of(transaction: Transaction, ids: Sequence[str]) -> Mapping[str, list[Patch]]:
    """Our own unsent patches; also of a document that was withdrawn and comes back."""
    entries = [(one, transaction.documents.get(one)) for one in ids]
    return waiting_patches(
        transaction, [one for one, entry in entries if entry is None or entry.pending]
    )


_KNOWN = TakenOver(known=1)


class _Work:
    """Taking over, document by document."""

    def __init__(
        self,
        transaction: Transaction,
        origin: Origin,
        marks: Mapping[str, Mark],
        waiting: Mapping[str, list[Patch]],
    ) -> None:
        self._transaction = transaction
        self._origin = origin
        self._marks = marks
        self._waiting = waiting
        self.changed: list[Entry] = []

    def take(self, one: Believed) -> TakenOver:
        """One document."""
        document_id = one.document.document_id
        entry, mark = self._transaction.documents.get(document_id), self._marks.get(document_id)
        if mark is not None and self._is_older_than(mark):
            return _KNOWN
        if entry is None:
            return _KNOWN if one.fields is None else self._add(one, one.fields)
        if one.fields is None:
            return self._answer(entry, mark, one)
        if entry.version == 0 and mark is not None and mark.is_new:
            return self._renew(entry, one, dict(one.fields))
        return _KNOWN

    def _is_older_than(self, mark: Mark) -> bool:
        origin = self._origin
        is_same_line = (mark.sender, mark.series) == (origin.sender, origin.series)
        return is_same_line and mark.number > origin.number

    def _add(self, one: Believed, fields: Mapping[str, object]) -> TakenOver:
        document, waiting = one.document, self._waiting.get(one.document.document_id, [])
        entry = self._transaction.documents.add(
            document.document_id,
            kind=document.document_type,
            bucket=document.bucket,
            fields=replayed(fields, waiting),
        )
        entry.pending = len(waiting)
        self._mark(document, is_new=True, patch={})
        self.changed.append(entry)
        return TakenOver(new=1)

    def _renew(self, entry: Entry, one: Believed, fields: FieldValues) -> TakenOver:
        """Its maker sent it again: newer than what we took over before."""
        shown = replayed(fields, self._waiting.get(entry.document_id, ()))
        self._mark(one.document, is_new=True, patch={})
        if shown == entry.fields:
            return _KNOWN
        entry.will_change()
        entry.fields = shown
        self.changed.append(entry)
        return TakenOver(new=1)

    def _answer(self, entry: Entry, mark: Mark | None, one: Believed) -> TakenOver:
        """What another office set in a document that is here."""
        waiting = self._waiting.get(entry.document_id, [])
        lying = {} if mark is None else mark.patch
        server = entry.base
        if server is None:
            server = without(entry.fields, [lying, *waiting])
        own = {name for patch in waiting for name in patch}
        patch = {
            name: values
            for name, values in _upon(server, entry.version, one).items()
            if name not in own
        }
        if patch == lying:
            return _KNOWN
        entry.will_change()
        entry.fields = replayed(server, [patch, *waiting])
        is_new = mark is not None and mark.is_new
        self._mark(one.document, is_new=is_new, patch=patch)
        self.changed.append(entry)
        return TakenOver(answered=1)

    def _mark(self, document: CarriedDocument, *, is_new: bool, patch: Patch) -> None:
        origin = self._origin
        mark = Mark(
            bucket=document.bucket,
            document_type=document.document_type,
            sender=origin.sender,
            office=origin.office,
            series=origin.series,
            number=origin.number,
            at=origin.at,
            is_new=is_new,
            patch=patch,
        )
        kept = mark if is_new or patch else None
        set_mark(self._transaction.driver, document.document_id, kept)


def _upon(server: Mapping[str, object], version: int, one: Believed) -> Patch:
    """The answer's fields that are news upon what the server has here.

    An edit counts where the server still has the value it was made upon. What its sender knows of
    the server counts where he knows a newer version than we.
    """
    patch: Patch = {
        name: (old, new)
        for name, (old, new) in one.unsent.items()
        if is_same(server.get(name), old)
    }
    if one.document.version > version:
        for name, value in one.answers.items():
            old = server.get(name)
            if name in patch:
                patch[name] = (old, patch[name][1])
            elif name not in one.unsent and not is_same(old, value):
                patch[name] = (old, value)
            elif name in one.unsent:
                patch[name] = (old, one.unsent[name][1])
    return patch


def carried_documents(
    register: Register, buckets: Sequence[str]
) -> Iterator[list[CarriedDocument]]:
    """The documents of these buckets for another office, some at a time."""
    for bucket in buckets:
        last = ""
        while True:
            with register.reading() as connection:
                transaction = Transaction(connection)
                rows = transaction.driver.execute(_NEXT, (bucket, last, AT_ONCE)).fetchall()
                found = _carried(transaction, [str(row[0]) for row in rows])
            if found:
                yield found
            if len(rows) < AT_ONCE:
                break
            last = str(rows[-1][0])


def _carried(transaction: Transaction, ids: Sequence[str]) -> list[CarriedDocument]:
    """As the server has them here, with our own unsent edits; what others sent is left out."""
    batch = transaction.documents
    batch.load(ids)
    marks = marks_of(transaction.driver, ids)
    waiting = _waiting_of(transaction, ids)
    return [
        _as_carried(entry, marks.get(one), waiting.get(one, []))
        for one in ids
        if (entry := batch.get(one)) is not None
    ]


def _as_carried(entry: Entry, mark: Mark | None, waiting: Sequence[Patch]) -> CarriedDocument:
    fields = entry.base
    if fields is None:
        fields = without(entry.fields, [{} if mark is None else mark.patch, *waiting])
    unsent: Patch = {}
    for patch in waiting:
        for name, (old, new) in patch.items():
            unsent[name] = (unsent[name][0] if name in unsent else old, new)
    return CarriedDocument(
        bucket=entry.bucket,
        document_type=entry.type_name,
        document_id=entry.document_id,
        version=entry.version,
        fields=fields,
        unsent=unsent,
    )


def waiting_rows(register: Register, *, limit: int) -> list[WaitingRow]:
    """What the server has not confirmed, newest first."""
    with register.reading() as connection:
        rows = (
            driver_of(connection).execute(_MARKED, (len(KEY) + 1, KEY, KEYS_END, limit)).fetchall()
        )
    return [
        WaitingRow(document_id, kind, full_name, office, at, bool(is_new))
        for document_id, kind, office, at, is_new, full_name in rows
    ]


def count_waiting(register: Register) -> int:
    """How many documents the server has not confirmed."""
    with register.reading() as connection:
        found = (
            driver_of(connection)
            .execute("SELECT count(*) FROM meta WHERE key >= ? AND key < ?", (KEY, KEYS_END))
            .fetchone()
        )
    return int(found[0]) if found else 0
