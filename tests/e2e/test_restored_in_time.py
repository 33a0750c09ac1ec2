"""The rehearsal of the operator's page: the server's machine is lost, and restored to a moment.

Real PostgreSQL with a base backup and an archived log, the real server and its commands, encrypted
registers. What the server had taken after that moment the devices send again, by themselves.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, Text, cast, select

from desktop.store.documents import Edit
from desktop.store.holdings import holdings
from sync.protocol.documents import DocumentType, Role
from sync.server.database import migrate, open_engine
from sync.server.provinces import create_province
from sync.server.tables import documents, province
from tests.desktop.store.edits import COMMUNE, an_id
from tests.support.archived import ArchivedPostgres
from tests.support.children import SECONDS
from tests.support.offices import Office
from tests.support.server import Province, ServerProcess

PERSONS = 60
AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def postgres() -> Iterator[ArchivedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="sas-pitr-", dir="/tmp"))
    cluster = ArchivedPostgres(folder)
    try:
        cluster.make()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def command(url: str, *arguments: str) -> str:
    """One of the operator's commands, as a process."""
    done = subprocess.run(
        [sys.executable, "-m", "sync.server", *arguments],
        env={**os.environ, "SO_AN_SINH_DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def office(
    folder: Path, name: str, server: ServerProcess, place: Province, office_id: UUID
) -> Office:
    made = Office.create(folder / name, author=name)
    made.syncing.enrol(server_url=server.url, code=place.code(office_id, user=name))
    return made


def sync(*offices: Office) -> None:
    for one in offices:
        report = one.syncing.run()
        assert report.problem is None, report


class Work:
    """What the offices entered: by document, the fields that its saves set, one each."""

    def __init__(self) -> None:
        self.saved: dict[str, dict[str, str]] = {}

    def enter(self, one: Office, mark: str) -> None:
        """New persons, each in two saves."""
        for number in range(PERSONS):
            document_id = an_id()
            self._save(one, document_id, "full_name", f"Trần Thị {mark} {number}")
            self._save(one, document_id, "native_place", f"thôn {number}")

    def change(self, one: Office, mark: str) -> None:
        """A save more for everything there is."""
        for document_id in list(self.saved):
            self._save(one, document_id, mark, f"thôn mới {mark}")

    def _save(self, one: Office, document_id: str, field: str, value: str) -> None:
        edit = Edit(DocumentType.PERSON, document_id, COMMUNE, {field: value})
        one.register.save([edit], author="Lê Thị Bình", at=AT, action="record.save")
        self.saved.setdefault(document_id, {})[field] = value


def lying(engine: Engine) -> dict[str, tuple[int, dict[str, str]]]:
    """Each document at the server: its version, which counts its saves, and its fields."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(documents.c.id, documents.c.version, cast(documents.c.fields, Text))
        )
        return {str(found): (version, json.loads(fields)) for found, version, fields in rows}


def epoch(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(select(province.c.server_epoch)).scalar_one())


@pytest.mark.long
def test_a_server_restored_to_a_moment_gets_back_what_it_took_after_it(
    postgres: ArchivedPostgres, tmp_path: Path
) -> None:
    work = Work()
    admin = open_engine(postgres.url)
    migrate(admin)
    with admin.begin() as connection:
        create_province(connection, code="03", name="Tỉnh Tập Huấn", training=True)
    place = Province(engine=admin)
    office_id = place.office(Role.OFFICER, COMMUNE)
    server = ServerProcess(postgres.url)
    with server:
        first, second = (office(tmp_path, name, server, place, office_id) for name in ("A", "B"))
        work.enter(first, "trước sao lưu")
        sync(first, second)
        postgres.back_up()
        work.enter(second, "sau sao lưu")
        sync(first, second, first)

        moment, before = postgres.now(), len(work.saved)
        work.enter(first, "sau thời điểm")  # acknowledged, then lost with the machine
        work.change(second, "permanent_residence")
        sync(first, second, first)
        late = office(tmp_path, "C", server, place, office_id)  # enrolled after the moment
        work.enter(late, "máy ghi danh sau")
        sync(late, first)
        old_epoch, everything = epoch(admin), len(lying(admin))
        assert everything == len(work.saved)
        work.enter(first, "chưa gửi")  # never sent before the machine was lost

        postgres.archive_everything()
        admin.dispose()
        server.kill()
        postgres.lose()
        postgres.restore(moment)

        assert len(lying(admin)) == before
        command(postgres.url, "migrate")
        command(postgres.url, "renew-epoch")
        assert epoch(admin) != old_epoch
        server.start()
        refused = late.syncing.run()
        assert refused.problem is not None
        late.syncing.enrol(server_url=server.url, code=place.code(office_id, user="C"))
        for _ in range(2):
            sync(first, second, late)
        sync(first, second, late)

        found = lying(admin)
        assert set(found) == set(work.saved)
        assert {key: fields for key, (_, fields) in found.items()} == work.saved
        # A version counts what was applied: once for each save.
        assert {key: version for key, (version, _) in found.items()} == {
            key: len(fields) for key, fields in work.saved.items()
        }
        assert holdings(first.register) == holdings(second.register) == holdings(late.register)
        assert [one.syncing.status().unsent for one in (first, second, late)] == [0, 0, 0]
        told = json.loads(command(postgres.url, "verify-ledger", "--json"))
        assert told["problems"] == []
        for one in (first, second, late):
            one.close()
    admin.dispose()
    lost = sum(map(len, work.saved.values()))
    print(f"{lost} saves, {len(found)} persons, {everything - before} lost and back")
