"""The outbox: this register's changes, in the order they were made, and what became of each.

Nothing leaves it without a receipt, and nothing is deleted from it: what the server has is only
marked. It implements ``sync.client.ports.Outbox``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, takewhile

import msgspec
from sqlalchemy import Connection

from desktop.domain.syncing import DROPPED, ChangeRow, ChangeState
from desktop.store import restricted_lists
from desktop.store.batch import Entry
from desktop.store.books import EPOCH_SPAN, Books
from desktop.store.documents import Patch, apply_patch, replayed
from desktop.store.driver import Driver, driver_of, first_value
from desktop.store.overlays import marks_of
from desktop.store.receipts import pass_over_own, settle_plain
from desktop.store.register import Register
from desktop.store.resending import is_refused, send_whole
from desktop.store.rights import may_see, rights_in
from desktop.store.transaction import Transaction
from sync.client.ports import Batch
from sync.protocol.chain import chain_start, mark_of
from sync.protocol.documents import DataSet
from sync.protocol.ids import new_epoch
from sync.protocol.messages import Change, ChangeResult, Hold, LedgerHead, Outcome, PushAnswer

_CHANGES = msgspec.json.Decoder(Change)
_STATES = {
    Outcome.APPLIED: ChangeState.RECEIPTED,
    Outcome.MERGED: ChangeState.MERGED,
    Outcome.CLASH: ChangeState.CLASH,
    Outcome.HELD: ChangeState.HELD,
}
_SETTLED = (
    "SELECT change, state = 'held' FROM outbox WHERE position > ? AND position <= ? "
    "ORDER BY position"
)
_LINES = "SELECT change, chain FROM outbox WHERE position > ? AND position <= ? ORDER BY position"
# The mark of a change is the end of its id, which stands in the canonical text.
_WHOSE = (
    'SELECT position, document_id, substr(change, instr(change, \'"op":"\') + 30, 12) '
    "FROM outbox WHERE position > ? AND position <= ? ORDER BY position"
)
_AT = (
    "SELECT change FROM outbox WHERE position IN (SELECT value FROM json_each(?)) ORDER BY position"
)
_COUNT_HELD = "SELECT count(*) FROM outbox WHERE state = 'held'"
_COUNT_DROPPED = _COUNT_HELD + f" AND why LIKE '{DROPPED}%'"
_AMONG = "position IN (SELECT value FROM json_each(?))"
_COUNT_HELD_AMONG = f"{_COUNT_HELD} AND why NOT LIKE '{DROPPED}%' AND {_AMONG}"
_FORGET_RESTRICTED = (
    "DELETE FROM restricted_changes WHERE position NOT IN (SELECT position FROM outbox)"
)
_RESTRICTED = "SELECT position, bucket FROM restricted_changes ORDER BY position"
_NEWEST = (
    "SELECT change, state, receipted_at, why, clashed, position FROM outbox WHERE position NOT IN "
    "(SELECT value FROM json_each(?)) AND position < ? ORDER BY position DESC LIMIT ? OFFSET ?"
)
_NO_POSITION = (1 << 63) - 1
_SETTLE = (
    "UPDATE outbox SET state = ?, version = ?, clashed = ?, why = ?, receipted_at = ? "
    "WHERE position = ?"
)


@dataclass(frozen=True, slots=True)
class ChangeCounts:
    """The custody of all changes of this register."""

    waiting: int
    receipted: int
    held: int


@dataclass(frozen=True, slots=True)
class HeldChange:
    """A change the server refused: why, and what it wanted to set."""

    change: Change
    why: str
    receipted_at: str


class RegisterOutbox:
    """The outbox of an open register, as the sync engine sees it."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def next_batch(self, *, limit: int, after: int = 0) -> Batch:
        """The oldest unsent changes: about ``limit`` of them, never cutting a group.

        ``after`` is the seq of the last one that is on its way, its receipt not stored yet.
        """
        with self._register.reading() as connection:
            driver = driver_of(connection)
            books = Books(driver)
            sent = max(books.acked, after)
            first = books.position_of(sent)
            end = _end_of_batch(driver, first, books.position_of(books.seq), limit)
            rows = driver.execute(_LINES, (first, end)).fetchall()
            previous = _chain_at(driver, books, sent).hex()
        return Batch(
            epoch=books.epoch,
            first=sent + 1,
            prev=previous,
            lines=[str(line).encode() for line, _ in rows],
            head=rows[-1][1].hex() if rows else previous,
            ledger=LedgerHead(n=books.last_line, h=books.last_line_hash.hex()),
        )

    def settle(self, answer: PushAnswer) -> None:
        """Record receipts, in one transaction: of changes that have a result, and no other.

        ``answer.acked`` may be higher: a register restored from a copy knows less than the server.
        """
        results = {result.seq: result for result in answer.results}
        with self._register.writing() as transaction:
            books = transaction.books
            last = min(max(results, default=0), books.seq)
            span = (books.position_of(books.acked), books.position_of(last))
            numbers = range(books.acked + 1, last + 1)
            rows = transaction.driver.execute(_WHOSE, span)
            waiting = zip(numbers, rows.fetchall(), strict=True)
            sent = [(seq, *row) for seq, row in takewhile(lambda one: one[0] in results, waiting)]
            if not sent:
                return
            transaction.driver.executemany(
                _SETTLE, [_receipt(position, results[s], answer.now) for s, position, *_ in sent]
            )
            books.acknowledge(sent[-1][0])
            receipts = [(results[seq], document_id) for seq, _, document_id, _ in sent]
            plain = settle_plain(transaction, receipts, {one[0]: one[3] for one in sent})
            special = [position for _, position, name, _ in sent if name not in plain]
            if special:
                _settle_documents(transaction, _changes_at(transaction, special), results)
            pass_over_own(transaction, receipts, plain, answer.heads)

    def rewind(self, *, expected: int) -> bool:
        """The server lacks changes from ``expected`` on: send them again. False if gone.

        Where it knows nothing of this epoch, nobody knows what it has of earlier ones: then all
        are sent again.
        """
        if expected == 1 and self._has_earlier_epochs():
            self.renumber(everything=True)
            return True
        with self._register.writing() as transaction:
            books = transaction.books
            if not 1 <= expected <= books.seq:
                return False
            if expected > books.acked:
                return True
            span = (books.position_of(expected - 1), books.position_of(books.acked))
            rows = transaction.driver.execute(_SETTLED, span).fetchall()
            changes = [_CHANGES.decode(change) for change, _ in rows]
            if not changes or changes[0].seq != expected:
                return False
            transaction.driver.execute(
                "UPDATE outbox SET state = 'waiting', version = 0, clashed = '', why = '', "
                "receipted_at = '' WHERE position > ? AND position <= ?",
                span,
            )
            books.acknowledge(expected - 1)
            taken_back = [is_held for _, is_held in rows]
            _show_again(transaction, changes, compress(changes, taken_back))
            _forget_versions(transaction, changes)
        return True

    def renumber(self, *, everything: bool = False) -> None:
        """The server knows other changes under our numbers: take a new epoch and queue ours anew.

        A change keeps its id, its content and its group; number, chain and epoch are new. With
        ``everything`` those with a receipt are queued too, of all epochs, because the server may
        be another one now; it knows by their ids those it has. Refused ones stay refused.
        """
        with self._register.writing() as transaction:
            books, driver = transaction.books, transaction.driver
            span = (books.position_of(books.acked), books.position_of(books.seq))
            which = "state <> 'held'" if everything else "position > ? AND position <= ?"
            rows = driver.execute(
                f"SELECT position, change FROM outbox WHERE {which} ORDER BY position",  # noqa: S608 texts of ours
                () if everything else span,
            ).fetchall()
            driver.execute(
                f"DELETE FROM outbox WHERE {which}",  # noqa: S608 texts of ours
                () if everything else span,
            )
            driver.execute(_FORGET_RESTRICTED, ())
            books.begin_epoch(new_epoch())
            groups: dict[tuple[int, int], int] = {}
            for seq, (position, text) in enumerate(rows, 1):
                change = _CHANGES.decode(text)
                group = groups.setdefault((position // EPOCH_SPAN, change.group), seq)
                books.append(msgspec.structs.replace(change, seq=seq, group=group))
            if everything:
                books.past = first_value(driver.execute(_COUNT_HELD))
                _mark_pending(driver, [_CHANGES.decode(text).document_id for _, text in rows])

    def _has_earlier_epochs(self) -> bool:
        with self._register.reading() as connection:
            return Books(driver_of(connection)).epoch_number > 1


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
            msgspec.json.encode(document_ids).decode(),
        ),
    )
    patches: dict[str, list[Patch]] = {}
    for document_id, change in rows:
        patches.setdefault(document_id, []).append(_CHANGES.decode(change).patch)
    return patches


