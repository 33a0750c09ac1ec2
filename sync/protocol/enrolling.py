"""Enrolment by file: what an office without any network carries to the province, and back.

The one-time code itself does not travel. Both sides prove with a key made from it that they know
it: the request so belongs to the code and to this device's key, and the answer is believed although
the device has never spoken to the province before. Who finds either file can enrol nothing by it.

The answer is sealed to the device's key (X25519 made of its Ed25519 key, libsodium's sealed box).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TypeVar

import msgspec
from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from sync.protocol.directory import SignedDirectory
from sync.protocol.messages import Enrolled
from sync.protocol.parcel import Fault, ParcelError, key_id
from sync.protocol.signing import is_signed, public_key_of, sign

FORMAT = 1
REQUEST_SUFFIX, ANSWER_SUFFIX = ".ketnoi", ".traloi"
LARGEST_FILE_BYTES = 4 * 1024 * 1024
CODE_LENGTH = 20
#: So many letters of a code find it; the rest is secret.
SELECTOR_LENGTH = 4
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Letters that are read for one another on paper (Crockford's rule).
_READ_AS = str.maketrans("OIL", "011", " -")
_MAGIC = b"so-an-sinh ket noi\n"
_ANSWER_MAGIC = b"so-an-sinh tra loi\n"

_T = TypeVar("_T", bound=msgspec.Struct)


class FileRequest(msgspec.Struct, frozen=True):
    """A device asks for its place.

    Attributes:
        selector: the first letters of the code.
        public_key: Ed25519 (hex), made for this code.
        proof: HMAC-SHA-256 (hex) over the rest by the key made from the code.
        sig: of the same and the proof, by the device's key.
    """

    v: int
    selector: str
    public_key: str
    device_name: str
    proof: str
    sig: str


class FileAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The place, and whom parcels can be written for.

    Attributes:
        server_url: where the server is, should there ever be a network; "" for nowhere.
        ca_pem: the authority of its certificate; "" for those the PC knows.
    """

    enrolled: Enrolled
    directory: SignedDirectory
    server_url: str = ""
    ca_pem: str = ""


class _Signed(msgspec.Struct, frozen=True):
    """An answer's JSON text, the proof by the code, and the province's signature."""

    v: int
    text: str
    proof: str
    sig: str


def plain_code(raw_code: str) -> str | None:
    """The letters of a code as somebody typed it; ``None`` for what cannot be one."""
    code = "".join(raw_code.split()).upper().translate(_READ_AS)
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS) else None


def code_key(code: str) -> bytes:
    """What a plain code is stored and proved by."""
    return hashlib.sha256(code.encode()).digest()


# -- the request --


def request_file(code: str, *, device_name: str, signing_key: bytes) -> bytes:
    """The request of a device for this plain code."""
    public_key = public_key_of(signing_key)
    asked = _asked(code[:SELECTOR_LENGTH], public_key, device_name)
    proof = _proof(code_key(code), asked)
    request = FileRequest(
        v=FORMAT,
        selector=code[:SELECTOR_LENGTH],
        public_key=public_key,
        device_name=device_name,
        proof=proof,
        sig=sign(signing_key, asked + proof.encode()),
    )
    return _MAGIC + msgspec.json.encode(request) + b"\n"


def read_request(raw: bytes) -> FileRequest:
    """The request, if it is whole and signed by the key it brings. Raises ``ParcelError``."""
    request = _decoded(_after(raw, _MAGIC), FileRequest)
    asked = _asked(request.selector, request.public_key, request.device_name)
    if not is_signed(request.public_key, asked + request.proof.encode(), request.sig):
        raise ParcelError(Fault.BAD_SIGNATURE)
    return request


def proves_code(request: FileRequest, key: bytes) -> bool:
    """Did who wrote this request know the code with this key?"""
    asked = _asked(request.selector, request.public_key, request.device_name)
    return _is_proof(request.proof, key, asked)


def _asked(selector: str, public_key: str, device_name: str) -> bytes:
    return f"enrol by file\n{FORMAT}\n{selector}\n{public_key}\n{device_name}\n".encode()


# -- the answer --


def answer_file(answer: FileAnswer, *, public_key: str, key: bytes, signing_key: bytes) -> bytes:
    """Seal an answer to the device with this public key; ``key`` is made from its code."""
    text = msgspec.json.encode(answer).decode()
    told = _told(public_key, text)
    signed = _Signed(v=FORMAT, text=text, proof=_proof(key, told), sig=sign(signing_key, told))
    curve_key = bindings.crypto_sign_ed25519_pk_to_curve25519(bytes.fromhex(public_key))
    sealed = SealedBox(PublicKey(curve_key)).encrypt(msgspec.json.encode(signed))
    return _ANSWER_MAGIC + key_id(public_key) + bytes(sealed)


def read_answer(
    raw: bytes, *, signing_key: bytes, key: bytes | None = None, province_key: str = ""
) -> FileAnswer:
    """The answer for the device with this signing key. Raises ``ParcelError``.

    It is believed by the ``key`` of the code it answers; after that was used up, by the province's
    key, which came with the first answer.
    """
    public_key = public_key_of(signing_key)
    mark, body = key_id(public_key), _after(raw, _ANSWER_MAGIC)
    if len(body) <= len(mark):
        raise ParcelError(Fault.TRUNCATED)
    if body[: len(mark)] != mark:
        raise ParcelError(Fault.WRONG_RECIPIENT)
    secret = bindings.crypto_sign_seed_keypair(signing_key)[1]
    curve_key = bindings.crypto_sign_ed25519_sk_to_curve25519(secret)
    try:
        plain = bytes(SealedBox(PrivateKey(curve_key)).decrypt(body[len(mark) :]))
    except (CryptoError, ValueError, TypeError) as error:
        raise ParcelError(Fault.DAMAGED) from error
    signed = _decoded(plain, _Signed)
    told = _told(public_key, signed.text)
    answer = _decoded(signed.text.encode(), FileAnswer)
    if key is not None and not _is_proof(signed.proof, key, told):
        raise ParcelError(Fault.BAD_SIGNATURE)
    by = province_key if key is None else answer.enrolled.province_key
    if not is_signed(by, told, signed.sig):
        raise ParcelError(Fault.BAD_SIGNATURE)
    return answer


def _told(public_key: str, text: str) -> bytes:
    return f"enrolled by file\n{public_key}\n{text}".encode()


def _proof(key: bytes, text: bytes) -> str:
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def _is_proof(proof: str, key: bytes, text: bytes) -> bool:
    """As bytes: texts with letters beyond ASCII cannot be compared in constant time."""
    return hmac.compare_digest(_proof(key, text).encode(), proof.encode())


def _after(raw: bytes, magic: bytes) -> bytes:
    if not raw.startswith(magic):
        is_cut = bool(raw) and magic.startswith(raw)
        raise ParcelError(Fault.TRUNCATED if is_cut else Fault.NOT_A_PARCEL)
    if len(raw) > LARGEST_FILE_BYTES:
        raise ParcelError(Fault.TOO_LARGE)
    return raw[len(magic) :]


def _decoded(raw: bytes, kind: type[_T]) -> _T:
    try:
        version = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).get("v")
        if version is not None and int(bytes(version)) > FORMAT:
            raise ParcelError(Fault.NEWER_FORMAT)
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        if isinstance(error, ParcelError):
            raise
        raise ParcelError(Fault.DAMAGED) from error
