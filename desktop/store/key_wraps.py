"""The data key wrapped for one who may have it back: a user, the province, a printed code.

Each has a key pair of its own, and the data key is sealed to the public half. So the data key can
be changed while nobody but the one at the PC is there: nobody else's passphrase is needed. The
private half of a user is wrapped with XChaCha20-Poly1305 under the Argon2id of the passphrase,
bound to the register and the name. In files of version 1 the passphrase wrapped the data key
itself; such an entry has no public key, and becomes one of ours when its user next opens.
"""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass

import msgspec
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from desktop.errors import ExternalError, Problem, UserError
from desktop.store.data_key import KEY_BYTES, DataKey, derived_key
from desktop.store.stretching import KdfCost, stretch
from desktop.store.wiping import wipe
from sync.protocol.codes import MistypedError, read, spell
from sync.protocol.recovery import new_private_key, public_half, seal, seal_for_province, unseal

FORMAT = "so-an-sinh/keys"

_SALT_BYTES = 16
_OVERWRITINGS = 4
_NONCE_BYTES = 24
#: 120 random bits: no stretching is needed, and it is one line to type.
_PRINTED_BYTES = 15
_PRINTED_KIND = "printed-code"


class UserEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A user's way to the data key; bytes in base64.

    Attributes:
        wrapped: the private half (in entries of version 1: the data key).
        next_sealed: the key that a rotation is about to change to.
    """

    user: str
    memory_kib: int
    iterations: int
    lanes: int
    salt: str
    nonce: str
    wrapped: str
    role: str = "manager"
    public_key: str = ""
    sealed: str = ""
    next_sealed: str = ""

    @property
    def cost(self) -> KdfCost:
        """How hard a guess of this user's passphrase is."""
        return KdfCost(self.memory_kib, self.iterations, self.lanes)

    def __repr__(self) -> str:
        return "UserEntry(…)"


class SealedEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The way of the province or of a printed code; bytes in base64."""

    public_key: str
    sealed: str
    next_sealed: str = ""

    def __repr__(self) -> str:
        return "SealedEntry(…)"


@dataclass(frozen=True, slots=True)
class Opened:
    """What an entry gave back.

    Attributes:
        next_key: while the key is being changed: the one it is changed to.
        seconds: what the passphrase's stretching took.
    """

    key: DataKey
    next_key: DataKey | None = None
    seconds: float = 0.0


def wrap_for_user(
    key: DataKey,
    *,
    register_id: str,
    user_name: str,
    passphrase: str,
    cost: KdfCost,
    role: str,
    next_key: DataKey | None = None,
) -> UserEntry:
    """A new entry with a new key pair."""
    private, salt = new_private_key(), secrets.token_bytes(_SALT_BYTES)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    wrapped = crypto_aead_xchacha20poly1305_ietf_encrypt(
        private,
        _bound_to(2, register_id, user_name),
        nonce,
        stretch(passphrase, salt=salt, cost=cost),
    )
    public = text_of(public_half(private))
    return UserEntry(
        user=user_name,
        memory_kib=cost.memory_kib,
        iterations=cost.iterations,
        lanes=cost.lanes,
        salt=text_of(salt),
        nonce=text_of(nonce),
        wrapped=text_of(wrapped),
        role=role,
        public_key=public,
        sealed=sealed_for_user(key, public),
        next_sealed="" if next_key is None else sealed_for_user(next_key, public),
    )


def open_for_user(entry: UserEntry, *, register_id: str, passphrase: str) -> Opened:
    """The data key. Raises ``WRONG_PASSPHRASE`` or ``KEY_FILE_DAMAGED``."""
    started = time.perf_counter()
    content = private_half(entry, register_id=register_id, passphrase=passphrase)
    seconds = time.perf_counter() - started
    if not entry.public_key:
        return Opened(DataKey(content), seconds=seconds)
    return open_with_private(entry, content, seconds=seconds)


def private_half(entry: UserEntry, *, register_id: str, passphrase: str) -> bytes:
    """What the passphrase wraps: the private half (in entries of version 1: the data key)."""
    salt, nonce, wrapped = map(bytes_of, (entry.salt, entry.nonce, entry.wrapped))
    is_new = bool(entry.public_key)
    bound = _bound_to(2, register_id, entry.user) if is_new else _bound_to(1, entry.user)
    wrapping_key = stretch(passphrase, salt=salt, cost=entry.cost)
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(wrapped, bound, nonce, wrapping_key)
    except (CryptoError, ValueError):
        raise UserError(Problem.WRONG_PASSPHRASE) from None
    finally:
        wipe(wrapping_key)


def open_with_private(entry: UserEntry, private: bytes, *, seconds: float = 0.0) -> Opened:
    """The data key for the private half. Raises ``KEY_FILE_ALTERED``."""
    next_key = _unsealed(entry.next_sealed, private) if entry.next_sealed else None
    return Opened(_unsealed(entry.sealed, private), next_key, seconds)


def sealed_for_user(key: DataKey, public_key: str) -> str:
    """The data key for the owner of this public key; both in base64."""
    raw = key.reveal()
    try:
        return text_of(seal(raw, bytes_of(public_key)))
    finally:
        wipe(raw)


def sealed_for_province(key: DataKey, public_key: str, *, register_id: str) -> str:
    """The data key for the custodians, with the register's name inside; in base64."""
    raw = key.reveal()
    try:
        return text_of(
            seal_for_province(raw, register_id=register_id, public_key=bytes_of(public_key))
        )
    finally:
        wipe(raw)


