"""What is wrong with the answers of one frame: the form's own rules and those about people."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import date

from forms.dates import display
from forms.definition import Answer, Answers, QuestionType, Range
from forms.expressions.terms import TODAY, State
from forms.expressions.values import text_of_number, to_text
from forms.findings import PRECISION_WORDS_VI, Code, Finding
from forms.rules.identity import (
    ID_NUMBER,
    IdentityTables,
    clean_number,
    identity_findings,
)
from forms.runtime.answers import LONGEST_TEXT, is_empty
from forms.runtime.compiled import CompiledForm, Identity, Item
from forms.runtime.frames import MOST_INSTANCES, Frame, Instances
from forms.runtime.sheet import Sheet
from forms.runtime.texts import message_of, question_of, text_of

_LONGEST_SHOWN = 100
_DIGITS_OF_NUMBER = 12


def check(form: CompiledForm, item: Item, frame: Frame) -> list[Finding]:
    """The form's own findings about one question that is asked."""
    state, unread = frame.state, frame.unread
    if unread and item.slot in unread:
        return [_unreadable(item, frame, unread[item.slot])]
    value = state[item.slot]
    if value == item.blank:
        if item.always_required or (item.required is not None and item.required(state)):
            message = message_of(item, "required_message", state)
            return [_finding(Code.FORM_001, item, frame, message=message)]
        return []
    findings: list[Finding] = []
    if item.choices and not (item.is_one_choice and value in (item.allowed or ())):
        findings += _choice_findings(form, item, frame, value)
    if item.constraint is not None and not item.constraint(state):
        findings.append(_constraint_finding(item, frame))
    if item.warning is not None and not item.warning(state):
        findings.append(_warning_finding(item, frame))
    return findings


def is_required(item: Item, state: State) -> bool:
    """Must a question that is asked be answered?"""
    return item.always_required or (item.required is not None and item.required(state))


def list_findings(item: Item, frame: Frame, sheet: Sheet) -> list[Finding]:
    """A repeat that is asked more often than it may be."""
    path = frame.path(item)
    if not frame.lists[item.slot].has_too_many and path not in sheet.too_many:
        return []
    return [_finding(Code.FORM_022, item, frame, most=str(MOST_INSTANCES))]


def unasked_finding(item: Item, frame: Frame) -> Finding:
    """An answer to a question that is not asked."""
    return _finding(Code.FORM_009, item, frame)


def asleep_findings(item: Item, frame: Frame) -> Iterator[Finding]:
    """Instances with answers that are not asked: the repeat is not, or not so often."""
    is_asked = frame.shown[item.slot]
    for one in frame.lists[item.slot].known.values():
        if one.is_awake or not _has_answers(one):
            continue
        code = Code.FORM_023 if is_asked else Code.FORM_009
        parameters = {"label": _label(item, frame), "key": one.key}
        path = one.prefix[:-1]
        yield Finding(code, path, path, parameters)


def unknown_findings(answers: Answers, *, but: Container[str]) -> Iterator[Finding]:
    """Answers to no question of the form, those at ``but`` left out."""
    for path in sorted(answers):
        if path not in but and not is_empty(answers[path]):
            yield Finding(Code.FORM_010, path, path, {"label": _short(path)})


def people_findings(frame: Frame, *, on: date, tables: IdentityTables) -> list[Finding]:
    """What the answers about people say of themselves."""
    findings: list[Finding] = []
    for identity in frame.plan.identities:
        findings += _identity_findings(identity, frame, on=on, tables=tables)
    return findings


def twins_of(frame: Frame) -> list[Finding]:
    """Remarks that an instance has the ID number of one before it."""
    siblings = frame.siblings
    if siblings is None or not frame.plan.identities:
        return []
    if siblings.twins is None:
        siblings.twins = dict(_twins(siblings))
    return siblings.twins.get(frame, [])


def changed_twins(instances: Instances) -> Iterator[str]:
    """The paths where such a remark came or went since they were last asked for."""
    before = instances.twins
    if before is None:
        return
    instances.twins = dict(_twins(instances))
    for frame in before.keys() | instances.twins.keys():
        findings = [*before.get(frame, ()), *instances.twins.get(frame, ())]
        if before.get(frame) != instances.twins.get(frame):
            yield from (one.path for one in findings)


