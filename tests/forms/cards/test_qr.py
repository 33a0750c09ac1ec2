"""The QR code of identity cards, of both generations, whole and damaged."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from forms.cards.reading import (
    BIRTH_DATE,
    FULL_NAME,
    ID_NUMBER,
    OLD_ID_NUMBER,
    PERMANENT_RESIDENCE,
    SEX,
    CardKind,
)
from forms.identifiers.person_numbers import OldNumberKind
from tests.forms.cards.samples import (
    CODE_2021,
    CODE_2024,
    NUMBER,
    OLD_NUMBER,
    RESIDENCE,
    code_with,
    codes,
    scanned,
)


def test_a_card_of_2021_fills_six_fields() -> None:
    card = scanned(CODE_2021)
    assert card.kind is CardKind.CITIZEN_CARD_2021
    assert card.identity == {
        ID_NUMBER: NUMBER,
        FULL_NAME: "Nguyễn Văn A",
        BIRTH_DATE: "1999-01-01",
        SEX: "1",
        PERMANENT_RESIDENCE: RESIDENCE,
    }
    assert card.issued_on is not None
    assert card.issued_on.stored == "2022-01-01"
    assert card.findings == ()
    assert card.doubtful == frozenset()


def test_a_card_of_2024_has_four_more_fields_and_the_old_number() -> None:
    card = scanned(CODE_2024)
    assert card.kind is CardKind.IDENTITY_CARD_2024
    assert card.identity[OLD_ID_NUMBER] == OLD_NUMBER
    assert card.numbers.all() == (NUMBER, OLD_NUMBER)
    assert card.issued_on is not None
    assert card.issued_on.stored == "2025-09-01"
    assert card.findings == ()


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\t", "  "])
def test_what_a_scanner_sends_behind_the_code_does_not_matter(ending: str) -> None:
    assert scanned(CODE_2021 + ending) == scanned(CODE_2021)
    assert scanned(CODE_2024 + ending) == scanned(CODE_2024)


def test_filled_fields_of_unknown_meaning_are_handed_on_unplaced() -> None:
    card = scanned(CODE_2024.removesuffix("||||") + "|003199000007|Trần Văn Bố||")
    assert [(extra.position, extra.text) for extra in card.unknown_fields] == [
        (8, "003199000007"),
        (9, "Trần Văn Bố"),
    ]
    assert codes(card) == ["CARD_005", "CARD_005"]
    assert card.numbers.old[-1].number == "003199000007"
    assert card.numbers.old[-1].kind is OldNumberKind.UNCONFIRMED
    assert card.identity[OLD_ID_NUMBER] == OLD_NUMBER


@pytest.mark.parametrize("extra", [1, 2, 3, 5, 9])
def test_another_count_of_fields_is_read_with_a_warning(extra: int) -> None:
    card = scanned(CODE_2021 + "|" * extra)
    assert card.kind is CardKind.OTHER_CARD_CODE
    assert codes(card) == ["CARD_004"]
    assert card.identity[ID_NUMBER] == NUMBER
    assert FULL_NAME in card.doubtful


def test_a_code_cut_short_is_refused() -> None:
    card = scanned(f"{NUMBER}|Nguyễn Văn A|01011999|Nam")
    assert codes(card) == ["CARD_002"]
    assert card.identity == {}
    assert not card.is_readable


def test_empty_fields_keep_their_place() -> None:
    card = scanned(code_with(name="", residence=""))
    assert codes(card) == ["CARD_016"]
    assert card.identity[BIRTH_DATE] == "1999-01-01"
    assert PERMANENT_RESIDENCE not in card.identity


@pytest.mark.parametrize(
    ("number", "proposal"),
    [
        ("00309900000O", "003099000000"),
        ("03099000000", "003099000000"),
        ("Nguyễn Văn A", None),
        ("", None),
    ],
)
def test_without_a_number_in_front_nothing_is_filled(number: str, proposal: str | None) -> None:
    card = scanned(code_with(number=number))
    assert codes(card) == ["CARD_003"]
    assert card.identity == {}
    assert [fix.value for fix in card.fixes] == ([] if proposal is None else [proposal])


@pytest.mark.parametrize(
    ("birth", "stored", "expected"),
    [
        ("00001999", "1999", ["CARD_015"]),
        ("00031999", "1999-03", ["CARD_015"]),
        ("1999", "1999", ["CARD_015"]),
        ("15001999", None, ["CARD_007"]),
        ("31021999", None, ["CARD_007"]),
        ("", None, ["CARD_007"]),
    ],
)
def test_unknown_parts_of_a_birth_date_stay_unknown(
    birth: str, stored: str | None, expected: list[str]
) -> None:
    card = scanned(code_with(birth=birth))
    assert card.identity.get(BIRTH_DATE) == stored
    assert codes(card) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"old_number": "28500000"}, ["CARD_006"]),
        ({"old_number": NUMBER}, []),
        ({"sex": "Khác"}, ["CARD_008"]),
        ({"sex": "Nữ"}, ["ID_009"]),
        ({"birth": "01011998"}, ["ID_010"]),
        ({"issued": "x"}, ["CARD_009"]),
        ({"issued": "01012030"}, ["CARD_017"]),
    ],
)
def test_what_does_not_fit_is_remarked_on(changed: dict[str, str], expected: list[str]) -> None:
    assert codes(scanned(code_with(**changed))) == expected


def test_what_a_card_contradicts_is_not_filled_in_unseen() -> None:
    assert scanned(code_with(birth="01011998")).doubtful == {ID_NUMBER, BIRTH_DATE}
    assert scanned(code_with(sex="Nữ")).doubtful == {ID_NUMBER, SEX}


def test_names_keep_their_letters_and_their_case() -> None:
    for name in ("H'Mai Ayŭn", "Y Krông", "ĐIỂU K'BRƠI", "nguyễn văn a"):
        card = scanned(code_with(name=name))
        assert card.identity[FULL_NAME] == name
        assert card.findings == ()


def test_decomposed_letters_are_composed() -> None:
    assert scanned(unicodedata.normalize("NFD", CODE_2021)) == scanned(CODE_2021)


def test_the_address_stays_as_printed() -> None:
    card = scanned(code_with(residence="Ấp 1,, Suối Mẫu,Tập Huấn"))
    assert card.identity[PERMANENT_RESIDENCE] == "Ấp 1,, Suối Mẫu,Tập Huấn"


@pytest.mark.parametrize(
    ("name", "residence", "expected"),
    [
        ("Nguy?n V?n A", "?p 1, Su?i M?u", ["CARD_010"]),
        ("Nguy\ufffdn Văn A", RESIDENCE, ["CARD_010"]),
        ("Nguyen Van A", "Ap 1, Suoi Mau, Tap Huan", ["CARD_011"]),
        ("Nguyeenx Vawn A", "Aaps 1, Suoois Maaux", ["CARD_012"]),
        ("Nguye64n Va8n A", "A61p 1, Suo61i Ma64u", ["CARD_012"]),
        ("Nguye^n Van A", "Ap 1", ["CARD_011"]),
        ("Kim Sa Rinh", RESIDENCE, []),
        ("Nguyễn Văn A", "Kon Tum", []),
        ("Y Ban", "", ["CARD_011"]),
    ],
)
def test_damage_by_a_scanner_that_types_is_told(
    name: str, residence: str, expected: list[str]
) -> None:
    card = scanned(code_with(name=name, residence=residence))
    assert codes(card) == expected
    assert (FULL_NAME in card.doubtful) == bool(expected)
    assert card.identity[ID_NUMBER] == NUMBER


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_words_read_in_the_wrong_encoding_are_proposed_right(encoding: str) -> None:
    code = code_with(name="Trần Thị Lan", residence="Thôn Tám")
    wrong = code.encode().decode(encoding)
    card = scanned(wrong)
    assert codes(card) == ["CARD_013"]
    assert FULL_NAME in card.doubtful
    assert card.fixes[0].value == code
    assert scanned(card.fixes[0].value).identity[FULL_NAME] == "Trần Thị Lan"


def test_two_scans_in_one_text_are_refused() -> None:
    assert codes(scanned(CODE_2021 + CODE_2021)) == ["CARD_014"]


@pytest.mark.parametrize("sign", ["~", "}", ">", "*", "Đ"])
def test_another_sign_for_the_upright_stroke_is_seen(sign: str) -> None:
    card = scanned(CODE_2021.replace("|", sign))
    if sign == "Đ":  # a letter could belong to a name
        assert codes(card) == ["CARD_001"]
    else:
        assert codes(card) == ["CARD_018"]
        assert card.identity[FULL_NAME] == "Nguyễn Văn A"


def test_a_day_of_issue_is_judged_on_the_day_of_reading() -> None:
    assert codes(scanned(CODE_2024, on=date(2025, 8, 31))) == ["CARD_017"]
    assert codes(scanned(CODE_2024, on=date(2025, 9, 1))) == []
