"""Receipts that bring nothing new: most of them, and done without reading what was sent.

Where every waiting change of a document was applied as it was, the document is what the server
has: only its version and its books change. What is more than that is the outbox's work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.store.driver import json_list
from desktop.store.entries import DigestStep
from desktop.store.transaction import Transaction
from sync.protocol.messages import ChangeResult, Outcome

# Without the fields: "base IS NULL" is told by the head of the row.
_STATE = (
    "SELECT id, doc, bucket, version, pending, base IS NULL, mark FROM documents "
    "WHERE id IN (SELECT value FROM json_each(?))"
)
_CONFIRM = "UPDATE documents SET version = ?, mark = ?, pending = 0, base = NULL WHERE doc = ?"
# Without a cursor nothing was pulled: from an empty feed that is all there was.
_PASS_OVER = "UPDATE buckets SET cursor = ? WHERE bucket = ? AND coalesce(cursor, 0) = ?"


@dataclass(frozen=True, slots=True)
class _Plain:
    """A document that is now what the server has."""

    document_id: str
    doc: int
    bucket: str
    before: tuple[int, str]
    after: tuple[int, str]


def settle_plain(
    transaction: Transaction,
    receipts: Sequence[tuple[ChangeResult, str]],
    marks: Mapping[int, str],
) -> Mapping[str, str]:
    """Settle the documents that need no more than their version; id -> bucket of those settled.

    ``receipts`` are results with the id of the document each is about, in their order; ``marks``
    are those of the changes, by their numbers.
    """
    of_document: dict[str, list[ChangeResult]] = {}
    for result, document_id in receipts:
        of_document.setdefault(document_id, []).append(result)
    candidates = [
        document_id
        for document_id, results in of_document.items()
        if all(result.s is Outcome.APPLIED for result in results)
    ]
    names = json_list(candidates)
    rows = transaction.driver.execute(_STATE, (names,)).fetchall()
    plain = [one for row in rows if (one := _plain(row, of_document[row[0]], marks)) is not None]
    if plain:
        transaction.driver.executemany(_CONFIRM, [(*one.after, one.doc) for one in plain])
        _step_digests(transaction, plain)
    return {one.document_id: one.bucket for one in plain}


def _plain(
    row: Sequence[Any], results: Sequence[ChangeResult], marks: Mapping[int, str]
) -> _Plain | None:
    document_id, doc, bucket, before, pending, has_no_base, mark_before = row
    if pending > len(results):
        return None  # edits that are not sent yet lie upon it
    version, mark = before, mark_before
    for result in results:
        if not has_no_base and result.ver <= version:
            return None  # its outcome came by a pull already
        if leaves_out(result, version):
            return None  # the row must come
        if result.ver > version:
            version, mark = result.ver, marks[result.seq]
    return _Plain(document_id, doc, bucket, (before, mark_before), (version, mark))


def leaves_out(result: ChangeResult, version: int) -> bool:
    """Is there a version between the one here and the one that a change made?

    Of an ``ok`` too: the server counts what this register once sent as seen. A document without a
    version tells nothing; its row is on its way.
    """
    return 0 < version < result.ver - 1


def _step_digests(transaction: Transaction, plain: Sequence[_Plain]) -> None:
    steps: defaultdict[str, DigestStep] = defaultdict(DigestStep)
    for one in plain:
        steps[one.bucket].take(one.document_id, *one.before)
        steps[one.bucket].put(one.document_id, *one.after)
    for bucket, step in steps.items():
        transaction.documents.step_digest(bucket, step)


def pass_over_own(
    transaction: Transaction,
    receipts: Sequence[tuple[ChangeResult, str]],
    plain: Mapping[str, str],
    heads: Mapping[str, tuple[int, int]],
) -> None:
    """Move cursors over the places of our own documents, so that they do not come back.

    Only where the feed ended at our cursor before this push, and nothing that is not here is in the
    documents it wrote: what lies between is then what we sent. Anything else the next pull brings.
    """
    others: set[str] = set()
    for result, document_id in receipts:
        if result.s is Outcome.HELD or (result.s is Outcome.APPLIED and document_id in plain):
            continue
        entry = transaction.documents.get(document_id)
        if entry is None:
            return  # its bucket was withdrawn meanwhile, and nothing tells which it was
        if result.s is not Outcome.APPLIED or leaves_out(result, entry.version):
            others.add(entry.bucket)
    for bucket, (before, after) in heads.items():
        if bucket not in others:
            transaction.driver.execute(_PASS_OVER, (after, bucket, before))
