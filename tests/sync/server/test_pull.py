"""The feeds: pages, cursors, grants, drops, digests, and no row ever passed over."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import msgspec
from sqlalchemy import insert

from sync.protocol.box import is_of_province
from sync.protocol.chain import digest_of
from sync.protocol.directory import DirectoryRequest, SignedDirectory, opened_directory
from sync.protocol.documents import DocumentType, Role, bucket_of, granted
from sync.protocol.messages import Digest, Drop, Grant, Row
from sync.server.tables import communes, devices, office_communes
from tests.support.desk import Desk
from tests.support.server import Province
from tests.sync.server.conftest import MakeDesk

NOTHING = Digest(n=0, x="0" * 32)


def read_all(desk: Desk, *, limit: int) -> tuple[list[Row], dict[str, int]]:
    """All rows from the beginning, page by page."""
    rows: list[Row] = []
    cursors: dict[str, int] = {}
    while True:
        page = desk.pull(cursors, limit=limit)
        assert len(page.rows) <= limit
        rows += page.rows
        cursors = page.end.next
        if not page.end.more:
            return rows, cursors
        assert page.end.digest == {}


def test_pages_bring_every_document_once(officer: Desk) -> None:
    for _ in range(25):
        person = officer.person()
        officer.create(
            DocumentType.RECORD, {"person_id": person.document_id, "form_id": "tt11_2022_m03"}
        )
    officer.push()
    rows, cursors = read_all(officer, limit=7)
    assert sorted(row.document_id for row in rows) == sorted(
        change.document_id for change in officer.changes
    )
    page = officer.pull(cursors)
    assert page.rows == []
    assert page.end.next == cursors
    assert page.end.digest["99001/labour"] == digest_of(
        (row.document_id, row.version) for row in rows if row.bucket == "99001/labour"
    )
    assert page.end.digest["99001/check"] == NOTHING


def test_a_changed_document_comes_again_at_the_end(officer: Desk) -> None:
    people = [officer.person().document_id for _ in range(3)]
    officer.push()
    _, cursors = read_all(officer, limit=10)
    officer.set(DocumentType.PERSON, people[0], {"sex": "2"})
    officer.push(since=4)
    page = officer.pull(cursors)
    assert [(row.document_id, row.version, row.position) for row in page.rows] == [
        (people[0], 2, 4)
    ]


def handed_in(commune: str) -> set[str]:
    """The buckets of a commune that a collecting office reads."""
    return {bucket_of(commune, data_set) for data_set in granted(Role.COLLECTOR)}


def test_buckets_are_granted_once_and_dropped_when_withdrawn(
    collector: Desk, province: Province
) -> None:
    page = collector.pull({"99003/submission": 5, "99001/register": 2})
    assert page.drops == [Drop(bucket="99001/register"), Drop(bucket="99003/submission")]
    buckets = handed_in("99001") | handed_in("99002")
    assert page.grants == [Grant(bucket=bucket, count=0) for bucket in sorted(buckets)]
    assert set(page.end.next) == buckets
    assert collector.pull(page.end.next).grants == []
    with province.engine.begin() as connection:
        office = connection.execute(devices.select()).one().office_id
        connection.execute(insert(communes).values(code="99003", name="Phường Tập An"))
        connection.execute(
            insert(office_communes).values(office_id=UUID(str(office)), commune_code="99003")
        )
    assert {one.bucket for one in collector.pull(page.end.next).grants} == handed_in("99003")


def test_a_cursor_from_before_a_restore_goes_back_to_the_head(officer: Desk) -> None:
    person = officer.person()
    officer.push()
    page = officer.pull({"99001/register": 500})
    assert page.rows == []
    assert page.end.next["99001/register"] == 1
    assert page.end.digest["99001/register"] == digest_of([(person.document_id, 1)])


def test_a_large_page_ends_before_its_limit(officer: Desk) -> None:
    text = os.urandom(5_000).hex()
    for _ in range(12):
        for _ in range(12):
            officer.create(DocumentType.RECORD, {f"answers.{number}": text for number in range(10)})
        officer.push(since=len(officer.changes) - 11)
    rows, _ = read_all(officer, limit=2000)
    assert len(rows) == 144
    assert len(officer.pull(limit=2000).rows) < 144


def test_a_polling_reader_misses_no_row_of_eight_writers(make_desk: MakeDesk) -> None:
    """Positions are committed in order: nothing comes later below what a cursor passed."""
    writers = [make_desk(Role.OFFICER) for _ in range(8)]
    reader = make_desk(Role.OFFICER)
    rounds, each = 12, 20

    def write(desk: Desk) -> Sequence[str]:
        for _ in range(rounds):
            for _ in range(each):
                desk.person()
            desk.push(since=len(desk.changes) - each + 1)
        return [change.document_id for change in desk.changes]

    seen: list[str] = []
    cursors: dict[str, int] = {}
    with ThreadPoolExecutor(8) as pool:
        written = [pool.submit(write, desk) for desk in writers]
        is_over = False
        while not is_over:
            is_over = all(one.done() for one in written)
            page = reader.pull(cursors, limit=300)
            seen += [row.document_id for row in page.rows]
            cursors = page.end.next
            is_over = is_over and not page.end.more
    made = [document_id for one in written for document_id in one.result()]
    assert len(made) == 8 * rounds * each
    assert sorted(seen) == sorted(made)
    assert page.end.digest["99001/register"] == digest_of((one, 1) for one in made)
    assert cursors["99001/register"] == len(made)


def test_rows_for_a_box_are_signed_and_those_for_everybody_else_are_not(
    officer: Desk, make_desk: MakeDesk
) -> None:
    box = make_desk(Role.RELAY, "99001")
    officer.person()
    officer.push()
    signed = box.ask("/sync/v1/directory", DirectoryRequest(number=0), SignedDirectory)
    assert isinstance(signed, SignedDirectory)
    told = opened_directory(signed)
    assert told is not None
    page = box.pull()
    assert page.rows
    for row in page.rows:
        assert is_of_province(row, server_epoch=page.end.server_epoch, server_key=told.server_key)
    assert {row.sig for row in officer.pull().rows} == {""}
    plain = [msgspec.structs.replace(row, sig="") for row in page.rows]
    assert plain == officer.pull().rows[: len(plain)]
