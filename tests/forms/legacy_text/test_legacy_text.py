"""Text of before Unicode: converted by font, guessed by content, never where it is right."""

from __future__ import annotations

import itertools
import random
import unicodedata
from datetime import date
from importlib.resources import files

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from forms.legacy_text.double_utf8 import repaired
from forms.legacy_text.encodings import LegacyEncoding, character_table, convert, from_font
from forms.legacy_text.guessing import guess, repair
from forms.legacy_text.syllables import is_syllable
from forms.units.gazetteer import Units
from forms.units.kinds import LAST_DAY_OF_DISTRICTS
from forms.vietnamese import clean

TCVN3, VNI = LegacyEncoding.TCVN3, LegacyEncoding.VNI
LETTERS = "".join(
    unicodedata.normalize("NFC", vowel + tone)
    for vowel in "aăâeêioôơuưy"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
)
SMALL = LETTERS + "bcdđghklmnpqrstvx 0123456789'-.,"
PLACES = [
    "Ấp Bàu Sen, Xã Suối Mẫu, Tỉnh Tập Huấn",
    "Thôn Thượng, Xã Đồng Thử",
    "Khu phố 4, Phường Tập An",
    "Bon Bu N'Đơr, Xã Đồng Thử, Tỉnh Tập Huấn",
]


def written(text: str, encoding: LegacyEncoding) -> str:
    """The text as a file in one of the old fonts shows it."""
    if encoding is LegacyEncoding.DOUBLE_UTF8:
        return "".join(shown(byte) for byte in text.encode("utf-8"))
    back: dict[str, str] = {}
    for legacy, letter in character_table(encoding).letters.items():
        back.setdefault(letter, legacy)
    return "".join(back.get(letter, letter) for letter in text)


