"""Taking data out: only by two people with rights, only what was asked for, and written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from sync.protocol.documents import DataSet, DocumentType, Role, bucket_of
from sync.server.__main__ import cli
from sync.server.ledger import lines_of
from tests.support.desk import Desk
from tests.sync.server.conftest import MakeDesk

ASKS, APPROVES, NOBODY = "Người Đề Nghị", "Người Phê Duyệt", "Người Ngoài"
WORDS = {
    ASKS: "mật khẩu của người đề nghị",
    APPROVES: "mật khẩu của người duyệt",
    NOBODY: "mật khẩu của người ngoài",
}
NAME = "Trần Văn Xuất Khẩu"

Run = Callable[..., Result]


@pytest.fixture
def run(database: Engine, postgres_url: str) -> Run:
    """Runs a command of ``export``; ``by`` types the passphrase, unless another is given."""
    del database
    runner = CliRunner(env={"SO_AN_SINH_DATABASE_URL": postgres_url})

    def command(*arguments: str, by: str = "", words: str = "") -> Result:
        name = ["--by", by] if by else []
        typed = (words or WORDS.get(by, "")) + "\n"
        return runner.invoke(cli, ["export", *arguments, *name], input=typed)

    for name, rights in {ASKS: ["export", "approve"], APPROVES: ["approve"], NOBODY: []}.items():
        options = [part for right in rights or ["drug_treatment"] for part in ("--right", right)]
        made = command("operator-create", "--name", name, *options, words=WORDS[name])
        assert made.exit_code == 0, made.output
    return command


@pytest.fixture
def filled(make_desk: MakeDesk) -> Desk:
    """Persons of two communes, one of them asked for."""
    for commune in ("99003", "99001"):
        desk = make_desk(Role.OFFICER, commune)
        desk.commune = commune
        bucket = bucket_of(commune, DataSet.REGISTER)
        desk.create(DocumentType.PERSON, {"full_name": f"{NAME} {commune}"}, bucket=bucket)
        desk.push()
    return desk


def asked(run: Run, *, by: str = ASKS, data_set: str = "register") -> Result:
    options = ("--data-set", data_set, "--commune", "99001", "--purpose", "Báo cáo quý IV")
    return run("ask", *options, by=by)


def test_two_people_take_one_data_set_of_one_commune_out_and_it_is_written_down(
    run: Run, filled: Desk, tmp_path: Path, database: Engine
) -> None:
    request = asked(run).output.strip()
    assert run("approve", "--request", request, by=APPROVES).exit_code == 0
    target = tmp_path / "out.jsonl"
    made = run("make", "--request", request, "--to", str(target), by=ASKS)
    assert made.exit_code == 0, made.output
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [line["fields"]["full_name"] for line in lines[1:-1]] == [f"{NAME} 99001"]
    assert target.stat().st_mode & 0o077 == 0
    key = run("key").output.strip()
    told = run("check", str(target), "--server-key", key)
    assert told.exit_code == 0 and "Báo cáo quý IV" in told.output
    with database.connect() as connection:
        written = [line for _, line in lines_of(connection) if line["action"][:7] == "export."]
    assert [(line["actor"], line["action"]) for line in written] == [
        (ASKS, "export.ask"),
        (APPROVES, "export.approve"),
        (ASKS, "export.make"),
        (ASKS, "export.made"),
    ]
    assert all(line["export"] == request for line in written)
    assert (written[0]["communes"], written[-1]["rows"]) == (["99001"], 1)
    assert NAME not in json.dumps(written, ensure_ascii=False)
    assert filled.device not in target.read_text(encoding="utf-8")
    # Once: a second file is another export.
    again = run("make", "--request", request, "--to", str(tmp_path / "again"), by=ASKS)
    assert again.exit_code == 1 and not (tmp_path / "again").exists()


@pytest.mark.usefixtures("filled")
def test_nothing_goes_out_without_rights_passphrase_and_another_person(
    run: Run, tmp_path: Path, database: Engine
) -> None:
    target = tmp_path / "out.jsonl"
    request = asked(run).output.strip()

    def make(by: str = ASKS, words: str = "") -> Result:
        return run("make", "--request", request, "--to", str(target), by=by, words=words)

    refused = [
        asked(run, by=APPROVES),  # may only approve
        asked(run, by=NOBODY),
        asked(run, data_set="children_restricted"),  # a right of its own
        asked(run, by="Không Có Ai"),
        run("approve", "--request", request, by=ASKS),  # his own
        run("approve", "--request", request, by=NOBODY),
        run("approve", "--request", request, by=APPROVES, words="sai mật khẩu rồi nhé"),
        make(),  # nobody approved
    ]
    assert run("approve", "--request", request, by=APPROVES).exit_code == 0
    refused += [
        make(APPROVES),
        make(NOBODY),
        make(words="sai mật khẩu rồi nhé"),
        run("approve", "--request", request, by=APPROVES),  # twice
    ]
    with database.begin() as connection:
        connection.execute(text("UPDATE exports SET approved_at = now() - interval '8 days'"))
    refused.append(make())
    for result in refused:
        assert result.exit_code == 1, result.output
        assert "Traceback" not in result.output
    assert not target.exists()
    with database.connect() as connection:
        written = [line["action"] for _, line in lines_of(connection)]
    assert sum(action.endswith(".refused") for action in written) == len(refused) - 1
    assert "export.make" not in written


@pytest.mark.usefixtures("filled")
def test_an_operator_who_left_takes_nothing_out(run: Run) -> None:
    request = asked(run).output.strip()
    assert run("operator-withdraw", "--name", APPROVES).exit_code == 0
    assert run("approve", "--request", request, by=APPROVES).exit_code == 1


@pytest.mark.usefixtures("filled")
def test_an_export_that_was_changed_or_cut_is_told(run: Run, tmp_path: Path) -> None:
    request = asked(run).output.strip()
    run("approve", "--request", request, by=APPROVES)
    target = tmp_path / "out.jsonl"
    run("make", "--request", request, "--to", str(target), by=ASKS)
    key = run("key").output.strip()
    whole = target.read_bytes()
    lines = whole.splitlines(keepends=True)
    for changed in (
        whole.replace(b"99001", b"99002"),
        b"".join(lines[:-1]),
        b"".join([lines[0], lines[-1]]),
        b"".join([*lines[:-1], lines[1], lines[-1]]),
        whole[:-10],
        b"",
        b"{}\n{}\n",
    ):
        target.write_bytes(changed)
        result = run("check", str(target), "--server-key", key)
        assert result.exit_code == 1
    target.write_bytes(whole)
    assert run("check", str(target), "--server-key", "0" * 64).exit_code == 1
    assert run("check", str(target), "--server-key", key).exit_code == 0


def test_an_operator_that_cannot_be_is_refused(run: Run) -> None:
    for name, right, words in (
        ("Ngắn", "export", "quá ngắn"),
        ("Lạ", "everything", "mật khẩu đủ dài để nhận"),
        (ASKS, "export", "mật khẩu đủ dài để nhận"),
        ("a\nb", "export", "mật khẩu đủ dài để nhận"),
    ):
        made = run("operator-create", "--name", name, "--right", right, words=words)
        assert made.exit_code == 1, name
        assert words not in made.output
