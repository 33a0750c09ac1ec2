"""UTF-8 that was read as Western European text and saved again (``Nguyá»…n``).

Each run of characters whose Windows-1252 (or Latin-1) bytes are one UTF-8 character becomes that
character again, as often as it takes. Right Vietnamese text has no such run: behind Ã, Ä, Æ or á
they need signs that no word has there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator


def _bytes_of_characters() -> Iterator[tuple[str, int]]:
    """What byte each character stood for; both readings of the bytes from 0x80 to 0x9F."""
    for byte in range(0x80, 0x100):
        yield chr(byte), byte
        shown = bytes([byte]).decode("cp1252", "ignore")
        if shown:
            yield shown, byte


_BYTES = dict(_bytes_of_characters())


def _one_of(first: int, last: int) -> str:
    """A character class of what stands for the bytes from ``first`` to ``last``."""
    return f"[{re.escape(''.join(c for c, byte in _BYTES.items() if first <= byte <= last))}]"


_NEXT = _one_of(0x80, 0xBF)
_SEQUENCE = re.compile(
    f"{_one_of(0xC2, 0xDF)}{_NEXT}|{_one_of(0xE0, 0xEF)}{_NEXT}{{2}}"
    f"|{_one_of(0xF0, 0xF4)}{_NEXT}{{3}}"
)


def is_double_encoded(text: str) -> bool:
    """Does the text hold a character that was encoded twice?"""
    return repaired(text) != text


def repaired(text: str) -> str:
    """The text with every twice encoded character read back; all others stay."""
    while (once := _SEQUENCE.sub(_read_back, text)) != text:
        # Decomposed letters may have been encoded, and composed they are fewer.
        text = unicodedata.normalize("NFC", once)
    return text


def _read_back(match: re.Match[str]) -> str:
    try:
        return bytes(_BYTES[character] for character in match[0]).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
