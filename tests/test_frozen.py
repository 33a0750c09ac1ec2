"""The one-folder program: it is built, it starts, it carries no server."""

from __future__ import annotations

import faulthandler
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.frozen


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The freshly built program's executable."""
    faulthandler.cancel_dump_traceback_later()  # what is started here has its limits
    folder = tmp_path_factory.mktemp("frozen")
    subprocess.run(
        [
            *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"),
            *("--distpath", folder / "dist", "--workpath", folder / "build", "build.spec"),
        ],
        cwd=ROOT,
        check=True,
        timeout=900,
    )
    return folder / "dist" / "so-an-sinh" / "so-an-sinh"


def run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # A bare environment: nothing of the developer's Python may help.
    keep = {k: v for k, v in os.environ.items() if k in {"HOME", "LANG", "TMPDIR", "XDG_DATA_HOME"}}
    return subprocess.run(
        [program, *arguments],
        env=keep | {"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_program_tells_its_version(program: Path) -> None:
    done = run(program, "--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "so-an-sinh"), done.stderr


def test_the_desktop_half_of_the_demo_runs_from_the_folder(program: Path) -> None:
    done = run(program, "demo", "--headless", "--desktop-half", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])
    assert summary["entered"] == 5
    assert summary["submitted"] == 5


def test_the_server_is_not_in_the_folder(program: Path) -> None:
    listing = subprocess.run(
        [sys.executable, "-m", "PyInstaller.utils.cliutils.archive_viewer", "-l", "-r", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    assert "sync.protocol.messages" in listing
    assert "sync.client.engine" in listing
    assert "sync.server" not in listing
    assert "litestar" not in listing
    names = {path.name for path in program.parent.rglob("*")}
    assert not {name for name in names if name.startswith(("litestar", "psycopg", "pixeltable"))}
