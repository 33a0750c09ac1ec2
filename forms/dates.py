"""Dates that may lack the day, or the day and the month.

Many elderly people have only a year of birth, on their card too. Representations:

* *stored*: ``1945``, ``1950-03`` or ``1950-03-12``; the only spelling that documents hold;
* *typed*: what an officer types or an old file holds: ``1945``, ``3/1950``, ``12/03/1950``,
  ``12031950``, and with unknown parts ``00/00/1945``, ``--/--/1945``, ``??/03/1950``
  (``forms.date_entry`` tells what is wrong with a text that is none);
* *displayed*: ``1945``, ``03/1950`` or ``12/03/1950``.

A part that is not known stays unknown: nothing here makes 01/01 out of a year. Rules that need one
day ask for ``earliest()`` or ``latest()`` and say which (NĐ 158/2025/NĐ-CP Điều 12 takes the first
day). A text that is no date gives ``None``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from forms.definition import DatePrecision

#: Typed years before this one are slips of the finger: nobody in a register was born earlier.
FIRST_TYPED_YEAR = 1800

#: Digits and signs of East Asian keyboards, and the dashes of word processors.
FULL_WIDTH = str.maketrans("０１２３４５６７８９／．－–—‐−", "0123456789/.-----")

_STORED = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_UNKNOWN = r"[-?_xX.…]{1,2}"
_PART = rf"([0-9]{{1,2}}|{_UNKNOWN})\s*[/.\-\s]\s*"
_TYPED = re.compile(rf"(?:(?:{_PART})?{_PART})?([0-9]{{4}})")
_TYPED_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?")
_TYPED_DIGITS = re.compile(r"([0-9]{2})?([0-9]{2})([0-9]{4})")
#: More than the longest spelling; spaces in a row count as one.
_LONGEST_TYPED = 40


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month of a year, or a day; always one that the calendar has."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def precision(self) -> DatePrecision:
        """The smallest part that is known."""
        if self.month is None:
            return DatePrecision.YEAR
        return DatePrecision.MONTH if self.day is None else DatePrecision.DAY

    @property
    def stored(self) -> str:
        """The spelling that documents hold, ISO 8601 with the unknown parts left out."""
        if self.month is None:
            return f"{self.year:04d}"
        if self.day is None:
            return f"{self.year:04d}-{self.month:02d}"
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    @property
    def displayed(self) -> str:
        """The spelling of Vietnamese papers: ``dd/mm/yyyy``, ``mm/yyyy`` or ``yyyy``."""
        return "/".join(reversed(self.stored.split("-")))

    def earliest(self) -> date:
        """The first day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> date:
        """The last day it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def is_part_of(self, other: PartialDate) -> bool:
        """Does ``other`` say the same and more? (``1950`` of ``12/03/1950``)"""
        return self.precision is not other.precision and other.stored.startswith(self.stored)

    def may_be_same(self, other: PartialDate) -> bool:
        """Is there a day that both can mean?"""
        return self == other or self.is_part_of(other) or other.is_part_of(self)

    def is_at_least(self, precision: DatePrecision) -> bool:
        """Does it tell as much as ``precision`` asks?"""
        return _RANK[self.precision] >= _RANK[precision]


_RANK = {DatePrecision.YEAR: 0, DatePrecision.MONTH: 1, DatePrecision.DAY: 2}


def parse_stored(text: str) -> PartialDate | None:
    """Reads the stored spelling, and no other."""
    match = _STORED.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    if month == "00" or day == "00":
        return None
    return _checked(int(year), _number(month), _number(day))


def parse_typed(text: str) -> PartialDate | None:
    """Reads what an officer types, day first; also the stored spelling.

    A known day of an unknown month (``12/--/1950``) is refused: keeping it is impossible and
    dropping it would lose what the paper says.
    """
    text = " ".join(text.split())
    if len(text) > _LONGEST_TYPED:
        return None
    if not text.isascii():
        text = text.translate(FULL_WIDTH)
    match = _TYPED.fullmatch(text) or _TYPED_DIGITS.fullmatch(text)
    if match is not None:
        day, month, year = match.groups()
    else:
        match = _TYPED_ISO.fullmatch(text)
        if match is None:
            return None
        year, month, day = match.groups()
    if int(year) < FIRST_TYPED_YEAR:
        return None
    return _checked(int(year), _number(month), _number(day))


def display(stored: str) -> str:
    """The displayed spelling of a stored date; a text that is no date comes back as it is."""
    parsed = parse_stored(stored)
    return stored if parsed is None else parsed.displayed


def _number(part: str | None) -> int | None:
    """A month or day as a number; ``None`` for a part that is missing, ``00`` or a sign."""
    if part is None or not part.isdigit():
        return None
    return int(part) or None


def _checked(year: int, month: int | None, day: int | None) -> PartialDate | None:
    """The date if the calendar has it, else ``None``."""
    if year == 0 or (month is None and day is not None):
        return None
    if month is not None and not 1 <= month <= 12:
        return None
    if month is not None and day is not None and not 1 <= day <= monthrange(year, month)[1]:
        return None
    return PartialDate(year, month, day)
