"""Telephone numbers: mobile and landline, in the writings people use.

*Stored* is the national form with its leading 0: ten digits for a mobile, eleven for a landline
(``02…``). ``+84``, ``84`` and ``0084`` are the same number and are stored so. What changes the
number itself is only proposed: the prefixes of 2018 (``01689…`` is ``0389…`` now) and a lost
leading 0. Since numbers move between operators, no operator is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from forms.catalogues import catalogue
from forms.findings import Code
from forms.identifiers.reading import (
    Fact,
    FactKey,
    Fix,
    FixReason,
    Kind,
    Reading,
    Remark,
    in_order,
    reading,
)
from forms.identifiers.signs import as_digits, clean_number, respelling
from forms.vietnamese import clean

_DIGITS = re.compile(r"[0-9]+")
_INTERNATIONAL = re.compile(r"(?:\+|00)840?([0-9]{8,10})")
_COUNTRY_CODE_ONLY = re.compile(r"84([0-9]{9,10})")
_BETWEEN_NUMBERS = re.compile(r"[/;,|\n]")
_LEADING = re.compile(r"\s*\+?[0-9][0-9 .()-]{8,20}")
_BRACKETS = str.maketrans("", "", "()")
_MOBILE_SHAPE = re.compile(r"0[35789][0-9]{8}")
_LANDLINE_SHAPE = re.compile(r"02[0-9]{9}")
_MOBILE_LENGTH, _OLD_MOBILE_LENGTH = 10, 11
#: A text between two slashes shorter than this is an extension, not a number of its own.
_LEAST_DIGITS = 9
_MOST_NUMBERS = 5


@dataclass(frozen=True, slots=True)
class _Line:
    """A number that can be called: its kind, and the area of a landline."""

    kind: Kind
    area: str = ""
    as_of: date | None = None


def read(text: str) -> Reading:
    """Reads one telephone number; ``Kind.LANDLINE`` for landlines, else ``Kind.MOBILE``."""
    number, reasons = _national(text)
    line = _line(number)
    if line is not None:
        fix = Fix(number, in_order([*reasons, *_respelt(text, number, reasons)]))
        area = Fact(FactKey.LANDLINE_AREA, line.area, line.as_of)
        return reading(line.kind, text, number, fixes=[fix], facts=[area], is_proved=True)
    several = _several(text)
    if several:
        words = {"number": number, "suggestions": ", ".join(several)}
        fixes = [Fix(one, (FixReason.ONE_OF_SEVERAL,)) for one in several]
        return reading(Kind.MOBILE, text, number, remarks=[(Code.NUM_044, words)], fixes=fixes)
    return _read_doubtful(text, number, reasons)


def _read_doubtful(text: str, number: str, reasons: frozenset[FixReason]) -> Reading:
    remark, fixes = _slip(text, number, reasons)
    kind = Kind.LANDLINE if number.startswith("02") else Kind.MOBILE
    if fixes:
        line = _line(fixes[0].value)
        kind = kind if line is None else line.kind
    return reading(kind, text, number, remarks=[remark], fixes=fixes or respelling(text, number))


def _slip(text: str, number: str, reasons: frozenset[FixReason]) -> tuple[Remark, list[Fix]]:
    """Why this is no number that can be called, and what it was perhaps meant to be."""
    if not number:
        return (Code.NUM_001, {}), []
    digits = as_digits(number)
    if digits is not None and digits.reasons:
        return _misread(number, digits.value, {*reasons, *digits.reasons})
    renewed = _renewed(number)
    if renewed is not None:
        words = {"number": number, "suggestion": renewed}
        return (Code.NUM_041, words), [Fix(renewed, (FixReason.OLD_PREFIX,))]
    with_zero = f"0{number}"
    if not number.startswith("0"):
        whole = _renewed(with_zero) or with_zero
        if _line(whole) is not None:
            more = [FixReason.OLD_PREFIX] if whole != with_zero else []
            words = {"number": number, "suggestion": whole}
            return (Code.NUM_042, words), [Fix(whole, in_order([FixReason.LOST_ZERO, *more]))]
    if _MOBILE_SHAPE.fullmatch(number):
        return (Code.NUM_043, {"number": number, "prefix": number[:3]}), []
    if _LANDLINE_SHAPE.fullmatch(number):
        return (Code.NUM_043, {"number": number, "prefix": number[:4]}), []
    return (Code.NUM_040, {"number": number}), _leading_number(text)


def _leading_number(text: str) -> list[Fix]:
    """The number before an extension or a remark (``0251 3822222 máy lẻ 12``)."""
    match = _LEADING.match(text)
    if match is None or match[0] == text:
        return []
    number, _ = _national(match[0])
    return [] if _line(number) is None else [Fix(number, (FixReason.PART_OF_TEXT,))]


def _misread(number: str, digits: str, reasons: set[FixReason]) -> tuple[Remark, list[Fix]]:
    """A number with signs that are no digits: proposed when the digits can be called."""
    national, more = _national(digits)
    whole = _renewed(national) or national
    if _line(whole) is None and _line(f"0{whole}") is not None:
        whole, more = f"0{whole}", more | {FixReason.LOST_ZERO}
    if _line(whole) is None:
        return (Code.NUM_040, {"number": number}), []
    words = {"number": number, "suggestion": whole}
    return (Code.NUM_002, words), [Fix(whole, in_order([*reasons, *more]))]


def _national(text: str) -> tuple[str, frozenset[FixReason]]:
    """The number with its leading 0 in place of the country's code."""
    number = clean_number(clean(text)).translate(_BRACKETS)
    match = _INTERNATIONAL.fullmatch(number)
    if match is None:
        match = _COUNTRY_CODE_ONLY.fullmatch(number)
        if match is not None and _line(f"0{match[1]}") is None:
            match = None
    if match is None:
        return number, frozenset()
    return f"0{match[1]}", frozenset((FixReason.COUNTRY_CODE,))


