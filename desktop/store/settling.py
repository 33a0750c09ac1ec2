"""Documents brought up to what the server said of their changes, or to what it says no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import compress

import msgspec

from desktop.store import restricted_lists
from desktop.store.cursors import name_buckets
from desktop.store.documents import Patch, apply_patch, replayed
from desktop.store.driver import Driver, json_list
from desktop.store.entries import Entry
from desktop.store.overlays import marks_of
from desktop.store.receipts import leaves_out
from desktop.store.resending import is_refused, send_whole
from desktop.store.transaction import Transaction
from sync.protocol.chain import mark_of
from sync.protocol.messages import Change, ChangeResult, Hold, Outcome

_CHANGES = msgspec.json.Decoder(Change)


def waiting_patches(
    transaction: Transaction, document_ids: Sequence[str]
) -> dict[str, list[Patch]]:
    """The unsent patches of these documents, oldest first; documents without any are left out.

    Reads the whole queue: ask only about documents that have something pending.
    """
    if not document_ids:
        return {}
    books = transaction.books
    rows = transaction.driver.execute(
        "SELECT document_id, change FROM outbox WHERE position > ? AND position <= ? "
        "AND document_id IN (SELECT value FROM json_each(?)) ORDER BY position",
        (
            books.position_of(books.acked),
            books.position_of(books.seq),
            json_list(document_ids),
        ),
    )
    patches: dict[str, list[Patch]] = {}
    for document_id, change in rows:
        patches.setdefault(document_id, []).append(_CHANGES.decode(change).patch)
    return patches


def settle_documents(
    transaction: Transaction, changes: Sequence[Change], results: Mapping[int, ChangeResult]
) -> None:
    """Bring documents up to their receipts.

    After ``ok`` the document is what the server has, so its own echo will be recognised by the
    version. After a merge or a clash the server has values we have not seen: the version stays,
    and the row that comes with the next pull is applied; so it is after an ``ok`` that leaves a
    version out. A bucket of which nothing was pulled yet is named, so that the row comes. A held
    edit is taken back, with the clash that it was to decide, and so is one whose outcome came by a
    pull already, because the receipt got lost the first time: the server's fields of then have it,
    or what became of it since.
    """
    transaction.documents.load(change.document_id for change in changes)
    touched: dict[str, Entry] = {}
    taken_back: set[str] = set()
    unpulled: set[str] = set()
    for change in changes:
        entry = transaction.documents.get(change.document_id)
        if entry is None:  # its bucket was withdrawn meanwhile
            continue
        touched[change.document_id] = entry
        entry.pending = max(0, entry.pending - 1)
        result = results[change.seq]
        is_pulled = entry.base is not None and 0 < result.ver <= entry.version
        if result.s is Outcome.HELD or is_pulled:
            taken_back.add(change.document_id)
            continue
        if not entry.version and result.s is not Outcome.APPLIED:
            unpulled.add(entry.bucket)
        if change.kind == "create" and entry.base is None:
            entry.base = {}
        if entry.base is not None:
            apply_patch(entry.base, change.patch)
        for name in change.patch:
            entry.decided.pop(name, None)
        is_whole = result.s is Outcome.APPLIED and not leaves_out(result, entry.version)
        if is_whole and result.ver > entry.version:
            entry.version, entry.mark = result.ver, mark_of(change.change_id)
    name_buckets(transaction.driver, unpulled)
    lacking = [change for change in changes if _is_lacking(transaction, change, results)]
    taken_back -= {change.document_id for change in lacking}
    _take_back(transaction, [touched[document_id] for document_id in taken_back])
    groups = {change.group for change in lacking}
    held = [c for c in changes if c.group in groups and results[c.seq].s is Outcome.HELD]
    touched |= {entry.document_id: entry for entry in send_whole(transaction, held)}
    for entry in touched.values():
        if not entry.pending:
            entry.base, entry.decided = None, {}
    transaction.documents.write(touched.values())


def _is_lacking(
    transaction: Transaction, change: Change, results: Mapping[int, ChangeResult]
) -> bool:
    """Was this an edit of a document that the server refused to create before?"""
    result, entry = results[change.seq], transaction.documents.get(change.document_id)
    if change.kind != "set" or result.why != Hold.MISSING.value or entry is None:
        return False
    return is_refused(transaction.driver, entry)


def _take_back(transaction: Transaction, entries: Sequence[Entry]) -> None:
    """Show what the server has, with the edits that still wait; a refused creation stays shown."""
    waiting = waiting_patches(transaction, [e.document_id for e in entries if e.pending])
    marks = marks_of(transaction.driver, [e.document_id for e in entries])
    for entry in entries:
        if entry.base is not None:
            mark = marks.get(entry.document_id)
            upon = [] if mark is None else [mark.patch]
            patches = waiting.get(entry.document_id, [])
            entry.will_change()
            entry.fields = replayed(entry.base, [*upon, *patches])
            for name in entry.decided.keys() - {name for patch in patches for name in patch}:
                entry.clashes[name] = entry.decided.pop(name)


def show_again(
    transaction: Transaction, changes: Sequence[Change], *, held: Sequence[bool]
) -> None:
    """A refused edit that is sent again stands on top again, and will be taken back as before.

    Under what was edited since, which waits too. What is shown without them is what the server
    had; of a document that is made anew with these changes, nothing.
    """
    refused = {change.document_id for change in compress(changes, held) if change.kind == "set"}
    made = {change.document_id for change in changes if change.kind == "create"}
    transaction.documents.load(refused)
    waiting = waiting_patches(transaction, list(refused))
    for document_id in refused:
        entry = transaction.documents.get(document_id)
        if entry is None:  # its bucket was withdrawn meanwhile
            continue
        entry.will_change()
        if entry.base is None and document_id not in made:
            entry.base = dict(entry.fields)
        entry.fields = replayed(entry.fields, waiting.get(document_id, ()))


def mark_pending(driver: Driver, document_ids: Sequence[str]) -> None:
    """Exactly these changes (one id for each) wait now."""
    driver.execute("UPDATE documents SET pending = 0 WHERE pending <> 0")
    counts = Counter(document_ids)
    driver.executemany(
        "UPDATE documents SET pending = ? WHERE id = ?",
        [(count, document_id) for document_id, count in counts.items()],
    )
    restricted_lists.mark_pending(driver, [(count, name) for name, count in counts.items()])


def forget_versions(transaction: Transaction, changes: Sequence[Change]) -> None:
    """The server went back in time: its rows of these documents will have lower versions again."""
    transaction.documents.load(change.document_id for change in changes)
    touched: list[Entry] = []
    for change in changes:
        entry = transaction.documents.get(change.document_id)
        if entry is not None:
            entry.version = min(entry.version, change.base_version)
            entry.mark = ""
            entry.pending += 1
            touched.append(entry)
    transaction.documents.write(touched)
