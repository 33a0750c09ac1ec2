"""Vietnamese text: cleaned where it enters, and keys to search, compare and sort by.

What a citizen's paper says is kept as printed; only the keys are folded:

* ``clean``: NFC, visible characters, single spaces. Applied once, where text enters.
* ``search_key``: no marks, no case; what an officer types when in a hurry finds the name.
* ``match_key``: the same, and a final *y* counts as *i* (*Sỹ* = *Sĩ*); for finding, never for
  saying that two names are one.
* ``compare_key``: no case, spare spaces or tone placement (*Hòa* = *Hoà*), but tones count.
* ``sort_key``: plain text that a database orders as Vietnamese lists are: by the given name (the
  last word), then the rest; letters first, tones second (CLDR ``vi``: ngang < huyền < hỏi < ngã <
  sắc < nặng). Stored, because collations of operating systems differ.

Every key is text that any database stores, and the key of a search, match or compare key is the
key itself. Names of minorities (*H'Mai*, *Y Krông*, *K'Brơi*) keep their signs and letters in
every key but the last, which passes over apostrophes and hyphens.

Text from the fonts of before Unicode is for ``forms.legacy_text``, and has to go there first:
cleaning drops signs that those fonts use for letters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Eth and African D look like Đ and come from foreign keyboards; invisible signs come from the web.
_ENTRY = str.maketrans(
    {
        "\u00d0": "Đ",
        "\u00f0": "đ",
        "\u0189": "Đ",
        "\u0256": "đ",
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"),
        **dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"),
    }
)
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u02bc\u02b9`\u00b4\u2032", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    }
)
# Control signs (U+0000 cannot be stored at all) and halves of characters that a bad paste leaves.
_UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]+")
_MARKS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")
# A mark alone behind a space (a bad paste) must not slip onto the letter before it.
_SPACE_AT_A_SIGN = re.compile(r" (?=[^\w\u0300-\u036f]|_)|(?:(?<=[^\w\u0300-\u036f])|(?<=_)) ")
_FINAL_Y = re.compile(r"(?<![^\W_])([bcdđfghjklmnprstvwxz]+|qu)y(?=[\ua717-\ua71b]*(?![^\W_]))")

# Tone marks in the order of the dictionary, after the unmarked tone: huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
#: The tones as signs of their own, behind a decomposed vowel.
TONE_MARKS = frozenset(_TONES)
# What stands for a tone at the end of a word of a key: letters that no text of ours has.
_TONE_LETTERS = dict(zip("12345", "\ua717\ua718\ua719\ua71a\ua71b", strict=True))
_NO_TONE_LETTERS = dict.fromkeys(map(ord, _TONE_LETTERS.values()))
_VOWELS = "aăâeêioôơuưy"
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"


def _toned() -> dict[str, tuple[str, str]]:
    """Each small vowel with a tone, to the vowel without it and the tone's digit."""
    return {
        unicodedata.normalize("NFC", vowel + mark): (vowel, digit)
        for vowel in _VOWELS
        for mark, digit in _TONES.items()
    }


_TONED = _toned()
_TONELESS = str.maketrans({letter: vowel for letter, (vowel, _) in _TONED.items()})
_TONE_OF = {letter: digit for letter, (_, digit) in _TONED.items()}
_TONED_LETTER = re.compile(f"[{''.join(_TONED)}]")
# One ASCII character per letter of the alphabet, in its order; digits and spaces sort before.
_RANK = str.maketrans({letter: chr(ord("A") + i) for i, letter in enumerate(_ALPHABET)})
#: Every small letter whose marks a decomposition and ASCII take off without loss, and đ.
_PLAIN = frozenset(_ALPHABET) | frozenset(_TONED) | frozenset(" '-.,/0123456789") - {"đ"}
_KNOWN_LETTERS = frozenset(_ALPHABET + " 0123456789")
_BELOW_EVERY_LETTER = "\x1f"


