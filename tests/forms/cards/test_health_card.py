"""The QR code of paper health-insurance cards."""

from __future__ import annotations

import pytest

from forms.cards.reading import (
    BIRTH_DATE,
    FULL_NAME,
    SEX,
    SOCIAL_INSURANCE_NUMBER,
    CardKind,
)
from tests.forms.cards.samples import codes, health_code, scanned

FIELDS = (
    "HN2757512345678",
    "Điểu Thị Khuyên",
    "01/02/1999",
    "2",
    "Ấp 1, Suối Mẫu",
    "75 - 012",
    "01/01/2026",
    "31/12/2026",
    "-",
)


def code_with(place: int, text: str) -> str:
    return health_code(*FIELDS[:place], text, *FIELDS[place + 1 :])


def test_a_health_card_is_read() -> None:
    card = scanned(health_code(*FIELDS))
    assert card.kind is CardKind.HEALTH_CARD
    assert card.identity == {
        SOCIAL_INSURANCE_NUMBER: "7512345678",
        FULL_NAME: "Điểu Thị Khuyên",
        BIRTH_DATE: "1999-02-01",
        SEX: "2",
    }
    assert card.details == {
        "health_insurance_card": "HN2757512345678",
        "health_card_address": "Ấp 1, Suối Mẫu",
        "health_card_clinic": "75 - 012",
        "valid_from": "2026-01-01",
    }
    assert card.expires_on is not None
    assert card.expires_on.stored == "2026-12-31"
    assert card.findings == ()


def test_a_card_with_the_ten_digits_alone_is_read() -> None:
    card = scanned(code_with(0, "7512345678"))
    assert card.identity[SOCIAL_INSURANCE_NUMBER] == "7512345678"
    assert codes(card) == ["NUM_024"]


@pytest.mark.parametrize(
    ("place", "text", "expected"),
    [
        (2, "1999", []),
        (2, "x", ["CARD_040"]),
        (3, "3", ["CARD_008"]),
        (7, "31/12/2025", ["CARD_041"]),
        (7, "", []),
        (7, "-", []),
        (0, "QQ2757512345678", ["NUM_021"]),
    ],
)
def test_what_does_not_fit_is_remarked_on(place: int, text: str, expected: list[str]) -> None:
    assert codes(scanned(code_with(place, text))) == expected


@pytest.mark.parametrize("name", ["c490c3", "ffffff", "c490c3a"])
def test_a_name_that_is_no_text_is_left_out(name: str) -> None:
    whole = health_code(*FIELDS).split("|")
    card = scanned("|".join([whole[0], name, *whole[2:]]))
    if name == "c490c3a":  # half a byte is missing
        assert codes(card) == ["CARD_040"]
    assert FULL_NAME not in card.identity
    assert card.identity[SEX] == "2"


def test_a_name_in_plain_letters_is_kept() -> None:
    whole = health_code(*FIELDS).split("|")
    card = scanned("|".join([whole[0], "Điểu Thị Khuyên", *whole[2:]]))
    assert card.identity[FULL_NAME] == "Điểu Thị Khuyên"


def test_a_code_cut_short_is_refused() -> None:
    assert codes(scanned(health_code(*FIELDS[:3]))) == ["CARD_002"]
