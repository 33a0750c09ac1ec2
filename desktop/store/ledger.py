"""The ledger: who saw or changed what, when; chained so that no line can be altered or taken out.

Saves write their line in their own transaction; ``note`` is for everything else (opening a full
record, exports, keys). Reading and filtering are in ``ledger_reading``.

A chain proves itself only up to its head: who holds the data key could write all of it anew, or cut
its end and set the head back. Against that there are witnesses: numbers and hashes of lines that
were noted elsewhere (in the description of every snapshot, on a printed report).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from desktop.domain.ledger import (
    LONGEST_PURPOSE,
    MOST_FAULTS,
    FaultKind,
    LedgerCheck,
    LedgerFault,
    Witness,
)
from desktop.store.books import LedgerEntry, ledger_start
from desktop.store.driver import driver_of
from desktop.store.register import Register
from sync.protocol.chain import chain_link

_ENTRIES = msgspec.json.Decoder(LedgerEntry)
_LINES_PER_STEP = 2000
#: Text and hash as bytes: what is damaged must not stop the walk.
_WALK = "SELECT n, CAST(entry AS BLOB), CAST(hash AS BLOB) FROM ledger ORDER BY n"


def note(
    register: Register,
    *,
    at: datetime,
    by: str,
    action: str,
    objects: Sequence[tuple[str, str]] = (),
    purpose: str = "",
) -> None:
    """Write a line of its own."""
    with register.writing() as transaction:
        transaction.books.record(
            at=at, by=by, action=action, objects=objects, purpose=purpose[:LONGEST_PURPOSE]
        )


def note_all(
    register: Register,
    actions: Sequence[tuple[str, Sequence[tuple[str, str]]]],
    *,
    at: datetime,
    by: str,
) -> None:
    """Write a line for each action with its objects, in one transaction."""
    with register.writing() as transaction:
        for action, objects in actions:
            transaction.books.record(at=at, by=by, action=action, objects=objects)


def lines(register: Register, *, limit: int, offset: int = 0) -> list[LedgerEntry]:
    """The newest lines as they were written, the newest first."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT entry FROM ledger ORDER BY n DESC LIMIT ? OFFSET ?", (limit, offset)
        ).all()
    return [_ENTRIES.decode(entry) for (entry,) in rows]


def head(register: Register) -> Witness:
    """Where the ledger ends now, to be noted elsewhere."""
    with register.reading() as connection:
        row = connection.exec_driver_sql("SELECT ledger_n, ledger_hash FROM heads").one()
    return Witness(int(row[0]), _hex(row[1]))


def verify(
    register: Register,
    *,
    witnesses: Iterable[Witness] = (),
    progress: Callable[[int, int], None] | None = None,
) -> LedgerCheck:
    """Walk the chain from the first line to the head; ``progress`` is told lines.

    After a line that is wrong the walk goes on from the hash that stands beside it, so that every
    place that was touched is told and not only the first.
    """
    walk = _Walk(witnesses)
    with register.reading() as connection:
        driver = driver_of(connection)
        head_n, head_hash, total = driver.execute(
            "SELECT ledger_n, ledger_hash, (SELECT count(*) FROM ledger) FROM heads"
        ).fetchall()[0]
        for n, text, kept in driver.execute(_WALK):
            walk.line(n, text or b"", kept or b"", is_beyond=n > head_n)
            if progress is not None and walk.lines % _LINES_PER_STEP == 0:
                progress(walk.lines, total)
    walk.end(int(head_n), head_hash)
    if progress is not None:
        progress(total, total)
    return LedgerCheck(
        lines=walk.lines,
        head=Witness(int(head_n), _hex(head_hash)),
        faults=tuple(sorted(walk.faults, key=lambda fault: fault.n)[:MOST_FAULTS]),
        witnesses=walk.agreed,
    )


class _Walk:
    """The state of a walk along the chain."""

    def __init__(self, witnesses: Iterable[Witness]) -> None:
        self.lines = 0
        self.agreed = 0
        self.faults: list[LedgerFault] = []
        self._waiting: dict[int, set[str]] = {}
        for witness in witnesses:
            self._waiting.setdefault(witness.n, set()).add(witness.hash)
        self._last = 0
        # The hash before the next line; unknown after a gap.
        self._hash: bytes | None = ledger_start()
        self._ask_witnesses(0, ledger_start())

    def line(self, n: int, text: bytes, kept: bytes, *, is_beyond: bool) -> None:
        """The next line in the order of the numbers."""
        self.lines += 1
        if n < 1 or is_beyond:
            self._fault(n, FaultKind.ADDED)
            return
        if n > self._last + 1:
            self._fault(self._last + 1, FaultKind.MISSING, last=n - 1)
            self._hash = None
        told = _number_of(text)
        if told is not None and told != n:
            self._fault(n, FaultKind.MOVED)
        elif told is None or (self._hash is not None and kept != chain_link(self._hash, text)):
            self._fault(n, FaultKind.CHANGED)
        self._last, self._hash = n, kept
        self._ask_witnesses(n, kept)

    def end(self, head_n: int, head_hash: Any) -> None:
        """Nothing follows: does the chain end where the register says?"""
        if self._last < head_n:
            self._fault(self._last + 1, FaultKind.CUT, last=head_n)
        elif self._hash != head_hash:
            self._fault(head_n, FaultKind.CHANGED)
        for n in self._waiting:  # nobody there whom they could have seen
            self._fault(n, FaultKind.REWRITTEN)

    def _ask_witnesses(self, n: int, kept: bytes) -> None:
        seen = self._waiting.pop(n, set())
        self.agreed += kept.hex() in seen
        if seen - {kept.hex()}:
            self._fault(n, FaultKind.REWRITTEN)

    def _fault(self, n: int, kind: FaultKind, *, last: int | None = None) -> None:
        self.faults.append(LedgerFault(n=n, kind=kind, last=n if last is None else last))


def _number_of(text: bytes) -> int | None:
    """The number a line tells of itself; ``None`` for what is no line."""
    try:
        return _ENTRIES.decode(text).n
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _hex(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else ""