def clean(text: str) -> str:
    """The text as it is stored: NFC, Đ for its doubles, nothing invisible, single spaces.

    New lines become spaces too: every answer of a form is one line.
    """
    if not text.isprintable():
        text = _UNSTORABLE.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate(_ENTRY))
    return " ".join(text.split())


def search_key(text: str) -> str:
    """Small letters without marks (đ as d); apostrophes and hyphens of one kind each."""
    key = " ".join(text.casefold().split())
    if key.isascii() and key.isprintable():
        return key.replace("`", "'")
    key = key.replace("đ", "d")
    if not _PLAIN.issuperset(key):
        return _search_key_of_any(key)
    return unicodedata.normalize("NFD", key).encode("ascii", "ignore").decode("ascii")


def _search_key_of_any(key: str) -> str:
    """The same for text with letters or signs outside the Vietnamese alphabet."""
    key = unicodedata.normalize("NFC", clean(key).casefold()).translate(_ENTRY).translate(_SIGNS)
    key = _MARKS.sub("", unicodedata.normalize("NFD", key.replace("đ", "d")))
    return " ".join(unicodedata.normalize("NFC", key).split())


def match_key(text: str) -> str:
    """The search key with a final y after a consonant as i (*Mỹ* = *Mĩ*, *Quý* = *Quí*)."""
    return _FINAL_Y.sub(r"\1i", search_key(text))


def compare_key(text: str) -> str:
    """Equal for two spellings that no reader would call different; tones still count.

    The tone of each word is written behind it, wherever the paper puts it.
    """
    key = " ".join(filter(None, map(_compare_key_of, text.split())))
    if key.replace(" ", "").isalnum():
        return key
    return _SPACE_AT_A_SIGN.sub("", key)


def without_marks(key: str) -> str:
    """A compare key without tones, marks and đ: what ``search_key`` makes of the same text."""
    return search_key(key.translate(_NO_TONE_LETTERS))


def with_i_for_final_y(key: str) -> str:
    """A compare key in which a final y after a consonant is i."""
    return _FINAL_Y.sub(r"\1i", key)


# Some hundred words make up the names of a commune, some thousand its addresses.
@lru_cache(maxsize=16384)
def _compare_key_of(word: str) -> str:
    key = unicodedata.normalize("NFC", clean(word).casefold()).translate(_SIGNS)
    return _WORD.sub(_tone_last, key)


def _tone_last(match: re.Match[str]) -> str:
    word = match[0]
    tones = "".join(_TONE_LETTERS[_TONE_OF[letter]] for letter in _TONED_LETTER.findall(word))
    return word.translate(_TONELESS) + tones


def sort_key(full_name: str) -> str:
    """A text whose plain order is the order of Vietnamese lists of names.

    All of one given name stand together: the rest of the name decides after its tone.
    """
    words = [part for word in full_name.split() if (part := _sort_key_of(word)) is not None]
    if not words:
        return ""
    given, tone = words.pop()
    letters = " ".join([word[0] for word in words])
    tones = "".join([word[1] for word in words])
    return f"{given}{_BELOW_EVERY_LETTER}{tone}{letters}{_BELOW_EVERY_LETTER}{tones}"


@lru_cache(maxsize=4096)
def _sort_key_of(raw_word: str) -> tuple[str, str] | None:
    """The letters and the tone of one word; ``None`` for one of signs only."""
    word = clean(raw_word).casefold().translate(_SIGNS).replace("'", "").replace("-", "")
    if not word:
        return None
    letters = word.translate(_TONELESS)
    if not _KNOWN_LETTERS.issuperset(letters):
        letters = "".join(map(_known_letter, letters))
    return letters.translate(_RANK), _tone_of(word)


def _known_letter(letter: str) -> str:
    """A letter of another alphabet (ŏ, ŭ, č, ñ) as the nearest one of ours."""
    if letter in _KNOWN_LETTERS:
        return letter
    return _MARKS.sub("", unicodedata.normalize("NFD", letter))


def _tone_of(word: str) -> str:
    """The digit of the word's tone, ``0`` for ngang."""
    match = _TONED_LETTER.search(word)
    return "0" if match is None else _TONE_OF[match[0]]
