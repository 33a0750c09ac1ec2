"""Reading the ledger: newest first, page by page, by who, what, when and about whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from desktop.domain.ledger import GROUPS, Action, ActionGroup, LedgerQuery
from desktop.domain.people import PersonId
from desktop.store import ledger, ledger_reading
from desktop.store.register import Register
from sync.protocol.documents import DocumentType
from tests.desktop.store.edits import NOW, an_id, edit, person, save


def _note(register: Register, by: str, action: Action, at: datetime = NOW, about: str = "") -> None:
    objects = [("person", about)] if about else []
    ledger.note(register, at=at, by=by, action=action, objects=objects)


def _numbers(register: Register, query: LedgerQuery) -> list[int]:
    found = ledger_reading.lines(register, query, limit=100)
    assert ledger_reading.count(register, query) == len(found)
    return [line.n for line in found]


def test_lines_come_newest_first_page_by_page(register: Register) -> None:
    for _ in range(24):
        _note(register, "Lan", Action.PERSON_VIEW)
    seen: list[int] = []
    before = None
    while page := ledger_reading.lines(register, limit=10, before=before):
        seen += [line.n for line in page]
        before = page[-1].n
    assert seen == list(range(25, 0, -1))
    assert ledger_reading.count(register) == 25


def test_lines_written_after_a_reading_are_found_too(register: Register) -> None:
    assert ledger_reading.count(register) == 1
    one = an_id()
    save(register, person(one, full_name="Lê An"))
    query = LedgerQuery(objects=(one,))
    assert _numbers(register, query) == [2]
    _note(register, "Hoa", Action.PERSON_VIEW, about=one)
    assert _numbers(register, query) == [3, 2]


@pytest.fixture
def mixed(register: Register) -> Register:
    """Line 1 makes the register; then views and searches of two people over three days."""
    days = [datetime(2026, 11, day, 16, 59, 59, tzinfo=UTC) for day in (20, 21)]
    _note(register, "Lan", Action.PERSON_VIEW, days[0])  # 2: 20/11, 23:59:59 in Việt Nam
    _note(register, "Lan", Action.PEOPLE_SEARCH, days[0].replace(hour=17, minute=0, second=0))  # 3
    _note(register, "Hoa", Action.PERSON_VIEW, days[1])  # 4: 21/11, 23:59:59
    _note(register, "Hoa", Action.CHECK_VIEW, days[1].replace(hour=17, minute=0, second=0))  # 5
    return register


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (LedgerQuery(by="Hoa"), [5, 4]),
        (LedgerQuery(actions=GROUPS[ActionGroup.VIEWS]), [5, 4, 2]),
        (LedgerQuery(by="Lan", actions=frozenset({"person.view"})), [2]),
        (LedgerQuery(by="Lan", first_day=date(2026, 11, 21), last_day=date(2026, 11, 21)), [3]),
        (LedgerQuery(actions=GROUPS[ActionGroup.VIEWS], last_day=date(2026, 11, 20)), [2]),
        (LedgerQuery(first_day=date(2026, 11, 21), last_day=date(2026, 11, 21)), [4, 3]),
        (LedgerQuery(by="Nobody"), []),
        (LedgerQuery(objects=("nowhere",)), []),
    ],
)
def test_filters_hold_together(mixed: Register, query: LedgerQuery, numbers: list[int]) -> None:
    assert _numbers(mixed, query) == numbers
    assert ledger_reading.authors(mixed) == ["Hoa", "Lan"]


def test_a_person_is_found_by_their_records_and_checks_too(register: Register) -> None:
    one, record, check, other = an_id(), an_id(), an_id(), an_id()
    save(register, person(one, full_name="Lê An"))
    save(register, edit(DocumentType.RECORD, record, {"person_id": one, "form_id": "f"}))
    save(register, edit(DocumentType.CHECK, check, {"person_id": one}))
    save(register, person(other, full_name="Lê Ba"))
    about = ledger_reading.documents_about(register, PersonId(one))
    assert set(about) == {one, record, check}
    assert _numbers(register, LedgerQuery(objects=tuple(about))) == [4, 3, 2]


def test_what_lines_are_found_by_can_be_made_anew(
    mixed: Register, reopened: Callable[[], Register]
) -> None:
    before = _numbers(mixed, LedgerQuery(by="Hoa"))
    ledger_reading.forget(mixed)
    again = reopened()
    assert _numbers(again, LedgerQuery(by="Hoa")) == before


def test_a_damaged_line_is_shown_as_one_and_hides_no_other(mixed: Register) -> None:
    with mixed.writing() as transaction:
        transaction.driver.execute("UPDATE ledger SET entry = CAST(x'ff' AS TEXT) WHERE n = 3")
    assert [(line.n, line.action) for line in ledger_reading.lines(mixed, limit=3)] == [
        (5, "check.view"),
        (4, "person.view"),
        (3, ""),
    ]
