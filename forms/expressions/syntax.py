"""The syntax tree of an expression: frozen nodes, without meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Path:
    """``/data/group/name``, ``../name``, ``name`` or ``.``; from the asking node.

    Attributes:
        from_current: written with ``current()/``; in a choice filter a plain name is a column of
            the choices sheet, and only ``current()/`` reaches the questions.
    """

    steps: tuple[str, ...]
    absolute: bool = False
    from_current: bool = False

    def __str__(self) -> str:
        start = "/" if self.absolute else ""
        return ("current()/" if self.from_current else start) + "/".join(self.steps)


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


Node: TypeAlias = Literal | Reference | Path | Negation | Logic | Binary | Call


def children(node: Node) -> tuple[Node, ...]:
    """The operands of a node, in order."""
    match node:
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
