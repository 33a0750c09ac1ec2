"""Making a register, and opening one with a passphrase."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from desktop.domain.ledger import Action
from desktop.errors import ExternalError, Problem, UserError
from desktop.store import announced, key_serial, keys, ledger, remembering
from desktop.store.folder import key_path, lock_folder, make_folder
from desktop.store.health import place_problems
from desktop.store.keys import Unlocked
from desktop.store.keystore import KeyStore, keystore_of_this_pc
from desktop.store.migrations import MIGRATING_FILE, MigrationProgress
from desktop.store.preparing import holds_register
from desktop.store.register import Register
from desktop.store.rekeying import WAITING_FILE, settle_cut
from desktop.store.replacing import READY_FILE
from desktop.store.stretching import KdfCost, cost_for_this_pc
from forms.vietnamese import clean

#: Before a user's name: when this user last opened the register.
OPENED = "opened_at:"


def register_exists(folder: Path) -> bool:
    """Is there a register in this folder, opened or not?"""
    return holds_register(folder)


def users_of(folder: Path) -> list[str]:
    """The names of those who can open the register, in the order they were added."""
    return [user.name for user in keys.users_of(key_path(folder))]


def create_register(
    folder: Path, *, user_name: str, passphrase: str, cost: KdfCost | None = None
) -> Register:
    """Make an empty register that ``user_name``, its first manager, can open, and open it.

    ``cost`` is what a guess of the passphrase costs; ``None`` measures what this PC can bear.
    Raises ``REGISTER_EXISTS`` (nothing is touched), ``REGISTER_IN_USE`` while another program
    makes it, ``PASSPHRASE_TOO_SHORT``, ``PASSPHRASE_COMMON``, and the failures of the disk.
    """
    if register_exists(folder):
        raise UserError(Problem.REGISTER_EXISTS)
    make_folder(folder)
    name = clean(user_name)
    lock = lock_folder(folder)
    try:  # the key file knows whether a register was made since we looked
        key = keys.create_key_file(
            key_path(folder),
            user_name=name,
            passphrase=passphrase,
            cost=cost or cost_for_this_pc(),
        )
    except BaseException:
        lock.release()
        raise
    register = Register.create(folder, key=key, author=name, lock=lock, user=name)
    with suppress(ExternalError):  # the register is there; when it was opened is a convenience
        register.set_meta({OPENED + name: datetime.now(UTC).isoformat(timespec="seconds")})
    return register


def open_register(
    folder: Path,
    *,
    user_name: str,
    passphrase: str,
    cost: KdfCost | None = None,
    notice: Callable[[Problem], None] | None = None,
    progress: MigrationProgress | None = None,
) -> Register:
    """Open the register: ``WRONG_PASSPHRASE``, ``TOO_MANY_TRIES``, ``REGISTER_IN_USE`` …

    A passphrase that is wrapped cheaper than ``cost`` (``None``: than this PC can bear) is wrapped
    anew. ``notice`` is told what the officer should know though the register opened:
    ``KEY_FILE_MENDED``, ``ROTATION_DUE``, ``CUT_SETTLED`` … ``progress`` is told of a migration.
    """
    name = clean(user_name)
    return open_unlocked(
        folder,
        lambda: keys.unlock(key_path(folder), user_name=name, passphrase=passphrase, cost=cost),
        user_name=name,
        notice=notice,
        progress=progress,
    )


def can_remember() -> bool:
    """Has this system a keystore of its own?"""
    return keystore_of_this_pc() is not None


def remember(
    folder: Path, *, user_name: str, passphrase: str, keystore: KeyStore | None = None
) -> bool:
    """From now on this account on this PC opens without the passphrase; did the system do it?"""
    store = keystore or keystore_of_this_pc()
    return store is not None and remembering.remember(
        folder, user_name=clean(user_name), passphrase=passphrase, keystore=store
    )


def remembered_user(folder: Path) -> str | None:
    """Whom this PC may open for."""
    return remembering.remembered_user(folder)


def open_remembered(
    folder: Path,
    *,
    keystore: KeyStore | None = None,
    notice: Callable[[Problem], None] | None = None,
    progress: MigrationProgress | None = None,
) -> Register:
    """Open for the user this PC remembers. Raises ``NOT_REMEMBERED`` and those of opening."""
    store, user_name = keystore or keystore_of_this_pc(), remembered_user(folder)
    if store is None or user_name is None:
        raise UserError(Problem.NOT_REMEMBERED)
    return open_unlocked(
        folder,
        lambda: remembering.unlock_remembered(folder, keystore=store),
        user_name=user_name,
        notice=notice,
        progress=progress,
    )


def forget(folder: Path) -> None:
    """The passphrase is asked for again."""
    remembering.forget(folder)


def open_unlocked(
    folder: Path,
    unlock: Callable[[], Unlocked],
    *,
    user_name: str,
    notice: Callable[[Problem], None] | None = None,
    progress: MigrationProgress | None = None,
) -> Register:
    """Open the register with what ``unlock`` finds, once the folder is ours alone.

    The lock comes first, because a change of the key that another program is in the middle of
    looks like one that was cut.
    """
    if not register_exists(folder):
        raise ExternalError(Problem.REGISTER_MISSING)
    lock = lock_folder(folder)
    try:
        unlocked = unlock()
        was_cut = unlocked.unfinished is not None or is_unfinished(folder)
        settle_cut(folder, unlocked)
    except BaseException:
        lock.release()
        raise
    register = _open(folder, unlocked, lock, progress, user_name)
    found = [Problem.CUT_SETTLED] if was_cut else []
    found += _write_down(register, unlocked, user_name)
    for problem in found + _noticed(folder, unlocked):
        if notice is not None:
            notice(problem)
    return register


def is_unfinished(folder: Path) -> bool:
    """Did a migration, a change of the key or a restore end in the middle?"""
    names = (MIGRATING_FILE, WAITING_FILE, READY_FILE)
    return any((folder / name).exists() for name in names)


def _open(
    folder: Path,
    unlocked: Unlocked,
    lock: FileLock,
    progress: MigrationProgress | None,
    user_name: str,
) -> Register:
    try:
        return Register.open(folder, key=unlocked.key, lock=lock, progress=progress, user=user_name)
    finally:
        unlocked.key.wipe()
        for key in unlocked.unfinished or ():
            key.wipe()


def _write_down(register: Register, unlocked: Unlocked, user_name: str) -> list[Problem]:
    """Who opened, and what happened to the keys; a register that cannot be written still opens."""
    found: list[Problem] = []
    actions: list[tuple[Action, list[tuple[str, str]]]] = []
    if unlocked.wrong_tries:
        actions.append((Action.KEY_WRONG_TRIES, [("count", str(unlocked.wrong_tries))]))
    if unlocked.is_mended:
        actions.append((Action.KEY_FILE_MENDED, []))
    if unlocked.is_raised:
        actions.append((Action.KEY_COST_RAISED, []))
    if unlocked.unfinished is not None:
        actions.append((Action.KEY_CHANGE_SETTLED, []))
    try:
        announced.settle(register)
        values = {OPENED + user_name: datetime.now(UTC).isoformat(timespec="seconds")}
        if key_serial.is_older(register):
            found.append(Problem.KEY_FILE_OLDER)
            actions.append((Action.KEY_FILE_OLDER, []))
        else:
            values[key_serial.KEY] = key_serial.standing(register)
        register.set_meta(values)
        actions.append((Action.REGISTER_OPEN, []))
        ledger.note_all(register, actions, at=datetime.now(UTC), by=user_name)
    except ExternalError:
        return found
    return found


def _noticed(folder: Path, unlocked: Unlocked) -> list[Problem]:
    found = [Problem.KEY_FILE_MENDED] if unlocked.is_mended else []
    if keys.is_rotation_due(key_path(folder)):
        found.append(Problem.ROTATION_DUE)
    return found + place_problems(folder)
