"""Opening without the passphrase on one PC, if its user chose so: never the only way.

What is sealed to the account on this PC (``keystore``) is the user's private half, not the data
key: a user who was removed or got another passphrase is forgotten by that alone, and a change of
the data key needs nothing here. The file is not part of snapshots.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from desktop.errors import Problem, UserError
from desktop.store import key_file, key_wraps
from desktop.store.folder import failure_of, key_path, write_atomically
from desktop.store.key_file import KeyFile
from desktop.store.key_wraps import UserEntry, bytes_of, text_of
from desktop.store.keys import Unlocked, unlocked_by
from desktop.store.keystore import KeyStore

_FILE = "remembered.json"


class _Kept(msgspec.Struct, frozen=True):
    """The file: whose private half, and the sealed half in base64."""

    user: str
    public_key: str
    sealed: str

    def __repr__(self) -> str:
        return "_Kept(…)"


def remember(folder: Path, *, user_name: str, passphrase: str, keystore: KeyStore) -> bool:
    """From now on this account on this PC opens for this user; did the system do it?

    Raises ``WRONG_PASSPHRASE`` and the failures of the disk.
    """
    content, _ = key_file.read_usable(key_path(folder))
    entry = content.user(user_name)
    if entry is None or not entry.public_key:
        return False
    private = key_wraps.private_half(entry, register_id=content.register_id, passphrase=passphrase)
    sealed = keystore.protect(private, bound_to=_bound_to(content, entry))
    if sealed is None:
        return False
    kept = _Kept(user=user_name, public_key=entry.public_key, sealed=text_of(sealed))
    write_atomically(folder / _FILE, msgspec.json.encode(kept))
    return True


def remembered_user(folder: Path) -> str | None:
    """Whom this PC may open for; what no longer fits the list of users is removed."""
    found = _found(folder)
    if found is None:
        if (folder / _FILE).exists():
            forget(folder)
        return None
    return found[1].user


def unlock_remembered(folder: Path, *, keystore: KeyStore) -> Unlocked:
    """The data key, without a passphrase. Raises ``NOT_REMEMBERED``, and forgets then."""
    found = _found(folder)
    private = None
    if found is not None:
        content, entry, kept = found
        private = keystore.unprotect(bytes_of(kept.sealed), bound_to=_bound_to(content, entry))
    if found is None or private is None:
        forget(folder)
        raise UserError(Problem.NOT_REMEMBERED)
    content, entry, _ = found
    return unlocked_by(key_path(folder), content, key_wraps.open_with_private(entry, private))


def forget(folder: Path) -> None:
    """The passphrase is asked for again."""
    try:
        (folder / _FILE).unlink(missing_ok=True)
    except OSError as error:
        raise failure_of(error) from error


def _found(folder: Path) -> tuple[KeyFile, UserEntry, _Kept] | None:
    try:
        kept = msgspec.json.decode((folder / _FILE).read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    content, _ = key_file.read_usable(key_path(folder))
    entry = content.user(kept.user)
    if entry is None or entry.public_key != kept.public_key:
        return None
    return content, entry, kept


def _bound_to(content: KeyFile, entry: UserEntry) -> bytes:
    return "\x00".join((key_wraps.FORMAT, content.register_id, entry.user)).encode()
