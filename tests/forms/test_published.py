"""Texts that a province published, beside those of the program."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forms.mistakes import DefinitionError
from forms.published import (
    DifferentTextError,
    MisshapenTextError,
    PublishedForm,
    PublishedForms,
)
from forms.registry import FormRegistry, UnknownFormError
from forms.text_changes import changes_between

#: Three texts of a form with declared ways between them; the program "has" the first.
TEXTS = FormRegistry(Path(__file__).parent / "definitions")
FORM = "tap_huan"
FIRST, SECOND, THIRD = TEXTS.versions(FORM)


@pytest.fixture
def base(tmp_path: Path) -> FormRegistry:
    folder = tmp_path / FORM / FIRST
    folder.mkdir(parents=True)
    for name, content in TEXTS.files(FORM, FIRST).items():
        (folder / name).write_bytes(content)
    (tmp_path / FORM / "about.yaml").write_text(
        "title: Tập huấn\nsource: không có\nsubject: person\ndata_set: labour\n", encoding="utf-8"
    )
    return FormRegistry(tmp_path, is_published=True)


def published(*versions: str, withdrawn: str = "") -> PublishedForm:
    return PublishedForm(
        FORM,
        {version: TEXTS.files(FORM, version) for version in versions},
        withdrawn=frozenset({withdrawn} - {""}),
    )


def test_a_published_text_is_in_force_from_its_day(base: FormRegistry) -> None:
    forms = PublishedForms(base, [published(SECOND)])
    assert forms.versions(FORM) == [FIRST, SECOND]
    assert forms.in_force(FORM, date(2025, 12, 31)).definition.version == FIRST
    assert forms.in_force(FORM, date(2026, 1, 1)).definition.version == SECOND
    assert base.versions(FORM) == [FIRST]


def test_answers_come_to_a_published_text_by_its_declaration(base: FormRegistry) -> None:
    forms = PublishedForms(base, [published(SECOND, THIRD)])
    ours = forms.migrators(FORM, FIRST, to=THIRD)
    theirs = TEXTS.migrators(FORM, FIRST, to=THIRD)
    answers = {"work/kind": "3", "work/fax": "001"}
    for mine, one in zip(ours, theirs, strict=True):
        assert mine.migrate(answers) == one.migrate(answers)


def test_a_text_that_was_taken_back_opens_old_records_only(base: FormRegistry) -> None:
    forms = PublishedForms(base, [published(SECOND, withdrawn=SECOND)])
    assert forms.in_force(FORM, date(2026, 6, 1)).definition.version == FIRST
    assert forms.get(FORM, SECOND).definition.version == SECOND


def test_of_one_version_the_program_s_text_is_used(base: FormRegistry) -> None:
    forms = PublishedForms(base, [published(FIRST)])
    assert forms.get(FORM, FIRST) is base.get(FORM, FIRST)
    forms.check(published(FIRST))


@pytest.mark.parametrize("version", [FIRST, SECOND], ids=["of the program", "published"])
def test_one_version_has_one_content(base: FormRegistry, version: str) -> None:
    forms = PublishedForms(base, [published(SECOND)])
    files = TEXTS.files(FORM, version)
    name = "form.md"
    other = PublishedForm(FORM, {version: {**files, name: files[name] + b"\n"}})
    with pytest.raises(DifferentTextError):
        forms.check(other)


def test_a_text_without_a_declared_way_is_unsound(base: FormRegistry) -> None:
    files = TEXTS.files(FORM, SECOND)
    del files["migration.yaml"]
    with pytest.raises(DefinitionError):
        PublishedForms(base).check(PublishedForm(FORM, {SECOND: files}))


@pytest.mark.parametrize(
    ("form_id", "version", "name"),
    [
        ("../x", SECOND, "form.md"),
        (FORM, "2026", "form.md"),
        (FORM, SECOND, "../form.md"),
        (FORM, SECOND, "form.txt"),
        (FORM, SECOND, "table.csv"),
    ],
)
def test_names_that_could_lead_elsewhere_are_refused(
    base: FormRegistry, form_id: str, version: str, name: str
) -> None:
    with pytest.raises(MisshapenTextError):
        PublishedForms(base).check(PublishedForm(form_id, {version: {name: b"| survey |\n"}}))


def test_a_text_under_another_version_than_its_own_is_refused(base: FormRegistry) -> None:
    wrong = PublishedForm(FORM, {"2026-02-01": TEXTS.files(FORM, SECOND)})
    with pytest.raises(MisshapenTextError):
        PublishedForms(base).check(wrong)


def test_a_form_of_the_province_s_own_tells_what_it_is_about(tmp_path: Path) -> None:
    about = b"title: X\nsource: Y\nsubject: person\ndata_set: labour\n"
    empty = FormRegistry(tmp_path, is_published=True)
    own = PublishedForm(FORM, {FIRST: TEXTS.files(FORM, FIRST)}, about=about)
    forms = PublishedForms(empty, [own])
    assert (forms.form_ids(), forms.about(FORM).title_vi) == ([FORM], "X")
    with pytest.raises(UnknownFormError):
        PublishedForms(empty).check(PublishedForm(FORM, own.texts))


def test_texts_can_be_renewed_while_others_ask(base: FormRegistry) -> None:
    forms = PublishedForms(base)
    with pytest.raises(UnknownFormError):
        forms.get(FORM, SECOND)
    forms.renew([published(SECOND)])
    assert forms.get(FORM, SECOND).definition.version == SECOND


def test_what_a_newer_text_asks_otherwise_is_told() -> None:
    old, new = (TEXTS.get(FORM, version).definition for version in (FIRST, SECOND))
    changes = changes_between(old, new)
    assert changes.added and changes.retired
    same = changes_between(old, old)
    assert (same.added, same.changed, same.retired) == ((), (), ())
