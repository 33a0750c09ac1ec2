"""The province's recovery key: split among three custodians, of whom any two open a request.

The private key is a 32-byte secret, split by Shamir's scheme (two of three; each half of 16 bytes
in GF(2^128)) and put together only in memory, while a request is answered. Each custodian's share
is wrapped under a passphrase of their own (Argon2id and XChaCha20-Poly1305), bound to the set and
the custodian. Who answered what is a line in a chained log.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import nacl.exceptions
import nacl.pwhash.argon2id as argon2id
from Crypto.Protocol.SecretSharing import Shamir
from nacl.secret import Aead
from nacl.utils import random

from sync.protocol.chain import chain_link
from sync.protocol.recovery import mark_of, new_private_key, public_half

NEEDED, CUSTODIANS = 2, 3
#: A share that was stolen is attacked at leisure, and opened once in a year.
_MEMORY_BYTES, _PASSES = 256 * 1024 * 1024, 4
_FORMAT = "so-an-sinh/recovery-share"
_HALF = 16
_LOG_START = hashlib.sha256(b"so-an-sinh/recovery-log\x00").digest()
_MIN_CHARACTERS, _MIN_WORDS = 15, 5


class ShareError(Exception):
    """A share that cannot be used; the message says why, for the one at the keyboard."""


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One custodian's file; bytes in hexadecimal.

    Attributes:
        public_key: of the whole set: what registers are sealed to.
        number: which of the three shares, from 1.
        wrapped: the share under the custodian's passphrase.
    """

    format: str
    version: int
    public_key: str
    number: int
    custodian: str
    salt: str
    wrapped: str

    def __repr__(self) -> str:
        return f"Share({self.number})"


@dataclass(frozen=True, slots=True, repr=False)
class _Part:
    """A share, opened."""

    number: int
    secret: bytes


def create_shares(custodians: Mapping[str, str]) -> tuple[bytes, list[Share]]:
    """A new recovery key: its public half, and a share for each name with its passphrase.

    Raises ``ShareError`` when there are not three custodians, or a passphrase is short.
    """
    if len(custodians) != CUSTODIANS:
        raise ShareError(f"there must be {CUSTODIANS} custodians with different names")
    if not all(map(_is_long, custodians.values())):
        raise ShareError(f"a passphrase has {_MIN_CHARACTERS} characters or {_MIN_WORDS} words")
    private_key = new_private_key()
    public_key = public_half(private_key)
    shares = [
        _wrapped(part, public_key, name, passphrase)
        for part, (name, passphrase) in zip(split(private_key), custodians.items(), strict=True)
    ]
    return public_key, shares


def private_key_of(opened: Sequence[tuple[Share, str]]) -> bytes:
    """The private key, from two shares with their passphrases. Raises ``ShareError``."""
    shares = [share for share, _ in opened]
    if len({share.public_key for share in shares}) != 1:
        raise ShareError("the shares belong to different recovery keys")
    if len({share.number for share in shares}) < NEEDED:
        raise ShareError(f"{NEEDED} different custodians are needed")
    private_key = combine([_unwrapped(share, passphrase) for share, passphrase in opened])
    if public_half(private_key).hex() != shares[0].public_key:
        raise ShareError("the shares do not make the key they are said to")
    return private_key


def split(secret: bytes) -> list[_Part]:
    """Three parts of 32 bytes, of which two make the secret and one tells nothing."""
    halves = [Shamir.split(NEEDED, CUSTODIANS, half) for half in (secret[:_HALF], secret[_HALF:])]
    return [
        _Part(number, first + second)
        for (number, first), (_, second) in zip(halves[0], halves[1], strict=True)
    ]


def combine(parts: Sequence[_Part]) -> bytes:
    """The secret of two different parts."""
    first = Shamir.combine([(part.number, part.secret[:_HALF]) for part in parts])
    return first + Shamir.combine([(part.number, part.secret[_HALF:]) for part in parts])


def write_share(path: Path, share: Share) -> None:
    """Write a share for its owner alone; an existing file is never written over."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ShareError(f"{path.name} is there already") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(share), indent=1))
        file.flush()
        os.fsync(file.fileno())


def read_share(path: Path) -> Share:
    """A share from its file. Raises ``ShareError``."""
    try:
        share = msgspec.json.decode(path.read_bytes(), type=Share)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        raise ShareError(f"{path.name} is no share, or damaged") from None
    if share.format != _FORMAT or share.version != 1:
        raise ShareError(f"{path.name} is of another version")
    return share


def log_line(path: Path, *, at: datetime, action: str, values: Mapping[str, object]) -> None:
    """Add a line to the log, chained to the one before, and flush it to the disk.

    Raises ``ShareError`` when the chain of the log is broken: nothing is answered unseen.
    """
    head = verify_log(path)
    entry = {"at": at.isoformat(timespec="seconds"), "action": action, **values}
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True)
    line = json.dumps({"entry": text, "hash": chain_link(head, text.encode()).hex()})
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def verify_log(path: Path) -> bytes:
    """The hash after the last line of the log. Raises ``ShareError`` where it was changed."""
    head = _LOG_START
    if not path.exists():
        return head
    with path.open(encoding="utf-8") as file:
        for number, line in zip(itertools.count(1), file, strict=False):
            try:
                kept = json.loads(line)
                head = chain_link(head, str(kept["entry"]).encode())
                is_whole = kept["hash"] == head.hex()
            except (ValueError, KeyError, TypeError):
                is_whole = False
            if not is_whole:
                raise ShareError(f"line {number} of {path.name} was changed")
    return head


def mark_text(public_key: str) -> str:
    """Eight letters by which people tell recovery keys apart."""
    return mark_of(bytes.fromhex(public_key)).hex()


def _wrapped(part: _Part, public_key: bytes, custodian: str, passphrase: str) -> Share:
    salt = random(argon2id.SALTBYTES)
    share = Share(
        format=_FORMAT,
        version=1,
        public_key=public_key.hex(),
        number=part.number,
        custodian=custodian,
        salt=salt.hex(),
        wrapped="",
    )
    box = Aead(_stretched(passphrase, salt)).encrypt(part.secret, _bound_to(share))
    return msgspec.structs.replace(share, wrapped=box.hex())


def _unwrapped(share: Share, passphrase: str) -> _Part:
    try:
        salt, box = bytes.fromhex(share.salt), bytes.fromhex(share.wrapped)
        secret = Aead(_stretched(passphrase, salt)).decrypt(box, _bound_to(share))
    except (ValueError, nacl.exceptions.CryptoError):
        raise ShareError(f"the passphrase of share {share.number} is wrong") from None
    return _Part(share.number, secret)


def _bound_to(share: Share) -> bytes:
    names = (share.format, str(share.version), share.public_key, str(share.number))
    return "\x00".join((*names, share.custodian)).encode()


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return argon2id.kdf(
        Aead.KEY_SIZE, passphrase.encode(), salt, opslimit=_PASSES, memlimit=_MEMORY_BYTES
    )


def _is_long(passphrase: str) -> bool:
    return len(passphrase) >= _MIN_CHARACTERS or len(passphrase.split()) >= _MIN_WORDS
