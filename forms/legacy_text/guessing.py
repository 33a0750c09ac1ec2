"""Which encoding a text was written in, by its content alone: a proposal for a person to decide.

A text is taken for legacy text only when it has no character that proves Unicode (every Vietnamese
letter with two marks, ơ, ư, đ, ŏ, …), some of its words are no Vietnamese syllables as they stand,
and nearly all become syllables when converted. A proper name in Unicode is therefore left alone
even when it could be read otherwise; a spoiled name that happens to be proper is not found.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from forms.legacy_text.double_utf8 import is_double_encoded
from forms.legacy_text.encodings import LegacyEncoding, convert
from forms.legacy_text.syllables import is_syllable

#: Below this a guess is not worth a question.
LEAST_CONFIDENCE = 0.5

_SPACES = re.compile(r"[ \t\r\n,;()/]+")
_LETTERS = re.compile(r"[^\W\d_]+")
#: How much of a text must be Vietnamese once it is converted.
_LEAST_SHARE = 0.75
_MOST_TURNS = 4


class Guess(NamedTuple):
    """An encoding and how sure it is, from 0 to 1; ``None`` and 1 for text that needs nothing."""

    encoding: LegacyEncoding | None
    confidence: float


_FINE = Guess(None, 1.0)


def guess(text: str) -> Guess:
    """What the text seems to be written in. Convert it only when somebody said so."""
    if text.isascii():
        return _FINE
    if is_double_encoded(text):
        return Guess(LegacyEncoding.DOUBLE_UTF8, 0.99)
    text = unicodedata.normalize("NFC", text)
    if any(ord(character) > 0xFF for character in text):
        return _FINE
    found = [
        Guess(encoding, _confidence(text, encoding))
        for encoding in (LegacyEncoding.TCVN3, LegacyEncoding.VNI)
    ]
    best, other = sorted(found, key=lambda one: one.confidence, reverse=True)
    confidence = round(best.confidence - other.confidence / 2, 3)
    return Guess(best.encoding, confidence) if confidence >= LEAST_CONFIDENCE else _FINE


def repair(text: str) -> str:
    """The text converted as guessed. For text of which somebody said that it may be converted.

    Text of an old font can have been encoded twice besides; hence more than one turn.
    """
    for _ in range(_MOST_TURNS):
        encoding = guess(text).encoding
        if encoding is None:
            break
        text = convert(text, encoding)
    return text


def _confidence(text: str, encoding: LegacyEncoding) -> float:
    """More with each word that only the conversion makes a syllable; 0 when too little fits."""
    words = [word for word in _SPACES.split(text) if word]
    readings = [(word, convert(word, encoding)) for word in words]
    evidence = [
        word
        for word, read in readings
        if len(read) > 1 and not _is_vietnamese(word) and _is_vietnamese(read)
    ]
    if not any(_is_telling(word, encoding) for word in evidence):
        return 0.0
    share = sum(_is_vietnamese(read) for _, read in readings) / len(readings)
    return 0.0 if share < _LEAST_SHARE else (1 - 0.3 ** len(evidence)) * share


def _is_vietnamese(word: str) -> bool:
    """Is the word made of syllables, figures and the usual signs?"""
    rest = _LETTERS.sub("", word)
    return rest.isascii() and all(map(is_syllable, _LETTERS.findall(word)))


def _is_telling(word: str, encoding: LegacyEncoding) -> bool:
    """Ñ alone proves nothing: names of the Central Highlands have it (and VNI has it for Đ)."""
    return encoding is not LegacyEncoding.VNI or convert(word, encoding) != word.translate(_VNI_D)


_VNI_D = str.maketrans({"\u00f1": "\u0111", "\u00d1": "\u0110"})
