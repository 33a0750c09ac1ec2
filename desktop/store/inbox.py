"""The inbox: the server's rows become documents here, with unsent local edits on top.

It implements ``sync.client.ports.Inbox``. A page and its cursors are one transaction, so a cursor
never stands before a row that was not applied.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from desktop.domain.ledger import Action
from desktop.store import overlays, restricted_lists
from desktop.store.batch import Batch, refresh_person_states
from desktop.store.cursors import EMPTY_DIGEST, FROM_THE_START, set_cursors
from desktop.store.device_keys import SERVER_EPOCH
from desktop.store.documents import Patch, replayed
from desktop.store.driver import Driver, driver_of, json_list
from desktop.store.entries import DigestStep, Entry
from desktop.store.people_index import drop_bucket, refresh_marks
from desktop.store.register import Register
from desktop.store.resending import send_missed_again
from desktop.store.settling import waiting_patches
from desktop.store.transaction import Transaction
from sync.protocol.chain import PART_LENGTH, parts_of
from sync.protocol.messages import Digest, Drop, Grant, Row

_DOCUMENTS = ("documents", "restricted_documents")
_LISTS = ("households", "people", "person_numbers", "records", "checks", "submissions", "fates")


class RegisterInbox:
    """The inbox of an open register, as the sync engine sees it."""

    def __init__(self, register: Register, *, clock: Callable[[], datetime], author: str) -> None:
        self._register = register
        self._clock = clock
        self._author = author

    def cursors(self) -> Mapping[str, int]:
        """Bucket -> position of the last applied row, for every granted bucket.

        So is 0 for one that was never pulled but holds documents the server took: were it not
        named, nobody would tell that it was withdrawn.
        """
        with self._register.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT bucket, max(coalesce(cursor, 0), 0) FROM buckets "
                "WHERE cursor IS NOT NULL OR count > 0"
            ).all()
        return {str(bucket): int(cursor) for bucket, cursor in rows}

    def apply_page(
        self,
        *,
        rows: Sequence[Row],
        grants: Sequence[Grant],
        drops: Sequence[Drop],
        cursors: Mapping[str, int],
    ) -> None:
        """One page with its cursors, in one transaction; pending local edits stay on top."""
        with self._register.writing() as transaction:
            for drop in drops:
                _drop(transaction.driver, drop.bucket)
                transaction.has_dropped = True
            set_cursors(transaction.driver, {grant.bucket: 0 for grant in grants})
            applied = _apply_rows(transaction, rows)
            dropped = {drop.bucket for drop in drops}
            set_cursors(
                transaction.driver,
                {bucket: at for bucket, at in cursors.items() if bucket not in dropped},
            )
            self._write_down(transaction, applied, [drop.bucket for drop in drops])

    def digests(self) -> Mapping[str, Digest]:
        """What each bucket holds here, by the server's versions."""
        with self._register.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT bucket, count, digest FROM buckets WHERE cursor IS NOT NULL"
            ).all()
        return {bucket: Digest(n=count, x=digest) for bucket, count, digest in rows}

    def marks(self) -> Mapping[str, str]:
        """The same with what made each version."""
        with self._register.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT bucket, marked_digest FROM buckets "
                "WHERE cursor IS NOT NULL AND marked_digest <> ''"
            ).all()
        return {str(bucket): str(marked) for bucket, marked in rows}

    def restart(self, buckets: Sequence[str]) -> None:
        """Set the cursors of these buckets back so that the next pull brings them whole.

        They stay named, so that one that was withdrawn meanwhile is told. The documents stay, but
        count as not confirmed by the server, so that every row is applied whatever its version,
        also those of what this register sends again.
        """
        with self._register.writing() as transaction:
            for bucket in buckets:
                transaction.driver.execute(
                    "UPDATE buckets SET cursor = ?, count = 0, digest = ?, marked_digest = '' "
                    "WHERE bucket = ?",
                    (FROM_THE_START, EMPTY_DIGEST, bucket),
                )
                transaction.driver.execute(
                    "UPDATE documents SET version = 0 WHERE bucket = ?", (bucket,)
                )
                restricted_lists.forget_versions(transaction.driver, bucket)

    def parts(self, bucket: str) -> Mapping[str, str] | None:
        """What each part of a bucket holds, read from its documents."""
        with self._register.reading() as connection:
            driver = driver_of(connection)
            return parts_of(_versions(driver, bucket)) if _is_marked(driver, bucket) else None

    def repair(self, bucket: str, *, parts: Collection[str], rows: Sequence[Row]) -> None:
        """These rows are all that the server has in these parts; unsent edits stay on top.

        What is here beyond them counts as not confirmed, as after ``restart``. Then the digest is
        made anew from what is here: it may be what was wrong.
        """
        with self._register.writing() as transaction:
            driver = transaction.driver
            names = json_list(sorted(parts))
            for table in _DOCUMENTS:
                driver.execute(
                    f"UPDATE {table} SET version = 0, mark = '' "  # noqa: S608 names of ours
                    f"WHERE bucket = ? AND version > 0 AND substr(id, -{PART_LENGTH}) IN "
                    "(SELECT value FROM json_each(?))",
                    (bucket, names),
                )
            self._write_down(transaction, _apply_rows(transaction, rows))
            step, is_marked = DigestStep(), True
            for name, version, mark in _versions(driver, bucket):
                step.put(name, version, mark)
                is_marked = is_marked and bool(mark)
            marked = f"{step.marked:032x}" if is_marked else ""
            driver.execute(
                "UPDATE buckets SET count = ?, digest = ?, marked_digest = ? WHERE bucket = ?",
                (step.count, f"{step.xor:032x}", marked, bucket),
            )

    def _write_down(
        self, transaction: Transaction, applied: int, dropped: Iterable[str] = ()
    ) -> None:
        """The line of the ledger, where something came or went."""
        objects = [("bucket", bucket) for bucket in dropped]
        if applied:
            objects.append(("rows", str(applied)))
        if objects:
            transaction.books.record(
                at=self._clock(), by=self._author, action=Action.SYNC_RECEIVE, objects=objects
            )

    def meet_server(self, server_epoch: str) -> bool:
        """Remember which incarnation of the server answers; with another one all restarts.

        Returns whether it is another one.
        """
        known = self._register.meta(SERVER_EPOCH)
        if known == server_epoch:
            return False
        if known is None:
            self._register.set_meta({SERVER_EPOCH: server_epoch})
            return False
        self.restart_all(server_epoch)
        return True

    def restart_all(self, server_epoch: str) -> None:
        """As ``restart`` for every bucket; withdrawn ones are still told by the server."""
        with self._register.writing() as transaction:
            driver = transaction.driver
            # One that was never pulled but holds documents the server took stays named, as above.
            driver.execute(
                "UPDATE buckets SET count = 0, digest = ?, marked_digest = '', "
                "cursor = CASE WHEN cursor IS NOT NULL OR count > 0 THEN ? END",
                (EMPTY_DIGEST, FROM_THE_START),
            )
            driver.execute("UPDATE documents SET version = 0")
            restricted_lists.forget_versions(driver)
            driver.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
                (SERVER_EPOCH, server_epoch),
            )


