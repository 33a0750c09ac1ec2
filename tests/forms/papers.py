"""Reads a bundled definition the way a table of its paper form is written in a test."""

from __future__ import annotations

from forms.definition import FormDefinition
from forms.registry import FormRegistry


def definition(form_id: str, version: str) -> FormDefinition:
    """A bundled definition."""
    return FormRegistry.bundled().get(form_id, version).definition


def rows(form: FormDefinition) -> list[tuple[str, str, str, int]]:
    """Number on paper, path, type and number of options of every question, in order."""
    return [
        (q.number, q.path, q.type.value, len(form.choices[q.list_name]) if q.list_name else 0)
        for q in form.questions()
    ]


def labels(form: FormDefinition, list_name: str) -> dict[str, str]:
    """The options of a list: code -> words."""
    return {choice.code: choice.label_vi for choice in form.choices[list_name]}