def count_changes(register: Register) -> ChangeCounts:
    """How many changes wait, have a receipt, or were refused.

    Restricted ones are counted where they wait, whoever asks: nobody may believe that everything
    was sent. Refused ones are counted for those who can do something about them.
    """
    with register.reading() as connection:
        driver = driver_of(connection)
        books = Books(driver)
        held: int = first_value(driver.execute(_COUNT_HELD))
        dropped: int = first_value(driver.execute(_COUNT_DROPPED))
        unseen = _unseen(driver, rights_in(driver, register.user))
        names = msgspec.json.encode(unseen).decode()
        hidden: int = first_value(driver.execute(_COUNT_HELD_AMONG, (names,))) if unseen else 0
    receipted = books.past + books.acked - held
    return ChangeCounts(waiting=books.waiting, receipted=receipted, held=held - dropped - hidden)


def list_changes(
    register: Register, *, limit: int, offset: int = 0, before: int | None = None
) -> list[ChangeRow]:
    """The outbox, newest change first, as if what the user may not see had never been made.

    Not even a number is missing: a gap beside the change of a person would tell whom it is about.
    ``before`` is the position of the last line one has.
    """
    with register.reading() as connection:
        driver = driver_of(connection)
        unseen = _unseen(driver, rights_in(driver, register.user))
        names = msgspec.json.encode(unseen).decode()
        last = _NO_POSITION if before is None else before
        rows = driver.execute(_NEWEST, (names, last, limit, offset)).fetchall()
        changes = [_CHANGES.decode(row[0]) for row in rows]
        titles, subjects = _titles(connection, changes)
    return [
        ChangeRow(
            seq=change.seq - _missed(unseen, position),
            at=change.at,
            by=change.by,
            document_type=change.document_type,
            title=titles.get(change.document_id, ""),
            state=ChangeState.DROPPED if why.startswith(DROPPED) else ChangeState(state),
            receipted_at=receipted_at,
            why=why.removeprefix(DROPPED),
            position=position,
            subject=subjects.get(change.document_id, ""),
            fields=tuple(change.patch),
            form=change.form,
            clashed=tuple(msgspec.json.decode(clashed, type=list[str])) if clashed else (),
        )
        for change, (_, state, receipted_at, why, clashed, position) in zip(
            changes, rows, strict=True
        )
    ]


