"""People under drug-treatment management: as little as the comparison needs, and apart."""

from __future__ import annotations

from forms.registry import FormRegistry
from tests.forms.papers import definition, labels

FORM = definition("luat73_2021_cn", "2022-01-01")
ABOUT = FormRegistry.bundled().about("luat73_2021_cn")


def test_the_list_asks_for_no_more_than_this() -> None:
    asked = [q.path for q in FORM.questions() if not q.path.startswith(("household/", "identity/"))]
    assert asked == [
        "management/management_status",
        "management/other_status",
        "management/decision_number",
        "management/decision_date",
        "verification/identity_result",
        "verification/identity_checked_on",
        "collection/collected_on",
        "collection/collector_name",
        "collection/note",
    ]


def test_its_records_are_sensitive_and_lie_in_a_data_set_of_their_own() -> None:
    assert ABOUT.sensitive
    others = FormRegistry.bundled()
    data_sets = [others.about(one).data_set for one in others.form_ids() if one != FORM.form_id]
    assert ABOUT.data_set == "drug_treatment"
    assert ABOUT.data_set not in data_sets


def test_the_kinds_of_treatment_are_those_of_article_28() -> None:
    found = labels(FORM, "management_status")
    assert list(found) == ["1", "2", "3", "4", "9"]
    assert found["3"] == "Cai nghiện bắt buộc"


def test_free_texts_are_short_and_ask_for_nothing_medical() -> None:
    for path in ("management/other_status", "collection/note"):
        question = FORM.question(path)
        assert "string-length" in (question.constraint or "")
        assert "y tế" in question.hint_vi


def test_nothing_but_the_identity_goes_into_shared_documents() -> None:
    roles = {question.role for question in FORM.questions() if question.role}
    assert {role.partition(".")[0] for role in roles} == {"person", "household"}
    assert not any(q.role for q in FORM.questions() if q.path.startswith("management/"))
