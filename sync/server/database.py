"""PostgreSQL: the engine, the migrations, and which database troubles pass by themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import DatabaseError
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from sync.server import fence
from sync.server.settings import Settings

_POOL_WAIT_SECONDS = 10
_LOOKED_AT_AFTER_SECONDS = 5
_RESTS_SINCE = "rests_since"
#: A second push of the same device waits this long for the first one, then hears "busy".
_LOCK_WAIT_MS = 10_000
#: deadlock_detected, serialization_failure, lock_not_available
_PASSING_STATES = frozenset({"40P01", "40001", "55P03"})

_MIGRATIONS = Path(__file__).parent / "migrations"


def open_engine(
    database_url: str,
    *,
    role: str = "",
    connections: int = Settings().database_connections,
) -> Engine:
    """Connections to the database; ``postgresql://`` addresses are used with psycopg 3.

    They work as ``role``, behind the fence; without one as who logs in, which is for administering.
    """
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    as_role = f" -c role={fence.check_name(role)}" if role else ""
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_POOL_WAIT_SECONDS,
        # Values are personal data: they must not appear in the text of an exception.
        hide_parameters=True,
        connect_args={
            # Compiling a query takes longer than any of ours, however large the tables are.
            "options": f"-c lock_timeout={_LOCK_WAIT_MS} -c timezone=UTC -c jit=off{as_role}"
        },
    )
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", _look_after_rest)
    return engine


def _note_rest(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_RESTS_SINCE] = time.monotonic()


def _look_after_rest(
    connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """A connection that rested may be dead: then all of them are made anew.

    One that worked just now is not asked, which would cost each request a way to the database.
    """
    since = record.info.get(_RESTS_SINCE)
    if since is None or time.monotonic() - since < _LOOKED_AT_AFTER_SECONDS:
        return
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute("")
        connection.rollback()
    except DatabaseError as error:
        raise InvalidatePoolError from error


def migrate(engine: Engine, *, role: str = Settings().database_role) -> None:
    """Bring the tables to this program's version, and build the fence, in one transaction.

    Raises ``FenceError`` where this login may not make the role.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        # Two servers started at once: the second waits, then finds nothing left to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(7216405)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        fence.build(connection, role)


def newest_migration() -> str:
    """The version of the tables that this program needs."""
    newest = ScriptDirectory(str(_MIGRATIONS)).get_current_head()
    assert newest is not None  # noqa: S101 - there are migrations
    return newest


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A read-only transaction that sees one moment, however long it takes."""
    with engine.connect() as raw_connection:
        connection = raw_connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        with connection.begin():
            yield connection


def passes_by_itself(error: Exception) -> bool:
    """Will the same request work later? True for locks, deadlocks, a full pool, a lost server."""
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state in _PASSING_STATES or (isinstance(error, OperationalError) and _is_lost(state))


def without_flush(connection: Connection) -> None:
    """What this transaction writes may be lost with a power cut: its commit waits for no disk."""
    connection.execute(text("SET LOCAL synchronous_commit = off"))


def is_collision(error: DBAPIError) -> bool:
    """Did two transactions get in each other's way, so that trying again at once helps?"""
    return getattr(error.orig, "sqlstate", None) in {"40P01", "40001"}


def _is_lost(state: str | None) -> bool:
    # No state: never connected. 08: connection lost. 57: the server is stopping or starting.
    return state is None or state[:2] in {"08", "57"}
