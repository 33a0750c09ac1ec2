"""An address line as its parts: the kind of each unit apart from its name, abbreviations read.

Nothing here knows which units there are; it serves where no table of units decides.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from forms.units.kinds import Kind
from forms.vietnamese import compare_key, search_key, without_marks

_SEPARATORS = re.compile(r"[,;\n]|\s[-–—]\s")
_SIGNS = re.compile(r"[\W_]+")

#: What stands for a kind in addresses, as a compare key; *khu phố* and *tổ dân phố* are hamlets.
_ABBREVIATIONS = {
    "tp": Kind.CITY.key,
    "tx": Kind.TOWN.key,
    "tt": Kind.TOWNSHIP.key,
    "t": Kind.PROVINCE.key,
    "q": Kind.URBAN_DISTRICT.key,
    "h": Kind.DISTRICT.key,
    "p": Kind.WARD.key,
    "x": Kind.COMMUNE.key,
    "kp": "khu pho",
    "tdp": "to dan pho",
}
_ABBREVIATED = re.compile(f"({'|'.join(_ABBREVIATIONS)})(?:\\.+ ?| )(?=[^\\W_])")
_WORDS = {compare_key(kind.word): kind.key for kind in Kind}
_BARE_WORDS = {search_key(kind.word): kind.key for kind in Kind}
_HAMLET_WORDS = ("khu pho", "to dan pho")

PROVINCE_KINDS = frozenset({Kind.PROVINCE.key, Kind.CITY.key})
DISTRICT_KINDS = frozenset({Kind.DISTRICT.key, Kind.URBAN_DISTRICT.key, Kind.TOWN.key})
COMMUNE_KINDS = frozenset(
    {Kind.COMMUNE.key, Kind.WARD.key, Kind.TOWNSHIP.key, Kind.SPECIAL_ZONE.key}
)
UNIT_KINDS = PROVINCE_KINDS | DISTRICT_KINDS | COMMUNE_KINDS


class Part(NamedTuple):
    """One part of an address.

    Attributes:
        kind: key of the unit's kind, ``khu pho``, ``to dan pho``, or empty.
        name: compare key of the name.
        is_abbreviated: was the kind written short?
    """

    kind: str
    name: str
    is_abbreviated: bool


@lru_cache(maxsize=8192)
def parts_of(address: str) -> tuple[Part, ...]:
    """The parts from the smallest to the largest, as the address gives them."""
    parts = (_part(text) for text in _SEPARATORS.split(address))
    return tuple(part for part in parts if part.name)


def last_part(address: str) -> str:
    """The largest unit as the address writes it."""
    texts = [text for text in _SEPARATORS.split(address) if _part(text).name]
    return texts[-1].strip() if texts else ""


# Communes and provinces stand in every address.
@lru_cache(maxsize=4096)
def _part(text: str) -> Part:
    key = compare_key(text).strip(".'-/ ")
    short = _ABBREVIATED.match(key)
    if short is not None:
        return Part(_ABBREVIATIONS[short[1]], _name(key[short.end() :]), True)
    for word, kind in (_BARE_WORDS if text.isascii() else _WORDS).items():
        if key.startswith(word + " "):
            return Part(kind, _name(key[len(word) + 1 :]), False)
    plain = without_marks(key)
    for word in _HAMLET_WORDS:
        if plain.startswith(word + " ") and len(key.split()) > len(word.split()):
            return Part(word, _name(" ".join(key.split()[len(word.split()) :])), False)
    return Part("", _name(key), False)


def _name(key: str) -> str:
    """Numbers of wards and hamlets without zeros before them."""
    return key.lstrip("0") or key if key.isdigit() else key


def without_punctuation(address: str) -> str:
    """The compare key of all words: equal when only commas and dots differ."""
    return " ".join(_SIGNS.sub(" ", compare_key(address)).split())
