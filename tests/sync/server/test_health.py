"""``health`` says in an exit code and in JSON what an operator must know."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
import requests
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from sync.protocol.chain import part_of
from sync.protocol.documents import Role
from sync.protocol.messages import PartRowsRequest
from sync.server.__main__ import cli
from sync.server.ledger import lines_of, write_down
from tests.support.desk import Desk
from tests.support.server import Province, ServerProcess
from tests.sync.server.conftest import MakeDesk

ZONE = timezone(timedelta(hours=7))
#: No test here takes so long.
MARGIN = timedelta(minutes=1)
Look = Callable[..., tuple[int, Mapping[str, tuple[str, str]]]]


@pytest.fixture
def look(province: Province, postgres_url: str) -> Look:
    """Runs ``health``; its exit code, and each check's state and words."""
    del province

    def run(*options: str, **environment: str) -> tuple[int, Mapping[str, tuple[str, str]]]:
        runner = CliRunner(env={"SO_AN_SINH_DATABASE_URL": postgres_url, **environment})
        result = runner.invoke(cli, ["health", "--json", *options])
        told = json.loads(result.output)
        return result.exit_code, {
            one["name"]: (one["state"], one["told"]) for one in told["checks"]
        }

    return run


@pytest.fixture
def within_a_day() -> None:
    """Pulls are counted by the day of Việt Nam: a test with several does not begin at its end."""
    now = datetime.now(ZONE)
    midnight = (now + MARGIN).replace(hour=0, minute=0, second=0, microsecond=0)
    if now < midnight:
        time.sleep((midnight - now).total_seconds())


def test_a_server_that_is_well(look: Look, database: Engine) -> None:
    with database.begin() as connection:
        write_down(connection, actor="a", action="test", values={})
    code, checks = look()
    # The tests' PostgreSQL archives nothing, and its login is a superuser: both are told.
    assert code == 1
    warned = {name for name, (state, _) in checks.items() if state == "warning"}
    assert warned == {"archive", "fence"}
    assert set(checks) == {"database", "tables", "fence", "ledger", "pulls", "archive"}
    noted = checks["ledger"][1].removeprefix("head ")
    assert look("--witness", noted)[1]["ledger"][0] == "ok"
    with database.begin() as connection:
        connection.execute(text("DELETE FROM ledger"))
    code, checks = look("--witness", noted)
    assert (code, checks["ledger"][0]) == (2, "failing")


@pytest.mark.parametrize(
    ("harm", "mend", "check"),
    [
        (
            "ALTER TABLE documents DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE documents ENABLE ROW LEVEL SECURITY",
            "fence",
        ),
        (
            "UPDATE alembic_version SET version_num = '0001'",
            "UPDATE alembic_version SET version_num = '{newest}'",
            "tables",
        ),
        ("DELETE FROM province", "SELECT 1", "database"),
    ],
)
def test_what_is_wrong_is_told_with_exit_code_two(
    harm: str, mend: str, check: str, look: Look, database: Engine
) -> None:
    with database.begin() as connection:
        newest = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text(harm))
    try:
        code, checks = look()
    finally:
        with database.begin() as connection:
            connection.execute(text(mend.format(newest=newest)))
    assert code == 2
    assert [name for name, (state, _) in checks.items() if state == "failing"] == [check]


def test_a_database_that_does_not_answer_is_told_without_its_address(look: Look) -> None:
    gone = "postgresql://somebody:secret-word@127.0.0.1:1/nothing"
    code, checks = look(SO_AN_SINH_DATABASE_URL=gone)
    assert code == 2
    assert {state for state, _ in checks.values()} == {"failing"}
    assert "secret-word" not in repr(checks) and "127.0.0.1" not in repr(checks)


