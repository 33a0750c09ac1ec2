"""Free address lines: what they can mean, what is left over, and that nobody guesses."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.units.gazetteer import Units
from forms.units.kinds import Era, Level
from forms.units.readings import AddressReading, Doubt
from forms.units.unit import Unit
from forms.vietnamese import search_key

OLD, NOW = date(2025, 6, 30), date(2026, 11, 22)
UNITS = Units.bundled()


def read(text: str, on: date | None = None) -> AddressReading:
    return UNITS.parse_address(text, on)


def code_of(reading: AddressReading) -> str | None:
    unit = reading.resolve()
    return unit.code if unit else None


@pytest.mark.parametrize(
    ("text", "code", "left_over"),
    [
        ("Ấp 1, xã Phú Riềng, huyện Phú Riềng, tỉnh Bình Phước", "25264", "Ấp 1"),
        ("Ấp 1, Phú Riềng, Phú Riềng, Bình Phước", "25264", "Ấp 1"),
        ("Phú Riềng, Phú Riềng, Bình Phước", "25264", ""),
        ("ap 1 xa phu rieng huyen phu rieng tinh binh phuoc", "25264", "ap 1"),
        ("Ấp 1 xã Phú Riềng huyện Phú Riềng tỉnh Bình Phước", "25264", "Ấp 1"),
        ("Ấp 1,, Phú Riềng,, Phú Riềng, Bình Phước", "25264", "Ấp 1"),
        ("Ấp 1;xã Phú Riềng;huyện Phú Riềng;tỉnh Bình Phước", "25264", "Ấp 1"),
        ("X. Phú Riềng, H.Phú Riềng, T. Bình Phước", "25264", ""),
        ("xã Phú Riềng (Phú Riềng, Bình Phước)", "25264", ""),
        ("Tỉnh Bình Phước, huyện Phú Riềng, xã Phú Riềng, ấp 1", "25264", "ấp 1"),
        ("Thôn Tân Lập Phú Riềng Phú Riềng Bình Phước", "25264", "Thôn Tân Lập"),
        ("Ấp 1, Phú Riềng, Đồng Nai", "25252", "Ấp 1"),
        ("Ấp 1, xã Phú Riềng, thành phố Đồng Nai, Việt Nam", "25252", "Ấp 1"),
        ("xã Lộc Ninh, tỉnh Đồng Nai", "25270", ""),
        ("phường Lộc Ninh, TP Đồng Nai", "25270", ""),
        ("TT Lộc Ninh, H. Lộc Ninh, Bình Phước", "25270", ""),
        ("12 Lê Lợi, P. Bến Nghé, Q.1, TP.HCM", "26740", "12 Lê Lợi"),
        ("P1, Q3, TPHCM", "27160", ""),
        ("số 5, phường 01, quận 03, tp hồ chí minh", "27160", "số 5"),
        ("Hiệp Bình Chánh, TP Thủ Đức, TP Hồ Chí Minh", "26812", ""),
        ("Thổ Quan, Đống Đa, Hà Nội", "00205", ""),
        ("Tân Lập, Tân Tiến, Đồng Phú, Bình Phước", "25393", "Tân Lập"),
        ("Bà Rịa - Vũng Tàu", "77", ""),
        ("Hải Hậu, Nam Định", "366", ""),
        ("xã Nghĩa Hồng, huyện Nghĩa Hưng, tỉnh Nam Định", "13924", ""),
    ],
)
def test_a_line_names_one_unit(text: str, code: str, left_over: str) -> None:
    reading = read(text)
    assert (code_of(reading), reading.left_over) == (code, left_over)
    assert reading.text == text


def test_a_candidate_tells_the_words_of_each_level() -> None:
    (candidate,) = read("Ấp 1, xã Phú Riềng, H. Phú Riềng, Bình Phước").best
    assert [(part.unit.full_name, part.text) for part in candidate.parts] == [
        ("Xã Phú Riềng", "xã Phú Riềng"),
        ("Huyện Phú Riềng", "H. Phú Riềng"),
        ("Tỉnh Bình Phước", "Bình Phước"),
    ]
    assert candidate.era is Era.THREE_TIER


STYLES: dict[str, Callable[[list[Unit]], str]] = {
    "with words": lambda line: "Ấp 1, " + ", ".join(unit.full_name for unit in line),
    "names only": lambda line: "Ấp 1, " + ", ".join(unit.name for unit in line),
    "dashes": lambda line: " - ".join(unit.name for unit in line),
    "no separators": lambda line: "Ấp 1 " + " ".join(unit.full_name for unit in line),
    "no marks": lambda line: search_key("ấp 1, " + ", ".join(unit.full_name for unit in line)),
    "capitals": lambda line: "ẤP 1, " + ", ".join(unit.full_name.upper() for unit in line),
    "decomposed": lambda line: unicodedata.normalize(
        "NFD", "Ấp 1, " + ", ".join(unit.full_name for unit in line)
    ),
}


def lines_of_units() -> list[list[Unit]]:
    """Every seventh commune of both systems with the units above it."""
    communes = [*UNITS.all(on=OLD, level=Level.COMMUNE), *UNITS.all(on=NOW, level=Level.COMMUNE)]
    found = []
    for commune in communes[::7]:
        line, above = [commune], UNITS.parent(commune)
        while above is not None:
            line.append(above)
            above = UNITS.parent(above)
        found.append(line)
    return found


LINES = lines_of_units()


@pytest.mark.parametrize("style", STYLES)
def test_the_full_line_of_a_commune_never_means_another_one(style: str) -> None:
    missed, wrong, resolved = [], [], 0
    for line in LINES:
        text = STYLES[style](line)
        reading = read(text)
        if line[0] not in [candidate.unit for candidate in reading.best]:
            missed.append(text)
        unit = reading.resolve()
        if unit is not None and unit != line[0]:
            wrong.append(text)
        resolved += unit is not None
    assert (missed, wrong) == ([], [])
    assert resolved / len(LINES) > 0.85, "most lines mean exactly one commune"


@pytest.mark.parametrize("style", ["with words", "no separators", "no marks"])
def test_a_day_tells_old_and_new_units_apart(style: str) -> None:
    for line in LINES:
        on = OLD if line[0].era is Era.THREE_TIER else NOW
        assert line[0] in [candidate.unit for candidate in read(STYLES[style](line), on).best]
        assert {candidate.era for candidate in read(STYLES[style](line), on).best} == {line[0].era}


def test_a_name_that_several_units_have_lists_them_all() -> None:
    reading = read("Tân An", NOW)
    assert len(reading.best) == 10
    assert reading.resolve() is None
    assert {candidate.unit.name for candidate in reading.best} == {"Tân An"}


def test_the_same_name_at_two_levels_is_not_decided() -> None:
    reading = read("Phú Riềng - Bình Phước")
    assert {candidate.unit.code for candidate in reading.best} == {"698", "25264"}
    assert reading.era is Era.THREE_TIER
    assert reading.resolve() is None


def test_old_and_new_units_of_one_name_are_not_decided_without_a_day() -> None:
    line = "xã Ea H'leo, tỉnh Đắk Lắk"
    assert read(line).era is None
    assert read(line).resolve() is None
    assert read(line, OLD).era is Era.THREE_TIER
    assert read(line, NOW).era is Era.TWO_TIER
    assert code_of(read(line, OLD)) == code_of(read(line, NOW)) == "24184"


def test_a_ward_with_the_name_of_a_city_in_its_name() -> None:
    reading = read("Phường 1 Bảo Lộc Lâm Đồng")
    assert {candidate.unit.full_name for candidate in reading.best} == {
        "Phường 1",
        "Phường 1 Bảo Lộc",
    }


@pytest.mark.parametrize(
    ("text", "doubt", "name"),
    [
        ("xã Phú Riêngg, huyện Phú Riềng, tỉnh Bình Phước", Doubt.TYPO, "Xã Phú Riềng"),
        ("xã Phú Riềng, huyện Phú Riềng, tỉnh Bình Phướk", Doubt.TYPO, "Xã Phú Riềng"),
        ("xã Phù Riềng, huyện Phú Riềng, tỉnh Bình Phước", Doubt.MARKS, "Xã Phú Riềng"),
        ("phường Phúc Xá, quận Ba Đình, tỉnh Hà Nam", Doubt.UNREAD, "Tỉnh Hà Nam"),
        ("xã Phú Riềng, tỉnh Bình Phước", Doubt.MIXED, "Xã Phú Riềng"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_taken_for_certain(
    text: str, doubt: Doubt, name: str
) -> None:
    reading = read(text)
    doubtful = [c for c in reading.candidates if doubt in c.doubts]
    assert name in [candidate.unit.full_name for candidate in doubtful]
    assert all(candidate.unit != reading.resolve() for candidate in doubtful)


def test_a_word_that_names_another_kind_is_only_remarked() -> None:
    reading = read("Thị trấn Phú Riềng, huyện Phú Riềng, tỉnh Bình Phước")
    assert code_of(reading) == "25264"
    assert reading.best[0].doubts == {Doubt.KIND}


def test_an_unknown_ward_does_not_make_its_city_the_answer() -> None:
    reading = read("Số 5 đường Trần Phú, phường 333, thành phố Cà Mau, tỉnh Cà Mau")
    assert reading.best[0].unit.full_name == "Thành phố Cà Mau"
    assert Doubt.UNREAD in reading.best[0].doubts
    assert reading.resolve() is None


@pytest.mark.parametrize("text", ["", " ", ",,", "...", "Nguyễn Văn A", "0123", "\ud800", "\x00"])
def test_a_line_without_units_has_no_candidates(text: str) -> None:
    reading = read(text)
    assert reading.candidates == ()
    assert reading.resolve() is None
    assert reading.era is None
    assert reading.text == text


def test_a_street_or_hamlet_is_no_unit() -> None:
    reading = read("Ấp Phú Riềng, đường Bình Phước")
    assert reading.candidates == ()


def test_ten_million_letters_are_bounded() -> None:
    start = "Ấp 1, xã Phú Riềng, huyện Phú Riềng, tỉnh Bình Phước, "
    reading = read(start + "Tân An " * 1_500_000)
    assert reading.candidates
    assert read("ộ" * 10_000_000).candidates == ()


WORDS = st.sampled_from(
    "xã x. P. phường Q.1 huyện tỉnh TP ấp thôn số 12 , ,, - ( ) / . ; Tân An Bình Phú 1 2 tổ Hà Nội"
    " Đắk Lắk H' Ea Y vn Việt Nam \ud800 \u0301 ﬁ İ \x00".split(" ")
)


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=120), st.lists(WORDS, max_size=70).map(" ".join)))
def test_whatever_is_typed_is_read_without_an_error(text: str) -> None:
    reading = read(text)
    assert reading.text == text
    for candidate in reading.candidates:
        assert candidate.parts
        assert len(candidate.left_over) <= len(unicodedata.normalize("NFC", text)) + 200
    UNITS.find(text, on=NOW)
    UNITS.by_prefix(text, on=NOW, within="75")
    UNITS.same_place(reading, read("Phú Riềng, Đồng Nai"))


@settings(max_examples=60)
@given(st.sampled_from(LINES), st.sampled_from(sorted(STYLES)))
def test_reading_again_gives_the_same(line: list[Unit], style: str) -> None:
    text = STYLES[style](line)
    assert UNITS._parser.parse(text, None) == read(text)
