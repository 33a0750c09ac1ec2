"""The signs of a number: what stands between its digits, and what is taken for a digit.

* *stored*: as documents hold numbers, without the spaces, dots and dashes of their writing;
* *as digits*: every sign read as the digit it was perhaps meant to be. Only ever a proposal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from forms.findings import Code
from forms.identifiers.reading import Fix, FixReason, Remark, in_order
from forms.vietnamese import clean

#: Letters that hands and eyes take for digits.
LOOK_ALIKES = str.maketrans("OoIl", "0011")

_SEPARATORS = str.maketrans("", "", " .-\u2010\u2011\u2013\u00a0")
_FULL_WIDTH = {0xFF01 + place: 0x21 + place for place in range(94)}
_BETWEEN = frozenset("ZPS")  # Unicode: separators, punctuation, symbols
_UNREAD = frozenset("?*#%\u2026\u2022\uff1f")  # put where a digit could not be read
#: What spreadsheets and tables of numbers put behind whole numbers.
_DECIMAL = ".0"
_LEAST_REPEATED = 8


@dataclass(frozen=True, slots=True)
class Digits:
    """A number of which every sign was read as a digit."""

    value: str = field(repr=False)
    reasons: frozenset[FixReason]

    def fix(self, *more: FixReason, zeros: int = 0) -> Fix:
        """The proposal to write these digits, with ``zeros`` put before them."""
        reasons = {*self.reasons, *more, *([FixReason.LOST_ZERO] if zeros else [])}
        return Fix("0" * zeros + self.value, in_order(reasons))


def clean_number(text: str) -> str:
    """A number as it is stored: without the spaces, dots and dashes of its writing.

    ``28500000.0`` went through a table of numbers: its ``.0`` is no digit of it.
    """
    if text.endswith(_DECIMAL):
        text = text.removesuffix(_DECIMAL)
    return text.translate(_SEPARATORS)


def stored_number(text: str) -> str:
    """The same for a text that did not pass the entry of the program yet."""
    return clean_number(clean(text))


def stored_sign(text: str) -> str:
    """A number with letters as it is stored: capitals, no separators; ``ＨＮ`` becomes ``HN``."""
    return capitals(clean_number(clean(text).translate(_FULL_WIDTH)))


def capitals(text: str) -> str:
    """Capitals, composed: a few letters fall apart when they become capitals."""
    return unicodedata.normalize("NFC", text.upper())


def as_digits(text: str) -> Digits | None:
    """Every sign as a digit, or ``None`` when one can be none (``X``, ``đ``, ``?``)."""
    if text.isascii() and text.isdigit():
        return Digits(text, frozenset())
    digits: list[str] = []
    reasons: set[FixReason] = set()
    for sign in clean(text):
        digit = unicodedata.decimal(sign, None)
        if digit is not None:
            digits.append(str(digit))
            reasons |= set() if sign.isascii() else {FixReason.OTHER_DIGITS}
        elif sign in "OoIl":
            digits.append(sign.translate(LOOK_ALIKES))
            reasons.add(FixReason.LOOK_ALIKES)
        elif unicodedata.category(sign)[0] in _BETWEEN and sign not in _UNREAD:
            reasons.add(FixReason.SEPARATORS)
        else:
            return None
    return Digits("".join(digits), frozenset(reasons)) if digits else None


def respelling(raw: str, stored: str) -> list[Fix]:
    """The stored form as a proposal, when the text was written in another way."""
    text = raw.strip()
    if stored == text or not stored:
        return []
    reasons = set()
    if stored.casefold() != text.casefold():
        folded = text.translate(_FULL_WIDTH)
        reasons.add(FixReason.SEPARATORS if folded == text else FixReason.OTHER_DIGITS)
    if not stored.isdigit() and text != text.upper():
        reasons.add(FixReason.LETTER_CASE)
    return [Fix(stored, in_order(reasons or {FixReason.SEPARATORS}))]


def repaired(text: str, *, length: int, zeros: Iterable[int] = ()) -> list[Fix]:
    """Proposals of exactly ``length`` digits; ``zeros``: how many a spreadsheet may have lost."""
    digits = as_digits(text)
    if digits is None:
        return []
    missing = length - len(digits.value)
    if missing == 0 and digits.reasons:
        return [digits.fix()]
    # A spreadsheet that takes a zero takes them all.
    is_cut = missing in zeros and not digits.value.startswith("0")
    return [digits.fix(zeros=missing)] if is_cut else []


def repeated_remark(number: str) -> list[Remark]:
    """NUM_004 for a number that is one digit over and over."""
    if len(number) < _LEAST_REPEATED or len(set(number)) != 1:
        return []
    return [(Code.NUM_004, {"number": number, "digit": number[0]})]
