"""Ed25519 signatures: what exactly is signed, and the check of it.

Seeds are 32 bytes and never leave the device; public keys and signatures travel as hexadecimal.
Each signed text begins with what it is for, so that no signature can serve another purpose.
"""

from __future__ import annotations

import re

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

# Keys have 32 bytes, signatures 64 (RFC 8032 §5.1); each has one spelling only.
_KEY_TEXT = re.compile(r"[0-9a-f]{64}")
_SIGNATURE_TEXT = re.compile(r"[0-9a-f]{128}")


def new_signing_key() -> bytes:
    """A random seed for a new device."""
    return bytes(SigningKey.generate())


def public_key_of(signing_key: bytes) -> str:
    """The public half of a seed, in hexadecimal."""
    return bytes(SigningKey(signing_key).verify_key).hex()


def sign(signing_key: bytes, message: bytes) -> str:
    """The signature of these bytes, in hexadecimal."""
    return SigningKey(signing_key).sign(message).signature.hex()


def is_signed(public_key: str, message: bytes, signature: str) -> bool:
    """Was this message signed by the owner of this key? Never raises for what came from outside."""
    if not _KEY_TEXT.fullmatch(public_key) or not _SIGNATURE_TEXT.fullmatch(signature):
        return False
    try:
        VerifyKey(bytes.fromhex(public_key)).verify(message, bytes.fromhex(signature))
    except BadSignatureError:
        return False
    return True


def enrol_text(code: str, public_key: str) -> bytes:
    """What a new device signs to prove that it holds the key it brings."""
    return f"enrol\n{code}\n{public_key}".encode()


def login_text(nonce: str, device: str, *, at_box: bool = False) -> bytes:
    """What a device signs to log in: at a box another text than at the province.

    A box could else give out the province's nonce as its own, and be the device there.
    """
    where = "login at a box" if at_box else "login"
    return f"{where}\n{nonce}\n{device}".encode()


def leave_text(device: str, epoch: str, ledger_n: int, ledger_hash: str) -> bytes:
    """What a device signs to give up its place, its ledger of this epoch ending there."""
    return f"leave\n{device}\n{epoch}\n{ledger_n}\n{ledger_hash}".encode()


def push_text(header_line: bytes, chain_hash: str) -> bytes:
    """What a device signs of a push: the header as it travels, and the hash after its changes."""
    return header_line + b"\n" + chain_hash.encode()


def parcel_text(content_hash: str) -> bytes:
    """What the sender signs of a parcel: the hash of all its lines, the header first."""
    return f"parcel\n{content_hash}".encode()


def directory_text(directory_json: bytes) -> bytes:
    """What the province's server signs of a directory: its text."""
    return b"directory\n" + directory_json


def pack_text(pack_json: bytes) -> bytes:
    """What the province's server signs of a pack: its text."""
    return b"pack\n" + pack_json


def relayed_text(answer_json: bytes) -> bytes:
    """What the province's server signs of an answer that travels through a box: its text."""
    return b"relayed\n" + answer_json


def row_text(server_epoch: str, row_json: bytes) -> bytes:
    """What the province's server signs of a row that a box shows its neighbours."""
    return f"row\n{server_epoch}\n".encode() + row_json


def meeting_text(nonce: str, device: str, box: str, box_epoch: str) -> bytes:
    """What a box signs for the device that visits it, which chose the nonce."""
    return f"meeting\n{nonce}\n{device}\n{box}\n{box_epoch}".encode()


def sign_enrolment(signing_key: bytes, *, code: str, public_key: str) -> str:
    """The signature of an ``EnrolRequest``."""
    return sign(signing_key, enrol_text(code, public_key))


def sign_leave(
    signing_key: bytes, *, device: str, epoch: str, ledger_n: int, ledger_hash: str
) -> str:
    """The signature of a ``LeaveRequest``."""
    return sign(signing_key, leave_text(device, epoch, ledger_n, ledger_hash))


def sign_login(signing_key: bytes, *, nonce: str, device: str, at_box: bool = False) -> str:
    """The signature of a ``LoginRequest``."""
    return sign(signing_key, login_text(nonce, device, at_box=at_box))
