"""Between the answers of a form, keyed by path, and the documents they live in.

An answer whose question has the role ``person.<field>`` or ``household.<field>`` belongs to that
document and is shared by all forms; every other answer is a field ``answers.<path>`` of the record.
So are answers within a repeat (``members[2]/name``), of which the form knows no number.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from desktop.errors import Problem, UserError
from forms.definition import Answer, Answers, FormDefinition, Question, QuestionType
from forms.rules.identity import clean_number
from forms.vietnamese import clean
from sync.protocol.documents import CHECKED_FIELDS
from sync.protocol.messages import Value

PERSON = "person"
HOUSEHOLD = "household"
RECORD = "record"

ANSWERS = "answers."
CONFIRMED = "confirmed."
ASSIGNED = "assigned."
DIFFERS = "differs."
IDENTITY = "identity."
REASONS = "reasons."

_KEYS = re.compile(r"\[[^\]]*\]")
_NUMBERS = frozenset({"person.id_number", "person.old_id_number", "person.social_insurance_number"})
#: Longest text that a server takes as one answer; a form remarks on much shorter ones.
LONGEST_TEXT = 16 * 1024
#: The question for the day of collection (last line of the paper form); it has no role.
_COLLECTED_ON = "collected_on"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the answer of one question lives: the document's kind and the field's name."""

    kind: str
    field: str


@dataclass(frozen=True, slots=True)
class Parts:
    """Answers or other values by the document they live in: field -> value."""

    person: dict[str, Value] = field(default_factory=dict)
    household: dict[str, Value] = field(default_factory=dict)
    record: dict[str, Value] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, Value]:
        """The part of one document."""
        return {PERSON: self.person, HOUSEHOLD: self.household, RECORD: self.record}[kind]


def place_of(question: Question) -> Place:
    """Where the question's answer lives."""
    kind, dot, name = (question.role or "").partition(".")
    if dot and kind in (PERSON, HOUSEHOLD):
        return Place(kind, name)
    return Place(RECORD, ANSWERS + question.path)


def answered_questions(definition: FormDefinition) -> Iterator[tuple[Question, Place]]:
    """Every question that can hold an answer, with the place of it."""
    for question in definition.questions():
        if question.type is not QuestionType.NOTE:
            yield question, place_of(question)


def without_keys(path: str) -> str:
    """``members[2]/name`` -> ``members/name``, as the form's definition names it."""
    return _KEYS.sub("", path)


def instance_paths(*answers: Iterable[str]) -> list[str]:
    """Those of these paths that lie within a repeat, in order, each once."""
    return sorted({path for paths in answers for path in paths if "[" in path})


def stored_instances(parts: Parts) -> dict[str, Answer]:
    """The stored answers within repeats, by path."""
    stored = by_prefix(parts.record, ANSWERS)
    return {path: stored[path] for path in instance_paths(stored)}


def joined(definition: FormDefinition, parts: Parts) -> dict[str, Answer]:
    """Answers by path out of the documents; empty ones are left out."""
    return stored_instances(parts) | {
        question.path: value
        for question, place in answered_questions(definition)
        if (value := parts.of(place.kind).get(place.field)) is not None
    }


def split(
    definition: FormDefinition,
    *,
    answers: Answers,
    opened: Answers,
    prefilled: Container[str],
    stored: Parts,
) -> Parts:
    """What has to be set where, so that ``answers`` are kept; ``None`` empties a field.

    An answer that was not edited is never written, so that a value that came by sync while the
    form stood open stays, an emptied one too; but one that was only prefilled is.

    Args:
        opened: the answers as the form was opened.
        prefilled: paths of those that were stored nowhere then.
        stored: the documents as they are now.
    """
    parts = Parts()
    for question, place in answered_questions(definition):
        path = question.path
        answer = answers.get(path)
        now = stored.of(place.kind).get(place.field)
        is_edited = answer != opened.get(path)
        if answer != now and (is_edited or (now is None and path in prefilled)):
            parts.of(place.kind)[place.field] = answer
    known = stored_instances(stored)
    for path in instance_paths(answers, opened, known):
        answer, now = answers.get(path), known.get(path)
        if answer != now and (answer != opened.get(path) or (now is None and path in prefilled)):
            parts.record[ANSWERS + path] = answer
    return parts


def overlaid(stored: Parts, changed: Parts) -> Parts:
    """The stored values with the changed ones on top."""
    return Parts(
        person={**stored.person, **changed.person},
        household={**stored.household, **changed.household},
        record={**stored.record, **changed.record},
    )


def differing(definition: FormDefinition, given: Answers, stored: Answers) -> dict[str, Answer]:
    """Path -> stored answer, where another one was given."""
    asked = [question.path for question, _ in answered_questions(definition)]
    paths = [*asked, *instance_paths(given, stored)]
    return {path: stored.get(path) for path in paths if given.get(path) != stored.get(path)}


def cleaned(definition: FormDefinition, answers: Answers) -> dict[str, Answer]:
    """The answers as they are stored: no stray spaces, no dots in numbers, no empty ones."""
    stored: dict[str, Answer] = {}
    for question, _ in answered_questions(definition):
        answer = answers.get(question.path)
        if isinstance(answer, str):
            answer = clean(answer)
            if question.role in _NUMBERS:
                answer = clean_number(answer)
        if answer is not None and answer != "":
            stored[question.path] = answer
    for path in instance_paths(answers):
        answer = answers[path]
        answer = clean(answer) if isinstance(answer, str) else answer
        if answer is not None and answer != "":
            stored[path] = answer
    return stored


def refuse_too_long(
    definition: FormDefinition, answers: Answers, reasons: Mapping[str, str]
) -> None:
    """Raises ``ANSWER_TOO_LONG`` for what the server would not take; nothing is saved then."""
    paths = [question.path for question, _ in answered_questions(definition)]
    given = [answers.get(path) for path in (*paths, *instance_paths(answers))]
    if any(len(str(text)) > LONGEST_TEXT for text in (*given, *reasons.values())):
        raise UserError(Problem.ANSWER_TOO_LONG)


def by_prefix(fields: Mapping[str, Value], prefix: str) -> dict[str, Value]:
    """The fields under a prefix, without it."""
    return {
        name.removeprefix(prefix): value
        for name, value in fields.items()
        if name.startswith(prefix) and value is not None
    }


def snapshot(person: Mapping[str, Value]) -> dict[str, str]:
    """The identity of a person as it stands, without what is empty."""
    return {name: str(person[name]) for name in CHECKED_FIELDS if person.get(name)}


def collected_on_path(definition: FormDefinition) -> str | None:
    """Where the form asks for the day of collection."""
    questions = definition.questions()
    return next((q.path for q in questions if q.name == _COLLECTED_ON), None)
