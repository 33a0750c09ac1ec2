"""Predicates over the instances of repeats: ``${members}[age > 17]``, ``${members}[2]``.

A predicate is run with the state of each candidate; what position it has stands in that state
meanwhile. A position that does not depend on the candidate is looked up, not searched. Predicates
that let through only instances before the asking one are known as such, so that a running total
over the instances of one repeat is no cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from forms.expressions.scope import Here, Level, Notes, Scope
from forms.expressions.syntax import Binary, Call, Literal, Node
from forms.expressions.terms import (
    CURRENT,
    PLACE,
    SIZE,
    BooleanRun,
    NumberRun,
    Sort,
    State,
    Term,
    boolean,
    number,
)

#: The candidates that pass; the second state is that of the expression around the predicate.
Choose: TypeAlias = Callable[[Sequence[State], State], Sequence[State]]
Compile: TypeAlias = Callable[[Node, Scope], Term]
#: Is a node the asking item's own instance, in the scope of the predicate?
_IsOwn: TypeAlias = Callable[[Node, Scope], bool]

_POSITION = Call("position", ())


def chosen(
    predicates: Sequence[Node],
    tested: tuple[str, Level, Level],
    scope: Scope,
    compile_node: Compile,
    is_own: _IsOwn,
) -> tuple[Choose, int | None]:
    """Predicates one after the other; see ``Read.earlier`` for the second value.

    Args:
        tested: path, level and anchor of the candidates.
    """
    node, level, anchor = tested
    here = Here(node, level, anchor, is_tested=True)
    choices = [_choice(one, here, scope, compile_node, is_own) for one in predicates]
    chooses = [choose for choose, _ in choices]
    earlier = next((back for _, back in choices if back is not None), None)
    if len(chooses) == 1:
        return chooses[0], earlier

    def run(candidates: Sequence[State], at: State) -> Sequence[State]:
        for choose in chooses:
            candidates = choose(candidates, at)
        return candidates

    return run, earlier


def steps_back(node: Node, is_own: Callable[[Node], bool]) -> int | None:
    """The n of ``position(..) - n``, when that is the position of the asking instance."""
    match node:
        case Binary("-", left, Literal(float() as back)) if back >= 1 and back.is_integer():
            return int(back) if _is_own_position(left, is_own) else None
        case _:
            return None


def _choice(
    predicate: Node, here: Here, scope: Scope, compile_node: Compile, is_own: _IsOwn
) -> tuple[Choose, int | None]:
    is_nested = scope.here.is_tested

    def compiled(node: Node) -> tuple[Term, Scope]:
        inner = replace(scope, here=here, item=None, notes=Notes(scope.notes.reads))
        return compile_node(node, inner), inner

    asked = _asked_position(predicate)
    if asked is not None:
        term, inner = compiled(asked)
        if not inner.notes.of_tested:
            back = steps_back(asked, lambda node: is_own(node, inner))
            return _at(number(term), is_nested=is_nested), back
    term, inner = compiled(predicate)
    if term.sort not in (Sort.NUMBER, Sort.MEASURE):
        back = 0 if _is_before(predicate, lambda node: is_own(node, inner)) else None
        return _those(boolean(term), is_nested=is_nested), back
    if inner.notes.of_tested:
        return _those(_is_place(number(term)), is_nested=is_nested), None
    back = steps_back(predicate, lambda node: is_own(node, inner))
    return _at(number(term), is_nested=is_nested), back


def _asked_position(predicate: Node) -> Node | None:
    """What ``position()`` has to be equal to."""
    match predicate:
        case Binary("=", left, right) if left == _POSITION:
            return right
        case Binary("=", left, right) if right == _POSITION:
            return left
        case _:
            return None


def _is_before(predicate: Node, is_own: Callable[[Node], bool]) -> bool:
    """``position() < position(current()/..)``: the instances before the asking one."""
    match predicate:
        case Binary("<", left, right) if left == _POSITION:
            return _is_own_position(right, is_own)
        case Binary(">", left, right) if right == _POSITION:
            return _is_own_position(left, is_own)
        case _:
            return False


def _is_own_position(node: Node, is_own: Callable[[Node], bool]) -> bool:
    return (
        isinstance(node, Call)
        and node.name == "position"
        and len(node.arguments) == 1
        and is_own(node.arguments[0])
    )


def _is_place(wanted: NumberRun) -> BooleanRun:
    return lambda state: wanted(state) == state[PLACE]


def _at(wanted: NumberRun, *, is_nested: bool) -> Choose:
    """The one candidate at a position that does not depend on the candidate."""

    def run(candidates: Sequence[State], at: State) -> Sequence[State]:
        if not candidates:
            return ()
        first = candidates[0]
        first[CURRENT] = at[CURRENT] if is_nested else at
        position = wanted(first)
        if 1 <= position <= len(candidates) and position == int(position):
            return (candidates[int(position) - 1],)
        return ()

    return run


def _those(test: BooleanRun, *, is_nested: bool) -> Choose:
    """The candidates that pass."""

    def run(candidates: Sequence[State], at: State) -> Sequence[State]:
        asking = at[CURRENT] if is_nested else at
        # Nested predicates may test the same states: what the outer ones wrote has to come back.
        before = [(one, one[PLACE], one[SIZE]) for one in candidates] if is_nested else ()
        size = len(candidates)
        kept = []
        for place, one in enumerate(candidates, 1):
            one[CURRENT] = asking
            one[PLACE] = place
            one[SIZE] = size
            if test(one):
                kept.append(one)
        for one, place, old_size in before:
            one[PLACE] = place
            one[SIZE] = old_size
        return kept

    return run
