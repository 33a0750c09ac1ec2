"""References and paths over the questions, groups and repeats of a form.

What a path leads to is known when the form is loaded, except how many instances a repeat has: a
path that enters a repeat leads to all its instances and gives a node-set. ``${name}`` means what
pyxform makes of it: inside the same repeat the own instance, from outside every instance. Inside a
predicate it is the instance the predicate tests, as everything relative is there; the asking
question is reached with ``current()``.

As in ODK Collect, nodes that are not relevant are in no node-set; ``position()`` counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TypeAlias

from forms.expressions.predicates import Choose, chosen
from forms.expressions.scope import Kind, Level, Notes, Read, Scope, Spot
from forms.expressions.syntax import (
    ExpressionError,
    Located,
    Node,
    Path,
    Reference,
    Start,
    Step,
)
from forms.expressions.terms import (
    CURRENT,
    FIRST,
    SHOWN,
    UP,
    Run,
    Sort,
    State,
    Term,
)
from forms.mistakes import Mistake

Compile: TypeAlias = Callable[[Node, Scope], Term]
_States: TypeAlias = Callable[[State], Sequence[State]]


@dataclass(frozen=True, slots=True)
class Reach:
    """Nodes that a path leads to.

    Attributes:
        node: their path without keys; "" for the form.
        level: the level of their states.
        from_current, ups: how the one state is found when there is only one: from CURRENT or the
            state at hand, so many states up.
        anchor: the level whose state holds all of them, around the asking item too.
        states: how the states are found when there can be several; ``None`` when there is one.
        earlier: see ``Read``.
    """

    node: str
    level: Level
    from_current: bool
    ups: int
    anchor: Level
    states: _States | None = None
    earlier: int | None = None

    @property
    def state(self) -> Run:
        """The one state."""
        return _climb(self.ups, from_current=self.from_current)

    @property
    def all_states(self) -> _States:
        """Every state, also when there is only one."""
        if self.states is not None:
            return self.states
        state = self.state
        return lambda at: (state(at),)


def locate(node: Node, scope: Scope, compile_node: Compile) -> Reach | None:
    """Where a reference or path leads; ``None`` for other expressions. May raise."""
    match node:
        case Reference(name):
            return _named(scope.form.path_of(name), scope)
        case Path(steps, start):
            return _walked(_beginning(start, scope), steps, scope, compile_node, node)
        case Located(base, predicates, steps):
            found = locate(base, scope, compile_node)
            if found is None:
                return None
            if predicates:
                found = _filtered(found, predicates, scope, compile_node, base)
            return _walked(found, steps, scope, compile_node, node)
        case _:
            return None


def nodes_term(node: Node, scope: Scope, compile_node: Compile) -> Term | None:
    """The value or values a reference or path leads to; ``None`` for other expressions."""
    if isinstance(node, Path | Located) and node.steps and node.steps[-1].name == "*":
        return _children_term(node, scope, compile_node)
    reach = locate(node, scope, compile_node)
    return None if reach is None else _term(reach, scope, node)


def path_named(node: Node, scope: Scope, compile_node: Compile) -> str:
    """The spot that a reference or path names. Raises ``ExpressionError``."""
    reach = locate(node, replace(scope, item=None, notes=Notes()), compile_node)
    if reach is None or reach.node not in scope.form.spots:
        raise ExpressionError(Mistake.DEF_019, name=spelled(node))
    return reach.node


def is_own(node: Node, level: Level, scope: Scope, compile_node: Compile) -> bool:
    """Is it the asking item's own instance of a repeat?"""
    reach = locate(node, replace(scope, notes=Notes()), compile_node)
    return (
        reach is not None
        and reach.states is None
        and reach.node == level.path
        and reach.level is level
        and reach.from_current is scope.here.is_tested
    )


def spelled(node: Node) -> str:
    """A reference or path as somebody would write it, without its predicates."""
    match node:
        case Reference(name):
            return f"${{{name}}}"
        case Path():
            return str(node)
        case Located(base, predicates, steps):
            return spelled(base) + "[…]" * len(predicates) + "".join(f"/{step}" for step in steps)
        case _:
            return "…"


def _beginning(start: Start, scope: Scope) -> Reach:
    here = scope.here
    match start:
        case Start.RELATIVE:
            scope.notes.of_tested = True
            return Reach(here.node, here.level, False, 0, here.anchor)
        case Start.CURRENT:
            return Reach(scope.path, scope.level, here.is_tested, 0, scope.level)
        case Start.ROOT:
            form = scope.form.form
            return Reach("", form, here.is_tested, scope.level.depth, form)


