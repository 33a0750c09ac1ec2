"""What is shown beside a question: for questions that exist, and for every question something."""

from __future__ import annotations

import pytest

from forms.definition import QuestionType
from forms.explanations import explanation_of, explanations
from forms.registry import FormRegistry

FORMS = FormRegistry.bundled()
DEFINITIONS = [
    FORMS.get(form_id, FORMS.versions(form_id)[-1]).definition for form_id in FORMS.form_ids()
]
ASKED = [
    (definition, question) for definition in DEFINITIONS for question in definition.questions()
]


@pytest.mark.parametrize("key", sorted(explanations()))
def test_an_explanation_explains_a_question_of_some_form(key: str) -> None:
    kind, _, name = key.partition(":")
    names = {question.name for _, question in ASKED}
    roles = {question.role for _, question in ASKED}
    by_form = {f"{definition.form_id}:{question.name}" for definition, question in ASKED}
    assert {"role": name in roles, "name": name in names}.get(kind, key in by_form)
    one = explanations()[key]
    assert one.law_vi and one.write_vi.endswith((".", "?"))


def test_every_question_of_the_workers_sheet_says_what_to_write() -> None:
    bare = [
        question.path
        for definition, question in ASKED
        if definition.form_id == "tt11_2022_m03" and question.type is not QuestionType.NOTE
        if not explanation_of(definition, question).write_vi
    ]
    assert bare == []


def test_every_question_names_a_law() -> None:
    assert all(explanation_of(definition, question).law_vi for definition, question in ASKED)
