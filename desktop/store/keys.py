"""Who may have the register's data key back: making the list, and unlocking with it.

The data key is 32 random bytes and never leaves the memory unwrapped (``key_wraps``); the list is
a file in two copies (``key_file``). Changes of the list are in ``key_changes``. Passphrases and
keys are in no message, log or repr.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop.domain.passphrases import MIN_CHARACTERS, MIN_WORDS, is_common, is_long
from desktop.domain.users import User, UserRole
from desktop.errors import AppError, ExternalError, Problem, UserError
from desktop.store import key_file, key_wraps
from desktop.store.data_key import KEY_BYTES, DataKey
from desktop.store.folder import REGISTER_FILE, failure_of, set_aside
from desktop.store.key_file import KeyFile, Tries, changing
from desktop.store.key_wraps import Opened
from desktop.store.stretching import KdfCost, raised, stronger

__all__ = ["KEY_BYTES", "DataKey", "KdfCost"]

#: Wrong passphrases in a row before the first wait; each further one doubles it.
FREE_TRIES = 10
_FIRST_WAIT_SECONDS = 60
_LONGEST_WAIT_SECONDS = 3600
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Unlocked:
    """The data key the database is under, and what was noticed on the way.

    Attributes:
        unfinished: a change of the key was cut: the key it was under, and the one promised.
        wrong_tries: how often the passphrase was wrong since it was last right.
        is_mended: a copy of the key file was damaged or altered and was made again.
        is_raised: the passphrase was wrapped anew, at a higher cost.
    """

    key: DataKey
    unfinished: tuple[DataKey, DataKey] | None = None
    wrong_tries: int = 0
    is_mended: bool = False
    is_raised: bool = False


def create_key_file(
    path: Path, *, user_name: str, passphrase: str, cost: KdfCost = KdfCost.DEFAULT
) -> DataKey:
    """Make a new data key and the file that lets ``user_name``, the first manager, have it back.

    No key file is ever replaced: the register it opens may only be away for a while (quarantined,
    on another disk). Beside a register it is left alone (``REGISTER_EXISTS``), without one it is
    set aside under a number. To be called with the folder's lock held.
    Raises ``PASSPHRASE_TOO_SHORT`` below 15 characters or 5 words and ``PASSPHRASE_COMMON``.
    """
    require_good(passphrase)
    places = [place for place in (path, key_file.copy_path(path)) if place.exists()]
    if places and (path.parent / REGISTER_FILE).exists():
        raise UserError(Problem.REGISTER_EXISTS)
    content, key = key_file.new_file(), DataKey.new()
    entry = key_wraps.wrap_for_user(
        key,
        register_id=content.register_id,
        user_name=user_name,
        passphrase=passphrase,
        cost=cost,
        role=UserRole.MANAGER.value,
    )
    for place in places:
        set_aside(place)
    key_file.write_signed(path, msgspec.structs.replace(content, users=[entry]), key=key)
    return key


def unlock(
    path: Path,
    *,
    user_name: str,
    passphrase: str,
    cost: KdfCost | None = None,
    now: Callable[[], float] = time.time,
) -> Unlocked:
    """The data key for a user's passphrase; on the way the file is mended and brought up to date.

    The user's entry is wrapped anew when it is of version 1, or cheaper than ``cost`` (``None``:
    than this PC can bear). A name that is not in the file is refused like a wrong passphrase.

    Raises ``WRONG_PASSPHRASE``, ``TOO_MANY_TRIES`` (without looking at the passphrase), and
    ``KEY_FILE_…`` or ``REGISTER_NEWER`` when neither copy can be used.
    """
    content, opened = _unlocked_copy(path, user_name=user_name, passphrase=passphrase, now=now)
    tries = _tries_of(content, user_name)
    is_mended, is_raised = False, False
    try:
        with changing(path):
            if content.version > 1:
                is_mended = key_file.mend(path, content)
            is_raised = _rewrapped(path, opened, user_name, passphrase, cost)
            if tries.count and not is_raised:
                _set_tries(path, content, Tries(user_name, 0, 0))
    except ExternalError:
        pass  # a disk that is full or write-protected must not keep the officer out
    return _unlocked(
        path, content, opened, tries=tries.count, is_mended=is_mended, is_raised=is_raised
    )


def unlock_printed(path: Path, *, code: str) -> Unlocked:
    """The data key for the printed code.

    Raises ``NO_PRINTED_CODE``, ``CODE_MISTYPED`` (a slip of the pen) and ``CODE_WRONG``.
    """

    def open_one(content: KeyFile) -> Opened:
        if content.printed is None:
            raise UserError(Problem.NO_PRINTED_CODE)
        return key_wraps.open_for_printed(
            content.printed, register_id=content.register_id, code=code
        )

    content, opened = _first_whole(path, open_one)
    return _unlocked(path, content, opened)


def unlock_with_key(path: Path, *, key: DataKey) -> Unlocked:
    """The same for a data key that came from the province. Raises ``ANSWER_OF_ANOTHER``."""
    try:
        key_file.read_signed(path, key=key)
    except ExternalError as error:
        if error.problem is Problem.KEY_FILE_ALTERED:
            raise UserError(Problem.ANSWER_OF_ANOTHER) from None
        raise
    return Unlocked(key)


def unlocked_by(path: Path, content: KeyFile, opened: Opened) -> Unlocked:
    """The same for an entry that was opened elsewhere; the list is proved whole first."""
    key_file.require_signed(content, key=opened.key)
    return _unlocked(path, content, opened)


def users_of(path: Path) -> list[User]:
    """Those who have a passphrase, in the order they were added.

    For asking who opens: without the key nobody can prove the list.
    """
    content, _ = key_file.read_usable(path)
    return [
        User(
            name=entry.user,
            role=UserRole.MANAGER if entry.role == UserRole.MANAGER.value else UserRole.OFFICER,
        )
        for entry in content.users
    ]


def is_manager(path: Path, *, key: DataKey, user_name: str) -> bool:
    """May this user change the list? By a copy that is proved: anybody can write into the file."""
    entry = key_file.read_signed(path, key=key).user(user_name)
    return entry is not None and entry.role == UserRole.MANAGER.value


def is_rotation_due(path: Path) -> bool:
    """Was somebody removed who may still have the data key in use?"""
    try:
        return key_file.read_usable(path)[0].rotation_due
    except ExternalError:
        return False


def is_under_next_key(path: Path, content: KeyFile) -> bool:
    """Was the database already changed for the one under the promised key?"""
    return bool(content.next_salt) and content.next_salt == database_salt(path.parent)


def database_salt(folder: Path, name: str = REGISTER_FILE) -> str:
    """The first bytes (hex) of an encrypted database: chosen when it was made, never changed.

    "" where there is no such file. Raises ``STORE_FAILED`` and the other failures of the disk: who
    took a file that cannot be read for none would choose the wrong key.
    """
    try:
        with (folder / name).open("rb") as file:
            return file.read(_SALT_BYTES).hex()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise failure_of(error) from error


def require_good(passphrase: str) -> None:
    """Raises ``PASSPHRASE_TOO_SHORT`` or ``PASSPHRASE_COMMON``."""
    if not is_long(passphrase):
        raise UserError(
            Problem.PASSPHRASE_TOO_SHORT, characters=str(MIN_CHARACTERS), words=str(MIN_WORDS)
        )
    if is_common(passphrase):
        raise UserError(Problem.PASSPHRASE_COMMON)


def _unlocked_copy(
    path: Path, *, user_name: str, passphrase: str, now: Callable[[], float]
) -> tuple[KeyFile, Opened]:
    """The copy that proved whole, opened by this user; a wrong passphrase is counted."""

    def open_one(content: KeyFile) -> Opened:
        entry = content.user(user_name)
        if entry is None:
            raise UserError(Problem.WRONG_PASSPHRASE)
        _require_no_wait(_tries_of(content, user_name), now())
        return key_wraps.open_for_user(
            entry, register_id=content.register_id, passphrase=passphrase
        )

    try:
        return _first_whole(path, open_one)
    except UserError as error:
        if error.problem is Problem.WRONG_PASSPHRASE:
            _count_wrong_try(path, user_name, now())
        raise


def _first_whole(path: Path, open_one: Callable[[KeyFile], Opened]) -> tuple[KeyFile, Opened]:
    """The first copy that opens and is as its owner signed it.

    What is wrong with the first is told, unless the second is whole. A wrong passphrase is not
    tried on the second: it may be older.
    """
    first: AppError | None = None
    for place in (path, key_file.copy_path(path)):
        try:
            content = key_file.read_one(place)
            opened = open_one(content)
            key_file.require_signed(content, key=opened.key)
        except ExternalError as error:
            first = first or error
            if first.problem is Problem.REGISTER_NEWER:
                break
        else:
            return content, opened
    assert first is not None  # noqa: S101  the loop only ends with a failure
    raise first


def _unlocked(
    path: Path,
    content: KeyFile,
    opened: Opened,
    *,
    tries: int = 0,
    is_mended: bool = False,
    is_raised: bool = False,
) -> Unlocked:
    key, unfinished = opened.key, None
    if opened.next_key is not None:
        unfinished = (opened.key, opened.next_key)
        key = opened.next_key if is_under_next_key(path, content) else opened.key
    return Unlocked(key, unfinished, tries, is_mended, is_raised)


def _rewrapped(
    path: Path, opened: Opened, user_name: str, passphrase: str, cost: KdfCost | None
) -> bool:
    """Wrap anew what is of version 1 or too cheap; was it?"""
    content = key_file.read_signed(path, key=opened.key)
    entry = content.user(user_name)
    if entry is None:
        return False
    wanted = cost or raised(entry.cost, seconds=opened.seconds)
    wanted = stronger(entry.cost, wanted)
    if wanted == entry.cost and entry.public_key:
        return False
    register_id = content.register_id or key_file.new_file().register_id
    renewed = key_wraps.wrap_for_user(
        opened.key,
        register_id=register_id,
        user_name=user_name,
        passphrase=passphrase,
        cost=wanted,
        role=entry.role,
        next_key=opened.next_key,
    )
    users = [renewed if one.user == user_name else one for one in content.users]
    tries = [one for one in content.tries if one.user != user_name]
    content = msgspec.structs.replace(content, register_id=register_id, users=users, tries=tries)
    key_file.write_signed(path, content, key=opened.key)
    return wanted != entry.cost


def _tries_of(content: KeyFile, user_name: str) -> Tries:
    found = (tries for tries in content.tries if tries.user == user_name)
    return next(found, Tries(user_name, 0, 0))


def _require_no_wait(tries: Tries, now: float) -> None:
    if tries.count < FREE_TRIES:
        return
    wait = min(_FIRST_WAIT_SECONDS << min(tries.count - FREE_TRIES, 16), _LONGEST_WAIT_SECONDS)
    # A clock that was set back must not make anybody wait longer than that.
    left = min(tries.last + wait - now, wait)
    if left > 0:
        raise UserError(Problem.TOO_MANY_TRIES, seconds=str(int(left) + 1))


def _count_wrong_try(path: Path, user_name: str, now: float) -> None:
    try:
        with changing(path):
            content = key_file.read_one(path)
            if content.user(user_name) is not None:
                tries = _tries_of(content, user_name)
                _set_tries(path, content, Tries(user_name, tries.count + 1, int(now)))
    except ExternalError:
        return  # the passphrase was wrong all the same


def _set_tries(path: Path, content: KeyFile, tries: Tries) -> None:
    others = [one for one in content.tries if one.user != tries.user]
    key_file.write_tries(path, content, [*others, tries] if tries.count else others)
