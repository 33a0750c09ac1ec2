"""A snapshot is put back after syncs: with the real server, nothing is lost and nothing doubled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from desktop.domain.backups import BackupOutcome
from desktop.domain.syncing import SyncReport
from desktop.services.backups import Backups
from desktop.store.holdings import holdings
from desktop.store.keys import DataKey
from desktop.store.register import Register
from desktop.store.restoring import preview, restore
from sync.protocol.documents import Role
from tests.support.offices import Clock, Office
from tests.support.server import Province, ServerProcess
from tests.support.worker_form import employed

Officers = tuple[Office, Office]
_AUTHOR = "Lê Thị Bình"
_LATER = datetime(2026, 11, 25, tzinfo=UTC)


def _enter(office: Office, full_name: str, number: str) -> None:
    answers = employed(
        identity__full_name=full_name,
        identity__id_number=number,
        household__household_code=number,
    )
    office.records.save(office.records.open(None), answers=answers, confirmations={})


def _rename(office: Office, before: str, after: str) -> None:
    person = office.people.search(before, limit=1)[0]
    opened = office.records.open(person.person_id)
    answers = {**opened.answers, "identity/full_name": after}
    office.records.save(opened, answers=answers, confirmations={})


def _sync(*offices: Office) -> SyncReport:
    for office in offices:
        report = office.syncing.run()
        assert report.problem is None, report
    return report


def _names(office: Office) -> list[str]:
    return sorted(row.full_name for row in office.people.search("", limit=100))


def _key(register: Register) -> DataKey:
    with register.lending_key() as key:
        return key.copy()


def _snapshot(office: Office, clock: Callable[[], datetime]) -> Path:
    result = Backups(register=office.register, clock=clock).now()
    assert result.outcome is BackupOutcome.DONE and result.snapshot is not None
    return result.snapshot.path


def _restored(office: Office, snapshot: Path, clock: Clock) -> Office:
    key, folder = _key(office.register), office.register.folder
    office.close()
    restore(folder, snapshot, snapshot_key=key, key=key, author=_AUTHOR, at=_LATER)
    return Office.open(folder, author=_AUTHOR, clock=clock)


def test_work_of_all_kinds_survives_going_back(officers: Officers, clock: Clock) -> None:
    one, two = officers
    _enter(one, "Trần Thị Một", "003190000001")
    _sync(one, two)
    _enter(one, "Trần Thị Hai", "003190000002")  # waits in the snapshot, is sent afterwards
    snapshot = _snapshot(one, clock)
    _sync(one)
    _enter(one, "Trần Thị Ba", "003190000003")  # made and sent after the snapshot
    _sync(one, two)
    _enter(two, "Trần Thị Năm", "003190000005")
    _sync(two)
    _enter(one, "Trần Thị Bốn", "003190000004")  # only in the register that is replaced
    told = preview(
        one.register.folder, snapshot, snapshot_key=_key(one.register), key=_key(one.register)
    )
    assert told.unsent_since == told.sent_twice == told.sent_since > 0

    restored = _restored(one, snapshot, clock)
    assert _names(restored) == ["Trần Thị Bốn", "Trần Thị Hai", "Trần Thị Một"]
    report = _sync(restored)
    assert (report.held, report.clashes) == (0, 0)
    _sync(two, restored)
    everybody = [f"Trần Thị {name}" for name in ("Ba", "Bốn", "Hai", "Một", "Năm")]
    assert _names(restored) == _names(two) == everybody
    assert holdings(restored.register) == holdings(two.register)
    assert restored.syncing.status().unsent == 0
    _enter(restored, "Trần Thị Sáu", "003190000006")
    _sync(restored, two)
    assert _names(two) == _names(restored) == sorted([*everybody, "Trần Thị Sáu"])
    restored.close()


def test_an_edit_made_since_is_neither_undone_nor_doubled(officers: Officers, clock: Clock) -> None:
    one, two = officers
    _enter(one, "Trần Thị Một", "003190000001")
    snapshot = _snapshot(one, clock)
    _sync(one, two)
    _rename(one, "Trần Thị Một", "Trần Thị Mười")
    _sync(one, two)
    _rename(two, "Trần Thị Mười", "Trần Thị Muôn")
    _sync(two)

    restored = _restored(one, snapshot, clock)
    assert _names(restored) == ["Trần Thị Một"]
    _sync(restored, two, restored)
    assert _names(restored) == _names(two) == ["Trần Thị Muôn"]
    assert holdings(restored.register) == holdings(two.register)
    restored.close()


def test_an_edit_not_sent_of_a_person_unknown_to_the_snapshot_arrives(
    officers: Officers, clock: Clock
) -> None:
    one, two = officers
    snapshot = _snapshot(one, clock)
    _enter(one, "Trần Thị Một", "003190000001")
    _sync(one, two)
    _rename(one, "Trần Thị Một", "Trần Thị Mười")

    restored = _restored(one, snapshot, clock)
    assert _names(restored) == []
    _sync(restored, restored, two)
    assert _names(restored) == _names(two) == ["Trần Thị Mười"]
    assert holdings(restored.register) == holdings(two.register)
    restored.close()


def test_a_pc_enrolled_anew_since_stays_enrolled(
    server: ServerProcess, province: Province, officers: Officers, clock: Clock
) -> None:
    one, two = officers
    _enter(one, "Trần Thị Một", "003190000001")
    _sync(one, two)
    snapshot = _snapshot(one, clock)
    before = one.syncing.enrolment()
    assert before is not None
    with province.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE devices SET revoked_at = now() WHERE user_name = 'Lê Thị Bình'"
        )
    one.syncing.run()
    office_id = province.office(Role.OFFICER, "99001")
    code = province.code(office_id, user=_AUTHOR)
    one.syncing.enrol(server_url=server.url, code=code)
    device = one.syncing.enrolment()
    _enter(one, "Trần Thị Hai", "003190000002")
    _sync(one)

    restored = _restored(one, snapshot, clock)
    assert restored.syncing.enrolment() == device
    _sync(restored, two)
    assert _names(restored) == _names(two) == ["Trần Thị Hai", "Trần Thị Một"]
    assert holdings(restored.register) == holdings(two.register)
    restored.close()
