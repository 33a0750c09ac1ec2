"""Forms in several languages: nothing gets lost, and something is always shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms.definition import FormDefinition
from forms.loader import load_definition
from forms.loading.languages import is_vietnamese
from tests.forms.writing import table, write_form

VI, EN = "Tiếng Việt (vi)", "English (en)"
Rows = list[dict[str, str]]


def form(
    folder: Path, rows: Rows, choices: Rows | None = None, default: str = ""
) -> FormDefinition:
    settings = table("settings", [{"form_id": "thu", "default_language": default}])
    return load_definition(write_form(folder, rows, choices or [], settings=settings))


def test_every_text_is_kept_in_every_language(tmp_path: Path) -> None:
    row = {
        "type": "text",
        "name": "a",
        f"label::{EN}": "12a. Name",
        f"label::{VI}": "12a. Tên",
        f"hint::{EN}": "Hint",
        "required": "yes",
        f"required_message::{EN}": "Needed",
        "constraint": "1",
        f"constraint_message::{VI}": "Sai",
        f"guidance_hint::{VI}": "Thêm",
    }
    found = form(tmp_path, [row])
    question = found.question("a")
    assert found.languages == (EN, VI)
    assert (question.number, question.label_vi) == ("12a", "Tên")
    assert question.hint_vi == "Hint"
    assert question.translations == {
        "label": {EN: "Name", VI: "Tên"},
        "hint": {EN: "Hint"},
        "required_message": {EN: "Needed"},
        "constraint_message": {VI: "Sai"},
        "guidance_hint": {VI: "Thêm"},
    }


def test_a_form_without_languages_has_no_translations(tmp_path: Path) -> None:
    found = form(tmp_path, [{"type": "text", "name": "a", "label": "A", "hint": "G"}])
    assert (found.languages, found.question("a").translations) == ((), {})


@pytest.mark.parametrize(
    ("default", "languages", "shown"),
    [
        ("", ("default", EN), "Trống"),
        ("Français (fr)", ("Français (fr)", EN), "Trống"),
        (EN, (EN,), "Named"),
    ],
)
def test_a_text_without_a_language_is_in_the_default_one(
    tmp_path: Path, default: str, languages: tuple[str, ...], shown: str
) -> None:
    row = {"type": "text", "name": "a", "label": "Trống", f"label::{EN}": "Named"}
    found = form(tmp_path, [row], default=default)
    assert (found.languages, found.question("a").label_vi) == (languages, shown)


def test_a_missing_translation_shows_the_default_one_then_any(tmp_path: Path) -> None:
    rows = [
        {"type": "text", "name": "a", f"label::{EN}": "A", f"label::{VI}": "", "label::fr": "Á"},
        {"type": "text", "name": "b", f"label::{EN}": "", f"label::{VI}": "", "label::fr": "B"},
        {"type": "text", "name": "c", f"label::{EN}": "C", f"label::{VI}": "Câu", "label::fr": ""},
    ]
    found = form(tmp_path, rows, default=EN)
    assert [question.label_vi for question in found.questions()] == ["A", "B", "Câu"]
    assert found.languages == (EN, VI, "fr")


def test_choices_groups_and_or_other_have_languages_too(tmp_path: Path) -> None:
    rows = [
        {"type": "begin group", "name": "g", f"label::{EN}": "Group", f"label::{VI}": "Nhóm"},
        {"type": "select_one yn or_other", "name": "a", f"label::{EN}": "A", f"label::{VI}": "Á"},
        {"type": "end group"},
    ]
    choices = [{"list_name": "yn", "name": "1", f"label::{EN}": "Yes", f"label::{VI}": "Có"}]
    found = form(tmp_path, rows, choices)
    (group,) = found.sections()
    assert (group.label_vi, group.translations) == ("Nhóm", {"label": {EN: "Group", VI: "Nhóm"}})
    one, other = found.choices["yn"]
    assert (one.label_vi, one.translations) == ("Có", {"label": {EN: "Yes", VI: "Có"}})
    assert (other.label_vi, other.translations) == ("Khác", {"label": {EN: "Other", VI: "Khác"}})
    assert found.question("g/a_other").translations == {
        "label": {EN: "Specify other.", VI: "Ghi rõ"}
    }


def test_warnings_have_languages_too(tmp_path: Path) -> None:
    row = {
        "type": "text",
        "name": "a",
        "label": "A",
        "bind::an:warning": "1",
        f"bind::an:warningMsg::{VI}": "Xem lại",
        f"bind::an:warningMsg::{EN}": "Look",
    }
    found = load_definition(write_form(tmp_path, [row])).question("a")
    assert found.warning_message_vi == "Xem lại"
    assert found.translations["bind::an:warningMsg"] == {VI: "Xem lại", EN: "Look"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [(VI, True), ("vi", True), ("vi-VN", True), ("Kinh (vi-VN)", True), ("tiếng việt", True),
     (EN, False), ("vie", False), ("Virginia", False)],
)  # fmt: skip
def test_vietnamese_is_recognised(name: str, expected: bool) -> None:
    assert is_vietnamese(name) is expected
