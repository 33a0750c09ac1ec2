"""Mẫu 03, TT 11/2022: every question of the paper with its options; and published texts stay.

After a folder of a new text is published, write its hashes with

    cd forms/definitions && find . -mindepth 3 -type f ! -name cases.yaml ! -name source.md \
        | LC_ALL=C sort | xargs sha256sum > published.sha256

A published text and its tables never change: a correction is a new folder with a later date. Cases
and sources are not what records are made with: they grow while more of the law is read and somebody
compares the text with the gazette.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from forms.cases import Case, load_cases
from forms.definition import DatePrecision, FormDefinition, QuestionType
from forms.findings import Code, Severity
from forms.loader import load_definition
from forms.rules.identity import IDENTITY_FIELDS
from forms.vietnamese import clean

DEFINITIONS = Path(__file__).parents[2] / "forms" / "definitions"
FOLDER = DEFINITIONS / "tt11_2022_m03" / "2022-08-15"

TEXT, DATE, NOTE = QuestionType.TEXT, QuestionType.DATE, QuestionType.NOTE
ONE, MANY = QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE

#: Number on paper, path, type, number of options: the rows H1–H5, 1–13.1, F1–F4 and S1 in order.
QUESTIONS = [
    ("", "household/province", TEXT, 0),
    ("", "household/district", TEXT, 0),
    ("", "household/commune", TEXT, 0),
    ("", "household/hamlet", TEXT, 0),
    ("", "household/household_code", TEXT, 0),
    ("1", "identity/full_name", TEXT, 0),
    ("1a", "identity/relation_to_head", ONE, 10),
    ("2", "identity/birth_date", DATE, 0),
    ("3", "identity/sex", ONE, 2),
    ("4", "identity/id_number", TEXT, 0),
    ("", "identity/old_id_number", TEXT, 0),
    ("5", "identity/social_insurance_number", TEXT, 0),
    ("", "identity/native_place", TEXT, 0),
    ("6", "identity/permanent_residence", TEXT, 0),
    ("7", "identity/dwelling", TEXT, 0),
    ("8", "identity/priority_groups", MANY, 6),
    ("8a", "identity/ethnicity", ONE, 56),
    ("9", "qualification/general_education", ONE, 4),
    ("10", "qualification/technical_qualification", ONE, 8),
    ("10.1", "qualification/field_of_training", TEXT, 0),
    ("11", "activity/economic_activity_status", ONE, 3),
    ("11.1", "inactive/inactivity_reason", ONE, 5),
    ("12.1", "employed/status_in_employment", ONE, 5),
    ("12.2", "employed/job", TEXT, 0),
    ("12.2a", "employed/insurance_participation", ONE, 2),
    ("12.2b", "employed/insurance_kind", ONE, 2),
    ("12.2c", "employed/has_contract", ONE, 2),
    ("12.2d", "employed/contract_kind", ONE, 2),
    ("12.2đ", "employed/contract_started_on", DATE, 0),
    ("12.3", "employed/workplace_name", TEXT, 0),
    ("12.3a", "employed/workplace_kind", ONE, 11),
    ("12.3b", "employed/workplace_address", TEXT, 0),
    ("13", "unemployed/work_history", ONE, 2),
    ("13a", "unemployed/previous_job", TEXT, 0),
    ("13.1", "unemployed/unemployment_duration", ONE, 3),
    ("", "collection/collected_on", DATE, 0),
    ("", "collection/informant_signature", NOTE, 0),
    ("", "collection/collector_name", TEXT, 0),
    ("", "collection/collector_phone", TEXT, 0),
    ("", "collection/collector_email", TEXT, 0),
    ("", "collection/note", TEXT, 0),
    ("", "collection/change_kind", ONE, 3),
]

ROLES = {
    "household.province": "household/province",
    "household.district": "household/district",
    "household.commune": "household/commune",
    "household.hamlet": "household/hamlet",
    "household.code": "household/household_code",
    **{
        f"person.{name}": f"identity/{name}"
        for name in (
            *IDENTITY_FIELDS,
            "relation_to_head",
            "social_insurance_number",
            "native_place",
            "permanent_residence",
            "dwelling",
            "ethnicity",
        )
    },
}

#: Lists whose codes several systems share, in the words of the form.
OFFICIAL_LISTS = {
    "sex": ["Nam", "Nữ"],
    "priority_group": [
        "Người khuyết tật",
        "Thuộc hộ nghèo",
        "Thuộc hộ cận nghèo",
        "Thuộc hộ bị thu hồi đất",
        "Thân nhân của người có công với cách mạng",
        "Dân tộc thiểu số (ghi tên dân tộc)",
    ],
    "general_education": [
        "Chưa học xong Tiểu học",
        "Tốt nghiệp Tiểu học",
        "Tốt nghiệp THCS",
        "Tốt nghiệp THPT",
    ],
    "technical_qualification": [
        "Chưa qua đào tạo",
        "CNKT không có bằng",
        "Chứng chỉ nghề dưới 3 tháng",
        "Sơ cấp",
        "Trung cấp",
        "Cao đẳng",
        "Đại học",
        "Trên đại học",
    ],
    "economic_activity_status": [
        "Người có việc làm",
        "Người thất nghiệp",
        "Không tham gia hoạt động kinh tế",
    ],
    "inactivity_reason": ["Đi học", "Hưu trí", "Nội trợ", "Khuyết tật", "Khác"],
    "insurance_kind": ["Bắt buộc", "Tự nguyện"],
    "work_history": ["Chưa bao giờ làm việc", "Đã từng làm việc"],
    "unemployment_duration": ["Dưới 3 tháng", "Từ 3 tháng đến 1 năm", "Trên 1 năm"],
    "change_kind": ["Báo tăng", "Báo giảm", "Cập nhật"],
}

#: Functions of the ODK XForms specification that this form uses.
ODK_FUNCTIONS = {"number", "format-date", "today", "selected", "not", "regex", "true"}


@cache
def mau_03() -> FormDefinition:
    """The definition, loaded once."""
    return load_definition(FOLDER / "form.md")


@cache
def cases() -> list[Case]:
    """The cases of the definition; ``test_cases`` runs them, here they are counted."""
    return load_cases(FOLDER / "cases.yaml")


def test_every_row_of_the_paper_is_a_question_in_its_place() -> None:
    form = mau_03()
    found = [
        (q.number, q.path, q.type, len(form.choices[q.list_name]) if q.list_name else 0)
        for q in form.questions()
    ]
    assert found == QUESTIONS


def test_identity_and_household_answers_belong_to_the_person_and_the_household() -> None:
    assert {q.role: q.path for q in mau_03().questions() if q.role} == ROLES


@pytest.mark.parametrize("name", OFFICIAL_LISTS)
def test_a_list_keeps_the_codes_and_words_of_the_form(name: str) -> None:
    found = [(choice.code, choice.label_vi) for choice in mau_03().choices[name]]
    assert found == [(str(code), label) for code, label in enumerate(OFFICIAL_LISTS[name], 1)]


def test_ethnic_groups_are_the_54_and_two_more() -> None:
    groups = mau_03().choices["ethnic_group"]
    assert [group.code for group in groups] == [f"{code:02d}" for code in range(1, 57)]
    xtieng = groups[21]
    assert xtieng.label_vi == "Xtiêng"
    assert "Stiêng" in xtieng.attributes["aliases"].split("; ")


def test_dates_ask_no_more_than_the_paper_has() -> None:
    dates = {q.name: q.precision for q in mau_03().questions() if q.type is DATE}
    assert dates == {
        "birth_date": DatePrecision.YEAR,
        "contract_started_on": DatePrecision.MONTH,
        "collected_on": DatePrecision.DAY,
    }


def test_every_text_is_clean() -> None:
    for question in mau_03().questions():
        for text in (
            question.label_vi,
            question.hint_vi,
            question.required_message_vi,
            question.constraint_message_vi,
            question.warning_message_vi,
        ):
            assert clean(text) == text


def test_every_condition_tells_why() -> None:
    for question in mau_03().questions():
        assert bool(question.required) == bool(question.required_message_vi)
        assert bool(question.constraint) == bool(question.constraint_message_vi)
        assert bool(question.warning) == bool(question.warning_message_vi)


def test_pyxform_converts_the_form_without_a_warning() -> None:
    warnings: list[str] = []
    text = (FOLDER / "form.md").read_text("utf-8")
    xform = convert(text, file_type=".md", warnings=warnings).xform
    assert warnings == []
    assert 'an:role="person.full_name"' in xform


def test_only_functions_that_odk_collect_has_are_called() -> None:
    expressions = [
        expression
        for q in mau_03().questions()
        for expression in (q.relevant, q.required, q.constraint, q.default, q.warning)
        if expression
    ]
    called = {name for text in expressions for name in re.findall(r"([a-z-]+)\(", text)}
    assert called <= ODK_FUNCTIONS


def test_there_are_cases_for_complete_people_of_each_status() -> None:
    sound = [case.answers for case in cases() if not case.findings]
    statuses = {answers["activity/economic_activity_status"] for answers in sound}
    assert statuses == {"1", "2", "3"}


def test_every_answer_of_a_case_is_to_a_question_of_the_form() -> None:
    paths = {question.path for question in mau_03().questions()}
    assert {path for case in cases() for path in case.answers} <= paths


@pytest.mark.parametrize(
    "code",
    [code for code in Code if code.name.startswith("ID_") and code is not Code.ID_013],
    ids=lambda code: code.name,
)
def test_every_remark_about_identities_has_a_case(code: Code) -> None:
    """Except ID_013, the duplicate: one form alone cannot show it."""
    assert any(line.startswith(code.name) for case in cases() for line in case.findings)


def test_every_soft_check_and_constraint_of_the_form_has_a_case() -> None:
    lines = {line for case in cases() for line in case.findings}
    for question in mau_03().questions():
        if question.warning:
            assert f"FORM_003 {question.path}" in lines
        if question.constraint:
            assert f"FORM_002 {question.path}" in lines
        if question.required:
            assert f"FORM_001 {question.path}" in lines


def test_no_case_uses_a_number_that_somebody_could_have() -> None:
    # 003 and 005 are gaps in the provinces, 299 lies behind the last country (101-295).
    allowed = re.compile(r"003|005|299|OO3|03|0[0-9]{8}$")
    for case in cases():
        number = str(case.answers.get("identity/id_number") or "003")
        assert allowed.match(number), case.why


def test_identity_warnings_can_be_confirmed_and_only_format_stops() -> None:
    stops = {
        code.name
        for code in Code
        if code.name.startswith("ID_") and code.kind.severity is Severity.ERROR
    }
    assert stops == {"ID_001", "ID_002", "ID_003", "ID_004", "ID_012", "ID_020"}


#: What is said about a text, beside the text itself.
COMMENTARY = frozenset({"cases.yaml", "source.md"})


def hashes() -> dict[str, str]:
    """File below the definitions -> SHA-256, for every file that makes up a published text."""
    return {
        f"./{path.relative_to(DEFINITIONS).as_posix()}": hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in DEFINITIONS.glob("*/*/*")
        if path.is_file() and path.name not in COMMENTARY
    }


def test_published_texts_have_not_changed() -> None:
    lines = (DEFINITIONS / "published.sha256").read_text("ascii").splitlines()
    published = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    assert hashes() == published, "a published text changed; see the head of this module"


def test_a_folder_is_named_by_the_version_inside() -> None:
    for path in DEFINITIONS.glob("*/*/form.md"):
        form = load_definition(path)
        assert (form.form_id, form.version) == path.parts[-3:-1]


def test_the_choices_of_suggestions_are_there_too() -> None:
    assert len(mau_03().choices["field_of_training"]) == 24


def test_the_table_of_the_definition_has_no_odd_columns() -> None:
    text = (FOLDER / "form.md").read_text("utf-8")
    survey = text.splitlines()[1]
    ours = {name.strip() for name in survey.split("|") if ":" in name}
    assert ours == {
        "bind::an:role",
        "bind::an:precision",
        "bind::an:warning",
        "bind::an:warningMsg",
    }
