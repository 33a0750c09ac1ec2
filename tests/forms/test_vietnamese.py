"""Vietnamese text: cleaning and keys."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.vietnamese import (
    clean,
    compare_key,
    match_key,
    search_key,
    sort_key,
    with_i_for_final_y,
)

NAMES = st.text(
    alphabet=st.sampled_from(
        "aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐÊÔƠƯáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữự"
        "ýỳỷỹỵŏŭčñ'’-– \u0301\u0309\u00d0\u200b"
    ),
    max_size=30,
)


def test_entry_is_composed_trimmed_and_single_spaced() -> None:
    typed = unicodedata.normalize("NFD", "  Nguyễn\u00a0 Thị\tHòa\n")
    assert clean(typed) == "Nguyễn Thị Hòa"


def test_entry_turns_the_doubles_of_d_with_stroke() -> None:
    assert clean("\u00d0\u1eb7ng \u0189ạt \u00f0\u0256") == "Đặng Đạt đđ"


def test_entry_drops_what_nobody_sees() -> None:
    assert clean("\ufeffLê\u200b\u202e An\u00ad") == "Lê An"


def test_entry_keeps_what_is_printed() -> None:
    for printed in ("NGUYỄN VĂN A", "H'Mông", "Ea H’leo", "Thuỷ", "Thủy", "Sỹ", "K'Brŏi"):
        assert clean(printed) == printed


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Nguyễn Thị Hòa", "nguyen thi hoa"),
        ("NGUYỄN THỊ HOÀ", "nguyen thi hoa"),
        ("Đặng Đình Đạt", "dang dinh dat"),
        ("Điểu N’Rang", "dieu n'rang"),
        ("H`Mai", "h'mai"),
        ("Ba–na", "ba-na"),
        ("Y Krŏng Ñê", "y krong ne"),
        ("  Ơn   Ưng ", "on ung"),
        ("003 145", "003 145"),
        ("Ấp 1, Xã Suối Mẫu", "ap 1, xa suoi mau"),
    ],
)
def test_search_knows_no_marks(text: str, key: str) -> None:
    assert search_key(text) == key


def test_search_takes_decomposed_text() -> None:
    assert search_key(unicodedata.normalize("NFD", "Trần Thị Thúy Đào")) == "tran thi thuy dao"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa", "Hoà"),
        ("Thủy", "Thuỷ"),
        ("Úy", "Uý"),
        ("HOÀ BÌNH", "hòa  bình"),
        ("Điểu N'Rang", "điểu n’rang"),
        ("Ba - na", "Ba–na"),
        ("\u00d0ức", "Đức"),
    ],
)
def test_compare_passes_over_spelling_habits(one: str, other: str) -> None:
    assert compare_key(one) == compare_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa", "Hoa"),
        ("Hòa", "Hóa"),
        ("Đức", "Dức"),
        ("An", "Ân"),
        ("Sỹ", "Sĩ"),
        ("Nguyễn Văn Ánh", "Nguyên Văn Ánh"),
        ("Lê Hà Lan", "Lê Ha Làn"),
    ],
)
def test_compare_keeps_what_makes_another_name(one: str, other: str) -> None:
    assert compare_key(one) != compare_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sỹ", "Sĩ"),
        ("MỸ", "Mĩ"),
        ("Lý", "lí"),
        ("Quý", "Quí"),
        ("Lý Sỹ Quý", "li si qui"),
        ("Điện Bàn - Kỳ Anh", "dien ban - ki anh"),
    ],
)
def test_a_match_takes_final_y_for_i(one: str, other: str) -> None:
    assert match_key(one) == match_key(other)
    assert compare_key(one) != compare_key(other)


@pytest.mark.parametrize("name", ["Thúy", "Huy", "Ý", "Y Krông", "Mây", "Yến", "Nguyễn"])
def test_a_y_that_is_no_i_stays(name: str) -> None:
    assert match_key(name) == search_key(name)
    assert with_i_for_final_y(compare_key(name)) == compare_key(name)


def test_tones_count_where_y_is_i() -> None:
    assert with_i_for_final_y(compare_key("Sỹ")) == with_i_for_final_y(compare_key("Sĩ"))
    assert with_i_for_final_y(compare_key("Sỹ")) != with_i_for_final_y(compare_key("Sí"))


@pytest.mark.parametrize(
    "names",
    [
        ["An", "Ánh", "Ăn", "Ân"],
        ["Dũng", "Đạt"],
        ["Oanh", "Ơn", "Rem"],
        ["La", "Là", "Lả", "Lã", "Lá", "Lạ"],
        ["Trần Văn An", "Lê Thị Bình", "Đỗ Thị Cúc"],
        ["Lê Văn An", "Nguyễn Văn An", "Nguyễn Xuân An"],
        ["Lê An", "Lê Thị An"],
        ["Nguyễn Văn An", "Nguyễn Văn Anh"],
        ["Lê Thị Hoa", "Lê Thị Hòa", "Lê Thị Hóa"],
        ["H'Blang", "H'Mai", "Y Krông"],
        ["K'Brŏi", "K'Brôi"],
        ["Trúc", "Tuân", "Tuấn", "Tùng"],
        ["Trần Thị Hoa", "Lê Thị Hòa", "Đỗ Thị Hóa"],
        ["Vũ An", "Lê Anh"],
        ["Lê Văn Ý", "Lê Thị Yến"],
    ],
)
def test_names_sort_as_in_vietnamese_lists(names: list[str]) -> None:
    backwards = names[::-1]
    assert sorted(backwards, key=sort_key) == names


def test_the_sort_key_passes_over_case_and_tone_placement() -> None:
    assert sort_key("NGUYỄN THỊ HOÀ") == sort_key("Nguyễn  Thị Hòa")


#: Also what no keyboard makes: signs of control, halves of pairs, every script.
ANYTHING = st.text(st.characters(), max_size=30)


@given(NAMES | ANYTHING)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)


@pytest.mark.parametrize("text", ["K \u0323ñí", "a\u00a0\u0306 \u031b", "Lê \u0301-An"])
def test_a_mark_alone_stays_alone_in_a_key(text: str) -> None:
    assert compare_key(compare_key(text)) == compare_key(text)


@given(NAMES | ANYTHING)
@pytest.mark.parametrize("key", [search_key, match_key, compare_key])
def test_the_key_of_a_key_is_itself(key: Callable[[str], str], text: str) -> None:
    once = key(text)
    assert key(once) == once


@given(NAMES | ANYTHING)
@pytest.mark.parametrize("key", [clean, search_key, match_key, compare_key, sort_key])
def test_every_key_can_be_stored(key: Callable[[str], str], text: str) -> None:
    stored = key(text)
    assert "\x00" not in stored
    assert stored.encode("utf-8").decode("utf-8") == stored


@given(NAMES)
def test_the_search_key_of_a_name_is_ascii(text: str) -> None:
    assert search_key(text).isascii()


@given(NAMES)
def test_keys_do_not_depend_on_composition(text: str) -> None:
    whole, split = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    for key in (clean, search_key, match_key, compare_key, sort_key):
        assert key(whole) == key(split)


@given(NAMES)
def test_names_that_compare_equal_are_found_by_the_same_search(text: str) -> None:
    assert compare_key(text) == compare_key(text.upper().lower())
    assert search_key(clean(text)) == search_key(text)
