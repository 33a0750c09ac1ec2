"""What a register sent does not come back to it, unless somebody else had a hand in it."""

from __future__ import annotations

from datetime import UTC, datetime

from desktop.domain.syncing import SyncReport
from desktop.store.documents import Edit
from desktop.store.holdings import holdings
from desktop.store.inbox import RegisterInbox
from sync.protocol.documents import DocumentType
from tests.support.offices import Clock, Office
from tests.sync.client.test_engine import Officers, enter

REGISTER = "99001/register"


def sync(office: Office) -> SyncReport:
    report = office.syncing.run()
    assert report.problem is None, report
    return report


def persons(office: Office) -> dict[str, str]:
    """Id -> name."""
    return {
        document_id: fields["full_name"]
        for document_id, fields in holdings(office.register)[REGISTER].items()
        if "full_name" in fields
    }


def edit(office: Office, **fields: str) -> None:
    (person_id,) = persons(office)
    office.register.save(
        [Edit(DocumentType.PERSON, person_id, "99001", fields)],
        author="Lê Thị Bình",
        at=datetime(2026, 11, 22, tzinfo=UTC),
        action="test",
    )


def cursors(office: Office) -> dict[str, int]:
    return dict(RegisterInbox(office.register, clock=Clock(), author="x").cursors())


def test_a_register_alone_gets_nothing_of_its_own_back(officers: Officers) -> None:
    one, two = officers
    for number in range(3):
        enter(one, f"Trần Thị {number}", f"00319000000{number}")
        report = sync(one)
        assert (report.pushed, report.pulled) == (3, 0)
    assert sync(two).pulled == 9
    assert cursors(one) == cursors(two)
    assert holdings(one.register) == holdings(two.register)


def test_what_another_wrote_in_between_comes_with_ones_own(officers: Officers) -> None:
    one, two = officers
    enter(one, "Trần Thị Một", "003190000001")
    sync(one)
    enter(two, "Lý Văn Hai", "003190000002")
    assert sync(two).pulled == 6  # three of the first, and its own behind them
    enter(one, "Vũ Thị Ba", "003190000003")
    assert sync(one).pulled == 6
    assert set(persons(one).values()) == {"Trần Thị Một", "Lý Văn Hai", "Vũ Thị Ba"}
    assert sync(one).pulled == 0
    sync(two)
    assert cursors(one) == cursors(two)
    assert holdings(one.register) == holdings(two.register)


def test_a_merged_document_comes_back(officers: Officers) -> None:
    one, two = officers
    enter(one, "Trần Thị Một", "003190000001")
    sync(one)
    sync(two)
    edit(two, dwelling="Thôn 2")
    edit(one, phone="0912345678")
    assert sync(two).pulled == 0
    assert sync(one).pulled == 1
    assert sync(two).pulled == 1
    assert holdings(one.register) == holdings(two.register)


def test_a_document_edited_twice_before_the_sync_does_not_come_back(officers: Officers) -> None:
    one, two = officers
    enter(one, "Trần Thị Một", "003190000001")
    edit(one, full_name="Trần Thị Mốt")
    report = sync(one)
    assert report.pulled == 0
    sync(two)
    assert set(persons(two).values()) == {"Trần Thị Mốt"}
    assert holdings(one.register) == holdings(two.register)
