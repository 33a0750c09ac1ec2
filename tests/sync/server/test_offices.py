"""An office is given a commune, or loses one, and its devices notice with their next request."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import Drop, Enrolled, Grant, Hold, Outcome
from sync.server.__main__ import cli
from sync.server.ledger import lines_of
from sync.server.provinces import office_named
from sync.server.tables import communes
from tests.support.desk import Desk, an_id
from tests.support.server import Province, ServerProcess
from tests.sync.server.conftest import MakeDesk

Run = Callable[..., Result]
THERE = "99002/register"


@pytest.fixture
def run(province: Province) -> Run:
    """A command on the province of this test."""
    url = province.engine.url.render_as_string(hide_password=False)

    def command(*words: str, code: int = 0) -> Result:
        done = CliRunner(env={"SO_AN_SINH_DATABASE_URL": url}).invoke(cli, list(words))
        assert done.exit_code == code, done.output
        assert "Traceback" not in done.output
        return done

    return command


@pytest.fixture
def office(province: Province) -> UUID:
    """An office of 99001."""
    return province.office(Role.OFFICER, "99001")


def of(office: UUID | str, commune: str) -> tuple[str, ...]:
    return ("--office", str(office), "--commune", commune)


def lines(province: Province) -> list[tuple[str, str, str]]:
    with province.engine.connect() as connection:
        found = [line for _, line in lines_of(connection)]
    assert all(line["actor"].startswith("login ") for line in found)
    return [(line["action"], line["office"], line["commune"]) for line in found]


def listed(run: Run) -> dict[str, list[str]]:
    rows = [line.split("\t") for line in run("office-list").stdout.splitlines()]
    return {row[0]: row[1:] for row in rows}


def test_a_commune_is_given_and_taken_with_the_next_request(
    run: Run, province: Province, server: ServerProcess, office: UUID, make_desk: MakeDesk
) -> None:
    there = make_desk(Role.OFFICER, "99002")
    there.commune = "99002"
    person = there.person()
    there.push()
    desk = Desk(server.url)
    assert isinstance(desk.enrol(province.code(office)), Enrolled)
    desk.login()
    before = desk.pull()
    assert THERE not in before.end.next

    run("office-commune", "add", *of(office, "99002"))
    given = desk.pull(before.end.next)
    assert Grant(bucket=THERE, count=1) in given.grants
    assert [row.document_id for row in given.rows] == [person.document_id]
    desk.commune = "99002"
    desk.set(DocumentType.PERSON, person.document_id, {"dwelling": "a"})
    assert [one.s for one in desk.push().results] == [Outcome.APPLIED]
    assert given.end.directory > before.end.directory

    run("office-commune", "remove", *of(office, "99002"))
    desk.set(DocumentType.PERSON, person.document_id, {"dwelling": "b"}, base=2)
    [held] = desk.push(since=2).results
    assert (held.s, held.why) == (Outcome.HELD, Hold.BUCKET.value)
    taken = desk.pull(given.end.next)
    assert Drop(bucket=THERE) in taken.drops
    assert taken.rows == []
    assert THERE not in taken.end.next
    assert "99001/register" in taken.end.next
    assert taken.end.directory > given.end.directory
    # Who serves it still has it as it was before that.
    [row] = there.pull().rows
    assert row.fields["dwelling"] == "a"
    desk.http.close()
    assert lines(province) == [
        ("office.commune_add", str(office), "99002"),
        ("office.commune_remove", str(office), "99002"),
    ]


def test_a_commune_that_no_office_served_needs_a_code_and_a_name(
    run: Run, province: Province, office: UUID
) -> None:
    new = of(office, "99004")
    assert "give its name" in run("office-commune", "add", *new, code=2).output
    run("office-commune", "add", *of(office, "99/04"), "--name", "Xã Bốn", code=2)
    for _ in range(2):  # giving it twice is giving it once
        run("office-commune", "add", *new, "--name", "Xã Bốn")
    run("office-commune", "add", *new, "--name", "Xã Khác", code=2)
    assert lines(province) == [("office.commune_add", str(office), "99004")]
    assert listed(run)[str(office)][2] == "99001,99004"


def test_a_name_is_one_name_however_it_is_written(
    run: Run, province: Province, office: UUID
) -> None:
    """Letters with their marks apart, as some keyboards and files bring them; blanks around."""
    written = f"  {unicodedata.normalize('NFD', 'Xã  Bốn')} "
    for name in (written, "Xã Bốn", written):
        run("office-commune", "add", *of(office, "99004"), "--name", name)
    police = ("--role", "police", "--commune", f"99004={written}")
    run("office-create", "--name", written, *police)
    with province.engine.connect() as connection:
        is_new = communes.c.code == "99004"
        assert connection.scalar(select(communes.c.name).where(is_new)) == "Xã Bốn"
        assert office_named(connection, "Xã Bốn") == office_named(connection, written) is not None
    run("office-create", "--name", "Công an", "--role", "police", "--commune", "99004= ", code=2)


def test_what_cannot_be_done_is_told_and_changes_nothing(
    run: Run, province: Province, office: UUID
) -> None:
    collector = province.office(Role.COLLECTOR, "99002")
    before = listed(run)
    for words, told in (
        (("add", *of(an_id(), "99002")), "no such office"),
        (("remove", *of(an_id(), "99001")), "no such office"),
        (("remove", *of(office, "99002")), "does not serve"),
        (("remove", *of(office, "99001")), "last commune"),
        (("add", *of(collector, "99001")), "collecting set"),
        (("remove", *of(collector, "99002")), "collecting set"),
    ):
        done = run("office-commune", *words, code=2)
        assert told in " ".join(done.output.replace("│", " ").split())
    assert listed(run) == before
    assert lines(province) == []


def test_offices_are_listed_with_their_communes_and_who_is_let_in(
    run: Run, province: Province, server: ServerProcess, office: UUID
) -> None:
    collector = province.office(Role.COLLECTOR, "99002", "99001")
    desks = [Desk(server.url) for _ in range(2)]
    for desk in desks:
        assert isinstance(desk.enrol(province.code(office)), Enrolled)
        desk.http.close()
    run("device-withdraw", "--device", desks[0].device)
    assert listed(run) == {
        str(office): ["officer", "Office officer", "99001", "1"],
        str(collector): ["collector", "Office collector", "99001,99002", "0"],
    }
