"""Reading given answers by the type of their question.

An answer that cannot be read stays as it was given, so that the officer sees it and can put it
right; expressions see an empty answer in its place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from forms.definition import Answer, DatePrecision, Question, QuestionType, Range
from forms.expressions.moments import fraction_of_time, read_moment, spelled
from forms.expressions.values import read_date, text_of_number
from forms.findings import Code

#: A readable answer and ``None``, or the answer as given and why it cannot be read.
Reading: TypeAlias = tuple[Answer, Code | None]
Reader: TypeAlias = Callable[[Answer], Reading]

#: Digits of a whole number, and characters of a text, beyond which an answer is refused.
LONGEST_NUMBER = 15
LONGEST_TEXT = 4_000

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
_LARGEST = 10**LONGEST_NUMBER

#: What an ``acknowledge`` question holds when it is ticked.
TICK = "OK"

#: Longer texts are no date, time or place; they are not looked at, nor remembered.
LONGEST_DATE, LONGEST_MOMENT, LONGEST_PLACE = 10, 40, 200

#: How far a number may lie beside a step of its scale: decimals have no exact sums.
NEAR = 1e-6

_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
_DEGREES = r"(-?[0-9]{1,3}(?:\.[0-9]{1,15})?)"
_METRES = r"(-?[0-9]{1,6}(?:\.[0-9]{1,15})?)"
_PLACE = re.compile(rf"{_DEGREES}(?:\s+|\s*[,;]\s*){_DEGREES}(?:\s+{_METRES}(?:\s+{_METRES})?)?")
_ATTACHMENT = re.compile(r"[^\x00-\x1f/\\#]{1,200}#sha256=[0-9a-f]{64}")


def is_empty(answer: Answer) -> bool:
    """No answer at all, or only spaces."""
    return answer is None or (isinstance(answer, str) and not answer.strip())


def read_text(answer: Answer) -> Reading:
    """A text; a number is taken as it is written."""
    text = answer if isinstance(answer, str) else text_of_number(answer or 0)
    return text, Code.FORM_011 if len(text) > LONGEST_TEXT else None


def read_integer(answer: Answer) -> Reading:
    """A whole number of at most 15 digits, also given as text."""
    if isinstance(answer, str):
        text = answer.strip()
        return (int(text), None) if _WHOLE.fullmatch(text) else (answer, Code.FORM_005)
    if isinstance(answer, float) and answer.is_integer():
        answer = int(answer)
    if type(answer) is int and abs(answer) < _LARGEST:
        return answer, None
    return answer, Code.FORM_005


def read_decimal(answer: Answer) -> Reading:
    """A number; in text the decimal sign may be a comma, as Vietnamese papers write it."""
    if isinstance(answer, str):
        text = answer.strip()
        if _DECIMAL.fullmatch(text):
            return float(text.replace(",", ".")), None
        return answer, Code.FORM_006
    if type(answer) in (int, float) and abs(answer or 0) < _LARGEST:
        return answer, None
    return answer, Code.FORM_006


def date_reader(precision: DatePrecision) -> Reader:
    """A reader of dates in the stored spelling that tell at least ``precision``."""

    def read(answer: Answer) -> Reading:
        is_short = isinstance(answer, str) and len(answer) <= LONGEST_DATE
        parsed = read_date(str(answer)) if is_short else None
        if parsed is None:
            return answer, Code.FORM_007
        return answer, None if parsed.is_at_least(precision) else Code.FORM_008

    return read


def read_calculated(answer: Answer) -> Reading:
    """What a calculation gave when it was saved: a text, or a number as it is."""
    return read_text(answer) if isinstance(answer, str) else read_decimal(answer)


def read_codes(answer: Answer) -> Reading:
    """Several choice codes with one space between, each once."""
    text, code = read_text(answer)
    return " ".join(dict.fromkeys(str(text).split())), code


def read_order(answer: Answer) -> Reading:
    """Choice codes in an order, with one space between; a code given twice stays."""
    text, code = read_text(answer)
    return " ".join(str(text).split()), code


def read_time(answer: Answer) -> Reading:
    """``07:30`` or ``07:30:15``; the spelling of XForms, with fraction and zone, is taken too."""
    text = answer.strip() if isinstance(answer, str) else ""
    match = _TIME.match(text) if len(text) <= LONGEST_MOMENT else None
    if match is None or math.isnan(fraction_of_time(text)):
        return answer, Code.FORM_013
    return match[0], None


def read_date_time(answer: Answer) -> Reading:
    """A moment; without a zone it is one in Viet Nam."""
    text = answer.strip() if isinstance(answer, str) else ""
    moment = read_moment(text) if len(text) <= LONGEST_MOMENT else None
    return (answer, Code.FORM_014) if moment is None else (spelled(moment), None)


def read_tick(answer: Answer) -> Reading:
    """``OK``: it was read and agreed to."""
    return answer, None if answer == TICK else Code.FORM_019


def read_place(answer: Answer) -> Reading:
    """Latitude and longitude in degrees, then altitude and accuracy in metres, or not."""
    is_short = isinstance(answer, str) and len(answer) <= LONGEST_PLACE
    match = _PLACE.fullmatch(str(answer).strip()) if is_short else None
    if match is None:
        return answer, Code.FORM_017
    latitude, longitude, _, accuracy = (float(part or 0) for part in match.groups())
    if abs(latitude) > 90 or abs(longitude) > 180 or accuracy < 0:
        return answer, Code.FORM_017
    return " ".join(part for part in match.groups() if part is not None), None


def read_attachment(answer: Answer) -> Reading:
    """``<name>#sha256=<64 hexadecimal digits>``."""
    is_right = isinstance(answer, str) and _ATTACHMENT.fullmatch(answer) is not None
    return answer, None if is_right else Code.FORM_018


def range_reader(scale: Range) -> Reader:
    """A reader of numbers that stand on a scale."""
    is_whole = float(scale.start).is_integer() and float(scale.step).is_integer()
    low, high = sorted((scale.start, scale.end))

    def read(answer: Answer) -> Reading:
        value, trouble = read_decimal(answer)
        if trouble is not None or not isinstance(value, int | float):
            return answer, Code.FORM_015
        steps = (value - scale.start) / scale.step if scale.step else 0.0
        if not low <= value <= high or abs(steps - round(steps)) > NEAR:
            return answer, Code.FORM_015
        return (int(value) if is_whole else value), None

    return read


READERS: Mapping[QuestionType, Reader] = {
    QuestionType.INTEGER: read_integer,
    QuestionType.DECIMAL: read_decimal,
    QuestionType.SELECT_MULTIPLE: read_codes,
    QuestionType.RANK: read_order,
    QuestionType.TIME: read_time,
    QuestionType.DATE_TIME: read_date_time,
    QuestionType.START: read_date_time,
    QuestionType.END: read_date_time,
    QuestionType.TODAY: date_reader(DatePrecision.DAY),
    QuestionType.ACKNOWLEDGE: read_tick,
    QuestionType.GEOPOINT: read_place,
    QuestionType.IMAGE: read_attachment,
    QuestionType.FILE: read_attachment,
}


def reader_of(question: Question) -> Reader:
    """How answers to such a question are read."""
    if question.type is QuestionType.DATE:
        return date_reader(question.precision)
    if question.type is QuestionType.RANGE:
        return range_reader(question.scale or Range())
    return READERS.get(question.type, read_text)
