"""Days, times and moments.

``today()`` and ``now()`` are those of the filling, handed to the engine; there is no clock here.
A partial date counts as its earliest day. The names of months and days are Vietnamese, whatever
the computer is set to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from forms.expressions.library.function import Arguments, Build, Function, Subject
from forms.expressions.moments import (
    ZONE,
    fraction_of_time,
    moment_of_days,
    read_moment,
    spelled,
)
from forms.expressions.syntax import ExpressionError
from forms.expressions.terms import NOW, TODAY, Sort, State, Term, number, text
from forms.expressions.values import date_of_days, number_of_text, read_date
from forms.mistakes import Mistake

_NUMBERS = (Sort.NUMBER, Sort.MEASURE)
_WEEKDAYS = ("Th 2", "Th 3", "Th 4", "Th 5", "Th 6", "Th 7", "CN")

_Part: TypeAlias = str | Callable[[datetime], str]

_DATE_PARTS: dict[str, Callable[[datetime], str]] = {
    "%Y": lambda at: f"{at.year:04d}",
    "%y": lambda at: f"{at.year % 100:02d}",
    "%m": lambda at: f"{at.month:02d}",
    "%n": lambda at: str(at.month),
    "%b": lambda at: f"thg {at.month}",
    "%d": lambda at: f"{at.day:02d}",
    "%e": lambda at: str(at.day),
    "%a": lambda at: _WEEKDAYS[at.weekday()],
}
_TIME_PARTS: dict[str, Callable[[datetime], str]] = {
    "%H": lambda at: f"{at.hour:02d}",
    "%h": lambda at: str(at.hour),
    "%M": lambda at: f"{at.minute:02d}",
    "%S": lambda at: f"{at.second:02d}",
    "%3": lambda at: f"{at.microsecond // 1000:03d}",
}
#: Function -> the escapes it knows.
_PARTS = {"format-date": _DATE_PARTS, "format-date-time": {**_DATE_PARTS, **_TIME_PARTS}}


def _today(_arguments: Arguments) -> Term:
    return Term(Sort.DATE, lambda state: state[TODAY])


def _now(_arguments: Arguments) -> Term:
    return Term(Sort.DATE_TIME, lambda state: state[NOW])


def _date(arguments: Arguments) -> Term:
    """``date(text)`` and ``date(number)``; "" when it is no date."""
    term = arguments[0]
    if term.sort is Sort.DATE:
        return term
    if term.sort in _NUMBERS:
        count = number(term)
        return Term(Sort.DATE, lambda state: date_of_days(count(state)))
    read = text(term)
    return Term(Sort.DATE, lambda state: _date_of_text(read(state)))


def _date_of_text(value: str) -> str:
    return value if read_date(value) is not None else date_of_days(number_of_text(value))


def _date_time(arguments: Arguments) -> Term:
    """``date-time(text)`` and ``date-time(number)``; "" when it is no moment."""
    term = arguments[0]
    if term.sort in _NUMBERS:
        count = number(term)
        return Term(Sort.DATE_TIME, lambda state: moment_of_days(count(state)))
    read = text(term)
    return Term(Sort.DATE_TIME, lambda state: _moment_of_text(read(state)))


def _moment_of_text(value: str) -> str:
    moment = _any_moment(value)
    return "" if moment is None else spelled(moment)


@lru_cache(maxsize=65_536)  # the same days come back in every record
def _any_moment(value: str) -> datetime | None:
    """A moment, the start of a (partial) date's earliest day, or so many days after 1970."""
    moment = read_moment(value)
    if moment is not None:
        return moment
    parsed = read_date(value)
    if parsed is not None:
        day = parsed.earliest()
        return datetime(day.year, day.month, day.day, tzinfo=ZONE)
    return read_moment(moment_of_days(number_of_text(value)))


