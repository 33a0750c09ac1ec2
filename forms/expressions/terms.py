"""Compiled pieces of expressions: a closure and the sort of value it gives.

The sort is known when a form is loaded, so a comparison or a condition calls exactly the
conversion it needs and no other: that is what makes validating thousands of records a second
possible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto, unique
from typing import Any, TypeAlias

from forms.expressions.moments import days_of_moment, fraction_of_time
from forms.expressions.values import (
    NAN,
    Value,
    days,
    number_of_text,
    text_of_number,
    to_boolean,
    to_number,
    to_text,
)

#: The values of one filled form by slot. ``Any``: what a slot holds is known by its ``Sort``.
State: TypeAlias = list[Any]
Run: TypeAlias = Callable[[State], Any]
TextRun: TypeAlias = Callable[[State], str]
NumberRun: TypeAlias = Callable[[State], float]
BooleanRun: TypeAlias = Callable[[State], bool]
NodesRun: TypeAlias = Callable[[State], list[Value]]

#: The slot that holds the day of filling (``today()``), in the stored spelling.
TODAY = 0

#: The other slots at the beginning of a state. A form has one state, and one more for every
#: instance of a repeat; the slot of a repeat holds the states of its instances, in order.
#:
#: UP: the state around this one. SHOWN: the list of what is relevant, by slot. POSITION: which
#: instance this is, from 1. Only inside predicates and choice filters: CURRENT, the state of the
#: asking question; PLACE and SIZE, what ``position()`` and ``last()`` say.
UP = 1
SHOWN = 2
POSITION = 3
CURRENT = 4
PLACE = 5
SIZE = 6

#: The first slot of what a form asks.
FIRST = 7

#: Slots at the end of a state: the moment of filling (``now()``), spelled as a dateTime answer with
#: its zone, and the seed (``int``) of everything random. Both stay the same for one filling, so
#: that the same answers give the same form again.
NOW = -2
SEED = -1

#: Slot of the row of a table that a predicate tests now: its cells, its position, and the number
#: of rows it stands among.
ITEM = -3


@unique
class Sort(Enum):
    """What a piece gives.

    MEASURE: a number answer, ``None`` when empty. TIME: ``07:30:15``. DATE_TIME: with its zone.
    NODES: the values of a node-set (``list[Value]``) in document order, an empty answer as ``""``
    or ``None``; a single value is wanted of the first node, comparisons hold when they hold for
    any. ANY: a single value whose kind is known when run.
    """

    TEXT = auto()
    DATE = auto()
    TIME = auto()
    DATE_TIME = auto()
    NUMBER = auto()
    MEASURE = auto()
    BOOLEAN = auto()
    NODES = auto()
    ANY = auto()


#: What stands for a place in time.
CALENDAR = frozenset({Sort.DATE, Sort.TIME, Sort.DATE_TIME})


@dataclass(frozen=True, slots=True)
class Term:
    """A compiled piece.

    Attributes:
        constant: holds for pieces that read no slot.
        of: the sort that all nodes of a node-set have; ANY when that is not known.
    """

    sort: Sort
    run: Run
    constant: bool = False
    of: Sort = Sort.ANY


def text(term: Term) -> TextRun:
    """The piece as text."""
    run = term.run
    match term.sort:
        case Sort.TEXT | Sort.DATE | Sort.TIME | Sort.DATE_TIME:
            return run
        case Sort.NODES:
            return lambda state: to_text(first(run(state)))
        case Sort.NUMBER:
            return lambda state: text_of_number(run(state))
        case Sort.BOOLEAN:
            return lambda state: "true" if run(state) else "false"
        case _:
            return lambda state: to_text(run(state))


def number(term: Term) -> NumberRun:
    """The piece as a number."""
    run = term.run
    match term.sort:
        case Sort.NUMBER:
            return run
        case Sort.TEXT:
            return lambda state: number_of_text(run(state))
        case Sort.DATE:
            return lambda state: days(run(state))
        case Sort.DATE_TIME:
            return lambda state: days_of_moment(run(state))
        case Sort.TIME:
            return lambda state: fraction_of_time(run(state))
        case Sort.NODES:
            convert = number_of_node(term)
            return lambda state: convert(first(run(state)))
        case Sort.BOOLEAN:
            return lambda state: 1.0 if run(state) else 0.0
        case Sort.MEASURE:

            def measured(state: State) -> float:
                value = run(state)
                return NAN if value is None else float(value)

            return measured
        case _:
            return lambda state: to_number(run(state))


def boolean(term: Term) -> BooleanRun:
    """The piece as a truth value."""
    run = term.run
    match term.sort:
        case Sort.BOOLEAN:
            return run
        case Sort.TEXT | Sort.DATE | Sort.TIME | Sort.DATE_TIME:
            return lambda state: run(state) != ""
        case Sort.NODES:
            return lambda state: bool(run(state))
        case _:
            return lambda state: to_boolean(run(state))


def first(nodes: list[Value]) -> Value:
    """The value of a node-set where one value is wanted: that of its first node, or ""."""
    return nodes[0] if nodes else ""


def scalar(term: Term) -> Term:
    """The piece as one value; only a node-set is changed by it."""
    if term.sort is not Sort.NODES:
        return term
    run = term.run
    sort = term.of if term.of in CALENDAR else Sort.ANY
    return Term(sort, lambda state: first(run(state)), term.constant)


def number_of_node(term: Term) -> Callable[[Value], float]:
    """How one value of a node-set, or of any other piece, becomes a number.

    A partial date alone could not be told from a number (``1945``), but it is known of a question.
    """
    sort = term.of if term.sort is Sort.NODES else term.sort
    return _days_of_value if sort is Sort.DATE else to_number


def _days_of_value(value: Value) -> float:
    return days(value) if isinstance(value, str) else to_number(value)


def values(term: Term) -> NodesRun:
    """The values of a node-set; any other piece as a node-set of one."""
    run = term.run
    return run if term.sort is Sort.NODES else lambda state: [run(state)]


def constant(sort: Sort, value: object) -> Term:
    """A piece that always gives the same."""
    return Term(sort, lambda _state: value, constant=True)


def folded(term: Term) -> Term:
    """A piece whose arguments are all constant, run once and for all."""
    return constant(term.sort, term.run([]))
