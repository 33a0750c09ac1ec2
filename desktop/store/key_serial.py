"""Which key file the register knew last, so that an older pair put back whole does not go unseen.

An older pair is signed rightly, and opens with the passphrases of its time for as long as the data
key is the same: for who had a passphrase that was changed since, or was removed while the change of
the key was still due. It is not refused, because it may be the only one that is left; it is told at
every opening, and in the ledger, until a manager changes the users or the key.
"""

from __future__ import annotations

from desktop.store import key_file
from desktop.store.folder import key_path
from desktop.store.register import Register

KEY = "key_file_serial"


def standing(register: Register) -> str:
    """The key file there is now, as it is kept in the register."""
    with register.lending_key() as key:
        content = key_file.read_signed(key_path(register.folder), key=key)
    return f"{content.register_id} {content.serial}"


def is_older(register: Register) -> bool:
    """Is the key file another or an older one than the register knew?"""
    known = register.meta(KEY)
    if known is None:
        return False
    known_id, known_serial = known.split(" ")
    now_id, now_serial = standing(register).split(" ")
    return now_id != known_id or int(now_serial) < int(known_serial)
