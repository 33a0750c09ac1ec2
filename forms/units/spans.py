"""Which words of an address line can name which units.

A name reaches to the end of its part of the line (a comma, a dash, a bracket), to a word for a
kind (*huyện*, *TP*), or to where another name begins. So a line without any separator is read from
its end, and a street or hamlet before the units does not become one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from forms.units.index import Names, UnitIndex
from forms.units.kinds import Kind
from forms.units.words import Meaning, Token, meaning_at, tokens_of

#: Only so much of a line is read; the longest real addresses have about 30 words.
LONGEST_TEXT = 600
MOST_TOKENS = 60

_MOST_WORDS_OF_A_NAME = 6
_SEPARATORS = frozenset(",;|\n\r\t")


class Span(NamedTuple):
    """Words that can name units; ``start`` is where the word for their kind begins.

    ``positions`` are versions in the index, ``~position`` for a former name.
    """

    start: int
    name_start: int
    end: int
    kind: Kind | None
    positions: list[int]
    is_typo: bool = False


class Slot(NamedTuple):
    """Words that should name a unit by where they stand, but name none."""

    start: int
    name_start: int
    end: int
    meaning: Meaning | None
    key: str


class Line:
    """A line taken apart; ``tokens`` without the country at the end."""

    def __init__(self, text: str) -> None:
        self.text = text[:LONGEST_TEXT]
        self.rest = text[LONGEST_TEXT:]
        self.tokens = tokens_of(self.text)[:MOST_TOKENS]
        self.words: dict[int, tuple[Meaning, int]] = {}
        position = 0
        while position < len(self.tokens):
            found = meaning_at(self.tokens, position, self.text)
            if found is not None:
                self.words[position] = found
            position += found[1] if found else 1
        self._leave_out_country()
        self._find_ends()

    def _leave_out_country(self) -> None:
        for position, (meaning, length) in list(self.words.items()):
            if meaning.other == "country":
                del self.words[position]
                if position + length == len(self.tokens) and position:
                    del self.tokens[position:]

    def _find_ends(self) -> None:
        """Where names can end, and where the part of each token ends."""
        tokens, text = self.tokens, self.text
        count = len(tokens)
        self.ends = {count, *self.words}
        self.part_end = [count] * count
        end = count
        for position in range(count - 1, -1, -1):
            self.part_end[position] = end
            if position == 0:
                break
            gap = text[tokens[position - 1].end : tokens[position].start]
            if gap != " " and gap.strip(" ."):
                self.ends.add(position)
                if not _SEPARATORS.isdisjoint(gap):
                    end = position
            elif not _SEPARATORS.isdisjoint(gap):
                self.ends.add(position)
                end = position

    def typed(self) -> dict[int, tuple[Meaning, int]]:
        """Where a name would begin after a word: what the word means, where the word begins."""
        return {start + length: (word, start) for start, (word, length) in self.words.items()}

    def name(self, span: Span | Slot) -> str:
        """The words of the name as typed."""
        return self.text[self.tokens[span.name_start].start : self.tokens[span.end - 1].end]

    def whole(self, span: Span | Slot) -> str:
        """The same with the word for the kind."""
        return self.text[self.tokens[span.start].start : self.tokens[span.end - 1].end]


def spans_of(line: Line, names: Names, index: UnitIndex) -> list[Span]:
    """Everything in the line that can name a unit, from its end to its beginning."""
    tokens, ends, known = line.tokens, line.ends, names.known
    typed = line.typed()
    spans: list[Span] = []
    for start in range(len(tokens) - 1, -1, -1):
        word = typed.get(start)
        if word is not None and word[0].kind is None:
            continue  # a hamlet or street is named here
        key = ""
        found = False
        for end in range(start + 1, min(start + _MOST_WORDS_OF_A_NAME, line.part_end[start]) + 1):
            key += tokens[end - 1].key
            if key in known and end in ends:
                span = _span(start, end, word, names.named(key), tokens, index)
                if span is not None:
                    spans.append(span)
                    found = True
        if found:
            ends.add(start)
    return spans


def _span(
    start: int,
    end: int,
    word: tuple[Meaning, int] | None,
    positions: list[int],
    tokens: list[Token],
    index: UnitIndex,
) -> Span | None:
    if word is None:
        if end == start + 1 and tokens[start].key.isdecimal():
            return None  # a number alone is a house or a hamlet
        return Span(start, start, end, None, positions)
    meaning, word_start = word
    fitting = [i for i in positions if index.level(i if i >= 0 else ~i) in meaning.levels]
    return Span(word_start, start, end, meaning.kind, fitting) if fitting else None


def slots_of(line: Line, spans: Iterable[Span]) -> Iterator[Slot]:
    """Words that stand where units stand but name none: after a word for a kind, or a whole part.

    Words after *ấp* or *đường* and parts with numbers are hamlets and streets.
    """
    taken = {position for span in spans for position in range(span.start, span.end)}
    start = 0
    for end in sorted(line.ends):
        meaning, length = line.words.get(start, (None, 0))
        keys = [token.key for token in line.tokens[start + length : end]]
        if (
            keys
            and (meaning is None or meaning.kind is not None)
            and taken.isdisjoint(range(start, end))
            and not any(key.isdecimal() for key in keys)
        ):
            yield Slot(start, start + length, end, meaning, "".join(keys))
        start = end
