"""Keys of a scanner are known again behind Telex, VNI, composing, and layouts with letters."""

from __future__ import annotations

import unicodedata

import pytest

from forms.cards.bursts import is_card_shaped, may_go_on, read_burst
from forms.cards.reading import CardKind, CardReading
from forms.cards.typed_codes import TypedCode
from tests.forms.cards.samples import CODE_2021, CODE_2024, LINES, NUMBER, ON, TRAINING


def burst(*readings: str, takes_numbers: bool = False) -> CardReading | None:
    return read_burst(readings, on=ON, tables=TRAINING, takes_numbers=takes_numbers)


def test_what_nobody_put_together_stands_as_it_was_typed() -> None:
    line = TypedCode()
    for sign in CODE_2021:
        line.type(sign)
    assert line.readings() == (CODE_2021,)
    assert not line.is_composed


@pytest.mark.parametrize(
    ("gone", "again", "telex", "vni"),
    [
        ("a", "â", "aa", "a6"),
        ("d", "đ", "dd", "d9"),
        ("D", "Đ", "DD", "D9"),
        ("uo", "ươ", "uow", "uo7"),
        ("a", "á", "as", "a1"),
        ("ê", "ễ", "êx", "ê4"),
    ],
)
def test_a_key_that_unikey_took_away_is_known_again(
    gone: str, again: str, telex: str, vni: str
) -> None:
    line = TypedCode()
    line.type(gone)
    line.take_back(len(gone))
    line.type(again)
    line.type("|")
    assert line.readings()[:2] == (f"{telex}|", f"{vni}|")


def test_single_backspaces_count_together() -> None:
    line = TypedCode()
    line.type("huo")
    line.take_back(1)
    line.take_back(1)
    line.type("ư")
    line.type("ơ")
    assert line.readings()[0] == "huow"


def test_a_mark_that_telex_gave_back_is_known_again() -> None:
    line = TypedCode()
    line.type("HO")
    line.take_back(1)
    line.type("Ô")
    line.take_back(1)
    line.type("O")  # Unikey writes OO for the third O
    line.type("O")
    assert line.readings()[0] == "HOOO"


def test_composing_by_an_input_method_is_undone_in_the_same_way() -> None:
    line = TypedCode()
    for preedit in ("h", "ho", "hô", "hôn"):
        line.compose("", preedit)
    line.compose("hôn", "")
    line.type("|")
    assert line.readings()[0] == "hoon|"


def test_a_layout_with_letters_for_digits_is_read_as_digits() -> None:
    typed = CODE_2021.replace("Nguyễn Văn", "Nguyen Van").replace("Ấp", "Ap")
    typed = typed.replace("Tập Huấn", "Tap Huan").replace("Suối Mẫu", "Suoi Mau")
    letters = unicodedata.normalize("NFC", "ă â ê ô").split()
    keys = dict(zip("12340", [*letters, "đ"], strict=True))
    keys |= dict(zip("56789", "\u0300\u0309\u0303\u0301\u0323", strict=True))
    line = TypedCode()
    for sign in typed:
        line.type(keys.get(sign, sign))
    card = burst(*line.readings())
    assert card is not None
    assert card.identity["person.id_number"] == NUMBER
    assert card.identity["person.birth_date"] == "1999-01-01"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (CODE_2021, CardKind.CITIZEN_CARD_2021),
        (CODE_2024 + "\n", CardKind.IDENTITY_CARD_2024),
        (LINES, CardKind.MACHINE_READABLE),
        (LINES.replace("\n", "\t") + "\r", CardKind.MACHINE_READABLE),
    ],
    ids=["2021", "2024", "lines", "lines-with-tabs"],
)
def test_codes_of_cards_are_cards(text: str, kind: CardKind) -> None:
    card = burst(text)
    assert card is not None
    assert (card.kind, card.is_readable) == (kind, True)


@pytest.mark.parametrize(
    "text",
    ["Nguyễn Thị Hồng Hạnh", "12031988", "a|b|c|d|e", "https://example.org/a?b", "< < < < <", ""],
)
def test_what_people_type_is_no_card(text: str) -> None:
    assert burst(text, takes_numbers=True) is None


def test_a_bare_number_is_a_card_only_where_no_number_is_typed() -> None:
    assert burst(NUMBER) is None
    card = burst(NUMBER, takes_numbers=True)
    assert card is not None
    assert card.kind is CardKind.NUMBER_ONLY


@pytest.mark.parametrize(
    "text",
    [CODE_2021[:45], CODE_2021 + CODE_2021, LINES[:70], LINES.replace("9", "8", 1)],
    ids=["cut", "two-at-once", "two-lines", "misread"],
)
def test_a_damaged_code_is_a_card_that_cannot_be_read(text: str) -> None:
    assert is_card_shaped(text)
    card = burst(text)
    assert card is not None
    assert not card.is_readable


def test_the_reading_without_errors_wins() -> None:
    card = burst(CODE_2021.replace("003099000000", "00309900000O"), CODE_2021)
    assert card is not None
    assert card.is_readable


def test_more_lines_are_waited_for_and_a_qr_code_is_one_line() -> None:
    first, second, third = LINES.split("\n")
    assert may_go_on(first + "\n")
    assert may_go_on(f"{first}\n{second}\n")
    assert not may_go_on(f"{first}\n{second}\n{third}\n")
    assert not may_go_on(CODE_2021)