def communes_here(register: Register) -> frozenset[str]:
    """The communes of which this register holds, or fetches, anything."""
    with register.reading() as connection:
        buckets = connection.exec_driver_sql("SELECT bucket FROM buckets").scalars().all()
    return frozenset(str(bucket).partition("/")[0] for bucket in buckets)


def _versions(driver: Driver, bucket: str) -> Iterator[tuple[str, int, str]]:
    """Id, version and mark of every document of a bucket that the server has."""
    for table in _DOCUMENTS:
        yield from driver.execute(
            f"SELECT id, version, mark FROM {table} WHERE bucket = ? AND version > 0",  # noqa: S608 names of ours
            (bucket,),
        )


def _is_marked(driver: Driver, bucket: str) -> bool:
    """Has every document the mark of its version? Those of older programs had none."""
    unmarked = (
        driver.execute(
            f"SELECT 1 FROM {table} WHERE bucket = ? AND version > 0 AND mark = '' LIMIT 1",  # noqa: S608 names of ours
            (bucket,),
        ).fetchone()
        for table in _DOCUMENTS
    )
    return not any(unmarked)


def _apply_rows(transaction: Transaction, rows: Sequence[Row]) -> int:
    """Write the rows that bring something new; returns how many."""
    batch = transaction.documents
    batch.load(row.document_id for row in rows)
    waiting = _waiting(transaction, rows)
    marks = overlays.marks_of(transaction.driver, [row.document_id for row in rows])
    changed: list[Entry] = []
    for row in rows:
        entry = batch.get(row.document_id)
        if entry is None:
            entry = _new_entry(batch, row, pending=len(waiting.get(row.document_id, ())))
        elif row.version < entry.version or _is_here(entry, row):
            continue  # a row that a later page overtook, or our own change coming back
        patches = waiting.get(row.document_id)
        mark = marks.get(row.document_id)
        upon = [] if mark is None else [_left(transaction, row, mark)]
        entry.will_change()
        entry.version, entry.mark = row.version, row.mark
        entry.base = dict(row.fields) if patches else None
        entry.fields = replayed(row.fields, [*upon, *(patches or ())])
        _show_clashes(entry, row)
        changed.append(entry)
    again = send_missed_again(transaction, [entry.document_id for entry in changed])
    batch.write([*changed, *again])
    return len(changed)


