"""Syntax tree -> closures over the slots of a filled form."""

from __future__ import annotations

from collections.abc import Callable

from forms.expressions.choice_names import choice_name_term
from forms.expressions.functions import FUNCTIONS, Function
from forms.expressions.library import randomness
from forms.expressions.nodes import nodes_term, path_named
from forms.expressions.operators import binary, logic, negation
from forms.expressions.positions import indexed_repeat_term, last_term, position_term
from forms.expressions.scope import Scope
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
)
from forms.expressions.tables import (
    cell_term,
    filtered_term,
    instance_term,
    is_instance,
    pulldata_term,
    row_position_term,
)
from forms.expressions.terms import SEED, Sort, Term, constant, folded, number, values
from forms.mistakes import Mistake


def compile_expression(root: Node, scope: Scope) -> Term:
    """The closure of a whole expression. Raises ``ExpressionError``."""
    match root:
        case Literal(value):
            return constant(Sort.TEXT if isinstance(value, str) else Sort.NUMBER, value)
        case Path() if scope.item is not None and root.start is Start.RELATIVE:
            return cell_term(root, scope.item)
        case Reference() | Path():
            return _nodes(root, scope)
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
        case Located():
            return _located(root, scope)
        case Union(left, right):
            return _union(compile_expression(left, scope), compile_expression(right, scope))


def _nodes(node: Node, scope: Scope) -> Term:
    term = nodes_term(node, scope, compile_expression)
    if term is None:
        raise ExpressionError(Mistake.DEF_025, name="[…]")
    return term


def _located(node: Located, scope: Scope) -> Term:
    term = nodes_term(node, scope, compile_expression)
    if term is not None:
        return term
    if node.steps:  # only nodes of the form have nodes below them
        raise ExpressionError(Mistake.DEF_025, name="(…)/…")
    base = compile_expression(node.base, scope)
    return filtered_term(base, node.predicates, scope, compile_expression)


def _union(left: Term, right: Term) -> Term:
    first, second = values(left), values(right)
    return Term(Sort.NODES, lambda state: [*first(state), *second(state)])


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
            return row_position_term(name)
        case "position":
            return position_term(arguments, scope, compile_expression)
        case "last":
            return last_term(scope)
        case "indexed-repeat":
            return indexed_repeat_term(arguments, scope, compile_expression)
        case _:
            raise ExpressionError(Mistake.DEF_025, name=name)


def _named_question(scope: Scope) -> Callable[[Node], str]:
    return lambda node: path_named(node, scope, compile_expression)


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
    kept = _nodes(_OWN_ANSWER, scope)
    return _built(FUNCTIONS["coalesce"], [kept, compile_expression(arguments[0], scope)])


def _check_count(name: str, count: int, fewest: int, most: int) -> None:
    if not fewest <= count <= most:
        expected = str(fewest) if fewest == most else f"{fewest}–{most}"
        raise ExpressionError(Mistake.DEF_018, name=name, expected=expected, count=count)
