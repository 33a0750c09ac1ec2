"""Going back to a snapshot: what it would mean is told, and a cut leaves one register or the other.

What the server makes of a restored register is tested in ``tests/sync/client/test_restoring.py``.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.domain.backups import SnapshotReason
from desktop.errors import ExternalError, Problem
from desktop.store import ledger
from desktop.store.keys import DataKey
from desktop.store.outbox import RegisterOutbox
from desktop.store.people import count_people, search_people
from desktop.store.preparing import holds_register
from desktop.store.register import Register
from desktop.store.replacing import list_replaced, remove_replaced
from desktop.store.restoring import preview, restore
from desktop.store.snapshots import list_snapshots, snapshots_folder, take_snapshot
from sync.protocol.chain import chain_over
from tests.desktop.store.edits import NOW, an_id, answer, applied, person, save
from tests.desktop.store.released import released
from tests.support.children import was_cut
from tests.support.forking import forking

_LATER = NOW + timedelta(days=2)


def _snapshot(folder: Path, key: DataKey) -> Path:
    place = snapshots_folder(folder)
    return take_snapshot(folder, place, key=key, at=NOW, reason=SnapshotReason.CLOSE).path


def _settled(register: Register, first: int, last: int) -> None:
    """The server took these changes."""
    results = [applied(seq, 1) for seq in range(first, last + 1)]
    RegisterOutbox(register).settle(answer(last, results))


@pytest.fixture
def story(register: Register, key: DataKey) -> tuple[Path, Path]:
    """A closed register and a snapshot of it: one change sent before, one after, one not at all."""
    one, two = an_id(), an_id()
    save(register, person(one, full_name="Lê Một"))
    _settled(register, 1, 1)
    save(register, person(two, full_name="Lê Hai"))
    snapshot = _snapshot(register.folder, key)
    save(register, person(an_id(), full_name="Lê Ba"))
    _settled(register, 2, 3)
    save(register, person(an_id(), full_name="Lê Bốn"), person(one, dwelling="Thôn 4"))
    register.close()
    return register.folder, snapshot


def _names(register: Register) -> list[str]:
    return sorted(row.full_name for row in search_people(register, "", limit=100))


def _require_sound(register: Register) -> None:
    batch = RegisterOutbox(register).next_batch(limit=1000)
    with register.reading() as connection:
        head = connection.exec_driver_sql("SELECT chain FROM heads").scalar_one()
    assert chain_over(bytes.fromhex(batch.prev), batch.changes) == head
    assert ledger.verify(register).is_sound


def test_what_going_back_means_is_told_and_changes_nothing(
    story: tuple[Path, Path], key: DataKey
) -> None:
    folder, snapshot = story
    before = {path: path.read_bytes() for path in folder.rglob("*.db")}
    told = preview(folder, snapshot, snapshot_key=key, key=key)
    assert (told.unsent_since, told.sent_since, told.sent_twice) == (2, 1, 1)
    assert told.lines_since == 2
    assert told.snapshot.documents == {"person": 2}
    assert told.present is not None and told.present.documents == {"person": 4}
    assert {path: path.read_bytes() for path in folder.rglob("*.db")} == before
    assert preview(folder, snapshot, snapshot_key=key, key=None).present is None


def test_unsent_work_is_carried_over_under_a_new_epoch(
    story: tuple[Path, Path], key: DataKey
) -> None:
    folder, snapshot = story
    with Register.open(folder, key=key) as present:
        old = RegisterOutbox(present).next_batch(limit=100)
    aside = restore(folder, snapshot, snapshot_key=key, key=key, author="Lan", at=_LATER)
    with Register.open(folder, key=key) as register:
        assert _names(register) == ["Lê Bốn", "Lê Hai", "Lê Một"]
        dwellings = [one.fields.get("dwelling") for one in register.documents(_ids(register))]
        assert "Thôn 4" in dwellings
        new = RegisterOutbox(register).next_batch(limit=100)
        assert new.epoch != old.epoch
        assert [change.seq for change in new.changes] == [1, 2, 3]
        assert len({change.change_id for change in new.changes}) == 3
        assert {one.change_id for one in old.changes} < {one.change_id for one in new.changes}
        assert [change.group for change in new.changes] == [1, 2, 2]
        assert ledger.lines(register, limit=1)[0].action == "register.restore"
        _require_sound(register)
    assert aside is not None and list_replaced(folder) == [aside]
    with Register.open(aside, key=key) as replaced:
        assert _names(replaced) == ["Lê Ba", "Lê Bốn", "Lê Hai", "Lê Một"]
    remove_replaced(folder, aside.name)
    assert list_replaced(folder) == []
    remove_replaced(folder, "..")
    assert holds_register(folder)


def _ids(register: Register) -> list[str]:
    return [row.person_id for row in search_people(register, "", limit=100)]


def test_unsent_work_can_be_left_behind(story: tuple[Path, Path], key: DataKey) -> None:
    folder, snapshot = story
    restore(
        folder,
        snapshot,
        snapshot_key=key,
        key=key,
        author="Lan",
        at=_LATER,
        carry_unsent=False,
    )
    with Register.open(folder, key=key) as register:
        assert _names(register) == ["Lê Hai", "Lê Một"]
        _require_sound(register)


def test_a_register_with_another_key_goes_back_under_its_present_one(
    story: tuple[Path, Path], key: DataKey
) -> None:
    folder, snapshot = story
    present_key = DataKey.new()
    (folder / "register.db").unlink()
    with Register.create(folder, key=present_key, author="Lan") as register:
        save(register, person(an_id(), full_name="Lê Mới"))
    restore(folder, snapshot, snapshot_key=key, key=present_key, author="Lan", at=_LATER)
    with Register.open(folder, key=present_key) as register:
        assert _names(register) == ["Lê Hai", "Lê Một", "Lê Mới"]
        _require_sound(register)


@pytest.mark.parametrize("damage", ["cut", "torn", "gone"])
def test_a_damaged_register_is_replaced_and_kept(
    story: tuple[Path, Path], key: DataKey, damage: str
) -> None:
    folder, snapshot = story
    path = folder / "register.db"
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:5000])
        (folder / "register.db-wal").write_bytes(b"of nobody")
    else:
        whole = bytearray(path.read_bytes())
        whole[4096 * 3 : 4096 * 9] = bytes(4096 * 6)
        path.write_bytes(whole)
    told = preview(folder, snapshot, snapshot_key=key, key=key)
    assert told.present is None
    aside = restore(folder, snapshot, snapshot_key=key, key=key, author="Lan", at=_LATER)
    with Register.open(folder, key=key) as register:
        assert _names(register) == ["Lê Hai", "Lê Một"]
        _require_sound(register)
    assert (aside is None) is (damage == "gone")
    assert not (folder / "register.db-wal").exists()


def test_a_snapshot_of_an_earlier_schema_is_migrated(tmp_path: Path) -> None:
    folder, old = tmp_path / "r", tmp_path / "20250101T000000Z-close"
    old_key, key = released(1, old), DataKey.new()
    Register.create(folder, key=key, author="Lan").close()
    before = (old / "register.db").read_bytes()
    restore(folder, old, snapshot_key=old_key, key=key, author="Lan", at=_LATER)
    with Register.open(folder, key=key) as register:
        assert count_people(register) == 49
        _require_sound(register)
    assert (old / "register.db").read_bytes() == before


@pytest.mark.parametrize("damage", ["torn", "no file"])
def test_a_damaged_snapshot_is_refused_and_nothing_happens(
    story: tuple[Path, Path], key: DataKey, damage: str
) -> None:
    folder, snapshot = story
    path = snapshot / "register.db"
    if damage == "torn":
        whole = bytearray(path.read_bytes())
        for page in range(len(whole) // 8192 * 4096, len(whole), 4096):
            whole[page + 99] ^= 1  # the last one alone may be a free page, which nobody checks
        path.write_bytes(whole)
    else:
        path.unlink()
    before = (folder / "register.db").read_bytes()
    with pytest.raises(ExternalError) as error:
        restore(folder, snapshot, snapshot_key=key, key=key, author="Lan", at=_LATER)
    assert error.value.problem is Problem.SNAPSHOT_DAMAGED
    assert (folder / "register.db").read_bytes() == before
    assert list_replaced(folder) == []


def test_an_open_register_is_not_replaced(story: tuple[Path, Path], key: DataKey) -> None:
    folder, snapshot = story
    with Register.open(folder, key=key), pytest.raises(ExternalError) as error:
        restore(folder, snapshot, snapshot_key=key, key=key, author="Lan", at=_LATER)
    assert error.value.problem is Problem.REGISTER_IN_USE


# Ends itself at the given touch of a file.
_CUT = """
import os, signal, sys
from pathlib import Path
from desktop.store.keys import DataKey
from desktop.store.restoring import restore
from tests.desktop.store.edits import NOW
folder, snapshot, left = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
key = DataKey(sys.stdin.buffer.read(32))
def cut(event, arguments):
    global left
    if event in ("os.rename", "os.mkdir", "os.remove", "shutil.rmtree", "sqlite3.connect"):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(cut)
