"""What a card would put into a form, beside what stands there."""

from __future__ import annotations

import pytest

from forms.cards.filling import FieldState, compare, is_somebody_else
from forms.cards.reading import (
    BIRTH_DATE,
    FULL_NAME,
    ID_NUMBER,
    OLD_ID_NUMBER,
    PERMANENT_RESIDENCE,
    SEX,
)
from tests.forms.cards.samples import CODE_2024, LINES, NUMBER, OLD_NUMBER, code_with, scanned

CARD = scanned(CODE_2024)


def test_an_empty_form_takes_everything_the_card_tells() -> None:
    lines = compare(CARD, {})
    assert [line.role for line in lines] == [
        FULL_NAME,
        BIRTH_DATE,
        SEX,
        ID_NUMBER,
        OLD_ID_NUMBER,
        PERMANENT_RESIDENCE,
    ]
    assert all(line.state is FieldState.EMPTY and line.is_proposed for line in lines)


@pytest.mark.parametrize(
    ("role", "present", "state"),
    [
        (FULL_NAME, "Nguyễn Văn A", FieldState.SAME),
        (FULL_NAME, "NGUYỄN VĂN A", FieldState.SAME_BUT_WRITING),
        (FULL_NAME, "Nguyễn Văn B", FieldState.DIFFERS),
        (FULL_NAME, "Nguyen Van A", FieldState.DIFFERS),
        (BIRTH_DATE, "1999", FieldState.MORE_EXACT),
        (BIRTH_DATE, "1999-01", FieldState.MORE_EXACT),
        (BIRTH_DATE, "1998", FieldState.DIFFERS),
        (SEX, "2", FieldState.DIFFERS),
        (ID_NUMBER, OLD_NUMBER, FieldState.NEWER_NUMBER),
        (ID_NUMBER, "003 099 000 000", FieldState.SAME_BUT_WRITING),
        (ID_NUMBER, "003199000000", FieldState.DIFFERS),
        (OLD_ID_NUMBER, "285000001", FieldState.DIFFERS),
        (PERMANENT_RESIDENCE, "  ", FieldState.EMPTY),
    ],
)
def test_a_field_of_the_form_is_compared(role: str, present: str, state: FieldState) -> None:
    line = next(line for line in compare(CARD, {role: present}) if line.role == role)
    assert line.state is state
    proposed = (FieldState.EMPTY, FieldState.MORE_EXACT, FieldState.NEWER_NUMBER)
    assert line.is_proposed == (state in proposed)


def test_a_birth_year_on_the_card_does_not_replace_a_day_in_the_form() -> None:
    card = scanned(code_with(birth="00001999"))
    line = next(
        line for line in compare(card, {BIRTH_DATE: "1999-01-01"}) if line.role == BIRTH_DATE
    )
    assert line.state is FieldState.LESS_EXACT
    assert not line.is_proposed


def test_a_name_without_marks_agrees_with_the_name_in_the_form() -> None:
    card = scanned(LINES)
    line = compare(card, {FULL_NAME: "Nguyễn Văn A"})[0]
    assert (line.role, line.state) == (FULL_NAME, FieldState.SAME_BUT_WRITING)


def test_what_is_doubtful_is_shown_but_not_proposed() -> None:
    card = scanned(code_with(name="Nguy?n V?n A"))
    line = compare(card, {})[0]
    assert line.is_doubtful
    assert not line.is_proposed


def test_the_card_of_somebody_else_is_noticed_by_the_numbers() -> None:
    assert is_somebody_else(CARD, {ID_NUMBER: "003199000000"})
    assert not is_somebody_else(CARD, {ID_NUMBER: NUMBER})
    assert not is_somebody_else(CARD, {ID_NUMBER: OLD_NUMBER})
    assert not is_somebody_else(CARD, {ID_NUMBER: None, FULL_NAME: "Nguyễn Văn B"})


def test_a_comparison_shows_nothing_of_the_person_in_its_repr() -> None:
    text = repr(CARD) + repr(compare(CARD, {FULL_NAME: "Nguyễn Văn B"}))
    assert "Nguyễn" not in text
    assert "99000000" not in text
