"""What an identity tells about itself; the rule numbers are those of ``forms.rules.identity``."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.definition import Answer
from forms.findings import Code, Severity
from forms.rules.identity import (
    IDENTITY_FIELDS,
    IdentityTables,
    clean_number,
    duplicate_finding,
    flag_codes,
    identity_findings,
)

ON = date(2026, 11, 20)
TRAINING = IdentityTables.load(training=True)
WOMAN: dict[str, Answer] = {
    "full_name": "Nguyễn Thị Ơn",
    "birth_date": "1945",
    "sex": "2",
    "id_number": "003145000003",
    "old_id_number": "030000003",
}


def codes(tables: IdentityTables = TRAINING, **changed: Answer) -> list[str]:
    """Names of the findings about the woman with some answers changed."""
    found = identity_findings({**WOMAN, **changed}, on=ON, tables=tables)
    return [finding.code.name for finding in found]


def test_a_sound_identity_gets_no_remark() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("03145000003", ["ID_002"]),  # ID-R1
        ("00314500000", ["ID_001"]),  # ID-R1: no number begins with 000
        ("O03145000003", ["ID_003"]),  # ID-R2
        ("oo3I45ooooo3", ["ID_003"]),  # ID-R2
        ("00314500000l", ["ID_003"]),  # ID-R2; then it is another number, asked again
        ("0O314500000", ["ID_004"]),  # eleven signs, one a letter: nothing to suggest
        ("00314500000X", ["ID_004"]),  # ID-R3
        ("００３１４５０００００３", ["ID_004"]),  # ID-R3
        ("003/145000003", ["ID_004"]),  # ID-R3
        ("030000003", ["ID_005"]),  # ID-R4
        ("1", ["ID_001"]),  # ID-R5
        ("0314500000", ["ID_001"]),  # ID-R5
        ("0031450000031", ["ID_001"]),  # ID-R5
        ("", ["ID_006"]),  # ID-R6
        (None, ["ID_006"]),  # ID-R6
        (" - ", ["ID_006"]),  # ID-R6
        ("005145000003", ["ID_007"]),  # ID-R7
        ("097145000003", ["ID_007"]),  # ID-R7
        ("296145000003", ["ID_008"]),  # ID-R8
        ("299145000003", ["ID_008"]),  # ID-R8
        ("003045000003", ["ID_009"]),  # ID-R9
        ("003144000003", ["ID_010"]),  # ID-R10
        ("003345000003", ["ID_010"]),  # ID-R10: another century
        ("003245000003", ["ID_009", "ID_010"]),
        ("999945000003", ["ID_007", "ID_010"]),
        ("003 145 000 003", []),
        ("003.145.000-003", []),
    ],
)
def test_numbers(number: str | None, expected: list[str]) -> None:
    assert codes(id_number=number) == expected


def test_the_training_prefix_is_known_in_training_only() -> None:
    assert codes(IdentityTables.load(training=False)) == ["ID_007"]


@pytest.mark.parametrize("prefix", ["075", "070", "001", "096"])
def test_a_province_that_was_merged_keeps_its_prefix(prefix: str) -> None:  # ID-R7
    assert prefix in IdentityTables.load(training=False).birth_places


def test_the_number_with_the_lost_zero_is_offered() -> None:  # ID-R1
    (finding,) = identity_findings({**WOMAN, "id_number": "03145000003"}, on=ON, tables=TRAINING)
    assert "003145000003" in finding.message_vi


def test_the_number_without_letters_is_offered() -> None:  # ID-R2
    (finding,) = identity_findings({**WOMAN, "id_number": "OO3l45000003"}, on=ON, tables=TRAINING)
    assert "003145000003" in finding.message_vi


@pytest.mark.parametrize("birth", ["1945", "1945-03", "1945-03-12"])
def test_only_years_are_compared(birth: str) -> None:  # ID-R10
    assert codes(birth_date=birth) == []
    assert codes(birth_date=birth, id_number="003146000003") == ["ID_010"]


@pytest.mark.parametrize(
    ("birth", "number", "expected"),
    [
        (None, "003126000003", []),  # ID-R11: 1926
        (None, "003326000003", []),  # ID-R11: this year
        (None, "003327000003", ["ID_011"]),  # ID-R11
        ("không rõ", "003327000003", ["ID_011"]),  # ID-R11: no date is no birth date
        ("2026-11-20", "003326000003", []),  # ID-R20
        ("2026-11-21", "003326000003", ["ID_020"]),  # ID-R20
        ("2026-12", "003326000003", ["ID_020"]),  # ID-R20
        ("2026", "003326000003", []),  # ID-R20: can still mean January
        ("2027", "003327000003", ["ID_020"]),  # ID-R20
        ("1900", "003100000003", []),  # ID-R21
        ("1899-12-31", None, ["ID_006", "ID_021"]),  # ID-R21
    ],
)
def test_birth_dates(birth: str | None, number: str | None, expected: list[str]) -> None:
    assert codes(birth_date=birth, id_number=number) == expected


@pytest.mark.parametrize("sex", [None, "", "2"])
def test_a_sex_that_is_not_answered_contradicts_nothing(sex: str | None) -> None:  # ID-R9
    assert codes(sex=sex) == []


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (None, []),
        ("", []),
        ("030000003", []),
        ("03 000 0003", []),
        ("003145000009", []),
        ("03000000", ["ID_012"]),
        ("0300000031", ["ID_012"]),
        ("03000000X", ["ID_012"]),
    ],
)
def test_old_numbers(number: str | None, expected: list[str]) -> None:  # ID-R12
    assert codes(old_id_number=number) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, []),
        ("NGUYỄN THỊ ƠN", []),
        ("H'Blang", ["ID_031"]),
        ("Ơn", ["ID_031"]),
        ("Y Krông", []),
        ("Điểu N’Rang", []),
        ("K'Brŏi H-Ñiê", []),
        ("Nguyễn T. Ơn", []),
        ("Nguyễn Thị 0n", ["ID_030"]),
        ("Nguyễn Thị Ơn (Bé)", ["ID_030"]),
        ("Nguyễn_Thị Ơn", ["ID_030"]),
        ("Nguyễn, Thị Ơn", ["ID_030"]),
        ("Nguy?n Th? Ơn", ["ID_030"]),
    ],
)
def test_names(name: str | None, expected: list[str]) -> None:  # ID-R30, ID-R31
    assert codes(full_name=name) == expected


def test_a_field_that_the_form_does_not_ask_gets_no_remark() -> None:
    nothing = identity_findings({}, on=ON, tables=TRAINING, paths={"full_name": "who/name"})
    assert nothing == []


def test_a_finding_stands_at_the_question_of_its_field() -> None:
    paths = {name: f"who/{name}" for name in IDENTITY_FIELDS}
    bad = {**WOMAN, "id_number": "1", "old_id_number": "1", "full_name": "Ơn"}
    found = identity_findings(bad, on=ON, tables=TRAINING, paths=paths)
    assert [(f.path, f.place) for f in found] == [
        ("who/id_number", "person.id_number"),
        ("who/old_id_number", "person.old_id_number"),
        ("who/full_name", "person.full_name"),
    ]


def test_a_remark_has_the_same_fingerprint_in_every_form() -> None:
    bad = {**WOMAN, "id_number": "003045000003"}
    (alone,) = identity_findings(bad, on=ON, tables=TRAINING)
    paths = {"id_number": "child/id"}
    (in_a_form,) = identity_findings(bad, on=date(2027, 1, 2), tables=TRAINING, paths=paths)
    assert alone.fingerprint == in_a_form.fingerprint


@pytest.mark.parametrize(
    "changed", [{"id_number": "003045000009"}, {"id_number": "003045000003", "birth_date": "1946"}]
)
def test_a_confirmed_remark_comes_again_when_the_values_change(changed: dict[str, Answer]) -> None:
    def fingerprints(identity: dict[str, Answer]) -> set[str]:
        found = identity_findings(identity, on=ON, tables=TRAINING)
        return {finding.fingerprint for finding in found}

    confirmed = {**WOMAN, "id_number": "003045000003"}
    assert fingerprints({**WOMAN, **changed}) - fingerprints(confirmed)


def test_flags_are_the_codes_that_ask_for_the_police() -> None:
    def flags(**changed: Answer) -> list[str]:
        return flag_codes({**WOMAN, **changed}, on=ON, tables=TRAINING)

    assert flags() == []
    assert flags(id_number=None) == ["ID_006"]
    assert flags(id_number="003246000003") == ["ID_009", "ID_010"]
    assert flags(id_number="299145000003") == []  # told, not doubted
    assert flags(full_name="Ơn") == []  # a matter for the officer, not for the police
    assert flags(old_id_number="1") == []


def test_an_empty_person_is_flagged_for_the_missing_number_only() -> None:
    assert flag_codes({}, on=ON, tables=TRAINING) == ["ID_006"]


def test_a_duplicate_names_the_others_in_a_fixed_order() -> None:  # ID-R13
    one = duplicate_finding("003145000003", others=["Lê B", "Lê A"], path="identity/id_number")
    other = duplicate_finding("003145000003", others=["Lê A", "Lê B"], path="identity/id_number")
    assert one == other
    assert (one.code, one.severity, one.is_flag) == (Code.ID_013, Severity.WARNING, True)
    assert "Lê A; Lê B" in one.message_vi


def test_numbers_are_stored_without_separators() -> None:
    assert clean_number(" 003 145.000-003\u00a0") == "003145000003"


@given(
    st.dictionaries(
        st.sampled_from(IDENTITY_FIELDS),
        st.none() | st.text(max_size=14) | st.text("0123456789OlX .-", max_size=14),
    )
)
def test_no_answer_makes_the_rules_fail(identity: dict[str, Answer]) -> None:
    for finding in identity_findings(identity, on=ON, tables=TRAINING):
        assert finding.message_vi
        assert len(finding.fingerprint) == 16


@given(
    year=st.integers(1900, 2026),
    sex=st.sampled_from("12"),
    tail=st.integers(0, 999_999),
)
def test_a_number_made_after_the_scheme_agrees_with_itself(year: int, sex: str, tail: int) -> None:
    digit = (year - 1900) // 100 * 2 + (sex == "2")
    number = f"003{digit}{year % 100:02d}{tail:06d}"
    assert codes(id_number=number, sex=sex, birth_date=str(year)) == []
