"""Poor and near-poor households with their members (TT 07/2021/TT-BLĐTBXH)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from forms.cases import load_cases
from forms.definition import Answer, Section
from forms.registry import FormRegistry
from forms.runtime.engine import Filling
from tests.forms.papers import definition, labels
from tests.forms.writing import ON, TABLES, codes

FORM_ID, VERSION = "tt07_2021_hn", "2022-01-01"
REGISTRY = FormRegistry.bundled()
FORM = definition(FORM_ID, VERSION)
POOR = load_cases(REGISTRY.path(FORM_ID, VERSION).with_name("cases.yaml"))[0].answers


def filled(answers: Mapping[str, Answer] = POOR) -> Filling:
    return Filling(REGISTRY.get(FORM_ID, VERSION), on=ON, tables=TABLES, answers=answers)


def members() -> Section:
    return next(section for section in FORM.sections() if section.path == "members")


def test_members_are_a_repeat_and_the_roster_of_the_form() -> None:
    assert members().repeat is not None
    assert REGISTRY.about(FORM_ID).roster == "members"


def test_what_is_asked_of_a_member_belongs_to_the_member() -> None:
    roles = [q.role for q in FORM.questions() if q.path.startswith("members/") and q.role]
    assert roles == [
        "member.full_name",
        "member.relation_to_head",
        "member.birth_date",
        "member.sex",
        "member.ethnicity",
        "member.id_number",
    ]


def test_relations_have_the_codes_of_the_person() -> None:
    worker = definition("tt11_2022_m03", "2022-08-15")
    assert labels(FORM, "relation_to_head") == labels(worker, "relation_to_head")


def test_twelve_indicators_are_options_with_days() -> None:
    indicators = FORM.choices["deprivation"]
    assert len(indicators) == 12
    assert {choice.attributes["valid_from"] for choice in indicators} == {"2022-01-01"}


def test_the_list_follows_every_member_added_and_taken_out() -> None:
    form = filled()
    added = form.add("members")
    form.set(f"{added}/full_name", "Điểu Lan")
    form.set(f"{added}/relation_to_head", "1")
    assert form.value("roster/listed_count") == 4
    assert form.value("roster/head_count") == 2
    assert "FORM_002 members[1]/relation_to_head" in codes(form.findings())
    form.remove(added)
    assert form.value("roster/listed_count") == 3
    assert form.findings() == []


def test_members_keep_their_answers_whatever_the_order_of_entry() -> None:
    backwards = dict(reversed(list(POOR.items())))
    assert filled(backwards).answers() == filled().answers()


@pytest.mark.parametrize("key", ["1", "2", "3"])
def test_a_household_without_one_of_its_members_is_not_complete(key: str) -> None:
    form = filled()
    form.remove(f"members[{key}]")
    assert "FORM_002 roster/member_count" in codes(form.findings())
