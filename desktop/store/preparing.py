"""What happens to a register's folder before it is opened: what a cut left there is put right.

While changes are written, a mark lies beside the database: SQLite's log must then be there at the
next opening, because saves may be in it alone. A log that is gone is told once; when the officer
opens again, the register opens with what had reached its file, if that is sound.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from desktop.domain.backups import SnapshotReason
from desktop.errors import ExternalError, Problem
from desktop.store.copying import require_whole
from desktop.store.folder import (
    REGISTER_FILE,
    failure_of,
    flush_folder,
    full_disk_named,
    register_path,
)
from desktop.store.keys import DataKey
from desktop.store.migrations import MigrationProgress, migrate_folder, remove_leftovers, schema_of
from desktop.store.replacing import is_replacing, settle_replacing
from desktop.store.snapshots import snapshots_folder, take_snapshot
from desktop.store.tables import SCHEMA_VERSION

#: Lies there while the log may hold saves that the database file does not.
MARK_FILE = "register.open"
_TOLD = ".told"


def holds_register(folder: Path) -> bool:
    """Is there a register, be it one whose restoring was cut in its last moment?"""
    return register_path(folder).exists() or is_replacing(folder)


def prepare(folder: Path, *, key: DataKey, progress: MigrationProgress | None = None) -> None:
    """Make the folder ready to be opened; with its lock held and no connection open.

    What was cut (a restore, a migration, a session) is finished or taken back; after a cut the
    whole register is checked. One of an earlier schema is migrated, after a snapshot.
    Raises ``WAL_MISSING``, ``REGISTER_DAMAGED``, ``REGISTER_NEWER`` and the failures of the disk.
    """
    settle_replacing(folder)
    remove_leftovers(folder)
    with full_disk_named(folder):
        _prepare(folder, key=key, progress=progress)


def _prepare(folder: Path, *, key: DataKey, progress: MigrationProgress | None) -> None:
    path = register_path(folder)
    was_cut = _require_log(folder)
    schema = schema_of(path, key=key)
    if was_cut:
        require_whole(path, key=key)
    if schema < SCHEMA_VERSION:
        migrate_folder(folder, key=key, keep=_keeper(folder, key), progress=progress)
    unmark(folder)


def mark(folder: Path) -> None:
    """From now on saves may be in the log alone. Where this fails, only the warning is lost."""
    try:
        (folder / MARK_FILE).touch(mode=0o600)
    except OSError as error:
        raise failure_of(error) from error


def unmark(folder: Path) -> None:
    """The log may go: the database file holds everything, or soon will.

    Sure before the log is removed: the mark alone, after a power cut, would tell of a loss.
    """
    marks = [folder / name for name in (MARK_FILE, MARK_FILE + _TOLD)]
    there = [path for path in marks if path.exists()]
    try:
        for path in there:
            path.unlink(missing_ok=True)
        if there:
            flush_folder(folder)
    except OSError as error:
        raise failure_of(error) from error


def has_log(folder: Path) -> bool:
    """Is there a log, and anything in it?"""
    try:
        return (folder / (REGISTER_FILE + "-wal")).stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError as error:
        raise failure_of(error) from error


def _require_log(folder: Path) -> bool:
    """Did the last session end without closing? Raises ``WAL_MISSING``, the first time."""
    log = folder / (REGISTER_FILE + "-wal")
    marked, told = folder / MARK_FILE, folder / (MARK_FILE + _TOLD)
    if log.exists():
        was_cut = has_log(folder)
        unmark(folder)  # it is there: from now on nobody need miss it
        return was_cut
    if marked.exists():
        try:
            marked.replace(told)
        except OSError as error:
            raise failure_of(error) from error
        raise ExternalError(Problem.WAL_MISSING)
    return told.exists()


def _keeper(folder: Path, key: DataKey) -> Callable[[], object]:
    return lambda: take_snapshot(
        folder,
        snapshots_folder(folder),
        key=key,
        at=datetime.now(UTC),
        reason=SnapshotReason.MIGRATION,
    )
