"""A register goes on with its login: by the refresh token it keeps, else by its key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from desktop.domain.ledger import Action
from desktop.errors import Problem
from desktop.store import ledger
from sync.protocol.documents import Role
from sync.protocol.messages import RefreshRequest, Session
from sync.server.tables import refresh_tokens
from tests.support.desk import Desk
from tests.support.offices import Clock, Office
from tests.support.proxy import Cut, FaultProxy
from tests.support.server import Province, ServerProcess
from tests.support.worker_form import employed

NAME = "Lê Thị Bình"
KEPT = "refresh_token"


class Start:
    """An officer's register that is opened again and again, as a PC is in the morning."""

    def __init__(self, folder: Path, server: ServerProcess, province: Province, url: str) -> None:
        self._folder, self._province, self._server = folder, province, server
        self._clock = Clock()
        self.office = Office.create(folder, author=NAME, clock=self._clock)
        code = province.code(province.office(Role.OFFICER, "99001"), user=NAME)
        self.office.syncing.enrol(server_url=url, code=code)

    def again(self) -> Office:
        """The next morning: what was in memory is gone."""
        self.office.close()
        self.office = Office.open(self._folder, author=NAME, clock=self._clock)
        return self.office

    def logins(self) -> int:
        """How often the device signed in by its key."""
        with self._province.engine.connect() as connection:
            families = select(func.count(refresh_tokens.c.family.distinct()))
            return connection.execute(families).scalar_one()

    def kept(self) -> str:
        """The refresh token in the register."""
        return self.office.register.meta(KEPT) or ""

    def sync(self) -> None:
        """A sync that goes well."""
        report = self.office.syncing.run()
        assert report.problem is None, report

    def told_of_reuse(self) -> list[str]:
        """The lines of the ledger about it."""
        lines = ledger.lines(self.office.register, limit=100)
        return [line.by for line in lines if line.action == Action.DEVICE_TOKEN_REUSED]


@pytest.fixture
def line(server: ServerProcess) -> Iterator[FaultProxy]:
    """The line between the officer and the server."""
    with FaultProxy(server.url) as proxy:
        yield proxy


@pytest.fixture
def start(
    server: ServerProcess, province: Province, line: FaultProxy, tmp_path: Path
) -> Iterator[Start]:
    made = Start(tmp_path / "officer", server, province, line.url)
    yield made
    made.office.close()


def test_the_next_start_goes_on_without_a_signature(start: Start) -> None:
    start.sync()
    first = start.kept()
    assert first and start.logins() == 1
    start.again()
    start.sync()
    assert start.logins() == 1
    assert start.kept() not in ("", first)
    assert start.told_of_reuse() == []


def test_the_token_lies_in_the_encrypted_register_only(start: Start, tmp_path: Path) -> None:
    start.sync()
    token = start.kept().encode()
    for path in (tmp_path / "officer").rglob("*"):
        assert not path.is_file() or token not in path.read_bytes(), path


def test_a_token_that_somebody_else_used_ends_in_a_signature_and_a_line_of_the_ledger(
    start: Start, server: ServerProcess
) -> None:
    start.sync()
    thief = Desk(server.url)
    stolen = thief.ask("/auth/refresh", RefreshRequest(refresh=start.kept()), Session)
    assert isinstance(stolen, Session)
    start.again()
    start.sync()
    assert start.logins() == 2
    assert start.told_of_reuse() == ["so-an-sinh"]
    # What the thief got is worth nothing any more.
    thief.token = stolen.token
    assert thief.post("/sync/v1/pull", b'{"cursors":{}}').status_code == 401
    thief.http.close()
    start.sync()
    assert len(start.told_of_reuse()) == 1


def test_an_answer_that_was_lost_is_nobodys_theft(start: Start, line: FaultProxy) -> None:
    start.sync()
    start.again()
    line.plan(Cut(b"POST /auth/refresh", after_answered=0, times=1))
    start.office.records.save(start.office.records.open(None), answers=employed(), confirmations={})
    report = start.office.syncing.run()
    assert line.cuts == 1
    assert report.problem in (None, Problem.CONNECTION_CUT)
    line.plan(None)
    start.again()
    start.sync()
    assert start.office.syncing.status().unsent == 0
    assert (start.logins(), start.told_of_reuse()) == (2, [])


def test_a_new_enrolment_begins_with_a_signature(start: Start, province: Province) -> None:
    start.sync()
    with province.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE devices SET revoked_at = now()")
    start.again()
    assert start.office.syncing.run().problem is Problem.DEVICE_REVOKED
    code = province.code(province.office(Role.OFFICER, "99001"), user=NAME)
    enrolment = start.office.syncing.enrolment()
    assert enrolment is not None
    start.office.syncing.enrol(server_url=enrolment.server_url, code=code)
    assert start.kept() == ""
    start.sync()
    assert start.told_of_reuse() == []
