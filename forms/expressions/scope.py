"""What the names of a form mean, and where an expression stands.

A form has one *level*, and one more for every repeat: the level of a repeat has as many states as
the repeat has instances. A *spot* is a question, group or repeat: the level whose states hold it,
and its slot there. A repeat's own slot, in the level around it, holds the states of its instances.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto, unique
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from forms.expressions.syntax import ExpressionError
from forms.expressions.terms import FIRST, Sort
from forms.mistakes import Mistake

if TYPE_CHECKING:
    from forms.expressions.indexed_tables import IndexedTable, Tables


@dataclass(slots=True, eq=False)
class Level:
    """The states of the form itself, or of the instances of one repeat.

    Attributes:
        number: the form has 0; the levels of outer repeats come before those of inner ones.
        path: the repeat, without keys; "" for the form.
        list_slot: slot of the repeat in the states of the level around it.
        next_slot: how far the slots are given away; the slot FIRST is that of the instance itself.
    """

    number: int
    path: str
    parent: Level | None
    depth: int
    list_slot: int = 0
    next_slot: int = FIRST

    def take_slot(self) -> int:
        """A slot of its own for one more item."""
        self.next_slot += 1
        return self.next_slot - 1

    def around(self) -> Iterator[Level]:
        """This level and those around it, the form last."""
        level: Level | None = self
        while level is not None:
            yield level
            level = level.parent

    def below(self, outer: Level) -> list[Level]:
        """The levels from below ``outer``, which is around this one, down to this one."""
        return [level for level in self.around() if level.depth > outer.depth][::-1]


@unique
class Kind(Enum):
    """What stands at a spot."""

    QUESTION = auto()
    GROUP = auto()
    REPEAT = auto()


@dataclass(slots=True)
class Spot:
    """A question, group or repeat.

    Attributes:
        level, slot: whose states hold it, and where.
        inner: the level of the instances of a repeat.
        children: paths of what stands directly in it, in order.
        sort, blank: of a question's value; known once a calculation is compiled.
    """

    path: str
    kind: Kind
    level: Level
    slot: int
    inner: Level | None = None
    children: list[str] = field(default_factory=list)
    sort: Sort = Sort.ANY
    blank: str | None = ""


class Read(NamedTuple):
    """What an expression reads.

    Attributes:
        path: the question, group or repeat.
        anchor: the level of the state around both the asking item and what it reads: it reads
            whatever of this path stands in that state.
        earlier: only instances before the asking one are read: so many before it, 0 for all.
            ``None`` when others can be read too.
    """

    path: str
    anchor: Level
    earlier: int | None = None


@dataclass(frozen=True, slots=True)
class FormMap:
    """Every spot of a form.

    Attributes:
        form: the level of the form.
        by_name: own name -> the paths that bear it.
    """

    form: Level
    spots: Mapping[str, Spot]
    by_name: Mapping[str, tuple[str, ...]]

    def path_of(self, name: str) -> str:
        """What ``${name}`` names. Raises ``ExpressionError``."""
        paths = self.by_name.get(name, ())
        if not paths and name.startswith("last-saved#"):
            raise ExpressionError(Mistake.DEF_025, name=name)
        if not paths:
            raise ExpressionError(Mistake.DEF_019, name=name)
        if len(paths) > 1:
            raise ExpressionError(Mistake.DEF_021, name=name)
        return paths[0]


@dataclass(frozen=True, slots=True)
class Here:
    """The node from which relative paths go.

    Attributes:
        node: path of the node; "" for the form.
        level: the level of the state an expression is run with.
        anchor: the deepest level whose state is surely around both this node and the asking item.
        is_tested: it is the node that a predicate tests; the state of the asking item is CURRENT.
    """

    node: str
    level: Level
    anchor: Level
    is_tested: bool = False


@dataclass(slots=True)
class Notes:
    """What was noticed while one expression was compiled.

    Attributes:
        reads: everything it reads, in the order written.
        of_tested: something depends on the node that the innermost predicate tests.
    """

    reads: dict[Read, None] = field(default_factory=dict)
    of_tested: bool = False


@dataclass(slots=True)
class Scope:
    """Where an expression stands, and what its names resolve to.

    Attributes:
        form: the spots of the form.
        path: the question or group that owns the expression.
        level: the level of the owner's states.
        here: from where relative paths go: the owner, or what a predicate tests.
        tables: what ``instance()`` and its like find.
        item: the table whose row a predicate or a choice filter tests, when it stands in one.
        notes: filled while the expression is compiled.
        calls: numbers the calls of functions that look random, so that each has its own value.
    """

    form: FormMap
    path: str
    level: Level
    here: Here
    tables: Tables
    item: IndexedTable | None = None
    notes: Notes = field(default_factory=Notes)
    calls: Iterator[int] = field(default_factory=count)


def scope_of(form: FormMap, path: str, level: Level, tables: Tables) -> Scope:
    """The scope of an expression that ``path`` owns."""
    return Scope(form, path, level, Here(path, level, level), tables)
