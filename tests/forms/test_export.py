"""Export: a form written as tables is the same form when it is read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from desktop.commands.workbook import write_workbook
from forms.definition import FormDefinition
from forms.export import exported
from forms.loader import load_definition
from forms.registry import FormRegistry
from tests.forms.loading.rich import without_rows, write_rich_form
from tests.forms.writing import SETTINGS, table, write_form

BUNDLED = [
    (form_id, version)
    for form_id in FormRegistry.bundled().form_ids()
    for version in FormRegistry.bundled().versions(form_id)
]


def reread(form: FormDefinition, folder: Path) -> FormDefinition:
    """The form after a trip through a workbook that pyxform converts too."""
    path = folder / f"{form.form_id}.xlsx"
    write_workbook(exported(form), path)
    remarks: list[str] = []
    assert convert(path, warnings=remarks).xform
    return load_definition(path)


@pytest.mark.parametrize(("form_id", "version"), BUNDLED)
def test_a_bundled_form_comes_back_equal(tmp_path: Path, form_id: str, version: str) -> None:
    form = load_definition(FormRegistry.bundled().path(form_id, version))
    assert without_rows(reread(form, tmp_path)) == without_rows(form)


def test_a_form_with_everything_comes_back_equal(tmp_path: Path) -> None:
    form = load_definition(write_rich_form(tmp_path))
    (tmp_path / "out").mkdir()
    assert without_rows(reread(form, tmp_path / "out")) == without_rows(form)


def test_lists_of_one_name_in_two_sheets_stay_apart(tmp_path: Path) -> None:
    rows = [
        {"type": "select_one place", "name": "a", "label": "A"},
        {
            "type": "select_one_external place",
            "name": "b",
            "label": "B",
            "choice_filter": "unit = ${a}",
        },
    ]
    units = [{"list_name": "place", "name": "1", "label": "Một"}]
    communes = [
        {"list_name": "place", "name": "tan_an", "label": "Tân An", "unit": "1"},
        {"list_name": "place", "name": "tan_an", "label": "Tân An", "unit": "2"},
        {"list_name": "place_external", "name": "x", "label": "X", "unit": ""},
    ]
    form = load_definition(
        write_form(tmp_path, rows, units, settings=table("external_choices", communes) + SETTINGS)
    )
    assert sorted(len(choices) for choices in form.choices.values()) == [1, 1, 2]
    again = reread(form, tmp_path)
    assert without_rows(again) == without_rows(form)
