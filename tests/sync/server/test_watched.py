"""What an operator sees of a server: logs and figures, with ids and codes and nobody's data."""

from __future__ import annotations

import json
import threading

import pytest
import requests
from sqlalchemy import Engine, select, text

from sync.protocol.addresses import is_loopback, subscriber_of
from sync.protocol.codec import LINES_TYPE
from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import PushAnswer, Refusal
from sync.protocol.parcel import PARCEL_TYPE
from sync.server.metrics import METRICS_TYPE
from sync.server.tables import device_epochs, documents, operations
from tests.support.children import joined, until
from tests.support.desk import Desk
from tests.support.parcels import province_key, pushed, sealed
from tests.support.server import Province, ServerProcess
from tests.sync.server.conftest import MakeDesk

#: Planted where people's data and secrets stand.
PLANTED = ("Lý Thị Bí Mật", "003199912345", "Ấp Bí Mật", "Cán bộ Bí Mật", "PC tập huấn")

_ADDED = "ALTER TABLE operations ADD CONSTRAINT no_bucket CHECK (why <> 'bucket') NOT VALID"
_DROPPED = "ALTER TABLE operations DROP CONSTRAINT no_bucket"
_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'documents'::regclass"


def lines_of(server: ServerProcess) -> list[dict[str, object]]:
    """Its log; every line must be one object."""
    return [json.loads(line) for line in server.log.splitlines()]


def test_no_name_number_token_or_code_stands_in_the_log_or_the_figures(
    province: Province, server: ServerProcess
) -> None:
    before = len(server.log)
    desk = Desk(server.url)
    code = province.code(province.office(Role.OFFICER, "99001"), user=PLANTED[3])
    desk.enrol(code)
    desk.login()
    desk.person(full_name=PLANTED[0], id_number=PLANTED[1], dwelling=PLANTED[2])
    desk.create(DocumentType.PERSON, {PLANTED[0]: PLANTED[1]}, bucket=PLANTED[2])
    desk.push()
    desk.pull({f"{PLANTED[2]}/register": 0})
    desk.post("/sync/v1/push", PLANTED[0].encode(), content_type="application/x-ndjson")
    desk.post(f"/{PLANTED[1]}?x={PLANTED[1]}", PLANTED[0].encode())
    with province.engine.begin() as connection:
        # Our own failure, whose text quotes the row.
        connection.execute(text(_ADDED))
    try:
        desk.create(DocumentType.PERSON, {PLANTED[0]: PLANTED[1]}, bucket=PLANTED[2])
        assert isinstance(desk.push_range(3, 3), Refusal)
    finally:
        with province.engine.begin() as connection:
            connection.execute(text(_DROPPED))
    figures = requests.get(server.url + "/metrics", timeout=60).text
    desk.http.close()
    log = server.log[before:]
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert "failure" in events and "refused" in events
    for planted in (*PLANTED, code, desk.token):
        assert planted not in log
        assert json.dumps(planted)[1:-1] not in log
        assert planted not in figures
    assert desk.device not in figures


def test_a_refusal_is_logged_with_device_office_and_code(
    officer: Desk, server: ServerProcess
) -> None:
    officer.person()
    officer.person()
    officer.push_range(2, 2)
    [told] = [
        line
        for line in lines_of(server)
        if line["event"] == "refused" and line.get("device") == officer.device
    ]
    assert (told["path"], told["code"]) == ("/sync/v1/push", "gap")
    assert told["office"]


def test_what_is_held_or_refused_inside_an_answer_is_told_by_code(
    make_desk: MakeDesk, province: Province, postgres_url: str
) -> None:
    with ServerProcess(postgres_url) as server:
        officer, box, carrier = (
            make_desk(role, url=server.url) for role in (Role.OFFICER, Role.RELAY, Role.POLICE)
        )
        foreign = "99003/register"
        officer.person()
        for _ in range(2):
            officer.create(DocumentType.PERSON, {"full_name": PLANTED[0]}, bucket=foreign)
        officer.create(DocumentType.SUBMISSION, {"review": PLANTED[2]})
        officer.push_range(1, 1)
        officer.push_range(2, 4)
        for _ in range(4):
            officer.create(DocumentType.PERSON, {"full_name": PLANTED[0]}, bucket=foreign)
        # The push after a gap is refused; the answer that says so is an answer.
        for body in (officer.push_body(5, 5), officer.push_body(8, 8)):
            box.post("/sync/v1/relay", body, content_type=LINES_TYPE)
        sections = [pushed(officer.push_body(*ends)) for ends in ((6, 6), (8, 8))]
        parcel = sealed(officer, *sections, key=province_key(province.engine))
        carrier.post("/sync/v1/parcel", parcel, content_type=PARCEL_TYPE)
        figures = requests.get(server.url + "/metrics", timeout=60).text.splitlines()
        log = lines_of(server)
    wanted = ("path", "device", "author", "held", "pushes_refused")
    told = [[line.get(name) for name in wanted] for line in log if line.get("code") == "ok"]
    push, relay, parcels = (f"/sync/v1/{name}" for name in ("push", "relay", "parcel"))
    assert [one for one in told if one[0] in (push, relay, parcels)] == [
        [push, officer.device, None, None, None],
        [push, officer.device, None, {"bucket": 2, "access": 1}, None],
        [relay, box.device, officer.device, {"bucket": 1}, None],
        [relay, box.device, officer.device, None, {"gap": 1}],
        [parcels, carrier.device, officer.device, {"bucket": 1}, {"gap": 1}],
    ]
    counted = [line for line in figures if "_held_total{" in line or "_refused_total{" in line]
    held, refused = "so_an_sinh_changes_held_total", "so_an_sinh_pushes_refused_total"
    assert counted == [
        f'{held}{{path="{parcels}",why="bucket"}} 1',
        f'{held}{{path="{push}",why="access"}} 1',
        f'{held}{{path="{push}",why="bucket"}} 2',
        f'{held}{{path="{relay}",why="bucket"}} 1',
        f'{refused}{{path="{parcels}",code="gap"}} 1',
        f'{refused}{{path="{relay}",code="gap"}} 1',
    ]


