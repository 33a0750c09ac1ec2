"""One row of the table of functions, and the kinds of builders that several subjects share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from typing import TypeAlias

from forms.expressions.terms import (
    NodesRun,
    Sort,
    State,
    Term,
    number,
    scalar,
    text,
    values,
)
from forms.expressions.values import Value

Arguments: TypeAlias = Sequence[Term]
Build: TypeAlias = Callable[[Arguments], Term]

#: As many arguments as anybody writes.
MANY = 1000


@unique
class Subject(Enum):
    """What a function is about; the value heads its part of the help page."""

    TRUTH = "Điều kiện và đúng sai"
    TEXT = "Chữ"
    NUMBERS = "Số"
    DATES = "Ngày và giờ"
    CHOICES = "Lựa chọn"
    NODES = "Nhóm lặp và bảng"
    OTHER = "Khác"


@dataclass(frozen=True, slots=True)
class Function:
    """What an expression may call.

    Attributes:
        signature: the call with its arguments as the ODK XForms specification names them; ``?``
            for one that may be left out, ``…`` for one that may be repeated.
        purpose_vi: what it is for, one line of the help page.
        build: how a call is compiled from its compiled arguments; ``None`` when the call means
            something only where it stands (``position()``, ``once()``, ``instance()``, …), so that
            the compiler builds it from the tree, and for functions left out.
        pure: the same arguments give the same value, so a call of constants is worked out once.
        of_self: without an argument it looks at the asking question's own answer.
        left_out_vi: why it is left out on purpose; such a call is refused when a form is loaded.
    """

    name: str
    signature: str
    purpose_vi: str
    subject: Subject
    fewest: int = 0
    most: int = 0
    build: Build | None = None
    pure: bool = True
    of_self: bool = False
    left_out_vi: str = ""

    @property
    def is_supported(self) -> bool:
        """May a form call it?"""
        return not self.left_out_vi


def common_sort(terms: Arguments) -> Sort:
    """The sort that all have, else ANY."""
    sorts = {term.sort for term in terms}
    return sorts.pop() if len(sorts) == 1 else Sort.ANY


def alike(terms: Arguments) -> list[Term]:
    """Options of which one will be the result: node-sets stay only when all are node-sets."""
    return list(terms) if common_sort(terms) is Sort.NODES else [scalar(term) for term in terms]


def flattened(terms: Arguments) -> NodesRun:
    """Every value of every argument, node-sets opened, in order."""
    runs = [values(term) for term in terms]
    if len(runs) == 1:
        return runs[0]

    def run(state: State) -> list[Value]:
        found: list[Value] = []
        for one in runs:
            found += one(state)
        return found

    return run


def of_two_texts(sort: Sort, operation: Callable[[str, str], object]) -> Build:
    """A function of two texts."""

    def build(arguments: Arguments) -> Term:
        left, right = text(arguments[0]), text(arguments[1])
        return Term(sort, lambda state: operation(left(state), right(state)))

    return build


def of_finite_number(operation: Callable[[float], float]) -> Build:
    """A function of one number; NaN and the infinities stay what they are."""

    def build(arguments: Arguments) -> Term:
        read = number(arguments[0])

        def run(state: State) -> float:
            value = read(state)
            return operation(value) if math.isfinite(value) else value

        return Term(Sort.NUMBER, run)

    return build