def _walked(
    reach: Reach, steps: Sequence[Step], scope: Scope, compile_node: Compile, written: Node
) -> Reach:
    is_absolute = isinstance(written, Path) and written.start is Start.ROOT
    for step in steps[1:] if is_absolute else steps:  # its first step is the form itself
        match step.name:
            case "..":
                reach = _up(reach, scope, written)
            case "*":
                raise ExpressionError(Mistake.DEF_025, name=spelled(written))
            case ".":
                pass
            case _:
                reach = _child(reach, step, scope, compile_node, written)
                continue
        if step.predicates:
            reach = _filtered(reach, step.predicates, scope, compile_node, None)
    return reach


def _up(reach: Reach, scope: Scope, written: Node) -> Reach:
    if not reach.node:
        raise ExpressionError(Mistake.DEF_019, name=spelled(written))
    spot, around = scope.form.spots[reach.node], reach.node.rpartition("/")[0]
    if spot.inner is not reach.level or reach.level.parent is None:
        return replace(reach, node=around)
    level = reach.level.parent
    anchor = shallower(reach.anchor, level)
    if reach.states is None:
        return replace(reach, node=around, level=level, ups=reach.ups + 1, anchor=anchor)
    states = reach.states

    def run(at: State) -> Sequence[State]:
        return list({id(one[UP]): one[UP] for one in states(at)}.values())

    return replace(reach, node=around, level=level, states=run, anchor=anchor, earlier=None)


def _child(reach: Reach, step: Step, scope: Scope, compile_node: Compile, written: Node) -> Reach:
    path = f"{reach.node}/{step.name}" if reach.node else step.name
    spot = scope.form.spots.get(path)
    if spot is None:
        raise ExpressionError(Mistake.DEF_019, name=spelled(written))
    if spot.inner is not None:
        return _entered(reach, spot.inner, step.predicates, scope, compile_node)
    reach = replace(reach, node=path)
    if step.predicates:
        return _filtered(reach, step.predicates, scope, compile_node, None)
    return reach


def _entered(
    reach: Reach,
    inner: Level,
    predicates: Sequence[Node],
    scope: Scope,
    compile_node: Compile,
) -> Reach:
    """From the states around a repeat to those of its instances."""
    note(scope, inner.path, reach.anchor)
    into = replace(reach, node=inner.path, level=inner, earlier=None)
    if not predicates:
        return replace(into, states=_instances(reach, inner.list_slot, None))
    choose, earlier = chosen(
        predicates,
        (inner.path, inner, reach.anchor),
        scope,
        compile_node,
        lambda node, tested: is_own(node, inner, tested, compile_node),
    )
    is_own_list = reach.anchor is reach.level and inner in scope.level.around()
    if reach.states is None and is_own_list:
        into = replace(into, earlier=earlier)
    return replace(into, states=_instances(reach, inner.list_slot, choose))


def _instances(reach: Reach, slot: int, choose: Choose | None) -> _States:
    """The states in a list: in one state or in several, all of them or those chosen."""
    if reach.states is None:
        state = reach.state
        if choose is None:
            return lambda at: state(at)[slot]
        return lambda at: choose(state(at)[slot], at)
    outer = reach.states
    if choose is None:
        return lambda at: [one for up in outer(at) for one in up[slot]]
    return lambda at: [one for up in outer(at) for one in choose(up[slot], at)]


def _filtered(
    reach: Reach,
    predicates: Sequence[Node],
    scope: Scope,
    compile_node: Compile,
    base: Node | None,
) -> Reach:
    """``${name}[…]`` filters as the step it stands for; ``(…)[…]`` everything at once."""
    spot = scope.form.spots.get(reach.node)
    if isinstance(base, Reference) and spot is not None and spot.inner is reach.level:
        return _entered(_named_around(spot, scope), reach.level, predicates, scope, compile_node)
    choose, _ = chosen(
        predicates,
        (reach.node, reach.level, reach.anchor),
        scope,
        compile_node,
        lambda node, tested: is_own(node, reach.level, tested, compile_node),
    )
    states = reach.all_states
    run: _States
    if base is None or isinstance(base, Reference):

        def run(at: State) -> Sequence[State]:
            return [one for state in states(at) for one in choose((state,), at)]
    else:

        def run(at: State) -> Sequence[State]:
            return choose(states(at), at)

    return replace(reach, states=run, earlier=None)


