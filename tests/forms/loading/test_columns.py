"""Every heading of XLSForm, under every name it has, is read or refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyxform import aliases

from forms.definition import FormDefinition
from forms.loader import check_form, load_definition
from forms.loading.columns import (
    CHOICES_ALIASES,
    NO_EFFECT_COLUMNS,
    NO_EFFECT_SETTINGS,
    REFUSED_COLUMNS,
    REFUSED_SETTINGS,
    SETTINGS,
    SETTINGS_ALIASES,
    SURVEY,
    SURVEY_ALIASES,
    TRANSLATED,
    Parts,
)
from forms.loading.headings import parts_of
from tests.forms.writing import SETTINGS as SETTINGS_SHEET
from tests.forms.writing import table, write_form

TEXT = {"type": "text", "name": "a", "label": "A"}

#: A value that each column of the survey may have, and where it shows in the question.
SAMPLES: dict[str, tuple[str, str, object]] = {
    "hint": ("Gợi ý", "hint_vi", "Gợi ý"),
    "guidance_hint": ("Thêm", "guidance_vi", "Thêm"),
    "required": ("1 = 1", "required", "1 = 1"),
    "required_message": ("Ghi", "required_message_vi", "Ghi"),
    "relevant": ("2 = 2", "relevant", "2 = 2"),
    "constraint": (". != 'x'", "constraint", ". != 'x'"),
    "constraint_message": ("Sai", "constraint_message_vi", "Sai"),
    "calculation": ("1 + 1", "calculation", "1 + 1"),
    "default": ("x", "default", '"x"'),
    "readonly": ("1 = 2", "readonly", "1 = 2"),
    "appearance": ("w1", "appearance", frozenset({"w1"})),
    "parameters": ("rows=2", "parameters", {"rows": "2"}),
    "bind::an:role": ("person.full_name", "role", "person.full_name"),
    "bind::an:warning": (". != 'y'", "warning", ". != 'y'"),
    "bind::an:warningMsg": ("Xem", "warning_message_vi", "Xem"),
}
NEEDS = {
    "required_message": {"required": "yes"},
    "constraint_message": {"constraint": "1"},
    "bind::an:warning": {"bind::an:warningMsg": "Xem"},
    "bind::an:warningMsg": {"bind::an:warning": "1"},
}


def headings_of(parts: Parts) -> list[str]:
    """Every way to write a heading."""
    names = [alias for alias, meant in SURVEY_ALIASES.items() if meant == parts]
    return [*names, "::".join(parts), "::".join((parts[0].upper(), *parts[1:]))]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        (heading, name)
        for parts, name in SURVEY.items()
        if name in SAMPLES
        for heading in headings_of(parts)
    ],
)
def test_a_column_is_read_under_each_of_its_names(tmp_path: Path, heading: str, name: str) -> None:
    value, attribute, expected = SAMPLES[name]
    row = {**TEXT, heading: value, **NEEDS.get(name, {})}
    found = load_definition(write_form(tmp_path, [row])).question("a")
    assert getattr(found, attribute) == expected


@pytest.mark.parametrize(
    ("headings", "separator"),
    [
        (("command", "tag", "caption"), ""),
        (("TYPE", "Value", "Label"), ""),
        (("type", "name", "label:vi"), ":"),
    ],
)
def test_the_first_columns_have_other_names_too(
    tmp_path: Path, headings: tuple[str, ...], separator: str
) -> None:
    row = dict(zip(headings, ("text", "a", "Câu a"), strict=True))
    if separator:
        row |= {"bind:relevant": "1 = 1", "bind:jr:constraintMsg:vi": "Sai", "constraint": "1"}
    form = load_definition(write_form(tmp_path, [row], settings=""))
    assert form.question("a").label_vi == "Câu a"
    if separator:
        assert form.question("a").relevant == "1 = 1"
        assert form.question("a").constraint_message_vi == "Sai"


def test_choices_have_their_names_and_further_columns(tmp_path: Path) -> None:
    choices = [
        {"list name": "x", "value": "1", "caption": "Một", "of_Group": "A", "tỉnh": "03"},
        {"list name": "x", "value": "2", "caption": "Hai", "of_Group": "", "tỉnh": "03"},
    ]
    rows = [{**TEXT, "type": "select_one x", "choice_filter": "of_Group = 'A'"}]
    one, two = load_definition(write_form(tmp_path, rows, choices)).choices["x"]
    assert (one.label_vi, one.attributes) == ("Một", {"of_Group": "A", "tỉnh": "03"})
    assert two.attributes == {"tỉnh": "03"}


@pytest.mark.parametrize("parts", REFUSED_COLUMNS)
def test_a_column_that_is_not_done_here_is_refused_where_it_is_filled(
    tmp_path: Path, parts: Parts
) -> None:
    heading = "::".join(parts)
    path = write_form(tmp_path, [{**TEXT, heading: ""}, {**TEXT, "name": "b", heading: "x"}])
    (found,) = check_form(path).problems
    assert (found.code.name, found.row, found.column) == ("DEF_041", 4, heading)


@pytest.mark.parametrize(
    "heading",
    ["media::image::English (en)", "bind::foo", "control::foo", "instance::hxl", "body::x"],
)
def test_other_attributes_of_the_form_are_refused(tmp_path: Path, heading: str) -> None:
    (found,) = check_form(write_form(tmp_path, [{**TEXT, heading: "x"}])).problems
    assert (found.code.name, found.row, found.column) == ("DEF_041", 3, heading)


@pytest.mark.parametrize("parts", NO_EFFECT_COLUMNS)
def test_a_column_without_effect_is_told(tmp_path: Path, parts: Parts) -> None:
    checked = check_form(write_form(tmp_path, [{**TEXT, "::".join(parts): "3"}]))
    assert not checked.problems
    assert [(one.code.name, one.row) for one in checked.notices] == [("DEF_062", 3)]


def test_an_empty_unknown_column_does_no_harm(tmp_path: Path) -> None:
    checked = check_form(write_form(tmp_path, [{**TEXT, "whatever": "", "media::audio": ""}]))
    assert (checked.problems, checked.notices) == ((), ())


@pytest.mark.parametrize("name", REFUSED_SETTINGS)
def test_a_setting_that_is_not_done_here_is_refused(tmp_path: Path, name: str) -> None:
    heading = "attribute::x" if name == "attribute" else name
    settings = table("settings", [{"form_id": "thu", heading: "yes"}])
    (found,) = check_form(write_form(tmp_path, [TEXT], settings=settings)).problems
    assert (found.code.name, found.sheet, found.column) == ("DEF_042", "settings", heading)


@pytest.mark.parametrize("name", sorted(NO_EFFECT_SETTINGS - {"instance_xmlns"}))
def test_a_setting_without_effect_is_told(tmp_path: Path, name: str) -> None:
    settings = table("settings", [{"form_id": "thu", name: "x1"}])
    checked = check_form(write_form(tmp_path, [TEXT], settings=settings))
    assert not checked.problems
    assert [one.code.name for one in checked.notices] == ["DEF_061"]


def settings_of(folder: Path, **cells: str) -> FormDefinition:
    return load_definition(write_form(folder, [TEXT], settings=table("settings", [cells])))


@pytest.mark.parametrize("heading", ["form_id", "id_string", "set_form_id", "Form Id"])
def test_the_id_of_a_form_has_other_names(tmp_path: Path, heading: str) -> None:
    assert settings_of(tmp_path, **{heading: "thu"}).form_id == "thu"


@pytest.mark.parametrize("heading", ["form_title", "title", "set_form_title", "FORM TITLE"])
def test_the_title_of_a_form_has_other_names(tmp_path: Path, heading: str) -> None:
    assert settings_of(tmp_path, form_id="thu", **{heading: "Thử"}).title_vi == "Thử"


def test_the_name_of_a_filled_form_is_kept(tmp_path: Path) -> None:
    form = settings_of(tmp_path, form_id="thu", instance_name="concat(${a}, '!')", version="v7")
    assert (form.instance_name, form.version) == ("concat(${a}, '!')", "v7")


def test_runs_of_spaces_become_one_unless_the_settings_say_no(tmp_path: Path) -> None:
    row = {**TEXT, "label": "Một   hai", "default": "a  b"}
    for word, label in (("yes", "Một hai"), ("no", "Một   hai")):
        settings = table("settings", [{"form_id": "thu", "clean_text_values": word}])
        form = load_definition(write_form(tmp_path, [row], settings=settings))
        assert form.question("a").label_vi == label


def test_quotation_marks_of_word_processors_are_read_in_expressions_and_kept_in_texts(
    tmp_path: Path,
) -> None:
    row = {**TEXT, "label": "Gọi là “a”", "constraint": ". != ‘x’", "constraint_message": "Sai"}
    found = load_definition(write_form(tmp_path, [row])).question("a")
    assert (found.label_vi, found.constraint) == ("Gọi là “a”", ". != 'x'")


def test_every_alias_of_pyxform_is_known() -> None:
    for name in aliases.survey_header:
        parts = parts_of(name, SURVEY_ALIASES, doubled=True)
        known = {*SURVEY, *REFUSED_COLUMNS, *NO_EFFECT_COLUMNS, ("control",)}
        assert parts in known, name
    for name in aliases.settings_header:
        parts = parts_of(name, SETTINGS_ALIASES, doubled=True)
        assert parts in SETTINGS or parts[0] in REFUSED_SETTINGS, name
    assert set(aliases.list_header) <= {*CHOICES_ALIASES, "list_name"}


def test_every_column_has_a_sample_or_a_test_of_its_own() -> None:
    elsewhere = {"type", "name", "label", "choice_filter", "trigger", "repeat_count", "disabled"}
    assert set(SURVEY.values()) == {*SAMPLES, *elsewhere, "bind::an:precision"}
    assert set(SURVEY.values()) >= TRANSLATED
    assert "namespaces" in SETTINGS_SHEET
