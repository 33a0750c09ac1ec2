"""Snapshots are whole or not there; what fails never touches an older one."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.domain.backups import (
    KEEP_BEFORE_CHANGES,
    Snapshot,
    SnapshotReason,
    to_remove,
)
from desktop.errors import ExternalError, Problem
from desktop.store.keys import DataKey
from desktop.store.people import count_people
from desktop.store.register import Register
from desktop.store.snapshots import (
    DESCRIPTION_FILE,
    is_copied,
    list_snapshots,
    snapshots_folder,
    take_snapshot,
)
from tests.desktop.store.edits import NOW, an_id, person, save
from tests.support.children import was_cut
from tests.support.forking import forking
from tests.support.mounts import may_mount, mount_memory, unmount


def _take(register: Register, key: DataKey, *, hours: int = 0, **options: object) -> Snapshot:
    return take_snapshot(
        register.folder,
        snapshots_folder(register.folder),
        key=key,
        at=NOW + timedelta(hours=hours),
        reason=SnapshotReason.ASKED,
    )


def test_a_snapshot_is_a_register_that_opens(register: Register, key: DataKey) -> None:
    (register.folder / "keys.json").write_bytes(b"as it was")
    save(register, person(an_id(), full_name="Lê An"))
    snapshot = _take(register, key)
    save(register, person(an_id(), full_name="Lê Sau"))
    assert (snapshot.path / "keys.json").read_bytes() == b"as it was"
    assert snapshot.documents == {"person": 1}
    assert (snapshot.unsent, snapshot.taken_at, snapshot.reason) == (1, NOW, SnapshotReason.ASKED)
    with Register.open(snapshot.path, key=key) as copy:
        assert count_people(copy) == 1
    assert count_people(register) == 2


def test_snapshots_are_listed_newest_first_and_strangers_are_not(
    register: Register, key: DataKey
) -> None:
    place = snapshots_folder(register.folder)
    assert list_snapshots(place) == []
    first, second, third = (_take(register, key, hours=hours) for hours in (0, 1, 1))
    (place / "20261122T080000Z-party").mkdir()
    (place / "20261122T090000Z-close").mkdir()
    (place / "notes.txt").write_text("của người dùng")
    assert {one.name for one in list_snapshots(place)} == {first.name, second.name, third.name}
    assert list_snapshots(place)[-1].name == first.name
    (first.path / DESCRIPTION_FILE).write_bytes(b"torn")
    assert list_snapshots(place)[-1].documents == {}


def test_whether_anything_is_new_is_told_without_opening(register: Register, key: DataKey) -> None:
    place, source = snapshots_folder(register.folder), register.folder / "register.db"
    save(register, person(an_id(), full_name="Lê An"))
    register.checkpoint()
    assert not is_copied(source, place)
    _take(register, key)
    assert is_copied(source, place)
    register.close()
    with Register.open(register.folder, key=key) as again:
        again.document("none")
        again.checkpoint()
        assert is_copied(source, place)
        save(again, person(an_id(), full_name="Lê Sau"))
        again.checkpoint()
        assert not is_copied(source, place)


def _listed(*ages: timedelta, reason: SnapshotReason = SnapshotReason.CLOSE) -> list[Snapshot]:
    return [
        Snapshot(Path(f"{reason.value}{number}"), NOW - age, reason, {}, 0, 1, 0)
        for number, age in enumerate(ages)
    ]


def test_three_last_a_week_of_days_and_four_weeks_are_kept() -> None:
    hourly = [timedelta(hours=hours) for hours in range(24 * 60)]
    snapshots = _listed(*hourly)
    gone = to_remove(snapshots, now=NOW)
    kept = [one for one in snapshots if one not in gone]
    ages = [(NOW - one.taken_at) // timedelta(hours=1) for one in kept]
    assert ages[:3] == [0, 1, 2]
    assert len({one.taken_at.date() for one in kept if NOW - one.taken_at < timedelta(6)}) == 7
    assert timedelta(weeks=2) < NOW - kept[-1].taken_at < timedelta(weeks=4)
    assert len(kept) <= 3 + 7 + 4
    assert to_remove(kept, now=NOW) == []


def test_those_before_a_change_stay_a_month() -> None:
    days = [timedelta(days=number) for number in range(60)]
    before = _listed(*days, reason=SnapshotReason.MIGRATION)
    gone = to_remove(before, now=NOW)
    assert all(NOW - one.taken_at > KEEP_BEFORE_CHANGES for one in gone)
    assert len(gone) == 60 - 31


def test_old_snapshots_go_only_when_a_new_one_is_there(register: Register, key: DataKey) -> None:
    place = snapshots_folder(register.folder)
    for hours in range(8):
        _take(register, key, hours=hours)
    assert len(list_snapshots(place)) == 3
    assert [path.name for path in place.iterdir() if path.suffix] == []


# Ends itself while the copy is made, or just before or after it is named.
_CUT = """
import os, signal, sys
from datetime import datetime, timedelta
from pathlib import Path
from desktop.domain.backups import SnapshotReason
from desktop.store.keys import DataKey
from desktop.store.snapshots import snapshots_folder, take_snapshot
from tests.desktop.store.edits import NOW
folder, left = Path(sys.argv[1]), int(sys.argv[2])
def cut(event, arguments):
    global left
    is_built = event == "open" and ".new" in str(arguments[0])
    if is_built or event in ("os.rename", "os.mkdir", "os.rmdir", "sqlite3.connect"):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
