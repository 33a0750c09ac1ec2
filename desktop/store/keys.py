"""The data key of a register and the file that keeps it wrapped, once for each user.

The data key is 32 random bytes and never leaves the memory unwrapped. A user's passphrase goes
through Argon2id (RFC 9106) with a salt and a cost of its own; the result wraps the data key with
XChaCha20-Poly1305, bound to the user's name and the version of the file. A checksum over the file
tells a damaged file from a wrong passphrase. Passphrases and keys are in no message, log or repr.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import argon2.exceptions
import msgspec
from argon2.low_level import Type, hash_secret_raw
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from desktop.domain.passphrases import MIN_CHARACTERS, MIN_WORDS, is_strong
from desktop.errors import ExternalError, Problem, UserError
from desktop.store.folder import REGISTER_FILE, failure_of, set_aside, write_atomically

KEY_BYTES = 32

_SALT_BYTES = 16
_NONCE_BYTES = 24
_VERSION = 1
_FORMAT = "so-an-sinh/keys"
#: Costs outside these bounds were not written by this program (and would freeze the PC).
_MEMORY_KIB = range(8, 8 * 1024 * 1024)
_ITERATIONS = range(1, 1000)
_LANES = range(1, 64)


class DataKey:
    """The register's 32-byte key in memory that can be wiped; prints as nothing."""

    __slots__ = ("_bytes",)

    def __init__(self, raw: bytes | bytearray) -> None:
        if len(raw) != KEY_BYTES:
            raise ValueError("a data key has 32 bytes")
        self._bytes = bytearray(raw)

    @classmethod
    def new(cls) -> DataKey:
        """A fresh random key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def reveal(self) -> bytes:
        """The key itself, for wrapping it and for opening the database; nowhere else."""
        if not any(self._bytes):
            raise ValueError("the data key was wiped")
        return bytes(self._bytes)

    def copy(self) -> DataKey:
        """The same key in memory of its own, to be wiped apart."""
        return DataKey(self._bytes)

    def wipe(self) -> None:
        """Overwrite the key with zeros."""
        for index in range(KEY_BYTES):
            self._bytes[index] = 0

    def __repr__(self) -> str:
        return "DataKey(…)"


@dataclass(frozen=True, slots=True)
class KdfCost:
    """How hard one guess of a passphrase is: Argon2id memory, passes and parallel lanes.

    ``DEFAULT`` takes about half a second on a commune's PC, far above the 46 MiB and one pass that
    OWASP ASVS 5.0 (appendix C) asks of a login, because a stolen file is attacked at leisure.
    """

    memory_kib: int
    iterations: int
    lanes: int

    DEFAULT: ClassVar[KdfCost]


KdfCost.DEFAULT = KdfCost(memory_kib=128 * 1024, iterations=3, lanes=2)


class _Entry(msgspec.Struct, frozen=True):
    """The data key as wrapped for one user; bytes in base64."""

    user: str
    memory_kib: int
    iterations: int
    lanes: int
    salt: str
    nonce: str
    wrapped: str

    def __repr__(self) -> str:
        return "_Entry(…)"


class _KeyFile(msgspec.Struct, frozen=True):
    """The whole file. ``checksum`` is SHA-256 (hex) over the rest."""

    format: str
    version: int
    entries: list[_Entry]
    checksum: str = ""

    def __repr__(self) -> str:
        return f"_KeyFile(version={self.version}, {len(self.entries)} entries)"


class _Heading(msgspec.Struct, frozen=True):
    """What every version of the file begins with."""

    format: str
    version: int


def create_key_file(
    path: Path, *, user_name: str, passphrase: str, cost: KdfCost = KdfCost.DEFAULT
) -> DataKey:
    """Make a new data key and the file that lets ``user_name`` have it back.

    No key file is ever replaced: the register it opens may only be away for a while (quarantined,
    on another disk). Beside a register it is left alone (``REGISTER_EXISTS``), without one it is
    set aside under a number. To be called with the folder's lock held.
    Raises ``PASSPHRASE_TOO_SHORT`` below 15 characters or 5 words.
    """
    _require_strong(passphrase)
    if path.exists() and (path.parent / REGISTER_FILE).exists():
        raise UserError(Problem.REGISTER_EXISTS)
    key = DataKey.new()
    entry = _wrap(key, user_name=user_name, passphrase=passphrase, cost=cost)
    if path.exists():
        set_aside(path)
    _write(path, [entry])
    return key


def unlock(path: Path, *, user_name: str, passphrase: str) -> DataKey:
    """The data key. A name that is not in the file is refused like a wrong passphrase."""
    entries = _read(path).entries
    entry = next((entry for entry in entries if entry.user == user_name), None)
    if entry is None:
        raise UserError(Problem.WRONG_PASSPHRASE)
    return _unwrap(entry, passphrase=passphrase)


def users_of(path: Path) -> list[str]:
    """The names of those who have a passphrase, in the order they were added."""
    return [entry.user for entry in _read(path).entries]


def _require_strong(passphrase: str) -> None:
    if not is_strong(passphrase):
        raise UserError(
            Problem.PASSPHRASE_TOO_SHORT, characters=str(MIN_CHARACTERS), words=str(MIN_WORDS)
        )


def _wrap(key: DataKey, *, user_name: str, passphrase: str, cost: KdfCost) -> _Entry:
    salt = secrets.token_bytes(_SALT_BYTES)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    wrapped = crypto_aead_xchacha20poly1305_ietf_encrypt(
        key.reveal(), _bound_to(user_name), nonce, _stretch(passphrase, salt, cost)
    )
    return _Entry(
        user=user_name,
        memory_kib=cost.memory_kib,
        iterations=cost.iterations,
        lanes=cost.lanes,
        salt=_text(salt),
        nonce=_text(nonce),
        wrapped=_text(wrapped),
    )


def _unwrap(entry: _Entry, *, passphrase: str) -> DataKey:
    cost = KdfCost(entry.memory_kib, entry.iterations, entry.lanes)
    try:
        salt, nonce, wrapped = map(_raw, (entry.salt, entry.nonce, entry.wrapped))
    except ValueError as error:
        raise ExternalError(Problem.KEY_FILE_DAMAGED) from error
    try:
        raw = crypto_aead_xchacha20poly1305_ietf_decrypt(
            wrapped, _bound_to(entry.user), nonce, _stretch(passphrase, salt, cost)
        )
    except CryptoError:
        raise UserError(Problem.WRONG_PASSPHRASE) from None
    return DataKey(raw)


def _stretch(passphrase: str, salt: bytes, cost: KdfCost) -> bytes:
    """The wrapping key of a passphrase. NFC, because keyboards compose Vietnamese differently."""
    try:
        return hash_secret_raw(
            unicodedata.normalize("NFC", passphrase).encode(),
            salt,
            time_cost=cost.iterations,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )
    except argon2.exceptions.HashingError:
        raise ExternalError(Problem.STORE_FAILED, reason="MEMORY") from None


def _bound_to(user_name: str) -> bytes:
    return f"{_FORMAT}\x00{_VERSION}\x00{user_name}".encode()


def _write(path: Path, entries: list[_Entry]) -> None:
    content = _KeyFile(format=_FORMAT, version=_VERSION, entries=entries)
    sealed = msgspec.structs.replace(content, checksum=_checksum(content))
    write_atomically(path, msgspec.json.format(msgspec.json.encode(sealed), indent=1))


def _read(path: Path) -> _KeyFile:
    """The file, checked whole. Raises KEY_FILE_MISSING, KEY_FILE_DAMAGED or REGISTER_NEWER."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise ExternalError(Problem.KEY_FILE_MISSING) from error
    except OSError as error:
        raise failure_of(error) from error
    try:
        heading = msgspec.json.decode(raw, type=_Heading)
        if heading.format == _FORMAT and heading.version > _VERSION:
            raise ExternalError(
                Problem.REGISTER_NEWER, found=str(heading.version), known=str(_VERSION)
            )
        content = msgspec.json.decode(raw, type=_KeyFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ExternalError(Problem.KEY_FILE_DAMAGED) from error
    if content.checksum != _checksum(content) or not all(map(_plausible, content.entries)):
        raise ExternalError(Problem.KEY_FILE_DAMAGED)
    return content


def _checksum(content: _KeyFile) -> str:
    bare = msgspec.structs.replace(content, checksum="")
    return hashlib.sha256(msgspec.json.encode(bare, order="deterministic")).hexdigest()


def _plausible(entry: _Entry) -> bool:
    return (
        entry.memory_kib in _MEMORY_KIB
        and entry.iterations in _ITERATIONS
        and entry.lanes in _LANES
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
