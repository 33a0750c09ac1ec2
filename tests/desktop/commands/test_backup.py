"""Backing up and going back without a window."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.services.unlocking import create_register, open_register
from desktop.store.people import count_people
from tests.desktop.store.edits import an_id, person, save
from tests.support.offices import PASSPHRASE, QUICK

_USER = "Lê Thị Bình"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed register with one person."""
    folder = tmp_path / "register"
    with create_register(folder, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        save(register, person(an_id(), full_name="Lê Một"))
    return folder


def _backup(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "desktop", "backup", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _count(folder: Path) -> int:
    with open_register(folder, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        return count_people(register)


def test_a_backup_is_made_listed_told_and_restored(folder: Path) -> None:
    at, secret = ("--folder", str(folder)), PASSPHRASE + "\n"
    assert _backup("now", "--user", _USER, *at, stdin=secret).returncode == 0
    (listed,) = json.loads(_backup("list", *at, "--json").stdout)
    assert listed["documents"] == {"person": 1}
    with open_register(folder, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        save(register, person(an_id(), full_name="Lê Hai"))
    restore = ("restore", listed["name"], "--user", _USER, *at, "--leave-unsent")
    told = _backup(*restore, stdin=secret)
    assert (told.returncode, told.stderr) == (0, "")
    assert "chưa gửi: 1 thay đổi, SẼ MẤT" in told.stdout
    assert _count(folder) == 2
    done = _backup(*restore, "--yes", stdin=secret)
    assert "Đã khôi phục." in done.stdout
    assert _count(folder) == 1


def test_what_cannot_be_done_is_told(folder: Path, tmp_path: Path) -> None:
    at = ("--user", _USER, "--folder", str(folder))
    assert _backup("now", *at, stdin="sai mật khẩu rồi nhé\n").returncode == 2
    gone = _backup("now", *at, "--to", str(tmp_path / "usb"), stdin=PASSPHRASE + "\n")
    assert (gone.returncode, "backup_folder_gone" in gone.stdout) == (1, True)
    nothing = _backup("restore", "20260101T000000Z-close", *at, stdin=PASSPHRASE + "\n")
    assert nothing.returncode == 2
    assert "snapshot_damaged" in nothing.stderr
