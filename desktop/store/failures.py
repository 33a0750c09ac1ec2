"""What the database driver's errors mean to the officer: translated here, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy.exc
from sqlcipher3 import dbapi2

from desktop.errors import ExternalError, Problem

# Primary result codes, https://www.sqlite.org/rescode.html
_PERM, _BUSY, _LOCKED, _READONLY, _IOERR = 3, 5, 6, 8, 10
_CORRUPT, _FULL, _CANTOPEN, _NOTADB = 11, 13, 14, 26

_PROBLEMS = {
    _PERM: Problem.FOLDER_NOT_WRITABLE,
    _READONLY: Problem.FOLDER_NOT_WRITABLE,
    _CANTOPEN: Problem.FOLDER_NOT_WRITABLE,
    _BUSY: Problem.STORE_BUSY,
    _LOCKED: Problem.STORE_BUSY,
    _FULL: Problem.DISK_FULL,
    _CORRUPT: Problem.REGISTER_DAMAGED,
    # The key comes from a key file that was checked, so an unreadable page is a damaged page.
    _NOTADB: Problem.REGISTER_DAMAGED,
}


# The driver's backup interface raises without a code, with SQLite's words for it alone.
_CODES = {
    "disk I/O error": _IOERR,
    "database or disk is full": _FULL,
    "database is locked": _BUSY,
    "database disk image is malformed": _CORRUPT,
    "file is not a database": _NOTADB,
    "attempt to write a readonly database": _READONLY,
    "unable to open database file": _CANTOPEN,
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's failures of the world into ``ExternalError``; bugs pass as they are."""
    try:
        yield
    except sqlalchemy.exc.DBAPIError as error:
        # The statement and its values are in the message of SQLAlchemy's error: not chained.
        raise _failure_of(error.orig) from None
    except dbapi2.DatabaseError as error:
        raise _failure_of(error) from None


def is_unreadable(error: Exception) -> bool:
    """Did the disk not give a page, or one that did not decrypt?"""
    orig = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    return _code_of(orig) in (_IOERR, _CORRUPT, _NOTADB)


def _code_of(error: BaseException | None) -> int:
    """SQLite's primary code; 0 when there is none."""
    return int(getattr(error, "sqlite_errorcode", _CODES.get(str(error), 0))) & 0xFF


def _failure_of(error: BaseException | None) -> Exception:
    code = _code_of(error)
    name = str(getattr(error, "sqlite_errorname", "UNKNOWN"))
    problem = _PROBLEMS.get(code)
    if problem is not None:
        return ExternalError(problem)
    if code == _IOERR:
        return ExternalError(Problem.STORE_FAILED, reason=name)
    return StoreBugError(name, str(error))


class StoreBugError(Exception):
    """The program asked the database for something senseless (a bug of ours): code and message."""
