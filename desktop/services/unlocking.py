"""Making a register, and opening one with a passphrase."""

from __future__ import annotations

from pathlib import Path

from desktop.errors import ExternalError, Problem, UserError
from desktop.store import keys
from desktop.store.folder import key_path, lock_folder, make_folder
from desktop.store.keys import KdfCost
from desktop.store.preparing import holds_register
from desktop.store.register import Register
from forms.vietnamese import clean


def register_exists(folder: Path) -> bool:
    """Is there a register in this folder, opened or not?"""
    return holds_register(folder)


def users_of(folder: Path) -> list[str]:
    """The names of those who can open the register, in the order they were added."""
    return keys.users_of(key_path(folder))


def create_register(
    folder: Path, *, user_name: str, passphrase: str, cost: KdfCost = KdfCost.DEFAULT
) -> Register:
    """Make an empty register that ``user_name`` can open, and open it.

    Raises ``REGISTER_EXISTS`` (nothing is touched), ``REGISTER_IN_USE`` while another program
    makes it, ``PASSPHRASE_TOO_SHORT``, and the failures of the disk.
    """
    if register_exists(folder):
        raise UserError(Problem.REGISTER_EXISTS)
    make_folder(folder)
    name = clean(user_name)
    lock = lock_folder(folder)
    try:  # the key file knows whether a register was made since we looked
        key = keys.create_key_file(
            key_path(folder), user_name=name, passphrase=passphrase, cost=cost
        )
    except BaseException:
        lock.release()
        raise
    return Register.create(folder, key=key, author=name, lock=lock)


def open_register(folder: Path, *, user_name: str, passphrase: str) -> Register:
    """Open the register: ``WRONG_PASSPHRASE``, ``REGISTER_MISSING``, ``REGISTER_IN_USE`` …"""
    if not register_exists(folder):
        raise ExternalError(Problem.REGISTER_MISSING)
    key = keys.unlock(key_path(folder), user_name=clean(user_name), passphrase=passphrase)
    return Register.open(folder, key=key)
