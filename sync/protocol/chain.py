"""Hashes that both ends compute alike: the chain over a device's changes, the digest of a bucket.

The chain makes a lost, altered or renumbered change visible: the server keeps the hash of the last
change it accepted, and a register restored from an old copy cannot continue it. The digest tells
whether both ends hold the same versions of a bucket's documents, in any order.

``h[0] = SHA-256("so-an-sinh/changes/1" ‖ 0x00 ‖ epoch)``
``h[n] = SHA-256(0x00 ‖ h[n-1] ‖ canonical JSON of change n)``

An epoch is 64 random bits of one incarnation of one register, so it stands for the device too;
the device's own id is not in the chain because changes are made before the device is enrolled.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from sync.protocol.messages import Change, Digest

#: Bytes of a chain hash.
CHAIN_BYTES = 32
#: Bytes of a document's part in a digest.
DIGEST_BYTES = 16

_DOMAIN = b"so-an-sinh/changes/1\x00"
_LINK = b"\x00"
#: 48 random bits of a UUIDv7.
MARK_LENGTH = 12
#: Letters at the end of an id that tell the part of its bucket.
PART_LENGTH = 2
PARTS = 16**PART_LENGTH
#: Keys of mappings sorted, fields of structs in their order: one text for one value.
_CANONICAL = msgspec.json.Encoder(order="deterministic")


def canonical(change: Change) -> bytes:
    """The one JSON text of a change, as it travels and as it is hashed."""
    return _CANONICAL.encode(change)


def chain_start(epoch: str) -> bytes:
    """``h[0]`` of an epoch."""
    return hashlib.sha256(_DOMAIN + epoch.encode()).digest()


def chain_link(previous: bytes, change_json: bytes) -> bytes:
    """The hash after one change given as its canonical JSON."""
    return hashlib.sha256(_LINK + previous + change_json).digest()


def chain_over(previous: bytes, changes: Iterable[Change]) -> bytes:
    """The hash after all these changes, in their order."""
    for change in changes:
        previous = chain_link(previous, canonical(change))
    return previous


def digest_part(document_id: str, version: int) -> int:
    """What one document adds to the XOR of its bucket: the first 128 bits of SHA-256(id ‖ version).

    The version is hashed as 8 bytes, most significant first, so that no id runs into it.
    """
    hashed = hashlib.sha256(document_id.encode() + version.to_bytes(8, "big"))
    return int.from_bytes(hashed.digest()[:DIGEST_BYTES], "big")


def mark_of(change_id: str) -> str:
    """What tells a version from another one with its number: the random end of the change's id."""
    return change_id[-MARK_LENGTH:]


def marked_part(document_id: str, version: int, mark: str) -> int:
    """What a document adds to its bucket's second XOR, in which the change that made it counts."""
    hashed = hashlib.sha256(document_id.encode() + version.to_bytes(8, "big") + mark.encode())
    return int.from_bytes(hashed.digest()[:DIGEST_BYTES], "big")


def marks_of(versions: Iterable[tuple[str, int, str]]) -> str:
    """The second XOR (hex) of a bucket that holds these documents (id, version, mark)."""
    xor = 0
    for document_id, version, mark in versions:
        xor ^= marked_part(document_id, version, mark)
    return f"{xor:032x}"


def part_of(document_id: str) -> str:
    """Which of the 256 parts of its bucket a document is in: the random end of its id."""
    return document_id[-PART_LENGTH:]


def parts_of(versions: Iterable[tuple[str, int, str]]) -> dict[str, str]:
    """The second XOR (hex) of each part of a bucket that holds these documents; empty ones lack."""
    xors: defaultdict[str, int] = defaultdict(int)
    for document_id, version, mark in versions:
        xors[part_of(document_id)] ^= marked_part(document_id, version, mark)
    return {part: f"{xor:032x}" for part, xor in xors.items()}


def digest_of(versions: Iterable[tuple[str, int]]) -> Digest:
    """The digest of a bucket that holds these documents (id, version)."""
    count = 0
    xor = 0
    for document_id, version in versions:
        xor ^= digest_part(document_id, version)
        count += 1
    return digest_from(count, xor)


def digest_from(count: int, xor: int) -> Digest:
    """The digest from its kept parts: number of documents and the XOR of their parts."""
    return Digest(n=count, x=f"{xor:032x}")
