"""Filling a form: what is asked, what follows from the answers, and what is wrong with them.

``Filling`` holds one form being answered and works out again only what an edit can change.
``validate`` looks at a complete set of answers once; the desktop before a submission, the server
after one, and imports use it. Neither raises for bad answers, stops at the first finding or reads
a clock: the day of filling is ``on``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from forms.answers import LONGEST_TEXT, is_empty
from forms.compilation import compile_form
from forms.compiled import CompiledForm, Item
from forms.dates import display
from forms.definition import Answer, Answers, Choice, Question, QuestionType
from forms.expressions.terms import NOW, TODAY, State
from forms.expressions.values import Value, stored_number, to_text
from forms.findings import PRECISION_WORDS_VI, Code, Finding
from forms.rules.identity import IdentityTables, identity_findings
from forms.validity import offered

__all__ = ["CompiledForm", "Filling", "compile_form", "validate"]

_NO_ANSWERS: Answers = MappingProxyType({})
_LONGEST_SHOWN = 100


def validate(
    form: CompiledForm, answers: Answers, *, on: date, tables: IdentityTables
) -> list[Finding]:
    """Every finding about a whole set of answers, in the order of the paper.

    Unlike ``Filling``, it also reports answers to questions that are not asked with these answers,
    and answers to no question of the form (at the end).
    """
    state, shown, unread = _start(form, on)
    for item in form.steps:
        _settle(item, state, shown, answers, unread)
    identity = _identity_findings(form, state, shown, on=on, tables=tables)
    findings: list[Finding] = []
    known = 0
    for item in form.questions:
        path = item.path
        known += path in answers
        if shown[item.slot]:
            found = _check(form, item, state, unread.get(item.slot), answers)
            if found:
                findings += found
        elif item.calculation is None and not is_empty(answers.get(path)):
            findings.append(_finding(Code.FORM_009, item))
        if identity:
            findings += [one for one in identity if one.path == path]
    if known < len(answers):
        findings += _unknown(form, answers)
    return findings


class Filling:
    """One form being answered.

    Answers that stopped being relevant are kept and come back when they are relevant again; they
    are in ``kept()`` but not in ``answers()``. A form that has no answer of its own yet (the
    person's and the household's do not count) starts with the defaults of its definition.
    """

    def __init__(
        self,
        form: CompiledForm,
        *,
        on: date,
        tables: IdentityTables,
        answers: Answers = _NO_ANSWERS,
    ) -> None:
        self.form = form
        self._on = on
        self._tables = tables
        self._given = {path: value for path, value in answers.items() if not is_empty(value)}
        self._state, self._shown, self._unread = _start(form, on)
        self._found: dict[int, list[Finding]] = {}
        self._identity: list[Finding] | None = None
        self._work_out(form.steps)
        if not any(item.place == item.path and item.path in self._given for item in form.questions):
            self._fill_defaults()

    def set(self, path: str, value: Answer) -> frozenset[str]:
        """Gives an answer; an empty one takes it away. Raises ``KeyError`` for no question.

        Returns the paths (groups too) whose value, relevance, requiredness, choices or findings
        may have changed. Calculated answers cannot be given; trying changes nothing.
        """
        item = self._question(path)
        before = self._given.get(path)
        after = None if is_empty(value) else value
        if item.calculation is not None or (type(before) is type(after) and before == after):
            return frozenset()
        if after is None:
            del self._given[path]
        else:
            self._given[path] = after
        effect = self.form.effect(item.slot)
        self._work_out(effect.again)
        for slot in effect.looking:
            self._found.pop(slot, None)
        if effect.on_identity:
            self._identity = None
        return effect.paths

    def value(self, path: str) -> Answer:
        """The answer now, calculated ones too; ``None`` when empty or not asked."""
        item = self._question(path)
        if item.slot in self._unread:
            return self._given.get(path)
        return _answer(item, self._state)

    def answers(self) -> dict[str, Answer]:
        """What is saved and submitted: relevant, not empty, calculated ones included."""
        found = {item.path: self.value(item.path) for item in self.form.questions}
        return {path: value for path, value in found.items() if value is not None}

    def kept(self) -> dict[str, Answer]:
        """Every answer given, also those that are not relevant now."""
        return dict(self._given)

    def is_relevant(self, path: str) -> bool:
        """Is this question or group asked now?"""
        return self._shown[self.form.by_path[path].slot]

    def is_required(self, path: str) -> bool:
        """Must this question be answered now?"""
        item = self._question(path)
        return self._shown[item.slot] and _is_required(item, self._state)

    def is_readonly(self, path: str) -> bool:
        """Is this answer only shown?"""
        item = self._question(path)
        if item.calculation is not None or item.always_readonly:
            return True
        return item.readonly is not None and item.readonly(self._state)

    def choices(self, path: str) -> tuple[Choice, ...]:
        """The options that may be chosen now; of those with days, the ones of this day."""
        item = self._question(path)
        shown = self.form.shown_choices(item, self._state)
        if not item.dated:
            return shown
        chosen = to_text(self._state[item.slot])
        return offered(shown, on=self._state[TODAY], chosen=chosen, dated=item.dated)

    def findings(self) -> list[Finding]:
        """Every finding, in the order of the paper."""
        return [one for item in self.form.questions for one in self._findings_of(item)]

    def findings_at(self, path: str) -> list[Finding]:
        """The findings that stand at one question."""
        return self._findings_of(self._question(path))

    def _question(self, path: str) -> Item:
        item = self.form.by_path[path]
        if item.question is None:
            raise KeyError(path)
        return item

    def _findings_of(self, item: Item) -> list[Finding]:
        slot = item.slot
        if not self._shown[slot] or item.read is None:
            return []
        own = self._found.get(slot)
        if own is None:
            own = _check(self.form, item, self._state, self._unread.get(slot), self._given)
            self._found[slot] = own
        if self._identity is None:
            self._identity = _identity_findings(
                self.form, self._state, self._shown, on=self._on, tables=self._tables
            )
        return [*own, *(one for one in self._identity if one.path == item.path)]

    def _work_out(self, items: tuple[Item, ...]) -> None:
        for item in items:
            _settle(item, self._state, self._shown, self._given, self._unread)
            if item.fills_once and self._shown[item.slot]:
                self._given[item.path] = self._state[item.slot]

    def _fill_defaults(self) -> None:
        for item in self.form.questions:
            if item.default is None or item.path in self._given:
                continue
            value = _kept(item.default(self._state))
            if not is_empty(value):
                self.set(item.path, value)


def _start(form: CompiledForm, on: date) -> tuple[State, list[bool], dict[int, Code]]:
    state = form.blank_state.copy()
    state[TODAY] = on.isoformat()
    state[NOW] = f"{on.isoformat()}T00:00:00.000+07:00"
    return state, [True] * (len(form.items) + 1), {}


def _settle(
    item: Item, state: State, shown: list[bool], given: Answers, unread: dict[int, Code]
) -> None:
    """Works out relevance and value of one item; those it needs are worked out already."""
    slot = item.slot
    visible = shown[item.parent] and (item.relevant is None or item.relevant(state))
    shown[slot] = visible
    read = item.read
    if read is None:
        return
    if unread:
        unread.pop(slot, None)
    if not visible:
        state[slot] = item.blank
        return
    if item.calculation is not None and not item.fills_once:
        state[slot] = _filled(item, _kept(item.calculation.run(state)))
        return
    answer = given.get(item.path)
    if answer is None or (type(answer) is str and not answer.strip()):
        state[slot] = item.blank
    else:
        value, trouble = read(answer)
        if trouble is not None:
            unread[slot] = trouble
            value = item.blank
        state[slot] = value
    if item.calculation is not None:
        state[slot] = _filled(item, _kept(item.calculation.run(state)))


def _kept(value: Value) -> Answer:
    """The result of an expression as an answer."""
    if isinstance(value, bool):
        return to_text(value)
    if isinstance(value, float):
        return stored_number(value) if math.isfinite(value) else None
    return value


def _filled(item: Item, value: Answer) -> Answer:
    return item.blank if value is None or value == "" else value


def _answer(item: Item, state: State) -> Answer:
    value: Answer = state[item.slot]
    return None if value == "" else value


def _is_required(item: Item, state: State) -> bool:
    return item.always_required or (item.required is not None and item.required(state))


def _check(
    form: CompiledForm, item: Item, state: State, trouble: Code | None, given: Answers
) -> list[Finding]:
    """The form's own findings about one question that is asked."""
    if trouble is not None:
        return [_unreadable(item, trouble, given.get(item.path))]
    value = state[item.slot]
    if value == item.blank:
        if item.always_required or (item.required is not None and item.required(state)):
            return [_finding(Code.FORM_001, item, message=_of(item).required_message_vi)]
        return []
    findings: list[Finding] = []
    if item.choices and not _is_choice(form, item, state, value):
        findings.append(_finding(Code.FORM_004, item, value=_short(value)))
    elif item.dated:
        findings += _out_of_use(item, value, state[TODAY])
    if item.constraint is not None and not item.constraint(state):
        findings.append(_constraint_finding(item))
    if item.warning is not None and not item.warning(state):
        findings.append(_warning_finding(item, state))
    return findings


