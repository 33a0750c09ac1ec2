"""Words before names, as people write them, and text taken apart into words."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import NamedTuple

from forms.units.keys import WORD, name_key, word_key
from forms.units.kinds import KINDS, Kind, Level
from forms.units.tables import words
from forms.vietnamese import search_key

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

    ``full`` is the word it is short for, or itself; ``is_bare`` when its marks were left out.
    """

    kind: Kind | None
    other: str
    full: str
    is_bare: bool

    @property
    def levels(self) -> frozenset[Level]:
        """The levels of the units that may follow."""
        return _LEVELS[self.kind] if self.kind else frozenset()


def tokens_of(text: str) -> list[Token]:
    """The words and numbers of a composed text, in order."""
    return [Token(match[0], word_key(match[0]), *match.span()) for match in WORD.finditer(text)]


@cache
def _meanings() -> dict[tuple[str, ...], Meaning]:
    """Each word with its marks, and wholly without them."""
    found = {}
    for word, (means, full) in words().items():
        kind = KINDS.get(means)
        parts = tuple(word.split())
        found[parts] = Meaning(kind, "" if kind else means, full, is_bare=False)
        bare = tuple(map(search_key, parts))
        found.setdefault(bare, Meaning(kind, "" if kind else means, full, is_bare=True))
    return found


@cache
def first_words() -> dict[str, int]:
    """The words that expressions begin with, and how long the longest is."""
    longest: dict[str, int] = {}
    for parts in _meanings():
        longest[parts[0]] = max(len(parts), longest.get(parts[0], 0))
    return longest


def meaning_at(tokens: list[Token], position: int, text: str) -> tuple[Meaning, int] | None:
    """The word that stands at a position, the longest there is, and how many tokens it takes.

    Single letters (*P.*, *X.*) count only before a full stop or a number, or where a part of the
    text begins: they are also parts of names. So are words whose marks were left out (*Bạch Xa*,
    *Nho Quan*): in a text with marks they count only where a part begins. A word for a kind needs
    a name behind it.
    """
    first = tokens[position].text.casefold()
    for length in range(min(first_words().get(first, 0), len(tokens) - position), 0, -1):
        parts = tuple([token.text.casefold() for token in tokens[position : position + length]])
        meaning = _meanings().get(parts)
        if meaning is None:
            continue
        behind = position + length
        if meaning.kind is not None and not _is_followed(tokens, behind, text):
            return None
        if _begins_a_part(tokens, position, text):
            return meaning, length
        if meaning.is_bare and not text.isascii():
            return None
        if len(first) > 1 or _is_short_for_a_word(tokens, position, text):
            return meaning, length
        return None
    return None


def _is_followed(tokens: list[Token], behind: int, text: str) -> bool:
    """Does a name follow, divided by nothing but spaces and a full stop?"""
    if behind >= len(tokens):
        return False
    return not text[tokens[behind - 1].end : tokens[behind].start].strip(" .:")


def _begins_a_part(tokens: list[Token], position: int, text: str) -> bool:
    if position == 0:
        return True
    return bool(text[tokens[position - 1].end : tokens[position].start].strip(" ."))


def _is_short_for_a_word(tokens: list[Token], position: int, text: str) -> bool:
    if text[tokens[position].end : tokens[position].end + 1] == ".":
        return True
    return position + 1 < len(tokens) and tokens[position + 1].key.isdecimal()


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
