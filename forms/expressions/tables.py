"""Paths over tables in expressions.

``instance('t')/root/item[…]/column`` and ``pulldata('t', 'column', 'key column', key)``. Names of
tables and columns are written out, so that a wrong one is told when the form is loaded. Inside the
predicate of an item a plain name is a column; questions are reached with ``${name}`` and
``current()/``.

What a predicate asks as ``column = key``, where the key is the same for every row, is answered by
the index of that column. A predicate that gives a number is a position, as in XPath; the answer of
a number question too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from forms.expressions.indexed_tables import IndexedTable, Row
from forms.expressions.scope import Scope
from forms.expressions.syntax import (
    Binary,
    Call,
    ExpressionError,
    Literal,
    Located,
    Logic,
    Node,
    Path,
    Start,
    Step,
    children,
)
from forms.expressions.terms import (
    ITEM,
    BooleanRun,
    Sort,
    State,
    Term,
    boolean,
    number,
    text,
    values,
)
from forms.expressions.values import Value, to_text
from forms.mistakes import Mistake

Compile: TypeAlias = Callable[[Node, Scope], Term]
_Find: TypeAlias = Callable[[State], Sequence[int]]
_Filter: TypeAlias = Callable[[State, Sequence[Row]], Sequence[Row]]


def is_instance(node: Node) -> bool:
    """Is it a path over a table?"""
    return (
        isinstance(node, Located) and isinstance(node.base, Call) and node.base.name == "instance"
    )


def _of_values(scope: Scope) -> Scope:
    """Inside the predicate of nodes without children: only ``.`` is there."""
    return replace(scope, item=IndexedTable("", {".": 0}, ()))


def passing(
    table: IndexedTable, predicates: tuple[Node, ...], scope: Scope, compile_node: Compile
) -> Callable[[State], Sequence[Row]]:
    """The rows of a table that pass every predicate."""
    inner = replace(scope, item=table)
    start, rest = _start(table, predicates, inner, compile_node)
    filters = [_filter(predicate, inner, compile_node) for predicate in rest]
    if not filters:
        return start

    def run(state: State) -> Sequence[Row]:
        rows = start(state)
        for one in filters:
            rows = one(state, rows)
        return rows

    return run


def instance_term(node: Located, scope: Scope, compile_node: Compile) -> Term:
    """``instance('t')/root/item[…]/column``: the cells of the rows that pass."""
    table, item, column = _taken_apart(node, scope)
    rows = passing(table, item.predicates, scope, compile_node)
    return Term(Sort.NODES, lambda state: [row[column] for row in rows(state)])


def filtered_term(
    base: Term, predicates: Sequence[Node], scope: Scope, compile_node: Compile
) -> Term:
    """A node-set whose nodes have no children, filtered: ``(a | b)[. != ''][1]``."""
    inner = _of_values(scope)
    filters = [_filter(predicate, inner, compile_node) for predicate in predicates]
    read = values(base)

    def run(state: State) -> list[Value]:
        rows: Sequence[Row] = [(value,) for value in read(state)]
        for one in filters:
            rows = one(state, rows)
        return [row[0] for row in rows]

    return Term(Sort.NODES, run)


def cell_term(path: Path, table: IndexedTable) -> Term:
    """A plain name inside the predicate of an item: the cell of that column."""
    steps = [step for step in path.steps if str(step) != "."] or list(path.steps[:1])
    if len(steps) > 1 or steps[0].predicates:
        raise misused(str(path), "trong […] của một bảng chỉ dùng được tên cột")
    column = table.column(steps[0].name)
    sort = Sort.TEXT if table.name else Sort.ANY
    return Term(sort, lambda state: state[ITEM][0][column])


def row_position_term(name: str) -> Term:
    """``position()`` and ``last()`` inside the predicate of an item."""
    part = 1 if name == "position" else 2
    return Term(Sort.NUMBER, lambda state: float(state[ITEM][part]))


def pulldata_term(arguments: Sequence[Node], scope: Scope, compile_node: Compile) -> Term:
    """``pulldata('t', 'column', 'key column', key)``: the cell of the first such row, or ""."""
    names = [node.value for node in arguments[:3] if isinstance(node, Literal)]
    if len(names) < 3 or not all(isinstance(name, str) for name in names):
        raise misused("pulldata", "ba đối số đầu phải là tên viết trong dấu nháy")
    table = scope.tables.table(str(names[0]))
    wanted, key_column = table.column(str(names[1])), table.column(str(names[2]))
    key = text(compile_node(arguments[3], scope))

    def run(state: State) -> str:
        for at in table.find(key_column, key(state)):
            return to_text(table.rows[at][wanted])
        return ""

    return Term(Sort.TEXT, run)


def _taken_apart(node: Located, scope: Scope) -> tuple[IndexedTable, Step, int]:
    """The table, the step of its items and the column of a path over a table."""
    call = node.base
    name = call.arguments[0] if isinstance(call, Call) and len(call.arguments) == 1 else None
    if not isinstance(name, Literal) or not isinstance(name.value, str):
        raise misused("instance", "tên bảng phải viết trong dấu nháy")
    table = scope.tables.table(name.value)
    form = f"instance('{name.value}')/root/item[…]/cột"
    names = [step.name for step in node.steps]
    if node.predicates or names[:2] != ["root", "item"] or len(names) > 3:
        raise misused(f"instance('{name.value}')", f"phải viết {form}")
    root, item, *column = node.steps
    if root.predicates or (column and column[0].predicates):
        raise misused("[…]", f"điều kiện chỉ đứng sau item: {form}")
    return table, item, table.column(column[0].name) if column else 0


def _start(
    table: IndexedTable, predicates: tuple[Node, ...], scope: Scope, compile_node: Compile
) -> tuple[Callable[[State], Sequence[Row]], tuple[Node, ...]]:
    """The rows to begin with, through an index where there can be one, and what is left to test."""
    rows = table.rows
    parts = _joined(predicates[0]) if predicates else ()
    possible = [_finder(part, table, scope, compile_node) for part in parts]
    finders = [(at, finder) for at, finder in enumerate(possible) if finder is not None]
    if not finders or any(_counts(part) for part in parts):
        return (lambda _state: rows), predicates
    if len(parts) == 1:
        find = finders[0][1]
        return (lambda state: [rows[at] for at in find(state)]), predicates[1:]
    tests = [_those(boolean(compile_node(part, scope))) for part in parts]

    def run(state: State) -> Sequence[Row]:
        """Of several indexes the one that leaves the fewest rows."""
        found = [(at, find(state)) for at, find in finders]
        chosen, fewest = min(found, key=lambda one: len(one[1]))
        left: Sequence[Row] = [rows[at] for at in fewest]
        for at, test in enumerate(tests):
            if at != chosen:
                left = test(state, left)
        return left

    return run, predicates[1:]


def _joined(predicate: Node) -> tuple[Node, ...]:
    """What a predicate asks at once."""
    if isinstance(predicate, Logic) and predicate.operator == "and":
        return predicate.operands
    return (predicate,)


def _finder(part: Node, table: IndexedTable, scope: Scope, compile_node: Compile) -> _Find | None:
    """``column = key``, when the key is the same for all rows: how the rows are found."""
    if not isinstance(part, Binary) or part.operator != "=":
        return None
    for cell, key in ((part.left, part.right), (part.right, part.left)):
        column = _column_of(cell, scope)
        if column is not None and not _looks_at_item(key):
            return _find_by(table, column, compile_node(key, scope))
    return None


def _find_by(table: IndexedTable, column: int, key: Term) -> _Find | None:
    if key.sort is Sort.BOOLEAN:
        return None
    if key.sort is Sort.NODES:
        keys = key.run
        return lambda state: sorted({at for one in keys(state) for at in table.find(column, one)})
    read = key.run if key.sort in (Sort.NUMBER, Sort.ANY) else text(key)
    return lambda state: table.find(column, read(state))


def _column_of(node: Node, scope: Scope) -> int | None:
    if not isinstance(node, Path) or node.start is not Start.RELATIVE or scope.item is None:
        return None
    return scope.item.columns.get(str(node))


def _counts(node: Node) -> bool:
    """Does it ask for the position, which an index would change?"""
    return any(isinstance(one, Call) and one.name in ("position", "last") for one in _near(node))


def _looks_at_item(node: Node) -> bool:
    return any(isinstance(one, Path) and one.start is Start.RELATIVE for one in _near(node))


def _near(node: Node) -> Iterator[Node]:
    """The nodes that stand in the same context: those of nested predicates do not."""
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        if isinstance(one, Located):
            pending.append(one.base)
        elif not isinstance(one, Path):
            pending.extend(children(one))


def _filter(predicate: Node, scope: Scope, compile_node: Compile) -> _Filter:
    term = compile_node(predicate, scope)
    if term.sort not in (Sort.NUMBER, Sort.MEASURE):
        return _those(boolean(term))
    wanted = number(term)
    if term.constant:
        return _at(wanted([]))
    return _those(lambda state: wanted(state) == state[ITEM][1])


def _at(position: float) -> _Filter:
    def run(_state: State, rows: Sequence[Row]) -> Sequence[Row]:
        exists = position.is_integer() and 1 <= position <= len(rows)
        return [rows[int(position) - 1]] if exists else []

    return run


def _those(test: BooleanRun) -> _Filter:
    """The rows that pass a test; the row being tested stands in the state meanwhile."""

    def run(state: State, rows: Sequence[Row]) -> Sequence[Row]:
        outer = state[ITEM]
        size = len(rows)
        kept = []
        for position, row in enumerate(rows, 1):
            state[ITEM] = (row, position, size)
            if test(state):
                kept.append(row)
        state[ITEM] = outer
        return kept

    return run


def misused(name: str, detail: str) -> ExpressionError:
    return ExpressionError(Mistake.DEF_053, name=name, detail=detail)
