"""Wiping a register from a PC: keys first, so that what follows is unreadable already."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from desktop.store.folder import (
    KEY_FILE,
    LOCK_FILE,
    failure_of,
    flush_folder,
    lock_folder,
)
from desktop.store.key_file import copy_path
from desktop.store.snapshots import snapshots_folder

#: Names that begin so are the register's own: the database and its books, copies, the authority.
_OWN = ("register.", "keys", "replaced", "server-ca.pem")


def wipe_folder(folder: Path) -> None:
    """Take a closed register off this disk. Raises ``REGISTER_IN_USE`` and failures of the disk.

    Key files are overwritten before they are removed. A disk may keep old blocks of any file;
    those of the database are encrypted under a key that is then nowhere on this PC.
    """
    lock = lock_folder(folder)
    try:
        for path in _key_files(folder):
            _overwrite(path)
        flush_folder(folder)
        shutil.rmtree(snapshots_folder(folder), ignore_errors=True)
        for path in sorted(folder.iterdir()):
            if path.name.startswith(_OWN) and path.name != LOCK_FILE:
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
        flush_folder(folder)
    except OSError as error:
        raise failure_of(error) from error
    finally:
        lock.release()


def _key_files(folder: Path) -> list[Path]:
    """Every file that wraps the register's key: its own, its copies, those of snapshots."""
    own = [folder / KEY_FILE, copy_path(folder / KEY_FILE)]
    found = {path for path in folder.rglob("keys*.json*") if path.is_file()}
    return sorted(found | {path for path in own if path.is_file()})


def _overwrite(path: Path) -> None:
    with suppress(PermissionError):
        path.chmod(0o600)
    with path.open("r+b") as file:
        file.write(os.urandom(max(path.stat().st_size, 1)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