def shown(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def names() -> list[str]:
    """Names of the training province and thousands put together from their parts."""
    text = (files("resources") / "training" / "names.yaml").read_text(encoding="utf-8")
    parts = yaml.safe_load(text)
    given_names = parts["given_male"] + parts["given_female"]
    source = random.Random(20261122)
    made = [
        f"{family} {middle} {given_name}"
        for family, given_name in itertools.product(parts["family"], given_names)
        for middle in source.sample(parts["middle_male"] + parts["middle_female"], 2)
    ]
    minority = [
        name for one in parts["minority"] for sex in ("male", "female") for name in one[sex]
    ]
    return [*made, *minority, *given_names, *parts["family"]]


NAMES = names()
#: Right names that are not Vietnamese, or look like something else.
OTHER_NAMES = [
    *("Ñê", "Y Ñiêt", "H'Mai Ñê", "Krông Ñô", "Đạ R'Sal", "Ea M'Droh", "K'Brŏi", "Sĭu Pơih"),
    *("José Núñez", "René Lévy", "François", "Müller", "Zoë", "Noël", "Chloé", "Peña", "Ångström"),
    *("Hà", "Bình", "Thái", "Lê", "Ông Ích", "Ê", "Á", "Ý", "Ô", "Phú Thọ", "a", "12/3", ""),
]


@pytest.mark.parametrize(
    ("text", "encoding", "right"),
    [
        ("NguyÔn V¨n Hoµ", TCVN3, "Nguyễn Văn Hoà"),
        ("§Æng ThÞ Th\u00ad¬ng", TCVN3, "Đặng Thị Thương"),
        ("Nguyeãn Vaên Hoøa", VNI, "Nguyễn Văn Hòa"),
        ("ÑAËNG THÒ THÖÔNG", VNI, "ĐẶNG THỊ THƯƠNG"),
        ("baûy thaúng AÚ", VNI, "bảy thẳng Ẳ"),
        ("Lyù Mî", VNI, "Lý Mỵ"),
        ("Aøn Hoàng", VNI, "Àn Hồng"),
        ("NguyÔn v¨n hoµ", LegacyEncoding.TCVN3_CAPITALS, "NGUYỄN VĂN HOÀ"),
        ("Nguyá»…n VÄƒn Hòa", LegacyEncoding.DOUBLE_UTF8, "Nguyễn Văn Hòa"),
        ("Ä\x90áº·ng Thá»\x8b Æ°ng", LegacyEncoding.DOUBLE_UTF8, "Đặng Thị ưng"),
    ],
)
def test_text_is_converted(text: str, encoding: LegacyEncoding, right: str) -> None:
    assert convert(text, encoding) == right


@pytest.mark.parametrize(
    ("font", "encoding"),
    [
        (".VnTime", TCVN3),
        (".vnarial", TCVN3),
        (".VnTime Bold", TCVN3),
        (".VnTimeH", LegacyEncoding.TCVN3_CAPITALS),
        (".VnArial NarrowH", LegacyEncoding.TCVN3_CAPITALS),
        (".VnArialH Bold Italic", LegacyEncoding.TCVN3_CAPITALS),
        ("VNI-Times", VNI),
        ("VNI Helve", VNI),
        ("@VNI-Times", VNI),
        ("Times New Roman", None),
        ("Arial", None),
        ("UVnTime", None),
        ("", None),
    ],
)
def test_the_font_says_the_encoding(font: str, encoding: LegacyEncoding | None) -> None:
    assert from_font(font) is encoding


def test_every_small_letter_has_a_place_in_both_tables() -> None:
    for encoding in (TCVN3, VNI):
        letters = set(character_table(encoding).letters.values())
        # VNI has í and ì where Western European has them.
        assert set(LETTERS) - set("aeiouy") - letters - set("ìí") == set()


@given(st.text(st.sampled_from(SMALL), max_size=40), st.sampled_from((TCVN3, VNI)))
def test_what_was_written_in_an_old_font_comes_back(text: str, encoding: LegacyEncoding) -> None:
    assert convert(written(text, encoding), encoding) == text


@given(st.text(st.sampled_from(SMALL), max_size=40))
def test_capitals_of_vni_come_back(text: str) -> None:
    capitals = text.upper()
    assert convert(written(capitals, VNI), VNI) == capitals


@given(st.text(max_size=40))
def test_what_was_encoded_twice_comes_back(text: str) -> None:
    right = repaired(unicodedata.normalize("NFC", text))
    assert repaired(written(right, LegacyEncoding.DOUBLE_UTF8)) == right


@given(
    st.text(st.characters(), max_size=40)
    | st.text(st.sampled_from(SMALL + "ÃÄÆá»º…Ñ"), max_size=20)
)
def test_repairing_twice_changes_nothing(text: str) -> None:
    assert repaired(repaired(text)) == repaired(text)
    assert repair(repair(text)) == repair(text)


@pytest.mark.parametrize("encoding", [TCVN3, VNI, LegacyEncoding.DOUBLE_UTF8])
def test_spoiled_names_are_recognised(encoding: LegacyEncoding) -> None:
    texts = [text for text in NAMES + PLACES if written(text, encoding) != text]
    texts = [text for text in texts if convert(written(text, encoding), encoding) == text]
    found = [text for text in texts if guess(written(text, encoding)).encoding is encoding]
    # A name can be proper in its spoiled spelling too (Hồ Thị in VNI is Hoà Thò).
    assert len(found) >= 0.95 * len(texts)
    assert [text for text in found if repair(written(text, encoding)) != text] == []


def test_right_names_are_never_taken_for_spoiled_ones() -> None:
    texts = NAMES + PLACES + OTHER_NAMES
    texts += [text.upper() for text in texts]
    texts += [unicodedata.normalize("NFD", text) for text in texts]
    wrong = [text for text in texts if guess(text).encoding is not None or repair(text) != text]
    assert len(texts) > 10_000
    assert wrong == []


def test_names_of_units_are_never_taken_for_spoiled_ones() -> None:
    days = (LAST_DAY_OF_DISTRICTS, date(2026, 11, 22))
    names = {unit.full_name for day in days for unit in Units.bundled().all(on=day)}
    names |= {name.partition(" ")[2] for name in names}
    assert len(names) > 10_000
    assert [name for name in names if guess(name).encoding is not None] == []


@given(st.lists(st.sampled_from(NAMES + PLACES + OTHER_NAMES), min_size=1, max_size=4))
def test_what_is_repaired_reads_as_vietnamese_again(parts: list[str]) -> None:
    text = clean(", ".join(parts))
    for encoding in (TCVN3, VNI):
        once = repair(written(text, encoding))
        assert guess(once).encoding is None


@pytest.mark.parametrize("word", ["Nguyễn", "gì", "giêng", "quỳnh", "Ý", "khuya", "nghiêng", "an"])
def test_syllables(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(unicodedata.normalize("NFD", word.upper()))


@pytest.mark.parametrize("word", ["Nguyeãn", "Hoøa", "Krông", "Müller", "àá", "càch", ""])
def test_what_is_no_syllable(word: str) -> None:
    assert not is_syllable(word)
