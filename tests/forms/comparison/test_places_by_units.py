"""Places compared by the tables of units: what a merger changed is no difference."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.comparison.outcomes import COMPARED_FIELDS, SAME, Outcome, Reason, Side, Verdict
from forms.comparison.people import Comparer
from forms.comparison.places import compare_places
from forms.comparison.unit_reader import UnitPlaceReader
from forms.units.gazetteer import Units

R = Reason
READER = UnitPlaceReader(Units.with_training())
TRANG_BOM = "Thị trấn Trảng Bom, Huyện Trảng Bom, Tỉnh Đồng Nai"

CASES: list[tuple[str, str, set[Reason], Side | None]] = [
    (TRANG_BOM, "Phường Trảng Bom, Thành phố Đồng Nai", {R.OLD_AND_NEW_UNITS}, None),
    (TRANG_BOM, "Xã Trảng Bom, Tỉnh Đồng Nai", {R.OLD_AND_NEW_UNITS}, None),
    ("Xã Trảng Bom, Đồng Nai", "Phường Trảng Bom, Đồng Nai", {R.UNIT_WORD}, None),
    ("Xã Bắc Sơn, Trảng Bom, Đồng Nai", "Xã Bắc Sơn, Đồng Nai", {R.FEWER_LEVELS}, None),
    ("TP Hồ Chí Minh", "TPHCM", {R.ABBREVIATION}, None),
    ("P1, Q3, TP.HCM", "Phường 1, Quận 3, Thành phố Hồ Chí Minh", {R.ABBREVIATION}, None),
    (
        "Ấp 1, Phú Riềng, Phú Riềng, Bình Phước",
        "Ấp 1, Xã Phú Riềng, Đồng Nai",
        {R.OLD_AND_NEW_UNITS},
        None,
    ),
    (
        f"Ấp 1, {TRANG_BOM}",
        "Khu phố 3, Phường Trảng Bom, Thành phố Đồng Nai",
        {R.OLD_AND_NEW_UNITS, R.HAMLET_AFTER_MERGER},
        None,
    ),
    (
        f"Ấp 1, {TRANG_BOM}",
        "Phường Trảng Bom, Thành phố Đồng Nai",
        {R.OLD_AND_NEW_UNITS, R.HAMLET_MISSING},
        Side.EXTRACT,
    ),
    (
        "Phường Ngọc Hà, Quận Ba Đình, Thành phố Hà Nội",
        "Phường Ba Đình, Thành phố Hà Nội",
        {R.OLD_AND_NEW_UNITS, R.SPLIT_UNIT},
        None,
    ),
    # There was a Xã Xuân Hòa before, too.
    (
        "Xã Xuân Tâm, Huyện Xuân Lộc, Tỉnh Đồng Nai",
        "Xã Xuân Hòa, Tỉnh Đồng Nai",
        {R.UNITS_UNCLEAR},
        None,
    ),
    ("Nam Định", "Tỉnh Ninh Bình", {R.UNITS_UNCLEAR}, None),
    ("Đồng Nai", "Xã Trảng Bom, Đồng Nai", {R.PLACE_PART_MISSING}, Side.RECORD),
    # Two communes of before are two, although one new commune took both.
    (
        "Phường Tân Biên, Biên Hòa, Đồng Nai",
        "Phường Hố Nai, Biên Hòa, Đồng Nai",
        {R.COMMUNE_DIFFERS},
        None,
    ),
    ("Xã Suối Mẫu, Tỉnh Tập Huấn", "Xã Trảng Bom, Đồng Nai", {R.PROVINCE_DIFFERS}, None),
    ("Xã Suối Mẫu, Tỉnh Tập Huấn", "Phường Tập An, Tập Huấn", {R.COMMUNE_DIFFERS}, None),
    # Without a word for its kind, a name can be the district's or the commune's.
    ("Lộc Ninh, Bình Phước", "Huyện Lộc Ninh, Bình Phước", {R.UNITS_UNCLEAR}, None),
    ("Long Thành, Đồng Nai", "Phường Long Thành, Đồng Nai", {R.UNITS_UNCLEAR}, None),
    ("Phú Riềng, Đồng Nai", "Xã Phú Riềng, Đồng Nai", {R.UNIT_WORD}, None),
    # A new commune under the province of before is written by habit.
    ("Xã Nghĩa Hưng, Nam Định", "Xã Nghĩa Hưng, Ninh Bình", {R.UNITS_UNCLEAR}, None),
    ("Phường Long Thành, Bình Phước", "Phường Long Thành, Đồng Nai", {R.UNITS_UNCLEAR}, None),
    # Provinces of before 2008 stand on the papers of the elderly.
    ("Sông Bé", "Bình Phước", {R.UNITS_UNCLEAR}, None),
    ("Tỉnh Sông Bé", "Tỉnh Đồng Nai", {R.UNITS_UNCLEAR}, None),
    ("Xã Ý Yên, Nam Hà", "Huyện Ý Yên, Tỉnh Nam Định", {R.UNITS_UNCLEAR}, None),
    ("Hà Tây", "Thành phố Hà Nội", {R.UNITS_UNCLEAR}, None),
    ("Hà Nam Ninh", "Nam Hà", {R.UNITS_UNCLEAR}, None),
    ("Sông Bé", "Tỉnh Thanh Hóa", {R.PROVINCE_DIFFERS}, None),
    ("Hà Tây", "Tỉnh Hà Giang", {R.OTHER_PLACE}, None),
    # A slip is not taken for the unit next to it.
    ("Xã Suối Mậu, Tỉnh Tập Huấn", "Xã Suối Mẫu, Tỉnh Tập Huấn", {R.ONLY_MARKS_DIFFER}, None),
    ("Xã Suối Mẫn, Tỉnh Tập Huấn", "Xã Suối Mẫu, Tỉnh Tập Huấn", {R.COMMUNE_DIFFERS}, None),
]


@pytest.mark.parametrize(("record", "extract", "reasons", "lacking"), CASES)
def test_places(record: str, extract: str, reasons: set[Reason], lacking: Side | None) -> None:
    found = compare_places(record, extract, reader=READER)
    assert set(found.reasons) == reasons
    assert found.lacking is lacking
    back = compare_places(extract, record, reader=READER)
    assert back == found.seen_from_the_other_side


@pytest.mark.parametrize(
    ("native_place", "verdict"),
    [
        ("Phường Trảng Bom, Thành phố Đồng Nai", Verdict.MATCHED),
        ("Xã Xuân Hòa, Tỉnh Đồng Nai", Verdict.DIFFERS),
        ("Đồng Nai", Verdict.REVIEW_NEEDED),
    ],
)
def test_a_merger_is_no_difference_of_the_person(native_place: str, verdict: Verdict) -> None:
    record = dict.fromkeys(COMPARED_FIELDS, TRANG_BOM) | {"birth_date": "1950"}
    extract = {**record, "native_place": native_place}
    assert Comparer(reader=READER).compare(record, extract).verdict is verdict


def test_a_split_commune_waits_for_a_person() -> None:
    record = {"native_place": "Phường Ngọc Hà, Quận Ba Đình, Thành phố Hà Nội"}
    extract = {"native_place": "Phường Ba Đình, Thành phố Hà Nội"}
    found = Comparer(reader=READER).compare(record, extract)
    assert found.verdict is Verdict.REVIEW_NEEDED
    assert found.field("native_place").outcome is Outcome.SPELLING


TEXTS = sorted({text for case in CASES for text in case[:2]})
PIECES = ["Xã Suối Mẫu", "Tập Huấn", "Đồng Nai", "Trảng Bom", "P.1", ", ", " ", "Ấp 1", "TP.", "-"]


@settings(max_examples=60)
@given(*[st.sampled_from(TEXTS) | st.lists(st.sampled_from(PIECES), max_size=6).map("".join)] * 2)
def test_units_answer_alike_from_both_sides(record: str, extract: str) -> None:
    found = compare_places(record, extract, reader=READER)
    back = compare_places(extract, record, reader=READER)
    assert back == found.seen_from_the_other_side
    assert compare_places(record, record, reader=READER) == SAME


@settings(max_examples=60)
@given(st.text(st.characters(), max_size=40), st.sampled_from(TEXTS))
def test_any_text_can_be_compared(record: str, extract: str) -> None:
    assert compare_places(record, extract, reader=READER).reasons or record == extract
