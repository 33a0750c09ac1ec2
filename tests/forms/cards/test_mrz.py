"""The machine-readable lines: every check digit, and one confused sign at every place."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.cards.mrz import check_digit
from forms.cards.reading import BIRTH_DATE, FULL_NAME, ID_NUMBER, SEX, CardKind
from tests.forms.cards.samples import LINES, NUMBER, codes, lines_of, scanned

FIRST, SECOND, THIRD = LINES.split("\n")


@pytest.mark.parametrize(
    ("text", "digit"),
    [("L898902C3", "6"), ("740812", "2"), ("120415", "9"), ("D23145890", "7"), ("<<<", "0")],
)
def test_the_examples_of_icao_check(text: str, digit: str) -> None:
    assert check_digit(text) == digit


def test_the_lines_give_the_whole_number_twice_checked() -> None:
    card = scanned(LINES)
    assert card.kind is CardKind.MACHINE_READABLE
    assert card.identity == {
        ID_NUMBER: NUMBER,
        SEX: "1",
        BIRTH_DATE: "1999-01-01",
        FULL_NAME: "NGUYEN VAN A",
    }
    assert card.expires_on is not None
    assert card.expires_on.stored == "2039-01-01"
    assert codes(card) == ["CARD_025"]
    assert card.fixes == ()


def test_a_name_without_marks_is_never_filled_in_unseen() -> None:
    assert scanned(LINES).doubtful == {FULL_NAME}


def test_the_lines_of_this_file_are_built_right() -> None:
    assert lines_of() == LINES


@pytest.mark.parametrize(
    "written",
    [
        LINES.lower(),
        LINES.replace("\n", ""),
        LINES.replace("\n", "\r\n"),
        " ".join(LINES),
        f"\n{LINES}\n\n",
    ],
)
def test_spaces_case_and_line_ends_do_not_matter(written: str) -> None:
    assert scanned(written) == scanned(LINES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FIRST, ["CARD_020"]),
        (f"{FIRST}\n{SECOND}", ["CARD_020"]),
        (LINES[:-1], ["CARD_020"]),
        (LINES + "<", ["CARD_020"]),
        (LINES.replace("<", "«"), ["CARD_029"]),
        (LINES.replace("NGUYEN", "NGUYỄN"), ["CARD_029"]),
        ("P<VNM" + LINES[5:], ["CARD_030"]),
        ("IDUTO" + LINES[5:], ["CARD_030"]),
    ],
)
def test_lines_that_are_none_are_refused(text: str, expected: list[str]) -> None:
    card = scanned(text)
    assert codes(card) == expected
    assert card.identity == {}


@pytest.mark.parametrize(
    ("place", "sign", "expected"),
    [
        (5, "O", ["CARD_021"]),
        (14, "0", ["CARD_021"]),
        (16, "O", ["CARD_021"]),
        (29, "B", ["CARD_021"]),
        (32, "O", ["CARD_022"]),
        (40, "O", ["CARD_023"]),
        (59, "O", []),
    ],
)
def test_a_wrong_sign_is_found_by_its_check_digit(
    place: int, sign: str, expected: list[str]
) -> None:
    signs = LINES.replace("\n", "")
    card = scanned(signs[:place] + sign + signs[place + 1 :])
    assert [code for code in codes(card) if code in ("CARD_021", "CARD_022", "CARD_023")] == (
        expected
    )
    assert "CARD_024" in codes(card)
    assert (ID_NUMBER in card.identity) == ("CARD_021" not in expected)
    assert card.doubtful == frozenset(card.identity)


CONFUSED = {"0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B", "9": None}


@pytest.mark.parametrize("place", [*range(5, 27), *range(30, 37), *range(38, 45)])
def test_one_confused_letter_is_proposed_right_and_not_put_right(place: int) -> None:
    signs = LINES.replace("\n", "")
    letter = CONFUSED.get(signs[place])
    if letter is None:
        return
    card = scanned(signs[:place] + letter + signs[place + 1 :])
    assert LINES in [fix.value for fix in card.fixes]
    assert "CARD_031" in codes(card)
    assert card.identity.get(ID_NUMBER) in (None, NUMBER)


def test_a_misread_digit_of_one_copy_is_proposed_from_the_other() -> None:
    wrong = LINES.replace("0990000006", "0990000706")
    card = scanned(wrong)
    assert ID_NUMBER not in card.identity
    assert [fix.value for fix in card.fixes] == [LINES]


def test_two_copies_that_check_but_differ_are_refused() -> None:
    first, second, third = lines_of("003199000008").split("\n")
    mixed = FIRST[:15] + first[15:]
    card = scanned(f"{mixed}\n{second}\n{third}")
    assert "CARD_027" in codes(card)
    assert ID_NUMBER not in card.identity


@pytest.mark.parametrize(
    ("number", "birth", "stored"),
    [
        ("003099000000", "990101", "1999-01-01"),
        ("003205000000", "050203", "2005-02-03"),
        ("003020000000", "200000", "1920"),
        ("003020000000", "2003<<", "1920-03"),
        ("003099000000", "990015", None),
        ("003099000000", "<<<<<<", None),
    ],
)
def test_the_century_comes_from_the_number_and_unknown_parts_stay_unknown(
    number: str, birth: str, stored: str | None
) -> None:
    card = scanned(lines_of(number, birth=birth))
    assert card.identity.get(BIRTH_DATE) == stored
    assert ("CARD_007" in codes(card)) == (stored is None)


def test_a_card_that_expired_is_told_and_still_read() -> None:
    card = scanned(lines_of(expiry="260101"))
    assert "CARD_028" in codes(card)
    assert card.is_readable
    assert "CARD_028" not in codes(scanned(lines_of(expiry="260101"), on=date(2026, 1, 1)))


def test_a_name_that_fills_its_line_may_be_cut() -> None:
    card = scanned(lines_of(name="NGUYEN<<VAN<ABCDEFGHIJKLMNOPQRSTUVW"))
    assert "CARD_026" in codes(card)
    assert card.identity[FULL_NAME] == "NGUYEN VAN ABCDEFGHIJKLMNOPQR"


def test_a_line_without_a_name_and_a_sex_nobody_wrote_are_told() -> None:
    card = scanned(lines_of(name="", sex="<"))
    assert {"CARD_016", "CARD_008"} <= set(codes(card))
    assert SEX not in card.identity


@given(st.from_regex(r"003[0-3][0-9]{8}", fullmatch=True))
def test_any_number_comes_back_whole(number: str) -> None:
    card = scanned(lines_of(number))
    assert card.identity[ID_NUMBER] == number
    assert card.is_readable
