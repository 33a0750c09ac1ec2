"""What commands write into the server's ledger, and what they do where a file cannot be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from sync.protocol.documents import Role
from sync.server.__main__ import cli
from sync.server.ledger import lines_of
from sync.server.tables import publications
from tests.conftest import Announced
from tests.support.base_lists import COMMUNE, row, write
from tests.support.desk import Desk, an_id
from tests.support.packs import FORM, NEW_TEXT, write_text
from tests.support.server import Province

WORDS = "mật khẩu của một người"
Run = Callable[..., Result]


@pytest.fixture
def run(province: Province) -> Run:
    """A command on the province of this test."""
    url = province.engine.url.render_as_string(hide_password=False)

    def command(*words: str, code: int = 0, **settings: str) -> Result:
        env = {"SO_AN_SINH_DATABASE_URL": url, **settings}
        done = CliRunner().invoke(cli, list(words), env=env, input=WORDS + "\n")
        assert done.exit_code == code, done.output
        return done

    return command


def lines(province: Province) -> list[dict[str, Any]]:
    """The ledger; each line names who ran the command."""
    with province.engine.connect() as connection:
        found = [line for _, line in lines_of(connection)]
    assert all(line["actor"].startswith("login ") for line in found)
    return [{k: v for k, v in line.items() if k not in ("at", "actor")} for line in found]


def test_publications_are_written_down_and_repetitions_are_not(
    run: Run, province: Province, tmp_path: Path
) -> None:
    province.office(Role.OFFICER, COMMUNE)
    form = str(write_text(tmp_path / "new"))
    choices = tmp_path / "sex.csv"
    choices.write_text("Mã,Tên,Đến ngày\n1,Nam,\n2,Nữ,\n", encoding="utf-8")
    people = write(tmp_path / "people.csv", [row(0), row(1)])
    options = ("--as-of", "2026-11-01", "--name")
    for _ in range(2):
        run("publish-form", form)
        run("publish-list", str(choices), "--kind", "options", *options, f"{FORM}.sex")
        run("publish-list", str(people), "--kind", "base_list", *options, COMMUNE)
    run("withdraw-form", FORM, NEW_TEXT)
    run("publish-form", str(tmp_path / "sex.csv"), code=1)
    run("publish-list", form, "--kind", "form", *options, FORM, code=2)
    found = lines(province)
    assert len(str(found[2].pop("lists_end"))) == len("3:") + 64
    assert found == [
        {"action": "form.publish", "kind": "form", "number": 1, "name": FORM},
        {"action": "list.publish", "kind": "options", "number": 1, "name": f"{FORM}.sex"},
        {
            "action": "list.publish",
            "kind": "base_list",
            "number": 1,
            "name": COMMUNE,
            "persons": 2,
        },
        {
            "action": "form.withdraw",
            "kind": "form",
            "number": 2,
            "name": FORM,
            "version": NEW_TEXT,
        },
    ]


def test_who_collects_is_written_down(run: Run, province: Province) -> None:
    office = str(province.office(Role.COLLECTOR, COMMUNE))
    options = ("--commune", COMMUNE, "--office", office)
    run("collecting", "set", *options, "--from", "2026-11-01")
    run("collecting", "hand-over", *options)
    run("collecting", "hand-over", "--commune", COMMUNE, "--office", an_id(), code=2)
    assert lines(province) == [
        {"action": "collecting.set", "commune": COMMUNE, "office": office, "from": "2026-11-01"},
        {"action": "collecting.hand_over", "commune": COMMUNE, "office": office},
    ]


def test_who_made_and_withdrew_an_operator_is_written_down(run: Run, province: Province) -> None:
    name = ("--name", "Người Phê Duyệt")
    run("export", "operator-create", *name, "--right", "approve")
    run("export", "operator-withdraw", *name)
    run("export", "operator-withdraw", "--name", "Không Ai", code=1)
    assert lines(province) == [
        {"action": "operator.create", "operator": name[1], "rights": ["approve"]},
        {"action": "operator.withdraw", "operator": name[1]},
    ]


def test_a_parcel_of_everything_is_written_down_and_counts_by_the_settings(
    run: Run,
    province: Province,
    officer: Desk,
    tmp_path: Path,
    announced_logs: Announced,
) -> None:
    announced_logs.expect("pull alarm")
    for _ in range(3):
        officer.person()
    officer.push()
    words = ("parcel", "export", "--device", officer.device, "--folder", str(tmp_path / "usb"))
    limits = {"SO_AN_SINH_PULL_ALARM_ROWS": "1", "SO_AN_SINH_PULL_ALARM_OF_ALL": "1"}
    for _ in range(2):
        run(*words, **limits)
    refused = ("parcel", "export", "--device", an_id(), "--folder", str(tmp_path / "none"))
    run(*refused, code=2)
    with province.engine.connect() as connection:
        found = [(line["action"], line["actor"][:6]) for _, line in lines_of(connection)]
    assert found == [
        ("parcel.export", "login "),
        ("pull.alarm", officer.device[:6]),
        ("parcel.export", "login "),
    ]
    assert not list((tmp_path / "none").iterdir())


def test_a_publication_counts_although_its_file_cannot_be_written(
    run: Run, province: Province, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.write_bytes(b"")  # no folder
    form = str(write_text(tmp_path / "new"))
    done = run("publish-form", form, "--into", str(stick / "a"), code=1)
    assert "pack-export form 1 " in done.output
    assert "Traceback" not in done.output
    with province.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(publications)) == 1
    assert [line["action"] for line in lines(province)] == ["form.publish"]
    run("pack-export", "form", "1", str(stick / "a"), code=1)
    run("pack-export", "form", "1", str(tmp_path / "other"))
    assert [file.name for file in (tmp_path / "other").iterdir()] == ["form-1.pack"]
