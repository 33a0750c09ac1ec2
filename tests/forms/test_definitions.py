"""Every bundled definition: it loads, ODK can read it, its rules are numbered and shown by cases.

What is particular to one form stands in that form's own test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from forms.about import Subject
from forms.cases import Case, load_cases
from forms.dates import parse_stored
from forms.definition import FormDefinition, Question
from forms.registry import FormRegistry
from forms.vietnamese import clean

REGISTRY = FormRegistry.bundled()
TEXTS = [(form, version) for form in REGISTRY.form_ids() for version in REGISTRY.versions(form)]

#: Fewest cases of a form.
FEWEST_CASES = 30

_RULE = re.compile(r"R-[A-Z0-9]+-[0-9]{2}\b")
_RULE_ROW = re.compile(r"^\| (R-[A-Z0-9]+-[0-9]{2}) \|", re.MULTILINE)
_RANGE = re.compile(r"(R-[A-Z0-9]+-)([0-9]{2}) to -([0-9]{2})")

every_text = pytest.mark.parametrize(
    ("form_id", "version"), [pytest.param(*text, id="/".join(text)) for text in TEXTS]
)


def folder(form_id: str, version: str) -> Path:
    return REGISTRY.path(form_id, version).parent


def definition(form_id: str, version: str) -> FormDefinition:
    return REGISTRY.get(form_id, version).definition


@cache
def cases(form_id: str, version: str) -> list[Case]:
    return load_cases(folder(form_id, version) / "cases.yaml")


def found(form_id: str, version: str) -> set[str]:
    """Every finding of every case, repeats by their static path."""
    lines = [line for case in cases(form_id, version) for line in case.findings]
    return {re.sub(r"\[[^]]*\]", "", line) for line in lines}


def rules_of(text: str) -> Iterator[str]:
    """The rules that a sentence names; ``R-A-01 to -03`` are three."""
    for family, first, last in _RANGE.findall(text):
        yield from (f"{family}{number:02d}" for number in range(int(first), int(last) + 1))
    yield from _RULE.findall(text)


@every_text
def test_pyxform_converts_the_form(form_id: str, version: str) -> None:
    path = folder(form_id, version) / "form.md"
    warnings: list[str] = []
    convert(path, warnings=warnings)
    assert warnings == []


@every_text
def test_there_are_cases_and_a_source(form_id: str, version: str) -> None:
    assert len(cases(form_id, version)) >= FEWEST_CASES
    assert (folder(form_id, version) / "source.md").read_text("utf-8").strip()


@every_text
def test_each_numbered_rule_is_shown_by_a_case_and_each_cited_one_exists(
    form_id: str, version: str
) -> None:
    source = (folder(form_id, version) / "source.md").read_text("utf-8")
    stated = _RULE_ROW.findall(source)
    cited = {rule for case in cases(form_id, version) for rule in rules_of(case.why)}
    assert len(stated) == len(set(stated)) > 0
    assert cited == set(stated)
    assert set(rules_of(source)) == set(stated)


@every_text
def test_some_case_is_complete_without_a_remark(form_id: str, version: str) -> None:
    assert any(not case.findings and len(case.answers) > 5 for case in cases(form_id, version))


@every_text
def test_every_condition_has_a_case_and_says_what_to_do(form_id: str, version: str) -> None:
    lines = found(form_id, version)
    missing = []
    for question in definition(form_id, version).questions():
        for code, condition, message in (
            ("FORM_001", question.required, question.required_message_vi),
            ("FORM_002", question.constraint, question.constraint_message_vi),
            ("FORM_003", question.warning, question.warning_message_vi),
        ):
            assert bool(condition) == bool(message), question.path
            if condition and f"{code} {question.path}" not in lines:
                missing.append(f"{code} {question.path}")
    assert missing == []


@every_text
def test_every_text_is_clean(form_id: str, version: str) -> None:
    form = definition(form_id, version)
    texts = [text for question in form.questions() for text in _texts(question)]
    texts += [section.label_vi for section in form.sections()]
    texts += [choice.label_vi for choices in form.choices.values() for choice in choices]
    assert [text for text in texts if clean(text) != text] == []


def _texts(question: Question) -> tuple[str, ...]:
    return (
        question.label_vi,
        question.hint_vi,
        question.required_message_vi,
        question.constraint_message_vi,
        question.warning_message_vi,
    )


@every_text
def test_no_case_has_the_number_of_somebody(form_id: str, version: str) -> None:
    # 003 and 005 are gaps in the provinces, 299 lies behind the last country (101-295).
    allowed = re.compile(r"003|005|299|OO3|03|0[0-9]{8}$")
    named = [
        (question.path.rpartition("/")[2])
        for question in definition(form_id, version).questions()
        if (question.role or "").endswith(".id_number")
    ]
    for case in cases(form_id, version):
        for path, answer in case.answers.items():
            if path.rpartition("/")[2] in named:
                assert allowed.match(str(answer)), case.why


@every_text
def test_choices_that_a_law_dates_are_dated_as_days(form_id: str, version: str) -> None:
    form = definition(form_id, version)
    for choices in form.choices.values():
        for choice in choices:
            since, until = (choice.attributes.get(name, "") for name in ("valid_from", "valid_to"))
            for day in (since, until):
                assert day == "" or (parse_stored(day) is not None and len(day) == 10)
            assert until == "" or since <= until


def test_answers_that_forms_share_have_the_same_codes_everywhere() -> None:
    """A role's answer is typed once, so a code must mean the same in every form."""
    meant: dict[tuple[str, str], str] = {}
    for text in TEXTS:
        form = definition(*text)
        for question in form.questions():
            if question.role is None or question.list_name is None:
                continue
            for choice in form.choices[question.list_name]:
                label = meant.setdefault((question.role, choice.code), choice.label_vi)
                assert label == choice.label_vi, (text, question.role)


def test_answers_that_forms_share_are_of_the_same_type_everywhere() -> None:
    kinds: dict[str, set[str]] = {}
    for text in TEXTS:
        for question in definition(*text).questions():
            if question.role is not None:
                kinds.setdefault(question.role, set()).add(question.type.value)
    assert {role: types for role, types in kinds.items() if len(types) > 1} == {}


def test_a_form_about_people_asks_who_they_are() -> None:
    for form_id, version in TEXTS:
        about = REGISTRY.about(form_id)
        form = definition(form_id, version)
        if about.subject is Subject.PERSON:
            assert form.path_of_role("person.full_name") is not None, form_id


def test_records_of_a_sensitive_form_lie_apart_from_those_of_every_ordinary_form() -> None:
    forms = [REGISTRY.about(form_id) for form_id in REGISTRY.form_ids()]
    sensitive = {about.data_set for about in forms if about.sensitive}
    assert sensitive.isdisjoint({about.data_set for about in forms if not about.sensitive})
