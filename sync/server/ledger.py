"""The server's own ledger, and the check of every chain that lies in the database.

Each line of the ledger carries the hash over itself and the line before. Lines are added by a
function of the database only: the program that answers devices can neither change nor remove one.
Who owns the database can write it anew from any line on; a head that was noted elsewhere, as
``health`` prints it, shows that.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Text, cast, func, select

from sync.protocol.chain import chain_link, chain_start
from sync.server.history import EPOCH, LISTS_END, PROVINCE
from sync.server.tables import device_epochs, ledger, operations

_START = hashlib.sha256(b"so-an-sinh/server-ledger/1").digest()
_STREAMED = {"stream_results": True, "yield_per": 1_000}
#: More are counted, not told.
_MOST_TOLD = 100
#: As ``write_down`` writes it; quotes that somebody typed have a backslash before them.
_NOTED_END = re.compile(rf'"{LISTS_END}": "(\d+):([0-9a-f]{{64}})"')


class Head(NamedTuple):
    """Number and hash of a last line."""

    n: int
    hash: str

    def __str__(self) -> str:
        return f"{self.n}:{self.hash}"


@dataclass(slots=True)
class Verdict:
    """What a check found.

    Attributes:
        checked: lines or changes that were read.
        problems: where a chain is broken, by number or by device and epoch.
    """

    checked: int = 0
    head: Head = field(default_factory=lambda: Head(0, _START.hex()))
    problems: list[str] = field(default_factory=list)

    def blame(self, problem: str) -> None:
        """Tell a problem, if there are not too many of them already."""
        if len(self.problems) < _MOST_TOLD:
            self.problems.append(problem)


def write_down(
    connection: Connection, *, actor: str, action: str, values: Mapping[str, object]
) -> int:
    """Add a line, in this transaction; gives its number. Ids and counts only, nobody's data."""
    entry = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "actor": actor}
    line = json.dumps({**entry, "action": action, **values}, ensure_ascii=False)
    number: int = connection.execute(select(func.write_down(line))).scalar_one()
    return number


def lines_of(connection: Connection) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Every line, oldest first."""
    for row in connection.execute(select(ledger.c.n, ledger.c.line).order_by(ledger.c.n)):
        yield row.n, json.loads(row.line)


def verified_ledger(connection: Connection, witness: Head | None = None) -> Verdict:
    """Every line of the ledger, against its hash and against what was noted of it elsewhere."""
    verdict, previous = Verdict(), _START
    found = connection.execute(
        select(ledger.c.n, ledger.c.line, ledger.c.hash).order_by(ledger.c.n),
        execution_options=_STREAMED,
    )
    with found as rows:
        for number, row in enumerate(rows, 1):
            verdict.checked = number
            if row.n != number:
                verdict.blame(f"line {number} is missing")
                break
            previous = chain_link(previous, row.line.encode())
            if bytes(row.hash) != previous:
                verdict.blame(f"line {number} was changed")
                break
            verdict.head = Head(number, previous.hex())
            if witness is not None and witness.n == number and witness.hash != previous.hex():
                verdict.blame(f"line {number} is not the one that was noted")
    if witness is not None and witness.n > verdict.checked:
        verdict.blame(f"lines after {verdict.checked} were cut off: {witness.n} was noted")
    return verdict


def verified_history(connection: Connection) -> Verdict:
    """Every change of every device, against the chain that its device signed the end of.

    What the lists of the province wrote has its end in the ledger.
    """
    verdict, table = Verdict(), operations.c
    known = {
        (row.device_id, row.epoch): (row.last_seq, bytes(row.last_hash))
        for row in connection.execute(select(device_epochs).where(device_epochs.c.last_seq > 0))
    }
    noted = _end_of_lists(connection)
    if noted is not None:
        known[PROVINCE, EPOCH] = noted
    rows = connection.execute(
        select(
            table.device_id,
            table.epoch,
            table.seq,
            table.chain_hash,
            cast(table.change, Text).label("line"),
        ).order_by(table.device_id, table.epoch, table.seq),
        execution_options=_STREAMED,
    )
    for (device_id, epoch), changes in groupby(rows, key=lambda row: (row.device_id, row.epoch)):
        end = _verified_epoch(verdict, f"{device_id} {epoch}", epoch, changes)
        if (device_id, epoch) == (PROVINCE, EPOCH) and noted is None:
            continue  # lists that were loaded before the ledger told of them
        if end != known.pop((device_id, epoch), None):
            verdict.blame(f"{device_id} {epoch}: does not end where the device signed it")
    for device_id, epoch in known:
        verdict.blame(f"{device_id} {epoch}: its changes are missing")
    return verdict


def _end_of_lists(connection: Connection) -> tuple[int, bytes] | None:
    """Number and hash that the last list's line tells; ``None`` where no list was ever told of."""
    line = connection.scalar(
        select(ledger.c.line)
        .where(ledger.c.line.contains(f'"{LISTS_END}": "', autoescape=True))
        .order_by(ledger.c.n.desc())
        .limit(1)
    )
    found = None if line is None else _NOTED_END.search(line)
    return None if found is None else (int(found[1]), bytes.fromhex(found[2]))


def _verified_epoch(
    verdict: Verdict, name: str, epoch: str, changes: Iterator[Row[Any]]
) -> tuple[int, bytes]:
    """One chain from its beginning; number and hash of its end."""
    number, previous = 0, chain_start(epoch)
    for number, row in enumerate(changes, 1):
        verdict.checked += 1
        previous = chain_link(previous, row.line.encode())
        if row.seq != number or bytes(row.chain_hash) != previous:
            verdict.blame(f"{name}: change {row.seq} was changed, moved or removed before")
            previous = bytes(row.chain_hash)
    return number, previous
