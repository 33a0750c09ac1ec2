"""The whole path, once, through the real windows of three offices and a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def test_the_headless_demo_holds_and_pictures_every_page(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "desktop", "demo", "--headless", "--json"),
            *("--screenshots", str(pictures)),
        ],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(tmp_path)},
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
    left_over = {path.name for path in tmp_path.iterdir()} - {"pictures", "home"}
    assert left_over == set()
