"""Whatever was lost at either end, what an office entered reaches the server, once."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from desktop.domain.syncing import SyncReport
from desktop.store.documents import Edit
from desktop.store.holdings import holdings
from desktop.store.outbox import held_changes
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Value
from tests.desktop.store.edits import COMMUNE, an_id
from tests.support.offices import Clock, Office

Officers = tuple[Office, Office]

_TOO_LONG = "x" * 20_000
_AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def sync(*offices: Office) -> SyncReport:
    for office in offices:
        report = office.syncing.run()
        assert report.problem is None, report
    return report


def names(office: Office) -> set[str]:
    return {row.full_name for row in office.people.search("", limit=100, offset=0)}


def person(document_id: str, **fields: Value) -> Edit:
    return Edit(DocumentType.PERSON, document_id, COMMUNE, fields)


def household(document_id: str, **fields: Value) -> Edit:
    return Edit(DocumentType.HOUSEHOLD, document_id, COMMUNE, fields)


def save(office: Office, *edits: Edit) -> None:
    office.register.save(edits, author="Lê Thị Bình", at=_AT, action="record.save")


def fields(office: Office, document_id: str) -> dict[str, Value]:
    document = office.register.document(document_id)
    assert document is not None
    return dict(document.fields)


def assert_same(one: Office, two: Office) -> None:
    assert holdings(one.register) == holdings(two.register)


def test_a_restored_register_with_more_than_one_batch_sends_all_it_has(
    officers: Officers, tmp_path: Path, clock: Clock
) -> None:
    one, two = officers
    for n in range(90):
        save(one, person(an_id(), full_name=f"Trần Thị A{n}"))
    folder, copy = one.register.folder, tmp_path / "copy"
    one.close()
    shutil.copytree(folder, copy)
    lost = Office.open(folder, author="Lê Thị Bình", clock=clock)
    sync(lost)
    for n in range(80):
        save(lost, person(an_id(), full_name=f"Trần Thị B{n}"))
    sync(lost)
    lost.close()

    restored = Office.open(copy, author="Lê Thị Bình", clock=clock)
    made = [an_id() for _ in range(60)]
    for n, document_id in enumerate(made):
        save(restored, person(document_id, full_name=f"Trần Thị C{n}"))
    sync(restored, two)
    assert [two.register.document(document_id) is None for document_id in made] == [False] * 60
    assert_same(restored, two)
    restored.close()


def test_a_restored_register_with_nothing_new_takes_new_numbers_before_it_edits(
    officers: Officers, tmp_path: Path, clock: Clock
) -> None:
    one, two = officers
    first = an_id()
    save(one, person(first, full_name="Trần Thị Một"))
    folder, copy = one.register.folder, tmp_path / "copy"
    one.close()
    shutil.copytree(folder, copy)
    lost = Office.open(folder, author="Lê Thị Bình", clock=clock)
    save(lost, person(an_id(), full_name="Trần Thị Hai"))
    sync(lost)
    lost.close()

    restored = Office.open(copy, author="Lê Thị Bình", clock=clock)
    sync(restored)
    save(restored, person(first, sex="2"))
    assert sync(restored).pushed == 1
    sync(two)
    assert fields(two, first)["sex"] == "2"
    assert names(restored) == names(two) == {"Trần Thị Một", "Trần Thị Hai"}
    assert_same(restored, two)
    restored.close()


def test_a_document_whose_creation_was_held_goes_whole_with_its_save_when_edited(
    officers: Officers,
) -> None:
    one, two = officers
    home, somebody = an_id(), an_id()
    save(
        one,
        household(home, code="12"),
        person(somebody, full_name="Lê An", household_id=home, native_place=_TOO_LONG),
    )
    assert sync(one).held == 2
    save(one, person(somebody, native_place="Ấp 1"))
    report = sync(one)
    assert (report.pushed, report.held) == (2, 0)
    save(one, household(home, code="13"))
    assert sync(one).pushed == 1
    sync(two)
    assert fields(two, home) == {"code": "13"}
    expected = {"full_name": "Lê An", "household_id": home, "native_place": "Ấp 1"}
    assert fields(two, somebody) == expected
    assert held_changes(one.register) == []
    assert_same(one, two)


def test_a_held_creation_corrected_before_the_first_sync_arrives_by_itself(
    officers: Officers,
) -> None:
    one, two = officers
    home, somebody = an_id(), an_id()
    save(one, household(home, code="12"), person(somebody, full_name=_TOO_LONG))
    save(one, person(somebody, full_name="Lê An"))
    save(one, household(home, hamlet="Ấp 1"), person(somebody, sex="2"))
    sync(one, two)
    assert fields(two, somebody) == {"full_name": "Lê An", "sex": "2"}
    assert fields(two, home) == {"code": "12", "hamlet": "Ấp 1"}
    assert (one.syncing.status().unsent, held_changes(one.register)) == (0, [])
    assert_same(one, two)


def test_a_creation_that_stays_wrong_is_held_and_not_sent_for_ever(officers: Officers) -> None:
    one, two = officers
    somebody = an_id()
    save(one, person(somebody, full_name="Lê An", native_place=_TOO_LONG))
    save(one, person(somebody, sex="2"))
    assert sync(one).held == 3
    assert sync(one).pushed == 0
    assert one.syncing.status().unsent == 0
    assert fields(one, somebody)["sex"] == "2"
    save(one, person(somebody, native_place="Ấp 1"))
    sync(one, two)
    assert fields(two, somebody) == {"full_name": "Lê An", "native_place": "Ấp 1", "sex": "2"}
