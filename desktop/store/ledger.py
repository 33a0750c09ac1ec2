"""The ledger: who saw or changed what, when; chained so that no line can be altered or taken out.

Saves write their line in their own transaction; this module is for everything else (opening a
full record, exports, keys) and for checking the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from desktop.store.books import LedgerEntry, ledger_start
from desktop.store.register import Register
from sync.protocol.chain import chain_link

_ENTRIES = msgspec.json.Decoder(LedgerEntry)


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """What checking the chain found.

    Attributes:
        lines: how many lines are sound, from the first on.
        broken_at: number of the first line that is altered, missing or out of place.
    """

    lines: int
    broken_at: int | None

    @property
    def is_sound(self) -> bool:
        """Is the whole ledger as it was written?"""
        return self.broken_at is None


def note(
    register: Register,
    *,
    at: datetime,
    by: str,
    action: str,
    objects: Sequence[tuple[str, str]] = (),
) -> None:
    """Write a line of its own."""
    with register.writing() as transaction:
        transaction.books.record(at=at, by=by, action=action, objects=objects)


def lines(register: Register, *, limit: int, offset: int = 0) -> list[LedgerEntry]:
    """The ledger, newest line first."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT entry FROM ledger ORDER BY n DESC LIMIT ? OFFSET ?", (limit, offset)
        ).all()
    return [_ENTRIES.decode(entry) for (entry,) in rows]


def verify(register: Register) -> LedgerCheck:
    """Walk the chain from the first line to the head."""
    expected = ledger_start()
    count = 0
    with register.reading() as connection:
        for n, entry, kept in connection.exec_driver_sql(
            "SELECT n, entry, hash FROM ledger ORDER BY n"
        ):
            expected = chain_link(expected, entry.encode())
            if n != count + 1 or kept != expected:
                return LedgerCheck(lines=count, broken_at=count + 1)
            count = n
        head = connection.exec_driver_sql("SELECT ledger_n, ledger_hash FROM heads").one()
    if tuple(head) != (count, expected):
        return LedgerCheck(lines=count, broken_at=count + 1)
    return LedgerCheck(lines=count, broken_at=None)
