"""Changing the data key of an open register: copied under the new key, proved, swapped.

Everybody on the list gets the new key beside the old one before the files are swapped, and loses
the old one after. The first bytes of the database tell which key it is under, so a cut at any
moment leaves a register that opens. Once the swap is done nothing here opens with the old key; what
was copied elsewhere before (snapshots, a stolen file) still does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from desktop.domain.users import RekeyStep
from desktop.errors import ExternalError, Problem
from desktop.store.copying import copy_register, remove_database
from desktop.store.data_key import DataKey
from desktop.store.folder import (
    REGISTER_FILE,
    failure_of,
    flush_folder,
    key_path,
    register_path,
    replace_patiently,
)
from desktop.store.key_changes import promise_key, settle_promise
from desktop.store.keys import Unlocked, database_salt
from desktop.store.register import Register

#: The copy under the new key, until it takes the register's place.
WAITING_FILE = REGISTER_FILE + ".rekeyed"

#: Told the step, and how many of how many pages are copied.
RekeyProgress: TypeAlias = Callable[[RekeyStep, int, int], None]


def change_key(register: Register, *, progress: RekeyProgress | None = None) -> None:
    """Put the register under a new data key; it stays open, reading goes on but for the swap.

    ``progress`` may raise to give up as long as it is told of ``COPYING``. Whatever fails leaves
    the register open, under the old key or the new one. Raises ``MUST_OPEN_FIRST``, ``DISK_FULL``,
    ``STORE_BUSY`` (another program has the file open) and the other failures of the disk.
    """
    tell = progress or _tell_nobody
    folder = register.folder
    waiting, keys = folder / WAITING_FILE, key_path(folder)
    next_key = DataKey.new()
    with register.lending_key() as key, register.writing_paused():
        remove_database(waiting)
        copy_register(
            register_path(folder),
            waiting,
            key=key,
            new_key=next_key,
            progress=lambda done, total: tell(RekeyStep.COPYING, done, total),
        )
        try:
            tell(RekeyStep.COPIED, 1, 1)
            salt = database_salt(folder, WAITING_FILE)
            promise_key(keys, key=key, next_key=next_key, next_salt=salt)
            tell(RekeyStep.PROMISED, 1, 1)
            _swap(register, waiting, next_key, tell)
        finally:
            settle_promise(keys, key=key, next_key=next_key)
            remove_database(waiting)
        tell(RekeyStep.DONE, 1, 1)


def settle_cut(folder: Path, unlocked: Unlocked) -> None:
    """Finish or take back a change of the key that was cut; with the folder's lock held.

    Where the disk does not let it, the register opens all the same, and it is tried next time.
    """
    try:
        key, next_key = unlocked.unfinished or (unlocked.key, unlocked.key)
        settle_promise(key_path(folder), key=key, next_key=next_key)
        remove_database(folder / WAITING_FILE)
    except (ExternalError, OSError):
        return


def _swap(register: Register, waiting: Path, next_key: DataKey, tell: RekeyProgress) -> None:
    folder = register.folder
    with register.shut():
        tell(RekeyStep.CLOSED, 1, 1)
        _require_no_log(folder)
        replace_patiently(waiting, register_path(folder))
        register.take_key(next_key)
        tell(RekeyStep.SWAPPED, 1, 1)
        try:
            flush_folder(folder)
        except OSError as error:
            raise failure_of(error) from error


def _require_no_log(folder: Path) -> None:
    """SQLite would play a log of the old file into the new one."""
    for ending in ("-wal", "-shm"):
        log = folder / (REGISTER_FILE + ending)
        try:
            if ending == "-wal" and log.exists() and log.stat().st_size:
                raise ExternalError(Problem.STORE_BUSY)
            log.unlink(missing_ok=True)
        except OSError as error:
            raise failure_of(error) from error


def _tell_nobody(_step: RekeyStep, _done: int, _total: int) -> None:
    """Progress for those who do not ask."""
