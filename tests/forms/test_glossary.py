"""The glossary: sound, and complete for every form and document."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms.definition import FormDefinition
from forms.findings import Code, Severity
from forms.glossary import Term, glossary, glossary_faults, glossary_terms
from forms.loader import load_definition

DEFINITIONS = Path(__file__).parents[2] / "forms" / "definitions"
FOLDERS = sorted(DEFINITIONS.glob("*/*/form.md"))

#: Fields of the documents that travel, by type; a dotted family by its first part.
DOCUMENT_FIELDS = {
    "household": ["province", "district", "commune", "hamlet", "code", "head_person_id"],
    "person": [
        "household_id",
        "relation_to_head",
        "full_name",
        "birth_date",
        "sex",
        "id_number",
        "old_id_number",
        "social_insurance_number",
        "native_place",
        "permanent_residence",
        "dwelling",
        "ethnicity",
        "phone",
        "birth_place",
        "flags",
        "confirmed",
    ],
    "record": ["person_id", "household_id", "form_id", "form_version", "answers", "confirmed"],
    "check": ["person_id", "reasons", "identity", "answer", "differs", "note"],
    "submission": [
        "record_id",
        "person_id",
        "round",
        "form_id",
        "form_version",
        "hamlet",
        "identity",
        "answers",
        "confirmed",
        "review",
        "reasons",
    ],
}


def is_known(name: str, *, owner: str = "") -> bool:
    """Is the name a key, or together with what it belongs to?"""
    return name in glossary() or f"{owner}_{name}" in glossary()


@pytest.fixture(params=FOLDERS, ids=lambda path: "/".join(path.parts[-3:-1]))
def definition(request: pytest.FixtureRequest) -> FormDefinition:
    path: Path = request.param
    return load_definition(path)


def test_the_glossary_is_sound() -> None:
    assert glossary_faults(glossary_terms()) == []


def test_every_question_and_section_of_every_form_has_a_term(definition: FormDefinition) -> None:
    names = [question.name for question in definition.questions()]
    names += [section.path.rpartition("/")[2] for section in definition.sections()]
    assert [name for name in names if not is_known(name)] == []
    assert is_known(definition.form_id)


def test_every_role_of_every_form_is_a_document_field(definition: FormDefinition) -> None:
    roles = [question.role.partition(".") for question in definition.questions() if question.role]
    # Anybody else than the person and the household is described in the record, in like words.
    fields = {owner: DOCUMENT_FIELDS.get(owner, DOCUMENT_FIELDS["person"]) for owner, _, _ in roles}
    assert [r for r in roles if r[2] not in fields[r[0]]] == []
    assert [owner for owner in fields if not is_known(owner)] == []


@pytest.mark.parametrize("owner", DOCUMENT_FIELDS)
def test_every_document_field_has_a_term(owner: str) -> None:
    unknown = [name for name in DOCUMENT_FIELDS[owner] if not is_known(name, owner=owner)]
    assert unknown == []
    assert is_known(owner)


def test_every_severity_and_family_of_findings_has_a_term() -> None:
    names = [severity.value for severity in Severity]
    names += sorted({code.name.partition("_")[0] for code in Code})
    assert [name for name in names if not is_known(name)] == []


def test_near_words_of_the_glossary_do_not_point_at_nothing() -> None:
    pointed = [
        word.strip()
        for term in glossary_terms()
        for word in term.not_to_confuse_with.split(";")
        if word.strip() and word.strip().isascii()
    ]
    assert [word for word in pointed if not is_known(word)] == []


def test_every_fault_is_told() -> None:
    good = Term("sex", "giới tính", "field", "sex", "luật", "")
    faults = glossary_faults(
        [
            good,
            good,
            Term("Bad-Key", "a", "field", "x", "y", ""),
            Term("kind_unknown", "b", "thing", "x", "y", ""),
            Term("empty_source", "c", "field", "x", "", ""),
            Term("split_letters", "giớ\u0323i", "field", "x", "y", ""),
        ]
    )
    assert faults == [
        "no identifier: Bad-Key",
        "unknown kind: kind_unknown: thing",
        "empty or badly spaced: empty_source: source",
        "not NFC: split_letters: term_vi",
        "key twice: sex",
        "term twice: giới tính",
    ]
