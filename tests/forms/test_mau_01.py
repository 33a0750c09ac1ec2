"""Mẫu số 01, TT 01/2022: every question of the paper and the minimum content of the circular."""

from __future__ import annotations

from forms.registry import FormRegistry
from tests.forms.papers import definition, labels, rows

FORM = definition("tt01_2022_m01", "2022-03-10")
WORKER = definition("tt11_2022_m03", "2022-08-15")

HEAD = [
    ("", "household/province", "text", 0),
    ("", "household/district", "text", 0),
    ("", "household/commune", "text", 0),
    ("", "household/hamlet", "text", 0),
    ("", "household/household_code", "text", 0),
]
#: Questions 1–10.1, the same in Mẫu 01 and Mẫu 01a.
PERSON = [
    ("1", "identity/full_name", "text", 0),
    ("2", "identity/birth_date", "date", 0),
    ("3", "identity/sex", "select_one", 2),
    ("4", "identity/id_number", "text", 0),
    ("5", "identity/phone", "text", 0),
    ("6", "identity/permanent_residence", "text", 0),
    ("7", "identity/dwelling", "text", 0),
    ("7.1", "identity/area", "select_one", 2),
    ("8", "identity/priority_groups", "select_multiple", 4),
    ("8a", "identity/ethnicity", "select_one", 56),
    ("9", "qualification/general_education", "select_one", 4),
    ("10", "qualification/technical_qualification", "select_one", 8),
    ("10.1", "qualification/field_of_training", "text", 0),
]
FOOT = [
    ("", "collection/collected_on", "date", 0),
    ("", "collection/informant_signature", "note", 0),
    ("", "collection/collector_name", "text", 0),
    ("", "collection/collector_phone", "text", 0),
    ("", "collection/note", "text", 0),
]

#: Điều 7.1 by point -> the questions that hold it.
MINIMUM = {
    "a": ["full_name", "birth_date", "sex", "ethnicity", "id_number"],
    "b": ["general_education", "technical_qualification", "field_of_training"],
    "c": [
        "job",
        "status_in_employment",
        "workplace_name",
        "workplace_kind",
        "industry",
        "workplace_address",
    ],
    "d": ["previous_job", "unemployment_duration"],
    "đ": ["inactivity_reason"],
    "e": ["wants_training", "wants_work"],
}


def test_every_row_of_the_paper_is_a_question_in_its_place() -> None:
    assert rows(FORM) == [
        *HEAD,
        *PERSON,
        ("11", "activity/economic_activity_status", "select_one", 3),
        ("11.1", "inactive/inactivity_reason", "select_one", 5),
        ("12.1", "employed/status_in_employment", "select_one", 4),
        ("12.2", "employed/job", "text", 0),
        ("12.3", "employed/workplace_name", "text", 0),
        ("12.3a", "employed/workplace_kind", "select_one", 11),
        ("12.3b", "employed/industry", "text", 0),
        ("12.3c", "employed/workplace_address", "text", 0),
        ("13", "unemployed/work_history", "select_one", 2),
        ("13a", "unemployed/previous_job", "text", 0),
        ("13.1", "unemployed/unemployment_duration", "select_one", 3),
        ("14", "wishes/wants_training", "select_one", 2),
        ("14.1", "wishes/desired_trade", "text", 0),
        ("15", "wishes/wants_work", "select_one", 2),
        ("15.1", "wishes/desired_job", "text", 0),
        *FOOT,
        ("", "collection/change_kind", "select_one", 3),
    ]


def test_the_minimum_content_of_the_circular_is_required_where_it_is_asked() -> None:
    required = {question.name for question in FORM.questions() if question.required}
    wanted = {name for names in MINIMUM.values() for name in names}
    assert wanted <= required


def test_an_option_has_the_code_that_it_has_in_mau_03() -> None:
    """So that totals of both forms can be added; this form has fewer options."""
    shared = FORM.choices.keys() & WORKER.choices.keys()
    assert len(shared) >= 10
    for name in shared:
        assert labels(FORM, name).items() <= labels(WORKER, name).items()
    assert list(labels(FORM, "priority_group")) == ["1", "2", "3", "6"]
    assert list(labels(FORM, "status_in_employment")) == ["1", "2", "3", "4"]


def test_what_is_not_on_the_printed_copy_says_so_in_its_hint() -> None:
    by_name = {question.name: question for question in FORM.questions()}
    for name in ("industry", "previous_job", "wants_training", "wants_work", "ethnicity"):
        assert "Điều 7.1" in by_name[name].hint_vi


def test_the_form_is_about_people_of_fifteen_and_older() -> None:
    about = FormRegistry.bundled().about("tt01_2022_m01")
    assert (about.admits_age(14), about.admits_age(15)) == (False, True)
    assert about.data_set == FormRegistry.bundled().about("tt11_2022_m03").data_set