@pytest.mark.usefixtures("within_a_day")
def test_a_device_that_empties_its_buckets_again_and_again_is_told_once(
    look: Look, make_desk: MakeDesk, postgres_url: str, database: Engine
) -> None:
    limits = {"SO_AN_SINH_PULL_ALARM_ROWS": "10", "SO_AN_SINH_PULL_ALARM_OF_ALL": "2"}
    with ServerProcess(postgres_url, settings=limits) as server:
        usual, greedy = (make_desk(Role.OFFICER, url=server.url) for _ in range(2))
        for _ in range(8):
            usual.person()
        usual.push()
        for _ in range(2):
            greedy.pull()
        usual.pull()
        assert pulled(database, usual) == (8, False)
        assert pulled(database, greedy) == (16, False)
        for _ in range(2):
            greedy.pull()
        assert pulled(database, greedy) == (32, True)
        metrics = requests.get(server.url + "/metrics", timeout=60).text
        log = server.log
    assert "so_an_sinh_pull_alarms_total 1\n" in metrics
    assert log.count('"pull alarm"') == 1
    with database.connect() as connection:
        (line,) = [one for _, one in lines_of(connection)]
    assert (line["actor"], line["action"], line["why"]) == (greedy.device, "pull.alarm", "of_all")
    code, checks = look()
    assert (code, checks["pulls"][0]) == (1, "warning")
    assert greedy.device in checks["pulls"][1] and usual.device not in checks["pulls"][1]


def test_a_device_that_pulls_much_more_than_it_used_to_is_told(
    make_desk: MakeDesk, postgres_url: str, database: Engine
) -> None:
    limits = {"SO_AN_SINH_PULL_ALARM_ROWS": "5"}
    with ServerProcess(postgres_url, settings=limits) as server:
        desks = [make_desk(Role.OFFICER, url=server.url) for _ in range(2)]
        with database.begin() as connection:
            for desk, rows in zip(desks, (2, 3), strict=True):
                connection.execute(
                    text(
                        "INSERT INTO pull_days SELECT :device, current_date - n, :rows"
                        " FROM generate_series(1, 5) AS n"
                    ),
                    {"device": desk.device, "rows": rows},
                )
        for _ in range(8):
            desks[0].person()
        desks[0].push()
        for desk in desks:
            desk.pull()
    assert [pulled(database, desk) for desk in desks] == [(8, True), (8, False)]


def test_a_sync_with_nothing_to_do_counts_nothing(officer: Desk, database: Engine) -> None:
    officer.pull()
    with database.connect() as connection:
        assert connection.execute(text("SELECT * FROM pull_days")).all() == []


def test_what_is_fetched_again_because_it_differs_counts_as_well(
    officer: Desk, database: Engine
) -> None:
    made = [officer.person() for _ in range(8)]
    officer.push()
    parts = sorted({part_of(one.document_id) for one in made})
    request = PartRowsRequest("99001/register", parts)
    answer = officer.post("/sync/v1/part_rows", msgspec.json.encode(request))
    assert answer.status_code == 200
    assert pulled(database, officer) == (8, False)


def test_what_goes_by_parcel_counts_as_well(
    officer: Desk, database: Engine, postgres_url: str, tmp_path: Path
) -> None:
    for _ in range(8):
        officer.person()
    officer.push()
    runner = CliRunner(env={"SO_AN_SINH_DATABASE_URL": postgres_url})
    options = ["--device", officer.device, "--folder", str(tmp_path)]
    assert runner.invoke(cli, ["parcel", "export", *options]).exit_code == 0
    assert pulled(database, officer) == (8, False)


def pulled(database: Engine, desk: Desk) -> tuple[int, bool]:
    """How many rows went to it today, and whether that was told."""
    with database.connect() as connection:
        row = connection.execute(
            text(
                "SELECT rows, alarmed_at IS NOT NULL FROM pull_days WHERE device_id = :device"
                " ORDER BY day DESC LIMIT 1"
            ),
            {"device": desk.device},
        ).one()
    return row[0], row[1]
