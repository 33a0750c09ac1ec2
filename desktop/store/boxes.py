"""What the register keeps of the box of its commune: where it is, what it has, what it showed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from desktop.store.books import Books
from desktop.store.documents import Patch, replayed
from desktop.store.driver import driver_of
from desktop.store.entries import Entry
from desktop.store.outbox import RegisterOutbox
from desktop.store.overlays import KEY, KEYS_END, Mark, marks_of, set_mark, without
from desktop.store.provisional import AT_ONCE, Origin, TakenOver, take_over
from desktop.store.register import Register
from desktop.store.settling import waiting_patches
from sync.client.box import Custody
from sync.protocol.carried import Believed, CarriedDocument
from sync.protocol.documents import DocumentType, data_set_in, is_restricted, may_lie_in

_CUSTODY = "box_custody"
_TYPES = {document_type.value: document_type for document_type in DocumentType}
_OF_BOX = "SELECT substr(key, ?) FROM meta WHERE key >= ? AND key < ? AND value ->> 'sender' = ?"


class BoxedOutbox(RegisterOutbox):
    """The outbox as a visit to the box sees it."""

    def last_seq(self) -> int:
        """The number of the newest change of this epoch."""
        with self._register.reading() as connection:
            return Books(driver_of(connection)).seq


def custody(register: Register) -> Custody:
    """What the box said it has; empty before the first visit."""
    raw = register.meta(_CUSTODY)
    return Custody() if raw is None else msgspec.json.decode(raw, type=Custody)


def keep_custody(register: Register, held: Custody) -> None:
    """Remember what the box has."""
    register.set_meta({_CUSTODY: msgspec.json.encode(held).decode()})


def count_at_box(register: Register) -> int:
    """How many changes without a receipt of the province lie in the box."""
    held = custody(register)
    with register.reading() as connection:
        books = Books(driver_of(connection))
        if books.epoch != held.epoch:
            return 0
        return max(0, min(held.kept, books.seq) - books.acked)


def show_neighbours(
    register: Register, documents: Iterable[CarriedDocument], origin: Origin
) -> TakenOver:
    """Show what the neighbours gave the box, marked; what it no longer names is taken back.

    A document whose row of the province came meanwhile has lost its mark by that.
    """
    with register.reading() as connection:
        rows = driver_of(connection).execute("SELECT bucket FROM buckets WHERE cursor IS NOT NULL")
        readable = {str(bucket) for (bucket,) in rows}
    sound = [_believed(one) for one in documents if _is_sound(one, readable)]
    done = TakenOver()
    for at in range(0, len(sound), AT_ONCE):
        done += take_over(register, sound[at : at + AT_ONCE], origin)
    _take_back(register, origin, kept={one.document.document_id for one in sound})
    return done


def _is_sound(one: CarriedDocument, readable: Collection[str]) -> bool:
    """Is it a document of a bucket of ours, that may be there at all, and not restricted?"""
    document_type, data_set = _TYPES.get(one.document_type), data_set_in(one.bucket)
    return (
        one.bucket in readable
        and not is_restricted(one.bucket)
        and document_type is not None
        and data_set is not None
        and may_lie_in(document_type, data_set)
    )


def _believed(one: CarriedDocument) -> Believed:
    return Believed(document=one, fields=one.fields or None, answers={}, unsent=one.unsent)


def _take_back(register: Register, origin: Origin, *, kept: Collection[str]) -> None:
    """What the province refused, or its author took back, is shown no more.

    A document that they made is gone, but for one that an edit of ours waits for.
    """
    with register.writing() as transaction:
        driver = transaction.driver
        rows = driver.execute(_OF_BOX, (len(KEY) + 1, KEY, KEYS_END, origin.sender)).fetchall()
        gone = [str(name) for (name,) in rows if str(name) not in kept]
        if not gone:
            return
        transaction.documents.load(gone)
        marks = marks_of(driver, gone)
        waiting = waiting_patches(transaction, gone)
        changed: list[Entry] = []
        made: list[Entry] = []
        for name in gone:
            entry, mark = transaction.documents.get(name), marks[name]
            if entry is not None and mark.is_new and not entry.version:
                if entry.pending:
                    continue  # asked again when ours has its receipt
                made.append(entry)
            elif entry is not None:
                _uncover(entry, mark, waiting.get(name, []))
                changed.append(entry)
            set_mark(driver, name, None)
        transaction.documents.write(changed)
        transaction.documents.remove(made)
        transaction.has_dropped |= bool(made)


def _uncover(entry: Entry, mark: Mark, own: Sequence[Patch]) -> None:
    """Show what the server has, with our own edits."""
    server = entry.base
    if server is None:
        server = without(entry.fields, [mark.patch, *own])
    entry.will_change()
    entry.fields = replayed(server, own)