def _is_choice(form: CompiledForm, item: Item, state: State, value: str) -> bool:
    allowed = item.allowed if item.allowed is not None else form.allowed_codes(item, state)
    if _of(item).type is QuestionType.SELECT_ONE:
        return value in allowed
    return allowed.issuperset(value.split())


def _out_of_use(item: Item, value: str, on: str) -> Iterator[Finding]:
    """Answers that hold a retired option, or one that is not in use yet."""
    for choice in item.choices:
        validity = item.dated.get(choice.code)
        if validity is None or validity.holds(on) or choice.code not in value.split():
            continue
        label = choice.label_vi
        if validity.is_retired(on):
            yield _finding(Code.FORM_020, item, value=label, last=display(validity.last))
        else:
            yield _finding(Code.FORM_021, item, value=label, first=display(validity.first))


def _of(item: Item) -> Question:
    if item.question is None:  # groups are never checked
        raise KeyError(item.path)
    return item.question


def _finding(code: Code, item: Item, **parameters: str) -> Finding:
    return Finding(code, item.path, item.place, {"label": item.label_vi, **parameters})


def _constraint_finding(item: Item) -> Finding:
    message = _of(item).constraint_message_vi
    if not message:
        return _finding(Code.FORM_012, item)
    return _finding(Code.FORM_002, item, message=message)


