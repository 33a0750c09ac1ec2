"""Social assistance (NĐ 20/2021/NĐ-CP): dated tables, the highest amount and its exception.

The numbered rules and their cases are in the definitions; here is what no single case shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import combinations, pairwise

import pytest

from forms.cases import load_cases
from forms.definition import Answer, FormDefinition, Table
from forms.registry import FormRegistry
from forms.runtime.engine import Filling
from tests.forms.papers import definition, labels
from tests.forms.writing import ON, TABLES

VERSION = "2021-07-01"
FORMS = ("nd20_2021_btxh", "nd20_2021_btxh_rieng")
OPEN, RESTRICTED = (definition(form_id, VERSION) for form_id in FORMS)
REGISTRY = FormRegistry.bundled()

#: Điều 6.1 over the cases of Điều 5.
COEFFICIENTS = {
    "k1_under_4": "2.5",
    "k1_from_4": "1.5",
    "k2": "1.5",
    "k3_under_4": "2.5",
    "k3_from_4": "2.0",
    "k4": "1.0",
    "k5a_under_80": "1.5",
    "k5a_from_80": "2.0",
    "k5b": "1.0",
    "k5c": "1.0",
    "k5d": "3.0",
    "k6_very_severe": "2.0",
    "k6_very_severe_child_or_elder": "2.5",
    "k6_severe": "1.5",
    "k6_severe_child_or_elder": "2.0",
    "k7": "1.5",
    "k8": "1.5",
}
POINTS_OF_1 = ["1a", "1b", "1c", "1d", "1đ", "1e", "1g", "1h", "1i", "1k", "1l"]
GROUPS = [*POINTS_OF_1, "2", "3", "4", "5a", "5b", "5c", "5d", "6", "7", "8", "9"]


def rows(table: Table) -> list[dict[str, str]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def filled(form_id: str, **answers: Answer) -> Filling:
    """A complete record with some answers changed; ``__`` stands for ``/``."""
    base = load_cases(REGISTRY.path(form_id, VERSION).with_name("cases.yaml"))[0].answers
    given = {**base, **{name.replace("__", "/"): value for name, value in answers.items()}}
    form = REGISTRY.get(form_id, VERSION)
    return Filling(form, on=ON, tables=TABLES, answers=given)


def coefficient(form_id: str, groups: Iterable[str], birth: str, **answers: Answer) -> Answer:
    chosen: dict[str, Answer] = {
        "entitlement__entitlement_groups": " ".join(groups),
        "identity__birth_date": birth,
        "conditions__children_under_16": 2,
        "conditions__children_studying": 1,
        **answers,
    }
    return filled(form_id, **chosen).value("amounts/coefficient")


def test_every_clause_and_point_of_article_5_can_be_chosen_in_one_of_the_two_forms() -> None:
    assert list(labels(RESTRICTED, "assistance_group")) == GROUPS
    assert list(labels(OPEN, "assistance_group")) == [g for g in GROUPS if g not in ("3", "8")]


@pytest.mark.parametrize("form", [OPEN, RESTRICTED], ids=FORMS)
def test_coefficients_are_those_of_article_6(form: FormDefinition) -> None:
    found = {row["name"]: row["coefficient"] for row in rows(form.tables["coefficients"])}
    known = {choice.code for choice in form.choices["assistance_group"]} | {"1"}
    expected = {
        name: value
        for name, value in COEFFICIENTS.items()
        if known & {name[1:].split("_")[0]}  # k5a_from_80 -> 5a
    }
    assert found == expected


@pytest.mark.parametrize("form", [OPEN, RESTRICTED], ids=FORMS)
def test_dated_tables_have_days_and_sources_and_no_gap(form: FormDefinition) -> None:
    for name in ("coefficients", "standards"):
        for row in rows(form.tables[name]):
            assert date.fromisoformat(row["valid_from"]) >= date(2021, 7, 1)
            assert row["valid_to"] == "" or row["valid_from"] <= row["valid_to"]
            assert row["source"]
    standards = rows(form.tables["standards"])
    assert [row["amount"] for row in standards] == ["360000", "500000"]
    for earlier, later in pairwise(standards):
        ends, begins = (
            date.fromisoformat(day) for day in (earlier["valid_to"], later["valid_from"])
        )
        assert (begins - ends).days == 1


def test_what_was_not_compared_with_the_decree_says_so() -> None:
    [unchecked] = [row for row in rows(OPEN.tables["standards"]) if row["checked"] != "yes"]
    assert unchecked["amount"] == "500000"
    assert "chưa đối chiếu" in unchecked["source"]
    assert "chưa đối chiếu" in OPEN.question("amounts/decided_amount").hint_vi


def test_both_forms_ask_the_same_but_for_two_groups() -> None:
    own = {question.path for question in OPEN.questions()}
    other = {question.path for question in RESTRICTED.questions()}
    assert own - other == {"entitlement/separate_form"}
    assert other - own == {
        "conditions/has_income",
        "amounts/coefficient_3",
        "amounts/coefficient_8",
    }


def test_hiv_is_told_in_the_sensitive_form_only() -> None:
    assert REGISTRY.about(FORMS[1]).sensitive
    assert not REGISTRY.about(FORMS[0]).sensitive
    assert REGISTRY.about(FORMS[0]).data_set != REGISTRY.about(FORMS[1]).data_set
    words = [question.label_vi for question in OPEN.questions() if "HIV" in question.label_vi]
    assert len(words) == 1  # the note that leads to the other form


#: An adult's groups -> what each gives alone (three children; severe disability).
ALONE = {"5a": 1.5, "5d": 3.0, "6": 2.0, "8": 1.5}


@pytest.mark.parametrize("pair", list(combinations(ALONE, 2)), ids=" ".join)
def test_of_several_groups_only_the_highest_counts(pair: tuple[str, str]) -> None:  # R-ND20-12
    both = coefficient(FORMS[1], pair, "1960-01-01")
    assert both == max(ALONE[one] for one in pair)


@pytest.mark.parametrize("group", sorted(ALONE))
def test_a_single_parent_gets_the_other_group_besides(group: str) -> None:  # R-ND20-13
    assert coefficient(FORMS[1], ["4"], "1960-01-01") == 3
    assert coefficient(FORMS[1], ["4", group], "1960-01-01") == 3 + ALONE[group]


def test_no_exception_for_groups_of_children() -> None:  # R-ND20-13 names only 5, 6 and 8
    assert coefficient(FORMS[1], ["2", "4"], "2006-01-01") == 3


@pytest.mark.parametrize(
    ("as_of", "standard"),
    [("2021-07-01", 360000), ("2024-06-30", 360000), ("2024-07-01", 500000)],
)
def test_the_standard_is_that_of_the_day(as_of: str, standard: int) -> None:  # R-ND20-14
    form = filled(FORMS[0], entitlement__as_of=as_of)
    assert form.value("amounts/standard") == standard
    assert form.value("amounts/amount") == 1.5 * standard


def test_amounts_follow_every_edit() -> None:
    form = filled(FORMS[0])
    assert form.value("receiving/payable") == 750_000
    form.set("disability/disability_severity", "1")
    assert form.value("receiving/payable") == 1_000_000
    form.set("identity/birth_date", "2015-05-12")
    assert form.value("receiving/payable") == 1_250_000
    form.set("receiving/benefit_status", "2")
    assert form.value("receiving/payable") == 0
