"""People of merit and relatives (QT 3936): categories, benefits, and the four compared fields."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from itertools import pairwise

import pytest

from forms.registry import FormRegistry
from tests.forms.papers import definition, labels, rows
from tests.forms.test_mau_01 import HEAD

REGISTRY = FormRegistry.bundled()
FORM = definition("qt3936_2023_merit", "2023-06-08")
STANDARDS = REGISTRY.path(FORM.form_id, FORM.version).with_name("merit_standards.csv")

POINTS = ("a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l", "m")


def test_every_row_of_the_sheet_is_a_question_in_its_place() -> None:
    numbered = [row for row in rows(FORM) if row[0]]
    assert rows(FORM)[: len(HEAD)] == HEAD
    assert [(number, path.rpartition("/")[2], count) for number, path, _, count in numbered] == [
        ("1", "full_name", 0),
        ("2", "alias", 0),
        ("3", "birth_date", 0),
        ("4", "sex", 2),
        ("5", "id_number", 0),
        ("6", "old_id_number", 0),
        ("6a", "id_issued_on", 0),
        ("6b", "id_issued_by", 0),
        ("7", "ethnicity", 56),
        ("7a", "religion", 14),
        ("8", "native_place", 0),
        ("9", "permanent_residence", 0),
        ("10", "dwelling", 0),
        ("11", "phone", 0),
        ("12", "capacity", 4),
        ("13", "merit_categories", 12),
        ("13a", "decision_scheme", 4),
        ("14", "merit_file_symbol", 0),
        ("15", "injury_rate", 0),
        ("16", "merit_full_name", 0),
        ("16a", "merit_category", 12),
        ("17", "source_file_symbol", 0),
        ("18", "merit_relation", 9),
        ("19", "benefit_kind", 9),
        ("20", "benefit_amount", 0),
        ("21", "decision_number", 0),
        ("21a", "decision_date", 0),
        ("21b", "decision_authority", 0),
        ("22", "receives_from", 0),
        ("23", "benefit_status", 5),
        ("23a", "status_changed_on", 0),
        ("23b", "moved_to", 0),
        ("24", "has_payee", 2),
        ("24a", "payee_full_name", 0),
        ("24b", "payee_birth_date", 0),
        ("24c", "payee_id_number", 0),
        ("24d", "payee_relation", 0),
        ("24đ", "authorisation_number", 0),
        ("26", "identity_result", 4),
        ("27", "differing_fields", 4),
        ("27a", "national_full_name", 0),
        ("27b", "national_birth_date", 0),
        ("27c", "national_native_place", 0),
        ("27d", "national_permanent_residence", 0),
        ("28", "lookup_officer", 0),
        ("28a", "identity_checked_on", 0),
        ("29", "note", 0),
    ]


def test_people_of_merit_and_benefits_are_asked_several_times() -> None:
    repeats = {section.path for section in FORM.sections() if section.repeat is not None}
    assert repeats == {"merit_persons", "benefits"}


def test_the_categories_are_the_points_of_the_ordinance_in_order() -> None:
    categories = FORM.choices["merit_category"]
    assert [category.code for category in categories] == [str(code) for code in range(1, 13)]
    assert [category.label_vi.partition(")")[0] for category in categories] == list(POINTS)
    assert {category.attributes["valid_from"] for category in categories} == {"2021-07-01"}


def test_every_benefit_names_its_articles() -> None:
    kinds = FORM.choices["benefit_kind"]
    assert [kind.code for kind in kinds] == [
        *("TC", "PC", "PCDB", "NPV", "TUAT", "TUATND", "ND", "CDHH2", "QD"),
    ]
    assert all(kind.attributes["article"] for kind in kinds)


def test_the_four_compared_fields_have_a_value_of_the_national_database() -> None:
    """Sex, number and dwelling are not among them (Kế hoạch 251, Phụ lục, mục 1.e)."""
    assert list(labels(FORM, "compared_field").values()) == [
        "Họ, tên đệm, tên",
        "Ngày, tháng, năm sinh",
        "Quê quán",
        "Nơi đăng ký thường trú",
    ]
    national = [q.name for q in FORM.questions() if q.name.startswith("national_")]
    own = ["full_name", "birth_date", "native_place", "permanent_residence"]
    assert national == [f"national_{name}" for name in own]
    # The file's own values belong to the person; those of the database only to this record.
    for name in own:
        assert FORM.path_of_role(f"person.{name}") is not None
    roles = {q.name: q.role for q in FORM.questions()}
    assert all(roles[name] is None for name in national)


def test_a_record_is_not_visible_to_whoever_may_see_labour_records() -> None:
    about = REGISTRY.about(FORM.form_id)
    assert about.data_set == "merit"
    assert about.data_set != REGISTRY.about("tt11_2022_m03").data_set


@pytest.fixture
def standards() -> list[dict[str, str]]:
    with STANDARDS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_standard_amounts_follow_one_another_without_a_gap(
    standards: list[dict[str, str]],
) -> None:
    for before, after in pairwise(standards):
        begins = date.fromisoformat(after["valid_from"])
        assert date.fromisoformat(before["valid_to"]) + timedelta(days=1) == begins
    assert standards[-1]["valid_to"] == ""
    amounts = [int(row["amount"]) for row in standards]
    assert amounts == sorted(amounts)


def test_every_standard_amount_says_whether_its_source_was_read(
    standards: list[dict[str, str]],
) -> None:
    for row in standards:
        assert row["checked"] in ("yes", "no")
        assert ("chưa đối chiếu" in row["source"]) == (row["checked"] == "no")


def test_what_is_reconstructed_says_so_in_its_hint() -> None:
    for name in ("alias", "capacity", "source_file_symbol", "benefit_status", "decision_number"):
        question = next(q for q in FORM.questions() if q.name == name)
        assert "dựng lại" in question.hint_vi.lower()
