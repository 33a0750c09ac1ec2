"""Damage that a scanner does which types like a keyboard.

Such scanners press keys through the layout and the typing method of the computer: letters with
marks get lost, become ``?``, or Telex and VNI take digits and letters for marks. Whoever reads a
code looks here first. The remarks are warnings: a name may truly have no mark at all.
"""

from __future__ import annotations

import re

from forms.findings import Code
from forms.identifiers.reading import Remark

_LOST = re.compile("[?\ufffd\u25a1]")
_TOKEN = re.compile("[A-Za-z0-9]+")
_WORD = re.compile(r"[^\W\d_]+")
# VNI types digits behind the vowel or at the end of the word (Nguye64n, Va8n), 9 behind d.
_VNI = re.compile(r"[A-Za-z]*(?:[aeiouyAEIOUY][a-zA-Z]*[1-8]|[dD]9)[A-Za-z0-9]*")
# Telex doubles letters or adds w; no Vietnamese syllable ends in f, j, r, s or x.
_TELEX = re.compile(
    r"[A-Za-z]*(?:aa|ee|[dD]d|aw|ow|uw|[aeiouy](?:ng|nh|ch|[cmnpt])?[sfrxj]$)[a-z]*"
)
_LEAST_WORDS = 2
_MOST_SHOWN = 5
_LONGEST_WORD = 20


def damage(*texts: str) -> list[Remark]:
    """What happened to the name and the address of one card."""
    joined = " ".join(texts)
    if _LOST.search(joined):
        return [(Code.CARD_010, {})]
    if not joined.isascii():
        return []
    words = _typed_words(joined)
    if words:
        return [(Code.CARD_012, {"words": ", ".join(words[:_MOST_SHOWN])})]
    return [(Code.CARD_011, {})] if len(_WORD.findall(joined)) >= _LEAST_WORDS else []


def _typed_words(text: str) -> list[str]:
    """Words that still show the keys of Telex or VNI.

    One such word may be a name from another language.
    """
    words = [word for word in _TOKEN.findall(text) if len(word) <= _LONGEST_WORD]
    found = [word for word in words if _VNI.fullmatch(word) or _TELEX.fullmatch(word)]
    return found if len(found) >= _LEAST_WORDS else []
