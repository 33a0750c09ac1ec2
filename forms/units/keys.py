"""Keys by which names of units are found, however they are typed.

A key is the name in small letters without marks, spaces, apostrophes and hyphens, *y* as *i*, and
numbers without leading zeros: ``Phú Riềng``, ``phu rieng`` and ``PHÚ-RIỀNG`` share one,
``Ea H'Leo`` and ``Ea Hleo`` too. Keys only find candidates; ``spelling`` then tells whether the
marks agree, so that what was typed with marks is preferred and never corrected silently.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from forms.vietnamese import compare_key, search_key

#: A word (with its apostrophes) or a number.
WORD = re.compile("[0-9]+|[^\\W\\d_]+(?:['\u2018\u2019\u02bc`\u00b4][^\\W\\d_]+)*")

_DROPPED = str.maketrans(dict.fromkeys(" '-"))
_D_WITH_STROKE = chr(0x111)
_LONGEST_NUMBER = 9


class Spelling(IntEnum):
    """How a typed name agrees with the official one, best first."""

    SAME = 0
    WITHOUT_MARKS = 1
    OTHER_MARKS = 2


@lru_cache(maxsize=16_384)
def word_key(word: str) -> str:
    """The key of one word or number."""
    if word.isdecimal():
        return word[:_LONGEST_NUMBER].lstrip("0") or "0"
    return search_key(word).replace("y", "i").translate(_DROPPED)


def name_key(name: str) -> str:
    """The key of a whole name."""
    return "".join(word_key(word) for word in WORD.findall(name))


def keys_of_names(names: Iterable[str]) -> list[str]:
    """``name_key`` of every name of an official table, thousands at once.

    Official names have no leading zeros and only letters that decompose into Latin ones.
    """
    text = "\n".join(names).casefold().replace(_D_WITH_STROKE, "d")
    text = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode("ascii")
    return text.replace("y", "i").translate(_DROPPED).split("\n")


@lru_cache(maxsize=16_384)
def marked_key(name: str) -> str:
    """A key with the marks; blind to the placement of tones, to case, *y/i* and signs."""
    key = compare_key(name).replace("y", "i")
    return "".join(c for c in key if c not in "'- .")


def spelling(typed: str, official: str) -> Spelling:
    """How two names with the same key agree."""
    if typed == official or marked_key(typed) == marked_key(official):
        return Spelling.SAME
    return Spelling.OTHER_MARKS if has_marks(typed) else Spelling.WITHOUT_MARKS


def has_marks(text: str) -> bool:
    """Does the text carry Vietnamese marks at all?"""
    return not text.isascii() and any(word_key(word) != word.casefold() for word in _letters(text))


def _letters(text: str) -> list[str]:
    """The words that are not plain ASCII; quotation marks and the like do not count."""
    return [word for word in WORD.findall(text) if not word.isascii()]


def is_one_edit_apart(one: str, other: str) -> bool:
    """Do two keys differ by one letter added, left out, changed or swapped with the next?"""
    return OSA.distance(one, other, score_cutoff=1) == 1
