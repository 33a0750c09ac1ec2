"""A disk that is full or fails at any call of any work: told clearly, nothing half or lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.faulting import FAULTS, OPERATIONS
from tests.support.disk import environment

#: CI lets every so-manieth call fail, by how many a work has; the long run each one.
EVERY = {
    "save": 9,
    "open": 4,
    "create": 61,
    "migrate": 97,
    "restore": 61,
    "remove user": 97,
    "backup": 31,
}
#: CI tries these; the long run all.
FAULTS_IN_CI = ("full", "flush", "rename", "open", "read", "dead")
_FREQUENT = ("full", "open", "read", "dead")


def _found(
    place: Path, shim: Path, operation: str, faults: dict[str, int]
) -> list[dict[str, object]]:
    told = subprocess.run(
        [
            *(sys.executable, "-m", "tests.crash.faulting", operation, str(place)),
            *(word for fault, every in faults.items() for word in (fault, str(every))),
        ],
        env=environment(shim, root=place),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_failing_disk_is_told_and_nothing_is_half_or_lost(
    tmp_path: Path, shim: Path, operation: str
) -> None:
    rare = 4 if operation in ("migrate", "remove user", "restore", "backup") else 1
    faults = {name: EVERY.get(operation, 3) if name in _FREQUENT else rare for name in FAULTS_IN_CI}
    found = _found(tmp_path, shim, operation, faults)
    assert [one["fault"] for one in found] == list(faults)
    assert [one for one in found if one["wrong"]] == []
    assert sum(int(str(one["tried"])) for one in found) > 0


@pytest.mark.long
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_call_that_can_fail_fails_once(
    tmp_path: Path, shim: Path, operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = _found(tmp_path, shim, operation, dict.fromkeys(FAULTS, 1))
    with capsys.disabled():
        for one in found:
            print(f"\n{operation}, {one['fault']}: {one['tried']} faults, {one['told']}", end="")
    assert [one for one in found if one["wrong"]] == []
