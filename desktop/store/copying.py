"""Copying a register to a new file, while it may be open and written to, and proving the copy.

The copy is page by page through SQLite's backup interface, so it also moves a register to another
key. It shows one state of the source: that of the moment the copy began. A copy that is not proved
whole leaves no file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from desktop.errors import ExternalError, Problem
from desktop.store.connection import connect
from desktop.store.failures import translated
from desktop.store.folder import failure_of, flush_folder, full_disk_named
from desktop.store.keys import DataKey

#: Told again and again how many pages are done, and of how many.
CopyProgress: TypeAlias = Callable[[int, int], None]

#: 4 MiB at a time: progress moves and a window stays alive, the copy is hardly slower.
_PAGES_AT_ONCE = 1024


def copy_register(
    source: Path,
    target: Path,
    *,
    key: DataKey,
    new_key: DataKey | None = None,
    progress: CopyProgress | None = None,
) -> None:
    """Copy the database file ``source`` to the new file ``target``, whole and flushed to the disk.

    ``target`` opens with ``new_key`` where one is given, else with ``key``; it has no write-ahead
    log and ``quick_check`` found nothing wrong with it. Registers may stay open and be written to
    meanwhile. ``progress`` may raise to give up. Whatever is raised, ``target`` does not exist.

    Raises ``REGISTER_DAMAGED`` (the source cannot be read whole), ``DISK_FULL`` and the other
    failures of the disk; ``FileExistsError`` when there is a target already (a bug of the caller).
    """
    _make_empty(target)
    try:
        with full_disk_named(target.parent), translated():
            _copy(source, target, key=key, new_key=new_key or key, progress=progress)
            require_whole(target, key=new_key or key)
        _flush(target)
    except BaseException:
        remove_database(target)
        raise


def require_whole(path: Path, *, key: DataKey) -> None:
    """Move the log of a closed database into its file and check all of it.

    The log comes first: without it, pages that a power cut left behind look damaged.
    Raises ``REGISTER_DAMAGED``. The failures of the disk are translated.
    """
    with translated(), closing(connect(path, key=key, memory_security=False)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
            raise ExternalError(Problem.REGISTER_DAMAGED)


def remove_database(path: Path) -> None:
    """Remove a database file and what SQLite keeps beside it, as far as they are there."""
    try:
        for ending in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
    except OSError as error:
        raise failure_of(error) from error


def _copy(
    source: Path, target: Path, *, key: DataKey, new_key: DataKey, progress: CopyProgress | None
) -> None:
    def tell(_status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total)

    with (
        closing(connect(source, key=key, memory_security=False)) as taking,
        closing(connect(target, key=new_key, memory_security=False)) as giving,
    ):
        # A read transaction holds one state; without it each foreign write would start us anew.
        taking.execute("BEGIN")
        taking.execute("SELECT count(*) FROM sqlite_master").fetchall()
        # Flushed once, at the end.
        giving.execute("PRAGMA synchronous = OFF")
        taking.backup(giving, pages=_PAGES_AT_ONCE, progress=tell, sleep=0)
        taking.execute("ROLLBACK")


def _make_empty(target: Path) -> None:
    """The owner's alone from the first byte on."""
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise
    except OSError as error:
        raise failure_of(error) from error


def _flush(target: Path) -> None:
    try:
        with target.open("rb+") as file:
            os.fsync(file.fileno())
        flush_folder(target.parent)
    except OSError as error:
        raise failure_of(error) from error
