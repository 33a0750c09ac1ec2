"""Changes of the list of those who may have the data key back.

Every change asks for the data key: only somebody who opened the register can make one, and the
list is proved whole before it is changed.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from desktop.domain.users import UserRole
from desktop.errors import ExternalError, Problem, UserError
from desktop.store import key_file, key_wraps
from desktop.store.data_key import DataKey
from desktop.store.key_file import KeyFile, changing
from desktop.store.key_wraps import SealedEntry, UserEntry
from desktop.store.keys import is_under_next_key, require_good
from desktop.store.stretching import KdfCost


def add_user(
    path: Path, *, key: DataKey, user_name: str, passphrase: str, role: UserRole, cost: KdfCost
) -> None:
    """Let one more have the data key. Raises ``USER_EXISTS`` and the passphrase's problems."""
    require_good(passphrase)
    with changing(path):
        content = _changeable(path, key)
        if content.user(user_name) is not None:
            raise UserError(Problem.USER_EXISTS)
        entry = _wrapped(content, key, user_name, passphrase, role.value, cost)
        _write(path, content, key, users=[*content.users, entry])


def set_passphrase(
    path: Path, *, key: DataKey, user_name: str, passphrase: str, cost: KdfCost
) -> None:
    """Give this user another passphrase, with a key pair made anew.

    Raises ``USER_UNKNOWN`` and the passphrase's problems.
    """
    require_good(passphrase)
    with changing(path):
        content = _changeable(path, key)
        role = _known(content, user_name).role
        entry = _wrapped(content, key, user_name, passphrase, role, cost)
        users = [entry if one.user == user_name else one for one in content.users]
        _write(path, _forgiven(content, user_name), key, users=users)


def remove_user(path: Path, *, key: DataKey, user_name: str) -> None:
    """Take a user's way to the data key away, and note that the key itself must be changed.

    Raises ``USER_UNKNOWN``, ``LAST_MANAGER``, and ``MUST_OPEN_FIRST`` while another user's entry is
    of version 1: that one could not follow to the new key.
    """
    with changing(path):
        content = _changeable(path, key)
        _known(content, user_name)
        rest = [entry for entry in content.users if entry.user != user_name]
        if not any(entry.role == UserRole.MANAGER.value for entry in rest):
            raise UserError(Problem.LAST_MANAGER)
        _require_key_pairs(rest)
        content = msgspec.structs.replace(_forgiven(content, user_name), rotation_due=True)
        _write(path, content, key, users=rest)


def set_province_key(path: Path, *, key: DataKey, public_key: bytes) -> None:
    """Seal the data key to the province's recovery key, in the place of an older one."""
    with changing(path):
        content = _changeable(path, key)
        public = key_wraps.text_of(public_key)
        sealed = key_wraps.sealed_for_province(key, public, register_id=content.register_id)
        entry = SealedEntry(public_key=public, sealed=sealed)
        key_file.write_signed(path, msgspec.structs.replace(content, province=entry), key=key)


def new_printed_code(path: Path, *, key: DataKey) -> str:
    """Make a recovery code to be printed, in the place of an older one; it is kept nowhere."""
    with changing(path):
        content = _changeable(path, key)
        code, public_key = key_wraps.new_printed_code(register_id=content.register_id)
        public = key_wraps.text_of(public_key)
        entry = SealedEntry(public_key=public, sealed=key_wraps.sealed_for_user(key, public))
        key_file.write_signed(path, msgspec.structs.replace(content, printed=entry), key=key)
    return code


def promise_key(path: Path, *, key: DataKey, next_key: DataKey, next_salt: str) -> None:
    """Give everybody on the list the next key beside the one in use.

    ``next_salt`` tells the database that waits under the next key from the one in use.
    """
    with changing(path):
        content = _changeable(path, key)
        _require_key_pairs(content.users)
        promised = _promised(content, next_key, next_salt)
        key_file.write_signed(path, promised, key=key, next_key=next_key)


def settle_promise(path: Path, *, key: DataKey, next_key: DataKey) -> None:
    """Whichever key the database is under is the one in use; the other is gone from the list.

    Who knows only the key the database is under gives it as both. To be called with the folder's
    lock held: another program may be in the middle of it.
    """
    with changing(path):
        try:
            content = key_file.read_signed(path, key=key)
        except ExternalError:
            content = key_file.read_signed(path, key=next_key)
        if is_under_next_key(path, content):
            key_file.write_signed(path, _moved(content), key=next_key)
        elif content.next_salt:
            key_file.write_signed(path, _promised(content, None, ""), key=key)


def _changeable(path: Path, key: DataKey) -> KeyFile:
    content = key_file.read_signed(path, key=key)
    if not content.register_id:  # a file of version 1 has none
        content = msgspec.structs.replace(content, register_id=key_file.new_file().register_id)
    return content


def _known(content: KeyFile, user_name: str) -> UserEntry:
    entry = content.user(user_name)
    if entry is None:
        raise UserError(Problem.USER_UNKNOWN)
    return entry


def _wrapped(
    content: KeyFile, key: DataKey, user_name: str, passphrase: str, role: str, cost: KdfCost
) -> UserEntry:
    return key_wraps.wrap_for_user(
        key,
        register_id=content.register_id,
        user_name=user_name,
        passphrase=passphrase,
        cost=cost,
        role=role,
    )


def _write(path: Path, content: KeyFile, key: DataKey, *, users: list[UserEntry]) -> None:
    key_file.write_signed(path, msgspec.structs.replace(content, users=users), key=key)


def _forgiven(content: KeyFile, user_name: str) -> KeyFile:
    tries = [one for one in content.tries if one.user != user_name]
    return msgspec.structs.replace(content, tries=tries)


def _require_key_pairs(users: list[UserEntry]) -> None:
    if not all(entry.public_key for entry in users):
        raise UserError(Problem.MUST_OPEN_FIRST)


def _promised(content: KeyFile, next_key: DataKey | None, next_salt: str) -> KeyFile:
    def for_user(public_key: str) -> str:
        return "" if next_key is None else key_wraps.sealed_for_user(next_key, public_key)

    def for_province(public_key: str) -> str:
        if next_key is None:
            return ""
        return key_wraps.sealed_for_province(next_key, public_key, register_id=content.register_id)

    replace = msgspec.structs.replace
    province, printed = content.province, content.printed
    return replace(
        content,
        users=[replace(one, next_sealed=for_user(one.public_key)) for one in content.users],
        province=province and replace(province, next_sealed=for_province(province.public_key)),
        printed=printed and replace(printed, next_sealed=for_user(printed.public_key)),
        next_salt=next_salt,
    )


def _moved(content: KeyFile) -> KeyFile:
    replace = msgspec.structs.replace
    province, printed = content.province, content.printed
    return replace(
        content,
        users=[replace(one, sealed=one.next_sealed, next_sealed="") for one in content.users],
        province=province and replace(province, sealed=province.next_sealed, next_sealed=""),
        printed=printed and replace(printed, sealed=printed.next_sealed, next_sealed=""),
        next_salt="",
        rotation_due=False,
    )
