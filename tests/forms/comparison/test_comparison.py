"""Four fields of a record and of an extract: every reason has its cases."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.comparison.birth_dates import compare_birth_dates
from forms.comparison.names import compare_names, differ_by_one_letter
from forms.comparison.outcomes import (
    COMPARED_FIELDS,
    SAME,
    FieldComparison,
    Outcome,
    Reason,
    Side,
    Verdict,
)
from forms.comparison.people import Comparer
from forms.comparison.places import compare_places
from forms.comparison.wording import OUTCOMES_VI, REASONS_VI, SIDES_VI, VERDICTS_VI, explained_vi

R = Reason
RECORD, EXTRACT = Side.RECORD, Side.EXTRACT
Case = tuple[str, str, set[Reason], Side | None]

NAMES: list[Case] = [
    ("Nguyễn Thị Hòa", "Nguyễn Thị Hòa", set(), None),
    ("Nguyễn Thị Hòa", "NGUYỄN THỊ HÒA", {R.CASE}, None),
    ("Nguyễn Thị Hòa", "Nguyễn Thị Hoà", {R.TONE_PLACEMENT}, None),
    ("Nguyễn Thị Thủy", "NGUYỄN THỊ THUỶ", {R.TONE_PLACEMENT, R.CASE}, None),
    ("Nguyễn  Thị Hòa ", "Nguyễn Thị Hòa", {R.SPACES}, None),
    ("Lê Hà", unicodedata.normalize("NFD", "Lê Hà"), {R.COMPOSITION}, None),
    ("Đặng Đạt", "\u00d0ặng Đạt", {R.D_LOOKALIKE}, None),
    ("Lê An", "Lê\u200b An", {R.INVISIBLE}, None),
    ("H'Mai", "H’Mai", {R.SIGNS}, None),
    ("Y Ba-na", "Y Ba – na", {R.SIGNS, R.SPACES}, None),
    ("Lý Sỹ Quý", "Lí Sĩ Quí", {R.I_OR_Y}, None),
    ("H'Mai", "H Mai", {R.NAME_SIGNS}, None),
    ("Y Krông Niê", "Y-Krông Niê", {R.NAME_SIGNS}, None),
    ("Lê VănAn.", "Lê Văn An", {R.NAME_SIGNS}, None),
    ("Nguyễn Văn An", "NGUYEN VAN AN", {R.MARKS_MISSING}, EXTRACT),
    ("Dang Dinh My", "Đặng Đình Mĩ", {R.MARKS_MISSING, R.I_OR_Y}, RECORD),
    ("Nguyễn Văn An", "Nguyễn An", {R.MIDDLE_NAME_MISSING}, EXTRACT),
    ("Nguyễn Mai", "Nguyễn Thị Thu Mai", {R.MIDDLE_NAME_MISSING}, RECORD),
    ("Văn An", "Nguyễn Văn An", {R.NAME_PART_MISSING}, RECORD),
    ("Nguyen An", "Nguyễn Văn An", {R.MIDDLE_NAME_MISSING, R.MARKS_MISSING}, RECORD),
    ("Nguyen Van An", "Nguyễn An", {R.MIDDLE_NAME_MISSING, R.MARKS_MISSING}, None),
    ("Nguyễn Àn", "Nguyễn Văn An", {R.MIDDLE_NAME_MISSING, R.ONLY_MARKS_DIFFER}, RECORD),
    ("", "Nguyễn Văn An", {R.VALUE_MISSING}, RECORD),
    ("Nguyễn Thị Hòa", "Nguyễn Thị Hóa", {R.ONLY_MARKS_DIFFER}, None),
    ("Nguyễn Thị Hoa", "Nguyễn Thị Hòa", {R.ONLY_MARKS_DIFFER}, None),
    ("Lê Văn Đức", "Lê Văn Dức", {R.ONLY_MARKS_DIFFER}, None),
    ("Lý Văn Mỹ", "Lý Văn Mí", {R.ONLY_MARKS_DIFFER, R.I_OR_Y}, None),
    ("An Văn Nguyễn", "Nguyễn Văn An", {R.NAME_ORDER}, None),
    ("Trần Văn An", "Lê Văn An", {R.FAMILY_NAME_DIFFERS}, None),
    ("Lê Văn An", "Lê Thanh An", {R.MIDDLE_NAME_DIFFERS}, None),
    ("Lê Văn An", "Lê Văn Bình", {R.GIVEN_NAME_DIFFERS}, None),
    ("Lê Văn An", "Lê Văn Anh", {R.GIVEN_NAME_DIFFERS, R.ONE_LETTER}, None),
    ("Điểu N'Rang", "Điểu N'Ranh", {R.GIVEN_NAME_DIFFERS, R.ONE_LETTER}, None),
    ("Lê Văn An", "Trần Thị Bình", {R.OTHER_NAME}, None),
    ("An", "Am", {R.OTHER_NAME, R.ONE_LETTER}, None),
]

DATES: list[Case] = [
    ("1950-03-12", "1950-03-12", set(), None),
    ("1950-03-12", "12/03/1950", set(), None),
    ("1945", "00/00/1945", set(), None),
    ("1950-03", "3/1950", set(), None),
    ("1950", "12/03/1950", {R.DAY_AND_MONTH_MISSING}, RECORD),
    ("1950", "03/1950", {R.DAY_AND_MONTH_MISSING}, RECORD),
    ("1950-03-12", "3/1950", {R.DAY_MISSING}, EXTRACT),
    ("01/01/1950", "1950", {R.DAY_AND_MONTH_MISSING, R.FIRST_OF_JANUARY}, EXTRACT),
    ("", "12/03/1950", {R.VALUE_MISSING}, RECORD),
    ("1950-03-12", "  ", {R.VALUE_MISSING}, EXTRACT),
    ("1950-03-12", "03/12/1950", {R.DAY_AND_MONTH_SWAPPED}, None),
    ("1950-03-12", "03/12/1951", {R.DAY_AND_MONTH_SWAPPED, R.YEAR_DIFFERS}, None),
    ("1950-03-12", "12/03/1951", {R.YEAR_DIFFERS}, None),
    ("1950-03-12", "1951", {R.YEAR_DIFFERS}, None),
    ("1950-03-12", "04/1950", {R.MONTH_DIFFERS}, None),
    ("1950-03-12", "13/03/1950", {R.DAY_DIFFERS}, None),
    ("1950-03-12", "13/04/1951", {R.DAY_DIFFERS, R.MONTH_DIFFERS, R.YEAR_DIFFERS}, None),
    ("tuổi Tý", "12/03/1950", {R.NOT_A_DATE}, None),
    ("Không rõ", "không rõ", {R.CASE}, None),
]

PLACES: list[Case] = [
    ("Xã Suối Mẫu, Tỉnh Tập Huấn", "Xã Suối Mẫu, Tỉnh Tập Huấn", set(), None),
    ("Xã Suối Mẫu, Tỉnh Tập Huấn", "xã Suối Mẫu, tỉnh Tập Huấn", {R.CASE}, None),
    ("Phường Hòa, Tỉnh Tập Huấn", "Phường Hoà, Tỉnh Tập Huấn", {R.TONE_PLACEMENT}, None),
    ("Xã Suối Mẫu, Tỉnh Tập Huấn", "Xã Suối Mẫu - Tỉnh Tập Huấn", {R.PUNCTUATION}, None),
    ("Xã Suối Mẫu, Tỉnh Tập Huấn.", "Xã Suối Mẫu Tỉnh Tập Huấn", {R.PUNCTUATION}, None),
    ("X. Suối Mẫu, T. Tập Huấn", "Xã Suối Mẫu, Tỉnh Tập Huấn", {R.ABBREVIATION}, None),
    ("P.Tập An, TP.Tập Huấn", "Phường Tập An, Thành phố Tập Huấn", {R.ABBREVIATION}, None),
    ("KP. 03, P. 01, Q. Mẫu", "Khu phố 3, Phường 1, Quận Mẫu", {R.ABBREVIATION}, None),
    ("TT Mẫu, H Thử", "Thị trấn Mẫu, Huyện Thử", {R.ABBREVIATION}, None),
    ("Suối Mẫu, Tập Huấn", "Xã Suối Mẫu, Tỉnh Tập Huấn", {R.UNIT_WORD}, None),
    ("Xã Mẫu, Tỉnh Tập Huấn", "Xã Mẫu, Thành phố Tập Huấn", {R.UNIT_WORD}, None),
    ("Xã Mỹ, Tỉnh Tập Huấn", "Xã Mĩ, Tỉnh Tập Huấn", {R.I_OR_Y}, None),
    ("Ấp 1, Xã Mẫu, Tỉnh Tập Huấn", "Xã Mẫu, Tỉnh Tập Huấn", {R.HAMLET_MISSING}, EXTRACT),
    ("Xã Mẫu, Tỉnh Thử", "Số 5, Ấp 1, Xã Mẫu, Tỉnh Thử", {R.HAMLET_MISSING}, RECORD),
    ("Xã Mẫu, Huyện Thử, Tỉnh An", "Xã Mẫu, Tỉnh An", {R.PLACE_PART_MISSING}, EXTRACT),
    ("Xã Mẫu", "Xã Mẫu, Tỉnh An", {R.PLACE_PART_MISSING}, RECORD),
    ("", "Xã Mẫu, Tỉnh An", {R.VALUE_MISSING}, RECORD),
    ("Xa Suoi Mau, Tinh Tap Huan", "Xã Suối Mẫu, Tỉnh Tập Huấn", {R.MARKS_MISSING}, RECORD),
    ("Xã Suối Mẫu, Tỉnh Thử", "Xã Suối Mậu, Tỉnh Thử", {R.ONLY_MARKS_DIFFER}, None),
    ("Xã Lộc Mẫu, Tỉnh Thử", "Phường Lộc Mẫu, Tỉnh Thử", {R.UNIT_KIND_DIFFERS}, None),
    ("Xã Mẫu, Tỉnh Thử", "Xã Mẫu, Tỉnh Tập Huấn", {R.PROVINCE_DIFFERS}, None),
    ("Xã Mẫu, Tỉnh Thử", "Xã Bình, Tỉnh Thử", {R.COMMUNE_DIFFERS}, None),
    ("Xã Mẫu, H. An, Tỉnh Thử", "Xã Mẫu, H. Bình, Tỉnh Thử", {R.DISTRICT_DIFFERS}, None),
    ("Ấp 1, Xã Mẫu, Tỉnh Thử", "Ấp 2, Xã Mẫu, Tỉnh Thử", {R.HAMLET_DIFFERS}, None),
    ("ở đâu đó", "nơi khác", {R.OTHER_PLACE}, None),
]


def check(found: FieldComparison, reasons: set[Reason], lacking: Side | None) -> None:
    assert set(found.reasons) == reasons
    assert found.lacking is lacking
    worst = [outcome for outcome in Outcome if any(r.outcome is outcome for r in reasons)]
    assert found.outcome is (worst[-1] if worst else Outcome.SAME)


@pytest.mark.parametrize(("record", "extract", "reasons", "lacking"), NAMES)
def test_names(record: str, extract: str, reasons: set[Reason], lacking: Side | None) -> None:
    check(compare_names(record, extract), reasons, lacking)
    check(compare_names(extract, record), reasons, lacking and lacking.other)


@pytest.mark.parametrize(("record", "extract", "reasons", "lacking"), DATES)
def test_birth_dates(record: str, extract: str, reasons: set[Reason], lacking: Side | None) -> None:
    check(compare_birth_dates(record, extract), reasons, lacking)
    check(compare_birth_dates(extract, record), reasons, lacking and lacking.other)


@pytest.mark.parametrize(("record", "extract", "reasons", "lacking"), PLACES)
def test_places(record: str, extract: str, reasons: set[Reason], lacking: Side | None) -> None:
    check(compare_places(record, extract), reasons, lacking)
    check(compare_places(extract, record), reasons, lacking and lacking.other)


@pytest.mark.parametrize(
    ("one", "other", "is_slip"),
    [
        ("hung", "hugn", True),
        ("hung", "hungg", True),
        ("hung", "hun", True),
        ("hung", "hong", True),
        ("hung", "hung", False),
        ("hung", "hoang", False),
        ("", "", False),
    ],
)
def test_one_letter(one: str, other: str, is_slip: bool) -> None:
    assert differ_by_one_letter(one, other) is differ_by_one_letter(other, one) is is_slip


PERSON = {
    "full_name": "Nguyễn Thị Hòa",
    "birth_date": "1950-03-12",
    "native_place": "Xã Đồng Thử, Tỉnh Tập Huấn",
    "permanent_residence": "Ấp 1, Xã Suối Mẫu, Tỉnh Tập Huấn",
    "sex": "2",
}


@pytest.mark.parametrize(
    ("changes", "verdict", "differing"),
    [
        ({}, Verdict.MATCHED, ()),
        ({"full_name": "NGUYỄN THỊ HOÀ", "birth_date": "12/03/1950"}, Verdict.MATCHED, ()),
        ({"sex": "1", "dwelling": "Ấp 9"}, Verdict.MATCHED, ()),
        ({"birth_date": "1950"}, Verdict.REVIEW_NEEDED, ()),
        ({"full_name": "Nguyễn Thị Hòa."}, Verdict.REVIEW_NEEDED, ()),
        ({"native_place": None}, Verdict.REVIEW_NEEDED, ()),
        ({"native_place": "Xã Đồng Thử"}, Verdict.REVIEW_NEEDED, ()),
        ({"full_name": "Nguyễn Thị Hóa"}, Verdict.DIFFERS, ("full_name",)),
        (
            {"birth_date": "1951", "permanent_residence": "Ấp 2, Xã Suối Mẫu, Tỉnh Tập Huấn"},
            Verdict.DIFFERS,
            ("birth_date", "permanent_residence"),
        ),
        ({"birth_date": "1950", "full_name": "Lê An"}, Verdict.DIFFERS, ("full_name",)),
    ],
)
def test_verdicts(
    changes: dict[str, str | None], verdict: Verdict, differing: tuple[str, ...]
) -> None:
    found = Comparer().compare(PERSON, {**PERSON, **changes})
    assert (found.verdict, found.differing) == (verdict, differing)
    assert len(found.fields) == len(COMPARED_FIELDS)
    assert found.field("birth_date") is found.fields[1]


def test_a_name_with_i_for_y_waits_for_a_person() -> None:
    changed = {**PERSON, "full_name": "Lý Mỹ"}
    found = Comparer().compare(changed, {**PERSON, "full_name": "Lí Mĩ"})
    assert found.verdict is Verdict.REVIEW_NEEDED
    assert found.field("full_name").outcome is Outcome.SPELLING


@pytest.mark.parametrize("nothing", [None, "", " ", "-", "..."])
@pytest.mark.parametrize("name", COMPARED_FIELDS)
def test_what_neither_side_tells_is_no_match(name: str, nothing: str | None) -> None:
    found = Comparer().compare({**PERSON, name: nothing}, {**PERSON, name: ""})
    assert found.verdict is Verdict.REVIEW_NEEDED
    assert found.field(name).reasons == (Reason.NOT_STATED,)
    assert "cả hai bên không ghi" in explained_vi(found.field(name))


def test_an_unknown_birth_date_matches_no_unknown_birth_date() -> None:
    unknown = {**PERSON, "birth_date": "không rõ"}
    assert Comparer().compare(unknown, unknown).verdict is Verdict.REVIEW_NEEDED


def test_long_texts_are_compared_in_time() -> None:
    """Each of these took minutes once; the answer is what counts here."""
    long = "a\u0301" * 200_000
    assert compare_names("b" + long, "c" + long).outcome is Outcome.DIFFERENT
    assert compare_birth_dates("1" + " " * 300_000 + "1", "-" * 300_000).reasons == (R.NOT_A_DATE,)


def test_who_is_not_in_the_extract_is_not_found() -> None:
    found = Comparer().compare(PERSON, None)
    assert (found.verdict, found.fields, found.differing) == (Verdict.NOT_FOUND, (), ())


def test_everything_has_its_words() -> None:
    assert set(REASONS_VI) == set(Reason)
    assert set(OUTCOMES_VI) == set(Outcome)
    assert set(VERDICTS_VI) == set(Verdict)
    assert set(SIDES_VI) == set(Side)


@pytest.mark.parametrize(
    ("record", "extract", "line"),
    [
        ("Lê Hòa", "Lê Hòa", "khớp"),
        ("Lê Hòa", "Lê Hóa", "khác thật: chỉ khác dấu"),
        ("Lê Văn Hòa", "Lê Hòa", "thiếu một phần: CSDLQG về dân cư thiếu chữ đệm"),
        ("Lê Hòa", "LÊ HÒA", "chỉ khác cách viết: khác chữ hoa, chữ thường"),
    ],
)
def test_a_field_is_explained_in_one_line(record: str, extract: str, line: str) -> None:
    assert explained_vi(compare_names(record, extract)) == line


PARTS = sorted({text for cases in (NAMES, DATES, PLACES) for case in cases for text in case[:2]})
TEXTS = st.sampled_from(PARTS) | st.text(st.characters(), max_size=30)


@given(TEXTS, TEXTS)
@pytest.mark.parametrize("compare", [compare_names, compare_birth_dates, compare_places])
def test_any_two_texts_can_be_compared_from_both_sides(
    compare: Callable[[str, str], FieldComparison], record: str, extract: str
) -> None:
    found, back = compare(record, extract), compare(extract, record)
    assert back == found.seen_from_the_other_side
    assert compare(record, record) == SAME
    check(found, set(found.reasons), found.lacking)
    assert (found == SAME) == (not found.reasons)


@given(st.lists(TEXTS, min_size=8, max_size=8))
def test_any_two_people_can_be_compared(texts: list[str]) -> None:
    comparer = Comparer()
    record = dict(zip(COMPARED_FIELDS, texts[:4], strict=True))
    extract = dict(zip(COMPARED_FIELDS, texts[4:], strict=True))
    told = all(text.strip(" \t\r\n\u00a0-.?_/") for text in texts[:4])
    told = told and any(map(str.isdigit, texts[1]))
    same = Verdict.MATCHED if told else Verdict.REVIEW_NEEDED
    assert comparer.compare(record, record).verdict is same
    assert comparer.compare(record, extract).verdict is comparer.compare(extract, record).verdict
