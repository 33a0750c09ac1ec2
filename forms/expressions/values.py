"""Conversions between the values of expressions, as XPath 1.0 §4 and the ODK XForms specification.

Inside an expression a value is text (``str``), a number (``float``, as XPath has no other), a truth
value (``bool``), a number that may be missing (``int``/``float``/``None``, the answer of a number
question), a date (``str`` in the stored spelling, possibly partial), a time or a moment (``str``,
``forms.expressions.moments``). An empty answer is ``""``. A node-set is a list of such values.

A partial date stands for its earliest day wherever one day is needed (comparison, arithmetic,
``format-date``); the stored text itself is never completed.
"""

from __future__ import annotations

import math
import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from forms.dates import PartialDate, parse_stored
from forms.expressions.moments import EPOCH, days_of_moment, fraction_of_time

Value: TypeAlias = str | int | float | bool | None

NAN = math.nan

_NUMBER = re.compile(r"\s*-?(?:[0-9]{1,300}(?:\.[0-9]{0,300})?|\.[0-9]{1,300})\s*")


@lru_cache(maxsize=65_536)
def read_date(text: str) -> PartialDate | None:
    """A stored date, remembered because the same days come back in every record."""
    return parse_stored(text)


@lru_cache(maxsize=65_536)
def days(text: str) -> float:
    """Days since 1970-01-01 of the earliest day a stored date can mean; NaN when it is none."""
    parsed = parse_stored(text)
    return NAN if parsed is None else float(parsed.earliest().toordinal() - EPOCH)


def date_of_days(number: float) -> str:
    """The day so many days after 1970-01-01, or "" outside the calendar."""
    if math.isnan(number) or not -800_000 < number < 4_000_000:
        return ""
    ordinal = math.floor(number) + EPOCH
    if not 1 <= ordinal <= date.max.toordinal():
        return ""
    return date.fromordinal(ordinal).isoformat()


def number_of_text(text: str) -> float:
    """A number written in ASCII digits; a date or a moment gives its days, a time its part of the
    day; everything else NaN. A year alone is a number here.
    """
    if _NUMBER.fullmatch(text):
        return float(text)
    if text[4:5] == "-" and len(text) <= 10:
        return days(text)
    if text[2:3] == ":":
        return fraction_of_time(text)
    return days_of_moment(text) if text[10:11] == "T" else NAN


def text_of_number(number: float) -> str:
    """Whole numbers without a point, never an exponent (XPath 1.0 §4.2)."""
    if isinstance(number, int):
        return str(number)
    if number != number:  # NaN is the only number unlike itself
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number.is_integer():
        return str(int(number))
    return format(Decimal(repr(number)), "f")


def to_text(value: Value) -> str:
    """Any value as text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return text_of_number(value)


def to_number(value: Value) -> float:
    """Any value as a number."""
    if isinstance(value, str):
        return number_of_text(value)
    return NAN if value is None else float(value)


def to_boolean(value: Value) -> bool:
    """Any value as a truth value: empty text, no answer, zero and NaN are false."""
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def equal(left: Value, right: Value) -> bool:
    """The ``=`` of XPath 1.0 §3.4 when the kinds are known only now."""
    if isinstance(left, bool) or isinstance(right, bool):
        return to_boolean(left) == to_boolean(right)
    if isinstance(left, str) or isinstance(right, str) or left is None or right is None:
        if isinstance(left, float) or isinstance(right, float):
            return to_number(left) == to_number(right)
        return to_text(left) == to_text(right)
    return left == right


def stored_number(number: float) -> int | float | None:
    """What a calculation keeps: a whole number where it is one, nothing for NaN and infinity."""
    if math.isnan(number) or math.isinf(number):
        return None
    return int(number) if number.is_integer() else number
