"""One person has a list of numbers, and people are found by any of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forms.identifiers.person_numbers import (
    LinkStrength,
    OldNumber,
    OldNumberKind,
    PersonNumbers,
)
from forms.identifiers.personal_number import IdentityTables

TRAINING = IdentityTables.load(training=True)
PRESENT = "003099000000"
CANCELLED = "003199000000"
NINE = "030000003"

NUMBERS = st.sampled_from([PRESENT, CANCELLED, NINE, "030000004", "003099000009", ""])
PEOPLE = st.builds(
    lambda current, old: PersonNumbers.of({"id_number": current, "old_id_number": old}),
    NUMBERS,
    NUMBERS,
)


def test_the_fields_of_a_person_become_one_list() -> None:
    numbers = PersonNumbers.of({"id_number": "003 099 000 000", "old_id_number": "030.000.003"})
    assert numbers.current == PRESENT
    assert numbers.old == (OldNumber(NINE, OldNumberKind.ID_CARD_9),)
    assert numbers.all() == (PRESENT, NINE)


def test_nine_digits_in_the_box_of_the_personal_number_are_an_old_number() -> None:
    assert PersonNumbers.of({"id_number": NINE}) == PersonNumbers("").with_old(NINE)


def test_several_old_numbers_in_one_box_are_told_apart() -> None:
    numbers = PersonNumbers.of({"id_number": PRESENT, "old_id_number": f"{NINE}; {CANCELLED}"})
    assert numbers.all() == (PRESENT, NINE, CANCELLED)


def test_a_new_number_makes_the_present_one_a_cancelled_one() -> None:
    numbers = PersonNumbers(CANCELLED).with_old(NINE).renumbered(PRESENT, note="cải chính")
    assert numbers.current == PRESENT
    assert [old.kind for old in numbers.old] == [
        OldNumberKind.ID_CARD_9,
        OldNumberKind.CANCELLED,
    ]
    assert numbers.renumbered(PRESENT) == numbers
    assert PersonNumbers().renumbered(PRESENT) == PersonNumbers(PRESENT)


def test_a_number_known_already_is_not_listed_twice() -> None:
    numbers = PersonNumbers(PRESENT).with_old(NINE)
    assert numbers.with_old("030 000 003") == numbers
    assert numbers.with_old(PRESENT) == numbers
    assert numbers.with_old("") == numbers


def test_the_same_present_number_links_most() -> None:
    link = PersonNumbers(PRESENT).with_old(NINE).link(PersonNumbers(PRESENT).with_old(NINE))
    assert link is not None
    assert link.strength is LinkStrength.SAME_NUMBER
    assert link.number == PRESENT


def test_an_old_number_of_twelve_digits_links_the_old_file_with_the_new() -> None:
    now = PersonNumbers(PRESENT).with_old(CANCELLED, kind=OldNumberKind.CANCELLED)
    then = PersonNumbers(CANCELLED)
    link = now.link(then)
    assert link is not None
    assert link.strength is LinkStrength.OLD_AND_NEW


def test_nine_digits_link_weakly_because_some_were_given_twice() -> None:
    link = PersonNumbers(PRESENT).with_old(NINE).link(PersonNumbers.of({"id_number": NINE}))
    assert link is not None
    assert link.strength is LinkStrength.WEAK


def test_an_unconfirmed_number_links_weakly() -> None:
    card = PersonNumbers(PRESENT).with_old(CANCELLED, kind=OldNumberKind.UNCONFIRMED)
    link = card.link(PersonNumbers(CANCELLED))
    assert link is not None
    assert link.strength is LinkStrength.WEAK


def test_people_without_a_common_number_are_not_linked() -> None:
    assert PersonNumbers(PRESENT).link(PersonNumbers(CANCELLED)) is None
    assert PersonNumbers().link(PersonNumbers()) is None


def test_a_number_without_its_zero_is_looked_up_with_it() -> None:
    assert PersonNumbers("03099000000").lookup_keys(TRAINING) == {PRESENT}
    assert PersonNumbers("3099000000").lookup_keys(TRAINING) == {PRESENT}
    assert PersonNumbers("x").with_old(NINE).lookup_keys(TRAINING) == {"x", NINE}


def test_numbers_stay_out_of_the_repr() -> None:
    text = repr(PersonNumbers(PRESENT).with_old(NINE, note="ghi chú"))
    assert PRESENT not in text
    assert NINE not in text
    assert "ghi chú" not in text


@given(PEOPLE, PEOPLE)
def test_a_link_holds_both_ways(first: PersonNumbers, second: PersonNumbers) -> None:
    link = first.link(second)
    back = second.link(first)
    assert (link is None) == (back is None)
    if link is not None and back is not None:
        assert link.strength is back.strength
        assert first.holds(link.number)
        assert second.holds(link.number)
