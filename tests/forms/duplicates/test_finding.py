"""Who stands twice is found in spite of what lists do to names, dates and numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.duplicates.evidence import NameFrequencies, Sign, compare
from forms.duplicates.finding import DuplicateIndex, DuplicatePair, Likeness, find_duplicates
from forms.duplicates.people import IdentityRow, folded
from forms.duplicates.wording import SIGNS_VI, explained
from tests.generation.duplicates import labelled_people, plain_rule

HOME = "Ấp 2, Xã Suối Mẫu, Tỉnh Tập Huấn"
THUY = IdentityRow(
    key="thuy",
    full_name="Lê Thị Ngọc Thủy",
    birth_date="1985-04-09",
    sex="2",
    id_numbers=("003185123456", "031234567"),
    residence=HOME,
    native_place="Xã Đồng Thử, Tỉnh Tập Huấn",
)


def _neighbours() -> list[IdentityRow]:
    """Three hundred others, so that names have frequencies."""
    return [
        replace(person, key=f"n{number}")
        for number, person in enumerate(labelled_people(300, seed=4).people)
    ]


def _only_match(other: IdentityRow) -> DuplicatePair:
    index = DuplicateIndex([*_neighbours(), THUY])
    pairs = [pair for pair in index.matches(replace(other, key="other")) if pair.first == "thuy"]
    assert len(pairs) == 1
    return pairs[0]


@pytest.mark.parametrize(
    ("changes", "sign"),
    [
        ({}, Sign.SAME_NAME),
        ({"full_name": "LÊ THỊ NGỌC THUỶ"}, Sign.SAME_NAME),
        ({"full_name": "Le Thi Ngoc Thuy"}, Sign.NAME_MARKS),
        ({"full_name": "Lê Thủy"}, Sign.NAME_MIDDLE_DROPPED),
        ({"full_name": "Lê Thị Thủy"}, Sign.NAME_MIDDLE_DROPPED),
        ({"full_name": "Lê Ngọc Thị Thủy"}, Sign.NAME_ORDER),
        ({"full_name": "Lê Thị Ngocc Thủy"}, Sign.NAME_TYPO),
        ({"full_name": "Lê Thị Kim Thủy"}, Sign.NAME_MIDDLE_DIFFERS),
        ({"full_name": "Lê Thị Ngọc Thúyy"}, Sign.NAME_SIMILAR),
        ({"birth_date": "1985-09-04"}, Sign.BIRTH_SWAPPED),
        ({"birth_date": "1985"}, Sign.BIRTH_YEAR_KNOWN),
        ({"birth_date": "1985-04"}, Sign.BIRTH_MONTH_KNOWN),
        ({"birth_date": "1986-04-09"}, Sign.BIRTH_ONE_DIGIT),
        ({"birth_date": "1985-11-30"}, Sign.SAME_BIRTH_YEAR),
        ({"birth_date": "1990-11-30"}, Sign.BIRTH_DATES_DIFFER),
        ({"birth_date": ""}, Sign.SAME_NAME),
        ({"id_numbers": ("003185123457",)}, Sign.ID_NUMBER_ONE_DIGIT),
        ({"id_numbers": ("003185132456",)}, Sign.ID_NUMBER_ONE_DIGIT),
        ({"id_numbers": ("003185132465",)}, Sign.ID_NUMBER_TWO_DIGITS),
        ({"id_numbers": ("3185123456",)}, Sign.OLD_NUMBERS_DIFFER),
        ({"id_numbers": ("03185123456",)}, Sign.SAME_ID_NUMBER),
        ({"id_numbers": ("003 185 123.456",)}, Sign.SAME_ID_NUMBER),
        ({"id_numbers": ("031234567",)}, Sign.SAME_OLD_NUMBER),
        ({"id_numbers": ("031234568",)}, Sign.OLD_NUMBER_ONE_DIGIT),
        ({"sex": "1"}, Sign.SEXES_DIFFER),
        ({"residence": "Thôn Trung, Xã Đồng Thử, Tỉnh Tập Huấn"}, Sign.SAME_NATIVE_PLACE),
    ],
)
def test_one_mistake_is_forgiven_and_named(changes: dict[str, object], sign: Sign) -> None:
    pair = _only_match(replace(THUY, **changes))  # type: ignore[arg-type]  # one field each
    assert pair.likeness is Likeness.LIKELY
    assert sign in pair.evidence.signs


def test_y_and_i_are_one_name_only_where_they_sound_alike() -> None:
    sy = replace(THUY, full_name="Trần Văn Sỹ", sex="1", id_numbers=())
    index = DuplicateIndex([replace(sy, key="sy")])
    match, *_ = index.matches(replace(sy, key="si", full_name="Trần Văn Sĩ"))
    assert match.likeness is Likeness.LIKELY
    assert Sign.NAME_MARKS in match.evidence.signs
    thuy, thui = replace(THUY, key="a"), replace(THUY, key="b", full_name="Lê Thị Ngọc Thủi")
    (pair,) = find_duplicates([thuy, thui])
    assert Sign.NAME_MARKS not in pair.evidence.signs


@pytest.mark.parametrize(
    "changes",
    [
        {"full_name": "Lê Thị Ngọc Thảo", "id_numbers": ("003185987654",)},  # her twin
        {"full_name": "Lê Thị Ngọc Thảo", "id_numbers": ()},
        {"birth_date": "1961-01-01", "id_numbers": ("003161987654",)},  # a namesake
        {"id_numbers": ("003185987654",)},  # each has a card of her own
        # Twins of like names: nobody's marks were left out, and cards are given out in a row.
        {"full_name": "Lê Thị Ngọc Thùy", "id_numbers": ()},
        {"full_name": "Lê Thị Kim Thủy", "id_numbers": ()},
        {"full_name": "Lê Thị Ngọc Thảo", "id_numbers": ("031234568",)},
    ],
)
def test_who_only_looks_alike_is_not_likely(changes: dict[str, object]) -> None:
    index = DuplicateIndex([*_neighbours(), THUY])
    other = replace(THUY, key="other", **changes)  # type: ignore[arg-type]  # one field each
    likely = [pair for pair in index.matches(other) if pair.likeness is Likeness.LIKELY]
    assert "thuy" not in [pair.first for pair in likely]


def test_a_number_given_to_two_people_is_a_case_of_its_own() -> None:
    other = IdentityRow(
        key="other",
        full_name="Trần Văn Hùng",
        birth_date="1970-12-30",
        sex="1",
        id_numbers=("003185123456",),
    )
    (pair,) = find_duplicates([THUY, other])
    assert pair.likeness is Likeness.SHARED_NUMBER
    assert "cùng một số" in explained(pair)


@pytest.mark.parametrize("number", ["không có", "0", "000000000", "123456789", "x", "03185"])
def test_what_stands_for_a_number_and_is_none_makes_nobody_one(number: str) -> None:
    people = [replace(person, id_numbers=(number,)) for person in _neighbours()]
    signs = {sign for pair in find_duplicates(people) for sign in pair.evidence.signs}
    assert signs.isdisjoint({Sign.SAME_ID_NUMBER, Sign.SAME_OLD_NUMBER})


def test_a_number_that_a_whole_hamlet_has_tells_nothing() -> None:
    people = [replace(person, id_numbers=("271234567",)) for person in _neighbours()]
    assert all(Sign.SAME_OLD_NUMBER not in pair.evidence.signs for pair in find_duplicates(people))
    other = replace(THUY, key="other", id_numbers=("271234567",))
    assert all(
        Sign.SAME_OLD_NUMBER not in pair.evidence.signs
        for pair in DuplicateIndex(people).matches(other)
    )


def test_many_namesakes_of_one_year_without_numbers_are_not_likely_one_person() -> None:
    namesakes = [
        IdentityRow(
            key=f"h{number}",
            full_name="Nguyễn Thị Hoa",
            birth_date=str(1940 + number % 20),
            sex="2",
            native_place="Đồng Nai",
        )
        for number in range(60)
    ]
    crowd = [
        replace(person, key=f"x{person.key}") for person in labelled_people(6_000, seed=4).people
    ]
    likely = [
        pair
        for pair in find_duplicates([*namesakes, *crowd])
        if pair.likeness is Likeness.LIKELY and pair.first.startswith("h")
    ]
    assert not likely


def test_a_rare_name_tells_more_than_a_common_one() -> None:
    crowd = [
        IdentityRow(key=f"c{number}", full_name="Nguyễn Văn Hùng", birth_date=str(1940 + number))
        for number in range(60)
    ]
    rare = IdentityRow(key="rare", full_name="Điểu N'Rang", birth_date="1950")
    names = NameFrequencies()
    names.add_all(map(folded, [*crowd, rare]))
    of_rare = compare(folded(rare), folded(rare), names)
    of_common = compare(folded(crowd[10]), folded(crowd[10]), names)
    assert of_rare.signs == of_common.signs
    assert of_rare.weight > of_common.weight + 2


def test_every_pair_is_explained_in_words() -> None:
    assert set(SIGNS_VI) == set(Sign)
    pair = _only_match(replace(THUY, full_name="Lê Thủy", birth_date="1985-09-04"))
    assert explained(pair).startswith("Nhiều khả năng là một người: một bên thiếu chữ đệm")


def test_the_order_of_the_list_changes_nothing() -> None:
    people = labelled_people(1_500, seed=11).people
    once = {frozenset((pair.first, pair.second)): pair for pair in find_duplicates(people)}
    again = {frozenset((pair.first, pair.second)): pair for pair in find_duplicates(people[::-1])}
    assert {pair: one.likeness for pair, one in once.items()} == {
        pair: one.likeness for pair, one in again.items()
    }


def test_a_whole_list_is_searched_better_than_by_the_plain_rule() -> None:
    """The bars are far below the figures of the benchmark; this catches a broken key."""
    labelled = labelled_people(4_000, seed=5)
    likely = {
        (min(pair.first, pair.second), max(pair.first, pair.second))
        for pair in find_duplicates(labelled.people)
        if pair.likeness is Likeness.LIKELY
    }
    right = len(likely & labelled.pairs)
    assert right / len(labelled.pairs) > 0.97
    assert right / len(likely) > 0.95
    assert len(plain_rule(labelled.people) & labelled.pairs) < right


def test_the_generator_makes_every_mistake_and_repeats_itself() -> None:
    first, again = labelled_people(9_000, seed=8), labelled_people(9_000, seed=8)
    assert first.people == again.people
    assert first.pairs == again.pairs
    made = Counter(name for names in first.mistakes.values() for name in names)
    assert len(made) == 16
    assert min(made.values()) > 0
    assert len({person.key for person in first.people}) == len(first.people) == 9_000


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            IdentityRow,
            key=st.uuids().map(str),
            full_name=st.text(max_size=30) | st.sampled_from(["Lê An", "Lê Thị An", "\ud800"]),
            birth_date=st.sampled_from(["", "1985", "1985-04", "1985-04-09", "1985-09-04", "x"]),
            sex=st.sampled_from(["", "1", "2", "?"]),
            id_numbers=st.lists(st.text(max_size=14) | st.just("003185123456"), max_size=3),
            residence=st.text(max_size=10),
        ),
        max_size=6,
    )
)
def test_any_list_can_be_searched(people: list[IdentityRow]) -> None:
    for pair in find_duplicates(people):
        assert pair.first != pair.second
        assert explained(pair)