def test_nobody_is_told_as_an_author_who_brings_its_own_or_whose_box_is_none(
    officer: Desk, police: Desk, province: Province, server: ServerProcess
) -> None:
    officer.person()
    body = officer.push_body(1, 1)
    police.post("/sync/v1/relay", body, content_type=LINES_TYPE)
    parcel = sealed(officer, pushed(body), key=province_key(province.engine))
    officer.post("/sync/v1/parcel", parcel, content_type=PARCEL_TYPE)
    told = {
        (line.get("device"), line.get("path"), line["event"]): line.get("author")
        for line in lines_of(server)
    }
    assert told[police.device, "/sync/v1/relay", "refused"] is None
    assert told[officer.device, "/sync/v1/parcel", "request"] is None


def test_the_figures_count_by_path_and_code(officer: Desk, postgres_url: str) -> None:
    with ServerProcess(postgres_url) as server:
        officer.url = server.url
        officer.login()
        officer.pull()
        officer.token = ""
        officer.post("/sync/v1/pull", b'{"cursors":{}}')
        answer = requests.get(server.url + "/metrics", timeout=60)
    assert answer.headers["Content-Type"].startswith(METRICS_TYPE.partition(";")[0])
    lines = answer.text.splitlines()
    name, path = "so_an_sinh_request", 'path="/sync/v1/pull"'
    assert f'{name}s_total{{{path},code="ok"}} 1' in lines
    assert f'{name}s_total{{{path},code="token_expired"}} 1' in lines
    assert f"{name}_seconds_count{{{path}}} 2" in lines
    assert f'{name}_seconds_bucket{{{path},le="+Inf"}} 2' in lines
    assert f"{name}s_inside 0" in lines
    for line in lines:
        assert line.startswith("#") or float(line.rpartition(" ")[2]) >= 0


def test_the_figures_are_for_this_machine_only(server: ServerProcess) -> None:
    # As a proxy on this machine tells whom it asks for.
    headers = {"X-Forwarded-For": "203.0.113.7"}
    answer = requests.get(server.url + "/metrics", headers=headers, timeout=60)
    assert answer.status_code == 404
    assert requests.get(server.url + "/metrics", timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("address", "is_here"),
    [("127.0.0.1", True), ("::1", True), ("203.0.113.7", False), ("", False), ("x", False)],
)
def test_only_an_address_of_this_machine_is_one(address: str, is_here: bool) -> None:
    assert is_loopback(address) is is_here


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_tries_are_counted_by_who_has_the_address(address: str, counted: str) -> None:
    assert subscriber_of(address) == counted


def test_a_server_without_its_database_lives_and_is_not_ready() -> None:
    with ServerProcess("postgresql://nobody@127.0.0.1:9/none") as server:
        assert requests.get(server.url + "/live", timeout=60).status_code == 200
        assert requests.get(server.url + "/ready", timeout=60).status_code == 503


def test_a_server_that_is_asked_to_stop_in_the_middle_of_a_push_finishes_it(
    make_desk: MakeDesk, database: Engine, postgres_url: str
) -> None:
    with ServerProcess(postgres_url) as server:
        desk = make_desk(Role.OFFICER, url=server.url)
        for _ in range(20):
            desk.person()
        answers: list[PushAnswer | Refusal] = []
        pushing = threading.Thread(target=lambda: answers.append(desk.push_range(1, 20)))
        stopping = threading.Thread(target=server.stop)
        with database.connect() as holder:
            # The push is inside for as long as this lock is held.
            holder.execute(text("LOCK TABLE documents IN EXCLUSIVE MODE"))
            pushing.start()
            until(lambda: bool(holder.scalar(text(_WAITING))))
            stopping.start()
            until(lambda: not _answers(server.url))
            holder.rollback()
        joined(pushing, stopping)
        [answer] = answers
        assert isinstance(answer, PushAnswer) and answer.acked == 20
    with database.connect() as connection:
        assert connection.scalar(select(device_epochs.c.last_seq)) == 20
        assert len(connection.execute(select(documents.c.id)).all()) == 20
        assert len(connection.execute(select(operations.c.seq)).all()) == 20


def _answers(url: str) -> bool:
    """Does a new caller still get in?"""
    try:
        return requests.get(url + "/live", timeout=60).ok
    except requests.ConnectionError:
        return False
