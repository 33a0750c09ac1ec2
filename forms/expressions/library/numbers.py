"""Numbers: rounding, powers, angles. IEEE 754 throughout: what has no value is NaN."""

from __future__ import annotations

import math
from collections.abc import Callable

from forms.expressions.library.function import (
    Arguments,
    Build,
    Function,
    Subject,
    of_finite_number,
)
from forms.expressions.terms import Sort, State, Term, constant, number
from forms.expressions.values import NAN


def _number(arguments: Arguments) -> Term:
    return Term(Sort.NUMBER, number(arguments[0]))


def round_half_up(value: float) -> float:
    """XPath rounds halves towards positive infinity."""
    return float(math.floor(value + 0.5)) if math.isfinite(value) else value


def _round(arguments: Arguments) -> Term:
    read = number(arguments[0])
    places = number(arguments[1]) if len(arguments) == 2 else None
    if places is None:
        return Term(Sort.NUMBER, lambda state: round_half_up(read(state)))

    def run(state: State) -> float:
        value, wanted = read(state), places(state)
        if not math.isfinite(wanted):
            return NAN
        scale = 10.0 ** int(min(max(wanted, -15), 15))
        scaled = value * scale  # may be too large, but then there is nothing to round
        return round_half_up(scaled) / scale if math.isfinite(scaled) else value

    return Term(Sort.NUMBER, run)


def _of(operation: Callable[[float], float]) -> Build:
    """A function of mathematics: NaN where it has no value, infinity where it is too large."""

    def build(arguments: Arguments) -> Term:
        read = number(arguments[0])

        def run(state: State) -> float:
            try:
                return operation(read(state))
            except ValueError:
                return NAN
            except OverflowError:
                return math.inf

        return Term(Sort.NUMBER, run)

    return build


def _of_two(operation: Callable[[float, float], float]) -> Build:
    def build(arguments: Arguments) -> Term:
        left, right = number(arguments[0]), number(arguments[1])
        return Term(Sort.NUMBER, lambda state: operation(left(state), right(state)))

    return build


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except ValueError:  # a root of a negative number, or zero to a negative power
        return math.inf if base == 0 else NAN
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf


def _logarithm(operation: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: -math.inf if value == 0 else operation(value)


def _row(
    name: str, signature: str, purpose_vi: str, arity: tuple[int, int], build: Build | None
) -> Function:
    pure = name != "random"
    return Function(name, signature, purpose_vi, Subject.NUMBERS, *arity, build, pure=pure)


def _of_one(name: str, purpose_vi: str, operation: Callable[[float], float]) -> Function:
    return _row(name, f"{name}(number)", purpose_vi, (1, 1), _of(operation))


ROWS: tuple[Function, ...] = (
    _row(
        "number",
        "number(arg)",
        "Giá trị dưới dạng số; ngày thành số ngày kể từ 1970-01-01.",
        (1, 1),
        _number,
    ),
    _row(
        "int",
        "int(number)",
        "Bỏ phần lẻ.",
        (1, 1),
        of_finite_number(lambda value: float(math.trunc(value))),
    ),
    _row("round", "round(number, decimals?)", "Làm tròn, nửa thì lên.", (1, 2), _round),
    _row(
        "floor",
        "floor(number)",
        "Số nguyên lớn nhất không vượt quá.",
        (1, 1),
        of_finite_number(lambda value: float(math.floor(value))),
    ),
    _row(
        "ceiling",
        "ceiling(number)",
        "Số nguyên nhỏ nhất không nhỏ hơn.",
        (1, 1),
        of_finite_number(lambda value: float(math.ceil(value))),
    ),
    _row("abs", "abs(number)", "Trị tuyệt đối.", (1, 1), _of(abs)),
    _row("pow", "pow(number, power)", "Luỹ thừa.", (2, 2), _of_two(_power)),
    _of_one("sqrt", "Căn bậc hai.", math.sqrt),
    _of_one("exp", "Luỹ thừa của e.", math.exp),
    _of_one("exp10", "Luỹ thừa của 10.", lambda value: _power(10.0, value)),
    _of_one("log", "Lôgarit tự nhiên.", _logarithm(math.log)),
    _of_one("log10", "Lôgarit cơ số 10.", _logarithm(math.log10)),
    _of_one("sin", "Sin của góc theo radian.", math.sin),
    _of_one("cos", "Cosin của góc theo radian.", math.cos),
    _of_one("tan", "Tang của góc theo radian.", math.tan),
    _of_one("asin", "Góc theo sin.", math.asin),
    _of_one("acos", "Góc theo cosin.", math.acos),
    _of_one("atan", "Góc theo tang.", math.atan),
    _row("atan2", "atan2(y, x)", "Góc của điểm (x, y).", (2, 2), _of_two(math.atan2)),
    _row("pi", "pi()", "Số π.", (0, 0), lambda _arguments: constant(Sort.NUMBER, math.pi)),
    _row(
        "random",
        "random()",
        "Số ngẫu nhiên từ 0 đến dưới 1; không đổi trong một phiếu.",
        (0, 0),
        None,
    ),
)
