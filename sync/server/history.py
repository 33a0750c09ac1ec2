"""The history of changes: each one as it was signed, and what became of it.

It answers a push that comes again, in the same cut or another one, and it is where every value
stays that was ever accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import (
    JSON,
    Connection,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sync.protocol.chain import chain_start
from sync.protocol.messages import Change, ChangeResult, Outcome
from sync.protocol.rules import is_uuid
from sync.server.bulk import brought, run
from sync.server.tables import operations

#: Who stands in the history for the province, and its one epoch: nobody enrols as this device.
PROVINCE = UUID("00000000-0000-8000-8000-000000000001")
EPOCH = "baselists0000001"
#: Where the ledger tells the end of what the province wrote (``n:hash``), in the line of each list.
LISTS_END = "lists_end"

_RESULT = (
    operations.c.seq,
    operations.c.outcome,
    operations.c.version,
    operations.c.clashed,
    operations.c.why,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history."""

    line: bytes
    chain_hash: bytes
    change: Change
    result: ChangeResult


def stored_results(
    connection: Connection, *, device_id: UUID, epoch: str, first: int, last: int
) -> list[ChangeResult]:
    """The receipts of these changes, in order."""
    if last < first:
        return []
    rows = connection.execute(
        select(*_RESULT)
        .where(
            operations.c.device_id == device_id,
            operations.c.epoch == epoch,
            operations.c.seq.between(first, last),
        )
        .order_by(operations.c.seq)
    )
    return [
        ChangeResult(
            seq=row.seq, s=Outcome(row.outcome), ver=row.version, f=row.clashed, why=row.why
        )
        for row in rows
    ]


def accepted_before(
    connection: Connection,
    *,
    device_id: UUID,
    colleagues: Sequence[UUID],
    change_ids: Sequence[str],
) -> dict[str, tuple[Change, ChangeResult]]:
    """Changes that are here under other numbers, with their receipts.

    This device sent them in an earlier epoch; or another device of its communes did, which is how
    a register looks that was enrolled again. Of the others only what was accepted counts.
    """
    rows = connection.execute(
        _ACCEPTED_BEFORE,
        {
            "device_id": device_id,
            "others": [*colleagues, device_id],
            "wanted": [UUID(change_id) for change_id in change_ids],
        },
    )
    return {
        str(row.change_id): (
            msgspec.json.decode(row.line, type=Change),
            ChangeResult(
                seq=row.seq, s=Outcome(row.outcome), ver=row.version, f=row.clashed, why=row.why
            ),
        )
        for row in rows
    }


_is_its_own = operations.c.device_id == bindparam("device_id", type_=Uuid)
_ACCEPTED_BEFORE = (
    select(operations.c.change_id, cast(operations.c.change, Text).label("line"), *_RESULT)
    .where(operations.c.device_id == any_(bindparam("others", type_=ARRAY(Uuid))))
    .where(operations.c.change_id == any_(bindparam("wanted", type_=ARRAY(Uuid))))
    .where(or_(_is_its_own, operations.c.outcome != Outcome.HELD.value))
    .order_by(_is_its_own, operations.c.accepted_at, operations.c.seq)
)


def sent_in(
    connection: Connection, *, device_id: UUID, epoch: str, change_ids: Sequence[str]
) -> frozenset[str]:
    """Those of these changes that this device sent in this epoch, for the first time or again."""
    wanted = literal([UUID(change_id) for change_id in change_ids], ARRAY(Uuid))
    found = connection.scalars(
        select(operations.c.change_id).where(
            operations.c.device_id == device_id,
            operations.c.epoch == epoch,
            operations.c.change_id == any_(wanted),
        )
    )
    return frozenset(str(change_id) for change_id in found)


def chain_hash_at(connection: Connection, *, device_id: UUID, epoch: str, seq: int) -> bytes | None:
    """The chain hash after this change."""
    value = connection.scalar(
        select(operations.c.chain_hash).where(
            operations.c.device_id == device_id,
            operations.c.epoch == epoch,
            operations.c.seq == seq,
        )
    )
    return None if value is None else bytes(value)


def end_of(connection: Connection, *, device_id: UUID, epoch: str) -> tuple[int, bytes]:
    """Number of the last change, and the chain hash after it."""
    table = operations.c
    row = connection.execute(
        select(table.seq, table.chain_hash)
        .where(table.device_id == device_id, table.epoch == epoch)
        .order_by(table.seq.desc())
        .limit(1)
    ).one_or_none()
    return (0, chain_start(epoch)) if row is None else (row.seq, bytes(row.chain_hash))


class _Row(msgspec.Struct, frozen=True):
    """A line of the history, as it is written; ``change`` is its text, to the byte."""

    device_id: UUID
    epoch: str
    seq: int
    change_id: str | None
    chain_hash: str
    change: str
    outcome: Outcome
    version: int
    clashed: Sequence[str]
    why: str


_NAMES = _Row.__struct_fields__
# What is held may hold what no text of PostgreSQL does: it stays a quotation until it is stored.
_BROUGHT = brought(
    *(column(name, Text) if name == "change" else operations.c[name] for name in _NAMES)
)
_APPEND = insert(operations).from_select(
    _NAMES,
    select(
        *(cast(_BROUGHT.c[name], JSON) if name == "change" else _BROUGHT.c[name] for name in _NAMES)
    ),
)


def append(
    connection: Connection, *, device_id: UUID, epoch: str, entries: Sequence[Entry]
) -> None:
    """Add accepted changes."""
    rows = [
        _Row(
            device_id=device_id,
            epoch=epoch,
            seq=entry.change.seq,
            change_id=entry.change.change_id if is_uuid(entry.change.change_id) else None,
            chain_hash=rf"\x{entry.chain_hash.hex()}",
            change=entry.line.decode(),
            outcome=entry.result.s,
            version=entry.result.ver,
            clashed=entry.result.f,
            why=entry.result.why,
        )
        for entry in entries
    ]
    run(connection, _APPEND, rows)
