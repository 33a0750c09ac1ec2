"""Connections to an encrypted database: one to write, a few to read, all set up alike.

SQLCipher through SQLAlchemy: the driver connects here and nowhere else, and the raw key becomes a
statement in one place. The write connection takes the write lock when a transaction begins; the
read connections cannot write and see one state of the database for as long as a transaction lasts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy.exc
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from desktop.store.driver import driver_of
from desktop.store.failures import is_unreadable
from desktop.store.keys import DataKey
from desktop.store.wiping import wipe

#: Pages kept in memory by each connection, in KiB. With half as much again for the readers the
#: desktop with 100,000 persons holds 262 MB after a session, not 244, and searches are as quick.
_WRITER_CACHE_KIB = 32 * 1024
_READER_CACHE_KIB = 8 * 1024
_READERS = 3
_READERS_AT_MOST = 8
#: Unknown pragmas do nothing but take the memory in which the one with the key stood.
_OVERWRITINGS = 4

# On every connection, after the key. The first statement that reads fails on a wrong key.
_SETTINGS: tuple[str, ...] = (
    "SELECT count(*) FROM sqlite_master",
    # FULL: a save that was acknowledged is on the disk. NORMAL lost some in power-cut trials.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    # A schema that somebody doctored must not call functions.
    "PRAGMA trusted_schema = OFF",
    # No plaintext outside the encrypted file: sorting happens in memory.
    "PRAGMA temp_store = MEMORY",
    "PRAGMA secure_delete = FAST",
    # Only macOS tells a disk's cache from the disk.
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA wal_autocheckpoint = 1000",
    "PRAGMA journal_size_limit = 67108864",
)


def connect(path: Path, *, key: DataKey, memory_security: bool) -> dbapi2.Connection:
    """A driver's connection with the key and all settings.

    ``memory_security`` makes SQLCipher lock and wipe all memory it uses. The library keeps it for
    the process: once on, it cannot be switched off.
    """
    connection = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    try:
        # SQLCipher would write to stderr, where nobody looks, which page did not decrypt.
        connection.execute("PRAGMA cipher_log_level = NONE")
        _give_key(connection, key)
        if memory_security:
            connection.execute("PRAGMA cipher_memory_security = ON")
        for statement in _SETTINGS:
            connection.execute(statement).fetchall()
    except dbapi2.Error:
        connection.close()
        raise
    return connection


def _give_key(connection: dbapi2.Connection, key: DataKey) -> None:
    """Its letters must be nowhere once the connection is closed.

    ``executescript`` keeps no statement. SQLite copies its text and gives the copies back as they
    are; the next statement of the same length takes the same places.
    """
    raw = key.reveal()
    letters = raw.hex()
    statement = f"PRAGMA key = \"x'{letters}'\""
    try:
        connection.executescript(statement)
    finally:
        length = len(letters)
        wipe(raw, letters, statement)
        for _ in range(_OVERWRITINGS):
            connection.executescript(f"PRAGMA kez = \"x'{'0' * length}'\"")


def write_engine(path: Path, *, key: DataKey, memory_security: bool) -> Engine:
    """The one connection that writes; each transaction begins by taking the write lock."""

    def creator() -> dbapi2.Connection:
        connection = connect(path, key=key, memory_security=memory_security)
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}").fetchall()
        return connection

    return _engine(creator, pool_size=1, overflow=0, begin="BEGIN IMMEDIATE")


def read_engine(path: Path, *, key: DataKey, memory_security: bool) -> Engine:
    """Connections that only read, opened as they are needed."""

    def creator() -> dbapi2.Connection:
        connection = connect(path, key=key, memory_security=memory_security)
        connection.execute("PRAGMA query_only = ON").fetchall()
        connection.execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB}").fetchall()
        return connection

    return _engine(creator, pool_size=_READERS, overflow=_READERS_AT_MOST - _READERS, begin="BEGIN")


@contextmanager
def not_kept_when_unreadable(connection: Connection) -> Iterator[None]:
    """SQLCipher refuses everything on a connection that met a page it could not read.

    It may have been the disk for a moment: the next read gets a connection of its own.
    """
    try:
        yield
    except (sqlalchemy.exc.DBAPIError, dbapi2.DatabaseError) as error:
        if is_unreadable(error):
            connection.invalidate()
        raise


def _engine(creator: object, *, pool_size: int, overflow: int, begin: str) -> Engine:
    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        creator=creator,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=overflow,
        pool_reset_on_return="rollback",
        # The connection that was used last has the pages that are asked for next.
        pool_use_lifo=True,
        # Values of persons must never stand in an error message or a log.
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver_of(connection).execute(begin)

    return engine
