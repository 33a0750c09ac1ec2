"""Restricted data sets reach the devices they were granted to, and no other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from uuid import UUID

import pytest

from sync.protocol.documents import (
    RESTRICTED,
    SUBMISSIONS,
    DataSet,
    DocumentType,
    Role,
    bucket_of,
)
from sync.protocol.messages import Drop, Enrolled, Grant, Hold, Outcome
from sync.server.enrolment import new_code
from sync.server.provinces import grant, revoke
from tests.support.desk import Desk
from tests.support.server import Province, ServerProcess
from tests.sync.server.conftest import MakeDesk

RIGHT = DataSet.CHILDREN_RESTRICTED
RECORDS, HANDED_IN = bucket_of("99001", RIGHT), bucket_of("99001", SUBMISSIONS[RIGHT])
FORM = "cv2513_2022_children_special"
SECRET = "chỉ người được cấp mới đọc"


@pytest.fixture
def desks(server: ServerProcess, province: Province) -> Iterator[dict[Role, Desk]]:
    """One desk for each role, enrolled with a code that carries the right."""
    made: dict[Role, Desk] = {}
    for role in Role:
        desk = made[role] = Desk(server.url)
        office = province.office(role, "99001")
        with province.engine.begin() as connection:
            code = new_code(connection, office_id=office, user_name="Tổ", rights=[RIGHT])
        answer = desk.enrol(code)
        assert isinstance(answer, Enrolled)
        assert answer.rights == [RIGHT.value]
        desk.login()
    yield made
    for desk in made.values():
        desk.http.close()


def make_both(desk: Desk) -> None:
    """Queue a restricted record and what was handed in of it."""
    fields = {"form_id": FORM, "person_id": "p", "answers.note": SECRET}
    desk.create(DocumentType.RECORD, fields, bucket=RECORDS)
    desk.create(DocumentType.SUBMISSION, {**fields, "record_id": "r", "round": 1}, bucket=HANDED_IN)


def test_what_is_restricted_reaches_only_who_has_the_right(
    desks: dict[Role, Desk], make_desk: MakeDesk
) -> None:
    make_both(desks[Role.OFFICER])
    results = desks[Role.OFFICER].push().results
    assert [result.s for result in results] == [Outcome.APPLIED, Outcome.APPLIED]
    seen = {
        Role.OFFICER: {RECORDS, HANDED_IN},
        Role.POLICE: set(),
        Role.COLLECTOR: {HANDED_IN},
        Role.RELAY: set(),
    }
    for role, desk in desks.items():
        page = desk.pull()
        assert {row.bucket for row in page.rows} == seen[role]
        assert (SECRET in repr(page)) is bool(seen[role])
        plain = make_desk(role).pull({RECORDS: 0, HANDED_IN: 0})
        assert plain.rows == []
        assert plain.drops == [Drop(bucket=RECORDS), Drop(bucket=HANDED_IN)]
        assert not {RECORDS, HANDED_IN} & plain.end.digest.keys()


def test_without_the_right_nothing_restricted_can_be_written(
    desks: dict[Role, Desk], make_desk: MakeDesk
) -> None:
    for role in Role:
        desk = make_desk(role)
        make_both(desk)
        assert {result.why for result in desk.push().results} == {Hold.BUCKET.value}
    for role in (Role.POLICE, Role.COLLECTOR):  # nor with it by who makes no records
        make_both(desks[role])
        assert {result.s for result in desks[role].push().results} == {Outcome.HELD}


def test_a_form_lies_only_in_its_own_data_set(desks: dict[Role, Desk]) -> None:
    officer = desks[Role.OFFICER]
    for bucket in ("99001/labour", "99001/children", HANDED_IN):
        officer.create(DocumentType.RECORD, {"form_id": FORM}, bucket=bucket)
        officer.create(DocumentType.RECORD, {"form_id": "tt11_2022_m03"}, bucket=RECORDS)
    labour = officer.create(DocumentType.RECORD, {"form_id": "tt11_2022_m03"})
    officer.set(DocumentType.RECORD, labour.document_id, {"form_id": FORM})
    results = officer.push().results
    assert [result.why for result in results[:6]] == [Hold.BUCKET.value] * 6
    assert [result.why for result in results[6:]] == ["", Hold.BUCKET.value]


def test_a_right_can_be_given_and_taken_later(
    officer: Desk, desks: dict[Role, Desk], province: Province
) -> None:
    make_both(desks[Role.OFFICER])
    desks[Role.OFFICER].push()
    cursors = officer.pull().end.next
    change_rights(province, "device-grant", officer.device)
    listed = program(province, "device-list").stdout
    [line] = [line for line in listed.splitlines() if line.startswith(officer.device)]
    assert line.split("\t")[4] == RIGHT.value
    page = officer.pull(cursors)
    assert page.grants == [Grant(bucket=RECORDS, count=1), Grant(bucket=HANDED_IN, count=1)]
    assert {row.bucket for row in page.rows} == {RECORDS, HANDED_IN}
    change_rights(province, "device-revoke", officer.device)
    page = officer.pull(page.end.next)
    assert page.drops == [Drop(bucket=RECORDS), Drop(bucket=HANDED_IN)]
    assert page.rows == []


def test_rights_do_not_add_up_twice_and_unknown_devices_are_told(province: Province) -> None:
    unknown = "0190b0c0-0000-7000-8000-000000000000"
    told = program(province, "device-grant", "--device", unknown, "--right", RIGHT.value)
    assert told.returncode == 2
    assert "no such device" in told.stderr
    told = program(province, "device-grant", "--device", unknown, "--right", "register")
    assert told.returncode == 2
    for right in RESTRICTED:
        assert right.value in told.stderr.replace("\n", " ")


def test_giving_a_right_twice_is_giving_it_once(officer: Desk, province: Province) -> None:
    with province.engine.begin() as connection:
        for _ in range(2):
            grant(connection, UUID(officer.device), RIGHT)
        revoke(connection, UUID(officer.device), RIGHT)
    assert RECORDS not in officer.pull().end.next


def change_rights(province: Province, command: str, device: str) -> None:
    """Run the server's program, as the province's administrator does."""
    done = program(province, command, "--device", device, "--right", RIGHT.value)
    assert done.returncode == 0, done.stderr


def program(province: Province, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``so-an-sinh-server`` on the database of the province."""
    url = province.engine.url.render_as_string(hide_password=False)
    return subprocess.run(
        [sys.executable, "-m", "sync.server", *arguments],
        env={**os.environ, "SO_AN_SINH_DATABASE_URL": url, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