def new_printed_code(*, register_id: str) -> tuple[str, bytes]:
    """A code of 120 random bits as it is printed, and the public key that belongs to it."""
    secret = secrets.token_bytes(_PRINTED_BYTES)
    [line] = spell(secret, kind=_PRINTED_KIND)
    return line, public_half(_private_of_printed(secret, register_id))


def open_for_printed(entry: SealedEntry, *, register_id: str, code: str) -> Opened:
    """The data key. Raises ``CODE_MISTYPED`` and ``CODE_WRONG``."""
    try:
        secret = read(code, kind=_PRINTED_KIND)
    except MistypedError:
        raise UserError(Problem.CODE_MISTYPED, line="1") from None
    private = _private_of_printed(secret, register_id)
    if text_of(public_half(private)) != entry.public_key:
        raise UserError(Problem.CODE_WRONG)
    next_key = _unsealed(entry.next_sealed, private) if entry.next_sealed else None
    return Opened(_unsealed(entry.sealed, private), next_key)


def text_of(raw: bytes) -> str:
    """Bytes as they stand in the file."""
    return base64.b64encode(raw).decode()


def bytes_of(text: str) -> bytes:
    """Bytes from the file. Raises ``KEY_FILE_DAMAGED``."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise ExternalError(Problem.KEY_FILE_DAMAGED) from None


def _unsealed(sealed: str, private_key: bytes) -> DataKey:
    content = unseal(bytes_of(sealed), private_key)
    _tread_over()
    if content is None or len(content) != KEY_BYTES or not any(content):
        raise ExternalError(Problem.KEY_FILE_ALTERED)  # anybody can seal to a public key
    key = DataKey(content)
    wipe(content)
    return key


def _tread_over() -> None:
    """What is unsealed passes through buffers that nobody wipes: others of the size take them."""
    private = new_private_key()
    box = seal(secrets.token_bytes(KEY_BYTES), public_half(private))
    for _ in range(_OVERWRITINGS):
        unseal(box, private)


def _private_of_printed(secret: bytes, register_id: str) -> bytes:
    return derived_key(secret, purpose="printed-code", salt=register_id.encode())


def _bound_to(version: int, *names: str) -> bytes:
    return "\x00".join((FORMAT, str(version), *names)).encode()
