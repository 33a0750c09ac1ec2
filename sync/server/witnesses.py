"""Where the devices' ledgers ended, as they told it with each push.

Who holds a register's key can write its ledger anew; the server then still knows what it ended
with before. A head is replaced by that of a longer ledger only, never by another of the same
length or of a shorter one; a register restored from a copy goes on in an epoch of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from sync.protocol.chain import CHAIN_BYTES, chain_start
from sync.protocol.codec import LARGEST_NUMBER
from sync.protocol.messages import LedgerHead
from sync.server.tables import device_epochs

_KEPT = (device_epochs.c.ledger_n, device_epochs.c.ledger_hash, device_epochs.c.ledger_at)
_KNOWN = select(*_KEPT).where(
    device_epochs.c.device_id == bindparam("device_id"),
    device_epochs.c.epoch == bindparam("epoch"),
)


def kept(
    connection: Connection, device_id: UUID, epoch: str, told: LedgerHead | None
) -> LedgerHead | None:
    """Keep what the device told, if its ledger grew; what is known of it afterwards."""
    known = connection.execute(_KNOWN, {"device_id": device_id, "epoch": epoch}).one_or_none()
    value = None if told is None else _hash(told.h)
    known_n = 0 if known is None else int(known.ledger_n)
    if told is None or value is None or not known_n < told.n <= LARGEST_NUMBER:
        return _shown(known)
    row = upsert(device_epochs).values(
        device_id=device_id,
        epoch=epoch,
        last_seq=0,
        last_hash=chain_start(epoch),
        ledger_n=told.n,
        ledger_hash=value,
        ledger_at=func.now(),
    )
    written = row.on_conflict_do_update(
        index_elements=["device_id", "epoch"],
        set_={name: row.excluded[name] for name in ("ledger_n", "ledger_hash", "ledger_at")},
    )
    return _shown(connection.execute(written.returning(*_KEPT)).one())


def _shown(row: Sequence[Any] | None) -> LedgerHead | None:
    if row is None or row[1] is None:
        return None
    n, value, at = row
    return LedgerHead(n=n, h=bytes(value).hex(), at=at.isoformat(timespec="seconds"))


def _hash(raw_hash: str) -> bytes | None:
    try:
        value = bytes.fromhex(raw_hash)
    except ValueError:
        return None
    return value if len(value) == CHAIN_BYTES else None
