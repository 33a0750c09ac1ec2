"""Units by code, name and prefix; where old ones went."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from forms.units.gazetteer import Units, UnknownUnitError
from forms.units.keys import Spelling, is_one_edit_apart, name_key, spelling
from forms.units.kinds import Era, Kind, Level
from forms.units.succession import Reason

BEFORE, NOW = date(2025, 1, 1), date(2026, 11, 22)


@pytest.fixture(scope="module")
def units() -> Units:
    return Units.bundled()


def names(units: Units, name: str, **where: object) -> list[str]:
    on = where.pop("on", NOW)
    found = units.find(name, on=on, **where)  # type: ignore[arg-type] # as given by the test
    return [f"{unit.code} {unit.full_name}" for unit in found]


def test_a_code_means_another_unit_on_another_day(units: Units) -> None:
    found = [units.get("25252", on=day) for day in (BEFORE, NOW)]
    assert [unit and (unit.full_name, unit.parent_code, unit.era) for unit in found] == [
        ("Xã Bù Nho", "698", Era.THREE_TIER),
        ("Xã Phú Riềng", "75", Era.TWO_TIER),
    ]
    assert units.get("698", on=NOW) is None
    assert units.get("00000", on=NOW) is None


def test_the_other_code_in_circulation_is_understood(units: Units) -> None:
    for code in ("06970", "06978"):
        unit = units.get(code, on=NOW)
        assert unit is not None
        assert (unit.code, unit.full_name) == ("06970", "Xã Ba Chẽ")
    assert units.predecessors("06978") == units.predecessors("06970")


def test_the_unit_above_is_that_of_the_same_system(units: Units) -> None:
    old, new = units.versions("25264")[0], units.versions("25252")[1]
    district = units.parent(old)
    assert district is not None
    province = units.parent(district)
    assert province is not None
    assert (district.full_name, province.full_name) == ("Huyện Phú Riềng", "Tỉnh Bình Phước")
    assert units.parent(province) is None
    above = units.parent(new)
    assert above is not None
    assert above.full_name == "Thành phố Đồng Nai"


def test_the_unit_above_is_as_it_was_then(units: Units) -> None:
    promoted = units.get("25270", on=date(2025, 12, 1))
    assert promoted is not None
    above = units.parent(promoted)
    assert above is not None
    assert above.full_name == "Tỉnh Đồng Nai"


@pytest.mark.parametrize(
    "typed",
    [
        "Phú Riềng",
        "phú riềng",
        "PHÚ RIỀNG",
        "phu rieng",
        "Phú  Riềng",
        "xã Phú Riềng",
        "x. phú riềng",
    ],
)
def test_a_name_is_found_however_it_is_typed(units: Units, typed: str) -> None:
    assert names(units, typed) == ["25252 Xã Phú Riềng"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Hoà Bình", "Tỉnh Hòa Bình"),
        ("T. Hòa Bình", "Tỉnh Hòa Bình"),
        ("TPHCM", "Thành phố Hồ Chí Minh"),
        ("TP. HCM", "Thành phố Hồ Chí Minh"),
        ("tp Hồ Chí Minh", "Thành phố Hồ Chí Minh"),
        ("Đắc Lắc", "Tỉnh Đắk Lắk"),
        ("Dak Lak", "Tỉnh Đắk Lắk"),
        ("Bà Rịa-Vũng Tàu", "Tỉnh Bà Rịa - Vũng Tàu"),
        ("BRVT", "Tỉnh Bà Rịa - Vũng Tàu"),
        ("Thừa Thiên - Huế", "Thành phố Huế"),
    ],
)
def test_a_province_is_found_by_the_names_in_use(units: Units, typed: str, expected: str) -> None:
    found = units.find(typed, on=BEFORE, level=Level.PROVINCE)
    assert [unit.full_name for unit in found] == [expected]


def test_signs_and_y_do_not_matter(units: Units) -> None:
    assert names(units, "Ea Hleo") == names(units, "Ea H’Leo") == ["24184 Xã Ea H'Leo"]
    assert names(units, "Mĩ Thọ", within="82") == names(units, "Mỹ Thọ", within="82")


def test_what_was_typed_with_marks_comes_first(units: Units) -> None:
    with_marks = units.find("Hòa Bình", on=NOW, level=Level.COMMUNE)
    assert {unit.name for unit in with_marks} >= {"Hòa Bình"}
    assert with_marks[0].name == "Hòa Bình"
    other_marks = [unit.name for unit in with_marks if unit.name != "Hòa Bình"]
    assert [unit.name for unit in with_marks[-len(other_marks) :]] == other_marks or not other_marks


def test_the_same_name_lists_every_unit(units: Units) -> None:
    found = [unit.name for unit in units.find("Tân An", on=NOW)]
    assert found == ["Tân An"] * 10 + ["Tân Ân"]
    assert names(units, "Tân An", within="75") == ["26179 Xã Tân An"]


def test_a_district_is_found_only_while_there_were_districts(units: Units) -> None:
    assert names(units, "huyện Phú Riềng", on=BEFORE) == ["698 Huyện Phú Riềng"]
    assert names(units, "huyện Phú Riềng") == []
    assert names(units, "huyện Phú Riềng", on=None) == ["698 Huyện Phú Riềng"]


def test_on_any_day_each_unit_comes_once(units: Units) -> None:
    assert names(units, "Lộc Ninh", on=None, within="75") == ["25270 Phường Lộc Ninh"]


def test_a_former_name_finds_the_commune_that_took_it_in(units: Units) -> None:
    assert "00004 Phường Trúc Bạch" in names(units, "Nguyễn Trung Trực", on=BEFORE)


def test_nothing_is_found_by_nothing(units: Units) -> None:
    assert names(units, "") == names(units, " ,.- ") == names(units, "không có") == []


@pytest.mark.parametrize("typed", ["p", "phú r", "Phú Ri", "phu rie", "xã phú r", "PHÚ RIỀNG"])
def test_a_name_is_found_while_it_is_typed(units: Units, typed: str) -> None:
    found = units.by_prefix(typed, on=NOW, within="75", limit=100)
    assert "Xã Phú Riềng" in [unit.full_name for unit in found]


def test_a_prefix_in_a_unit_finds_later_words_after_first_ones(units: Units) -> None:
    found = units.by_prefix("ninh", on=BEFORE, within="70")
    assert [unit.full_name for unit in found] == ["Huyện Lộc Ninh", "Thị trấn Lộc Ninh"]


def test_a_prefix_prefers_the_marks_typed(units: Units) -> None:
    found = units.by_prefix("Phù", on=NOW)
    assert [unit.name.startswith("Phù") for unit in found[:3]] == [True] * 3


def test_a_prefix_keeps_to_level_day_and_limit(units: Units) -> None:
    found = units.by_prefix("t", on=NOW, level=Level.PROVINCE)
    assert [unit.name for unit in found] == ["Tây Ninh", "Thái Nguyên", "Thanh Hóa", "Tuyên Quang"]
    assert len(units.by_prefix("t", on=NOW, limit=7)) == 7
    assert units.by_prefix("", on=NOW) == ()


def test_an_undivided_commune_has_one_successor(units: Units) -> None:
    went = units.successors("25264")
    new = went.resolve()
    assert new is not None
    assert (new.code, new.full_name) == ("25252", "Xã Phú Riềng")
    assert [(one.reason, one.is_default) for one in went.candidates] == [(Reason.WHOLE, True)]


def test_a_divided_commune_asks_for_a_choice(units: Units) -> None:
    went = units.successors("00007")
    assert went.needs_choice
    assert went.resolve() is None
    assert [one.is_default for one in went.candidates].count(True) == 1
    assert went.candidates[0].is_default
    chosen = went.candidates[1].unit
    assert went.choose(chosen.code) == chosen
    with pytest.raises(LookupError, match="00007"):
        went.choose("25252")


def test_a_part_that_went_to_whole_communes_moved_a_boundary(units: Units) -> None:
    reasons = {one.unit.code: one.reason for one in units.successors("06886").candidates}
    assert reasons["06970"] is Reason.BOUNDARY


def test_a_district_went_to_several_communes_and_none_is_proposed(units: Units) -> None:
    went = units.successors("698")
    assert went.needs_choice
    assert not any(one.is_default for one in went.candidates)
    assert "25252" in {one.unit.code for one in went.candidates}


def test_a_province_went_into_a_larger_one(units: Units) -> None:
    new = units.successors("70").resolve()
    assert new is not None
    assert new.full_name == "Thành phố Đồng Nai"
    assert [one.unit.code for one in units.predecessors("75")] == ["70", "75"]


def test_a_new_commune_tells_what_it_was_made_of(units: Units) -> None:
    made_of = units.predecessors("25252")
    assert [one.unit.full_name for one in made_of] == ["Xã Bù Nho", "Xã Phú Riềng"]
    assert {one.reason for one in made_of} == {Reason.WHOLE}


def test_a_code_without_history_is_an_error(units: Units) -> None:
    with pytest.raises(UnknownUnitError):
        units.successors("99999")
    with pytest.raises(UnknownUnitError):
        units.predecessors("698")


def test_the_training_province_is_a_layer_of_its_own(units: Units) -> None:
    training = Units.with_training()
    communes = ["Xã Suối Mẫu", "Xã Đồng Thử", "Phường Tập An"]
    assert [unit.full_name for unit in training.children("03", on=NOW)] == communes
    assert names(training, "suoi mau") == ["99001 Xã Suối Mẫu"]
    address = training.parse_address("Ấp 1, Xã Suối Mẫu, Tỉnh Tập Huấn")
    assert address.resolve() == training.get("99001", on=NOW)
    assert training.get("25252", on=NOW) == units.get("25252", on=NOW)
    assert units.get("03", on=NOW) is None
    assert names(units, "Suối Mẫu") == []


def test_units_are_shared_and_answer_several_threads(units: Units) -> None:
    fresh = Units(units._index.with_units([]))
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: tuple(names(fresh, "Tân An")), range(64)))
        bundled = set(threads.map(lambda _: id(Units.bundled()), range(64)))
    assert set(answers) == {tuple(names(units, "Tân An"))}
    assert bundled == {id(units)}


@pytest.mark.parametrize(
    ("typed", "official", "expected"),
    [
        ("hoà bình", "Hòa Bình", Spelling.SAME),
        ("HÒA BÌNH", "Hòa Bình", Spelling.SAME),
        ("Thuỷ", "Thủy", Spelling.SAME),
        ("Mĩ", "Mỹ", Spelling.SAME),
        ("hoa binh", "Hòa Bình", Spelling.WITHOUT_MARKS),
        ("Hóa Bình", "Hòa Bình", Spelling.OTHER_MARKS),
    ],
)
def test_spelling_tells_marks_apart(typed: str, official: str, expected: Spelling) -> None:
    assert name_key(typed) == name_key(official)
    assert spelling(typed, official) is expected


@pytest.mark.parametrize(
    ("other", "near"),
    [
        ("phuriengg", True),
        ("phurieng", False),
        ("phurien", True),
        ("phuriemg", True),
        ("phuriegn", True),
        ("furieng", False),
        ("phuriemgg", False),
        ("", False),
    ],
)
def test_one_edit_is_one_letter(other: str, near: bool) -> None:
    assert is_one_edit_apart("phurieng", other) is near
    assert is_one_edit_apart(other, "phurieng") is near


def test_kinds_have_their_words() -> None:
    assert [kind.word for kind in Kind if kind.key.endswith("district")] == ["Quận", "Huyện"]
