"""Giving and taking the rights to what is restricted, without a window."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.domain.users import UserRole
from desktop.services.unlocking import create_register
from desktop.services.users import Users
from tests.support.offices import PASSPHRASE, QUICK, Clock

_SECRET = PASSPHRASE + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed register of Lan, its first manager, and Mai."""
    folder = tmp_path / "register"
    with create_register(folder, user_name="Lan", passphrase=PASSPHRASE, cost=QUICK) as register:
        users = Users(register=register, author="Lan", clock=Clock(), cost=QUICK)
        users.add(user_name="Mai", passphrase=PASSPHRASE, role=UserRole.OFFICER)
    return folder


def _users(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "desktop", "users", *arguments],
        input=_SECRET,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _rights(folder: Path) -> dict[str, list[str]]:
    listed = _users("rights", str(folder), "--user", "Mai", "--json")
    return {user["name"]: user["rights"] for user in json.loads(listed.stdout)["users"]}


def test_a_right_is_given_told_and_taken(folder: Path) -> None:
    assert _rights(folder) == {"Lan": [], "Mai": []}
    given = _users("grant", str(folder), "Mai", "drug_treatment", "--user", "Lan")
    assert (given.returncode, given.stderr) == (0, "")
    assert _rights(folder) == {"Lan": [], "Mai": ["drug_treatment"]}
    taken = _users("revoke", str(folder), "Mai", "drug_treatment", "--user", "Mai")
    assert (taken.returncode, taken.stderr) == (0, "")
    assert _rights(folder) == {"Lan": [], "Mai": []}


def test_who_may_not_is_told_so(folder: Path) -> None:
    told = _users("grant", str(folder), "Mai", "drug_treatment", "--user", "Mai")
    assert told.returncode == 1
    assert "mục hạn chế" in told.stderr
    assert _rights(folder) == {"Lan": [], "Mai": []}


def test_what_is_no_restricted_data_set_is_wrong_use(folder: Path) -> None:
    told = _users("grant", str(folder), "Mai", "labour", "--user", "Lan")
    assert told.returncode == 2
    assert "labour" in told.stderr
