"""What forms ask about a person or a household, the server takes."""

from __future__ import annotations

import pytest

from forms.definition import FormDefinition
from forms.registry import FormRegistry
from sync.protocol.documents import DocumentType
from sync.protocol.rules import FIELDS

REGISTRY = FormRegistry.bundled()
SHARED = {kind.value: kind for kind in (DocumentType.PERSON, DocumentType.HOUSEHOLD)}


def _definitions() -> list[FormDefinition]:
    texts = [
        (form_id, one) for form_id in REGISTRY.form_ids() for one in REGISTRY.versions(form_id)
    ]
    added = [
        (form_id, f"{text}+p03.{local}")
        for form_id, text in texts
        for local in REGISTRY.extensions(form_id, "p03")
    ]
    return [REGISTRY.get(*one).definition for one in [*texts, *added]]


@pytest.mark.parametrize(
    "definition", _definitions(), ids=lambda one: f"{one.form_id}@{one.version}"
)
def test_every_shared_answer_has_a_field_on_the_server(definition: FormDefinition) -> None:
    roles = [question.role.partition(".") for question in definition.questions() if question.role]
    asked = {(SHARED[kind], name) for kind, _, name in roles if kind in SHARED}
    assert {(kind, name) for kind, name in asked if FIELDS[kind].check_of(name) is None} == set()
    if "+p03." in definition.version:
        assert (DocumentType.PERSON, "phone") in asked
