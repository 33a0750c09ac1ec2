"""Saving what users did: edits become documents, list rows, changes and a line of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from desktop.errors import Problem, UserError
from desktop.store import restricted_books
from desktop.store.books import Books
from desktop.store.documents import Edit, Patch, apply_patch, as_kept, difference
from desktop.store.entries import Entry
from desktop.store.resending import create_whole, is_refused
from desktop.store.rights import may_see
from desktop.store.transaction import Transaction
from sync.protocol.documents import (
    DataSet,
    bucket_of,
    data_set_in,
    data_set_of,
    right_to,
)
from sync.protocol.ids import new_id_text
from sync.protocol.messages import Change

#: A ledger line names at most this many documents; of more it names their changes.
_NAMED_OBJECTS = 50


def save_groups(
    transaction: Transaction,
    groups: Sequence[Sequence[Edit]],
    *,
    author: str,
    at: datetime,
    action: str,
) -> None:
    """Apply each group of edits; the changes of a group travel together.

    Nothing at all is written when every value is what it was.
    """
    if at.tzinfo is None:
        raise ValueError("the instant of a save needs its offset")
    transaction.documents.load(edit.document_id for edits in groups for edit in edits)
    first = transaction.books.seq + 1
    stamp = _Stamp(author=author, at=at)
    changed = [entry for edits in groups for entry in _save_group(transaction, edits, stamp)]
    if not changed:
        return
    transaction.documents.write(changed)
    last = transaction.books.seq
    if plain := [entry for entry in changed if not entry.is_restricted]:
        transaction.books.record(
            at=at, by=author, action=action, objects=_objects(plain, first, last)
        )
    for right, entries in _by_right(changed).items():
        restricted_books.record(
            transaction.driver,
            right=right,
            at=at,
            by=author,
            action=action,
            objects=_objects(entries, first, last),
        )


def _by_right(changed: Sequence[Entry]) -> dict[DataSet, list[Entry]]:
    """What is restricted, by the right it needs."""
    found: dict[DataSet, list[Entry]] = {}
    for entry in changed:
        data_set = data_set_in(entry.bucket) if entry.is_restricted else None
        right = None if data_set is None else right_to(data_set)
        if right is not None:
            found.setdefault(right, []).append(entry)
    return found


class _Stamp:
    """Who and when, the same for every change of a save."""

    __slots__ = ("at", "author", "unix_ms")

    def __init__(self, *, author: str, at: datetime) -> None:
        self.author = author
        self.at = at.isoformat(timespec="seconds")
        self.unix_ms = int(at.timestamp() * 1000)


def _save_group(transaction: Transaction, edits: Sequence[Edit], stamp: _Stamp) -> list[Entry]:
    group = transaction.books.seq + 1
    changed: list[Entry] = []
    lacking: list[Entry] = []
    for edit in edits:
        entry = transaction.documents.get(edit.document_id)
        if entry is None:
            entry = _create(transaction, edit)
            patch: Patch = {name: (None, value) for name, value in entry.fields.items()}
            kind = "create"
        else:
            patch = difference(entry.fields, edit.fields, edit.decided)
            kind = "set"
            if not patch:
                continue
        if entry.is_restricted:
            _require_right(transaction, entry)
        is_lacking = is_refused(transaction.driver, entry)
        if kind == "set":
            _edit_entry(entry, patch)
        if is_lacking:
            lacking.append(entry)
            continue
        _append_change(transaction.books, edit, entry, kind, patch, group, stamp)
        entry.pending += 1
        changed.append(entry)
    return changed + _create_lacking(transaction, lacking, edits, group, stamp)


def _create_lacking(
    transaction: Transaction,
    lacking: Sequence[Entry],
    edits: Sequence[Edit],
    group: int,
    stamp: _Stamp,
) -> list[Entry]:
    """Documents that the server refused to create: to it an edit alone would say nothing."""
    forms = {edit.document_id: edit.form for edit in edits}
    return create_whole(
        transaction,
        {entry.document_id: forms[entry.document_id] for entry in lacking},
        group=group,
        by=stamp.author,
        at=stamp.at,
        unix_ms=stamp.unix_ms,
    )


def _create(transaction: Transaction, edit: Edit) -> Entry:
    return transaction.documents.add(
        edit.document_id,
        kind=edit.document_type,
        bucket=bucket_of(edit.commune_code, _data_set_of(edit)),
        fields={
            name: kept
            for name, value in edit.fields.items()
            if (kept := as_kept(value)) is not None
        },
    )


def _data_set_of(edit: Edit) -> DataSet:
    """By its form; a form that this program does not know, it cannot have asked."""
    try:
        return data_set_of(edit.document_type, str(edit.fields.get("form_id") or ""))
    except LookupError:
        return data_set_of(edit.document_type)


def _require_right(transaction: Transaction, entry: Entry) -> None:
    if not may_see(transaction.rights, entry.bucket):
        raise UserError(Problem.NOT_PERMITTED)


def _edit_entry(entry: Entry, patch: Patch) -> None:
    """Show the edit, and keep what the server has beneath the first one that waits.

    So are the clashes that it decides: the decision may be refused.
    """
    if entry.base is None and entry.version > 0:
        entry.base = dict(entry.fields)
    entry.will_change(patch)
    apply_patch(entry.fields, patch)
    for name in patch:
        clash = entry.clashes.pop(name, None)
        if clash is not None and entry.base is not None:
            entry.decided[name] = clash


def _append_change(
    books: Books, edit: Edit, entry: Entry, kind: str, patch: Patch, group: int, stamp: _Stamp
) -> None:
    books.append(
        Change(
            seq=books.seq + 1,
            change_id=new_id_text(unix_ms=stamp.unix_ms),
            group=group,
            document_type=entry.type_name,
            document_id=edit.document_id,
            bucket=entry.bucket,
            kind=kind,
            base_version=_seen(entry, edit),
            patch=patch,
            by=stamp.author,
            at=stamp.at,
            form=edit.form,
        )
    )


def _seen(entry: Entry, edit: Edit) -> int:
    if edit.seen_version is None:
        return entry.version
    return min(entry.version, edit.seen_version)


def _objects(changed: Sequence[Entry], first: int, last: int) -> list[tuple[str, str]]:
    if len(changed) > _NAMED_OBJECTS:
        return [("changes", f"{first}-{last}")]
    return [(entry.type_name, entry.document_id) for entry in dict.fromkeys(changed)]
