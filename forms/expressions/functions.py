"""The functions an expression may call.

Behaviour follows XPath 1.0 §4 and the ODK XForms specification. Supported:

* choice and truth: ``if coalesce once not true false boolean boolean-from-string``
* text: ``string concat join substr substring substring-before substring-after contains
  starts-with ends-with string-length normalize-space translate regex``
* numbers: ``number int round floor ceiling abs min max``
* choices: ``selected selected-at count-selected``
* dates: ``today date format-date decimal-date-time``

Every other name is refused when the form is loaded. ``today()`` is the day of filling handed to
the engine; there is no clock here, hence no ``now()``. ``format-date`` knows ``%Y %y %m %n %d %e``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from forms.expressions.patterns import compile_pattern
from forms.expressions.syntax import ExpressionError
from forms.expressions.terms import (
    TODAY,
    Run,
    Sort,
    State,
    Term,
    TextRun,
    boolean,
    constant,
    number,
    text,
)
from forms.expressions.values import NAN, date_of_days, days, number_of_text, read_date
from forms.mistakes import Mistake

Arguments: TypeAlias = Sequence[Term]
Build: TypeAlias = Callable[[Arguments], Term]

_MANY = 1000


@dataclass(frozen=True, slots=True)
class Function:
    """A function's arity and how a call of it is compiled. ``pure``: same arguments, same value."""

    fewest: int
    most: int
    build: Build
    pure: bool = True


def _if(arguments: Arguments) -> Term:
    test = boolean(arguments[0])
    yes, no = arguments[1].run, arguments[2].run
    return Term(_common(arguments[1:]), lambda state: yes(state) if test(state) else no(state))


def _common(terms: Arguments) -> Sort:
    sorts = {term.sort for term in terms}
    return sorts.pop() if len(sorts) == 1 else Sort.ANY


def _coalesce(arguments: Arguments) -> Term:
    options = [(text(term), term.run) for term in arguments]

    def run(state: State) -> object:
        for as_text, as_is in options[:-1]:
            if as_text(state) != "":
                return as_is(state)
        return options[-1][1](state)

    return Term(_common(arguments), run)


def _not(arguments: Arguments) -> Term:
    test = boolean(arguments[0])
    return Term(Sort.BOOLEAN, lambda state: not test(state))


def _boolean(arguments: Arguments) -> Term:
    return Term(Sort.BOOLEAN, boolean(arguments[0]))


def _boolean_from_string(arguments: Arguments) -> Term:
    read = text(arguments[0])
    return Term(Sort.BOOLEAN, lambda state: read(state) in ("true", "1"))


def _string(arguments: Arguments) -> Term:
    return Term(Sort.TEXT, text(arguments[0]))


def _concat(arguments: Arguments) -> Term:
    parts = [text(term) for term in arguments]
    return Term(Sort.TEXT, lambda state: "".join([part(state) for part in parts]))


def _join(arguments: Arguments) -> Term:
    separator, *parts = [text(term) for term in arguments]
    return Term(Sort.TEXT, lambda state: separator(state).join([part(state) for part in parts]))


def _index(value: float, length: int, otherwise: int) -> int:
    """A number as a position from 0 to ``length``; NaN gives ``otherwise``."""
    if math.isnan(value):
        return otherwise
    return int(min(max(value, 0), length))


def _substr(arguments: Arguments) -> Term:
    """``substr(text, start, end)``: from 0, the end not included, negative from the right."""
    read, start = text(arguments[0]), number(arguments[1])
    end = number(arguments[2]) if len(arguments) == 3 else None

    def run(state: State) -> str:
        value = read(state)
        first = start(state)
        last = float(len(value)) if end is None else end(state)
        first = first + len(value) if first < 0 else first
        last = last + len(value) if last < 0 else last
        return value[_index(first, len(value), 0) : _index(last, len(value), 0)]

    return Term(Sort.TEXT, run)


def _substring(arguments: Arguments) -> Term:
    """``substring(text, start, length)``: from 1, rounded (XPath 1.0 §4.2)."""
    read, start = text(arguments[0]), number(arguments[1])
    length = number(arguments[2]) if len(arguments) == 3 else None

    def run(state: State) -> str:
        value = read(state)
        first = _round_half_up(start(state))
        last = math.inf if length is None else first + _round_half_up(length(state))
        if math.isnan(first) or math.isnan(last):
            return ""
        return value[_index(first - 1, len(value), 0) : _index(last - 1, len(value), 0)]

    return Term(Sort.TEXT, run)


