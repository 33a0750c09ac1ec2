"""Reading the ledger: newest line first, by who, what kind, which days, about whom.

Lines are found through two tables of their own that are brought up to date when somebody reads:
at every save they would be several pages more to encrypt. What is shown is always the line itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import msgspec

from desktop.domain.ledger import LedgerLine, LedgerQuery
from desktop.domain.people import PersonId
from desktop.store.books import LedgerEntry
from desktop.store.driver import Driver, driver_of, first_value
from desktop.store.register import Register
from forms.expressions.moments import ZONE

_ENTRIES = msgspec.json.Decoder(LedgerEntry)
_STRINGS = msgspec.json.Encoder()
#: Length of a document's id; other names in lines (users, counts) are not looked for.
_ID_LETTERS = 36
_LINES_AT_ONCE = 5000
_ADD_LINE = "INSERT INTO ledger_lines (n, at, author, action) VALUES (?, ?, ?, ?)"
_ADD_OBJECT = "INSERT OR IGNORE INTO ledger_objects (object, n) VALUES (?, ?)"


def lines(
    register: Register,
    query: LedgerQuery | None = None,
    *,
    limit: int,
    before: int | None = None,
) -> list[LedgerLine]:
    """Lines that match, newest first; ``before`` continues a page after its last number."""
    _catch_up(register)
    where, values = _conditions(query or LedgerQuery())
    if before is not None:
        where, values = [*where, "n < ?"], [*values, before]
    found = "SELECT n FROM ledger_lines" + _joined(where) + " ORDER BY n DESC LIMIT ?"  # noqa: S608 texts of ours
    with register.reading() as connection:
        rows = driver_of(connection).execute(
            f"SELECT l.n, CAST(l.entry AS BLOB) FROM ({found}) AS f "  # noqa: S608 texts of ours
            "JOIN ledger AS l ON l.n = f.n ORDER BY l.n DESC",
            (*values, limit),
        )
        return [_line(_entry(n, text)) for n, text in rows]


def count(register: Register, query: LedgerQuery | None = None) -> int:
    """How many lines match."""
    _catch_up(register)
    where, values = _conditions(query or LedgerQuery())
    with register.reading() as connection:
        rows = driver_of(connection).execute(
            "SELECT count(*) FROM ledger_lines" + _joined(where),  # noqa: S608 texts of ours
            values,
        )
        return int(first_value(rows))


def authors(register: Register) -> list[str]:
    """Everybody who wrote a line."""
    _catch_up(register)
    with register.reading() as connection:
        rows = driver_of(connection).execute("SELECT DISTINCT author FROM ledger_lines ORDER BY 1")
        return [str(name) for (name,) in rows]


def documents_about(register: Register, person_id: PersonId) -> list[str]:
    """The ids by which a person stands in lines: their own, their records', checks', papers'."""
    with register.reading() as connection:
        rows = driver_of(connection).execute(
            "SELECT id FROM records WHERE person_id = ?1 UNION SELECT id FROM checks "
            "WHERE person_id = ?1 UNION SELECT id FROM submissions WHERE person_id = ?1",
            (person_id,),
        )
        return [str(person_id), *(str(found) for (found,) in rows)]


def forget(register: Register) -> None:
    """Throw away by what lines are found; it is made anew from the lines at the next reading."""
    with register.writing() as transaction:
        transaction.driver.execute("DELETE FROM ledger_lines")
        transaction.driver.execute("DELETE FROM ledger_objects")


def _conditions(query: LedgerQuery) -> tuple[list[str], list[object]]:
    where: list[str] = []
    values: list[object] = []
    if query.by:
        where.append("author = ?")
        values.append(query.by)
    if query.actions:
        where.append("action IN (SELECT value FROM json_each(?))")
        values.append(_STRINGS.encode(sorted(query.actions)).decode())
    if query.first_day is not None:
        where.append("at >= ?")
        values.append(_instant(datetime.combine(query.first_day, time(), ZONE)))
    if query.last_day is not None:
        after = datetime.combine(query.last_day, time(), ZONE) + timedelta(days=1)
        where.append("at < ?")
        values.append(_instant(after))
    if query.objects:
        where.append(
            "n IN (SELECT n FROM ledger_objects WHERE object IN (SELECT value FROM json_each(?)))"
        )
        values.append(_STRINGS.encode(list(query.objects)).decode())
    return where, values


def _joined(where: Sequence[str]) -> str:
    return " WHERE " + " AND ".join(where) if where else ""


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _line(found: LedgerEntry) -> LedgerLine:
    return LedgerLine(
        n=found.n,
        at=found.at,
        by=found.by,
        action=found.action,
        objects=tuple((kind, name) for kind, name in found.objects),
        purpose=found.purpose,
    )


def _catch_up(register: Register) -> None:
    """Take the lines written since the last reading into the tables they are found by."""
    while _missing(register):
        with register.writing() as transaction:
            _take(transaction.driver)


def _missing(register: Register) -> bool:
    with register.reading() as connection:
        return bool(
            first_value(
                driver_of(connection).execute(
                    "SELECT coalesce((SELECT max(n) FROM ledger), 0) "
                    "> coalesce((SELECT max(n) FROM ledger_lines), 0)"
                )
            )
        )


def _take(driver: Driver) -> None:
    last = first_value(driver.execute("SELECT max(n) FROM ledger_lines")) or 0
    rows = driver.execute(
        "SELECT n, CAST(entry AS BLOB) FROM ledger WHERE n > ? ORDER BY n LIMIT ?",
        (last, _LINES_AT_ONCE),
    ).fetchall()
    found = [(n, _entry(n, text)) for n, text in rows]
    driver.executemany(_ADD_LINE, [(n, entry.at, entry.by, entry.action) for n, entry in found])
    driver.executemany(
        _ADD_OBJECT,
        [
            (name, n)
            for n, entry in found
            for _kind, name in entry.objects
            if len(name) == _ID_LETTERS
        ],
    )


def _entry(n: int, text: bytes) -> LedgerEntry:
    """A line, or a place holder for one that was damaged: checking tells of it."""
    try:
        return _ENTRIES.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return LedgerEntry(n=n, at="", by="", action="", objects=[])
