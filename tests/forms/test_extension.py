"""A province's own questions beside an official form, which stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from desktop.commands.workbook import write_workbook
from forms.cases import Case, load_cases, run_case
from forms.definition import Answer, FormDefinition
from forms.export import exported
from forms.extension import ExtendedVersion, extended, load_dates, load_extended
from forms.findings import Finding
from forms.loader import load_part
from forms.mistakes import DefinitionError
from forms.registry import FormRegistry, UnknownFormError
from forms.runtime.compilation import compile_form
from forms.runtime.engine import Filling, validate
from tests.forms.writing import ON, TABLES, form_of, write_form

REGISTRY = FormRegistry.bundled()
FORM, PREFIX = "tt11_2022_m03", "p03"
FOLDER = Path(__file__).parents[2] / "forms" / "extensions" / PREFIX / FORM / "2026-01-01"
OFFICIAL = REGISTRY.get(FORM, "2022-08-15")
EXTENDED = REGISTRY.get(FORM, "2022-08-15+p03.2026-01-01")

OFFICIAL_CASES = load_cases(REGISTRY.path(FORM, "2022-08-15").with_name("cases.yaml"))
CASES = load_cases(FOLDER / "cases.yaml")


def official_only(findings: Sequence[Finding]) -> list[Finding]:
    return [one for one in findings if not one.path.startswith(f"{PREFIX}/")]


# -- the bundled example ------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.why)
def test_the_case_holds(case: Case) -> None:
    assert run_case(EXTENDED, case, tables=TABLES) == []


def test_every_rule_of_the_added_questions_has_a_case() -> None:
    rule = re.compile(r"R-P03-[0-9]{2}")
    stated = set(rule.findall((FOLDER / "source.md").read_text("utf-8")))
    assert stated == {found for case in CASES for found in rule.findall(case.why)}


def test_the_added_questions_stand_in_a_group_at_the_end() -> None:
    definition = EXTENDED.definition
    assert definition.children[:-1] == OFFICIAL.definition.children
    assert [question.path for question in definition.questions()][-7:] == [
        "p03/phone",
        "p03/area_kind",
        "p03/industry",
        "p03/monthly_income",
        "p03/job_wish/wants_job",
        "p03/job_wish/desired_place",
        "p03/job_wish/desired_job",
    ]
    assert definition.form_id == FORM
    assert definition.choices.items() >= OFFICIAL.definition.choices.items()


def test_pyxform_converts_the_form_with_the_added_questions(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_workbook(exported(EXTENDED.definition), path)
    remarks: list[str] = []
    xform = convert(path, warnings=remarks).xform
    assert 'nodeset="/data/p03/job_wish/wants_job"' in xform
    assert remarks == []


# -- nothing official changes -------------------------------------------------------------------


@pytest.mark.parametrize("case", OFFICIAL_CASES, ids=lambda case: case.why)
def test_every_official_case_holds_with_the_added_questions(case: Case) -> None:
    alone = validate(OFFICIAL, case.answers, on=case.on, tables=TABLES)
    together = validate(EXTENDED, case.answers, on=case.on, tables=TABLES)
    assert official_only(together) == alone


SOUND = [case.answers for case in OFFICIAL_CASES]
PATHS = sorted(item.path for item in EXTENDED.questions)
VALUES = st.one_of(
    st.none(),
    st.sampled_from(["1", "2", "3", "4", "2 6", "1990", "2026-11-20", "x", "K", "003190000001"]),
    st.integers(-10, 10**7),
)


@settings(max_examples=60)
@given(st.sampled_from(SOUND), st.dictionaries(st.sampled_from(PATHS), VALUES, max_size=8))
def test_official_answers_and_findings_do_not_depend_on_the_added_questions(
    base: Mapping[str, Answer], changes: dict[str, Answer]
) -> None:
    both = {**base, **changes}
    official = {path: value for path, value in both.items() if not path.startswith("p03/")}
    alone = Filling(OFFICIAL, on=ON, tables=TABLES, answers=official)
    together = Filling(EXTENDED, on=ON, tables=TABLES, answers=both)
    kept = {p: v for p, v in together.answers().items() if not p.startswith("p03/")}
    assert kept == alone.answers()
    assert official_only(together.findings()) == alone.findings()


# -- versions and days --------------------------------------------------------------------------


def test_a_version_names_both_texts() -> None:
    parts = ExtendedVersion.of("2022-08-15+p03.2026-01-01")
    assert parts == ExtendedVersion("2022-08-15", "p03", "2026-01-01")
    assert str(parts) == "2022-08-15+p03.2026-01-01" == EXTENDED.definition.version
    assert ExtendedVersion.of("2022-08-15") is None


@pytest.mark.parametrize(
    ("on", "version"),
    [
        (date(2025, 12, 31), "2022-08-15"),
        (date(2026, 1, 1), "2022-08-15+p03.2026-01-01"),
        (date(2027, 12, 31), "2022-08-15+p03.2026-01-01"),
        (date(2028, 1, 1), "2022-08-15"),
    ],
)
def test_new_records_ask_the_added_questions_on_their_days(on: date, version: str) -> None:
    assert REGISTRY.in_force(FORM, on, extension=PREFIX).definition.version == version
    assert REGISTRY.in_force(FORM, on).definition.version == "2022-08-15"
    assert REGISTRY.in_force(FORM, on, extension="p99").definition.version == "2022-08-15"


def test_a_record_opens_with_the_questions_it_was_made_with_whatever_the_day() -> None:
    assert REGISTRY.get(FORM, str(EXTENDED.definition.version)) is EXTENDED


@pytest.mark.parametrize(
    "version",
    [
        "2022-08-15+p03.2031-01-01",
        "2022-08-15+p04.2026-01-01",
        "2001-01-01+p03.2026-01-01",
        "2022-08-15+../p03.2026-01-01",
        "2022-08-15+",
        "+",
    ],
)
def test_unknown_added_questions_are_told(version: str) -> None:
    with pytest.raises(UnknownFormError):
        REGISTRY.get(FORM, version)


def test_a_folder_is_named_by_the_version_inside() -> None:
    for path in FOLDER.parents[2].glob("*/*/*/form.md"):
        part = load_part(path)
        assert (part.form_id, part.version) == path.parts[-3:-1]


# -- what would change the official form is refused ---------------------------------------------

ASKED = {"type": "text", "name": "word", "label": "Từ"}
KIND = {"type": "select_one kind", "name": "kind", "label": "Loại"}
KINDS = [{"list_name": "kind", "name": "1", "label": "Một"}]


@pytest.fixture
def official(tmp_path: Path) -> FormDefinition:
    role = {"type": "text", "name": "who", "label": "Ai", "bind::an:role": "person.full_name"}
    return form_of(tmp_path, [ASKED, KIND, role], KINDS).definition


def part(
    folder: Path, survey: Sequence[Mapping[str, str]], choices: Sequence[Mapping[str, str]] = ()
) -> FormDefinition:
    (folder / "local").mkdir()
    return load_part(write_form(folder / "local", survey, choices))


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({**ASKED}, "EXT_003"),
        ({**ASKED, "name": "WORD"}, "EXT_003"),
        ({**ASKED, "name": "p03"}, "EXT_003"),
        ({**ASKED, "name": "other", "bind::an:role": "person.full_name"}, "EXT_004"),
    ],
)
def test_a_clash_is_told(
    tmp_path: Path, official: FormDefinition, row: dict[str, str], code: str
) -> None:
    with pytest.raises(DefinitionError) as caught:
        extended(official, part(tmp_path, [row]), prefix=PREFIX)
    assert [(one.code.name, one.row) for one in caught.value.problems] == [(code, 3)]


def test_a_list_of_the_same_name_is_told(tmp_path: Path, official: FormDefinition) -> None:
    local = part(tmp_path, [{**KIND, "name": "other"}], KINDS)
    with pytest.raises(DefinitionError) as caught:
        extended(official, local, prefix=PREFIX)
    assert [one.code.name for one in caught.value.problems] == ["EXT_005"]


@pytest.mark.parametrize("prefix", ["word", "Word", "", "../x", "P 03", "3p"])
def test_a_prefix_that_is_taken_or_no_name_is_told(
    tmp_path: Path, official: FormDefinition, prefix: str
) -> None:
    local = part(tmp_path, [{**ASKED, "name": "other"}])
    with pytest.raises(DefinitionError) as caught:
        extended(official, local, prefix=prefix)
    assert "EXT_002" in {one.code.name for one in caught.value.problems}


def test_the_questions_of_another_form_are_told(tmp_path: Path) -> None:
    local = part(tmp_path, [{**ASKED, "name": "other"}])
    with pytest.raises(DefinitionError) as caught:
        extended(OFFICIAL.definition, local, prefix=PREFIX)
    assert [one.code.name for one in caught.value.problems] == ["EXT_001"]


def test_every_clash_is_told_at_once(tmp_path: Path, official: FormDefinition) -> None:
    local = part(tmp_path, [ASKED, {**KIND}], KINDS)
    with pytest.raises(DefinitionError) as caught:
        extended(official, local, prefix="word")
    found = [one.code.name for one in caught.value.problems]
    assert found == ["EXT_002", "EXT_003", "EXT_003", "EXT_005"]


def test_a_name_that_neither_form_knows_is_told(tmp_path: Path, official: FormDefinition) -> None:
    local = part(tmp_path, [{**ASKED, "name": "other", "relevant": "${nobody} = '1'"}])
    with pytest.raises(DefinitionError) as caught:
        compile_form(extended(official, local, prefix=PREFIX))
    assert [one.code.name for one in caught.value.problems] == ["DEF_019"]


def test_official_questions_and_lists_may_be_read(tmp_path: Path, official: FormDefinition) -> None:
    rows = [
        {**KIND, "name": "second", "relevant": "${word} = 'x'"},
        {"type": "begin group", "name": "more", "label": "Nhóm"},
        {**ASKED, "name": "third", "relevant": "../../second = '1' and ${kind} = '1'"},
        {"type": "end group"},
    ]
    form = compile_form(extended(official, part(tmp_path, rows), prefix=PREFIX))
    filled = Filling(form, on=ON, tables=TABLES, answers={"word": "x", "kind": "1"})
    assert filled.is_relevant("p03/second")
    assert not filled.is_relevant("p03/more/third")
    filled.set("p03/second", "1")
    assert filled.is_relevant("p03/more/third")


# -- extension.yaml -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[",
        "texts: []",
        "texts: 2022-08-15",
        "texts: [2022]",
        "texts: ['1']\nvalid_to: soon",
        "texts: ['1']\nvalid_to: 2027-01-01",
        "texts: ['1']\nmore: 1",
    ],
)
def test_a_misshapen_file_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "extension.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_dates(path)
    assert [one.code.name for one in caught.value.problems] == ["EXT_001"]


def test_questions_made_for_another_text_are_told(tmp_path: Path, official: FormDefinition) -> None:
    part(tmp_path, [{**ASKED, "name": "other"}])
    (tmp_path / "local" / "extension.yaml").write_text("texts: ['1999-01-01']", encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_extended(official, tmp_path / "local", PREFIX)
    assert [one.code.name for one in caught.value.problems] == ["EXT_007"]
