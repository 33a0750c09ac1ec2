"""The ledger without a window: verify, show, export."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from desktop.domain.ledger import Action
from desktop.domain.users import UserRole
from desktop.services.unlocking import create_register, open_register
from desktop.services.users import Users
from desktop.store import ledger
from tests.desktop.store.edits import NOW, an_id, person, save
from tests.support.offices import PASSPHRASE, QUICK

_USER = "Lê Thị Bình"
_SECRET = PASSPHRASE + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed register with one person who was looked at."""
    folder = tmp_path / "register"
    one = an_id()
    with create_register(folder, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        save(register, person(one, full_name="Lê Một"))
        ledger.note(
            register, at=NOW, by="Trần Văn Ba", action=Action.PERSON_VIEW, objects=[("person", one)]
        )
    return folder


def _ledger(*arguments: str, stdin: str = _SECRET) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "desktop", "ledger", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _verified(folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = _ledger("verify", str(folder), "--json", *arguments)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def _change(folder: Path, sql: str) -> None:
    with (
        open_register(folder, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register,
        register.writing() as transaction,
    ):
        transaction.driver.execute(sql)


def test_a_sound_ledger_verifies_and_is_its_own_next_witness(folder: Path) -> None:
    code, first = _verified(folder)
    assert (code, first["sound"], first["faults"]) == (0, True, [])
    code, second = _verified(folder, "--witness", first["head"])
    assert (code, second["witnesses"]) == (0, 1)
    assert second["lines"] > first["lines"]
    wrong = first["head"].partition(":")[0] + ":" + "0" * 64
    code, third = _verified(folder, "--witness", wrong)
    assert code == 1
    assert [fault["kind"] for fault in third["faults"]] == ["rewritten"]


@pytest.mark.parametrize(
    ("sql", "fault", "words"),
    [
        (
            "UPDATE ledger SET entry = replace(entry, 'Ba', 'Tư') WHERE n = 3",
            {"n": 3, "last": 3, "kind": "changed"},
            "Dòng 3 đã bị sửa.",
        ),
        (
            "DELETE FROM ledger WHERE n = 2",
            {"n": 2, "last": 2, "kind": "missing"},
            "Dòng 2 đã bị xóa.",
        ),
    ],
)
def test_a_line_that_was_touched_is_named(
    folder: Path, sql: str, fault: dict[str, object], words: str
) -> None:
    _change(folder, sql)
    code, found = _verified(folder)
    assert code == 1
    assert found["faults"] == [fault]
    done = _ledger("verify", str(folder))
    assert done.returncode == 1
    assert words in done.stdout


def test_lines_are_shown_with_ids_and_without_names(folder: Path) -> None:
    done = _ledger("show", str(folder), "--by", "Trần Văn Ba", "--json")
    assert done.returncode == 0
    [line] = json.loads(done.stdout)["lines"]
    [[kind, one]] = line["objects"]
    assert (line["n"], line["action"], kind) == (3, "person.view", "person")
    found = _ledger("show", str(folder), "--object", one, "--action", "person.*").stdout
    assert found.splitlines() == [f"3  22/11/2026 15:00:00  Trần Văn Ba mở hồ sơ của {one}."]
    assert "Lê Một" not in _ledger("show", str(folder)).stdout
    by_month = _ledger("show", str(folder), "--from", "11/2026", "--to", "22/11/2026", "--json")
    assert 3 in [line["n"] for line in json.loads(by_month.stdout)["lines"]]
    assert _ledger("show", str(folder), "--from", "1/1/2100").stdout == ""


def test_an_export_asks_what_for_and_is_told(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "nhat-ky.xlsx"
    done = _ledger("export", str(folder), str(path), stdin=_SECRET + "Đoàn kiểm tra\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert openpyxl.load_workbook(path).active.max_row >= 4
    told = json.loads(_ledger("show", str(folder), "--action", "ledger.export", "--json").stdout)
    assert [line["purpose"] for line in told["lines"]] == ["Đoàn kiểm tra"]
    without = _ledger("export", str(folder), str(path), stdin=_SECRET + "\n")
    assert without.returncode == 1
    assert "PURPOSE_MISSING" in without.stderr


def test_wrong_use_is_told(folder: Path, tmp_path: Path) -> None:
    assert _ledger("verify", str(tmp_path / "nowhere")).returncode == 2
    assert _ledger("verify", str(folder), "--witness", "7").returncode == 2
    assert _ledger("show", str(folder), "--from", "hôm qua").returncode == 2
    assert _ledger("show", str(folder), "--action", "nothing.such").returncode == 2
    assert _ledger("export", str(folder), str(tmp_path / "x.csv")).returncode == 2
    assert _ledger("verify", str(folder), stdin="sai mật khẩu rồi đó\n").returncode == 1


def test_with_several_users_one_says_who_one_is(folder: Path) -> None:
    with open_register(folder, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        Users(register=register, author=_USER, clock=lambda: NOW, cost=QUICK).add(
            user_name="Trần Văn Ba", passphrase=PASSPHRASE, role=UserRole.OFFICER
        )
    assert _ledger("verify", str(folder)).returncode == 2
    assert _ledger("verify", str(folder), "--user", "Trần Văn Ba").returncode == 0
