"""``verify-ledger``: what was changed, removed, moved or cut off in any chain is told."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from sync.server.__main__ import cli
from sync.server.ledger import lines_of, write_down
from tests.support.desk import Desk

LINES = 5


@pytest.fixture
def verify(database: Engine, postgres_url: str) -> Callable[..., Result]:
    """Runs the command on a ledger of five lines."""
    with database.begin() as connection:
        for number in range(LINES):
            write_down(connection, actor="Người ghi", action="test", values={"number": number})

    def run(*options: str) -> Result:
        runner = CliRunner(env={"SO_AN_SINH_DATABASE_URL": postgres_url})
        return runner.invoke(cli, ["verify-ledger", "--json", *options])

    return run


def test_a_whole_ledger_and_history_are_whole(verify: Callable[..., Result], officer: Desk) -> None:
    for _ in range(3):
        officer.person()
        officer.push()
    officer.begin_epoch()
    officer.person()
    officer.push()
    result = verify()
    told = json.loads(result.output)
    assert (result.exit_code, told["problems"]) == (0, [])
    assert (told["lines"], told["changes"]) == (LINES, 4)
    assert verify("--witness", told["head"]).exit_code == 0


@pytest.mark.parametrize(
    ("deed", "line"),
    [
        ("UPDATE ledger SET line = line || ' ' WHERE n = 3", 3),
        ("UPDATE ledger SET line = replace(line, 'test', 'tesT') WHERE n = 1", 1),
        ("UPDATE ledger SET hash = '\\x00' WHERE n = 5", 5),
        ("DELETE FROM ledger WHERE n = 2", 2),
        ("DELETE FROM ledger WHERE n = 1", 1),
        (
            "UPDATE ledger AS l SET line = o.line FROM ledger AS o"
            " WHERE (l.n, o.n) IN ((2, 4), (4, 2))",
            2,
        ),
        ("INSERT INTO ledger SELECT 7, line, hash FROM ledger WHERE n = 5", 6),
    ],
)
def test_a_line_that_was_touched_is_told(
    deed: str, line: int, verify: Callable[..., Result], database: Engine
) -> None:
    with database.begin() as connection:
        connection.execute(text(deed))
    result = verify()
    assert result.exit_code == 1
    assert f"line {line} " in " ".join(json.loads(result.output)["problems"])


def test_an_end_that_was_cut_or_written_anew_is_told_by_what_was_noted(
    verify: Callable[..., Result], database: Engine
) -> None:
    noted = json.loads(verify().output)["head"]
    with database.begin() as connection:
        connection.execute(text("DELETE FROM ledger WHERE n > 3"))
    assert verify().exit_code == 0
    assert "cut off" in verify("--witness", noted).output
    with database.begin() as connection:
        for _ in range(2):
            write_down(connection, actor="Người khác", action="test", values={})
    assert verify().exit_code == 0
    result = verify("--witness", noted)
    assert result.exit_code == 1
    assert "not the one that was noted" in result.output


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE operations SET change = replace(change::text, '\"seq\":2,', '\"seq\": 2,')::json"
        " WHERE seq = 2",
        "UPDATE operations SET chain_hash = '\\x00' WHERE seq = 1",
        "DELETE FROM operations WHERE seq = 2",
        "DELETE FROM operations WHERE seq = 3",
        "DELETE FROM operations",
        "UPDATE device_epochs SET last_seq = 2",
        "UPDATE device_epochs SET last_hash = '\\x00'",
    ],
)
def test_a_change_of_a_device_that_was_touched_is_told(
    deed: str, verify: Callable[..., Result], officer: Desk, database: Engine
) -> None:
    for _ in range(3):
        officer.person()
    officer.push()
    assert verify().exit_code == 0
    with database.begin() as connection:
        assert connection.exec_driver_sql(deed).rowcount
    result = verify()
    assert result.exit_code == 1
    assert f"{officer.device} {officer.epoch}" in result.output


def test_lines_written_at_the_same_time_stand_one_after_the_other(
    verify: Callable[..., Result], database: Engine
) -> None:
    with database.connect() as one, database.connect() as other:
        write_down(one, actor="a", action="test", values={})
        other.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            write_down(other, actor="b", action="test", values={})
        one.commit()
        other.rollback()
        assert write_down(other, actor="b", action="test", values={}) == LINES + 2
        other.commit()
    assert verify().exit_code == 0


@pytest.mark.parametrize("witness", ["5", "5:ab", "x:" + "0" * 64, ":"])
def test_a_witness_that_is_none_is_told(witness: str, verify: Callable[..., Result]) -> None:
    assert verify("--witness", witness).exit_code == 2


def test_what_an_operator_does_to_devices_is_written_down(
    officer: Desk, database: Engine, postgres_url: str
) -> None:
    runner = CliRunner(env={"SO_AN_SINH_DATABASE_URL": postgres_url})
    made = runner.invoke(
        cli,
        ["office-create", "--name", "Văn phòng", "--role", "officer", "--commune", "99002=Xã Hai"],
    )
    office, device = made.output.strip(), officer.device
    right = ["--right", "children_restricted"]
    for command in (
        ["enrol-code", "--office", office, "--user", "Không Được Ghi", *right],
        ["device-grant", "--device", device, *right],
        ["device-revoke", "--device", device, *right],
        ["device-withdraw", "--device", device],
        ["renew-epoch"],
    ):
        assert runner.invoke(cli, command).exit_code == 0
    assert runner.invoke(cli, ["device-withdraw", "--device", office]).exit_code == 2
    with database.connect() as connection:
        lines = [line for _, line in lines_of(connection)]
    assert [(line["action"], line.get("office") or line.get("device")) for line in lines] == [
        ("office.create", office),
        ("device.code", office),
        ("device.grant", device),
        ("device.revoke", device),
        ("device.withdraw", device),
        ("epoch.renew", None),
    ]
    assert all(line["actor"].startswith("login ") for line in lines)
    assert "Không Được Ghi" not in json.dumps(lines, ensure_ascii=False)
