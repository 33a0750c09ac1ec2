"""The operators of expressions over compiled pieces (XPath 1.0 §3.3-3.5).

Which comparison is made follows from the sorts of both sides, so it is chosen when the form is
loaded. A node-set compares existentially: the comparison holds when it holds for any of its nodes,
hence ``${x} != 1`` and ``not(${x} = 1)`` differ, and nothing holds for an empty one.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence

from forms.expressions.terms import (
    CALENDAR,
    BooleanRun,
    NodesRun,
    NumberRun,
    Run,
    Sort,
    State,
    Term,
    boolean,
    folded,
    number,
    number_of_node,
    text,
    values,
)
from forms.expressions.values import NAN, Value, equal, to_text

_ORDERINGS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def negation(term: Term) -> Term:
    """Unary minus."""
    read = number(term)
    negated = Term(Sort.NUMBER, lambda state: -read(state))
    return folded(negated) if term.constant else negated


def logic(word: str, terms: Sequence[Term]) -> Term:
    """``and`` / ``or``; what follows a decisive operand is not run."""
    tests = [boolean(term) for term in terms]
    run = _both(tests) if word == "and" else _either(tests)
    term = Term(Sort.BOOLEAN, run)
    return folded(term) if all(part.constant for part in terms) else term


def binary(sign: str, left: Term, right: Term) -> Term:
    """A comparison or an arithmetic operation."""
    if sign in _ORDERINGS:
        term = Term(Sort.BOOLEAN, _ordering(sign, left, right))
    elif sign in ("=", "!="):
        term = Term(Sort.BOOLEAN, _equality(sign, left, right))
    else:
        term = Term(Sort.NUMBER, _arithmetic(sign, number(left), number(right)))
    return folded(term) if left.constant and right.constant else term


def _both(tests: list[BooleanRun]) -> BooleanRun:
    if len(tests) == 2:
        first, second = tests
        return lambda state: first(state) and second(state)

    def run(state: State) -> bool:
        for test in tests:  # a loop, because it is faster than all() over a generator
            if not test(state):
                return False
        return True

    return run


def _either(tests: list[BooleanRun]) -> BooleanRun:
    if len(tests) == 2:
        first, second = tests
        return lambda state: first(state) or second(state)

    def run(state: State) -> bool:
        for test in tests:
            if test(state):
                return True
        return False

    return run


def _ordering(sign: str, left: Term, right: Term) -> BooleanRun:
    compare = _ORDERINGS[sign]
    if Sort.NODES in (left.sort, right.sort):
        if Sort.BOOLEAN in (left.sort, right.sort):
            return _numbers_ordered(compare, _truth_as_number(left), _truth_as_number(right))
        return _any_ordered(sign, _numbers(left), _numbers(right))
    return _numbers_ordered(compare, number(left), number(right))


def _numbers_ordered(
    compare: Callable[[float, float], bool], left: NumberRun, right: NumberRun
) -> BooleanRun:
    return lambda state: compare(left(state), right(state))


def _truth_as_number(term: Term) -> NumberRun:
    """Beside a truth value a node-set counts as one: is there any node?"""
    if term.sort is not Sort.NODES:
        return number(term)
    run = boolean(term)
    return lambda state: float(run(state))


def _numbers(term: Term) -> Callable[[State], list[float]]:
    """The numbers of all nodes, NaN left out because nothing compares with it."""
    read, convert = values(term), number_of_node(term)
    return lambda state: [one for one in map(convert, read(state)) if one == one]


def _any_ordered(
    sign: str, left: Callable[[State], list[float]], right: Callable[[State], list[float]]
) -> BooleanRun:
    """Some left number stands so to some right one: it is enough to look at the extremes."""
    compare = _ORDERINGS[sign]
    lowest, highest = (min, max) if sign in ("<", "<=") else (max, min)

    def run(state: State) -> bool:
        first = left(state)
        if not first:
            return False
        second = right(state)
        return bool(second) and compare(lowest(first), highest(second))

    return run


def _equality(sign: str, left: Term, right: Term) -> BooleanRun:
    sorts = {left.sort, right.sort}
    if Sort.NODES in sorts and Sort.BOOLEAN not in sorts:
        if sorts == {Sort.NODES}:
            return _any_common(sign, values(left), values(right))
        return _any_equal(sign, left, right)
    same = _same(sorts, left, right)
    return same if sign == "=" else _inverted(same)


def _inverted(test: BooleanRun) -> BooleanRun:
    return lambda state: not test(state)


def _same(sorts: set[Sort], left: Term, right: Term) -> BooleanRun:
    if Sort.BOOLEAN in sorts:
        return _equal_runs(boolean(left), boolean(right))
    if sorts == {Sort.MEASURE}:
        return _equal_runs(left.run, right.run)
    if Sort.NUMBER in sorts:
        return _equal_runs(number(left), number(right))
    if sorts <= CALENDAR:
        return _equal_moments(left, right)
    if Sort.ANY in sorts:
        first, second = left.run, right.run
        return lambda state: equal(first(state), second(state))
    return _equal_runs(text(left), text(right))


def _equal_runs(left: Run, right: Run) -> BooleanRun:
    return lambda state: bool(left(state) == right(state))


def _equal_moments(left: Term, right: Term) -> BooleanRun:
    """The same text (two empty answers too), or the same earliest moment."""
    first, second = left.run, right.run
    first_number, second_number = number(left), number(right)

    def run(state: State) -> bool:
        return bool(first(state) == second(state)) or first_number(state) == second_number(state)

    return run


def _any_common(sign: str, left: NodesRun, right: NodesRun) -> BooleanRun:
    """Two node-sets: some two nodes have the same text, or different ones."""

    def run(state: State) -> bool:
        first = {to_text(one) for one in left(state)}
        second = {to_text(one) for one in right(state)}
        if sign == "=":
            return not first.isdisjoint(second)
        return bool(first and second) and len(first | second) > 1

    return run


def _any_equal(sign: str, left: Term, right: Term) -> BooleanRun:
    """A node-set and one value: some node is equal to it, or different from it."""
    wanted = sign == "="
    first, second = values(left), values(right)
    same = _same_moment(left, right) if _are_moments(left, right) else equal

    def run(state: State) -> bool:
        others = second(state)
        return any(same(a, b) == wanted for a in first(state) for b in others)

    return run


def _are_moments(left: Term, right: Term) -> bool:
    sorts = {term.of if term.sort is Sort.NODES else term.sort for term in (left, right)}
    return sorts <= CALENDAR


def _same_moment(left: Term, right: Term) -> Callable[[Value, Value], bool]:
    first, second = number_of_node(left), number_of_node(right)
    return lambda a, b: a == b or first(a) == second(b)


def _arithmetic(sign: str, left: NumberRun, right: NumberRun) -> NumberRun:
    match sign:
        case "+":
            return lambda state: left(state) + right(state)
        case "-":
            return lambda state: left(state) - right(state)
        case "*":
            return lambda state: left(state) * right(state)
        case "div":
            return lambda state: divide(left(state), right(state))
        case _:
            return lambda state: remainder(left(state), right(state))


def divide(left: float, right: float) -> float:
    """IEEE 754 division: by zero gives an infinity or NaN, never an exception."""
    if right:
        return left / right
    if left == 0 or math.isnan(left) or math.isnan(right):
        return NAN
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder(left: float, right: float) -> float:
    """The remainder with the sign of the dividend (XPath 1.0 §3.5)."""
    if right == 0 or math.isinf(left) or math.isnan(left) or math.isnan(right):
        return NAN
    return math.fmod(left, right)
