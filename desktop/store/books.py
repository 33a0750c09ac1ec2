"""The numbered, hash-chained books of a register: changes and ledger lines, appended only.

Both continue from one row, ``heads``, which is read at the beginning of a transaction and written
at its end; numbers and hashes are therefore exactly as durable as the documents they belong to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from desktop.errors import ExternalError, Problem
from desktop.store.driver import Driver
from sync.protocol.chain import canonical, chain_link, chain_start
from sync.protocol.documents import is_restricted
from sync.protocol.messages import Change

#: Changes of one epoch; 2**40 of them would take a commune some ten thousand years.
EPOCH_SPAN = 1 << 40

_LEDGER_START = hashlib.sha256(b"so-an-sinh/ledger/1\x00").digest()
_HEADS = "SELECT epoch, epoch_number, seq, chain, acked, past, ledger_n, ledger_hash FROM heads"
_ADD_CHANGE = (
    "INSERT INTO outbox (position, document_id, group_seq, change, chain, state) "
    "VALUES (?, ?, ?, ?, ?, 'waiting')"
)
_ADD_RESTRICTED = "INSERT OR REPLACE INTO restricted_changes (position, bucket) VALUES (?, ?)"
_ADD_LINE = "INSERT INTO ledger (n, entry, hash) VALUES (?, ?, ?)"


class LedgerEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the ledger: who did what to which object, when (UTC). It holds no values.

    What is left out when it says nothing was added later: older lines keep their texts.

    Attributes:
        objects: pairs of a kind and a name, such as a document's type and id.
        purpose: what for, where that is asked.
    """

    n: int
    at: str
    by: str
    action: str
    objects: list[tuple[str, str]]
    purpose: str = ""


class Books:
    """The ends of the books within one write transaction; ``close`` writes them back."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        heads = driver.execute(_HEADS).fetchone()
        if heads is None:
            raise ExternalError(Problem.REGISTER_DAMAGED)
        self.epoch: str = heads[0]
        self.epoch_number: int = heads[1]
        self.seq: int = heads[2]
        self.chain: bytes = heads[3]
        self.acked: int = heads[4]
        self.past: int = heads[5]
        self._ledger_n: int = heads[6]
        self._ledger_hash: bytes = heads[7]
        self._changes: list[tuple[Any, ...]] = []
        self._lines: list[tuple[Any, ...]] = []
        self._is_open = False

    @property
    def waiting(self) -> int:
        """How many changes have no receipt."""
        return self.seq - self.acked

    @property
    def last_line(self) -> int:
        """Number of the last line of the ledger, 0 before the first."""
        return self._ledger_n

    @property
    def last_line_hash(self) -> bytes:
        """Its hash: whoever notes both can tell later whether the lines up to it were rewritten."""
        return self._ledger_hash

    def position_of(self, seq: int) -> int:
        """Where the change with this number stands in the outbox."""
        return self.epoch_number * EPOCH_SPAN + seq

    def append(self, change: Change) -> None:
        """Add the next change; its ``seq`` must be the one after the last."""
        if change.seq != self.seq + 1:
            raise ValueError(f"change {change.seq} cannot follow {self.seq}")
        text = canonical(change)
        self.chain = chain_link(self.chain, text)
        self.seq = change.seq
        self._is_open = True
        if is_restricted(change.bucket):
            place = (self.position_of(change.seq), change.bucket)
            self._driver.execute(_ADD_RESTRICTED, place)
        self._changes.append(
            (
                self.position_of(change.seq),
                change.document_id,
                change.group,
                text.decode(),
                self.chain,
            )
        )

    def begin_epoch(self, epoch: str) -> None:
        """Start counting anew; changes already numbered keep their places before it."""
        self._flush()
        self.past += self.acked
        self.epoch = epoch
        self.epoch_number += 1
        self.seq = 0
        self.acked = 0
        self.chain = chain_start(epoch)
        self._is_open = True

    def acknowledge(self, seq: int) -> None:
        """The server holds every change up to this one (or, after a rewind, only those)."""
        self.acked = seq
        self._is_open = True

    def record(
        self,
        *,
        at: datetime,
        by: str,
        action: str,
        objects: Sequence[tuple[str, str]],
        purpose: str = "",
    ) -> None:
        """Add a line to the ledger; ``action`` is one of ``desktop.domain.ledger.Action``."""
        entry = LedgerEntry(
            n=self._ledger_n + 1,
            at=at.astimezone(UTC).isoformat(timespec="seconds"),
            by=by,
            action=str(action),
            objects=list(objects),
            purpose=purpose,
        )
        text = msgspec.json.encode(entry, order="deterministic")
        self._ledger_n = entry.n
        self._ledger_hash = chain_link(self._ledger_hash, text)
        self._is_open = True
        self._lines.append((entry.n, text.decode(), self._ledger_hash))

    def close(self) -> None:
        """Write what was added, and where the books end now."""
        if not self._is_open:
            return
        self._flush()
        self._driver.execute(
            "UPDATE heads SET epoch = ?, epoch_number = ?, seq = ?, chain = ?, acked = ?, "
            "past = ?, ledger_n = ?, ledger_hash = ?",
            (
                self.epoch,
                self.epoch_number,
                self.seq,
                self.chain,
                self.acked,
                self.past,
                self._ledger_n,
                self._ledger_hash,
            ),
        )

    def _flush(self) -> None:
        if self._changes:
            self._driver.executemany(_ADD_CHANGE, self._changes)
            self._changes = []
        if self._lines:
            self._driver.executemany(_ADD_LINE, self._lines)
            self._lines = []


def open_books(driver: Driver, *, epoch: str) -> None:
    """Lay the first page of a new register."""
    driver.execute(
        "INSERT INTO heads VALUES (1, ?, 1, 0, ?, 0, 0, 0, ?)",
        (epoch, chain_start(epoch), _LEDGER_START),
    )


def ledger_start() -> bytes:
    """The hash before the first line of a ledger."""
    return _LEDGER_START
