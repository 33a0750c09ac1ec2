"""Writing the ledger of what is restricted (``restricted_ledger``), within a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from desktop.store.books import LedgerEntry, ledger_start
from desktop.store.driver import Driver
from sync.protocol.chain import chain_link
from sync.protocol.documents import DataSet

_HEAD = "SELECT n, hash FROM restricted_heads"
_SET_HEAD = "INSERT OR REPLACE INTO restricted_heads (one, n, hash) VALUES (1, ?, ?)"
_ADD = "INSERT INTO restricted_ledger (n, data_set, entry, hash) VALUES (?, ?, ?, ?)"


def record(
    driver: Driver,
    *,
    right: DataSet,
    at: datetime,
    by: str,
    action: str,
    objects: Sequence[tuple[str, str]],
) -> None:
    """Add a line, within a write transaction."""
    n, before = head(driver)
    entry = LedgerEntry(
        n=n + 1,
        at=at.astimezone(UTC).isoformat(timespec="seconds"),
        by=by,
        action=str(action),
        objects=[("data_set", right.value), *objects],
    )
    text = msgspec.json.encode(entry, order="deterministic")
    kept = chain_link(before, text)
    driver.execute(_ADD, (n + 1, right.value, text.decode(), kept))
    driver.execute(_SET_HEAD, (n + 1, kept))


def head(driver: Driver) -> tuple[int, bytes]:
    """Number and hash of the last line; 0 before the first."""
    found = driver.execute(_HEAD).fetchone()
    return (0, ledger_start()) if found is None else (int(found[0]), found[1])
