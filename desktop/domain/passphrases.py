"""What a passphrase has to be. A stolen register is attacked at leisure, so it must be long."""

from __future__ import annotations

import unicodedata

#: OWASP ASVS 5.0, 6.2.1: at least 15 characters; five random words are as good.
MIN_CHARACTERS = 15
MIN_WORDS = 5


def is_strong(passphrase: str) -> bool:
    """Long enough? Counted in composed letters: keyboards compose Vietnamese differently."""
    text = unicodedata.normalize("NFC", passphrase)
    return len(text) >= MIN_CHARACTERS or len(text.split()) >= MIN_WORDS
