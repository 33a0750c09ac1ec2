"""Answers given under an older text of a form -> answers to a newer one.

What a declaration (``forms.migration.declaration``) says is done, and nothing is lost: an old
answer that does not stand word for word in the new answers is kept in ``leftover``, with the
version and path it had. ``steps`` shows both sides of every old answer, for the officer who looks
it over.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, unique

from forms.definition import Answer, Answers, FormDefinition, Question, QuestionType
from forms.expressions.values import to_text
from forms.migration.declaration import Migration, load_migration
from forms.migration.plan import Plan, plan_of
from forms.rules.identity import IdentityTables
from forms.runtime.answers import is_empty, reader_of
from forms.runtime.engine import Filling

__all__ = [
    "Fate",
    "Leftover",
    "Migrated",
    "Migration",
    "Migrator",
    "Step",
    "load_migration",
    "migrate",
    "migrate_through",
]

_KEY = re.compile(r"\[([^\[\]/]*)\]")
_WORD = re.compile(r"\w+")
_SEVERAL = (QuestionType.SELECT_MULTIPLE, QuestionType.RANK)


@unique
class Fate(Enum):
    """What happened to one old answer."""

    KEPT = "kept"
    RENAMED = "renamed"
    RECODED = "recoded"  # a retired choice got its successor, or none
    SPLIT = "split"
    MERGED = "merged"
    DROPPED = "dropped"
    UNKNOWN = "unknown"  # no question of the old text


@dataclass(frozen=True, slots=True)
class Step:
    """One old answer and what became of it.

    Attributes:
        path: of the old answer, with the keys of its instances.
        new: path -> new answer; empty when the old answer has no place.
    """

    fate: Fate
    path: str
    old: Answer = field(repr=False)
    new: Mapping[str, Answer] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Leftover:
    """An old answer that the new ones do not hold word for word."""

    version: str
    path: str
    value: Answer = field(repr=False)


@dataclass(frozen=True, slots=True)
class Migrated:
    """New answers by path, what had no place among them, and how each came about.

    Attributes:
        steps: of every text on the way, the oldest first.
    """

    answers: Mapping[str, Answer] = field(repr=False)
    leftover: tuple[Leftover, ...]
    steps: tuple[Step, ...]


def migrate(
    old_form: FormDefinition, new_form: FormDefinition, answers: Answers, declaration: Migration
) -> Migrated:
    """One set of answers by one declaration. Raises ``DefinitionError`` for an unsound one."""
    return Migrator(old_form, new_form, declaration).migrate(answers)


def migrate_through(migrators: Iterable[Migrator], answers: Answers) -> Migrated:
    """From text to text; what was left over on the way stays left over."""
    found = Migrated(answers, (), ())
    for migrator in migrators:
        after = migrator.migrate(found.answers)
        found = Migrated(
            after.answers, (*found.leftover, *after.leftover), (*found.steps, *after.steps)
        )
    return found


class Migrator:
    """A checked declaration, for many sets of answers.

    Raises ``DefinitionError`` with every problem when the declaration does not fit both texts.
    """

    def __init__(
        self, old_form: FormDefinition, new_form: FormDefinition, declaration: Migration
    ) -> None:
        self._version = old_form.version
        self._began_on = date.fromisoformat(new_form.version.partition("+")[0])
        self._plan: Plan = plan_of(old_form, new_form, declaration)
        self._merged_into = {
            old: new for new, merge in self._plan.merged.items() for old in merge.sources
        }

    @property
    def moved(self) -> Mapping[str, str]:
        """Old path -> new path of every question whose answer goes to one question as it is."""
        return self._plan.moved

    def migrate(self, answers: Answers) -> Migrated:
        """The new answers; what is empty is left out."""
        given = {path: value for path, value in answers.items() if not is_empty(value)}
        run = _Run(self._plan, given, self._worked_out(given), self._merged_into)
        leftover = [
            Leftover(self._version, step.path, step.old)
            for step in run.steps
            if not _holds(step.new.values(), step.old)
        ]
        return Migrated(run.answers, tuple(leftover), tuple(run.steps))

    def _worked_out(self, given: Answers) -> Filling | None:
        """The worksheet with these answers; ``today()`` is the day the new text begins."""
        sheet = self._plan.worksheet
        if sheet is None:
            return None
        tables = IdentityTables.load(training=False)  # no rule about people is run
        return Filling(sheet, on=self._began_on, tables=tables, answers=given)


class _Run:
    """One set of answers on its way."""

    def __init__(
        self,
        plan: Plan,
        given: Answers,
        worksheet: Filling | None,
        merged_into: Mapping[str, str],
    ) -> None:
        self._plan, self._given, self._worksheet = plan, given, worksheet
        self._merged_into = merged_into
        self.answers: dict[str, Answer] = {}
        self.steps: list[Step] = [self._step(path, value) for path, value in given.items()]

    def _step(self, path: str, value: Answer) -> Step:
        static, keys = _KEY.sub("", path), _KEY.findall(path)
        plan = self._plan
        question = plan.old.get(static)
        if question is None or path != _placed(static, keys, plan.old_repeats):
            return Step(Fate.UNKNOWN, path, value, {})
        if static in plan.dropped:
            return Step(Fate.DROPPED, path, value, {})
        if static in plan.split:
            return Step(Fate.SPLIT, path, value, self._split(static, keys, value))
        codes = plan.choices.get(static, {})
        after = _recoded(question, value, codes)
        if static in self._merged_into:
            new = self._merge(self._merged_into[static], keys)
            return Step(Fate.MERGED, path, value, new)
        return self._move(static, path, keys, value, after)

    def _move(
        self, static: str, path: str, keys: Sequence[str], value: Answer, after: Answer
    ) -> Step:
        target = self._plan.moved[static]
        is_plain = self._plan.new[target].type is self._plan.old[static].type
        new = self._put(target, keys, after, reads=not is_plain)
        if after != value:
            return Step(Fate.RECODED, path, value, new)
        return Step(Fate.KEPT if path in new else Fate.RENAMED, path, value, new)

    def _put(
        self, static: str, keys: Sequence[str], value: Answer, *, reads: bool
    ) -> dict[str, Answer]:
        """Gives an answer to a new question, if that can read it."""
        question = self._plan.new[static]
        if reads and not is_empty(value):
            found, trouble = reader_of(question)(value)
            value = None if trouble is not None else found
        if is_empty(value):
            return {}
        path = _placed(static, keys, self._plan.new_repeats)
        self.answers[path] = value
        return {path: value}

    def _split(self, static: str, keys: Sequence[str], value: Answer) -> dict[str, Answer]:
        split = self._plan.split[static]
        if split.separator:
            parts: list[Answer] = list(
                to_text(value).split(split.separator, maxsplit=len(split.into) - 1)
            )
        else:
            results = self._plan.results[static]
            parts = [self._result(results[new], keys) for new in split.into]
        new: dict[str, Answer] = {}
        for target, part in zip(split.into, parts, strict=False):
            cleaned = part.strip() if isinstance(part, str) else part
            new |= self._put(target, keys, cleaned, reads=True)
        return new

    def _result(self, static: str, keys: Sequence[str]) -> Answer:
        if self._worksheet is None:
            return None
        return self._worksheet.value(_placed(static, keys, self._plan.old_repeats))

    def _merge(self, target: str, keys: Sequence[str]) -> dict[str, Answer]:
        """Every source gives the same whole, so that each step shows it."""
        merge = self._plan.merged[target]
        parts = []
        for source in merge.sources:
            value = self._given.get(_placed(source, keys, self._plan.old_repeats))
            codes = self._plan.choices.get(source, {})
            after = _recoded(self._plan.old[source], value, codes)
            if not is_empty(after):
                parts.append(to_text(after).strip())
        return self._put(target, keys, merge.separator.join(parts), reads=True)


def _recoded(question: Question, value: Answer, codes: Mapping[str, str | None]) -> Answer:
    """The answer with the successors of retired choices; each code once."""
    if not codes or not isinstance(value, str):
        return value
    if question.type in _SEVERAL:
        if codes.keys().isdisjoint(value.split()):
            return value
        after = [codes.get(code, code) for code in value.split()]
        return " ".join(dict.fromkeys(code for code in after if code)) or None
    return codes.get(value.strip(), value)


def _placed(static: str, keys: Sequence[str], repeats: frozenset[str]) -> str:
    """A path with the keys of its instances, outer ones first; too few keys: without them."""
    if not keys:
        return static
    waiting = list(reversed(keys))
    names = static.split("/")
    for at in range(len(names)):
        if waiting and "/".join(names[: at + 1]) in repeats:
            names[at] = f"{names[at]}[{waiting.pop()}]"
    return "/".join(names)


def _holds(new: Iterable[Answer], old: Answer) -> bool:
    """Do the new answers have every word of the old one?"""
    texts = [to_text(value) for value in new]
    words = Counter(_WORD.findall(to_text(old)))
    if not words:
        return to_text(old).strip() in (text.strip() for text in texts)
    return not words - Counter(word for text in texts for word in _WORD.findall(text))
