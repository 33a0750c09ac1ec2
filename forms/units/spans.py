"""Which words of an address line can name which units.

A name reaches to the end of its part of the line (a comma, a dash, a bracket), to a word for a
kind (*huyện*, *TP*), or to where another name begins. So a line without any separator is read from
its end, and a street or hamlet before the units does not become one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from forms.units.index import Names, UnitIndex
from forms.units.kinds import Kind
from forms.units.words import Meaning, first_words, meaning_at, tokens_of

#: Only so much of a line is read; the longest real addresses have about 30 words.
LONGEST_TEXT = 600
MOST_TOKENS = 60

_MOST_WORDS_OF_A_NAME = 6
_SEPARATORS = frozenset(",;|\n\r\t")  # names go across other signs


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
    """A line taken apart.

    Attributes:
        text: what is read of it, composed.
        is_cut: whether the line is longer than that.
        tokens: its words, without the country at the end.
        words: where words for kinds of units, hamlets and streets stand, and how long they are.
        kind_words: how many of these are for kinds of units.
        ends: where names can end.
        begins: where parts begin.
        part_end: where the part of each token ends; no name reaches further.
    """

    def __init__(self, text: str) -> None:
        self.text = unicodedata.normalize("NFC", text[:LONGEST_TEXT])
        tokens = tokens_of(self.text)
        self.tokens = tokens[:MOST_TOKENS]
        self.is_cut = len(text) > LONGEST_TEXT or len(tokens) > MOST_TOKENS
        self.words: dict[int, tuple[Meaning, int]] = {}
        next_position = 0
        known = first_words()
        for position, token in enumerate(self.tokens):
            if position >= next_position and token.text.casefold() in known:
                found = meaning_at(self.tokens, position, self.text)
                if found is not None:
                    self.words[position] = found
                    next_position = position + found[1]
        self._leave_out_country()
        self.kind_words = sum([1 for word, _ in self.words.values() if word.kind is not None])
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
        self.begins = {0}
        self.part_end = [count] * count
        end = count
        for position in range(count - 1, -1, -1):
            self.part_end[position] = end
            if position == 0:
                break
            gap = text[tokens[position - 1].end : tokens[position].start]
            if gap != " " and gap.strip(" ."):
                self.ends.add(position)
                self.begins.add(position)
                if not _SEPARATORS.isdisjoint(gap):
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
                span = _span(start, end, word, names.named(key), line, index)
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
    line: Line,
    index: UnitIndex,
) -> Span | None:
    if word is None:
        if end == start + 1 and line.tokens[start].key.isdecimal() and start not in line.begins:
            return None  # the number of a house or hamlet, unless it stands alone
        return Span(start, start, end, None, positions)
    meaning, word_start = word
    fitting = [i for i in positions if index.levels[i if i >= 0 else ~i] in meaning.levels]
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
