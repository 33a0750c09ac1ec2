"""The place of a person in Vietnamese lists of names as one number, so that an index has the order.

A sort key (``forms.vietnamese.sort_key``) is coded arithmetically: common given names, families
and middle names take few bits, other words are spelt, and the first ``_CODE_BITS`` bits keep the
order of the keys: of two keys the smaller never has the greater code. The number of the document
in this file follows, so that no two persons share a place. Names that agree in so many bits (long
rare ones) may stand in the order in which they came.

The tables are part of the schema: another table is another order of what is stored.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from desktop.assets import name_shares
from forms.vietnamese import sort_key

#: A place: 39 bits of the name, 24 of the document's number; together a positive SQLite integer.
_CODE_BITS: Final = 39
_DOC_BITS: Final = 24
DOC_MASK: Final = (1 << _DOC_BITS) - 1

_STEP_BITS: Final = 12
_STEPS_AT_MOST: Final = 40
_END: Final = ""
#: What ends the given name, and the letters, in a sort key.
_BREAK: Final = "\x1f"

# Shares in a thousand of the letters and the tones of a sort key; own estimates.
_LETTERS = (
    "A:62 B:18 C:40 D:14 E:10 F:12 G:50 H:80 I:62 J:8 K:26 L:24 M:30 N:150 O:44 P:20 Q:10 R:24 "
    "S:18 T:60 U:40 V:16 W:3 X:8 Y:24 Z:3 [:10 \\:10 ]:10 ^:10 _:8 `:16 a:14 0:2 1:2 2:2 3:2 4:2 "
    "5:2 6:2 7:2 8:2 9:2"
)
_TONES = "0:440 1:160 2:80 3:50 4:170 5:100"


class _Table:
    """Symbols in order, each with its part of the whole; gaps between them have one too.

    The end of a sequence (``""``) sorts before everything.
    """

    def __init__(self, shares: Mapping[str, int], *, end: int, gap: int) -> None:
        self._symbols = sorted(shares)
        weights = [end]
        for symbol in self._symbols:
            weights += [gap, shares[symbol]]
        weights.append(gap)
        # Every part is at least one, and all of them together no more than there is.
        room, total = (1 << _STEP_BITS) - len(weights), sum(weights)
        self._parts: list[tuple[int, int]] = []
        low = 0
        for weight in weights:
            width = 1 + weight * room // total
            self._parts.append((low, width))
            low += width

    def find(self, symbol: str) -> tuple[tuple[int, int], bool]:
        """The part of a symbol, or of the gap it falls into; was it a symbol?"""
        if symbol == _END:
            return self._parts[0], True
        place = bisect_left(self._symbols, symbol)
        is_known = place < len(self._symbols) and self._symbols[place] == symbol
        return self._parts[2 * place + 1 + is_known], is_known


def _shares(items: Iterable[str]) -> dict[str, int]:
    shares: dict[str, int] = {}
    for item in items:
        symbol, _, share = item.rpartition(":")
        shares[symbol] = shares.get(symbol, 0) + int(share)
    return shares


def _word_shares(kind: str) -> dict[str, int]:
    """Words of one kind by the letters of their sort key; those of one key together."""
    words = [item.rpartition(":") for item in name_shares(kind)]
    return _shares(f"{sort_key(word).partition(_BREAK)[0]}:{share}" for word, _, share in words)


_GIVEN_TABLE = _Table(_word_shares("given"), end=1, gap=1)
_OTHERS_TABLE = _Table(_word_shares("other"), end=450, gap=5)
_LETTER_TABLE = _Table(_shares(_LETTERS.split()), end=250, gap=1)
_TONE_TABLE = _Table(_shares(_TONES.split()), end=1, gap=1)


def place_of(key: str, doc: int) -> int:
    """Where the person with this sort key stands; places are ordered as the keys are."""
    if doc > DOC_MASK:
        raise ValueError(f"a register holds at most {DOC_MASK} documents")
    return name_code(key) << _DOC_BITS | doc


@lru_cache(maxsize=16384)
def name_code(key: str) -> int:
    """The first bits of a sort key; never smaller than those of a key that sorts before."""
    low, width, bits = 0, 1, 0
    for start, part in _steps(key):
        low = (low << _STEP_BITS) + start * width
        width *= part
        bits += _STEP_BITS
    return low >> bits - _CODE_BITS if bits >= _CODE_BITS else low << _CODE_BITS - bits


def _steps(key: str) -> list[tuple[int, int]]:
    given, _, rest = key.partition(_BREAK)
    tone, others, tones = rest[:1], rest[1:].partition(_BREAK)[0], rest.rpartition(_BREAK)[2]
    first, goes_on = _word_steps(given, is_given=True)
    steps = list(first)
    if goes_on:
        goes_on = _add(steps, _TONE_TABLE.find(tone))
    for word in others.split(" ") if others else ():
        if not goes_on:
            break
        more, goes_on = _word_steps(word, is_given=False)
        steps += more
    if goes_on:
        steps.append(_OTHERS_TABLE.find(_END)[0])
        steps += _tone_steps(tones)
    return steps[:_STEPS_AT_MOST]


@lru_cache(maxsize=4096)
def _word_steps(word: str, *, is_given: bool) -> tuple[tuple[tuple[int, int], ...], bool]:
    """A word by its name or by its letters; can what follows still tell keys apart?"""
    found = (_GIVEN_TABLE if is_given else _OTHERS_TABLE).find(word)
    steps: list[tuple[int, int]] = []
    if _add(steps, found):
        return tuple(steps), True
    goes_on = all(_add(steps, _LETTER_TABLE.find(letter)) for letter in word)
    if goes_on:
        steps.append(_LETTER_TABLE.find(_END)[0])
    return tuple(steps), goes_on


def _tone_steps(tones: str) -> list[tuple[int, int]]:
    return [_TONE_TABLE.find(tone)[0] for tone in tones]


def _add(steps: list[tuple[int, int]], found: tuple[tuple[int, int], bool]) -> bool:
    steps.append(found[0])
    return found[1]