restore(folder, snapshot, snapshot_key=key, key=key, author="Lan", at=NOW)
"""


def test_a_cut_at_any_step_leaves_the_old_register_or_the_new(
    story: tuple[Path, Path], key: DataKey
) -> None:
    folder, snapshot = story
    old, new = ["Lê Ba", "Lê Bốn", "Lê Hai", "Lê Một"], ["Lê Bốn", "Lê Hai", "Lê Một"]
    cuts, seen = 0, set()
    with forking(_CUT) as run:
        while True:
            code = run([str(folder), str(snapshot), str(cuts)], key.reveal())
            assert holds_register(folder)
            with Register.open(folder, key=key) as register:
                found = _names(register)
                assert found in (old, new)
                seen.add(tuple(found))
                _require_sound(register)
            kept = list_replaced(folder)
            if found == new:
                with Register.open(kept[-1], key=key) as replaced:
                    assert _names(replaced) == old
            assert list_snapshots(snapshots_folder(folder))[0].path == snapshot
            left = {path.name for path in folder.iterdir()} - {"keys.json", "register.lock"}
            assert left <= {"register.db", "backups", "replaced"}
            if not was_cut(code):
                break
            cuts += 1
    assert len(seen) == 2
    assert cuts > 10


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are POSIX's")
def test_a_full_disk_leaves_the_register_as_it_was(story: tuple[Path, Path], key: DataKey) -> None:
    folder, snapshot = story
    before = (folder / "register.db").read_bytes()
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from desktop.errors import ExternalError\n"
        "from desktop.store.keys import DataKey\n"
        "from desktop.store.restoring import restore\n"
        "from tests.desktop.store.edits import NOW\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "key = DataKey(sys.stdin.buffer.read(32))\n"
        "for limit in (0, 4096, 60_000, 120_000):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))\n"
        "    try:\n"
        "        restore(Path(sys.argv[1]), Path(sys.argv[2]), snapshot_key=key, key=key,\n"
        "                author='Lan', at=NOW)\n"
        "    except ExternalError as error:\n"
        "        print(error.problem.name)\n"
    )
    command = [sys.executable, "-c", script, str(folder), str(snapshot)]
    done = subprocess.run(command, input=key.reveal(), capture_output=True, check=True)
    assert done.stdout.decode().split() == ["DISK_FULL"] * 4
    assert (folder / "register.db").read_bytes() == before
    Register.open(folder, key=key).close()