def _warning_finding(item: Item, state: State) -> Finding:
    """Carries every value the warning read: a confirmation holds for exactly these."""
    seen = {f"seen.{one.place}": to_text(state[one.slot]) for one in item.seen}
    parameters = {"message": _of(item).warning_message_vi, "value": to_text(state[item.slot])}
    return _finding(Code.FORM_003, item, **parameters, **seen)


def _unreadable(item: Item, code: Code, given: Answer) -> Finding:
    if code is Code.FORM_011:
        return _finding(code, item, count=str(len(to_text(given))), most=str(LONGEST_TEXT))
    if code is Code.FORM_008:
        needed = PRECISION_WORDS_VI[_of(item).precision]
        return _finding(code, item, value=display(to_text(given)), needed=needed)
    return _finding(code, item, value=_short(given))


def _short(given: Answer) -> str:
    text = to_text(given)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _identity_findings(
    form: CompiledForm,
    state: State,
    shown: list[bool],
    *,
    on: date,
    tables: IdentityTables,
) -> list[Finding]:
    identity: dict[str, Answer] = {}
    paths: dict[str, str] = {}
    for name, item in form.person_items:
        if shown[item.slot]:
            identity[name] = state[item.slot]
            paths[name] = item.path
    if not paths:
        return []
    return identity_findings(identity, on=on, tables=tables, paths=paths)


def _unknown(form: CompiledForm, answers: Mapping[str, Answer]) -> list[Finding]:
    known = {item.path for item in form.questions}
    strange = sorted(path for path in answers if path not in known)
    return [
        Finding(Code.FORM_010, path, path, {"label": _short(path)})
        for path in strange
        if not is_empty(answers[path])
    ]