def _left(transaction: Transaction, row: Row, mark: overlays.Mark) -> Patch:
    """What another office answered by parcel, as far as the server does not have it."""
    return overlays.left_by_row(transaction.driver, row.document_id, mark, row.fields)


def _is_here(entry: Entry, row: Row) -> bool:
    """The same version, and the same content: after a restore one does not tell the other.

    A clash that a receipt told of stands in the row alone, and a later change of the same document
    may have brought its version here.
    """
    fields = entry.fields if entry.base is None else entry.base
    is_version = row.version == entry.version and row.mark in ("", entry.mark)
    return is_version and row.fields == fields and row.clashes == entry.clashes | entry.decided


def _show_clashes(entry: Entry, row: Row) -> None:
    """All that the server has, but for those that an unsent edit decides as they are."""
    known = {} if entry.base is None else entry.decided
    entry.decided = {name: kept for name, kept in row.clashes.items() if known.get(name) == kept}
    entry.clashes = {n: kept for n, kept in row.clashes.items() if n not in entry.decided}


def _waiting(transaction: Transaction, rows: Sequence[Row]) -> Mapping[str, list[Patch]]:
    """The unsent patches of these documents; also of one that was withdrawn and comes back."""
    if not transaction.books.waiting:
        return {}
    entries = [(row.document_id, transaction.documents.get(row.document_id)) for row in rows]
    ids = [document_id for document_id, entry in entries if entry is None or entry.pending]
    return waiting_patches(transaction, ids)


def _new_entry(batch: Batch, row: Row, *, pending: int) -> Entry:
    entry = batch.add(row.document_id, kind=row.document_type, bucket=row.bucket, fields={})
    entry.pending = pending
    return entry


def _drop(driver: Driver, bucket: str) -> None:
    """Remove a bucket's documents from every list; the outbox keeps what is unsent."""
    person_ids = _persons_of(driver, bucket)
    drop_bucket(driver, bucket)
    for table in _LISTS:
        driver.execute(
            f"DELETE FROM {table} WHERE doc IN (SELECT doc FROM documents WHERE bucket = ?)",  # noqa: S608 names of ours
            (bucket,),
        )
    driver.execute("DELETE FROM documents WHERE bucket = ?", (bucket,))
    restricted_lists.drop_bucket(driver, bucket)
    overlays.drop_bucket(driver, bucket)
    driver.execute("DELETE FROM buckets WHERE bucket = ?", (bucket,))
    refresh_person_states(driver, person_ids)
    refresh_marks(driver, person_ids=person_ids)


def _persons_of(driver: Driver, bucket: str) -> list[str]:
    """The persons whose state in lists rests on documents of this bucket."""
    rows = driver.execute(
        "SELECT DISTINCT fields ->> 'person_id' FROM documents WHERE bucket = ? "
        "AND type IN ('record', 'check', 'submission')",
        (bucket,),
    )
    return [person_id for (person_id,) in rows if person_id]
