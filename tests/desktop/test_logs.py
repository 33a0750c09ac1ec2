"""The diary holds nothing about a person."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from desktop import logs
from tests.conftest import Announced


def test_numbers_of_people_are_blacked_out(tmp_path: Path, announced_logs: Announced) -> None:
    announced_logs.expect("a number")
    handler = logs.write_to(tmp_path)
    logging.getLogger("anything").warning("a number: %s", "003188000017")
    logs.stop(handler)
    written = (tmp_path / "program.log").read_text(encoding="utf-8")
    assert "a number: [number]" in written
    assert "003188000017" not in written


def test_a_crash_is_logged_by_place_without_its_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announced_logs: Announced
) -> None:
    announced_logs.expect("unexpected ValueError")
    shown: list[bool] = []
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    logs.install_crash_hook(lambda: shown.append(True))
    handler = logs.write_to(tmp_path)
    with pytest.raises(ValueError, match="Hạnh") as caught:
        _crash()
    sys.excepthook(ValueError, caught.value, caught.value.__traceback__)
    logs.stop(handler)
    written = (tmp_path / "program.log").read_text(encoding="utf-8")
    assert "test_logs.py" in written
    assert "Hạnh" not in written
    assert shown == [True]


def _crash() -> None:
    raise ValueError("Nguyễn Thị Hạnh")
