"""Reading given answers by the type of their question.

An answer that cannot be read stays as it was given, so that the officer sees it and can put it
right; expressions see an empty answer in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from forms.definition import Answer, DatePrecision, QuestionType
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
        parsed = read_date(answer) if isinstance(answer, str) else None
        if parsed is None:
            return answer, Code.FORM_007
        return answer, None if parsed.is_at_least(precision) else Code.FORM_008

    return read


def read_codes(answer: Answer) -> Reading:
    """Several choice codes with one space between, each once."""
    text, code = read_text(answer)
    return " ".join(dict.fromkeys(str(text).split())), code


READERS: Mapping[QuestionType, Reader] = {
    QuestionType.INTEGER: read_integer,
    QuestionType.DECIMAL: read_decimal,
    QuestionType.SELECT_MULTIPLE: read_codes,
}


def reader_of(question_type: QuestionType, precision: DatePrecision) -> Reader:
    """How answers to such a question are read."""
    if question_type is QuestionType.DATE:
        return date_reader(precision)
    return READERS.get(question_type, read_text)