def _decimal_date_time(arguments: Arguments) -> Term:
    """Days since 1970-01-01, with their fraction."""
    term = arguments[0]
    if term.sort in (Sort.DATE, Sort.DATE_TIME, *_NUMBERS):
        return Term(Sort.NUMBER, number(term))
    read = text(term)
    return Term(Sort.NUMBER, lambda state: _days_of_text(read(state)))


def _days_of_text(value: str) -> float:
    """Also of a partial date, which ``number()`` would take for a number (``1945``)."""
    parsed = read_date(value)
    return number_of_text(value if parsed is None else parsed.earliest().isoformat())


def _decimal_time(arguments: Arguments) -> Term:
    read = text(arguments[0])
    return Term(Sort.NUMBER, lambda state: fraction_of_time(read(state)))


def _formatting(name: str) -> Build:
    def build(arguments: Arguments) -> Term:
        term = arguments[0]
        read = text(_date_time(arguments[:1]) if term.sort in _NUMBERS else term)
        pattern = text(arguments[1])
        if arguments[1].constant:
            parts = _format_parts(pattern([]), name)
            # The same days come back in every record.
            formatted = lru_cache(maxsize=4096)(lambda value: _formatted(value, parts))
            return Term(Sort.TEXT, lambda state: formatted(read(state)))

        def run(state: State) -> str:
            return _formatted(read(state), _changing_parts(pattern(state), name))

        return Term(Sort.TEXT, run)

    return build


def _formatted(value: str, parts: tuple[_Part, ...]) -> str:
    moment = _any_moment(value)
    if moment is None:
        return ""
    return "".join([part if isinstance(part, str) else part(moment) for part in parts])


def _format_parts(pattern: str, name: str) -> tuple[_Part, ...]:
    known = _PARTS[name]
    parts: list[_Part] = []
    position = 0
    while position < len(pattern):
        if pattern[position] != "%":
            parts.append(pattern[position])
            position += 1
            continue
        escape = pattern[position : position + 2]
        if escape not in known:
            detail = f"{escape} không có trong: {' '.join(known)}"
            raise ExpressionError(Mistake.DEF_024, name=pattern, detail=detail)
        parts.append(known[escape])
        position += 2
    return tuple(parts)


@lru_cache(maxsize=64)
def _changing_parts(pattern: str, name: str) -> tuple[_Part, ...]:
    """A pattern worked out from answers; one that is none prints nothing."""
    try:
        return _format_parts(pattern, name)
    except ExpressionError:
        return ()


def _row(
    name: str,
    signature: str,
    purpose_vi: str,
    arguments: int,
    build: Build,
    pure: bool = True,
) -> Function:
    arity = (arguments, arguments)
    return Function(name, signature, purpose_vi, Subject.DATES, *arity, build, pure=pure)


ROWS: tuple[Function, ...] = (
    _row("today", "today()", "Ngày điền phiếu.", 0, _today, pure=False),
    _row("now", "now()", "Thời điểm điền phiếu, kèm múi giờ.", 0, _now, pure=False),
    _row("date", "date(arg)", "Đổi chữ hoặc số ngày thành ngày.", 1, _date),
    _row("date-time", "date-time(arg)", "Đổi chữ hoặc số ngày thành thời điểm.", 1, _date_time),
    _row(
        "format-date",
        "format-date(date, format)",
        "Ngày theo mẫu: %Y %y %m %n %b %d %e %a.",
        2,
        _formatting("format-date"),
    ),
    _row(
        "format-date-time",
        "format-date-time(dateTime, format)",
        "Thời điểm theo mẫu: như format-date, thêm %H %h %M %S %3.",
        2,
        _formatting("format-date-time"),
    ),
    _row(
        "decimal-date-time",
        "decimal-date-time(dateTime)",
        "Số ngày kể từ 1970-01-01, kèm phần lẻ của ngày.",
        1,
        _decimal_date_time,
    ),
    _row(
        "decimal-time",
        "decimal-time(time)",
        "Giờ thành phần của ngày: 12:00 là 0.5.",
        1,
        _decimal_time,
    ),
)
