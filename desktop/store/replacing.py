"""Putting another register in the place of one, so that a cut at any moment leaves one of both.

The new one is built and proved elsewhere in the folder and then named ``register.db.ready``. The
old one is moved aside with its log and key file; from that moment on, whoever opens the folder
finishes. Before it, the new one is dropped.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from desktop.store.copying import remove_database
from desktop.store.folder import (
    KEY_FILE,
    REGISTER_FILE,
    failure_of,
    flush_folder,
    key_path,
    make_folder,
    register_path,
    replace_patiently,
    write_atomically,
)

READY_FILE = REGISTER_FILE + ".ready"
#: Registers that were replaced, each a folder that opens as a register, until the officer
#: removes it.
ASIDE_FOLDER = "replaced"
#: Where a register is built before it is ready.
BUILDING_FOLDER = "restoring"

_STAMP = "%Y%m%dT%H%M%S%fZ"
_LOGS = ("-wal", "-shm")


def is_replacing(folder: Path) -> bool:
    """Was a replacing cut after the old register had been moved aside?"""
    return (folder / READY_FILE).exists() and not register_path(folder).exists()


def settle_replacing(folder: Path) -> None:
    """Finish, or take back, what was cut; with the folder's lock held."""
    ready = folder / READY_FILE
    try:
        shutil.rmtree(folder / BUILDING_FOLDER, ignore_errors=True)
        if is_replacing(folder):
            _finish(folder)
        elif ready.exists():
            remove_database(ready)
    except OSError as error:
        raise failure_of(error) from error


def replace_register(folder: Path, ready: Path, *, at: datetime) -> Path | None:
    """Put the proved, closed database file ``ready`` in the register's place.

    Returns the folder of the one replaced; ``None`` when there was none. With the lock held and no
    connection open. Both files must be on the same disk.
    """
    aside: Path | None = None
    replace_patiently(ready, folder / READY_FILE)
    try:
        flush_folder(folder)
        if register_path(folder).exists():
            aside = _free_folder(folder / ASIDE_FOLDER, at)
            make_folder(aside)
            flush_folder(aside.parent)
            if key_path(folder).exists():
                write_atomically(aside / KEY_FILE, key_path(folder).read_bytes())
            replace_patiently(register_path(folder), aside / REGISTER_FILE)
            flush_folder(folder)
        _finish(folder)
    except OSError as error:
        raise failure_of(error) from error
    return aside


def list_replaced(folder: Path) -> list[Path]:
    """The registers set aside, newest first."""
    try:
        found = [path for path in (folder / ASIDE_FOLDER).iterdir() if path.is_dir()]
    except OSError:
        return []
    return sorted([path for path in found if (path / REGISTER_FILE).exists()], reverse=True)


def remove_replaced(folder: Path, name: str) -> None:
    """Remove one register that was set aside, for good."""
    path = folder / ASIDE_FOLDER / name
    if path in list_replaced(folder):
        try:
            shutil.rmtree(path)
        except OSError as error:
            raise failure_of(error) from error


def _free_folder(place: Path, at: datetime) -> Path:
    """None that holds a register: what was set aside is never replaced."""
    stem = at.astimezone(UTC).strftime(_STAMP)
    path, number = place / stem, 1
    while (path / REGISTER_FILE).exists():
        number += 1
        path = place / f"{stem}-{number}"
    return path


def _finish(folder: Path) -> None:
    """The old log must be gone before the new database has its name: SQLite would play it in."""
    for ending in _LOGS:
        log = folder / (REGISTER_FILE + ending)
        if log.exists():
            newest = next(iter(list_replaced(folder)), None)
            if newest is None:
                log.unlink()
            else:
                replace_patiently(log, newest / log.name)
    replace_patiently(folder / READY_FILE, register_path(folder))
    flush_folder(folder)
