"""The syntax tree of an expression: frozen nodes, without meaning.

What the names of a path mean is not known here. Three kinds of node reach answers:

* ``Reference`` is ``${name}`` alone;
* ``Path`` is written with steps only (``../name``, ``/data/members[2]/name``, ``current()/../x``);
* ``Located`` goes on from something else: ``${members}[1]/name``, ``(a | b)[1]``,
  ``instance('list')/root/item[…]``. Its predicates filter the base; its steps carry their own.

Steps are children by name, ``*`` (every child), ``..`` and ``.``; other axes, attributes and ``//``
are not XForms and are syntax errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto, unique
from typing import TypeAlias

from forms.mistakes import Mistake


class ExpressionError(Exception):
    """An expression cannot be used; carries the mistake and what its sentence needs."""

    def __init__(self, mistake: Mistake, **parameters: object) -> None:
        super().__init__(mistake.name)
        self.mistake = mistake
        self.parameters = parameters


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text written in the expression."""

    value: str | float


@dataclass(frozen=True, slots=True)
class Reference:
    """``${name}``: the one question of that name."""

    name: str


@unique
class Start(Enum):
    """From where a path goes.

    RELATIVE: the asking node; inside a predicate the node that the predicate tests, and in a choice
    filter the option, whose columns are its children. CURRENT (``current()/…``): the asking
    question, also inside predicates and choice filters. ROOT: the form, whose name is the first
    step.
    """

    RELATIVE = auto()
    CURRENT = auto()
    ROOT = auto()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: a name, ``*``, ``..`` or ``.``, and the predicates that follow it."""

    name: str
    predicates: tuple[Node, ...] = ()

    def __str__(self) -> str:
        return self.name + "[…]" * len(self.predicates)


@dataclass(frozen=True, slots=True)
class Path:
    """``/data/group/name``, ``../name``, ``name[1]``, ``.`` or ``current()/../name``.

    ``current()`` alone is the step ``.`` from CURRENT. There is always at least one step.
    """

    steps: tuple[Step, ...]
    start: Start = Start.RELATIVE

    @property
    def names(self) -> tuple[str, ...]:
        """The steps without their predicates."""
        return tuple(step.name for step in self.steps)

    @property
    def is_plain(self) -> bool:
        """No step has a predicate or is a wildcard, so that it means one path of the form."""
        return all(not step.predicates and step.name != "*" for step in self.steps)

    def __str__(self) -> str:
        starts = {Start.RELATIVE: "", Start.CURRENT: "current()/", Start.ROOT: "/"}
        return starts[self.start] + "/".join(map(str, self.steps))


@dataclass(frozen=True, slots=True)
class Located:
    """Nodes reached from an expression that gives nodes: ``base[predicates]/steps``.

    Either predicates or steps may be missing, never both.
    """

    base: Node
    predicates: tuple[Node, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Union:
    """``left | right``: the nodes of both, each once, in document order."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negation:
    """Unary minus."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Logic:
    """``and`` / ``or`` over two or more operands, flat, so that long chains stay shallow."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """A comparison (``= != < <= > >=``) or an arithmetic operator (``+ - * div mod``)."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Literal | Reference | Path | Located | Union | Negation | Logic | Binary | Call


def children(node: Node) -> tuple[Node, ...]:
    """The operands of a node, in order; predicates are operands too."""
    match node:
        case Path(steps):
            return _predicates(steps)
        case Located(base, predicates, steps):
            return (base, *predicates, *_predicates(steps))
        case Union(left, right):
            return (left, right)
        case Negation(operand):
            return (operand,)
        case Logic(_, operands):
            return operands
        case Binary(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def _predicates(steps: tuple[Step, ...]) -> tuple[Node, ...]:
    return tuple(predicate for step in steps for predicate in step.predicates)


def walk(root: Node) -> Iterator[Node]:
    """Every node of the tree, without recursion."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(children(node))


def depth(root: Node) -> int:
    """How deep the tree is, without recursion."""
    deepest = 0
    pending = [(root, 1)]
    while pending:
        node, level = pending.pop()
        deepest = max(deepest, level)
        pending.extend((child, level + 1) for child in children(node))
    return deepest
