"""Identifiers that both ends make: time-ordered UUIDs and the epochs of a database."""

from __future__ import annotations

import os
import secrets
from hashlib import sha256
from uuid import UUID


def new_id(*, unix_ms: int) -> UUID:
    """A UUIDv7 (RFC 9562 §5.7) of this instant, in ms since 1970: rows sort as they were made."""
    random = int.from_bytes(os.urandom(10), "big")
    value = (unix_ms & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    value |= (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=value)


def new_id_text(*, unix_ms: int) -> str:
    """``new_id`` as text; for those who need very many."""
    time = f"{unix_ms & 0xFFFF_FFFF_FFFF:012x}"
    random = os.urandom(10)
    digits = random.hex()
    variant = "89ab"[random[0] & 0b11]
    return f"{time[:8]}-{time[8:]}-7{digits[2:5]}-{variant}{digits[5:8]}-{digits[8:]}"


def record_id_of(person_id: str, form_id: str) -> str:
    """The id of the record of a person on a form: the same on every device.

    Two officers who begin the form of one person offline make one record, which the server merges
    field by field. It is made of the SHA-256 of both ids; it tells no time.
    Records that older programs made under an id of their own keep it.
    """
    return id_of_digest(sha256(f"record\n{person_id}\n{form_id}".encode()).digest())


def id_of_digest(digest: bytes) -> str:
    """The UUIDv8 (RFC 9562 §5.8) of a digest of what a document is about, 16 bytes or more."""
    value = int.from_bytes(digest[:16]) & ~(0xF << 76) & ~(0b11 << 62) | 0x8 << 76 | 0b10 << 62
    return str(UUID(int=value))


def is_worked_out(document_id: str) -> bool:
    """Was this id (UUID as text) made from what the document is about?"""
    return document_id[14:15] == "8"


def new_epoch() -> str:
    """64 random bits in hexadecimal: one for each incarnation of a database."""
    return secrets.token_hex(8)
