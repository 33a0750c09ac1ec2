"""A box against a real province, round by round: what it keeps, brings, shows and survives."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from uuid import UUID

import pytest
from sqlalchemy import Engine, make_url, text, update
from typer.testing import CliRunner, Result

from sync.protocol.box import BoxKept, BoxState, opened_relayed
from sync.protocol.codec import decode_push
from sync.protocol.documents import Role
from sync.protocol.messages import PushAnswer, RefusalCode
from sync.protocol.signing import new_signing_key
from sync.server.__main__ import cli
from sync.server.box import home as homes
from sync.server.box import neighbours, spool
from sync.server.box.forwarding import Forwarder
from sync.server.database import migrate, open_engine
from sync.server.sessions import Device, device_by_id
from sync.server.tables import metadata, server_keys
from tests.support.box import box_database
from tests.support.desk import Desk
from tests.support.server import Province, ServerProcess
from tests.sync.server.conftest import MakeDesk

_WAIT_SECONDS = 60


@pytest.fixture(scope="module")
def box_url(postgres_url: str) -> Iterator[str]:
    """The box's database."""
    with box_database(postgres_url) as url:
        yield url


@pytest.fixture
def box(box_url: str) -> Iterator[Engine]:
    """The box's database, empty."""
    engine = open_engine(box_url)
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    yield engine
    engine.dispose()


def enrol(server: ServerProcess, code: str, url: str) -> Result:
    words = ["box", "enrol", "--server", server.url, "--code", code, "--database-url", url]
    return CliRunner().invoke(cli, words)


@pytest.fixture
def forwarder(
    box: Engine, box_url: str, server: ServerProcess, province: Province, officer: Desk
) -> Forwarder:
    """Goes to the province whenever it is told to; it knows the officer's PC."""
    code = province.code(province.office(Role.RELAY, "99001"))
    assert enrol(server, code, box_url).exit_code == 0
    made = Forwarder(box, every_seconds=0.01)
    assert made.once().trouble == ""
    assert officer.device
    return made


def at(box: Engine, desk: Desk) -> Device:
    with box.begin() as connection:
        device = device_by_id(connection, UUID(desk.device))
    assert isinstance(device, Device)
    return device


def give(box: Engine, desk: Desk, first: int, last: int) -> None:
    """The PC brings these changes to the box."""
    body = desk.push_body(first, last)
    kept = spool.keep(box, at(box, desk), decode_push(body), body)
    assert isinstance(kept, BoxKept)
    assert kept.kept == last


def visit(box: Engine, desk: Desk, acked: int = 0) -> BoxState:
    """The PC asks what the box has, and leaves a probe."""
    probe = desk.push_body(acked + 1, acked)
    state = spool.state_of(box, at(box, desk), epoch=desk.epoch, acked=acked, probe=probe, nonce="")
    assert isinstance(state, BoxState)
    return state


def do(box: Engine, statement: str) -> None:
    """What befalls its disk."""
    with box.begin() as connection:
        assert connection.execute(text(statement)).rowcount


def waiting(box: Engine) -> int:
    with box.connect() as connection:
        return spool.count_waiting(connection)


def test_a_push_that_the_province_cannot_read_is_told_and_holds_nothing_up(
    forwarder: Forwarder, box: Engine, officer: Desk
) -> None:
    for number in (1, 2):
        officer.person()
        give(box, officer, number, number)
    do(box, "UPDATE box_pushes SET body = 'no push' WHERE first = 1")
    assert forwarder.once().trouble == ""
    assert (waiting(box), visit(box, officer).kept) == (1, 2)
    # Now the province says of the second that it lacks the first, which nobody can bring.
    assert forwarder.once().trouble == ""
    state = visit(box, officer)
    assert (waiting(box), state.kept) == (0, 0)
    with box.begin() as connection:
        key = homes.server_key(connection)
    told = [opened_relayed(signed, server_key=key) for signed in state.answers]
    refusals = [one.refusal for one in told if one is not None and one.n]
    assert [one.code for one in refusals if one is not None] == [RefusalCode.GAP]
    # Its author has everything, and brings it again.
    give(box, officer, 1, 2)
    assert forwarder.once().forwarded == 2  # with the probe of the visit
    assert waiting(box) == 0
    answer = officer.push_range(1, 2)
    assert isinstance(answer, PushAnswer)
    assert answer.acked == 2


@pytest.fixture
def failing(province: Province, officer: Desk) -> Iterator[None]:
    """The province fails, for a reason of its own, at whatever the officer's PC made."""
    condition = f"NEW.device_id = '{officer.device}'"
    with province.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no room'; END $$"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER fails BEFORE INSERT ON operations FOR EACH ROW "
            f"WHEN ({condition}) EXECUTE FUNCTION fails()"
        )
    yield
    with province.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS fails() CASCADE")


