"""Partial dates: what is typed, what is stored, what is shown."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.dates import FIRST_TYPED_YEAR, PartialDate, display, parse_stored, parse_typed
from forms.definition import DatePrecision


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1945", "1945"),
        ("00/00/1945", "1945"),
        ("--/--/1945", "1945"),
        ("-/-/1945", "1945"),
        ("??/??/1945", "1945"),
        (" 1945 ", "1945"),
        ("3/1950", "1950-03"),
        ("03/1950", "1950-03"),
        ("00/03/1950", "1950-03"),
        ("--/3/1950", "1950-03"),
        ("031950", "1950-03"),
        ("12/03/1950", "1950-03-12"),
        ("12/3/1950", "1950-03-12"),
        ("12-03-1950", "1950-03-12"),
        ("12.03.1950", "1950-03-12"),
        ("12 03 1950", "1950-03-12"),
        ("12 / 03 / 1950", "1950-03-12"),
        ("12031950", "1950-03-12"),
        ("1950-03", "1950-03"),
        ("1950-03-12", "1950-03-12"),
        ("29/02/2000", "2000-02-29"),
        ("１９４５", "1945"),
        ("１２／０３／１９５０", "1950-03-12"),
        ("12–03–1950", "1950-03-12"),
    ],
)
def test_a_typed_date_is_stored_with_what_is_known(typed: str, stored: str) -> None:
    parsed = parse_typed(typed)
    assert parsed is not None
    assert parsed.stored == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "không rõ",
        "50",
        "12/03/50",
        "120350",
        "31/02/1950",
        "29/02/1900",
        "13/1950",
        "00/13/1950",
        "12/00/1950",
        "12/--/1950",
        "0000",
        "1/1/1",
        "19500",
        "12/03/1950/1",
        "١٩٤٥",
        f"{FIRST_TYPED_YEAR - 1}",
    ],
)
def test_what_is_no_date_is_none(typed: str) -> None:
    assert parse_typed(typed) is None


@pytest.mark.parametrize("text", ["1950-3", "1950-00", "1950-01-00", "12/03/1950", "0000", " 1950"])
def test_only_the_stored_spelling_is_read_as_stored(text: str) -> None:
    assert parse_stored(text) is None


@pytest.mark.parametrize(
    ("stored", "shown", "first", "last", "precision"),
    [
        ("1945", "1945", date(1945, 1, 1), date(1945, 12, 31), DatePrecision.YEAR),
        ("1952-02", "02/1952", date(1952, 2, 1), date(1952, 2, 29), DatePrecision.MONTH),
        ("1950-03-12", "12/03/1950", date(1950, 3, 12), date(1950, 3, 12), DatePrecision.DAY),
    ],
)
def test_a_partial_date_knows_its_span(
    stored: str, shown: str, first: date, last: date, precision: DatePrecision
) -> None:
    parsed = parse_stored(stored)
    assert parsed is not None
    assert (parsed.displayed, parsed.earliest(), parsed.latest()) == (shown, first, last)
    assert parsed.precision is precision
    assert display(stored) == shown


def test_what_is_no_date_is_displayed_as_it_is() -> None:
    assert display("năm Tý") == "năm Tý"


@pytest.mark.parametrize(
    ("stored", "enough_for"),
    [
        ("1945", {DatePrecision.YEAR}),
        ("1945-01", {DatePrecision.YEAR, DatePrecision.MONTH}),
        ("1945-01-02", set(DatePrecision)),
    ],
)
def test_precision_is_an_order(stored: str, enough_for: set[DatePrecision]) -> None:
    parsed = parse_stored(stored)
    assert parsed is not None
    assert {precision for precision in DatePrecision if parsed.is_at_least(precision)} == enough_for


@st.composite
def partial_dates(draw: st.DrawFn) -> PartialDate:
    day = draw(st.dates(min_value=date(FIRST_TYPED_YEAR, 1, 1), max_value=date(2200, 12, 31)))
    precision = draw(st.sampled_from(DatePrecision))
    return PartialDate(
        day.year,
        None if precision is DatePrecision.YEAR else day.month,
        day.day if precision is DatePrecision.DAY else None,
    )


@given(partial_dates())
def test_every_spelling_leads_back_to_the_same_date(partial: PartialDate) -> None:
    assert parse_stored(partial.stored) == partial
    assert parse_typed(partial.stored) == partial
    assert parse_typed(partial.displayed) == partial


@given(partial_dates())
def test_no_day_is_invented(partial: PartialDate) -> None:
    assert partial.earliest() <= partial.latest()
    assert (partial.earliest() == partial.latest()) == (partial.precision is DatePrecision.DAY)


@pytest.mark.parametrize(
    ("one", "other", "may_be_same", "is_part"),
    [
        ("1950", "1950", True, False),
        ("1950", "1950-03", True, True),
        ("1950", "1950-03-12", True, True),
        ("1950-03", "1950-03-12", True, True),
        ("1950-03-12", "1950", True, False),
        ("1950", "1951-03", False, False),
        ("1950-03", "1950-04-12", False, False),
        ("1950-03-12", "1950-03-13", False, False),
    ],
)
def test_a_partial_date_is_compared_by_what_it_says(
    one: str, other: str, may_be_same: bool, is_part: bool
) -> None:
    first, second = parse_stored(one), parse_stored(other)
    assert first is not None
    assert second is not None
    assert first.may_be_same(second) is second.may_be_same(first) is may_be_same
    assert first.is_part_of(second) is is_part


@given(partial_dates(), partial_dates())
def test_dates_may_be_the_same_when_their_spans_meet(one: PartialDate, other: PartialDate) -> None:
    meet = one.earliest() <= other.latest() and other.earliest() <= one.latest()
    assert one.may_be_same(other) == meet


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_none(text: str) -> None:
    for parsed in (parse_typed(text), parse_stored(text)):
        assert parsed is None or parse_stored(parsed.stored) == parsed
