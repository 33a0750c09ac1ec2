"""Ages of people whose birth date lacks its day or month."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.ages import (
    AS_KNOWN,
    PENSION,
    Certainty,
    age_on,
    age_rule,
    age_rules,
    ages_on,
    has_reached,
    is_under,
)
from forms.dates import PartialDate, parse_stored

ON = date(2026, 11, 22)


def born(stored: str) -> PartialDate:
    parsed = parse_stored(stored)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("birth", "rule", "ages"),
    [
        ("1950-11-22", AS_KNOWN, (76, 76)),
        ("1950-11-23", AS_KNOWN, (75, 75)),
        ("1950-11", AS_KNOWN, (75, 76)),
        ("1950-10", AS_KNOWN, (76, 76)),
        ("1950", AS_KNOWN, (75, 76)),
        ("1950", PENSION, (76, 76)),
        ("1950-11", PENSION, (76, 76)),
        ("1950-12", PENSION, (75, 75)),
        ("1950-11-23", PENSION, (75, 75)),
        ("2027", AS_KNOWN, (-2, -1)),
    ],
)
def test_an_age_is_a_span_unless_a_rule_fills_in_the_date(
    birth: str, rule: str, ages: tuple[int, int]
) -> None:
    assert ages_on(born(birth), ON, rule=age_rule(rule)) == ages
    expected = ages[0] if ages[0] == ages[1] else None
    assert age_on(born(birth), ON, rule=age_rule(rule)) == expected


@pytest.mark.parametrize(
    ("birth", "reached"),
    [
        ("2011-11-22", Certainty.YES),
        ("2011-11-23", Certainty.NO),
        ("2011-11", Certainty.UNKNOWN),
        ("2011-10", Certainty.YES),
        ("2011-12", Certainty.NO),
        ("2011", Certainty.UNKNOWN),
        ("2010", Certainty.YES),
        ("2012", Certainty.NO),
    ],
)
def test_from_fifteen_is_yes_no_or_unknown(birth: str, reached: Certainty) -> None:
    assert has_reached(born(birth), 15, ON) is reached
    assert is_under(born(birth), 15, ON) is ~reached


def test_a_year_counts_from_its_first_day_for_pensions() -> None:
    assert has_reached(born("1964"), 62, date(2026, 1, 1), rule=age_rule(PENSION)) is Certainty.YES
    assert has_reached(born("1964"), 62, date(2026, 1, 1)) is Certainty.UNKNOWN


def test_who_was_born_on_a_leap_day_is_older_on_the_first_of_march() -> None:
    assert has_reached(born("2008-02-29"), 18, date(2026, 2, 28)) is Certainty.NO
    assert has_reached(born("2008-02-29"), 18, date(2026, 3, 1)) is Certainty.YES


def test_every_rule_tells_its_source_and_its_days() -> None:
    assert {AS_KNOWN, PENSION} <= set(age_rules())
    assert all(rule.source and rule.applies_to_vi for rule in age_rules().values())
    pension = age_rule(PENSION)
    assert not pension.is_in_force(date(2025, 6, 30))
    assert pension.is_in_force(date(2025, 7, 1))
    assert age_rule(AS_KNOWN).is_in_force(date(1990, 1, 1))
    with pytest.raises(KeyError):
        age_rule("no_such_rule")


@given(
    st.dates(min_value=date(1850, 1, 1), max_value=date(2100, 1, 1)),
    st.dates(min_value=date(1850, 1, 1), max_value=date(2100, 1, 1)),
    st.sampled_from((1, 2, 3)),
)
def test_the_true_age_lies_in_the_span(birth: date, on: date, parts: int) -> None:
    known = PartialDate(
        birth.year, birth.month if parts > 1 else None, birth.day if parts > 2 else None
    )
    (true_age, same) = ages_on(PartialDate(birth.year, birth.month, birth.day), on)
    least, greatest = ages_on(known, on)
    assert true_age == same
    assert least <= true_age <= greatest
    assert greatest - least <= 1
    assert ages_on(known, on + timedelta(days=1))[0] >= least
