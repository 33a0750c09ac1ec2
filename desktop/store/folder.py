"""The folder of a register: names of its files, and writing a small file so that it is never half.

``register.db`` is the encrypted database, ``keys.json`` the wrapped data key, ``register.lock``
keeps a second program out.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from desktop.errors import ExternalError, Problem

REGISTER_FILE = "register.db"
KEY_FILE = "keys.json"
LOCK_FILE = "register.lock"

_PROBE_BYTES = 64 * 1024
#: Windows: access denied, sharing violation, lock violation.
_HELD = frozenset({5, 32, 33})
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def register_path(folder: Path) -> Path:
    """The encrypted database in this folder."""
    return folder / REGISTER_FILE


def key_path(folder: Path) -> Path:
    """The key file in this folder."""
    return folder / KEY_FILE


def make_folder(folder: Path) -> None:
    """Make the folder for its owner alone; one that exists is left as it is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise failure_of(error) from error


def lock_folder(folder: Path) -> FileLock:
    """Take the folder for this program until ``release``; a second program is told at once."""
    lock = FileLock(folder / LOCK_FILE, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise ExternalError(Problem.REGISTER_IN_USE) from error
    except OSError as error:
        raise failure_of(error) from error
    return lock


def read_small(path: Path, longest: int) -> bytes:
    """What stands in a file of ours that is never longer than that; nothing of one that is.

    A stick can hold anything under our names: files without an end, pipes that never answer.
    Raises ``OSError``.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > longest:
        return b""
    with path.open("rb") as file:
        return file.read(longest)


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file whole: written beside, flushed to the disk, swapped; the owner's alone."""
    beside = path.with_name(path.name + ".new")
    try:
        beside.unlink(missing_ok=True)  # whatever it is: a link would lead elsewhere
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        with suppress(OSError):  # the next time it is written over
            beside.unlink(missing_ok=True)
        raise failure_of(error) from error


def replace_patiently(source: Path, target: Path) -> None:
    """Rename over ``target``; an antivirus that has just opened one of both is waited for.

    Windows refuses while another program holds a file. Raises ``FILE_HELD`` after three seconds.
    """
    for pause in (*_PAUSES, None):
        try:
            source.replace(target)
        except OSError as error:
            if getattr(error, "winerror", None) not in _HELD:
                raise failure_of(error) from error
            if pause is None:
                raise ExternalError(Problem.FILE_HELD) from error
            time.sleep(pause)
        else:
            return


def set_aside(path: Path) -> None:
    """Keep a file under a new name, its own with the first free number; nothing is replaced."""
    numbered = (path.with_name(f"{path.name}.{number}") for number in count(1))
    try:
        path.rename(next(name for name in numbered if not name.exists()))
    except OSError as error:
        raise failure_of(error) from error


def flush_folder(folder: Path) -> None:
    """Make new names in this folder survive a power cut (Windows does it by itself)."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise failure_of(error) from error


def has_room(folder: Path) -> bool:
    """Could the register's largest file grow a little?

    SQLite reports a quota or a limit of the file system as an error of the device; writing beside,
    at the same length (the rest is a hole), tells what it is.
    """
    probe = folder / "register.probe"
    try:
        files = folder.glob(REGISTER_FILE + "*")
        length = max((path.stat().st_size for path in files), default=0)
        with probe.open("wb") as file:
            file.seek(length)
            file.write(b"\0" * _PROBE_BYTES)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.errno not in _FULL
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    return True


@contextmanager
def full_disk_named(folder: Path) -> Iterator[None]:
    """A full disk by its own name, where SQLite only tells of an error of the device."""
    try:
        yield
    except ExternalError as error:
        if error.problem is Problem.STORE_FAILED and not has_room(folder):
            raise ExternalError(Problem.DISK_FULL) from error
        raise


def failure_of(error: OSError) -> ExternalError:
    """What an error of the file system means to the officer."""
    if error.errno in _FULL:
        return ExternalError(Problem.DISK_FULL)
    if getattr(error, "winerror", None) in _HELD - {5}:
        return ExternalError(Problem.FILE_HELD)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOENT):
        return ExternalError(Problem.FOLDER_NOT_WRITABLE)
    return ExternalError(Problem.STORE_FAILED, reason=errno.errorcode.get(error.errno or 0, "OS"))