def sent_positions(register: Register, *, epoch: str, to: int) -> range:
    """Where the changes up to this one stand that have no receipt; none of another epoch."""
    with register.reading() as connection:
        books = Books(driver_of(connection))
        if books.epoch != epoch:
            return range(0)
        return range(books.position_of(books.acked) + 1, books.position_of(to) + 1)


def _unseen(driver: Driver, rights: frozenset[DataSet]) -> list[int]:
    """Where the changes stand that a user with these rights may not see."""
    return [at for at, bucket in driver.execute(_RESTRICTED) if not may_see(rights, bucket)]


def _missed(unseen: Sequence[int], position: int) -> int:
    """How many of these stand before this one in its epoch."""
    first = position // EPOCH_SPAN * EPOCH_SPAN
    return bisect_left(unseen, position) - bisect_left(unseen, first)


def held_changes(register: Register) -> list[HeldChange]:
    """The changes the server refused, oldest first; one edited since is the officer's no more.

    Only those the user may see.
    """
    with register.reading() as connection:
        rights = rights_in(driver_of(connection), register.user)
        rows = connection.exec_driver_sql(
            "SELECT change, why, receipted_at FROM outbox AS held WHERE state = 'held' "
            "AND why NOT LIKE 'dropped:%' AND NOT EXISTS "
            "(SELECT 1 FROM outbox AS later WHERE later.position > held.position "
            "AND later.document_id = held.document_id AND later.state <> 'held') "
            "ORDER BY position"
        ).all()
    held = [HeldChange(_CHANGES.decode(change), why, at) for change, why, at in rows]
    return [one for one in held if may_see(rights, one.change.bucket)]


