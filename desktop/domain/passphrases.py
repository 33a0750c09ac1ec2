"""What a passphrase has to be. A stolen register is attacked at leisure, so it must be long.

Nothing forces a change after some time, nothing forbids pasting, and any letter may stand in it
(OWASP ASVS 5.0, 6.2): only length and being one's own count.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from desktop.assets import common_passphrases
from forms.vietnamese import search_key

#: OWASP ASVS 5.0, 6.2.1: at least 15 characters; five random words are as good.
MIN_CHARACTERS = 15
MIN_WORDS = 5
#: What must be left of it, in different letters, when everything that is guessed first is taken
#: out: common passphrases, walks over the keyboard, runs of digits.
_MIN_OWN_LETTERS = 5

_FILLING = re.compile(r"[\W\d_]+")


def is_long(passphrase: str) -> bool:
    """Long enough? Counted in composed letters: keyboards compose Vietnamese differently."""
    text = unicodedata.normalize("NFC", passphrase)
    return len(text) >= MIN_CHARACTERS or len(text.split()) >= MIN_WORDS


def is_common(passphrase: str) -> bool:
    """Is it made of common passphrases and little else (ASVS 5.0, 6.2.4)?

    Marks, capitals, spaces and digits between them do not make it another one.
    """
    text = _bare(passphrase)
    left = _FILLING.sub(" ", _common().sub(" ", text))
    return len(set(left) - {" "}) < _MIN_OWN_LETTERS


@cache
def _common() -> re.Pattern[str]:
    """Every common passphrase, the longest first."""
    words = sorted({_bare(word) for word in common_passphrases()}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def _bare(text: str) -> str:
    """Small letters without marks and spaces."""
    return search_key(text).replace(" ", "")
