"""Syntax tree -> closures over the slots of a filled form."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms.expressions.functions import FUNCTIONS, Function
from forms.expressions.operators import binary, logic, negation
from forms.expressions.syntax import (
    Binary,
    Call,
    ExpressionError,
    Literal,
    Located,
    Logic,
    Negation,
    Node,
    Path,
    Reference,
    Start,
    Union,
    walk,
)
from forms.expressions.terms import Sort, Term, constant, folded
from forms.mistakes import Mistake


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of one form mean: the paths of its questions and groups.

    Attributes:
        questions: every question path.
        sections: every group path.
        by_name: own name -> the paths that bear it.
    """

    questions: frozenset[str]
    sections: frozenset[str]
    by_name: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class Scope:
    """Where an expression stands, and what its names resolve to.

    Attributes:
        path: the question or group that owns the expression.
        slots: question path -> slot and sort; only paths that are already compiled.
        columns: column of the choices sheet -> slot; ``None`` outside of a choice filter.
    """

    names: Names
    path: str
    slots: Mapping[str, tuple[int, Sort]] = field(default_factory=dict)
    columns: Mapping[str, int] | None = None


def references(root: Node, scope: Scope) -> Iterator[str]:
    """The question paths an expression reads. Raises ``ExpressionError`` for unknown names."""
    for node in walk(root):
        match node:
            case Reference(name):
                yield _path_of_name(name, scope)
            case Path() if _column(node, scope) is None:
                yield _path_of_steps(node, scope)
            case _:
                pass


def compile_expression(root: Node, scope: Scope) -> Term:
    """The closure of a whole expression. Raises ``ExpressionError``."""
    match root:
        case Literal(value):
            return constant(Sort.TEXT if isinstance(value, str) else Sort.NUMBER, value)
        case Reference(name):
            return _read(_path_of_name(name, scope), scope)
        case Path():
            column = _column(root, scope)
            if column is not None:
                return Term(Sort.TEXT, operator.itemgetter(column))
            return _read(_path_of_steps(root, scope), scope)
        case Negation(operand):
            return negation(compile_expression(operand, scope))
        case Logic(word, operands):
            return logic(word, [compile_expression(part, scope) for part in operands])
        case Binary(sign, left, right):
            return binary(sign, compile_expression(left, scope), compile_expression(right, scope))
        case Call(name, arguments):
            return _call(name, arguments, scope)
        case Located() | Union():
            raise ExpressionError(Mistake.DEF_025, name="[…]")


def _path_of_name(name: str, scope: Scope) -> str:
    paths = scope.names.by_name.get(name, ())
    if not paths:
        raise ExpressionError(Mistake.DEF_019, name=name)
    if len(paths) > 1:
        raise ExpressionError(Mistake.DEF_021, name=name)
    return _question(paths[0], scope, name)


def _path_of_steps(path: Path, scope: Scope) -> str:
    if not path.is_plain:
        raise ExpressionError(Mistake.DEF_025, name=str(path))
    if path.start is Start.ROOT:
        at: list[str] = list(path.names[1:])  # the first step is the form itself
    else:
        at = scope.path.split("/")
        for step in path.names:
            if step == "..":
                if not at:
                    raise ExpressionError(Mistake.DEF_019, name=str(path))
                at.pop()
            elif step != ".":
                at.append(step)
    return _question("/".join(at), scope, str(path))


def _question(path: str, scope: Scope, written: str) -> str:
    if path in scope.names.questions:
        return path
    if path in scope.names.sections:
        raise ExpressionError(Mistake.DEF_020, name=written)
    raise ExpressionError(Mistake.DEF_019, name=written)


def _column(path: Path, scope: Scope) -> int | None:
    """The slot of a choices column when a plain name stands in a choice filter."""
    if scope.columns is None or path.start is not Start.RELATIVE:
        return None
    if len(path.steps) != 1 or str(path.steps[0]) not in scope.columns:
        raise ExpressionError(Mistake.DEF_019, name=str(path))
    return scope.columns[path.steps[0].name]


def _read(path: str, scope: Scope) -> Term:
    slot, sort = scope.slots[path]
    return Term(sort, operator.itemgetter(slot))


def _call(name: str, arguments: tuple[Node, ...], scope: Scope) -> Term:
    if name == "once":
        return _once(arguments, scope)
    function = FUNCTIONS.get(name)
    if function is None:
        raise ExpressionError(Mistake.DEF_017, name=name)
    _check_count(name, len(arguments), function.fewest, function.most)
    return _built(function, [compile_expression(part, scope) for part in arguments])


def _built(function: Function, terms: list[Term]) -> Term:
    term = function.build(terms)
    if function.pure and not term.constant and all(part.constant for part in terms):
        return folded(term)
    return term


def _once(arguments: tuple[Node, ...], scope: Scope) -> Term:
    """``once(x)``: x while the owner's own answer is empty, else that answer."""
    _check_count("once", len(arguments), 1, 1)
    kept = _read(scope.path, scope)
    return _built(FUNCTIONS["coalesce"], [kept, compile_expression(arguments[0], scope)])


def _check_count(name: str, count: int, fewest: int, most: int) -> None:
    if not fewest <= count <= most:
        expected = str(fewest) if fewest == most else f"{fewest}–{most}"
        raise ExpressionError(Mistake.DEF_018, name=name, expected=expected, count=count)
