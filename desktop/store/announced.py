"""Changes of the key file and their lines in the ledger: neither without the other.

The key file and the register are two files; no transaction holds both. What is about to change is
therefore announced in the register first. When that cannot be written, nothing changes. When the
change is made and only its line cannot be written, the change holds, nobody is told otherwise, and
the line is owed: it is written with the next change or at the next opening, with the name and the
instant of then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

import msgspec

from desktop.domain.ledger import Action
from desktop.errors import ExternalError, Problem
from desktop.store import key_file, key_serial
from desktop.store.folder import key_path
from desktop.store.keys import database_salt
from desktop.store.register import Register

_KEY = "announced"
#: What a change is about: a user's entry, the printed code, the province's key, the data key.
USER, PRINTED, PROVINCE, DATA_KEY = "user:", "printed", "province", "data_key"


class _Announced(msgspec.Struct, frozen=True):
    """A change that is about to be made, and how what it is about stands until then."""

    at: datetime
    by: str
    action: str
    objects: tuple[tuple[str, str], ...]
    about: str
    before: str


_DECODER = msgspec.json.Decoder(_Announced)


@contextmanager
def announced(
    register: Register,
    *,
    at: datetime,
    by: str,
    action: Action,
    about: str,
    objects: Sequence[tuple[str, str]] = (),
) -> Iterator[None]:
    """Around one change of the key file: its line is written when the change was made.

    Raises the failures of the disk before anything is changed, never after.
    """
    settle(register)
    change = _Announced(at, by, action.value, tuple(objects), about, _standing(register, about))
    register.set_meta({_KEY: msgspec.json.encode(change).decode()})
    try:
        yield
    finally:
        with suppress(ExternalError):  # the line is owed
            settle(register)


def settle(register: Register) -> None:
    """Write the line that is owed, if its change was made. Raises the failures of the disk.

    Who opened with a passphrase that was wrapped anew in between looks like one who changed it:
    rather a line too many than one too few.
    """
    waiting = register.meta(_KEY)
    if waiting is None:
        return
    change = _DECODER.decode(waiting)
    was_made = _standing(register, change.about) != change.before
    serial = key_serial.standing(register)
    with register.writing() as transaction:
        transaction.driver.execute("DELETE FROM meta WHERE key = ?", (_KEY,))
        if was_made:
            transaction.driver.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key_serial.KEY, serial)
            )
            transaction.books.record(
                at=change.at, by=change.by, action=change.action, objects=change.objects
            )


def _standing(register: Register, about: str) -> str:
    """How that stands now: something that is another after any change of it."""
    if about == DATA_KEY:
        if not (salt := database_salt(register.folder)):
            raise ExternalError(Problem.STORE_FAILED, reason="unreadable")
        return salt
    with register.lending_key() as key:
        content = key_file.read_signed(key_path(register.folder), key=key)
    if about.startswith(USER):
        entry = content.user(about.removeprefix(USER))
        return "" if entry is None else f"{entry.role} {entry.public_key}"
    sealed = content.printed if about == PRINTED else content.province
    return "" if sealed is None else f"{sealed.public_key} {sealed.sealed}"