def _of_two_texts(sort: Sort, operation: Callable[[str, str], object]) -> Build:
    def build(arguments: Arguments) -> Term:
        left, right = text(arguments[0]), text(arguments[1])
        return Term(sort, lambda state: operation(left(state), right(state)))

    return build


def _translate(arguments: Arguments) -> Term:
    read, old, new = (text(term) for term in arguments)

    def run(state: State) -> str:
        targets = new(state)
        table: dict[int, str | None] = {}
        for position, letter in enumerate(old(state)):
            replacement = targets[position] if position < len(targets) else None
            table.setdefault(ord(letter), replacement)
        return read(state).translate(table)

    return Term(Sort.TEXT, run)


def _string_length(arguments: Arguments) -> Term:
    read = text(arguments[0])
    return Term(Sort.NUMBER, lambda state: float(len(read(state))))


def _normalize_space(arguments: Arguments) -> Term:
    read = text(arguments[0])
    return Term(Sort.TEXT, lambda state: " ".join(read(state).split()))


def _regex(arguments: Arguments) -> Term:
    """The whole text must match, as in ODK Collect; the pattern is checked when the form loads."""
    read = text(arguments[0])
    if not arguments[1].constant:
        raise ExpressionError(Mistake.DEF_025, name="regex(…, mẫu thay đổi)")
    matches = compile_pattern(text(arguments[1])([]))
    return Term(Sort.BOOLEAN, lambda state: matches(read(state)))


def _of_number(operation: Callable[[float], float]) -> Build:
    def build(arguments: Arguments) -> Term:
        read = number(arguments[0])

        def run(state: State) -> float:
            value = read(state)
            return operation(value) if math.isfinite(value) else value

        return Term(Sort.NUMBER, run)

    return build


def _round_half_up(value: float) -> float:
    """XPath rounds halves towards positive infinity."""
    return float(math.floor(value + 0.5)) if math.isfinite(value) else value


def _round(arguments: Arguments) -> Term:
    read = number(arguments[0])
    places = number(arguments[1]) if len(arguments) == 2 else None
    if places is None:
        return Term(Sort.NUMBER, lambda state: _round_half_up(read(state)))

    def run(state: State) -> float:
        wanted = places(state)
        scale = 10.0 ** int(min(max(wanted, -15), 15)) if math.isfinite(wanted) else NAN
        return _round_half_up(read(state) * scale) / scale

    return Term(Sort.NUMBER, run)


def _extreme(pick: Callable[[Sequence[float]], float]) -> Build:
    def build(arguments: Arguments) -> Term:
        reads = [number(term) for term in arguments]

        def run(state: State) -> float:
            values = [read(state) for read in reads]
            return NAN if any(map(math.isnan, values)) else pick(values)

        return Term(Sort.NUMBER, run)

    return build


def _number(arguments: Arguments) -> Term:
    return Term(Sort.NUMBER, number(arguments[0]))


def _has(codes: str, code: str) -> bool:
    return code != "" and (codes == code or code in codes.split())


def _selected_at(arguments: Arguments) -> Term:
    codes, position = text(arguments[0]), number(arguments[1])

    def run(state: State) -> str:
        chosen, at = codes(state).split(), position(state)
        return chosen[int(at)] if 0 <= at < len(chosen) else ""

    return Term(Sort.TEXT, run)


def _count_selected(arguments: Arguments) -> Term:
    read = text(arguments[0])
    return Term(Sort.NUMBER, lambda state: float(len(read(state).split())))


def _today(_arguments: Arguments) -> Term:
    return Term(Sort.DATE, lambda state: state[TODAY])


def _date(arguments: Arguments) -> Term:
    """``date(text)`` and ``date(number)``; "" when it is no date."""
    term = arguments[0]
    run: Run
    if term.sort in (Sort.NUMBER, Sort.MEASURE):
        count = number(term)
        run = lambda state: date_of_days(count(state))  # noqa: E731  # one of two shapes of run
    else:
        read = text(term)
        run = lambda state: _date_of_text(read(state))  # noqa: E731
    return Term(Sort.DATE, run)


def _date_of_text(value: str) -> str:
    return value if read_date(value) is not None else date_of_days(number_of_text(value))