key = DataKey(sys.stdin.buffer.read(32))
sys.addaudithook(cut)
take_snapshot(folder, snapshots_folder(folder), key=key,
              at=NOW + timedelta(hours=9, minutes=int(sys.argv[3])), reason=SnapshotReason.CLOSE)
"""


def test_a_cut_at_any_step_leaves_no_half_snapshot(register: Register, key: DataKey) -> None:
    save(register, person(an_id(), full_name="Lê An"))
    for hours in range(3):
        _take(register, key, hours=hours)
    folder, place = register.folder, snapshots_folder(register.folder)
    register.close()
    cuts = 0
    with forking(_CUT) as run:
        while True:
            code = run([str(folder), str(cuts), str(cuts)], key.reveal())
            for snapshot in list_snapshots(place):
                with Register.open(snapshot.path, key=key) as copy:
                    assert count_people(copy) == 1
            assert len(list_snapshots(place)) >= 3
            if not was_cut(code):
                break
            cuts += 1
    assert cuts > 8
    assert [path for path in place.iterdir() if path.suffix] == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are POSIX's")
def test_a_full_disk_is_told_and_leaves_the_older_ones(register: Register, key: DataKey) -> None:
    save(register, person(an_id(), full_name="Lê An", dwelling="x" * 3000))
    old = _take(register, key)
    before = {path.name: path.read_bytes() for path in old.path.iterdir()}
    folder = register.folder
    register.close()
    script = (
        "import resource, signal, sys\n"
        "from datetime import timedelta\n"
        "from pathlib import Path\n"
        "from desktop.domain.backups import SnapshotReason\n"
        "from desktop.errors import ExternalError\n"
        "from desktop.store.keys import DataKey\n"
        "from desktop.store.snapshots import snapshots_folder, take_snapshot\n"
        "from tests.desktop.store.edits import NOW\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "folder, key = Path(sys.argv[1]), DataKey(sys.stdin.buffer.read(32))\n"
        "for limit in (0, 10, 4096, 20_000, 60_000):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))\n"
        "    try:\n"
        "        take_snapshot(folder, snapshots_folder(folder), key=key,\n"
        "                      at=NOW + timedelta(hours=5), reason=SnapshotReason.CLOSE)\n"
        "    except ExternalError as error:\n"
        "        print(error.problem.name)\n"
    )
    command = [sys.executable, "-c", script, str(folder)]
    done = subprocess.run(command, input=key.reveal(), capture_output=True, check=True)
    assert set(done.stdout.decode().split()) == {"DISK_FULL"}
    assert [one.name for one in list_snapshots(snapshots_folder(folder))] == [old.name]
    assert {path.name: path.read_bytes() for path in old.path.iterdir()} == before
    assert [path.name for path in old.path.parent.iterdir()] == [old.name]


@pytest.mark.skipif(not may_mount(), reason="only root mounts")
def test_a_small_disk_is_told_before_the_copy(
    register: Register, key: DataKey, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    mount_memory(stick, options="size=64k")
    try:
        with pytest.raises(ExternalError) as error:
            take_snapshot(
                register.folder, stick / "x", key=key, at=NOW, reason=SnapshotReason.ASKED
            )
        assert error.value.problem is Problem.DISK_FULL
        assert list_snapshots(stick / "x") == []
    finally:
        unmount(stick)


def test_a_damaged_register_makes_no_snapshot(register: Register, key: DataKey) -> None:
    save(register, *(person(an_id(), full_name=f"Lê {n}", dwelling="x" * 3000) for n in range(9)))
    good = _take(register, key)
    folder = register.folder
    register.close()
    path = folder / "register.db"
    whole = bytearray(path.read_bytes())
    for page in range(len(whole) // 8192 * 4096, len(whole), 4096):
        whole[page + 99] ^= 1  # the last one alone may be a free page, which nobody checks
    path.write_bytes(whole)
    with pytest.raises(ExternalError) as error:
        take_snapshot(
            folder,
            snapshots_folder(folder),
            key=key,
            at=datetime(2027, 1, 1, tzinfo=UTC),
            reason=SnapshotReason.CLOSE,
        )
    assert error.value.problem is Problem.REGISTER_DAMAGED
    assert [one.name for one in list_snapshots(snapshots_folder(folder))] == [good.name]
