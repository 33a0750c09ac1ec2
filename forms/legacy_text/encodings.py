"""Text of before Unicode: the two encodings that files of communes still hold, turned into NFC.

TCVN3 (*ABC*, fonts ``.Vn…``) has one byte for each letter; text that a program takes for Western
European shows as ``NguyÔn V¨n Hoµ``. Its fonts have no capital letters with a tone: the fonts whose
names end in *H* draw the small ones as capitals. VNI-Windows has a letter and one sign for its
marks: ``Nguyeãn Vaên Hoøa``.

Nothing in the text itself says which one it is: ask the font (``from_font``), or guess
(``forms.legacy_text.guessing``) and let a person decide. Conversion comes before
``forms.vietnamese.clean``, which drops the soft hyphen that TCVN3 uses for a letter.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique
from functools import cache
from importlib.resources import files


@unique
class LegacyEncoding(Enum):
    """How text of before Unicode, or spoiled on its way, has to be read."""

    TCVN3 = "tcvn3"
    TCVN3_CAPITALS = "tcvn3_capitals"
    VNI = "vni"
    DOUBLE_UTF8 = "double_utf8"


@dataclass(frozen=True, slots=True)
class CharacterTable:
    """One table: legacy characters (one or two) to a letter, and how to find them in a text."""

    letters: Mapping[str, str] = field(repr=False)
    pattern: re.Pattern[str] = field(repr=False)

    def converted(self, text: str) -> str:
        """The text in Unicode; what the table does not know stays."""
        return self.pattern.sub(lambda match: self.letters[match[0]], text)


@cache
def character_table(encoding: LegacyEncoding) -> CharacterTable:
    """The table of a font encoding, read once. Raises ``KeyError`` for what has no table."""
    letters = _read(_FILES[encoding])
    if encoding is LegacyEncoding.VNI:
        letters = _with_small_marks_on_capitals(letters) | letters
    longest_first = sorted(letters, key=len, reverse=True)
    return CharacterTable(letters, re.compile("|".join(map(re.escape, longest_first))))


_FILES = {
    LegacyEncoding.TCVN3: "tcvn3.csv",
    LegacyEncoding.TCVN3_CAPITALS: "tcvn3.csv",
    LegacyEncoding.VNI: "vni.csv",
}


def _read(name: str) -> dict[str, str]:
    text = (files("resources") / "legacy_text" / name).read_text(encoding="utf-8")
    return {
        "".join(chr(int(code, 16)) for code in row["legacy"].split()): row["unicode"]
        for row in csv.DictReader(text.splitlines())
    }


def _with_small_marks_on_capitals(letters: Mapping[str, str]) -> dict[str, str]:
    """``Aø`` beside ``AØ``: typists kept the small mark behind a capital letter."""
    return {
        legacy[0].upper() + legacy[1]: letter.upper()
        for legacy, letter in letters.items()
        if len(legacy) == 2 and legacy.islower()
    }


def convert(text: str, encoding: LegacyEncoding) -> str:
    """The text in Unicode (NFC), read as ``encoding``; what is unknown there stays as it is."""
    if encoding is LegacyEncoding.DOUBLE_UTF8:
        # Importing it here keeps the tables and the repair independent of one another.
        from forms.legacy_text.double_utf8 import repaired

        return repaired(text)
    converted = unicodedata.normalize("NFC", character_table(encoding).converted(text))
    return converted.upper() if encoding is LegacyEncoding.TCVN3_CAPITALS else converted


def from_font(font_name: str) -> LegacyEncoding | None:
    """The encoding that a font of this name draws, or ``None`` for a font of Unicode.

    ``.VnTime``, ``.VnArialH`` (capitals), ``VNI-Times``; an ``@`` before the name is its upright
    variant of East Asian printing.
    """
    name = font_name.strip().lstrip("@")
    if name.casefold().startswith("vni"):
        return LegacyEncoding.VNI
    if not name.casefold().startswith(".vn"):
        return None
    family = _STYLE_WORDS.sub("", name)
    return LegacyEncoding.TCVN3_CAPITALS if family.endswith("H") else LegacyEncoding.TCVN3


_STYLE_WORDS = re.compile(r"(?:\s+(?:bold|italic|regular|normal))+$", re.IGNORECASE)
