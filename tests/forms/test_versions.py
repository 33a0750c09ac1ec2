"""Texts of a form: frozen when published, found by version and day, options retired with days.

The head of ``test_mau_03`` tells how the hashes of a new text are written down; those of questions
that a province adds are written with

    cd forms/extensions && find . -mindepth 4 -type f ! -name cases.yaml ! -name source.md \
        | LC_ALL=C sort | xargs sha256sum > published.sha256
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from forms.definition import Answer
from forms.findings import Severity
from forms.mistakes import DefinitionError
from forms.registry import FormRegistry, UnknownFormError
from forms.runtime.engine import Filling, validate
from tests.forms.writing import TABLES, codes, form_of

FORMS = Path(__file__).parents[2] / "forms"
BUNDLED = FormRegistry.bundled()
REGISTRY = FormRegistry(Path(__file__).parent / "definitions")
FORM = "tap_huan"

#: What is said about a text beside the text itself may grow.
COMMENTARY = frozenset({"cases.yaml", "source.md"})


def hashes(folder: Path, *, depth: int) -> dict[str, str]:
    """Every file that makes up a published text, at any depth below its folder."""
    return {
        f"./{path.relative_to(folder).as_posix()}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
        and len(path.relative_to(folder).parts) >= depth
        and path.name not in COMMENTARY
    }


def published(folder: Path) -> dict[str, str]:
    lines = (folder / "published.sha256").read_text("ascii").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


# -- published texts stay -----------------------------------------------------------------------


@pytest.mark.parametrize(("folder", "depth"), [("definitions", 3), ("extensions", 4)])
def test_published_texts_have_not_changed(folder: str, depth: int) -> None:
    assert hashes(FORMS / folder, depth=depth) == published(FORMS / folder)


@pytest.mark.parametrize("change", ["edited", "added", "added below", "removed"])
def test_the_list_of_hashes_notices_every_change(tmp_path: Path, change: str) -> None:
    folder = tmp_path / "definitions"
    shutil.copytree(FORMS / "definitions", folder)
    text = folder / "tt11_2022_m03" / "2022-08-15"
    match change:
        case "edited":
            (text / "form.md").write_text("| survey |\n", encoding="utf-8")
        case "added":
            (text / "more.csv").write_text("name,label\n", encoding="utf-8")
        case "added below":
            (text / "form-media").mkdir()
            (text / "form-media" / "more.csv").write_text("name,label\n", encoding="utf-8")
        case _:
            (text / "form.md").unlink()
    assert hashes(folder, depth=3) != published(folder)


# -- a record opens under its own text ----------------------------------------------------------


@pytest.mark.parametrize("version", REGISTRY.versions(FORM))
def test_every_text_stays_at_hand(version: str) -> None:
    assert REGISTRY.get(FORM, version).definition.version == version


@pytest.mark.parametrize(
    ("on", "version"),
    [
        (date(2025, 12, 31), "2024-01-01"),
        (date(2026, 1, 1), "2026-01-01"),
        (date(2026, 12, 31), "2026-01-01"),
        (date(2030, 1, 1), "2027-01-01"),
    ],
)
def test_new_records_begin_with_the_text_in_force(on: date, version: str) -> None:
    assert REGISTRY.in_force(FORM, on).definition.version == version


def test_answers_of_an_old_record_stand_in_its_own_text() -> None:
    old: Mapping[str, Answer] = {"work/kind": "3", "work/fax": "001"}
    text = REGISTRY.get(FORM, "2024-01-01")
    assert validate(text, old, on=date(2030, 1, 1), tables=TABLES) == []
    newer = REGISTRY.get(FORM, "2026-01-01")
    found = codes(validate(newer, old, on=date(2030, 1, 1), tables=TABLES))
    assert found == ["FORM_004 work/kind", "FORM_010 work/fax"]


@pytest.mark.parametrize("version", ["2099-01-01", "", "x", "2024-01-01+p03.2026-01-01"])
def test_a_text_that_is_not_here_is_told(version: str) -> None:
    with pytest.raises(UnknownFormError):
        REGISTRY.get(FORM, version)


@pytest.mark.parametrize("registry", [REGISTRY, BUNDLED], ids=["training", "bundled"])
def test_from_every_text_a_declared_way_leads_to_the_newest(registry: FormRegistry) -> None:
    for form_id in registry.form_ids():
        first, *_ = versions = registry.versions(form_id)
        assert len(registry.migrators(form_id, first, to=versions[-1])) == len(versions) - 1


# -- options are retired with a day -------------------------------------------------------------

SECOND = REGISTRY.get(FORM, "2026-01-01")


def offered(on: date, **answers: Answer) -> list[str]:
    given = {f"work/{name}": value for name, value in answers.items()}
    filling = Filling(SECOND, on=on, tables=TABLES, answers=given)
    return [choice.code for choice in filling.choices("work/kind")]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 2, 28), ["1", "2"]),
        (date(2026, 3, 1), ["1", "2", "5"]),
        (date(2026, 6, 30), ["1", "2", "5"]),
        (date(2026, 7, 1), ["1", "5"]),
    ],
)
def test_an_option_is_offered_on_its_days(on: date, expected: list[str]) -> None:
    assert offered(on) == expected


def test_an_answer_keeps_its_retired_option_in_sight() -> None:
    assert offered(date(2026, 7, 1), kind="2") == ["1", "2", "5"]


@pytest.mark.parametrize(
    ("on", "kind", "expected"),
    [
        (date(2026, 6, 30), "2", []),
        (date(2026, 7, 1), "2", ["FORM_020 work/kind"]),
        (date(2026, 2, 28), "5", ["FORM_021 work/kind"]),
        (date(2026, 3, 1), "5", []),
        (date(2030, 1, 1), "1", []),
        (date(2030, 1, 1), "8", ["FORM_004 work/kind"]),
    ],
)
def test_an_option_out_of_its_days_is_a_warning(on: date, kind: str, expected: list[str]) -> None:
    given = {"work/kind": kind}
    found = validate(SECOND, given, on=on, tables=TABLES)
    assert codes(found) == expected
    assert codes(Filling(SECOND, on=on, tables=TABLES, answers=given).findings()) == expected
    if expected and expected != ["FORM_004 work/kind"]:
        assert found[0].severity is Severity.WARNING


def test_the_warning_names_the_option_and_the_day() -> None:
    [found] = validate(SECOND, {"work/kind": "2"}, on=date(2026, 7, 1), tables=TABLES)
    assert found.message_vi == (
        "Loại việc: 'Làm vườn' không còn dùng từ sau ngày 30/06/2026. Chọn lại; nếu giấy tờ ghi"
        " như vậy thì ghi lý do."
    )


def test_several_choices_are_looked_at_one_by_one(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        [{"type": "select_multiple kind", "name": "kinds", "label": "Loại"}],
        [
            {"list_name": "kind", "name": "1", "label": "Một", "valid_to": "2025-12-31"},
            {"list_name": "kind", "name": "2", "label": "Hai", "valid_to": "2025-12-31"},
            {"list_name": "kind", "name": "3", "label": "Ba"},
        ],
    )
    found = validate(form, {"kinds": "1 2 3"}, on=date(2026, 1, 1), tables=TABLES)
    assert [one.parameters["value"] for one in found] == ["Một", "Hai"]


@pytest.mark.parametrize(
    "row",
    [
        {"valid_from": "2026"},
        {"valid_to": "31/12/2025"},
        {"valid_from": "2026-02-30"},
        {"valid_from": "2026-02-02", "valid_to": "2026-02-01"},
    ],
)
def test_days_of_an_option_that_are_none_are_told(tmp_path: Path, row: dict[str, str]) -> None:
    choice = {"list_name": "kind", "name": "1", "label": "Một", **row}
    with pytest.raises(DefinitionError) as caught:
        form_of(tmp_path, [{"type": "select_one kind", "name": "kind", "label": "Loại"}], [choice])
    assert [one.code.name for one in caught.value.problems] == ["DEF_015"]
