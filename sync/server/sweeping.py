"""Forgetting what ended: nonces and tokens that are over, and who has not asked for long.

All of it is refused by its date anyway; once in an hour it is taken away, by whoever happens to
log in then.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete, func, select, tuple_

from sync.server.limits import is_time
from sync.server.tables import allowances, challenges, refresh_tokens, tokens

_EVERY_SECONDS = 3600
#: Longer than any count takes to empty.
_ASKED_LONG_AGO = timedelta(days=1)


def sweep(connection: Connection) -> None:
    """Take away what ended, if nobody did lately.

    Asked where somebody begins or fails, not with each request.
    """
    if not is_time(connection, "sweep", every_seconds=_EVERY_SECONDS):
        return
    for table in (challenges, tokens, refresh_tokens):
        connection.execute(delete(table).where(table.c.expires_at < func.now()))
    key = (allowances.c.kind, allowances.c.who)
    old = (
        select(*key)
        .where(allowances.c.counted_at < func.now() - _ASKED_LONG_AGO)
        # What another one is counting just now is not waited for.
        .with_for_update(skip_locked=True)
    )
    connection.execute(delete(allowances).where(tuple_(*key).in_(old)))
