"""Questions that a province adds to an official form (TT 01/2022/TT-BLĐTBXH, Điều 8.2.a).

The added questions are an XLSForm of their own. They stand in one group at the end of the official
form, named by the *prefix* (``p03`` for the province with code 03), so that their answers are
``p03/phone``. Nothing official changes: not a question, a list, a role or a rule; whatever could
change one is refused. The added questions may read official answers by ``${name}`` and use official
lists.

A record keeps the id of the official form; its version names both texts: the official one, then
``+``, the prefix, ``.`` and the version of the added questions (``2022-08-15+p03.2026-01-01``). An
official version has no ``+``.

On disk: ``<folder>/<prefix>/<form_id>/<version>/`` with ``form.md`` and ``extension.yaml``::

    texts: ["2022-08-15"]       # the official texts it was made for
    valid_to: "2027-12-31"      # optional: the last day for new records

The version is the first day on which the questions are asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forms.definition import FormDefinition, Question, Section
from forms.loader import load_part
from forms.mistakes import DefinitionError, DefinitionProblem, Mistake, problem
from forms.runtime.compilation import compile_form
from forms.runtime.compiled import CompiledForm

FILE_NAME = "extension.yaml"

_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,29}")
_VERSION = re.compile(r"([0-9-]+)\+([a-z][a-z0-9_]{0,29})\.([0-9-]+)")


@dataclass(frozen=True, slots=True)
class ExtendedVersion:
    """The three parts of a version such as ``2022-08-15+p03.2026-01-01``."""

    official: str
    prefix: str
    local: str

    def __str__(self) -> str:
        return f"{self.official}+{self.prefix}.{self.local}"

    @staticmethod
    def of(version: str) -> ExtendedVersion | None:
        """The parts, or ``None`` for the version of an official text alone."""
        match = _VERSION.fullmatch(version)
        return ExtendedVersion(match[1], match[2], match[3]) if match else None


@dataclass(frozen=True, slots=True)
class ExtensionDates:
    """What ``extension.yaml`` says.

    Attributes:
        texts: versions of the official form it was made for.
        valid_to: the last day for new records; ``None`` while there is no end.
    """

    texts: tuple[str, ...]
    valid_to: date | None = None

    def may_begin(self, text: str, on: date) -> bool:
        """May a new record of this official text ask the added questions on that day?"""
        return text in self.texts and (self.valid_to is None or on <= self.valid_to)


def load_dates(path: Path) -> ExtensionDates:
    """Reads ``extension.yaml``. Raises ``DefinitionError``."""
    import yaml  # here: only forms with added questions need it

    try:
        raw: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise _misshapen(type(error).__name__) from error
    if not isinstance(raw, dict) or raw.keys() - {"texts", "valid_to"}:
        raise _misshapen(FILE_NAME)
    texts, last = raw.get("texts"), raw.get("valid_to")
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) for one in texts):
        raise _misshapen("texts")
    try:
        valid_to = None if last is None else date.fromisoformat(last)
    except (ValueError, TypeError) as error:
        raise _misshapen("valid_to") from error
    return ExtensionDates(tuple(texts), valid_to)


def _misshapen(detail: str) -> DefinitionError:
    return DefinitionError([problem(Mistake.EXT_001, sheet=FILE_NAME, detail=detail)])


def load_extended(official: FormDefinition, folder: Path, prefix: str) -> CompiledForm:
    """An official form with the added questions that lie in ``folder``, ready to run.

    Raises ``DefinitionError`` with everything that is wrong with the added questions.
    """
    dates = load_dates(folder / FILE_NAME)
    if official.version not in dates.texts:
        found = problem(Mistake.EXT_007, sheet=FILE_NAME, name=official.version)
        raise DefinitionError([found])
    return compile_form(extended(official, load_part(folder / "form.md"), prefix=prefix))


def extended(official: FormDefinition, local: FormDefinition, *, prefix: str) -> FormDefinition:
    """The official form with the added questions in a group ``prefix`` at its end.

    ``local`` is read with ``load_part``: on its own it may have names that only the official form
    knows. Raises ``DefinitionError`` with every clash; expressions are checked when the result is
    compiled.
    """
    problems = list(_clashes(official, local, prefix))
    if problems:
        raise DefinitionError(problems)
    local_paths = {question.path for question in local.questions()}
    children = tuple(_moved(child, prefix, local_paths) for child in local.children)
    group = Section(prefix, local.title_vi, None, children)
    version = ExtendedVersion(official.version, prefix, local.version)
    return replace(
        official,
        version=str(version),
        children=(*official.children, group),
        choices={**local.choices, **official.choices},
        tables={**local.tables, **official.tables},
    )


def _moved(child: Question | Section, prefix: str, local_paths: set[str]) -> Question | Section:
    path = f"{prefix}/{child.path}"
    if isinstance(child, Section):
        inner = tuple(_moved(one, prefix, local_paths) for one in child.children)
        return replace(child, path=path, children=inner)
    triggers = tuple(
        f"{prefix}/{trigger}" if trigger in local_paths else trigger for trigger in child.triggers
    )
    return replace(child, path=path, triggers=triggers)


def _clashes(
    official: FormDefinition, local: FormDefinition, prefix: str
) -> Iterator[DefinitionProblem]:
    """Everything by which an added question could change an official one."""
    if local.form_id != official.form_id:
        yield problem(Mistake.EXT_001, sheet="settings", column="form_id", detail=local.form_id)
    names = {_name(item).casefold() for item in _items(official)}
    if not _PREFIX.fullmatch(prefix) or prefix.casefold() in names:
        yield problem(Mistake.EXT_002, sheet="settings", name=prefix)
    roles = {question.role for question in official.questions() if question.role}
    for item in _items(local):
        # ${name} of an official rule must go on meaning the official question
        if _name(item).casefold() in names or _name(item).casefold() == prefix.casefold():
            yield problem(
                Mistake.EXT_003,
                sheet="survey",
                row=item.source_row,
                column="name",
                name=_name(item),
            )
        if isinstance(item, Question) and item.role in roles:
            yield problem(
                Mistake.EXT_004, sheet="survey", row=item.source_row, name=item.role or ""
            )
    for name in sorted({*local.choices, *local.tables} & {*official.choices, *official.tables}):
        yield problem(Mistake.EXT_005, sheet="choices", name=name)
    for language in local.languages:
        if official.languages and language not in official.languages:
            yield problem(Mistake.EXT_006, sheet="survey", name=language)


def _items(form: FormDefinition) -> list[Question | Section]:
    return [*form.questions(), *form.sections()]


def _name(item: Question | Section) -> str:
    return item.path.rpartition("/")[2]
