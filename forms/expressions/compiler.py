"""Syntax tree -> closures over the slots of a filled form."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from forms.expressions.functions import FUNCTIONS, Function
from forms.expressions.library import randomness
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
    Step,
    Union,
    children,
)
from forms.expressions.tables import (
    IndexedTable,
    Tables,
    cell_term,
    choice_name_term,
    filtered_term,
    instance_term,
    is_instance,
    parts,
    position_term,
    pulldata_term,
)
from forms.expressions.terms import SEED, Sort, Term, constant, folded, number
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
        tables: what ``instance()`` and its like find.
        item: the table whose row a predicate tests, when the expression stands in one.
        calls: numbers the calls of functions that look random, so that each has its own value.
    """

    names: Names
    path: str
    slots: Mapping[str, tuple[int, Sort]] = field(default_factory=dict)
    columns: Mapping[str, int] | None = None
    tables: Tables = field(default_factory=Tables)
    item: IndexedTable | None = None
    calls: Iterator[int] = field(default_factory=count)


def references(root: Node, scope: Scope) -> Iterator[str]:
    """The question paths an expression reads. Raises ``ExpressionError`` for unknown names."""
    pending = [(root, scope)]
    while pending:
        node, around = pending.pop()
        if isinstance(node, Located):
            pending.extend(parts(node, around))
            continue
        pending.extend((child, around) for child in children(node))
        match node:
            case Reference(name):
                yield _path_of_name(name, around)
            case Path() if not _is_cell(node, around) and _column(node, around) is None:
                yield _path_of_steps(node, around)
            case _:
                pass


def compile_expression(root: Node, scope: Scope) -> Term:
    """The closure of a whole expression. Raises ``ExpressionError``."""
    match root:
        case Literal(value):
            return constant(Sort.TEXT if isinstance(value, str) else Sort.NUMBER, value)
        case Reference(name):
            return _read(_path_of_name(name, scope), scope)
        case Path() if scope.item is not None and _is_cell(root, scope):
            return cell_term(root, scope.item)
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
        case Located() if is_instance(root):
            return instance_term(root, scope, compile_expression)
        case Located(base, predicates, ()):
            nodes = compile_expression(base, scope)
            return filtered_term(nodes, predicates, scope, compile_expression)
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


def _is_cell(path: Path, scope: Scope) -> bool:
    return scope.item is not None and path.start is Start.RELATIVE


_OWN_ANSWER = Path((Step("."),), Start.CURRENT)


def _call(name: str, arguments: tuple[Node, ...], scope: Scope) -> Term:
    function = FUNCTIONS.get(name)
    if function is None:
        raise ExpressionError(Mistake.DEF_017, name=name)
    if not function.is_supported:
        raise ExpressionError(Mistake.DEF_050, name=name, detail=function.left_out_vi)
    _check_count(name, len(arguments), function.fewest, function.most)
    if function.build is None:
        return _of_place(name, arguments, scope)
    if function.of_self and not arguments:
        arguments = (_OWN_ANSWER,)
    return _built(function, [compile_expression(part, scope) for part in arguments])


def _of_place(name: str, arguments: tuple[Node, ...], scope: Scope) -> Term:
    """The functions that mean something only where they stand."""
    match name:
        case "once":
            return _once(arguments, scope)
        case "random" | "uuid":
            return _random(name, arguments, scope)
        case "pulldata":
            return pulldata_term(arguments, scope, compile_expression)
        case "jr:choice-name":
            return choice_name_term(arguments, scope, compile_expression, _named_question(scope))
        case "position" | "last" if scope.item is not None and not arguments:
            return position_term(name)
        case _:
            raise ExpressionError(Mistake.DEF_025, name=name)


def _named_question(scope: Scope) -> Callable[[Node], str]:
    return lambda node: next(references(node, replace(scope, item=None, columns=None)))


def _random(name: str, arguments: tuple[Node, ...], scope: Scope) -> Term:
    place = f"{scope.path}#{next(scope.calls)}"
    if name == "random":
        return Term(Sort.NUMBER, lambda state: randomness.fraction(state[SEED], place))
    if not arguments:
        return Term(Sort.TEXT, lambda state: randomness.uuid(state[SEED], place))
    length = number(compile_expression(arguments[0], scope))
    return Term(Sort.TEXT, lambda state: randomness.identifier(state[SEED], place, length(state)))


def _built(function: Function, terms: list[Term]) -> Term:
    if function.build is None:
        raise ExpressionError(Mistake.DEF_025, name=function.name)
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
