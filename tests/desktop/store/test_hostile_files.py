"""Files that somebody else wrote under our names: refused or mended; no crash, no frozen PC."""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desktop import logs
from desktop.domain.backups import SnapshotReason
from desktop.errors import AppError, ExternalError, Problem, UserError
from desktop.services.workbook import write_texts
from desktop.store.data_key import KEY_BYTES, DataKey
from desktop.store.folder import write_atomically
from desktop.store.key_file import LONGEST, copy_path, read_one
from desktop.store.keys import create_key_file, unlock
from desktop.store.register import Register
from desktop.store.snapshots import DESCRIPTION_FILE, list_snapshots, take_snapshot
from desktop.store.stretching import KdfCost, fitted
from sync.protocol.recovery import seal
from tests.desktop.store.test_key_file import CHEAP, LAN, open_lan, write

_NOW = datetime(2026, 11, 20, tzinfo=UTC)
_DEEP = 200_000


def _sealed(content: bytes) -> Callable[[dict[str, Any]], None]:
    """Anybody can seal anything to a public key."""

    def change(content_of_file: dict[str, Any]) -> None:
        for user in content_of_file["users"]:
            box = seal(content, base64.b64decode(user["public_key"]))
            user["sealed"] = base64.b64encode(box).decode()

    return change


def _costing(memory_kib: int, iterations: int) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        for user in content["users"]:
            user.update(memory_kib=memory_kib, iterations=iterations)

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update(mac="é" * 64),
        lambda content: content.update(mac=content["mac"][:16]),
        _sealed(b"\1" * (KEY_BYTES - 1)),
        _sealed(bytes(KEY_BYTES)),
        _sealed(b"\7" * KEY_BYTES),
        _costing(8 * 1024 * 1024 - 1, 999),
        _costing(1024 * 1024, 999),
    ],
    ids=["letters", "cut", "short key", "no key", "other key", "memory", "time"],
)
def test_an_altered_key_file_opens_from_its_copy_and_alone_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    path = tmp_path / "keys.json"
    key = create_key_file(path, user_name="Lan", passphrase=LAN, cost=CHEAP)
    content = json.loads(path.read_text())
    change(content)
    write(path, content)
    unlocked = open_lan(path)
    assert unlocked.key.reveal() == key.reveal()
    assert unlocked.is_mended
    for place in (path, copy_path(path)):
        write(place, content)
    with pytest.raises(AppError) as error:
        open_lan(path)
    assert error.value.problem in (Problem.KEY_FILE_ALTERED, Problem.KEY_FILE_DAMAGED)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"format":"so-an-sinh/keys","x":' + b"[" * _DEEP + b"]" * _DEEP + b',"version":2}',
        b'{"format":"so-an-sinh/keys","version":2' + b" " * LONGEST + b"}",
    ],
    ids=["deep", "long"],
)
def test_a_key_file_without_end_is_a_damaged_one(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "keys.json"
    create_key_file(path, user_name="Lan", passphrase=LAN, cost=CHEAP)
    path.write_bytes(raw)
    assert open_lan(path).is_mended
    copy_path(path).write_bytes(raw)
    path.write_bytes(raw)
    with pytest.raises(ExternalError) as error:
        open_lan(path)
    assert error.value.problem is Problem.KEY_FILE_DAMAGED


def test_a_pipe_in_the_place_of_a_key_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "keys.json")
    with pytest.raises(ExternalError) as error:
        read_one(tmp_path / "keys.json")
    assert error.value.problem is Problem.KEY_FILE_DAMAGED


def test_half_a_letter_in_a_passphrase_is_a_wrong_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create_key_file(path, user_name="Lan", passphrase=LAN, cost=CHEAP)
    with pytest.raises(UserError) as error:
        unlock(path, user_name="Lan", passphrase=LAN + "\udcc3", cost=CHEAP)
    assert error.value.problem is Problem.WRONG_PASSPHRASE


def test_what_this_program_measures_it_also_reads() -> None:
    for seconds in (0.0, 0.0001, 0.01, 0.1, 0.5, 5.0):
        assert fitted(KdfCost.FLOOR, seconds=seconds).is_plausible


def test_snapshots_of_a_hostile_stick_are_listed_without_it(tmp_path: Path) -> None:
    folder, stick = tmp_path / "so", tmp_path / "stick"
    key = DataKey.new()
    Register.create(folder, key=key, author="Lan").close()
    good = take_snapshot(folder, stick, key=key, at=_NOW, reason=SnapshotReason.ASKED)
    for name in ("20269940T000000Z-close", "20260101T000000Z-close", "20260102T000000Z-close"):
        (stick / name).mkdir()
        (stick / name / "register.db").write_bytes(b"x")
    (stick / "20260101T000000Z-close" / DESCRIPTION_FILE).write_bytes(
        b'{"x":' + b"[" * _DEEP + b"]" * _DEEP + b"}"
    )
    os.mkfifo(stick / "20260102T000000Z-close" / DESCRIPTION_FILE)
    assert [one.name for one in list_snapshots(stick)] == [
        good.name,
        "20260102T000000Z-close",
        "20260101T000000Z-close",
    ]


def test_a_small_file_is_never_written_through_a_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("another's")
    (tmp_path / "keys.json.new").symlink_to(elsewhere)
    write_atomically(tmp_path / "keys.json", b"ours")
    assert elsewhere.read_text() == "another's"
    assert not (tmp_path / "keys.json").is_symlink()
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_what_leaves_and_what_is_logged_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_texts(tmp_path / "x.xlsx", sheet="Sổ", headings=["a"], widths=[8], rows=[["b"]])
        logs.stop(logs.write_to(tmp_path / "logs"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x.xlsx").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "logs").stat().st_mode) == 0o700
