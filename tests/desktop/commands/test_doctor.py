"""The report for support holds nothing about anybody, wherever names and numbers were planted."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop import logs
from desktop.domain.backups import SnapshotReason
from desktop.services.home import Home, settle_home
from desktop.services.unlocking import create_register
from desktop.store.snapshots import snapshots_folder, take_snapshot
from tests.desktop.store.edits import an_id, household, person, save
from tests.support.offices import PASSPHRASE, QUICK

_USER = "Lê Thị Bình"
#: Names, numbers, places and secrets that lie somewhere in or around the register.
_PLANTED = (
    "Nguyễn Văn Kín",
    "Kín",
    "003190000777",
    "0912345678",
    "Thôn Giấu",
    "Lê Thị Bình",
    "Bình",
    "Suối Mẫu",
    "can-bo-binh",
    PASSPHRASE,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register in use for a while, with something about people in every place."""
    folder = tmp_path / "can-bo-binh" / "Nguyễn Văn Kín"
    register = create_register(folder, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK)
    settle_home(
        register,
        Home(
            commune_code="99001",
            commune_name="Xã Suối Mẫu",
            province_name="Tỉnh Tập Huấn",
            training=True,
        ),
    )
    save(register, household(an_id(), hamlet="Thôn Giấu", code="0912345678"))
    save(
        register,
        person(an_id(), full_name="Nguyễn Văn Kín", id_number="003190000777", phone="0912345678"),
    )
    with register.lending_key() as key:
        take_snapshot(
            folder,
            snapshots_folder(folder),
            key=key,
            at=datetime(2026, 11, 22, tzinfo=UTC),
            reason=SnapshotReason.CLOSE,
        )
    register.close()
    (folder / "Nguyễn Văn Kín 003190000777.txt").write_text("Nguyễn Văn Kín")
    (snapshots_folder(folder) / "Thôn Giấu").mkdir()
    _write_log(folder / "logs")
    return folder


def _write_log(folder: Path) -> None:
    handler = logs.write_to(folder)
    log = logging.getLogger("desktop.planted")
    log.propagate = False
    log.addHandler(handler)
    log.critical("unexpected ValueError at saving.py:12 save < page.py:3 leave")
    log.critical("unexpected Kín at Nguyễn Văn Kín 003190000777 0912345678")
    log.critical("unexpected KeyError at page.py:3 leave Nguyễn Văn Kín")
    log.critical("Lê Thị Bình 0912345678")
    log.removeHandler(handler)
    logs.stop(handler)


def _doctor(folder: Path, *options: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "desktop", "doctor", "--folder", str(folder), *options],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _require_nobody(text: str) -> None:
    unescaped = text.encode().decode("unicode_escape", "ignore") + text
    assert [planted for planted in _PLANTED if planted in unescaped] == []


def test_without_a_passphrase_it_tells_about_the_pc_and_the_files(folder: Path) -> None:
    done = _doctor(folder, "--json")
    assert (done.returncode in (0, 1), done.stderr) == (True, "")
    bundle = json.loads(done.stdout)
    assert bundle["folder"]["bytes"]["register.db"] > 0
    assert bundle["folder"]["other_entries"] >= 3
    assert bundle["keys"] == {"users": 1}
    assert bundle["snapshots"]["count"] == 1
    assert "register" not in bundle
    assert [line.split(" ", 2)[2] for line in bundle["crashes"]["last"]] == [
        "ValueError saving.py:12 save < page.py:3 leave"
    ]
    _require_nobody(done.stdout)


def test_with_a_passphrase_it_tells_counts_and_health(folder: Path) -> None:
    done = _doctor(folder, "--json", "--user", _USER, stdin=PASSPHRASE + "\n")
    assert done.stderr == ""
    bundle = json.loads(done.stdout)
    assert bundle["register"]["documents"] == {"household": 1, "person": 1}
    assert bundle["register"]["outbox"] == {"waiting": 2}
    assert bundle["register"]["unsent"] == 2
    assert bundle["health"]["quick_check"] == "ok"
    assert bundle["health"]["ledger_broken_at"] is None
    assert bundle["sync"]["enrolled"] is False
    _require_nobody(done.stdout)


def test_it_is_read_as_lines_or_kept_in_a_file(folder: Path, tmp_path: Path) -> None:
    lines = _doctor(folder)
    assert "snapshots.count: 1" in lines.stdout
    _require_nobody(lines.stdout)
    report = tmp_path / "bao-cao.json"
    done = _doctor(folder, "--to", str(report), "--user", _USER, stdin=PASSPHRASE + "\n")
    assert str(report) in done.stdout
    _require_nobody(report.read_text(encoding="utf-8"))
    assert json.loads(report.read_text(encoding="utf-8"))["register"]["unsent"] == 2
    assert _doctor(folder, "--to", str(tmp_path / "no" / "x.json")).returncode == 2


def test_a_wrong_passphrase_gives_the_shorter_report(folder: Path) -> None:
    done = _doctor(folder, "--json", "--user", _USER, stdin="sai mật khẩu rồi nhé\n")
    bundle = json.loads(done.stdout)
    assert done.returncode == 1
    assert bundle["opening"] == {"problem": "wrong_passphrase"}
    assert "register" not in bundle
    _require_nobody(done.stdout)


def test_a_folder_without_a_register_and_a_damaged_one_are_told(
    folder: Path, tmp_path: Path
) -> None:
    nothing = _doctor(tmp_path / "nowhere", "--json")
    assert nothing.returncode == 1
    assert "register_missing" in json.loads(nothing.stdout)["problems"]["codes"]
    path = folder / "register.db"
    whole = bytearray(path.read_bytes())
    for page in range(len(whole) // 8192 * 4096, len(whole), 4096):
        whole[page + 99] ^= 1  # the last one alone may be a free page, which nobody checks
    path.write_bytes(whole)
    torn = _doctor(folder, "--json", "--user", _USER, stdin=PASSPHRASE + "\n")
    assert torn.returncode == 1
    assert "register_damaged" in torn.stdout
    _require_nobody(torn.stdout)
