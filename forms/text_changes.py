"""What a newer text of a form asks otherwise than the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from forms.definition import Choice, FormDefinition, Question, QuestionType
from forms.migration.declaration import Migration

#: What nobody answers.
_SILENT = frozenset({QuestionType.NOTE, QuestionType.CALCULATE})


@dataclass(frozen=True, slots=True)
class TextChanges:
    """Labels of the questions that changed, in the order of the paper.

    Attributes:
        retired: of the older text, whose answers stay where they are or go elsewhere.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    retired: tuple[str, ...]


def changes_between(
    old: FormDefinition, new: FormDefinition, declared: Migration | None = None
) -> TextChanges:
    """The differences; a question that was only renamed is no new one."""
    moved = {} if declared is None else declared.renamed
    before = {moved.get(one.path, one.path): one for one in _asked(old)}
    after = {one.path: one for one in _asked(new)}
    changed = [
        one
        for path, one in after.items()
        if path in before and _content(old, before[path], path) != _content(new, one, path)
    ]
    return TextChanges(
        added=tuple(_title(one) for path, one in after.items() if path not in before),
        changed=tuple(map(_title, changed)),
        retired=tuple(_title(one) for path, one in before.items() if path not in after),
    )


def _asked(form: FormDefinition) -> list[Question]:
    return [one for one in form.questions() if one.type not in _SILENT]


def _content(
    form: FormDefinition, question: Question, path: str
) -> tuple[Question, tuple[tuple[str, str, Mapping[str, str]], ...]]:
    """All of a question but its place in the file, with what can be chosen."""
    choices: tuple[Choice, ...] = form.choices.get(question.list_name or "", ())
    same = replace(question, path=path, source_row=0)
    return same, tuple((one.code, one.label_vi, dict(one.attributes)) for one in choices)


def _title(question: Question) -> str:
    return f"{question.number} {question.label_vi}".strip() or question.name
