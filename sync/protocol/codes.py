"""Bytes as a text that a person can read out, write down and type.

Crockford's base 32 (https://www.crockford.com/base32.html), in lines of six groups of four letters
that carry 15 bytes, and a seventh group that checks the line: its kind, place, being the last, and
its bytes. A slip of the pen is found in its line; letters that look alike are read as one.
"""

from __future__ import annotations

import hashlib

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Crockford's rule, and what people put between groups.
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"} | dict.fromkeys(" -–\t\r\n\xa0.", ""))
_VALUES = {letter: value for value, letter in enumerate(LETTERS)}
_BITS = 5
_LINE_BYTES = 15
_LINE_LETTERS = _LINE_BYTES * 8 // _BITS
_GROUP = 4
#: 20 bits: one wrong line in a million passes.
_CHECK_LETTERS = 4


class MistypedError(Exception):
    """The text is not what was written.

    Attributes:
        line: number of the first wrong line, from 1.
    """

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} of the code")
        self.line = line


def spell(data: bytes, *, kind: str) -> list[str]:
    """The lines of these bytes. ``kind`` is what they are for: they are read as nothing else."""
    parts = [data[at : at + _LINE_BYTES] for at in range(0, len(data), _LINE_BYTES)]
    lines = []
    for number, part in enumerate(parts, start=1):
        letters = _letters(part) + _check(kind, number, number == len(parts), part)
        lines.append("-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP)))
    return lines


def read(text: str, *, kind: str) -> bytes:
    """The bytes that were spelled, however the text is broken into lines.

    Raises ``MistypedError``.
    """
    letters = text.upper().translate(_READ_AS)
    whole = _LINE_LETTERS + _CHECK_LETTERS
    lines = [letters[at : at + whole] for at in range(0, len(letters), whole)] or [""]
    data = bytearray()
    for number, line in enumerate(lines, start=1):
        part = _bytes(line[:-_CHECK_LETTERS])
        if part is None or line[-_CHECK_LETTERS:] != _check(
            kind, number, number == len(lines), part
        ):
            raise MistypedError(number)
        data += part
    return bytes(data)


def _letters(part: bytes) -> str:
    count = -(-len(part) * 8 // _BITS)
    value = int.from_bytes(part, "big") << (count * _BITS - len(part) * 8)
    return "".join(LETTERS[value >> (_BITS * at) & 31] for at in reversed(range(count)))


def _bytes(letters: str) -> bytes | None:
    """``None`` for what no bytes are spelled like."""
    if not letters or not all(letter in _VALUES for letter in letters):
        return None
    value = 0
    for letter in letters:
        value = value << _BITS | _VALUES[letter]
    size = len(letters) * _BITS // 8
    spare = len(letters) * _BITS - size * 8
    if spare >= _BITS or value & ((1 << spare) - 1):
        return None
    return (value >> spare).to_bytes(size, "big")


def _check(kind: str, number: int, is_last: bool, part: bytes) -> str:
    place = f"so-an-sinh/code\x00{kind}\x00{number}\x00{int(is_last)}\x00".encode()
    bits = int.from_bytes(hashlib.sha256(place + part).digest()[:3], "big") >> 4
    return "".join(LETTERS[bits >> (_BITS * at) & 31] for at in reversed(range(_CHECK_LETTERS)))
