"""Words before names, as people write them, and text taken apart into words."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import NamedTuple

from forms.units.keys import WORD, name_key, word_key
from forms.units.kinds import KINDS, Kind, Level
from forms.units.tables import words

_LEVELS = {
    Kind.PROVINCE: frozenset({Level.PROVINCE}),
    Kind.CITY: frozenset({Level.PROVINCE, Level.DISTRICT}),
    Kind.TOWN: frozenset({Level.DISTRICT}),
    Kind.URBAN_DISTRICT: frozenset({Level.DISTRICT}),
    Kind.DISTRICT: frozenset({Level.DISTRICT}),
    Kind.COMMUNE: frozenset({Level.COMMUNE}),
    Kind.WARD: frozenset({Level.COMMUNE}),
    Kind.TOWNSHIP: frozenset({Level.COMMUNE}),
    Kind.SPECIAL_ZONE: frozenset({Level.COMMUNE}),
}


class Token(NamedTuple):
    """One word or number of a text, with its place in it."""

    text: str
    key: str
    start: int
    end: int


class Meaning(NamedTuple):
    """What a word before a name tells: the kind of a unit, or ``hamlet``, ``street``, ``country``.

    ``full`` is the word it is short for, or itself.
    """

    kind: Kind | None
    other: str
    full: str

    @property
    def levels(self) -> frozenset[Level]:
        """The levels of the units that may follow."""
        return _LEVELS[self.kind] if self.kind else frozenset()


def tokens_of(text: str) -> list[Token]:
    """The words and numbers of a composed text, in order."""
    return [
        Token(match[0], word_key(match[0]), match.start(), match.end())
        for match in WORD.finditer(text)
    ]


@cache
def _meanings() -> dict[tuple[str, ...], Meaning]:
    """Each word with its marks, and wholly without them."""
    found = {}
    for word, (means, full) in words().items():
        kind = KINDS.get(means)
        meaning = Meaning(kind, "" if kind else means, full)
        found[tuple(word.split())] = meaning
        found.setdefault(tuple(_bare(part) for part in word.split()), meaning)
    return found


def _bare(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return letters.encode("ascii", "ignore").decode("ascii")


@cache
def _first_words() -> dict[str, int]:
    """The longest expression that begins with each word."""
    longest: dict[str, int] = {}
    for parts in _meanings():
        longest[parts[0]] = max(len(parts), longest.get(parts[0], 0))
    return longest


def meaning_at(tokens: list[Token], position: int, text: str) -> tuple[Meaning, int] | None:
    """The word that stands at a position, the longest there is, and how many tokens it takes.

    Single letters (*P.*, *X.*) count only before a full stop or a number, or at the start of a
    part of the text: they are also parts of names.
    """
    first = tokens[position].text.casefold()
    longest = _first_words().get(first)
    if longest is None:
        return None
    if len(first) == 1 and not _stands_for_a_word(tokens, position, text):
        return None
    for length in range(min(longest, len(tokens) - position), 0, -1):
        parts = tuple(t.text.casefold() for t in tokens[position : position + length])
        if (meaning := _meanings().get(parts)) is not None:
            return meaning, length
    return None


def _stands_for_a_word(tokens: list[Token], position: int, text: str) -> bool:
    token = tokens[position]
    if text[token.end : token.end + 1] == ".":
        return True
    if position + 1 < len(tokens) and tokens[position + 1].key.isdecimal():
        return True
    before = text[tokens[position - 1].end if position else 0 : token.start]
    return position == 0 or not before.isspace()


def detail_key(text: str) -> str:
    """A key of what stands before the units (hamlet, street), with short words written out."""
    text = unicodedata.normalize("NFC", text)
    tokens = tokens_of(text)
    parts = []
    position = 0
    while position < len(tokens):
        found = meaning_at(tokens, position, text)
        if found is None:
            parts.append(tokens[position].key)
            position += 1
        else:
            parts.append(name_key(found[0].full))
            position += found[1]
    return " ".join(parts)
