"""Identifiers that both ends make: time-ordered UUIDs and the epochs of a database."""

from __future__ import annotations

import os
import secrets
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


def new_epoch() -> str:
    """64 random bits in hexadecimal: one for each incarnation of a database."""
    return secrets.token_hex(8)