def test_a_push_at_which_the_province_fails_waits_and_holds_up_no_neighbour(
    make_desk: MakeDesk,
    forwarder: Forwarder,
    box: Engine,
    officer: Desk,
    province: Province,
    failing: None,
) -> None:
    neighbour = make_desk(Role.OFFICER, "99001")
    assert forwarder.once().trouble == ""  # who the neighbour is
    for desk in (officer, neighbour):
        desk.person()
        give(box, desk, 1, 1)
    done = forwarder.once()
    assert (done.forwarded, done.trouble, waiting(box)) == (1, "ServerFailed", 1)
    assert done.read > 0
    with province.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION fails() CASCADE")
    done = forwarder.once()
    assert (done.forwarded, done.trouble, waiting(box)) == (1, "", 0)


def test_who_visits_again_is_told_that_the_neighbours_did_nothing(
    forwarder: Forwarder, box: Engine, officer: Desk, make_desk: MakeDesk
) -> None:
    other = make_desk(Role.OFFICER)
    assert forwarder.once().trouble == ""
    officer.person()
    give(box, officer, 1, 1)

    def seen(known: int) -> tuple[int, bool, int]:
        visit(box, other)
        found = neighbours.documents_for(box, at(box, other), known=known)
        return found.number, found.is_unchanged, len(found.documents)

    number, is_unchanged, count = seen(0)
    assert (is_unchanged, count) == (False, 1)
    assert seen(number) == (number, True, 0)
    officer.person()
    give(box, officer, 2, 2)
    newer, is_unchanged, count = seen(number)
    assert (is_unchanged, count) == (False, 2)
    assert forwarder.once().trouble == ""
    newest, is_unchanged, count = seen(newer)  # at the province, and read back from there
    assert (is_unchanged, count) == (False, 0)
    assert seen(newest) == (newest, True, 0)


def wait_until(is_so: Callable[[], bool]) -> None:
    end = monotonic() + _WAIT_SECONDS
    while not is_so():
        assert monotonic() < end
        sleep(0.01)


def test_a_trouble_of_its_own_machine_ends_no_rounds_and_nothing_of_it_is_logged(
    forwarder: Forwarder, box: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    def troubles() -> list[str]:
        return [getattr(one, "trouble", "") for one in caplog.records if one.msg == "box"]

    with caplog.at_level(logging.INFO):
        do(box, "UPDATE box_home SET ca_pem = 'đây không phải chứng thư'")
        do(box, "UPDATE box_home SET reached_at = NULL")
        forwarder.start()
        wait_until(lambda: len(troubles()) > 1)
        do(box, "UPDATE box_home SET ca_pem = NULL")

        def is_back() -> bool:
            with box.connect() as connection:
                return bool(homes.home_of(connection).reached_at)

        wait_until(is_back)
    assert set(troubles()) <= {"UnicodeEncodeError", ""}
    forwarder.stop(wait_seconds=_WAIT_SECONDS)
    assert "box" not in {one.name for one in threading.enumerate()}
    assert "chứng thư" not in caplog.text


@pytest.mark.usefixtures("box")
def test_a_box_that_cannot_be_made_here_spends_no_code(
    server: ServerProcess, province: Province, postgres_url: str, box_url: str
) -> None:
    code = province.code(province.office(Role.RELAY, "99001"))
    nowhere = make_url(postgres_url).set(database="nowhere").render_as_string(hide_password=False)
    for url, told in ((postgres_url, "in use"), (nowhere, "cannot be reached")):
        done = enrol(server, code, url)
        assert (done.exit_code, told in done.output) == (1, True), done.output
        assert isinstance(done.exception, SystemExit)
    assert enrol(server, code, box_url).exit_code == 0
    again = enrol(server, province.code(province.office(Role.RELAY, "99001")), box_url)
    assert (again.exit_code, "in use" in again.output) == (1, True)


def test_the_box_s_own_trouble_with_its_role_is_told(
    box: Engine, box_url: str, server: ServerProcess, province: Province
) -> None:
    migrate(box)
    code = province.code(province.office(Role.RELAY, "99001"))
    words = ["box", "enrol", "--server", server.url, "--code", code, "--database-url", box_url]
    wrong = CliRunner(env={"SO_AN_SINH_DATABASE_ROLE": "No Role"}).invoke(cli, words)
    assert (wrong.exit_code, "database_role" in wrong.output) == (1, True), wrong.output
    assert enrol(server, code, box_url).exit_code == 0


def rows_of(box: Engine) -> int:
    with box.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM box_rows")).scalar_one())


def test_rows_that_the_neighbours_could_not_believe_are_not_taken(
    forwarder: Forwarder, box: Engine, officer: Desk, province: Province
) -> None:
    officer.person()
    officer.push()
    assert (forwarder.once().trouble, rows_of(box)) == ("", 1)
    # The province lost its key, and has told nobody yet.
    with province.engine.begin() as connection:
        connection.execute(update(server_keys).values(seed=new_signing_key()))
    officer.person()
    officer.push(since=2)
    assert (forwarder.once().trouble, rows_of(box)) == ("unsigned", 1)
    # It asks who signs: everything is read anew.
    assert (forwarder.once().trouble, rows_of(box)) == ("", 2)
