"""Every case of every bundled definition holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms.cases import Case, CaseError, load_cases, run_case
from forms.registry import FormRegistry
from forms.rules.identity import IdentityTables

REGISTRY = FormRegistry.bundled()


def _every_case() -> list[tuple[str, str, Case]]:
    return [
        (form_id, version, case)
        for form_id in REGISTRY.form_ids()
        for version in REGISTRY.versions(form_id)
        for case in load_cases(REGISTRY.path(form_id, version).with_name("cases.yaml"))
    ]


@pytest.mark.parametrize(
    ("form_id", "version", "case"),
    [pytest.param(*case, id=f"{case[0]}: {case[2].why}") for case in _every_case()],
)
def test_the_case_holds(form_id: str, version: str, case: Case) -> None:
    form = REGISTRY.get(form_id, version)
    assert run_case(form, case, tables=IdentityTables.load(training=True)) == []


def test_every_bundled_definition_carries_cases() -> None:
    assert {form_id for form_id, _, _ in _every_case()} == set(REGISTRY.form_ids())


CASE = """
- why: shows the shape
  "on": 2026-11-20
  answers: {household/province: Tỉnh Tập Huấn}
  findings: []
"""


def test_a_case_that_does_not_hold_says_what_is_different(tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(CASE + "  irrelevant: [household/province]\n", encoding="utf-8")
    form = REGISTRY.get("tt11_2022_m03", "2022-08-15")
    wrong = run_case(form, load_cases(path)[0], tables=IdentityTables.load(training=True))
    assert "not expected: FORM_001 household/commune" in wrong


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("- why: shows the shape\n  ", "- "), "'why' is missing"),
        (('"on"', "on"), "unknown"),
        (("2026-11-20", "soon"), "'on' is no date"),
        (("Tỉnh Tập Huấn", "2020-01-01"), "answers are texts"),
        (("findings: []", "findings: none"), "a list of texts"),
        (("  findings: []\n", ""), "'findings' is missing"),
        (("- why", "why"), "cases.yaml"),
    ],
)
def test_a_case_out_of_shape_is_refused(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(CASE.replace(*change), encoding="utf-8")
    with pytest.raises(CaseError, match=said):
        load_cases(path)
