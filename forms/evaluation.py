"""One expression tried on given answers, without a form: for authors, and for the command line.

The answers come as JSON gives them. A name is a question, a mapping a group, and a list of mappings
a repeat with one instance for each; a list of plain values is the answer of a question with several
choices. A key may be a path too (``household/hamlet``, ``members[2]/name``). What type a question
has follows from its answers: numbers, dates, times, moments, or texts.

The expression stands outside of every group: ``${hamlet}``, ``/data/household/hamlet`` and
``../household/hamlet`` reach the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from forms.dates import parse_stored
from forms.definition import (
    Answer,
    DatePrecision,
    FormDefinition,
    Question,
    QuestionType,
    Repeat,
    Section,
    Table,
)
from forms.expressions.moments import fraction_of_time, read_moment
from forms.expressions.parser import parse
from forms.expressions.syntax import ExpressionError
from forms.expressions.values import Value, to_text
from forms.mistakes import DefinitionError, Mistake, problem
from forms.runtime.compilation import compile_form
from forms.runtime.frames import EXISTS, order_of_keys
from forms.runtime.metadata import UNKNOWN, Metadata
from forms.runtime.sheet import Sheet

#: Answers as JSON has them: plain values, lists and mappings.
Context: TypeAlias = Mapping[str, object]

#: Groups and repeats nested deeper are refused.
DEEPEST = 20

_LARGEST = 10**15
_KEYED = re.compile(r"([^\[\]]+)\[([A-Za-z0-9]{1,40})\]")
_NO_TABLES: Mapping[str, Table] = {}

#: The answers of a group, or of one instance, and what stands before their names in a path.
_Group: TypeAlias = tuple[Context, str]


def evaluate(
    text: str,
    *,
    context: Context,
    on: date,
    metadata: Metadata = UNKNOWN,
    tables: Mapping[str, Table] = _NO_TABLES,
) -> Value:
    """The value of an expression; of a node-set that of its first node, "" when there is none.

    Raises ``DefinitionError`` with every problem, as a form with this expression would.
    """
    answers: dict[str, Answer] = {}
    try:
        parse(text)
        children = _children([(_opened(context), "")], "", 0, answers)
    except ExpressionError as error:
        found = problem(error.mistake, sheet="", row=0, column="", **error.parameters)
        raise DefinitionError([found]) from error
    name = "result"
    while name in context:
        name += "_"
    result = Question(name, QuestionType.CALCULATE, "", calculation=text)
    form = compile_form(FormDefinition("", "", "", (*children, result), {}, tables))
    sheet = Sheet(form, answers, on=on, metadata=metadata)
    sheet.settle_everything()
    calculation = form.by_path[name].calculation
    value: Value = "" if calculation is None else calculation.run(sheet.root.state)
    return value


def _children(
    groups: Sequence[_Group], path: str, depth: int, answers: dict[str, Answer]
) -> tuple[Question | Section, ...]:
    """What a group asks; of a repeat, what any of its instances asks."""
    if depth > DEEPEST:
        raise ExpressionError(Mistake.DEF_023, limit=DEEPEST)
    names = dict.fromkeys(name for given, _ in groups for name in given)
    return tuple(_child(name, groups, path, depth, answers) for name in names)


def _child(
    name: str, groups: Sequence[_Group], path: str, depth: int, answers: dict[str, Answer]
) -> Question | Section:
    path, inner = f"{path}{name}", f"{path}{name}/"
    values = [(given[name], before + name) for given, before in groups if name in given]
    rows = [
        (row, f"{at}[{number}]")
        for value, at in values
        if isinstance(value, list)
        for number, row in enumerate(value, 1)
        if isinstance(row, Mapping)
    ]
    if rows or any(value == [] for value, _ in values):
        answers.update((at, EXISTS) for _, at in rows)
        instances = [(row, f"{at}/") for row, at in rows]
        children = _children(instances, inner, depth + 1, answers)
        return Section(path, name, None, children, repeat=Repeat())
    within = [(value, f"{at}/") for value, at in values if isinstance(value, Mapping)]
    if within:
        return Section(path, name, None, _children(within, inner, depth + 1, answers))
    plain = {at: _plain(value) for value, at in values}
    kind = _type_of([value for value in plain.values() if value is not None and value != ""])
    for at, value in plain.items():
        answers[at] = value if value is None or kind in _NUMBERS else to_text(value)
    return Question(path, kind, name, precision=DatePrecision.YEAR)


def _plain(value: object) -> Answer:
    """A plain answer; several codes with spaces between."""
    if isinstance(value, bool):
        return to_text(value)
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list):
        return " ".join(to_text(_plain(one)) for one in value if not isinstance(one, list))
    return str(value)


def _type_of(answers: Sequence[Answer]) -> QuestionType:
    """The type that all the answers of a question have; a text when there is none."""
    kinds = (kind for kind, test in _TESTS if all(map(test, answers)))
    return next(kinds, QuestionType.TEXT) if answers else QuestionType.TEXT


def _is_whole(answer: Answer) -> bool:
    return isinstance(answer, int) and abs(answer) < _LARGEST


def _is_number(answer: Answer) -> bool:
    return isinstance(answer, int | float) and abs(answer) < _LARGEST


def _is_date(answer: Answer) -> bool:
    """A year alone is not taken for one: it may be any number."""
    return isinstance(answer, str) and len(answer) > 4 and parse_stored(answer) is not None


def _is_time(answer: Answer) -> bool:
    return isinstance(answer, str) and answer[2:3] == ":" and fraction_of_time(answer) >= 0


def _is_moment(answer: Answer) -> bool:
    return isinstance(answer, str) and read_moment(answer) is not None


_TESTS: tuple[tuple[QuestionType, Callable[[Answer], bool]], ...] = (
    (QuestionType.INTEGER, _is_whole),
    (QuestionType.DECIMAL, _is_number),
    (QuestionType.DATE, _is_date),
    (QuestionType.TIME, _is_time),
    (QuestionType.DATE_TIME, _is_moment),
)
_NUMBERS = (QuestionType.INTEGER, QuestionType.DECIMAL)


class _Instances(dict[str, object]):
    """The instances of a repeat by key, while paths are opened."""


def _opened(context: Context) -> Context:
    """Paths among the keys become groups and repeats."""
    if not any("/" in key or "[" in key for key in context):
        return context
    root: dict[str, object] = {}
    for path, value in context.items():
        *groups, last = path.split("/")
        if len(groups) > DEEPEST:
            raise ExpressionError(Mistake.DEF_023, limit=DEEPEST)
        at = root
        for step in groups:
            at = _entered(at, step)
        if _KEYED.fullmatch(last) is None:
            at[last] = value
        elif isinstance(value, Mapping):
            _entered(at, last).update(value)
        else:
            _entered(at, last)
    return {name: _listed(value) for name, value in root.items()}


def _entered(at: dict[str, object], step: str) -> dict[str, object]:
    """The group of that name, or the instance of a repeat; made when it is new."""
    keyed = _KEYED.fullmatch(step)
    if keyed is not None:
        instances = at.get(keyed[1])
        if not isinstance(instances, _Instances):
            instances = at[keyed[1]] = _Instances()
        at, step = instances, keyed[2]
    inner = at.get(step)
    if not isinstance(inner, dict):
        inner = at[step] = {}
    return inner


def _listed(value: object) -> object:
    """Instances in the order of their keys."""
    if isinstance(value, _Instances):
        return [_listed(value[key]) for key in sorted(value, key=order_of_keys)]
    if isinstance(value, dict):
        return {name: _listed(one) for name, one in value.items()}
    return value
