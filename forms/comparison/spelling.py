"""Which habits of spelling make two texts look different that compare equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from forms.comparison.outcomes import CASE_ONLY, SAME, FieldComparison, Reason, Side, because
from forms.vietnamese import TONE_MARKS, clean, compare_key

_LONGEST = 4096
_LOOKALIKES = re.compile("[\u00d0\u00f0\u0189\u0256]")
_SIGNS = re.compile("['`\u00b4\u2018\u2019\u02bc\u02b9\u2032\\-\u2010-\u2014\u2212]")
_NO_SPACE = re.compile(r"\S+")
_TONES = re.compile(f"[{''.join(sorted(TONE_MARKS))}]")


def quickly(record: str, extract: str) -> FieldComparison | None:
    """The answer for texts that are the same but for case; ``None`` when more must be done."""
    if record == extract:
        return SAME
    if record.casefold() == extract.casefold():
        return CASE_ONLY
    return None


def too_long(record: str, extract: str, different: Reason) -> FieldComparison | None:
    """The answer for texts that are no name and no address, which are not searched at length."""
    if len(record) <= _LONGEST and len(extract) <= _LONGEST:
        return None
    if not (record and extract):
        return because(Reason.VALUE_MISSING, lacking=Side.EXTRACT if record else Side.RECORD)
    return because(different)


def by_spelling(record: str, extract: str) -> FieldComparison | None:
    """The answer for texts that differ by habits only; ``None`` for all others."""
    if compare_key(record) != compare_key(extract):
        return None
    found = tuple(_reasons(record, extract))
    return because(*found) if found else because(Reason.OTHER_SPELLING)


def _reasons(one: str, other: str) -> Iterator[Reason]:
    if unicodedata.is_normalized("NFC", one) != unicodedata.is_normalized("NFC", other):
        yield Reason.COMPOSITION
    if sorted(_LOOKALIKES.findall(one)) != sorted(_LOOKALIKES.findall(other)):
        yield Reason.D_LOOKALIKE
    if _invisible(one) != _invisible(other):
        yield Reason.INVISIBLE
    if _NO_SPACE.sub("x", one) != _NO_SPACE.sub("x", other):
        yield Reason.SPACES
    if _SIGNS.findall(one) != _SIGNS.findall(other):
        yield Reason.SIGNS
    one, other = (_SIGNS.sub("'", "".join(clean(text).split())) for text in (one, other))
    if _tones_last(one) != _tones_last(other):
        yield Reason.CASE
    if one.casefold() != other.casefold():
        yield Reason.TONE_PLACEMENT


def _invisible(text: str) -> int:
    """How many characters nobody sees; marks and spaces are seen elsewhere."""
    return len(unicodedata.normalize("NFC", "".join(text.split()))) - len(
        clean("".join(text.split()))
    )


def _tones_last(text: str) -> str:
    """The text decomposed, its tones behind it: equal for two placements, whatever the case."""
    split = unicodedata.normalize("NFD", text)
    return _TONES.sub("", split) + "".join(_TONES.findall(split))
