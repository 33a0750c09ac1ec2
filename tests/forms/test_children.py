"""Children (CV 2513): the sheet's questions; special circumstances are a sheet apart."""

from __future__ import annotations

import pytest

from forms.registry import FormRegistry
from tests.forms.papers import definition, labels, rows
from tests.forms.test_mau_01 import HEAD

REGISTRY = FormRegistry.bundled()
FORM = definition("cv2513_2022_children", "2022-07-14")
SPECIAL = definition("cv2513_2022_children_special", "2022-07-14")

#: Point -> number of clauses of its article of NĐ 56/2017 (0: the article has none) and question.
CLAUSES = {
    "a": (4, "orphaned_case"),
    "b": (2, "abandoned_case"),
    "c": (12, "unsupported_case"),
    "d": (3, "disability_severity"),
    "đ": (0, None),
    "e": (4, "offence_case"),
    "g": (2, "addiction_case"),
    "h": (2, "dropout_case"),
    "i": (0, None),
    "k": (5, "exploitation_cases"),
    "l": (5, "abuse_cases"),
    "m": (2, "trafficking_case"),
    "n": (2, "illness_case"),
    "o": (3, "migration_case"),
}


def parent(key: str, number: str) -> list[tuple[str, str, str, int]]:
    return [
        (number, f"{key}/{key}_full_name", "text", 0),
        (f"{number}a", f"{key}/{key}_birth_date", "date", 0),
        (f"{number}b", f"{key}/{key}_id_number", "text", 0),
        (f"{number}c", f"{key}/{key}_ethnicity", "select_one", 56),
        (f"{number}d", f"{key}/{key}_occupation", "text", 0),
        (f"{number}đ", f"{key}/{key}_life_status", "select_one", 3),
    ]


def test_every_row_of_the_sheet_is_a_question_in_its_place() -> None:
    assert rows(FORM) == [
        *HEAD,
        ("", "household/head_name", "text", 0),
        ("", "household/head_id_number", "text", 0),
        ("1", "identity/full_name", "text", 0),
        ("2", "identity/birth_date", "date", 0),
        ("3", "identity/sex", "select_one", 2),
        ("4", "identity/ethnicity", "select_one", 56),
        ("5", "identity/id_number", "text", 0),
        ("6", "identity/card_number", "text", 0),
        ("7", "identity/old_id_number", "text", 0),
        ("8", "identity/birth_place", "text", 0),
        ("8a", "identity/birth_certificate_number", "text", 0),
        ("8b", "identity/birth_registered_on", "date", 0),
        *parent("father", "9"),
        *parent("mother", "10"),
        ("11", "guardian/parents_at_home", "select_one", 4),
        ("11a", "guardian/guardian_full_name", "text", 0),
        ("11b", "guardian/guardian_id_number", "text", 0),
        ("11c", "guardian/guardian_relation", "text", 0),
        ("11d", "guardian/guardian_phone", "text", 0),
        ("12", "residence/native_place", "text", 0),
        ("13", "residence/permanent_residence", "text", 0),
        ("14", "residence/dwelling", "text", 0),
        ("15", "residence/relation_to_head", "select_one", 10),
        ("16", "circumstances/health_card_number", "text", 0),
        ("17", "circumstances/schooling", "select_one", 4),
        ("17a", "circumstances/school_grade", "text", 0),
        ("17b", "circumstances/school_name", "text", 0),
        ("17c", "circumstances/no_school_reason", "text", 0),
        ("18", "circumstances/poverty_class", "select_one", 3),
        ("22", "child_review/software_code", "text", 0),
        ("", "child_review/reported_errors", "select_multiple", 6),
        ("", "child_review/error_classes", "calculate", 0),
        ("23", "child_review/check_result", "select_one", 3),
        ("23a", "child_review/supplied_id_number", "text", 0),
        ("24", "child_review/child_change", "select_one", 5),
        ("", "collection/collected_on", "date", 0),
        ("", "collection/collector_name", "text", 0),
        ("", "collection/note", "text", 0),
    ]


def test_parents_and_guardian_have_roles_of_their_own() -> None:
    roles = {q.role for q in FORM.questions() if q.role}
    assert {"father.full_name", "father.id_number", "mother.full_name", "mother.id_number"} <= roles
    assert {"guardian.full_name", "guardian.id_number", "person.birth_place"} <= roles


def test_the_ordinary_sheet_holds_nothing_of_the_special_one() -> None:
    """No question and no list in common but who the child is and how the sheet was filled in."""
    shared = {q.path for q in FORM.questions()} & {q.path for q in SPECIAL.questions()}
    assert {path.partition("/")[0] for path in shared} == {"identity", "collection"}
    assert FORM.choices.keys() & SPECIAL.choices.keys() == {"sex"}
    words = " ".join(choice.label_vi for choices in FORM.choices.values() for choice in choices)
    for word in ("HIV", "nghiện", "xâm hại", "bạo lực", "mua bán", "khuyết tật", "bị bỏ rơi"):
        assert word not in words


def test_the_special_sheet_lies_in_a_data_set_of_its_own() -> None:
    ordinary, special = (REGISTRY.about(form.form_id) for form in (FORM, SPECIAL))
    assert (ordinary.data_set, ordinary.sensitive) == ("children", False)
    assert (special.data_set, special.sensitive) == ("children_restricted", True)
    assert special.companion_of == FORM.form_id
    assert [about.admits_age(16) for about in (ordinary, special)] == [False, False]


def test_the_special_sheet_carries_no_number_and_no_address() -> None:
    roles = {q.role for q in SPECIAL.questions() if q.role}
    assert roles == {"person.full_name", "person.birth_date", "person.sex"}


def test_the_groups_are_the_points_of_the_law_in_order() -> None:
    groups = SPECIAL.choices["special_group"]
    assert [group.code for group in groups] == [str(code) for code in range(1, 15)]
    assert [group.label_vi.partition(")")[0] for group in groups] == list(CLAUSES)
    assert [group.attributes["clause"] for group in groups] == [f"10.1.{p}" for p in CLAUSES]


@pytest.mark.parametrize("point", CLAUSES)
def test_a_group_has_the_clauses_of_its_article(point: str) -> None:
    count, name = CLAUSES[point]
    article = list(CLAUSES).index(point) + 3
    if name is None:
        assert count == 0
        return
    assert list(labels(SPECIAL, name)) == [str(clause) for clause in range(1, count + 1)]
    found = [choice.attributes["clause"] for choice in SPECIAL.choices[name]]
    assert found == [f"{article}.{clause}" for clause in range(1, count + 1)]


def test_the_errors_are_those_of_the_letter() -> None:
    assert list(labels(FORM, "error_class")) == [f"E{number}" for number in range(1, 7)]


def test_what_is_reconstructed_says_so_in_its_hint() -> None:
    for name in ("birth_certificate_number", "health_card_number", "schooling", "poverty_class"):
        question = next(q for q in FORM.questions() if q.name == name)
        assert "dựng lại" in question.hint_vi
    for name in ("risk_groups", "support_received"):
        assert "dựng lại" in SPECIAL.question(f"support/{name}").hint_vi