def _named(path: str, scope: Scope) -> Reach:
    """``${name}``."""
    spot = scope.form.spots[path]
    reach = _named_around(spot, scope)
    if spot.inner is None:
        return replace(reach, node=path)
    return _all_instances(reach, spot.inner, scope)


def _named_around(spot: Spot, scope: Scope) -> Reach:
    """The states whose slots hold what is named."""
    reach = common(spot.level, scope)
    for level in spot.level.below(reach.level):
        reach = _all_instances(reach, level, scope)
    return reach


def _all_instances(reach: Reach, inner: Level, scope: Scope) -> Reach:
    note(scope, inner.path, reach.anchor)
    states = _instances(reach, inner.list_slot, None)
    return replace(reach, node=inner.path, level=inner, states=states)


def common(level: Level, scope: Scope, *, within: Level | None = None) -> Reach:
    """The deepest state around what is named and the asking node, or the node a predicate tests.

    ``within`` keeps it from going deeper than that level.
    """
    limit = level if within is None else within
    here = scope.here
    tested = _shared(here.level, level, limit)
    if here.is_tested and tested.depth > here.anchor.depth:
        scope.notes.of_tested = True
        ups = here.level.depth - tested.depth
        return Reach(tested.path, tested, False, ups, here.anchor)
    shared = _shared(scope.level, level, limit)
    ups = scope.level.depth - shared.depth
    return Reach(shared.path, shared, here.is_tested, ups, shared)


def _shared(one: Level, other: Level, limit: Level) -> Level:
    around = list(other.around())
    return next(level for level in one.around() if level in around and level.depth <= limit.depth)


def shallower(one: Level, other: Level) -> Level:
    """Of two levels the outer one."""
    return one if one.depth <= other.depth else other


def _climb(ups: int, *, from_current: bool) -> Run:
    """From the state an expression is run with to one around it."""
    match ups, from_current:
        case 0, False:
            return lambda state: state
        case 0, True:
            return itemgetter(CURRENT)
        case 1, False:
            return itemgetter(UP)
        case 1, True:
            return lambda state: state[CURRENT][UP]
        case _:

            def run(state: State) -> State:
                at: State = state[CURRENT] if from_current else state
                for _ in range(ups):
                    at = at[UP]
                return at

            return run


def _term(reach: Reach, scope: Scope, written: Node) -> Term:
    spot = scope.form.spots.get(reach.node)
    if spot is None or (reach.states is None and spot.kind is not Kind.QUESTION):
        raise ExpressionError(Mistake.DEF_020, name=spelled(written))
    note(scope, spot.path, reach.anchor, reach.earlier)
    slot = spot.slot if spot.inner is None else FIRST
    if reach.states is None:
        return Term(spot.sort, _reader(slot, reach))
    states = reach.states
    if spot.kind is not Kind.QUESTION:
        return Term(Sort.NODES, lambda at: ["" for one in states(at) if one[SHOWN][slot]])
    return Term(
        Sort.NODES,
        lambda at: [one[slot] for one in states(at) if one[SHOWN][slot]],
        of=spot.sort,
    )


def _reader(slot: int, reach: Reach) -> Run:
    if reach.ups == 0 and not reach.from_current:
        return itemgetter(slot)
    if reach.ups == 1 and not reach.from_current:
        return lambda state: state[UP][slot]
    state_of = reach.state
    return lambda state: state_of(state)[slot]


def _children_term(node: Path | Located, scope: Scope, compile_node: Compile) -> Term:
    """``…/*``: the values of the questions directly in a group."""
    rest = node.steps[:-1]
    around: Node = replace(node, steps=rest)
    if isinstance(node, Path) and not rest:
        around = Path((Step("."),), node.start)
    elif isinstance(node, Located) and not rest and not node.predicates:
        around = node.base
    reach = None if node.steps[-1].predicates else locate(around, scope, compile_node)
    if reach is None:
        raise ExpressionError(Mistake.DEF_025, name=spelled(node))
    slots = []
    for spot in scope.form.spots.values():
        if spot.path.rpartition("/")[0] == reach.node and spot.inner is None:
            note(scope, spot.path, reach.anchor)
            slots.append(spot.slot)
    states = reach.all_states
    return Term(
        Sort.NODES,
        lambda at: [one[slot] for one in states(at) for slot in slots if one[SHOWN][slot]],
    )


def note(scope: Scope, path: str, anchor: Level, earlier: int | None = None) -> None:
    """Remembers what an expression reads."""
    scope.notes.reads[Read(path, anchor, earlier)] = None