def _end_of_batch(driver: Driver, first: int, last: int, limit: int) -> int:
    """The position of the last change of the batch, stretched to the end of its group."""
    row = driver.execute(
        "SELECT position, group_seq FROM outbox WHERE position > ? AND position <= ? "
        "ORDER BY position DESC LIMIT 1",
        (first, first + limit),
    ).fetchone()
    if row is None:
        return first
    after = driver.execute(
        "SELECT position FROM outbox WHERE position > ? AND position < ? AND group_seq <> ? "
        "ORDER BY position LIMIT 1",
        (row[0], (first // EPOCH_SPAN + 1) * EPOCH_SPAN, row[1]),
    ).fetchone()
    return last if after is None else int(after[0]) - 1


def _chain_at(driver: Driver, books: Books, seq: int) -> bytes:
    """The chain's hash after this change."""
    if seq == 0:
        return chain_start(books.epoch)
    position = books.position_of(seq)
    found: bytes = first_value(
        driver.execute("SELECT chain FROM outbox WHERE position = ?", (position,))
    )
    return found


def _receipt(position: int, result: ChangeResult, at: str) -> tuple[object, ...]:
    clashed = msgspec.json.encode(result.f).decode() if result.f else ""
    return (_STATES[result.s].value, result.ver, clashed, result.why, at, position)


def _changes_at(transaction: Transaction, positions: Sequence[int]) -> list[Change]:
    rows = transaction.driver.execute(_AT, (msgspec.json.encode(positions).decode(),))
    return [_CHANGES.decode(change) for (change,) in rows]


def _settle_documents(
    transaction: Transaction, changes: Sequence[Change], results: Mapping[int, ChangeResult]
) -> None:
    """Bring documents up to their receipts.

    After ``ok`` the document is what the server has, so its own echo will be recognised by the
    version. After a merge or a clash the server has values we have not seen: the version stays,
    and the row that comes with the next pull is applied. A held edit is taken back, with the clash
    that it was to decide, and so is one whose outcome came by a pull already, because the receipt
    got lost the first time: the server's fields of then have it, or what became of it since.
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
        if result.s is Outcome.APPLIED and result.ver > entry.version:
            entry.version, entry.mark = result.ver, mark_of(change.change_id)
    _name_buckets(transaction.driver, unpulled)
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


def _name_buckets(driver: Driver, buckets: Iterable[str]) -> None:
    """The server has documents of these of which the row must come, or word that it never will.

    It tells that a bucket was withdrawn only to who names it.
    """
    driver.executemany(
        "INSERT INTO buckets (bucket, cursor, count, digest) VALUES (?, 0, 0, ?) "
        "ON CONFLICT (bucket) DO UPDATE SET cursor = coalesce(cursor, 0)",
        [(bucket, "0" * 32) for bucket in buckets],
    )


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


def _show_again(
    transaction: Transaction, changes: Sequence[Change], held: Iterable[Change]
) -> None:
    """A refused edit that is sent again stands on top again, and will be taken back as before.

    What is shown without it is what the server had; of a document that is made anew with these
    changes, nothing.
    """
    refused = {change.document_id for change in held if change.kind == "set"}
    made = {change.document_id for change in changes if change.kind == "create"}
    transaction.documents.load(refused)
    for document_id in refused:
        entry = transaction.documents.get(document_id)
        if entry is None:  # its bucket was withdrawn meanwhile
            continue
        entry.will_change()
        if entry.base is None and document_id not in made:
            entry.base = dict(entry.fields)
        again = [one.patch for one in changes if one.document_id == document_id]
        entry.fields = replayed(entry.fields, again)


def _mark_pending(driver: Driver, document_ids: Sequence[str]) -> None:
    """Exactly these changes (one id for each) wait now."""
    driver.execute("UPDATE documents SET pending = 0 WHERE pending <> 0")
    counts = Counter(document_ids)
    driver.executemany(
        "UPDATE documents SET pending = ? WHERE id = ?",
        [(count, document_id) for document_id, count in counts.items()],
    )
    restricted_lists.mark_pending(driver, [(count, name) for name, count in counts.items()])


def _forget_versions(transaction: Transaction, changes: Sequence[Change]) -> None:
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


def _titles(
    connection: Connection, changes: Sequence[Change]
) -> tuple[dict[str, str], dict[str, str]]:
    """Document -> the name of the person it is about (of a household: its head, else its code).

    And document -> the id that stands for whom it is about.
    """
    ids = msgspec.json.encode(list({change.document_id for change in changes})).decode()
    rows = connection.exec_driver_sql(
        """
        SELECT d.id, coalesce(
          p.full_name,
          (SELECT h.full_name FROM documents AS hd JOIN people AS h ON h.doc = hd.doc
           WHERE hd.id = coalesce(hh.head_person_id, d.fields ->> 'person_id')),
          hh.code, d.fields ->> 'identity.full_name', ''),
          coalesce(nullif(hh.head_person_id, ''), d.fields ->> 'person_id', d.id)
        FROM documents AS d
        LEFT JOIN people AS p ON p.doc = d.doc
        LEFT JOIN households AS hh ON hh.doc = d.doc
        WHERE d.id IN (SELECT value FROM json_each(?1))
        UNION ALL
        SELECT d.id, coalesce(p.full_name, d.fields ->> 'identity.full_name', ''),
          coalesce(d.fields ->> 'person_id', d.id)
        FROM restricted_documents AS d
        LEFT JOIN documents AS pd ON pd.id = d.fields ->> 'person_id'
        LEFT JOIN people AS p ON p.doc = pd.doc
        WHERE d.id IN (SELECT value FROM json_each(?1))
        """,
        (ids,),
    ).all()
    return {str(row[0]): str(row[1]) for row in rows}, {str(row[0]): str(row[2]) for row in rows}
