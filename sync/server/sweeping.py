"""Forgetting what ended: nonces and tokens that are over, and who has not asked for long.

All of it is refused by its date anyway; once in an hour it is taken away, by whoever happens to
begin then. Nobody else waits for that: it is done in short transactions of its own, and gives way
to everybody who works with the same rows.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, Delete, Engine, Table, delete, func, select, text, tuple_
from sqlalchemy.exc import OperationalError

from sync.server.database import passes_by_itself, without_flush
from sync.server.limits import is_time
from sync.server.tables import allowances, challenges, refresh_tokens, tokens

_EVERY_SECONDS = 3600
#: Longer than any count takes to empty.
_ASKED_LONG_AGO = timedelta(days=1)
#: So few rows are gone in some milliseconds.
_MOST_AT_ONCE = 1_000
#: Less than the second after which PostgreSQL looks for a deadlock, and ends either side of it.
_GIVE_WAY = text("SET LOCAL lock_timeout = '100ms'")


def sweep(engine: Engine) -> None:
    """Take away what ended, if nobody did lately.

    Asked where somebody begins, not with each request; before anything is done for whoever that
    is, so that a failure here costs them no more than asking again.
    """
    with engine.begin() as connection:
        if not is_time(connection, "sweep", every_seconds=_EVERY_SECONDS):
            return
    for statement in _TAKEN:
        while _take(engine, statement) == _MOST_AT_ONCE:
            pass


def _take(engine: Engine, statement: Delete) -> int:
    """How many rows are gone; none where somebody holds one of them: that is for the next time."""
    try:
        with engine.begin() as connection:
            without_flush(connection)
            return _taken(connection, statement)
    except OperationalError as error:
        if not passes_by_itself(error):
            raise
        return 0


def _taken(connection: Connection, statement: Delete) -> int:
    connection.execute(_GIVE_WAY)
    return connection.execute(statement).rowcount


def _ended(table: Table) -> Delete:
    (key,) = table.primary_key
    ended = select(key).where(table.c.expires_at < func.now()).limit(_MOST_AT_ONCE)
    return delete(table).where(key.in_(ended))


_COUNTED = (allowances.c.kind, allowances.c.who)
_TAKEN = (
    *map(_ended, (challenges, tokens, refresh_tokens)),
    delete(allowances).where(
        tuple_(*_COUNTED).in_(
            select(*_COUNTED)
            .where(allowances.c.counted_at < func.now() - _ASKED_LONG_AGO)
            .limit(_MOST_AT_ONCE)
            # What another one is counting just now is not waited for.
            .with_for_update(skip_locked=True)
        )
    ),
)
