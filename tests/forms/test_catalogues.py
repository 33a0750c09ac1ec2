"""Dated lists: every issue says where it comes from."""

from __future__ import annotations

import unicodedata
from datetime import date
from importlib.resources import files

import pytest

from forms.catalogues import CatalogueIssue, catalogue, catalogue_issues

ISSUES = catalogue_issues()
NAMES = [f"{issue.name}.{issue.issued_on}" for issue in ISSUES]


def test_every_file_is_declared_and_every_declaration_has_a_file() -> None:
    folder = files("resources") / "catalogues"
    there = {item.name for item in folder.iterdir() if item.name.endswith(".csv")}
    assert there == {"catalogues.csv", *(f"{name}.csv" for name in NAMES)}


@pytest.mark.parametrize("issue", ISSUES, ids=NAMES)
def test_an_issue_tells_its_origin(issue: CatalogueIssue) -> None:
    assert issue.source
    assert issue.copied_from


@pytest.mark.parametrize("issue", ISSUES, ids=NAMES)
def test_a_table_is_clean_and_has_each_code_once(issue: CatalogueIssue) -> None:
    file_name = f"{issue.name}.{issue.issued_on}.csv"
    text = (files("resources") / "catalogues" / file_name).read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert len(catalogue(issue.name, on=issue.issued_on).rows) == len(text.splitlines()) - 1


def test_the_last_issue_is_read_or_the_last_by_a_date() -> None:
    name, issued_on = ISSUES[0].name, ISSUES[0].issued_on
    assert catalogue(name).issue.issued_on >= issued_on
    assert catalogue(name, on=issued_on).issue.issued_on == issued_on
    with pytest.raises(KeyError):
        catalogue(name, on=date(1900, 1, 1))


def test_an_unknown_list_is_an_error() -> None:
    with pytest.raises(KeyError):
        catalogue("no_such_list")


def test_sixty_three_provinces_registered_births() -> None:
    places = catalogue("birth_registration_prefixes").column("place")
    assert sum(place == "province" for place in places.values()) == 63
    assert "003" not in places, "the training prefix must stay unassigned"


def test_the_fourth_digit_tells_sex_and_century() -> None:
    rows = catalogue("century_sex_digits").rows
    assert {code: (row["sex_code"], row["first_year"]) for code, row in rows.items()} == {
        str(digit): ("12"[digit % 2], str(1900 + digit // 2 * 100)) for digit in range(10)
    }
