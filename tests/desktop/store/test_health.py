"""Faults of the disk and of the place, caused for real: each is told by its own name."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from desktop.errors import ExternalError, Problem
from desktop.store.connection import connect
from desktop.store.health import (
    LOW_SPACE_BYTES,
    FolderKind,
    check_whole,
    folder_kind,
    free_bytes,
    is_in_cloud,
    is_share,
    place_problems,
    system_of,
)
from desktop.store.keys import DataKey
from desktop.store.people import count_people
from desktop.store.preparing import MARK_FILE
from desktop.store.register import Register
from tests.desktop.store.edits import an_id, person, save
from tests.support.children import killed, line_of

# Saves so many persons, says each one that is safe, and stands with an open register until it is
# killed. One more could fill the log so far that SQLite empties it.
_WORKING = """
import sys
import threading
from contextlib import closing
from pathlib import Path
from desktop.store.keys import DataKey
from desktop.store.register import Register
from tests.desktop.store.edits import an_id, person, save
register = Register.open(Path(sys.argv[1]), key=DataKey(sys.stdin.buffer.read(32)))
for _ in range(int(sys.argv[2])):
    save(register, person(an_id(), full_name="Lê An", dwelling="x" * 3000))
    print("saved", flush=True)
threading.Event().wait()
"""


def _killed_at_work(folder: Path, key: DataKey, *, saves: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _WORKING, str(folder), str(saves)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(key.reveal())
    process.stdin.close()
    for _ in range(saves):
        assert line_of(process) == b"saved\n"
    killed(process)


def _refusal(folder: Path, key: DataKey) -> Problem:
    with pytest.raises(ExternalError) as error:
        Register.open(folder, key=key)
    return error.value.problem


def test_a_log_that_is_gone_is_told_once_and_then_the_file_opens(
    register: Register, key: DataKey
) -> None:
    folder = register.folder
    register.close()
    _killed_at_work(folder, key, saves=5)
    log = folder / "register.db-wal"
    kept = log.read_bytes()
    log.unlink()
    assert _refusal(folder, key) is Problem.WAL_MISSING
    with Register.open(folder, key=key) as opened:
        assert count_people(opened) == 0
        save(opened, person(an_id(), full_name="Lê Sau"))
    assert not (folder / MARK_FILE).exists()
    Register.open(folder, key=key).close()
    assert kept


def test_a_log_that_is_brought_back_brings_everything_back(
    register: Register, key: DataKey
) -> None:
    folder = register.folder
    register.close()
    _killed_at_work(folder, key, saves=5)
    log, elsewhere = folder / "register.db-wal", folder.parent / "elsewhere"
    log.rename(elsewhere)
    assert _refusal(folder, key) is Problem.WAL_MISSING
    elsewhere.rename(log)
    with Register.open(folder, key=key) as opened:
        assert count_people(opened) == 5
    Register.open(folder, key=key).close()


@pytest.mark.parametrize("writes", [True, False])
def test_a_register_that_was_closed_or_only_read_misses_nothing(
    register: Register, key: DataKey, writes: bool
) -> None:
    if writes:
        save(register, person(an_id(), full_name="Lê An"))
        assert (register.folder / MARK_FILE).exists()
    count_people(register)
    register.close()
    assert not (register.folder / MARK_FILE).exists()
    Register.open(register.folder, key=key).close()


def test_a_damaged_page_is_found_after_a_cut_before_anyone_writes(
    register: Register, key: DataKey
) -> None:
    folder, path = register.folder, register.folder / "register.db"
    for number in range(40):
        save(register, person(an_id(), full_name=f"Lê {number}", dwelling="x" * 3000))
    register.close()
    _killed_at_work(folder, key, saves=3)
    whole = bytearray(path.read_bytes())
    for page in range(30, 45):
        whole[4096 * page + 99] ^= 1
    path.write_bytes(whole)
    assert _refusal(folder, key) is Problem.REGISTER_DAMAGED


def test_the_quick_check_finds_a_damaged_page_and_raises_no_false_alarm(
    register: Register, key: DataKey
) -> None:
    folder, path = register.folder, register.folder / "register.db"
    for number in range(40):
        save(register, person(an_id(), full_name=f"Lê {number}", dwelling="x" * 3000))
    check_whole(register)
    register.close()
    _killed_at_work(folder, key, saves=20)
    with Register.open(folder, key=key) as opened:
        check_whole(opened)
    with closing(connect(path, key=key, memory_security=False)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'submissions'"
        ).fetchone()
    whole = bytearray(path.read_bytes())
    whole[4096 * (page - 1) + 99] ^= 1  # a page in use: nobody checks a free one
    path.write_bytes(whole)
    with Register.open(folder, key=key) as opened, pytest.raises(ExternalError) as error:
        check_whole(opened)
    assert error.value.problem is Problem.REGISTER_DAMAGED


# Holds the database as an antivirus or a backup program does.
_HOLDING = """
import sys, threading
from pathlib import Path
from desktop.store.connection import connect
from desktop.store.keys import DataKey
key = DataKey(sys.stdin.buffer.read(32))
connection = connect(Path(sys.argv[1]), key=key, memory_security=False)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
threading.Event().wait()
"""


def test_a_file_that_another_program_holds_refuses_the_save_whole(
    register: Register, key: DataKey
) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDING, str(register.folder / "register.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None
    holder.stdin.write(key.reveal())
    holder.stdin.close()
    assert line_of(holder) == b"held\n"
    with pytest.raises(ExternalError) as error:
        save(register, person(an_id(), full_name="Lê An"))
    assert error.value.problem is Problem.STORE_BUSY
    killed(holder)
    assert count_people(register) == 0
    save(register, person(an_id(), full_name="Lê Sau"))
    assert count_people(register) == 1


@pytest.mark.parametrize(
    "path",
    [
        r"C:\Users\can bo\OneDrive\So An Sinh",
        r"C:\Users\can bo\OneDrive - UBND xa\So",
        r"D:\Dropbox\so",
        r"G:\My Drive\so",
        r"C:\Users\x\Google Drive\so",
        r"C:\Users\x\iCloudDrive\so",
    ],
)
def test_folders_that_a_cloud_copies_are_recognised(path: str) -> None:
    assert is_in_cloud(PureWindowsPath(path), {})


def test_a_folder_of_the_cloud_under_any_name_is_recognised_by_its_variable() -> None:
    at_home = {"OneDriveCommercial": r"C:\Users\x\Cong viec"}
    assert is_in_cloud(PureWindowsPath(r"C:\Users\x\Cong viec\so"), at_home)
    assert not is_in_cloud(PureWindowsPath(r"C:\Users\x\So An Sinh"), at_home)
    assert not is_in_cloud(PurePosixPath("/home/x/onedrives/megabyte/so"), {"OneDrive": ""})


def test_shares_of_other_pcs_are_recognised() -> None:
    assert is_share(PureWindowsPath(r"\\may-chu\chung\so"))
    assert not is_share(PureWindowsPath(r"C:\so"))
    assert not is_share(PureWindowsPath(r"\\?\C:\so"))


def test_the_system_of_the_innermost_mount_decides() -> None:
    mounts = (
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "30 22 0:40 / /mnt/chung rw shared:1 - cifs //may/chung rw\n"
        "31 22 0:41 / /mnt/o\\040mang rw - nfs4 may:/so rw\n"
        "torn line\n"
    )
    assert system_of(PurePosixPath("/mnt/chung/so"), mounts) == "cifs"
    assert system_of(PurePosixPath("/mnt/o mang/so"), mounts) == "nfs4"
    assert system_of(PurePosixPath("/mnt/chungcu"), mounts) == "ext4"


def test_where_the_register_lies_is_told_with_what_is_doubtful(register: Register) -> None:
    assert folder_kind(register.folder, environment={}) is FolderKind.LOCAL
    synced = register.folder / "Dropbox"
    synced.mkdir()
    assert folder_kind(synced) is FolderKind.CLOUD
    assert Problem.FOLDER_IN_CLOUD in place_problems(synced)
    free = free_bytes(register.folder)
    assert free is not None
    is_low = Problem.SPACE_LOW in place_problems(register.folder)
    assert is_low is (free < LOW_SPACE_BYTES)
    assert free_bytes(register.folder / "nowhere") is None
