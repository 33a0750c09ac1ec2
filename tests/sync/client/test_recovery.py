"""Whatever was lost at either end, what an office entered reaches the server, once."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from desktop.domain.syncing import SyncReport
from desktop.errors import ExternalError, Problem
from desktop.store.change_lists import held_changes
from desktop.store.documents import Edit
from desktop.store.holdings import holdings
from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import Value
from sync.server.provinces import renew_epoch
from tests.desktop.store.edits import COMMUNE, an_id
from tests.support.backups import copy_of_database, restore_database
from tests.support.offices import Clock, Office
from tests.support.proxy import Cut, FaultProxy
from tests.support.server import Province, ServerProcess

Officers = tuple[Office, Office]

_TOO_LONG = "x" * 20_000
_AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def sync(*offices: Office) -> SyncReport:
    for office in offices:
        report = office.syncing.run()
        assert report.problem is None, report
    return report


def names(office: Office) -> set[str]:
    return {row.full_name for row in office.people.search("", limit=100)}


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


def code_of(province: Province) -> str:
    return province.code(province.office(Role.OFFICER, "99001"), user="Lê Thị Bình")


def revoke(office: Office, province: Province) -> None:
    with province.engine.begin() as connection:
        connection.execute(
            text("UPDATE devices SET revoked_at = now() WHERE id = :id"),
            {"id": getattr(office.syncing.enrolment(), "device_id", "")},
        )
    assert office.syncing.run().problem is Problem.DEVICE_REVOKED


def test_a_server_older_than_the_enrolment_gets_everything_after_a_new_one(
    server: ServerProcess, province: Province, tmp_path: Path, clock: Clock
) -> None:
    code = code_of(province)
    backup = copy_of_database(province)
    office = Office.create(tmp_path / "one", author="Lê Thị Bình", clock=clock)
    office.syncing.enrol(server_url=server.url, code=code)
    ids = [an_id() for _ in range(5)]
    for document_id in ids:
        save(office, person(document_id, full_name="Lê An"), household(an_id(), code="1"))
    sync(office)
    save(office, person(ids[0], sex="2"))
    sync(office)

    restore_database(province, backup)
    assert office.syncing.run().problem is Problem.NOT_ENROLLED
    save(office, person(ids[1], sex="1"))
    office.syncing.enrol(server_url=server.url, code=code_of(province))
    assert sync(office).pushed == 12
    save(office, person(ids[2], sex="2"))
    report = sync(office)
    assert (report.pushed, report.held, report.clashes) == (1, 0, 0)
    status = office.syncing.status()
    assert (status.unsent, status.receipted, status.held) == (0, 13, 0)

    other = Office.create(tmp_path / "two", author="Phạm Văn Hai", clock=clock)
    other.syncing.enrol(server_url=server.url, code=code_of(province))
    sync(other)
    assert [fields(other, name).get("sex") for name in ids] == ["2", "1", "2", None, None]
    assert_same(office, other)
    office.close()
    other.close()


def test_enrolled_again_nothing_is_applied_twice_or_held(
    officers: Officers, province: Province, server: ServerProcess
) -> None:
    one, two = officers
    ids = [an_id() for _ in range(3)]
    for document_id in ids:
        save(one, person(document_id, full_name="Lê An", sex="1"))
    save(one, person(ids[0], sex="2"))
    sync(one, two)
    save(two, person(ids[0], sex="1"))
    sync(two)
    before = holdings(two.register)
    revoke(one, province)
    one.syncing.enrol(server_url=server.url, code=code_of(province))
    report = sync(one)
    assert (report.pushed, report.clashes, report.held) == (4, 0, 0)
    sync(two)
    assert holdings(two.register) == before
    assert_same(one, two)
    assert fields(one, ids[0])["sex"] == "1"


def test_an_edit_on_top_of_a_lost_receipt_is_no_clash_after_a_new_enrolment(
    officers: Officers, province: Province, server: ServerProcess, tmp_path: Path, clock: Clock
) -> None:
    one, two = officers
    somebody = an_id()
    save(one, person(somebody, full_name="Lê An", native_place="Ấp 1"))
    folder, copy = one.register.folder, tmp_path / "copy"
    one.close()
    shutil.copytree(folder, copy)
    before = Office.open(folder, author="Lê Thị Bình", clock=clock)
    sync(before)
    before.close()

    one = Office.open(copy, author="Lê Thị Bình", clock=clock)  # as if no receipt had come
    save(one, person(somebody, full_name="Lê Ân", native_place="Ấp 2"))
    revoke(one, province)
    one.syncing.enrol(server_url=server.url, code=code_of(province))
    report = sync(one)
    assert (report.clashes, report.held) == (0, 0)
    sync(two)
    assert fields(two, somebody) == {"full_name": "Lê Ân", "native_place": "Ấp 2"}
    assert_same(one, two)
    one.close()


def test_a_lost_answer_to_a_new_enrolment_does_not_burn_the_code(
    officers: Officers, province: Province, server: ServerProcess
) -> None:
    one, two = officers
    revoke(one, province)
    code = code_of(province)
    with FaultProxy(server.url) as proxy:
        proxy.plan(Cut(request=b"POST /auth/enrol", after_answered=0))
        with pytest.raises(ExternalError):
            one.syncing.enrol(server_url=proxy.url, code=code)
    one.syncing.enrol(server_url=server.url, code=code.lower())
    save(one, person(an_id(), full_name="Lê An"))
    sync(one, two)
    assert names(two) == {"Lê An"}


def test_after_a_lost_answer_another_code_is_as_good(
    officers: Officers, province: Province, server: ServerProcess
) -> None:
    one, _ = officers
    revoke(one, province)
    with FaultProxy(server.url) as proxy:
        proxy.plan(Cut(request=b"POST /auth/enrol", after_answered=0))
        with pytest.raises(ExternalError):
            one.syncing.enrol(server_url=proxy.url, code=code_of(province))
    one.syncing.enrol(server_url=server.url, code=code_of(province))
    sync(one)


def test_a_restored_server_with_equal_versions_is_compared_by_content(
    officers: Officers, province: Province
) -> None:
    one, two = officers
    somebody = an_id()
    save(one, person(somebody, full_name="Lê An"))
    sync(one, two)
    backup = copy_of_database(province)
    save(one, person(somebody, dwelling="Ấp của một"))
    sync(one)
    restore_database(province, backup)
    with province.engine.begin() as connection:
        renew_epoch(connection)
    save(two, person(somebody, dwelling="Ấp của hai"))
    sync(two, one, two, one)
    for office in officers:
        document = office.register.document(somebody)
        assert document is not None
        beside = [clash.value for clash in document.clashes["dwelling"]]
        assert {document.fields["dwelling"], *beside} == {"Ấp của một", "Ấp của hai"}
    assert_same(one, two)


def test_an_edit_of_a_document_the_server_lost_waits_until_it_is_back(
    officers: Officers, province: Province
) -> None:
    one, two = officers
    sync(one, two)
    backup = copy_of_database(province)
    somebody = an_id()
    save(one, person(somebody, full_name="Lê An", dwelling="Ấp 1"))
    sync(one, two)
    restore_database(province, backup)
    save(two, person(somebody, dwelling="Ấp 2"))
    assert sync(two).held == 1
    sync(one, two, one)
    assert fields(one, somebody)["dwelling"] == fields(two, somebody)["dwelling"] == "Ấp 2"
    assert held_changes(two.register) == []
    assert_same(one, two)


def test_a_register_whose_key_the_server_does_not_know_can_be_enrolled_again(
    officers: Officers, province: Province, server: ServerProcess
) -> None:
    one, two = officers
    save(one, person(an_id(), full_name="Lê An"))
    one.register.set_meta({"device_key": "ab" * 32})
    assert one.syncing.run().problem is Problem.NOT_ENROLLED
    one.syncing.enrol(server_url=server.url, code=code_of(province))
    sync(one, two)
    assert names(two) == {"Lê An"}
