"""Texts for dates: what they say, what is wrong with them, and what may be meant."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.date_entry import DateEntry, DateSpelling, parse_entry
from forms.dates import parse_stored
from forms.findings import Code

ON = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "stored", "spelling"),
    [
        ("1945", "1945", DateSpelling.DIGITS_ONLY),
        ("031950", "1950-03", DateSpelling.DIGITS_ONLY),
        ("12031950", "1950-03-12", DateSpelling.DIGITS_ONLY),
        ("00/00/1945", "1945", DateSpelling.DAY_FIRST),
        ("--/--/1945", "1945", DateSpelling.DAY_FIRST),
        ("3/1950", "1950-03", DateSpelling.DAY_FIRST),
        ("12/3/1950", "1950-03-12", DateSpelling.DAY_FIRST),
        ("12-03-1950", "1950-03-12", DateSpelling.DAY_FIRST),
        ("12.3.1950", "1950-03-12", DateSpelling.DAY_FIRST),
        (" 12 / 3 / 1950 ", "1950-03-12", DateSpelling.DAY_FIRST),
        ("１２／３／１９５０", "1950-03-12", DateSpelling.DAY_FIRST),
        ("12/03/1950 00:00:00", "1950-03-12", DateSpelling.DAY_FIRST),
        ("1950-03-12", "1950-03-12", DateSpelling.YEAR_FIRST),
        ("1950-03", "1950-03", DateSpelling.YEAR_FIRST),
        ("1950-03-12T00:00:00", "1950-03-12", DateSpelling.YEAR_FIRST),
        ("ngày 12 tháng 3 năm 1950", "1950-03-12", DateSpelling.IN_WORDS),
        ("12 tháng 3 năm 1950", "1950-03-12", DateSpelling.IN_WORDS),
        ("ngày -- tháng 3 năm 1950", "1950-03", DateSpelling.IN_WORDS),
        ("Sinh ngày 12/03/1950", "1950-03-12", DateSpelling.IN_WORDS),
        ("tháng 3 năm 1950", "1950-03", DateSpelling.IN_WORDS),
        ("tháng 3/1950", "1950-03", DateSpelling.IN_WORDS),
        ("SINH NĂM 1945", "1945", DateSpelling.IN_WORDS),
        ("SN: 1945", "1945", DateSpelling.IN_WORDS),
    ],
)
def test_a_date_is_understood_and_kept_as_given(
    text: str, stored: str, spelling: DateSpelling
) -> None:
    entry = parse_entry(text)
    assert entry.value is not None
    assert (entry.value.stored, entry.spelling, entry.text) == (stored, spelling, text)
    assert entry.problem is None
    assert entry.finding(path="a", place="a", label="Ngày sinh") is None


@pytest.mark.parametrize(
    ("text", "problem", "offers"),
    [
        ("12/3/50", Code.DATE_001, ["1950-03-12"]),
        ("12/3/20", Code.DATE_001, ["1920-03-12", "2020-03-12"]),
        ("120350", Code.DATE_001, ["1950-03-12"]),
        ("3-50", Code.DATE_001, ["1950-03"]),
        ("ngày 12 năm 1950", Code.DATE_004, []),
        ("19450131", Code.DATE_005, ["1945-01-31"]),
        ("1" + " " * 300_000 + "1", Code.DATE_011, []),
        ("-" * 300_000 + "1945", Code.DATE_011, []),
        ("50", Code.DATE_001, ["1950"]),
        ("13/1950", Code.DATE_002, []),
        ("12/13/1950", Code.DATE_002, ["1950-12-13"]),
        ("12131950", Code.DATE_002, ["1950-12-13"]),
        ("1950-13-12", Code.DATE_002, ["1950-12-13"]),
        ("31/02/1950", Code.DATE_003, []),
        ("29/02/1900", Code.DATE_003, []),
        ("ngày 31 tháng 4 năm 1950", Code.DATE_003, []),
        ("12/--/1950", Code.DATE_004, []),
        ("12/00/1950", Code.DATE_004, []),
        ("1/1/1700", Code.DATE_005, []),
        ("12/3/1950 âm lịch", Code.DATE_006, []),
        ("12/3/1950 (AL)", Code.DATE_006, []),
        ("mùng 5 tháng Giêng năm 1950", Code.DATE_006, []),
        ("mồng 3", Code.DATE_006, []),
        ("Giáp Tý", Code.DATE_007, ["1924", "1984"]),
        ("năm Quý Tỵ", Code.DATE_007, ["1953", "2013"]),
        ("quí tị", Code.DATE_007, ["1953", "2013"]),
        ("tuổi Tân Mẹo", Code.DATE_007, ["1951", "2011"]),
        ("Giáp Sửu", Code.DATE_008, []),
        ("tuổi Tý", Code.DATE_008, []),
        ("tuổi con rồng", Code.DATE_008, []),
        ("33000", Code.DATE_009, ["1990-05-07"]),
        ("18334.0", Code.DATE_009, ["1950-03-12"]),
        ("không rõ", Code.DATE_010, []),
        ("Không nhớ ngày", Code.DATE_010, []),
        ("--/--/----", Code.DATE_010, []),
        ("00/00/0000", Code.DATE_010, []),
        ("?", Code.DATE_010, []),
        ("abc", Code.DATE_011, []),
        ("12/03/1950/1", Code.DATE_011, []),
        ("١٩٤٥", Code.DATE_011, []),
    ],
)
def test_what_is_no_date_is_told_with_what_may_be_meant(
    text: str, problem: Code, offers: list[str]
) -> None:
    entry = parse_entry(text, on=ON)
    assert entry.value is None
    assert entry.problem is problem
    assert [offer.stored for offer in entry.offers] == offers
    finding = entry.finding(path="a", place="a", label="Ngày sinh")
    assert finding is not None
    assert "{" not in finding.message_vi
    assert "Ngày sinh" in finding.message_vi


def test_a_short_year_without_a_day_to_stop_at_may_be_of_either_century() -> None:
    assert [offer.stored for offer in parse_entry("12/3/50").offers] == ["1950-03-12", "2050-03-12"]


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_an_empty_text_is_no_problem(text: str) -> None:
    assert parse_entry(text) == DateEntry(text)


def test_a_long_text_is_shown_shortened() -> None:
    finding = parse_entry("a" * 10_000).finding(path="a", place="a", label="Ngày sinh")
    assert finding is not None
    assert len(finding.message_vi) < 200


PIECES = st.sampled_from(
    "12,3,1950,50,00,--,/,-,., ,tháng,ngày,năm,Tý,Giáp,âm lịch,không,13,31,99999,１９".split(",")
)


@given(st.text(st.characters(), max_size=30) | st.lists(PIECES, max_size=8).map("".join))
def test_every_text_is_a_date_or_empty_or_has_a_problem(text: str) -> None:
    entry = parse_entry(text)
    assert entry.text == text
    if entry.value is None:
        assert (entry.problem is None) == (not text.strip())
    else:
        assert entry.problem is None
        assert parse_stored(entry.value.stored) == entry.value
        assert parse_entry(entry.value.displayed).value == entry.value


def test_nothing_of_a_birth_date_shows_in_a_trace() -> None:
    shown = repr(parse_entry("12/03/1950")) + repr(parse_entry("12/03/50"))
    assert "50" not in shown
