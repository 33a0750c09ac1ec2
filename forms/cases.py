"""Runs the cases that a definition carries.

``cases.yaml`` beside ``form.md`` is a list. Each case has ``why`` (the rule it shows), ``on`` (the
day of filling; quoted, because YAML takes a bare ``on`` for true), ``answers`` by path, and
``findings``: exactly the remarks that must come, as ``"CODE path"``. Optional: ``relevant`` and
``irrelevant`` (paths of questions or groups) and ``values`` (path -> answer worked out). Somebody
who knows the law but no Python extends them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeGuard

import yaml

from forms.definition import Answer
from forms.rules.identity import IdentityTables
from forms.runtime.compiled import CompiledForm
from forms.runtime.engine import Filling, validate

_KEYS = frozenset({"why", "on", "answers", "findings", "relevant", "irrelevant", "values"})


class CaseError(ValueError):
    """A file of cases that is not as described above; says which case and why."""


@dataclass(frozen=True, slots=True)
class Case:
    """One example of a rule."""

    why: str
    on: date
    answers: Mapping[str, Answer] = field(repr=False)
    findings: tuple[str, ...]
    relevant: tuple[str, ...] = ()
    irrelevant: tuple[str, ...] = ()
    values: Mapping[str, Answer] = field(default_factory=dict)


def load_cases(path: Path) -> list[Case]:
    """Reads the cases of one definition. Raises ``CaseError``."""
    try:
        content: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CaseError(f"{path.name}: {error}") from error
    if not isinstance(content, list):
        raise CaseError(f"{path.name}: a list of cases is expected")
    return [_case(raw, f"{path.name}, case {number}") for number, raw in enumerate(content, 1)]


def run_case(form: CompiledForm, case: Case, *, tables: IdentityTables) -> list[str]:
    """What is not as the case says, in words; empty when all is."""
    found = validate(form, case.answers, on=case.on, tables=tables)
    filling = Filling(form, on=case.on, tables=tables, answers=case.answers)
    wrong = _unlike(case.findings, [f"{one.code.name} {one.path}" for one in found])
    for path in (*case.relevant, *case.irrelevant, *case.values):
        try:
            filling.is_relevant(path)
        except KeyError:
            wrong.append(f"no such path: {path}")
    if wrong:
        return wrong
    wrong += [f"not asked: {path}" for path in case.relevant if not filling.is_relevant(path)]
    wrong += [f"asked: {path}" for path in case.irrelevant if filling.is_relevant(path)]
    for path, expected in case.values.items():
        if filling.value(path) != expected:
            wrong.append(f"{path} is {filling.value(path)!r}, not {expected!r}")
    return wrong


def _unlike(expected: tuple[str, ...], found: list[str]) -> list[str]:
    missing, extra = Counter(expected) - Counter(found), Counter(found) - Counter(expected)
    return [f"missing: {one}" for one in missing.elements()] + [
        f"not expected: {one}" for one in extra.elements()
    ]


def _case(raw: object, where: str) -> Case:
    if not isinstance(raw, dict) or not raw.get("why"):
        raise CaseError(f"{where}: 'why' is missing")
    where = f"{where} ({raw['why']})"
    unknown = raw.keys() - _KEYS
    if unknown:
        raise CaseError(f"{where}: unknown {sorted(map(str, unknown))}")
    on = raw.get("on")
    answers, values = raw.get("answers", {}), raw.get("values", {})
    if not isinstance(on, date):
        raise CaseError(f"{where}: 'on' is no date")
    if not _are_answers(answers) or not _are_answers(values):
        raise CaseError(f"{where}: answers are texts (quote dates and codes) or numbers")
    if "findings" not in raw:
        raise CaseError(f"{where}: 'findings' is missing")
    return Case(
        why=str(raw["why"]),
        on=on,
        answers={path: answer for path, answer in answers.items() if answer is not None},
        findings=_texts(raw["findings"], where),
        relevant=_texts(raw.get("relevant", []), where),
        irrelevant=_texts(raw.get("irrelevant", []), where),
        values=values,
    )


def _are_answers(raw: object) -> TypeGuard[dict[str, Answer]]:
    return isinstance(raw, dict) and all(
        isinstance(path, str) and (answer is None or type(answer) in (str, int, float))
        for path, answer in raw.items()
    )


def _texts(raw: object, where: str) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise CaseError(f"{where}: a list of texts is expected")
    return tuple(raw)
