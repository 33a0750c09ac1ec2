"""The window is killed in the middle of a roster; started again, it stands where it stood."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtWidgets import QLineEdit

from tests.desktop.ui.conftest import OpenDesk, locked_desk, open_desk, qapp
from tests.desktop.ui.world import make_register
from tests.support.children import line_of
from tests.support.typing_roster import FORM, NAMES

__all__ = ["locked_desk", "open_desk", "qapp"]  # fixtures

_ROOT = Path(__file__).parents[2]


def test_a_roster_half_typed_when_the_window_was_killed_comes_back(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path / "so").close()
    window = subprocess.Popen(
        [sys.executable, "-m", "tests.support.typing_roster", str(tmp_path / "so")],
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    with window:
        line = line_of(window)
        window.kill()
    what, told = json.loads(line)
    assert what == "kept"
    assert set(told["names"].values()) == set(NAMES)

    hands = open_desk(tmp_path / "so")
    assert hands.sees("page:form")
    assert hands.form_view.definition.form_id == FORM
    back = {path: hands.form_view.value(path) for path in told["names"]}
    assert back == told["names"]
    path, position = told["cursor"]
    assert hands.question == path
    assert hands.find(QLineEdit, f"question:{path}").cursorPosition() == position
    assert "chưa ghi vào sổ" in hands.message()
