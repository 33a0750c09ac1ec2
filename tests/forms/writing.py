"""Small forms written for one test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from forms.definition import (
    Answers,
)
from forms.findings import Finding
from forms.loader import load_form
from forms.rules.identity import IdentityTables
from forms.runtime.compiled import CompiledForm
from forms.runtime.engine import Filling

ON = date(2026, 11, 20)
TABLES = IdentityTables.load(training=True)

SETTINGS = (
    "| settings |\n"
    "| | form_id | form_title | version | namespaces |\n"
    '| | thu | Thử | 2026-01-01 | an="https://so-an-sinh.vn/xforms" |\n'
)


def table(name: str, rows: Sequence[Mapping[str, str]]) -> str:
    """One sheet as a Markdown table; the columns are all keys in order."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [f"| {name} |", f"| | {' | '.join(columns)} |"]
    for row in rows:
        cells = (row.get(column, "").replace("|", "\\|") for column in columns)
        lines.append(f"| | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write_form(
    folder: Path,
    survey: Sequence[Mapping[str, str]],
    choices: Sequence[Mapping[str, str]] = (),
    *,
    settings: str = SETTINGS,
) -> Path:
    """A definition file. Line 2 holds the headings of the survey; its rows start at line 3."""
    path = folder / "form.md"
    sheets = table("survey", survey) + (table("choices", choices) if choices else "") + settings
    path.write_text(sheets, encoding="utf-8")
    return path


def form_of(
    folder: Path,
    survey: Sequence[Mapping[str, str]],
    choices: Sequence[Mapping[str, str]] = (),
) -> CompiledForm:
    """The form that these rows make."""
    return load_form(write_form(folder, survey, choices))


def filling(form: CompiledForm, answers: Answers | None = None) -> Filling:
    """The form being answered on the day of all these tests."""
    return Filling(form, on=ON, tables=TABLES, answers=answers or {})


def codes(findings: Sequence[Finding]) -> list[str]:
    """Findings as ``CODE path``."""
    return [f"{one.code.name} {one.path}" for one in findings]
