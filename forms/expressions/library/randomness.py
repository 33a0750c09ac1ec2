"""What looks random and is the same again for the same seed.

A filled form must give the same values whenever it is opened or checked, on any computer. So a
random value depends on the seed of the filling and on the place of the call in the form, and on
nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import shake_256
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")

LONGEST_UUID = 256

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MODULUS = 2**31 - 1
_MULTIPLIER = 16_807


def fraction(seed: object, place: str) -> float:
    """A number from 0 up to, but not including, 1."""
    return (int.from_bytes(_bytes(seed, place, 7)) >> 3) / 2**53


def uuid(seed: object, place: str) -> str:
    """A version 4 UUID."""
    return str(UUID(bytes=_bytes(seed, place, 16), version=4))


def identifier(seed: object, place: str, length: float) -> str:
    """So many digits and capital letters; "" for a length that makes no sense."""
    if not 1 <= length <= LONGEST_UUID:
        return ""
    return "".join(_DIGITS[byte % 36] for byte in _bytes(seed, place, int(length)))


def shuffled(items: Sequence[T], seed: float) -> list[T]:
    """The order that every ODK program makes of this seed.

    The inside-out shuffle of Fisher and Yates, driven by the generator of Park and Miller. NaN, the
    seed an empty answer gives, counts as 0.
    """
    state = int(seed) % _MODULUS if math.isfinite(seed) else 0
    state = state or _MODULUS - 1
    result: list[T] = []
    for position, item in enumerate(items):
        state = state * _MULTIPLIER % _MODULUS
        place = math.floor((state - 1) / (_MODULUS - 1) * (position + 1))
        if place == position:
            result.append(item)
        else:
            result.append(result[place])
            result[place] = item
    return result


def _bytes(seed: object, place: str, count: int) -> bytes:
    return shake_256(f"{seed}\n{place}".encode("utf-8", "surrogatepass")).digest(count)
