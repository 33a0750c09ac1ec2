"""``so-an-sinh-server`` as an administrator and the demo start it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests
import trustme
from typer.testing import CliRunner

from sync.protocol.messages import Enrolled, Refusal, RefusalCode
from sync.server.__main__ import cli
from sync.server.embedded import embedded_postgres
from tests.support.children import SECONDS, line_of, until
from tests.support.desk import Desk, an_id
from tests.support.server import ServerProcess


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user may enter when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="so-an-sinh-training-") as name:
        yield Path(name)


def processes_on(folder: Path) -> list[str]:
    """Command lines of running programs that name this folder."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            lines.append(line)
    return lines


def start_training(folder: Path) -> subprocess.Popen[str]:
    """The training server, started as the demo does."""
    return subprocess.Popen(
        [sys.executable, "-m", "sync.server", "training", "--folder", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def status_of_box(folder: Path) -> str:
    """What who asks how the box in this folder stands is told, where there is none yet."""
    asked = [sys.executable, "-m", "sync.server", "box", "status", "--folder", str(folder)]
    told = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=SECONDS)
    return told.stderr


def test_who_asks_how_a_box_stands_leaves_its_database_running(folder: Path) -> None:
    with embedded_postgres(folder / "postgres") as url:
        assert "this is no box yet" in status_of_box(folder)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    until(lambda: processes_on(folder) == [])


@pytest.mark.long
def test_a_database_that_needs_longer_than_ten_seconds_to_start_is_waited_for(
    folder: Path,
) -> None:
    assert "this is no box yet" in status_of_box(folder)
    # It asks an archive before it answers, as after a restore, and that takes its time.
    with (folder / "postgres/postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write("hot_standby = off\n")
        settings.write("restore_command = 'test %f != 00000002.history || sleep 12; false'\n")
    (folder / "postgres/recovery.signal").touch()
    assert "this is no box yet" in status_of_box(folder)
    assert not (folder / "postgres/recovery.signal").exists()
    until(lambda: processes_on(folder) == [])


@pytest.mark.parametrize("how", ["standard input closes", "SIGTERM"])
def test_training_serves_the_fictional_province_and_leaves_nothing_running(
    folder: Path, how: str
) -> None:
    with start_training(folder) as process:
        assert process.stdin is not None
        place = json.loads(line_of(process))
        offices = []
        for role in ("officer", "police", "collector"):
            desk = Desk(place["url"])
            enrolled = desk.enrol(place["codes"][role])
            assert isinstance(enrolled, Enrolled)
            desk.login()
            desk.pull()
            desk.http.close()
            offices.append((enrolled.role, len(enrolled.communes), enrolled.training))
        assert offices == [("officer", 1, True), ("police", 1, True), ("collector", 3, True)]
        assert processes_on(folder)
        if how == "SIGTERM":
            process.send_signal(signal.SIGTERM)
        else:
            process.stdin.close()
        assert process.wait(60) == 0
    until(lambda: processes_on(folder) == [])


def test_training_can_be_started_again_on_its_folder(folder: Path) -> None:
    epochs = set()
    for _ in range(2):
        with start_training(folder) as process:
            place = json.loads(line_of(process))
            desk = Desk(place["url"])
            enrolled = desk.enrol(place["codes"]["officer"])
            assert isinstance(enrolled, Enrolled)
            epochs.add((enrolled.server_epoch, enrolled.office))
            desk.http.close()
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(60) == 0
    assert len(epochs) == 1


@pytest.mark.usefixtures("database")
def test_an_administrator_sets_a_province_up(postgres_url: str) -> None:
    runner = CliRunner(env={"SO_AN_SINH_DATABASE_URL": postgres_url})

    def run(*words: str) -> str:
        result = runner.invoke(cli, list(words))
        assert result.exit_code == 0, result.output
        return result.output.strip()

    run("migrate")
    run("province-init", "--code", "03", "--name", "Tỉnh Tập Huấn", "--training")
    office = run(
        "office-create",
        "--name",
        "UBND Xã Suối Mẫu",
        "--role",
        "officer",
        "--commune",
        "99001=Xã Suối Mẫu",
    )
    code = run("enrol-code", "--office", office, "--user", "Cán bộ A")
    with ServerProcess(postgres_url) as server:
        desk = Desk(server.url)
        enrolled = desk.enrol(code)
        desk.login()
        before = desk.pull().end.server_epoch
        run("renew-epoch")
        after = desk.pull().end.server_epoch
        desk.http.close()
    assert isinstance(enrolled, Enrolled)
    assert enrolled.server_epoch == before != after
    assert (enrolled.office, enrolled.office_name) == (office, "UBND Xã Suối Mẫu")


@pytest.mark.parametrize(
    "words",
    [
        ("province-init", "--code", "04", "--name", "Tỉnh Khác"),
        ("office-create", "--name", "A", "--role", "officer", "--commune", "99001"),
        ("office-create", "--name", "A", "--role", "king", "--commune", "99001=A"),
        ("enrol-code", "--office", "00000000-0000-4000-8000-000000000000", "--user", "A"),
    ],
    ids=lambda words: " ".join(words[:3]),
)
@pytest.mark.usefixtures("province")
def test_an_administrators_mistake_is_told_and_changes_nothing(
    words: tuple[str, ...], postgres_url: str
) -> None:
    runner = CliRunner(env={"SO_AN_SINH_DATABASE_URL": postgres_url})
    result = runner.invoke(cli, list(words))
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def health(url: str, trusted: Path) -> object:
    """What the server says of itself; the connection is gone afterwards."""
    return requests.get(url + "/health", verify=str(trusted), timeout=60).json()


def test_with_a_certificate_the_server_speaks_https_only(postgres_url: str, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key, trusted = (tmp_path / name for name in ("cert.pem", "key.pem", "ca.pem"))
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(trusted)
    options = ("--certificate", str(certificate), "--key", str(key))
    with ServerProcess(postgres_url, options=options) as server:
        assert server.url.startswith("https://")
        assert health(server.url, trusted) == {"status": "ok"}
        with pytest.raises(requests.ConnectionError):
            requests.get(server.url.replace("https", "http") + "/health", timeout=60)


def test_a_lost_pc_is_refused_on_its_next_request(officer: Desk, postgres_url: str) -> None:
    runner = CliRunner(env={"SO_AN_SINH_DATABASE_URL": postgres_url})
    officer.pull()
    assert runner.invoke(cli, ["device-withdraw", "--device", an_id()]).exit_code == 2
    officer.pull()
    withdrawn = runner.invoke(cli, ["device-withdraw", "--device", officer.device])
    assert withdrawn.exit_code == 0, withdrawn.output
    response = officer.post("/sync/v1/pull", b'{"cursors":{}}')
    assert officer.read(response, Enrolled) == Refusal(code=RefusalCode.REVOKED)
    assert officer.challenge() == Refusal(code=RefusalCode.REVOKED)
