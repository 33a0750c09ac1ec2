"""The synthetic people: nobody's numbers, all ages, the same for the same seed."""

from __future__ import annotations

from datetime import date
from itertools import chain

from desktop.domain.preloading import PreloadedPerson
from desktop.training.people import households
from desktop.training.province import training_province

TODAY = date(2026, 11, 22)


def people(*, count: int = 200, doubts: float = 0.03, seed: int = 1) -> list[PreloadedPerson]:
    made = households(count=count, commune_code="99001", today=TODAY, doubts=doubts, seed=seed)
    return list(chain.from_iterable(household.persons for household in made))


def test_the_same_seed_makes_the_same_people() -> None:
    assert people() == people()
    assert people() != people(seed=2)


def test_every_number_begins_with_the_prefix_that_is_assigned_to_nobody() -> None:
    numbers = [n for p in people() if (n := p.fields.get("id_number"))]
    assert len(numbers) > 500
    assert {number[:3] for number in numbers} == {training_province().id_prefix} == {"003"}


def test_without_doubts_every_number_tells_sex_and_birth_year() -> None:
    for person in people(doubts=0.0):
        number, year = person.fields["id_number"], int(person.fields["birth_date"][:4])
        assert len(number) == 12
        assert int(number[3]) % 2 == (person.fields["sex"] == "2")
        assert int(number[4:6]) == year % 100
        assert int(number[3]) // 2 == (year - 1900) // 100


def test_there_are_people_of_all_ages_and_some_births_are_only_a_year() -> None:
    births = [person.fields["birth_date"] for person in people()]
    ages = [TODAY.year - int(birth[:4]) for birth in births]
    assert min(ages) < 6
    assert max(ages) > 75
    assert any(15 <= age <= 18 for age in ages)
    assert 5 < sum(len(birth) == 4 for birth in births) < len(births) / 5


def test_every_household_has_one_head_and_its_own_code() -> None:
    made = list(households(count=50, commune_code="99002", today=TODAY))
    assert [sum(p.is_head for p in household.persons) for household in made] == [1] * 50
    assert len({household.code for household in made}) == 50
