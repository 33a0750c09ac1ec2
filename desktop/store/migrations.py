"""Registers of earlier schemas: brought to this one on a verified copy that then takes their place.

A step changes the tables that hold the truth from one schema to the next. Lists are never changed:
they are dropped and made anew from the documents after the last step, in the same transaction.
Until the copy has replaced it in one rename, the register is what it was; a copy that a cut left
behind is removed at the next opening and made again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from enum import Enum, unique
from pathlib import Path
from typing import TypeAlias, cast

from desktop.domain.ledger import PROGRAM, Action
from desktop.errors import ExternalError, Problem
from desktop.store.batch import make_lists
from desktop.store.books import Books
from desktop.store.connection import connect
from desktop.store.copying import copy_register, remove_database, require_whole
from desktop.store.driver import Driver, first_value
from desktop.store.failures import translated
from desktop.store.folder import (
    REGISTER_FILE,
    failure_of,
    flush_folder,
    full_disk_named,
    register_path,
    replace_patiently,
)
from desktop.store.keys import DataKey
from desktop.store.tables import LISTS, SCHEMA_VERSION, schema_statements


@unique
class Stage(Enum):
    """What a migration is at; the officer sees it move."""

    KEEPING = "keeping"
    COPYING = "copying"
    CHANGING = "changing"
    PROVING = "proving"
    SWAPPING = "swapping"


#: Told the stage, how much of it is done, and of how much.
MigrationProgress: TypeAlias = Callable[[Stage, int, int], None]
Step: TypeAlias = Callable[[Driver], None]

#: The copy that is being changed.
MIGRATING_FILE = REGISTER_FILE + ".migrating"

_CREATED = re.compile(r"CREATE (?:UNIQUE )?(?:VIRTUAL )?(?:TABLE|INDEX) (\w+)")


def _to_2(_driver: Driver) -> None:
    """The keys by which names are sorted have another form: a matter of lists alone."""


def _to_3(_driver: Driver) -> None:
    """More tables; they are laid out after the last step."""


def _to_4(driver: Driver) -> None:
    """Versions bear marks. Of what is here none is known: the next sync finds the digests
    different and fetches each bucket once."""
    for name, statement in _TABLES_4.items():
        columns = [row[0] for row in driver.execute(_COLUMNS_OF, (name,))]
        if not columns or _NEW_4[name] in columns:
            continue
        driver.execute(f"ALTER TABLE {name} RENAME TO earlier")
        driver.execute(statement)
        driver.execute(f"INSERT INTO {name} SELECT *, '' FROM earlier")  # noqa: S608 names of ours
        driver.execute("DROP TABLE earlier")


def _to_5(_driver: Driver) -> None:
    """Lists know what work is left about a person: a matter of lists alone."""


_COLUMNS_OF = "SELECT name FROM pragma_table_info(?)"
_NEW_4 = {"documents": "mark", "restricted_documents": "mark", "buckets": "marked_digest"}


def _create(name: str, columns: Iterable[str], end: str = "") -> str:
    """As SQLAlchemy writes it, so that a migrated register is laid out as a new one."""
    return f"CREATE TABLE {name} (\n\t" + ", \n\t".join(columns) + "\n)" + end


_DOCUMENTS_4 = (
    "doc INTEGER NOT NULL",
    "id TEXT NOT NULL",
    "type TEXT NOT NULL",
    "bucket TEXT NOT NULL",
    "version INTEGER NOT NULL",
    "fields TEXT NOT NULL",
    "base TEXT",
    "clashes TEXT",
    "pending INTEGER NOT NULL",
    "mark TEXT DEFAULT '' NOT NULL",
    "PRIMARY KEY (doc)",
    "UNIQUE (id)",
)
_BUCKETS_4 = (
    "bucket TEXT NOT NULL",
    "cursor INTEGER",
    "count INTEGER NOT NULL",
    "digest TEXT NOT NULL",
    "marked_digest TEXT DEFAULT '' NOT NULL",
    "PRIMARY KEY (bucket)",
)
_TABLES_4 = {
    "documents": _create("documents", _DOCUMENTS_4),
    "restricted_documents": _create("restricted_documents", _DOCUMENTS_4),
    "buckets": _create("buckets", _BUCKETS_4, "\n WITHOUT ROWID"),
}


#: From this schema to the next. A released step is never changed.
STEPS: Mapping[int, Step] = {1: _to_2, 2: _to_3, 3: _to_4, 4: _to_5}


def schema_of(path: Path, *, key: DataKey) -> int:
    """The schema of a database file.

    Raises ``REGISTER_NEWER`` for one this program does not know, ``REGISTER_DAMAGED`` for one that
    no program wrote.
    """
    with translated(), closing(connect(path, key=key, memory_security=False)) as connection:
        found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found > SCHEMA_VERSION:
        raise ExternalError(Problem.REGISTER_NEWER, found=str(found), known=str(SCHEMA_VERSION))
    if found < min(STEPS):
        raise ExternalError(Problem.REGISTER_DAMAGED)
    return found


def remove_leftovers(folder: Path) -> bool:
    """Remove the copy of a migration that was cut; was there one? With the folder's lock held."""
    path = folder / MIGRATING_FILE
    was_there = path.exists()
    try:
        remove_database(path)
    except OSError as error:
        raise failure_of(error) from error
    return was_there