def _twins(instances: Instances) -> Iterator[tuple[Frame, list[Finding]]]:
    first: dict[tuple[str, str], Frame] = {}
    for frame in instances.awake:
        found = []
        for identity in frame.plan.identities:
            item = dict(identity.fields).get(ID_NUMBER)
            if item is None or not frame.shown[item.slot]:
                continue
            number = clean_number(to_text(frame.state[item.slot]))
            if len(number) != _DIGITS_OF_NUMBER:
                continue
            other = first.setdefault((identity.person, number), frame)
            if other is not frame:
                twin = {"number": number, "other": other.key}
                found.append(_finding(Code.FORM_024, item, frame, **twin))
        if found:
            yield frame, found


def _identity_findings(
    identity: Identity, frame: Frame, *, on: date, tables: IdentityTables
) -> list[Finding]:
    answers: dict[str, Answer] = {}
    paths: dict[str, str] = {}
    for name, item in identity.fields:
        if frame.shown[item.slot]:
            answers[name] = frame.state[item.slot]
            paths[name] = frame.path(item)
    if not paths:
        return []
    findings = identity_findings(answers, on=on, tables=tables, paths=paths)
    if frame.up is None:
        return findings
    # Of several people a remark about one must not be confirmed for another.
    return [replace(one, place=one.path) for one in findings]


def _has_answers(frame: Frame) -> bool:
    asked = frame.plan.questions
    if any(asked[tail].calculation is None for tail in frame.given):
        return True
    return any(
        _has_answers(one) for instances in frame.lists.values() for one in instances.known.values()
    )


def _label(item: Item, frame: Frame) -> str:
    return text_of(item, "label", frame.state, item.label_vi)


def _finding(code: Code, item: Item, frame: Frame, **parameters: str) -> Finding:
    path = frame.path(item)
    place = item.place if frame.up is None else path
    return Finding(code, path, place, {"label": _label(item, frame), **parameters})


def _choice_findings(form: CompiledForm, item: Item, frame: Frame, value: str) -> Iterator[Finding]:
    state = frame.state
    allowed = item.allowed if item.allowed is not None else form.allowed_codes(item, state)
    kind = question_of(item).type
    codes = [value] if kind is QuestionType.SELECT_ONE else value.split()
    if not allowed.issuperset(codes):
        yield _finding(Code.FORM_004, item, frame, value=_short(value))
    elif kind is QuestionType.RANK and len(codes) != len(allowed):
        yield _finding(Code.FORM_016, item, frame, count=str(len(allowed)))
    if item.dated:
        yield from _dated_findings(item, frame, codes)


def _dated_findings(item: Item, frame: Frame, codes: list[str]) -> Iterator[Finding]:
    """Options that are retired, or not in use yet, on the day of filling."""
    today: str = frame.state[TODAY]
    labels = {choice.code: choice.label_vi for choice in item.choices}
    for code in codes:
        days = item.dated.get(code)
        if days is None:
            continue
        if days.is_retired(today):
            last = display(days.last)
            yield _finding(Code.FORM_020, item, frame, value=labels[code], last=last)
        elif days.is_to_come(today):
            first = display(days.first)
            yield _finding(Code.FORM_021, item, frame, value=labels[code], first=first)


def _constraint_finding(item: Item, frame: Frame) -> Finding:
    message = message_of(item, "constraint_message", frame.state)
    if not message:
        return _finding(Code.FORM_012, item, frame)
    return _finding(Code.FORM_002, item, frame, message=message)


def _warning_finding(item: Item, frame: Frame) -> Finding:
    """Carries every value the warning read: a confirmation holds for exactly these."""
    state = frame.state
    seen = {f"seen.{place}": read(state) for place, read in item.seen}
    message = message_of(item, "bind::an:warningMsg", state)
    value = to_text(state[item.slot])
    return _finding(Code.FORM_003, item, frame, message=message, value=value, **seen)


def _unreadable(item: Item, frame: Frame, code: Code) -> Finding:
    given = frame.given.get(item.tail)
    match code:
        case Code.FORM_011:
            count = str(len(to_text(given)))
            return _finding(code, item, frame, count=count, most=str(LONGEST_TEXT))
        case Code.FORM_008:
            needed = PRECISION_WORDS_VI[question_of(item).precision]
            return _finding(code, item, frame, value=display(to_text(given)), needed=needed)
        case Code.FORM_015:
            scale = question_of(item).scale or Range()
            ends = (scale.start, scale.end, scale.step)
            start, end, step = (text_of_number(one).replace(".", ",") for one in ends)
            value = _short(given)
            return _finding(code, item, frame, value=value, start=start, end=end, step=step)
        case _:
            return _finding(code, item, frame, value=_short(given))


def _short(given: Answer) -> str:
    text = to_text(given)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
