"""Texts: putting together, cutting, looking inside."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from forms.expressions.library.function import (
    MANY,
    Arguments,
    Build,
    Function,
    Subject,
    flattened,
    of_two_texts,
)
from forms.expressions.library.numbers import round_half_up
from forms.expressions.patterns import compile_pattern
from forms.expressions.syntax import ExpressionError
from forms.expressions.terms import Sort, State, Term, number, text
from forms.expressions.values import to_text


def _string(arguments: Arguments) -> Term:
    return Term(Sort.TEXT, text(arguments[0]))


def _concat(arguments: Arguments) -> Term:
    if Sort.NODES in {term.sort for term in arguments}:
        read = flattened(arguments)
        return Term(Sort.TEXT, lambda state: "".join(map(to_text, read(state))))
    parts = [text(term) for term in arguments]
    return Term(Sort.TEXT, lambda state: "".join([part(state) for part in parts]))


def _join(arguments: Arguments) -> Term:
    separator, read = text(arguments[0]), flattened(arguments[1:])
    return Term(Sort.TEXT, lambda state: separator(state).join(map(to_text, read(state))))


def _index(value: float, length: int) -> int:
    """A number as a position from 0 to ``length``; NaN is the start."""
    if math.isnan(value):
        return 0
    return int(min(max(value, 0), length))


def _substr(arguments: Arguments) -> Term:
    """``substr(text, start, end)``: from 0, the end not included, negative from the right."""
    read, start = text(arguments[0]), number(arguments[1])
    end = number(arguments[2]) if len(arguments) == 3 else None

    def run(state: State) -> str:
        value = read(state)
        first = start(state)
        last = float(len(value)) if end is None else end(state)
        first = first + len(value) if first < 0 else first
        last = last + len(value) if last < 0 else last
        return value[_index(first, len(value)) : _index(last, len(value))]

    return Term(Sort.TEXT, run)


def _substring(arguments: Arguments) -> Term:
    """``substring(text, start, length)``: from 1, rounded (XPath 1.0 §4.2)."""
    read, start = text(arguments[0]), number(arguments[1])
    length = number(arguments[2]) if len(arguments) == 3 else None

    def run(state: State) -> str:
        value = read(state)
        first = round_half_up(start(state))
        last = math.inf if length is None else first + round_half_up(length(state))
        if math.isnan(first) or math.isnan(last):
            return ""
        return value[_index(first - 1, len(value)) : _index(last - 1, len(value))]

    return Term(Sort.TEXT, run)


def _translate(arguments: Arguments) -> Term:
    read, old, new = (text(term) for term in arguments)

    def run(state: State) -> str:
        targets = new(state)
        table: dict[int, str | None] = {}
        for position, letter in enumerate(old(state)):
            replacement = targets[position] if position < len(targets) else None
            table.setdefault(ord(letter), replacement)
        return read(state).translate(table)

    return Term(Sort.TEXT, run)


def _string_length(arguments: Arguments) -> Term:
    read = text(arguments[0])
    return Term(Sort.NUMBER, lambda state: float(len(read(state))))


def _normalize_space(arguments: Arguments) -> Term:
    read = text(arguments[0])
    return Term(Sort.TEXT, lambda state: " ".join(read(state).split()))


def _regex(arguments: Arguments) -> Term:
    """The whole text must match, as in ODK Collect.

    A pattern written out is checked when the form is loaded; one that is worked out from answers
    and turns out to be none matches nothing.
    """
    read, pattern = text(arguments[0]), text(arguments[1])
    if not arguments[1].constant:
        return Term(Sort.BOOLEAN, lambda state: _changing_pattern(pattern(state))(read(state)))
    matches = compile_pattern(pattern([]))
    return Term(Sort.BOOLEAN, lambda state: matches(read(state)))


@lru_cache(maxsize=64)
def _changing_pattern(pattern: str) -> Callable[[str], bool]:
    try:
        return compile_pattern(pattern)
    except ExpressionError:
        return lambda _text: False


def _before(value: str, mark: str) -> str:
    return value.partition(mark)[0] if mark and mark in value else ""


def _after(value: str, mark: str) -> str:
    return value.partition(mark)[2] if mark else value


def _row(
    name: str,
    signature: str,
    purpose_vi: str,
    arity: tuple[int, int],
    build: Build,
    of_self: bool = False,
) -> Function:
    return Function(name, signature, purpose_vi, Subject.TEXT, *arity, build, of_self=of_self)


ROWS: tuple[Function, ...] = (
    _row("string", "string(arg)", "Giá trị dưới dạng chữ.", (1, 1), _string),
    _row("concat", "concat(arg…)", "Nối các giá trị, mở cả nhóm lặp.", (1, MANY), _concat),
    _row(
        "join",
        "join(separator, arg…)",
        "Nối các giá trị với dấu ngăn ở giữa, mở cả nhóm lặp.",
        (2, MANY),
        _join,
    ),
    _row(
        "substr",
        "substr(string, start, end?)",
        "Cắt chữ, đếm từ 0, không gồm vị trí cuối; số âm đếm từ bên phải.",
        (2, 3),
        _substr,
    ),
    _row(
        "substring",
        "substring(string, start, length?)",
        "Cắt chữ, đếm từ 1, theo độ dài.",
        (2, 3),
        _substring,
    ),
    _row(
        "substring-before",
        "substring-before(string, mark)",
        "Phần đứng trước dấu.",
        (2, 2),
        of_two_texts(Sort.TEXT, _before),
    ),
    _row(
        "substring-after",
        "substring-after(string, mark)",
        "Phần đứng sau dấu.",
        (2, 2),
        of_two_texts(Sort.TEXT, _after),
    ),
    _row(
        "contains",
        "contains(string, part)",
        "Có chứa đoạn chữ.",
        (2, 2),
        of_two_texts(Sort.BOOLEAN, lambda value, part: part in value),
    ),
    _row(
        "starts-with",
        "starts-with(string, part)",
        "Bắt đầu bằng đoạn chữ.",
        (2, 2),
        of_two_texts(Sort.BOOLEAN, str.startswith),
    ),
    _row(
        "ends-with",
        "ends-with(string, part)",
        "Kết thúc bằng đoạn chữ.",
        (2, 2),
        of_two_texts(Sort.BOOLEAN, str.endswith),
    ),
    _row("string-length", "string-length(string)", "Số ký tự.", (1, 1), _string_length),
    _row(
        "normalize-space",
        "normalize-space(string?)",
        "Bỏ khoảng trắng thừa ở đầu, cuối và giữa.",
        (0, 1),
        _normalize_space,
        of_self=True,
    ),
    _row(
        "translate",
        "translate(string, from, to)",
        "Thay từng ký tự; ký tự không có đích thì bỏ.",
        (3, 3),
        _translate,
    ),
    _row(
        "regex",
        "regex(string, pattern)",
        "Toàn bộ chữ khớp mẫu (biểu thức chính quy).",
        (2, 2),
        _regex,
    ),
)
