"""Where an instance stands, and the answers of an instance by its place.

``position()`` and ``last()`` in predicates, ``position(..)``, ``indexed-repeat()``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from forms.expressions.nodes import (
    Compile,
    common,
    is_own,
    locate,
    note,
    path_named,
    shallower,
)
from forms.expressions.predicates import steps_back
from forms.expressions.scope import Kind, Scope, Spot
from forms.expressions.syntax import ExpressionError, Node
from forms.expressions.terms import (
    PLACE,
    POSITION,
    SIZE,
    Run,
    Sort,
    State,
    Term,
    constant,
    number,
)
from forms.expressions.values import Value
from forms.mistakes import Mistake


def position_term(arguments: Sequence[Node], scope: Scope, compile_node: Compile) -> Term:
    """``position()`` in a predicate, ``position(..)``: which instance it is, from 1."""
    if not arguments:
        return _place_term("position", PLACE, scope)
    reach = locate(arguments[0], scope, compile_node)
    if reach is None:
        raise ExpressionError(Mistake.DEF_025, name="position(…)")
    spot = scope.form.spots.get(reach.node)
    if spot is None or spot.inner is not reach.level:
        return constant(Sort.NUMBER, 1.0)  # only repeats have siblings of the same name
    note(scope, spot.path, shallower(reach.anchor, spot.level))
    if reach.states is None:
        state = reach.state
        return Term(Sort.NUMBER, lambda at: float(state(at)[POSITION]))
    states = reach.states
    return Term(Sort.NODES, lambda at: [float(one[POSITION]) for one in states(at)])


def last_term(scope: Scope) -> Term:
    """``last()`` in a predicate."""
    return _place_term("last", SIZE, scope)


def indexed_repeat_term(arguments: Sequence[Node], scope: Scope, compile_node: Compile) -> Term:
    """``indexed-repeat(question, repeat, index, …)``: one answer; empty when there is none.

    Repeats around the question that are not named are those of the asking question.
    """
    outer = replace(scope, item=None)
    question = _spot_named(arguments[0], outer, compile_node)
    if question.kind is not Kind.QUESTION or len(arguments) % 2 == 0:
        raise _misused_index()
    indexes: dict[str, Node] = {}
    for repeat, index in zip(arguments[1::2], arguments[2::2], strict=True):
        indexes[_spot_named(repeat, outer, compile_node).path] = index
    levels = [level for level in question.level.around() if level.path in indexes]
    if len(levels) != len(indexes):
        raise _misused_index()
    first = levels[-1].parent or scope.form.form
    start = common(question.level, outer, within=first)
    if question.level.below(start.level) != levels[::-1]:  # a repeat between is not named
        raise _misused_index()
    for level in levels:
        note(scope, level.path, start.anchor)
    innermost = indexes[levels[0].path]
    back = steps_back(innermost, lambda node: is_own(node, levels[0], scope, compile_node))
    is_only = len(levels) == 1 and levels[0] in scope.level.around()
    note(scope, question.path, start.anchor, back if is_only else None)
    ways = [
        (level.list_slot, number(compile_node(indexes[level.path], scope)))
        for level in reversed(levels)
    ]
    return Term(question.sort, _indexed(question, start.state, ways))


def _misused_index() -> ExpressionError:
    return ExpressionError(Mistake.DEF_025, name="indexed-repeat(…)")


def _indexed(
    question: Spot, first: Run, ways: Sequence[tuple[int, Callable[[State], float]]]
) -> Run:
    slot, blank = question.slot, question.blank

    def run(at: State) -> Value:
        state: State = first(at)
        for list_slot, read in ways:
            index, instances = read(at), state[list_slot]
            if not 1 <= index <= len(instances):  # nor is NaN
                return blank
            state = instances[int(index) - 1]
        value: Value = state[slot]
        return value

    return run


def _spot_named(node: Node, scope: Scope, compile_node: Compile) -> Spot:
    return scope.form.spots[path_named(node, scope, compile_node)]


def _place_term(name: str, slot: int, scope: Scope) -> Term:
    if not scope.here.is_tested:
        raise ExpressionError(Mistake.DEF_018, name=name, expected=1, count=0)
    scope.notes.of_tested = True
    return Term(Sort.NUMBER, lambda state: float(state[slot]))
