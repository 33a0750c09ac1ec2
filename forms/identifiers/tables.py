"""The dated tables behind the numbers, as the rules want them."""

from __future__ import annotations

from datetime import date
from functools import cache

from forms.catalogues import Catalogue, catalogue, catalogue_issues


def in_force(name: str, on: date) -> Catalogue:
    """The issue of a list on a day; before the first known issue, that one."""
    return _issue(name, max(on, _first_day(name)))


@cache
def _issue(name: str, on: date) -> Catalogue:
    return catalogue(name, on=on)


@cache
def _first_day(name: str) -> date:
    return min(issue.issued_on for issue in catalogue_issues() if issue.name == name)


@cache
def first_issue_with(name: str, code: str) -> date | None:
    """From when a list has a code, or ``None`` when no issue has it."""
    days = sorted(issue.issued_on for issue in catalogue_issues() if issue.name == name)
    return next((day for day in days if code in catalogue(name, on=day).rows), None)


def province_of(code_63: str) -> str:
    """Name of one of the 63 provinces by its two digits, empty for no such code.

    The personal number's first three digits are 0 and this code (TT 07/2016/TT-BCA, Phụ lục 1).
    """
    row = catalogue("birth_registration_prefixes").rows.get(f"0{code_63}")
    return "" if row is None else row["name_vi"]