def _respelt(text: str, number: str, reasons: frozenset[FixReason]) -> list[FixReason]:
    """Whether separators were taken out too."""
    stripped = text.strip()
    plain = stripped.translate(_BRACKETS)
    has_signs = clean_number(plain) != stripped
    return [FixReason.SEPARATORS] if has_signs or (number != text and not reasons) else []


def _line(number: str) -> _Line | None:
    """What answers when the number is called, by the tables; ``None`` for no known prefix."""
    if _DIGITS.fullmatch(number) is None:
        return None
    if len(number) == _MOBILE_LENGTH and number[:3] in catalogue("mobile_prefixes").rows:
        return _Line(Kind.MOBILE)
    areas = catalogue("landline_area_codes")
    for length in (3, 4):
        row = areas.rows.get(number[:length])
        if row is not None and len(number) == length + int(row["subscriber_digits"]):
            return _Line(Kind.LANDLINE, row["name_vi"], areas.issue.issued_on)
    return None


def _renewed(number: str) -> str | None:
    """The ten digits that took the place of eleven in 2018."""
    row = catalogue("mobile_prefix_changes").rows.get(number[:4])
    if row is None or len(number) != _OLD_MOBILE_LENGTH or _DIGITS.fullmatch(number) is None:
        return None
    return row["new_prefix"] + number[4:]


def _several(text: str) -> list[str]:
    """The numbers of a box that holds more than one."""
    parts = _BETWEEN_NUMBERS.split(text)
    numbers = [_national(part)[0] for part in parts[: _MOST_NUMBERS + 1]]
    whole = [number for number in numbers if len(number) >= _LEAST_DIGITS]
    if not 2 <= len(whole) <= _MOST_NUMBERS:
        return []
    return [number for number in whole if _DIGITS.fullmatch(number)]
