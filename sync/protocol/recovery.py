"""What travels when a passphrase is lost: the office's request and the province's answer.

Each register keeps its data key sealed to the province's recovery public key (libsodium's sealed
box: X25519 and XSalsa20-Poly1305). A request carries that box, a public key made for this one
answer, and who asks; the answer is the data key sealed to that key. Both are short enough to be
read out, and work with no network. The label inside the box is the register's own: whoever asks
cannot pass one register's key off as another's.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from sync.protocol.codes import MistypedError, read, spell

#: How long an answer may be given and used.
REQUEST_LIFE = timedelta(hours=24)

_REQUEST_KIND, _ANSWER_KIND = "recovery-request", "recovery-answer"
_VERSION = 1
_KEY_BYTES = 32
_BOX_OVERHEAD = 48
_ID_BYTES = 16
_DIGEST_BYTES = 8
_SEALED_BYTES = _BOX_OVERHEAD + _ID_BYTES + _KEY_BYTES
_LONGEST_USER = 120
#: Version, register, minute of expiry since 1970, key of the answer, mark of the province's key.
_HEAD = struct.Struct(f">B{_ID_BYTES}sI{_KEY_BYTES}s4s{_SEALED_BYTES}s")


class NotRecoverableError(Exception):
    """A request or answer that is well spelled and yet of no use; the message says why."""


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryRequest:
    """An officer asks for the data key of one register.

    Attributes:
        register_id: UUID of the register.
        user: who lost the passphrase.
        expires_at: UTC, to the minute.
        public_key: X25519, made for this request.
        province_mark: which recovery key of the province the box is sealed to.
        sealed: the box.
    """

    register_id: str
    user: str
    expires_at: datetime
    public_key: bytes
    province_mark: bytes
    sealed: bytes


def new_private_key() -> bytes:
    """A random X25519 private key."""
    return bytes(PrivateKey.generate())


def public_half(private_key: bytes) -> bytes:
    """The public half of an X25519 private key."""
    return bytes(PrivateKey(private_key).public_key)


def mark_of(public_key: bytes) -> bytes:
    """Four bytes that tell one public key from another."""
    return hashlib.sha256(public_key).digest()[:4]


def seal(content: bytes, public_key: bytes) -> bytes:
    """A box that only the owner of the private key opens."""
    return SealedBox(PublicKey(public_key)).encrypt(content)


def unseal(box: bytes, private_key: bytes) -> bytes | None:
    """The content of a box; ``None`` when it is another's or was altered."""
    try:
        return SealedBox(PrivateKey(private_key)).decrypt(box)
    except CryptoError:
        return None


def seal_for_province(data_key: bytes, *, register_id: str, public_key: bytes) -> bytes:
    """The data key with its register's name on it, for the custodians alone."""
    return seal(UUID(register_id).bytes + data_key, public_key)


def request_bytes(request: RecoveryRequest) -> bytes:
    """The request as it is spelled."""
    head = _HEAD.pack(
        _VERSION,
        UUID(request.register_id).bytes,
        int(request.expires_at.timestamp()) // 60,
        request.public_key,
        request.province_mark,
        request.sealed,
    )
    return head + request.user.encode()[:_LONGEST_USER]


def spell_request(request: RecoveryRequest) -> list[str]:
    """The request as lines to read out, or to write into a file."""
    return spell(request_bytes(request), kind=_REQUEST_KIND)


def read_request(text: str) -> RecoveryRequest:
    """A request from its text. Raises ``MistypedError``."""
    data = read(text, kind=_REQUEST_KIND)
    if len(data) <= _HEAD.size or data[0] != _VERSION:
        raise MistypedError(1)
    _, register_id, minutes, public_key, mark, sealed = _HEAD.unpack_from(data)
    return RecoveryRequest(
        register_id=str(UUID(bytes=register_id)),
        user=data[_HEAD.size :].decode(errors="replace"),
        expires_at=datetime.fromtimestamp(minutes * 60, tz=UTC),
        public_key=public_key,
        province_mark=mark,
        sealed=sealed,
    )


def answer_request(request: RecoveryRequest, *, province_key: bytes, at: datetime) -> list[str]:
    """The answer's lines. Raises ``NotRecoverableError``: expired, or sealed to another key."""
    if at > request.expires_at:
        raise NotRecoverableError("the request has expired")
    if request.expires_at > at + REQUEST_LIFE + timedelta(hours=1):
        raise NotRecoverableError("the request is dated in the future: check both clocks")
    content = unseal(request.sealed, province_key)
    if content is None or len(content) != _ID_BYTES + _KEY_BYTES:
        raise NotRecoverableError("the register was sealed to another recovery key")
    if content[:_ID_BYTES] != UUID(request.register_id).bytes:
        raise NotRecoverableError("the request names another register than the sealed key")
    box = seal(_digest(request) + content[_ID_BYTES:], request.public_key)
    return spell(bytes([_VERSION]) + box, kind=_ANSWER_KIND)


def read_answer(text: str, *, request: RecoveryRequest, private_key: bytes) -> bytes:
    """The data key. Raises ``MistypedError``, and ``NotRecoverableError`` for another's answer."""
    data = read(text, kind=_ANSWER_KIND)
    if data[0] != _VERSION:
        raise MistypedError(1)
    content = unseal(data[1:], private_key)
    if content is None or content[:_DIGEST_BYTES] != _digest(request):
        raise NotRecoverableError("the answer belongs to another request")
    return content[_DIGEST_BYTES:]


def _digest(request: RecoveryRequest) -> bytes:
    text = b"so-an-sinh/recovery-answer\x00" + request_bytes(request)
    return hashlib.sha256(text).digest()[:_DIGEST_BYTES]