_DATE_PARTS: dict[str, Callable[[date], str]] = {
    "%Y": lambda day: f"{day.year:04d}",
    "%y": lambda day: f"{day.year % 100:02d}",
    "%m": lambda day: f"{day.month:02d}",
    "%n": lambda day: str(day.month),
    "%d": lambda day: f"{day.day:02d}",
    "%e": lambda day: str(day.day),
}


def _format_date(arguments: Arguments) -> Term:
    read: TextRun = (
        text(_date(arguments[:1])) if arguments[0].sort is not Sort.DATE else text(arguments[0])
    )
    if not arguments[1].constant:
        raise ExpressionError(Mistake.DEF_025, name="format-date(…, mẫu thay đổi)")
    parts = _format_parts(text(arguments[1])([]))

    def run(state: State) -> str:
        parsed = read_date(read(state))
        if parsed is None:
            return ""
        day = parsed.earliest()
        return "".join([part if isinstance(part, str) else part(day) for part in parts])

    return Term(Sort.TEXT, run)


def _format_parts(pattern: str) -> list[str | Callable[[date], str]]:
    parts: list[str | Callable[[date], str]] = []
    position = 0
    while position < len(pattern):
        if pattern[position] != "%":
            parts.append(pattern[position])
            position += 1
            continue
        escape = pattern[position : position + 2]
        if escape not in _DATE_PARTS:
            raise ExpressionError(
                Mistake.DEF_024, name=pattern, detail=f"{escape} không có trong: %Y %y %m %n %d %e"
            )
        parts.append(_DATE_PARTS[escape])
        position += 2
    return parts


def _decimal_date_time(arguments: Arguments) -> Term:
    """Days since 1970-01-01; answers here have no time of day, so always whole."""
    term = arguments[0]
    if term.sort is Sort.DATE:
        return Term(Sort.NUMBER, number(term))
    read = text(term)
    return Term(Sort.NUMBER, lambda state: days(_date_of_text(read(state))))


def _always(value: bool) -> Build:
    return lambda _arguments: constant(Sort.BOOLEAN, value)


def _before(value: str, mark: str) -> str:
    return value.partition(mark)[0] if mark and mark in value else ""


def _after(value: str, mark: str) -> str:
    return value.partition(mark)[2] if mark else value


FUNCTIONS: dict[str, Function] = {
    "if": Function(3, 3, _if),
    "coalesce": Function(2, _MANY, _coalesce),
    "not": Function(1, 1, _not),
    "true": Function(0, 0, _always(True)),
    "false": Function(0, 0, _always(False)),
    "boolean": Function(1, 1, _boolean),
    "boolean-from-string": Function(1, 1, _boolean_from_string),
    "string": Function(1, 1, _string),
    "concat": Function(1, _MANY, _concat),
    "join": Function(2, _MANY, _join),
    "substr": Function(2, 3, _substr),
    "substring": Function(2, 3, _substring),
    "substring-before": Function(2, 2, _of_two_texts(Sort.TEXT, _before)),
    "substring-after": Function(2, 2, _of_two_texts(Sort.TEXT, _after)),
    "contains": Function(2, 2, _of_two_texts(Sort.BOOLEAN, lambda a, b: b in a)),
    "starts-with": Function(2, 2, _of_two_texts(Sort.BOOLEAN, str.startswith)),
    "ends-with": Function(2, 2, _of_two_texts(Sort.BOOLEAN, str.endswith)),
    "string-length": Function(1, 1, _string_length),
    "normalize-space": Function(1, 1, _normalize_space),
    "translate": Function(3, 3, _translate),
    "regex": Function(2, 2, _regex),
    "number": Function(1, 1, _number),
    "int": Function(1, 1, _of_number(lambda value: float(math.trunc(value)))),
    "round": Function(1, 2, _round),
    "floor": Function(1, 1, _of_number(lambda value: float(math.floor(value)))),
    "ceiling": Function(1, 1, _of_number(lambda value: float(math.ceil(value)))),
    "abs": Function(1, 1, _of_number(abs)),
    "min": Function(1, _MANY, _extreme(min)),
    "max": Function(1, _MANY, _extreme(max)),
    "selected": Function(2, 2, _of_two_texts(Sort.BOOLEAN, _has)),
    "selected-at": Function(2, 2, _selected_at),
    "count-selected": Function(1, 1, _count_selected),
    "today": Function(0, 0, _today, pure=False),
    "date": Function(1, 1, _date),
    "format-date": Function(2, 2, _format_date),
    "decimal-date-time": Function(1, 1, _decimal_date_time),
}