def migrate_folder(
    folder: Path,
    *,
    key: DataKey,
    keep: Callable[[], object],
    progress: MigrationProgress | None = None,
) -> None:
    """Bring the register of this folder to the schema of this program, or leave it as it was.

    With the folder's lock held and no connection open. ``keep`` is called first, to keep the
    register as it is (a snapshot); what it raises ends the migration.
    """
    tell = progress or _silent
    path, copy = register_path(folder), folder / MIGRATING_FILE
    remove_leftovers(folder)
    require_whole(path, key=key)  # and its log is in the file now
    tell(Stage.KEEPING, 0, 1)
    keep()
    copy_register(path, copy, key=key, progress=lambda done, all_: tell(Stage.COPYING, done, all_))
    try:
        migrate(copy, key=key, progress=tell)
        tell(Stage.SWAPPING, 0, 1)
        replace_patiently(copy, path)
        flush_folder(folder)
    except BaseException:
        remove_database(copy)
        raise
    tell(Stage.SWAPPING, 1, 1)


def migrate(path: Path, *, key: DataKey, progress: MigrationProgress | None = None) -> None:
    """Bring a closed database file to the schema of this program, in one transaction; prove it.

    The file is complete when this returns: it has no log beside it and is on the disk.
    """
    tell = progress or _silent
    before = schema_of(path, key=key)
    with full_disk_named(path.parent):
        with translated(), closing(connect(path, key=key, memory_security=False)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            _change(cast(Driver, connection), before, tell)
            connection.execute("COMMIT")
        tell(Stage.PROVING, 0, 1)
        require_whole(path, key=key)
    _flush(path)


def _change(driver: Driver, before: int, tell: MigrationProgress) -> None:
    tell(Stage.CHANGING, 0, 1)
    for version in range(before, SCHEMA_VERSION):
        STEPS[version](driver)
    for name in LISTS:
        driver.execute(f"DROP TABLE IF EXISTS {name}")
    _add_missing(driver)
    make_lists(driver, progress=lambda done, total: tell(Stage.CHANGING, done, total))
    books = Books(driver)
    books.record(
        at=datetime.now(UTC),
        by=PROGRAM,
        action=Action.REGISTER_MIGRATE,
        objects=[("schema", f"{before}-{SCHEMA_VERSION}")],
    )
    books.close()
    driver.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _add_missing(driver: Driver) -> None:
    """Lay out what a new register has and this one has not."""
    for statement in schema_statements():
        created = _CREATED.match(statement)
        if created is None:
            raise ValueError(f"no name in {statement}")
        known = driver.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (created[1],))
        if first_value(known) is None:
            driver.execute(statement)


def _flush(path: Path) -> None:
    try:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise failure_of(error) from error


def _silent(_stage: Stage, _done: int, _total: int) -> None:
    """Nobody watches."""
