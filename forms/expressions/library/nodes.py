"""Several nodes at once: the instances of a repeat, the rows of a table.

Answers that are empty are passed over by ``sum``, ``min`` and ``max``, as ODK Collect does: a row
of a repeat that is not filled in yet must not take the total away. (By XPath 1.0 alone it would
become NaN.) A text that is no number makes it NaN all the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from forms.expressions.library.function import (
    MANY,
    Arguments,
    Build,
    Function,
    Subject,
    flattened,
)
from forms.expressions.library.randomness import shuffled
from forms.expressions.terms import (
    SEED,
    NumberRun,
    Sort,
    State,
    Term,
    number,
    number_of_node,
    values,
)
from forms.expressions.values import NAN, Value


def _count(arguments: Arguments) -> Term:
    read = flattened(arguments)
    return Term(Sort.NUMBER, lambda state: float(len(read(state))))


def _count_non_empty(arguments: Arguments) -> Term:
    read = flattened(arguments)
    return Term(Sort.NUMBER, lambda state: float(sum(map(_is_filled, read(state)))))


def _is_filled(value: Value) -> bool:
    return value is not None and value != ""


def _sum(arguments: Arguments) -> Term:
    read = _numbers(arguments)
    return Term(Sort.NUMBER, lambda state: float(sum(read(state))))


def _extreme(pick: Callable[[Sequence[float]], float]) -> Build:
    def build(arguments: Arguments) -> Term:
        read = _numbers(arguments)

        def run(state: State) -> float:
            found = read(state)
            return NAN if not found or any(map(math.isnan, found)) else pick(found)

        return Term(Sort.NUMBER, run)

    return build


def _numbers(arguments: Arguments) -> Callable[[State], list[float]]:
    """The numbers of all arguments; of a node-set only the nodes that are filled in."""
    singles = [number(term) for term in arguments]
    if not any(term.sort is Sort.NODES for term in arguments):
        return lambda state: [read(state) for read in singles]
    reads = [
        _filled(term) if term.sort is Sort.NODES else _single(read)
        for term, read in zip(arguments, singles, strict=True)
    ]
    return lambda state: [one for read in reads for one in read(state)]


def _filled(term: Term) -> Callable[[State], list[float]]:
    read, convert = term.run, number_of_node(term)
    return lambda state: [convert(one) for one in read(state) if _is_filled(one)]


def _single(run: NumberRun) -> Callable[[State], list[float]]:
    return lambda state: [run(state)]


def _randomize(arguments: Arguments) -> Term:
    read, sort = values(arguments[0]), arguments[0].of
    if len(arguments) == 1:
        return Term(Sort.NODES, lambda state: shuffled(read(state), state[SEED]), of=sort)
    seed = number(arguments[1])
    return Term(Sort.NODES, lambda state: shuffled(read(state), seed(state)), of=sort)


def _row(
    name: str,
    signature: str,
    purpose_vi: str,
    arity: tuple[int, int],
    build: Build | None = None,
) -> Function:
    pure = name != "randomize"
    return Function(name, signature, purpose_vi, Subject.NODES, *arity, build, pure=pure)


ROWS: tuple[Function, ...] = (
    _row("count", "count(nodes…)", "Số lần lặp hoặc số dòng.", (1, MANY), _count),
    _row(
        "count-non-empty",
        "count-non-empty(nodes…)",
        "Số giá trị không trống.",
        (1, MANY),
        _count_non_empty,
    ),
    _row("sum", "sum(nodes…)", "Tổng; bỏ qua ô trống của nhóm lặp.", (1, MANY), _sum),
    _row("min", "min(nodes…)", "Số nhỏ nhất.", (1, MANY), _extreme(min)),
    _row("max", "max(nodes…)", "Số lớn nhất.", (1, MANY), _extreme(max)),
    _row(
        "position",
        "position(node?)",
        "Thứ tự của lần lặp, đếm từ 1; thường viết position(..).",
        (0, 1),
    ),
    _row("last", "last()", "Số lần lặp hoặc số dòng đang xét trong điều kiện […].", (0, 0)),
    _row(
        "indexed-repeat",
        "indexed-repeat(node, repeat, index, …)",
        "Giá trị của câu hỏi ở lần lặp thứ index; tối đa ba cấp.",
        (3, 7),
    ),
    _row(
        "current",
        "current()",
        "Câu hỏi đang xét, cả trong điều kiện […] và choice_filter.",
        (0, 0),
    ),
    _row(
        "instance",
        "instance('table')/root/item[…]/column",
        "Các dòng của bảng CSV đính kèm hoặc của danh sách lựa chọn.",
        (1, 1),
    ),
    _row(
        "pulldata",
        "pulldata('table', 'column', 'key column', key)",
        "Một ô của bảng CSV đính kèm, ở dòng đầu tiên có khoá.",
        (4, 4),
    ),
    _row(
        "randomize",
        "randomize(nodes, seed?)",
        "Xáo trộn thứ tự; cùng seed thì cùng thứ tự.",
        (1, 2),
        _randomize,
    ),
)
