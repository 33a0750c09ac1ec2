"""Which kinds a text may be, the likeliest first; and that no text does harm."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forms.identifiers.personal_number import IdentityTables
from forms.identifiers.reading import Kind
from forms.identifiers.recognition import LONGEST, read, recognise

ON = date(2026, 11, 22)
TRAINING = IdentityTables.load(training=True)

#: Signs from which numbers are written, right and wrong.
NUMBERISH = st.text("0123456789OoIl.-/ +()ABHNTE|０９²½०đ\u200b\ud800", max_size=40)


def kinds(text: str) -> list[Kind]:
    return [reading.kind for reading in recognise(text, on=ON, tables=TRAINING)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("003099000000", [Kind.PERSONAL_ID, Kind.TAX_CODE, Kind.OLD_ID_CARD_12]),
        ("03099000000", [Kind.PERSONAL_ID]),
        ("3099000000", [Kind.SOCIAL_INSURANCE, Kind.PERSONAL_ID]),
        ("OO3O99.OOO.OOO", [Kind.PERSONAL_ID]),
        ("280000000", [Kind.OLD_ID_CARD]),
        ("385123456", [Kind.OLD_ID_CARD, Kind.MOBILE]),
        ("912345678", [Kind.MOBILE, Kind.OLD_ID_CARD]),
        ("0912345678", [Kind.MOBILE, Kind.SOCIAL_INSURANCE]),
        ("0100233488", [Kind.TAX_CODE, Kind.SOCIAL_INSURANCE]),
        ("7512345678", [Kind.SOCIAL_INSURANCE]),
        ("02513822222", [Kind.LANDLINE]),
        ("01689123456", [Kind.MOBILE]),
        ("HN2757512345678", [Kind.HEALTH_CARD]),
        ("hn275751234567O", [Kind.HEALTH_CARD]),
        ("0314409058-002", [Kind.TAX_CODE]),
        ("C0000000", [Kind.PASSPORT]),
        ("12/1998", [Kind.BIRTH_CERTIFICATE]),
        ("TTH/LS 0001 M", [Kind.MERIT_FILE]),
        ("9704000000000018", [Kind.BANK_ACCOUNT]),
    ],
)
def test_the_likeliest_kind_stands_first(text: str, first: list[Kind]) -> None:
    assert kinds(text)[: len(first)] == first


@pytest.mark.parametrize("text", ["", "  ", "Nguyễn Văn A", "abc", "?", "1" * 200, "/", "12/"])
def test_a_text_that_is_no_number_is_no_kind(text: str) -> None:
    assert kinds(text) == []


@given(st.one_of(NUMBERISH, st.text(max_size=30)))
@example("A\u00b4")  # a compatibility form that would fall apart
def test_any_text_is_read_as_any_kind_without_an_exception(text: str) -> None:
    for reading in recognise(text, on=ON, tables=TRAINING):
        assert reading.findings is not None
    for kind in Kind:
        reading = read(kind, text, on=ON, tables=TRAINING)
        for finding in reading.findings:
            assert finding.message_vi
        assert read(kind, reading.normal, on=ON, tables=TRAINING).normal == reading.normal


@given(st.one_of(NUMBERISH, st.text(max_size=30)))
def test_a_proposal_is_never_refused_itself(text: str) -> None:
    for kind in Kind:
        for fix in read(kind, text, on=ON, tables=TRAINING).fixes:
            assert fix.value != text
            assert read(kind, fix.value, on=ON, tables=TRAINING).is_acceptable


@given(st.text("0123456789", min_size=12, max_size=12))
def test_twelve_digits_are_never_refused_as_a_personal_number(number: str) -> None:
    reading = read(Kind.PERSONAL_ID, number, on=ON, tables=TRAINING)
    assert reading.is_acceptable
    assert reading.normal == number


def test_a_long_text_is_not_searched() -> None:
    assert recognise("0" * (LONGEST + 1), on=ON) == ()
