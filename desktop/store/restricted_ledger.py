"""The ledger of what is restricted: who saw or changed which restricted document, when.

It has a chain of its own. A line about such a document in the ledger that a chairman reads, even
without a name, would stand beside the line of the same save about the person, and so tell about
whom there is something to hide. Here a user reads the lines of the data sets of his rights; that
the chain is whole, anybody may have checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from desktop.store.books import LedgerEntry, ledger_start
from desktop.store.driver import driver_of, json_list
from desktop.store.register import Register
from desktop.store.restricted_books import head, record
from sync.protocol.chain import chain_link
from sync.protocol.documents import DataSet

_ENTRIES = msgspec.json.Decoder(LedgerEntry)
_LINES = (
    "SELECT entry FROM restricted_ledger WHERE data_set IN (SELECT value FROM json_each(?)) "
    "ORDER BY n DESC LIMIT ? OFFSET ?"
)


#: As bytes: what is damaged must not stop the walk.
_WALK = (
    "SELECT n, data_set, CAST(entry AS BLOB), CAST(hash AS BLOB) FROM restricted_ledger ORDER BY n"
)


def note(
    register: Register,
    *,
    right: DataSet,
    at: datetime,
    by: str,
    action: str,
    objects: Sequence[tuple[str, str]],
) -> None:
    """Write a line in a transaction of its own."""
    with register.writing() as transaction:
        record(transaction.driver, right=right, at=at, by=by, action=action, objects=objects)


def lines(
    register: Register, *, rights: Iterable[DataSet], limit: int, offset: int = 0
) -> list[LedgerEntry]:
    """The newest lines about these data sets, as far as the register's user has the rights."""
    with register.restricted() as view:
        allowed = sorted(right.value for right in view.rights & frozenset(rights))
    with register.reading() as connection:
        names = json_list(allowed)
        rows = driver_of(connection).execute(_LINES, (names, limit, offset)).fetchall()
    return [_ENTRIES.decode(entry) for (entry,) in rows]


def broken_at(register: Register) -> int | None:
    """Number of the first line that is altered, missing or out of place; ``None`` for none."""
    with register.reading() as connection:
        driver = driver_of(connection)
        expected, count = ledger_start(), 0
        rows = driver.execute(_WALK)
        for n, data_set, text, kept in rows:
            expected = chain_link(expected, text or b"")
            if n != count + 1 or kept != expected or not _is_about(text, n, data_set):
                return count + 1
            count = n
        return None if head(driver) == (count, expected) else count + 1


def _is_about(text: bytes, n: int, data_set: str) -> bool:
    try:
        entry = _ENTRIES.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return entry.n == n and ("data_set", data_set) in entry.objects
