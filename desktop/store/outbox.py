"""The outbox: this register's changes, in the order they were made, and what became of each.

Nothing leaves it without a receipt, and nothing is deleted from it: what the server has is only
marked. It implements ``sync.client.ports.Outbox``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import msgspec

from desktop.domain.syncing import DROPPED, ChangeState
from desktop.store.books import EPOCH_SPAN, Books
from desktop.store.driver import Driver, driver_of, first_value, json_list
from desktop.store.receipts import pass_over_own, settle_plain
from desktop.store.register import Register
from desktop.store.settling import forget_versions, mark_pending, settle_documents, show_again
from desktop.store.transaction import Transaction
from sync.client.ports import Batch
from sync.protocol.chain import chain_start
from sync.protocol.ids import new_epoch
from sync.protocol.messages import Change, ChangeResult, LedgerHead, Outcome, PushAnswer

_CHANGES = msgspec.json.Decoder(Change)
_STATES = {
    Outcome.APPLIED: ChangeState.RECEIPTED,
    Outcome.MERGED: ChangeState.MERGED,
    Outcome.CLASH: ChangeState.CLASH,
    Outcome.HELD: ChangeState.HELD,
}
_SETTLED = (
    "SELECT change, state = 'held', why FROM outbox WHERE position > ? AND position <= ? "
    "ORDER BY position"
)
_UNSETTLE = (
    "UPDATE outbox SET state = 'waiting', version = 0, clashed = '', why = '', receipted_at = '' "
    "WHERE position > ? AND position <= ?"
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
_FORGET_RESTRICTED = (
    "DELETE FROM restricted_changes WHERE position NOT IN (SELECT position FROM outbox)"
)
_SETTLE = (
    "UPDATE outbox SET state = ?, version = ?, clashed = ?, why = ?, receipted_at = ? "
    "WHERE position = ?"
)


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
                settle_documents(transaction, _changes_at(transaction, special), results)
            pass_over_own(transaction, receipts, plain, answer.heads)

    def rewind(self, *, expected: int) -> bool:
        """The server lacks changes from ``expected`` on: send them again. False if gone.

        Where it knows nothing of this epoch, nobody knows what it has of earlier ones: then all
        are sent again, under new numbers; so they are where one of them was given up, which is not
        to come back.
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
            changes = [_CHANGES.decode(change) for change, *_ in rows]
            if not changes or changes[0].seq != expected:
                return False
            is_given_up = any(why.startswith(DROPPED) for *_, why in rows)
            if not is_given_up:
                transaction.driver.execute(_UNSETTLE, span)
                books.acknowledge(expected - 1)
                show_again(transaction, changes, held=[is_held for _, is_held, _ in rows])
                forget_versions(transaction, changes)
        if is_given_up:
            self.renumber(everything=True)
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
                mark_pending(driver, [_CHANGES.decode(text).document_id for _, text in rows])

    def _has_earlier_epochs(self) -> bool:
        with self._register.reading() as connection:
            return Books(driver_of(connection)).epoch_number > 1


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
    rows = transaction.driver.execute(_AT, (json_list(positions),))
    return [_CHANGES.decode(change) for (change,) in rows]


def sent_positions(register: Register, *, epoch: str, to: int) -> range:
    """Where the changes up to this one stand that have no receipt; none of another epoch."""
    with register.reading() as connection:
        books = Books(driver_of(connection))
        if books.epoch != epoch:
            return range(0)
        return range(books.position_of(books.acked) + 1, books.position_of(to) + 1)
