"""The whole path, once, through the real windows of three offices and a real server."""

from __future__ import annotations

import faulthandler
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files with a short name: sockets of PostgreSQL lie in it."""
    with tempfile.TemporaryDirectory(prefix="an-") as name:
        yield Path(name)


def test_the_headless_demo_holds_and_pictures_every_page(temporary: Path, tmp_path: Path) -> None:
    faulthandler.cancel_dump_traceback_later()  # the demo has its own limit
    pictures = tmp_path / "pictures"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "desktop", "demo", "--headless", "--json"),
            *("--screenshots", str(pictures)),
        ],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])
    assert summary["entered"] == 5
    assert summary["submitted"] == 6
    assert summary["flagged"] == summary["checked"] == 2
    assert (summary["accepted"], summary["returned"]) == (3, 1)
    assert (summary["unsent"], summary["lost"], summary["converged"]) == (0, 0, True)
    assert summary["failures"] == []
    assert len(list(pictures.glob("*.png"))) >= 10
    # The embedded PostgreSQL keeps the file it locks; it is empty.
    left_over = [path for path in temporary.rglob("*") if path.name != ".lockfile"]
    assert left_over == []
