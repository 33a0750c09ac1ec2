"""Conditions and truth values."""

from __future__ import annotations

from forms.expressions.library.function import (
    MANY,
    Arguments,
    Build,
    Function,
    Subject,
    alike,
    common_sort,
    flattened,
)
from forms.expressions.syntax import ExpressionError
from forms.expressions.terms import (
    NodesRun,
    Sort,
    State,
    Term,
    boolean,
    constant,
    number,
    text,
    values,
)
from forms.expressions.values import to_number
from forms.mistakes import Mistake


def _if(arguments: Arguments) -> Term:
    test = boolean(arguments[0])
    options = alike(arguments[1:])
    yes, no = (option.run for option in options)
    return Term(common_sort(options), lambda state: yes(state) if test(state) else no(state))


def _coalesce(arguments: Arguments) -> Term:
    terms = alike(arguments)
    options = [(text(term), term.run) for term in terms]

    def run(state: State) -> object:
        for as_text, as_is in options[:-1]:
            if as_text(state) != "":
                return as_is(state)
        return options[-1][1](state)

    return Term(common_sort(terms), run)


def _not(arguments: Arguments) -> Term:
    test = boolean(arguments[0])
    return Term(Sort.BOOLEAN, lambda state: not test(state))


def _boolean(arguments: Arguments) -> Term:
    return Term(Sort.BOOLEAN, boolean(arguments[0]))


def _boolean_from_string(arguments: Arguments) -> Term:
    read = text(arguments[0])
    return Term(Sort.BOOLEAN, lambda state: read(state) in ("true", "1"))


def _always(value: bool) -> Build:
    return lambda _arguments: constant(Sort.BOOLEAN, value)


def _checklist(arguments: Arguments) -> Term:
    lowest, highest = number(arguments[0]), number(arguments[1])
    read = flattened(arguments[2:])

    def run(state: State) -> bool:
        count = sum(to_number(one) > 0 for one in read(state))
        return _is_between(count, lowest(state), highest(state))

    return Term(Sort.BOOLEAN, run)


def _weighted_checklist(arguments: Arguments) -> Term:
    if len(arguments) % 2:
        name, expected = "weighted-checklist", "4, 6, 8…"
        raise ExpressionError(Mistake.DEF_018, name=name, expected=expected, count=len(arguments))
    lowest, highest = number(arguments[0]), number(arguments[1])
    pairs = [(values(v), values(w)) for v, w in zip(arguments[2::2], arguments[3::2], strict=True)]

    def run(state: State) -> bool:
        weight = sum(_weight(answers, weights, state) for answers, weights in pairs)
        return _is_between(weight, lowest(state), highest(state))

    return Term(Sort.BOOLEAN, run)


def _weight(answers: NodesRun, weights: NodesRun, state: State) -> float:
    """The weights of the answers that hold; node-sets go side by side."""
    pairs = zip(answers(state), weights(state), strict=False)
    return sum(to_number(weight) for answer, weight in pairs if to_number(answer) > 0)


def _is_between(value: float, lowest: float, highest: float) -> bool:
    """A bound of -1 does not apply."""
    return (lowest == -1 or value >= lowest) and (highest == -1 or value <= highest)


def _row(
    name: str,
    signature: str,
    purpose_vi: str,
    arity: tuple[int, int],
    build: Build | None,
) -> Function:
    return Function(name, signature, purpose_vi, Subject.TRUTH, *arity, build)


ROWS: tuple[Function, ...] = (
    _row("if", "if(boolean, then, else)", "Chọn một trong hai giá trị.", (3, 3), _if),
    _row(
        "coalesce",
        "coalesce(arg, arg…)",
        "Giá trị không trống đầu tiên.",
        (2, MANY),
        _coalesce,
    ),
    _row(
        "once",
        "once(calc)",
        "Tính một lần: khi câu đã có giá trị thì giữ nguyên giá trị đó.",
        (1, 1),
        None,
    ),
    _row("true", "true()", "Luôn đúng.", (0, 0), _always(True)),
    _row("false", "false()", "Luôn sai.", (0, 0), _always(False)),
    _row("not", "not(boolean)", "Đảo đúng sai.", (1, 1), _not),
    _row("boolean", "boolean(arg)", "Đúng khi không trống, khác 0.", (1, 1), _boolean),
    _row(
        "boolean-from-string",
        "boolean-from-string(string)",
        "Chỉ đúng với 'true' hoặc '1'.",
        (1, 1),
        _boolean_from_string,
    ),
    _row(
        "checklist",
        "checklist(min, max, v…)",
        "Số điều đúng nằm trong khoảng; -1 là không giới hạn.",
        (3, MANY),
        _checklist,
    ),
    _row(
        "weighted-checklist",
        "weighted-checklist(min, max, v, w, …)",
        "Như checklist, mỗi điều đúng được tính theo trọng số w đứng sau nó.",
        (4, MANY),
        _weighted_checklist,
    ),
)
