"""Every fault of ``faults.md`` is a test that exists, or a line that says why it is none."""

from __future__ import annotations

import re
from pathlib import Path

from tests.sync.simulation.network import Fate
from tests.sync.simulation.operations import OPERATIONS

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).parent / "faults.md"
MOST = 65

_LINE = re.compile(r"^\| T(\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
_HAPPENS = re.compile(r"`(\w+)`")


def lines() -> list[tuple[int, str]]:
    """Number and last column of each fault."""
    table = TABLE.read_text(encoding="utf-8")
    return [(int(number), tried) for number, _, tried in _LINE.findall(table)]


def test_every_fault_has_its_line() -> None:
    assert sorted(number for number, _ in lines()) == list(range(1, MOST + 1))


def test_every_fault_is_tried_or_says_why_not() -> None:
    silent = [
        number
        for number, tried in lines()
        if not (_TEST.search(tried) or _HAPPENS.search(tried) or tried.startswith("*not tried*"))
    ]
    assert silent == []


def test_every_test_that_is_named_exists() -> None:
    missing = [
        f"{path}::{name}"
        for _, tried in lines()
        for path, name in _TEST.findall(tried)
        if not _is_there(path, name)
    ]
    assert missing == []


def _is_there(path: str, name: str) -> bool:
    file = ROOT / path
    return file.exists() and bool(
        re.search(rf"^ *def {name}\(", file.read_text(encoding="utf-8"), re.MULTILINE)
    )


def test_everything_that_is_said_to_happen_in_the_stories_can_happen() -> None:
    known = {operation.name for operation in OPERATIONS} | {fate.name for fate in Fate}
    named = {
        name
        for _, tried in lines()
        if not tried.startswith("*not tried*")
        for name in _HAPPENS.findall(tried)
    }
    assert named - known == set()
    assert {fate.name for fate in Fate} - named <= {"ARRIVES", "GATEWAY", "BUSY"}
