"""Changes the server refused for want of a document, made so that they can reach it.

A document whose creation was refused is not there for later edits: it goes again whole, with the
documents that were saved with it. An edit refused because the server had lost the document goes
again when the document is back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, takewhile
from uuid import UUID

import msgspec

from desktop.store.books import EPOCH_SPAN
from desktop.store.documents import Patch, apply_patch
from desktop.store.driver import Driver, json_list
from desktop.store.entries import Entry
from desktop.store.overlays import marks_of, without
from desktop.store.transaction import Transaction
from sync.protocol.documents import RULES
from sync.protocol.ids import new_id_text
from sync.protocol.messages import Change, Hold

_CHANGES = msgspec.json.Decoder(Change)

_HELD = "SELECT position, change FROM outbox WHERE state = 'held' AND document_id = ?"
_LACKS = _HELD + " AND (change ->> 'k' = 'create' OR why = ?) LIMIT 1"
_LIVING_CREATION = (
    "SELECT 1 FROM outbox WHERE document_id = ? AND state <> 'held' "
    "AND change ->> 'k' = 'create' LIMIT 1"
)
_FROM = "SELECT position, group_seq, state, change FROM outbox WHERE position >= ? AND position < ?"
_ANY_MISSED = "SELECT 1 FROM outbox WHERE state = 'held' AND why = ? LIMIT 1"
_MISSED = (
    "SELECT position, group_seq FROM outbox AS held WHERE state = 'held' AND why = ? "
    "AND document_id IN (SELECT value FROM json_each(?)) ORDER BY position"
)
_LATER = "SELECT 1 FROM outbox WHERE position > ? AND document_id = ? LIMIT 1"


def is_refused(driver: Driver, entry: Entry) -> bool:
    """Did the server say that it has not this document, and no creation waits or was accepted?

    It refused to create it, or an edit for want of it. To have no version does not tell: neither
    has a document that is there, from a restart of its bucket until its row comes. Only of types
    that those who create them write whole: of others, nobody may send all that is in them.
    """
    if entry.version or entry.is_new or entry.kind is None:
        return False
    rule = RULES[entry.kind]
    if not any("" in rule.writers.get(role, ()) for role in rule.creators):
        return False
    lacks = driver.execute(_LACKS, (entry.document_id, Hold.MISSING.value)).fetchone()
    return lacks is not None and not _is_created(driver, entry.document_id)


def saved_with(transaction: Transaction, document_id: str) -> list[Change]:
    """The refused creations of the save that was to make this document, those still lacking."""
    creations = [
        (position, change)
        for position, text in transaction.driver.execute(_HELD, (document_id,))
        if (change := _CHANGES.decode(text)).kind == "create"
    ]
    if not creations:
        return []
    position, creation = max(creations, key=lambda one: one[0])
    first = position // EPOCH_SPAN * EPOCH_SPAN + creation.group
    found = [change for _, change in _held_in_group(transaction.driver, first, creation.group)]
    return [
        change
        for change in found
        if change.kind == "create" and not _is_created(transaction.driver, change.document_id)
    ]


def create_whole(
    transaction: Transaction,
    forms: Mapping[str, str],
    *,
    group: int,
    by: str,
    at: str,
    unix_ms: int,
) -> list[Entry]:
    """Queue documents (id -> the form they were filled on) as creations, as they are now.

    What was saved with them, and refused with them, goes too. Returns the documents, each once.
    """
    wanted = dict(forms)
    for document_id in forms:
        for change in saved_with(transaction, document_id):
            wanted.setdefault(change.document_id, change.form)
    transaction.documents.load(wanted)
    marks = marks_of(transaction.driver, list(wanted))
    found = [(transaction.documents.get(name), its_form) for name, its_form in wanted.items()]
    made: list[Entry] = []
    for one, its_form in found:
        if one is None or one.version:
            continue
        mark = marks.get(one.document_id)  # another office's answer is not ours to send
        own = one.fields if mark is None else without(one.fields, [mark.patch])
        patch: Patch = {name: (None, value) for name, value in own.items()}
        transaction.books.append(
            Change(
                seq=transaction.books.seq + 1,
                change_id=new_id_text(unix_ms=unix_ms),
                group=group,
                document_type=one.type_name,
                document_id=one.document_id,
                bucket=one.bucket,
                kind="create",
                base_version=0,
                patch=patch,
                by=by,
                at=at,
                form=its_form,
            )
        )
        one.base, one.decided = None, {}
        one.pending += 1
        made.append(one)
    return made


def send_whole(transaction: Transaction, held: Sequence[Change]) -> list[Entry]:
    """Queue these refused changes again, those of documents never created as whole creations."""
    touched: list[Entry] = []
    made: set[str] = set()
    for _, save in groupby(held, key=lambda change: change.group):
        changes = [change for change in save if change.document_id not in made]
        if not changes:
            continue
        group = transaction.books.seq + 1
        unix_ms = made_ms(changes[0].change_id)
        entries = [(change, transaction.documents.get(change.document_id)) for change in changes]
        there = [(c, e) for c, e in entries if e is not None and _is_known(transaction, e)]
        lacking = {c.document_id: c.form for c, e in entries if e is not None}
        for _, entry in there:
            lacking.pop(entry.document_id, None)
        whole = create_whole(
            transaction, lacking, group=group, by=changes[0].by, at=changes[0].at, unix_ms=unix_ms
        )
        made |= {entry.document_id for entry in whole}
        touched += whole
        for change, entry in there:
            _queue_again(transaction, entry, change, group)
            touched.append(entry)
    return touched


def send_missed_again(transaction: Transaction, document_ids: Sequence[str]) -> list[Entry]:
    """Queue again the saves that were refused because one of these documents was missing.

    A change of a document that was edited since stays behind: the later edit counts.
    """
    driver = transaction.driver
    if driver.execute(_ANY_MISSED, (Hold.MISSING.value,)).fetchone() is None:
        return []
    names = json_list(document_ids)
    missed = driver.execute(_MISSED, (Hold.MISSING.value, names)).fetchall()
    saves = {(at // EPOCH_SPAN * EPOCH_SPAN + group, group) for at, group in missed}
    touched: dict[str, Entry] = {}
    for first, group in sorted(saves):
        save = [
            change
            for position, change in _held_in_group(driver, first, group)
            if driver.execute(_LATER, (position, change.document_id)).fetchone() is None
        ]
        transaction.documents.load(change.document_id for change in save)
        new_group = transaction.books.seq + 1
        for change in save:
            entry = transaction.documents.get(change.document_id)
            if entry is not None:
                _queue_again(transaction, entry, change, new_group)
                touched[entry.document_id] = entry
    return list(touched.values())


def _queue_again(transaction: Transaction, entry: Entry, change: Change, group: int) -> None:
    transaction.books.append(
        msgspec.structs.replace(
            change,
            seq=transaction.books.seq + 1,
            change_id=new_id_text(unix_ms=made_ms(change.change_id)),
            group=group,
        )
    )
    entry.will_change()
    if entry.base is None and entry.version > 0:
        entry.base = dict(entry.fields)
    apply_patch(entry.fields, change.patch)
    entry.pending += 1


def made_ms(change_id: str) -> int:
    """When a change was made (milliseconds since 1970): its id begins with it."""
    return UUID(change_id).int >> 80


def _is_known(transaction: Transaction, entry: Entry) -> bool:
    return entry.version > 0 or _is_created(transaction.driver, entry.document_id)


def _is_created(driver: Driver, document_id: str) -> bool:
    return driver.execute(_LIVING_CREATION, (document_id,)).fetchone() is not None


def _held_in_group(driver: Driver, first: int, group: int) -> list[tuple[int, Change]]:
    """The refused changes of the save that begins at this position."""
    end = (first // EPOCH_SPAN + 1) * EPOCH_SPAN
    rows = driver.execute(_FROM + " ORDER BY position", (first, end))
    return [
        (position, _CHANGES.decode(text))
        for position, _, state, text in takewhile(lambda row: row[1] == group, rows)
        if state == "held"
    ]
