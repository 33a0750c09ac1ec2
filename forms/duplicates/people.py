"""What duplicate finding reads of a person, folded once before anything is compared."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache

from forms.dates import parse_stored
from forms.rules.identity import clean_number
from forms.vietnamese import compare_key, match_key, search_key

_CARD_DIGITS = 12
#: Nine digits that lost two zeros; what has fewer (*0*, *không có*) fills a box and names nobody.
_LEAST_DIGITS = 7
_LONGEST_NUMBER = 60
#: Typed where a number is demanded and none is known.
_COUNTED = "012345678901234567890"


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """A person of a register or of a list, as far as the search needs it.

    Attributes:
        key: what the caller calls the person; comes back in the pairs.
        birth_date: stored spelling (``1945``, ``1950-03``, ``1950-03-12``), or empty.
        sex: ``1``, ``2`` or empty.
        id_numbers: the personal ID and every older number of the person, in any spelling.
        residence, native_place: as printed.
    """

    key: str
    full_name: str = field(repr=False)
    birth_date: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    id_numbers: Sequence[str] = field(default=(), repr=False)
    residence: str = field(default="", repr=False)
    native_place: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Folded:
    """A person ready to be compared: every text a key, the date in parts.

    Attributes:
        name: key in which tones count; ``plain`` has neither marks nor the choice of i and y.
        words: the words of ``plain``; the first one is usually the family, the last one the given
            name, but nothing rests on that.
        year, month, day: 0 for unknown.
        long_numbers: the twelve-digit numbers; one that lost its leading 0 has it again.
        short_numbers: numbers of any other length, nine digits as a rule.

    What stands in the box of a number and is none (``0``, ``000000000``, *không có*) is left out.
    """

    key: str
    name: str = field(repr=False)
    plain: str = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    year: int = field(repr=False)
    month: int = field(repr=False)
    day: int = field(repr=False)
    sex: str = field(repr=False)
    long_numbers: tuple[str, ...] = field(repr=False)
    short_numbers: tuple[str, ...] = field(repr=False)
    residence: str = field(repr=False)
    native_place: str = field(repr=False)

    @property
    def given(self) -> str:
        """The last word of the name."""
        return self.words[-1] if self.words else ""

    @property
    def ends(self) -> str:
        """The first and the last word of the name: what stays when the middle is dropped."""
        return f"{self.words[0]} {self.words[-1]}" if self.words else ""


def folded(row: IdentityRow) -> Folded:
    """The keys of one person. Never fails: what cannot be read counts as unknown."""
    plain = " ".join(match_key(row.full_name).replace("-", " ").split())
    birth = parse_stored(row.birth_date) if row.birth_date else None
    cleaned = [clean_number(raw[:_LONGEST_NUMBER]) for raw in row.id_numbers]
    numbers = [_repaired(number) for number in cleaned if _names_somebody(number)]
    long_numbers = dict.fromkeys(one for one in numbers if len(one) == _CARD_DIGITS)
    return Folded(
        key=row.key,
        name=compare_key(row.full_name),
        plain=plain,
        words=tuple(plain.split()),
        year=birth.year if birth else 0,
        month=(birth.month or 0) if birth else 0,
        day=(birth.day or 0) if birth else 0,
        sex=row.sex,
        long_numbers=tuple(long_numbers),
        short_numbers=tuple(dict.fromkeys(one for one in numbers if one not in long_numbers)),
        residence=_place(row.residence),
        native_place=_place(row.native_place),
    )


def without_numbers(person: Folded, numbers: Set[str]) -> Folded:
    """The same person without some numbers."""
    if numbers.isdisjoint(person.long_numbers) and numbers.isdisjoint(person.short_numbers):
        return person
    return replace(
        person,
        long_numbers=tuple(one for one in person.long_numbers if one not in numbers),
        short_numbers=tuple(one for one in person.short_numbers if one not in numbers),
    )


def _names_somebody(number: str) -> bool:
    """Can it be a number that was given to a person?"""
    digits = [sign for sign in number if sign.isdecimal()]
    if len(digits) < _LEAST_DIGITS or len(set(digits)) == 1:
        return False
    return number not in _COUNTED


def _repaired(number: str) -> str:
    """Eleven digits are twelve that went through a spreadsheet."""
    lost = len(number) == _CARD_DIGITS - 1 and number.isdecimal()
    return f"0{number}" if lost else number


# A commune has some hundred addresses at the level of hamlets.
@lru_cache(maxsize=16_384)
def _place(text: str) -> str:
    return " ".join(search_key(text).replace(",", " ").split())
