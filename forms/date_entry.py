"""What a typed or imported text says of a date, and what is wrong when it says none.

``forms.dates`` knows the spellings that are dates. Around them, this module reads dates in words
(*ngày 12 tháng 3 năm 1950*) and with the midnight that spreadsheets add, and names every other
text: impossible dates, two-digit years, lunar dates, years by their signs (*Giáp Tý*), serial
numbers of spreadsheets. What is only likely is offered, never taken. The text as it was given
stays beside the value.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, unique

from forms.dates import FIRST_TYPED_YEAR, FULL_WIDTH, PartialDate, parse_stored, parse_typed
from forms.findings import Code, Finding
from forms.vietnamese import clean, match_key

#: Days of spreadsheets are counted from here (the 1900 system).
_SERIAL_ORIGIN = date(1899, 12, 30)
_LONGEST_SHOWN = 40
#: A longer text may hold a date, but is none.
_LONGEST_READ = 200

_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(?::00(?:\.0+)?)?(?:Z|\+07:00)?$")
_DIGITS = re.compile(r"[0-9]{4}|[0-9]{6}|[0-9]{8}")
_SEPARATED = re.compile(r"(?:(?:([^/.\s-]{1,2}|-)[/.\s-]+)?([^/.\s-]{1,2}|-)[/.\s-]+)?([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?")
_SHORT_YEAR = re.compile(r"(?:(?:([0-9]{1,2})[/. -])?([0-9]{1,2})[/. -])?([0-9]{2})")
_SHORT_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"([1-9][0-9]{4})(?:[.,]0+)?")
_IN_WORDS = re.compile(
    r"(?:(?:sinh )?(?:ngay )?([0-9]{1,2}|-+),? )?(?:(?:sinh )?thang ([0-9]{1,2}|-+),? )?"
    r"(?:(?:sinh )?nam |sinh |sn:? ?)([0-9]{4})"
)
_BEHIND_A_WORD = re.compile(r"(?:sinh |sn:? ?)?(?:ngay|thang|nam)? ?([0-9].*)")

# Match keys: no marks, and a final y is an i.
_LUNAR = re.compile(
    r"\b(?:am|nong) lich\b|\bal\b|\(am\)|\bthang (?:gieng|chap|nhuan)\b|\b(?:mung|mong)\b|\bram\b"
)
_STEMS = ("giap", "at", "binh", "dinh", "mau", "ki", "canh", "tan", "nham", "qui")
_BRANCHES = (
    *("ti", "suu", "dan", "mao|meo", "thin", "ti", "ngo", "mui", "than", "dau", "tuat", "hoi"),
)
_YEAR_OF_SIGNS = re.compile(rf"\b({'|'.join(_STEMS)}) ({'|'.join(_BRANCHES)})\b")
_SIGN = re.compile(
    rf"\b(?:tuoi|nam|cam tinh)(?: con)? (?:{'|'.join(_BRANCHES)}|chuot|trau|ho|cop|tho|rong|ran"
    r"|ngua|de|khi|ga|cho|heo|lon)\b"
)
_NOT_KNOWN = re.compile(
    r"(?:khong|chua|ko|k|kg) ?(?:ro|nho|biet|co|xac dinh).*|[-?/. _x0]+|n/?a|null|none"
)
#: The years among which a year of signs is sought: two turns of sixty.
_YEARS_OF_SIGNS = range(1920, 2040)


@unique
class DateSpelling(Enum):
    """How a date was written."""

    DAY_FIRST = "day_first"
    YEAR_FIRST = "year_first"
    DIGITS_ONLY = "digits_only"
    IN_WORDS = "in_words"


@dataclass(frozen=True, slots=True)
class DateEntry:
    """A text and what it says.

    Attributes:
        text: as it was given; shown and printed again like this.
        value: the date, or ``None`` for an empty text and for one with a problem.
        spelling: how the value was written.
        problem: what is wrong; ``None`` for a date and for an empty text.
        offers: dates that may be meant; somebody has to choose.
        parameters: what the sentence of the problem needs besides the label.
    """

    text: str = field(repr=False)
    value: PartialDate | None = field(default=None, repr=False)
    spelling: DateSpelling | None = None
    problem: Code | None = None
    offers: tuple[PartialDate, ...] = field(default=(), repr=False)
    parameters: dict[str, str] = field(default_factory=dict, hash=False, repr=False)

    def finding(self, *, path: str, place: str, label: str) -> Finding | None:
        """The problem as a remark about the question at ``path``."""
        if self.problem is None:
            return None
        return Finding(self.problem, path, place, {"label": label, **self.parameters})


def parse_entry(text: str, *, on: date | None = None) -> DateEntry:
    """Reads any text; never raises. With ``on``, no later date is offered."""
    plain = _MIDNIGHT.sub("", text.translate(FULL_WIDTH).strip())
    if not plain:
        return DateEntry(text)
    if len(plain) > _LONGEST_READ:
        shown = _shown(clean(plain[:_LONGEST_READ]))
        return DateEntry(text, problem=Code.DATE_011, parameters={"value": shown})
    value = parse_typed(plain)
    if value is not None:
        return DateEntry(text, value, _spelling(plain))
    key = match_key(plain)
    figures = _in_figures(key)
    value = None if figures is None else parse_typed(figures)
    if value is not None:
        return DateEntry(text, value, DateSpelling.IN_WORDS)
    return next(_problems(text, figures or plain, key, on))


def _spelling(plain: str) -> DateSpelling:
    if _DIGITS.fullmatch(plain):
        return DateSpelling.DIGITS_ONLY
    if _YEAR_FIRST.fullmatch(plain):
        return DateSpelling.YEAR_FIRST
    return DateSpelling.DAY_FIRST


def _in_figures(key: str) -> str | None:
    """What stands behind or between the words for day, month and year, as ``d/m/yyyy``."""
    match = _IN_WORDS.fullmatch(key)
    if match is not None:
        day, month, year = match.groups()
        # A day without its month stays one: 12/1950 would be December.
        return "/".join(filter(None, (day, month or (day and "00"), year)))
    match = _BEHIND_A_WORD.fullmatch(key)
    return None if match is None else match[1]


def _problems(text: str, plain: str, key: str, on: date | None) -> Iterator[DateEntry]:
    """What can be wrong, the most telling first; the last one always fits."""
    shown = _shown(clean(text))
    if _LUNAR.search(key):
        yield DateEntry(text, problem=Code.DATE_006, parameters={"value": shown})
    yield from _years_of_signs(text, key, shown, on)
    if _NOT_KNOWN.fullmatch(key):
        yield DateEntry(text, problem=Code.DATE_010, parameters={"value": shown})
    yield from _impossible(text, plain, shown)
    yield from _short_years(text, plain, shown, on)
    yield from _serials(text, plain, shown, on)
    yield DateEntry(text, problem=Code.DATE_011, parameters={"value": shown})


def _shown(plain: str) -> str:
    return plain if len(plain) <= _LONGEST_SHOWN else plain[: _LONGEST_SHOWN - 1] + "…"


def _years_of_signs(text: str, key: str, shown: str, on: date | None) -> Iterator[DateEntry]:
    match = _YEAR_OF_SIGNS.search(key)
    if match is not None:
        years = [PartialDate(year) for year in _YEARS_OF_SIGNS if _has_signs(year, *match.groups())]
        offers = _until(on, years)
        if offers:
            yield _offering(text, Code.DATE_007, offers, {"value": shown})
    if match is not None or _SIGN.search(key):
        yield DateEntry(text, problem=Code.DATE_008, parameters={"value": shown})


def _has_signs(year: int, stem: str, branch: str) -> bool:
    """Stems come back after ten years, branches after twelve; 1924 was the first of both."""
    return _STEMS[(year - 4) % 10] == stem and branch in _BRANCHES[(year - 4) % 12].split("|")


def _impossible(text: str, plain: str, shown: str) -> Iterator[DateEntry]:
    """A text in the shape of a date whose parts the calendar does not have."""
    match = _SEPARATED.fullmatch(plain)
    offers: tuple[PartialDate, ...] = ()
    if match is not None:
        day, month, year = match.groups()
    elif (match := re.fullmatch(r"([0-9]{2})?([0-9]{2})([0-9]{4})", plain)) is not None:
        day, month, year = match.groups()
        turned = parse_typed(f"{plain[:4]}-{plain[4:6]}-{plain[6:]}") if day else None
        offers = () if turned is None else (turned,)
        if int(year) < FIRST_TYPED_YEAR and day is None:
            return
    elif (match := _YEAR_FIRST.fullmatch(plain)) is not None:
        year, month, day = match.groups()
    else:
        return
    if int(year) < FIRST_TYPED_YEAR:
        words = {"value": shown, "year": year, "first": str(FIRST_TYPED_YEAR)}
        yield DateEntry(text, problem=Code.DATE_005, offers=offers, parameters=words)
        return
    yield from _impossible_parts(text, shown, _number(day), _number(month), int(year))


def _impossible_parts(
    text: str, shown: str, day: int, month: int, year: int
) -> Iterator[DateEntry]:
    """``0`` stands for a part that is not there or not known."""
    parts = {"value": shown, "day": str(day), "month": str(month), "year": f"{year:04d}"}
    if month > 12:
        swapped = parse_stored(f"{year:04d}-{day:02d}-{month:02d}")
        offers = () if swapped is None else (swapped,)
        yield DateEntry(text, problem=Code.DATE_002, offers=offers, parameters=parts)
    elif day and not month:
        yield DateEntry(text, problem=Code.DATE_004, parameters=parts)
    elif month and day > monthrange(year, month)[1]:
        last = {"last": str(monthrange(year, month)[1])}
        yield DateEntry(text, problem=Code.DATE_003, parameters=parts | last)


def _short_years(text: str, plain: str, shown: str, on: date | None) -> Iterator[DateEntry]:
    match = _SHORT_YEAR.fullmatch(plain) or _SHORT_DIGITS.fullmatch(plain)
    if match is None:
        return
    day, month, year = match.groups()
    spellings = ["/".join(filter(None, (day, month, century + year))) for century in ("19", "20")]
    offers = _until(on, [value for one in spellings if (value := parse_typed(one)) is not None])
    if offers:
        yield _offering(text, Code.DATE_001, offers, {"value": shown})


def _serials(text: str, plain: str, shown: str, on: date | None) -> Iterator[DateEntry]:
    match = _SERIAL.fullmatch(plain)
    if match is None:
        return
    day = _SERIAL_ORIGIN + timedelta(days=int(match[1]))
    offers = _until(on, [PartialDate(day.year, day.month, day.day)])
    if offers:
        yield _offering(text, Code.DATE_009, offers, {"value": shown})


def _offering(
    text: str, problem: Code, offers: tuple[PartialDate, ...], parameters: dict[str, str]
) -> DateEntry:
    suggestion = ", ".join(offer.displayed for offer in offers)
    return DateEntry(
        text, problem=problem, offers=offers, parameters={**parameters, "suggestion": suggestion}
    )


def _until(on: date | None, dates: list[PartialDate]) -> tuple[PartialDate, ...]:
    return tuple(one for one in dates if on is None or one.earliest() <= on)


def _number(part: str | None) -> int:
    """A day or month as typed; 0 for none and for a sign."""
    return int(part) if part is not None and part.isascii() and part.isdigit() else 0
