"""Mẫu số 01a, TT 01/2022: every question of the sheet for people who look for work."""

from __future__ import annotations

from tests.forms.papers import definition, labels, rows
from tests.forms.test_mau_01 import FOOT, HEAD, PERSON

FORM = definition("tt01_2022_m01a", "2022-03-10")
SUPPLY = definition("tt01_2022_m01", "2022-03-10")


def test_every_row_of_the_paper_is_a_question_in_its_place() -> None:
    assert rows(FORM) == [
        *HEAD,
        *PERSON,
        ("11.1", "job_search/work_history", "select_one", 2),
        ("11.2", "job_search/desired_work", "select_multiple", 2),
        ("11.2a", "job_search/desired_occupation", "text", 0),
        ("11.2b", "job_search/desired_market", "text", 0),
        ("12", "training_wish/wants_training", "select_one", 2),
        ("12.1", "training_wish/desired_trade", "text", 0),
        ("12.2", "training_wish/desired_level", "select_one", 3),
        ("", "agreement/sharing_consent", "select_one", 2),
        *FOOT,
    ]


def test_questions_1_to_10_are_those_of_mau_01_word_for_word() -> None:
    own, other = ({q.path: q for q in form.questions()} for form in (FORM, SUPPLY))
    for _, path, _, _ in (*HEAD, *PERSON):
        for column in ("label_vi", "hint_vi", "required", "relevant", "constraint", "warning"):
            assert getattr(own[path], column) == getattr(other[path], column), path
    for name in ("sex", "priority_group", "general_education", "ethnic_group"):
        assert labels(FORM, name) == labels(SUPPLY, name)


def test_the_agreement_is_asked_and_never_assumed() -> None:
    question = FORM.question("agreement/sharing_consent")
    assert question.required == "true()"
    assert question.default is None


def test_levels_of_vocational_training_in_the_words_of_the_sheet() -> None:
    assert labels(FORM, "desired_level") == {"1": "Sơ cấp", "2": "Trung cấp", "3": "Cao đẳng"}
