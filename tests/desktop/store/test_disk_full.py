"""A full disk: a clear code, nothing half-saved, and the register goes on when there is room."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.errors import ExternalError, Problem
from desktop.store import ledger
from desktop.store.change_lists import count_changes, list_changes
from desktop.store.keys import DataKey, KdfCost, create_key_file
from desktop.store.outbox import RegisterOutbox
from desktop.store.people import count_people, search_people
from desktop.store.register import Register
from tests.desktop.store.edits import NOW, an_id, household, person, save

# Saves until the system refuses to let a file grow past a limit, as a full disk or a quota does.
_FILLING = """
import resource, signal, sys
from pathlib import Path
from desktop.errors import ExternalError
from desktop.store.keys import DataKey
from desktop.store.register import Register
from tests.desktop.store.edits import NOW, an_id, household, person, save
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
register = Register.open(Path(sys.argv[1]), key=DataKey(sys.stdin.buffer.read(32)))
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
done = 0
refusals = set()
for attempt in range(10_000):
    try:
        save(register, household(an_id(), code="1"),
             person(an_id(), full_name="Lê An", dwelling="x" * 2000))
        done += 1
    except ExternalError as error:
        refusals.add(error.problem.name)
        if attempt > done + 3:
            break
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
save(register, household(an_id(), code="1"), person(an_id(), full_name="Lê Sau"))
register.close()
print(done, *refusals)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are POSIX's")
@pytest.mark.parametrize("limit", [150_000, 400_000, 1_000_000, 5_000_000])
def test_a_full_disk_refuses_a_save_whole(tmp_path: Path, key: DataKey, limit: int) -> None:
    folder = tmp_path / "r"
    Register.create(folder, key=key, author="Lan").close()
    told = subprocess.run(
        [sys.executable, "-c", _FILLING, str(folder), str(limit)],
        input=key.reveal(),
        capture_output=True,
        check=True,
    )
    done, *refusals = told.stdout.decode().split()
    assert refusals == ["DISK_FULL"]
    assert told.stderr == b""
    with Register.open(folder, key=key) as register:
        saves = int(done) + 1
        assert count_people(register) == saves
        assert count_changes(register).waiting == 2 * saves
        changes = RegisterOutbox(register).next_batch(limit=100_000).changes
        assert [change.seq for change in changes] == list(range(1, 2 * saves + 1))
        assert ledger.verify(register).lines == saves + 1
        assert search_people(register, "sau", limit=1)[0].full_name == "Lê Sau"


def test_every_page_a_save_may_lack_leaves_it_undone(register: Register) -> None:
    """The database may not grow by 0, 1, 2 … more pages: each save is refused whole, or done."""
    save(register, person(an_id(), full_name="Lê An"))
    refused = 0
    for room in range(60):
        with register.writing() as transaction:
            pages = transaction.driver.execute("PRAGMA page_count").fetchall()[0][0]
            transaction.driver.execute(f"PRAGMA max_page_count = {pages + room}")
        before = _state(register)
        many = [person(an_id(), full_name=f"Lê {n}", dwelling="x" * 3000) for n in range(20)]
        try:
            register.save(many, author="Lan", at=NOW, action="record.save")
        except ExternalError as error:
            assert error.problem is Problem.DISK_FULL
            assert _state(register) == before
            refused += 1
        else:
            break
        assert ledger.verify(register).is_sound
    assert refused > 3
    assert count_people(register) == 21
    save(register, household(an_id(), code="1"))


def _state(register: Register) -> tuple[object, ...]:
    return (
        list_changes(register, limit=100),
        ledger.lines(register, limit=100),
        search_people(register, "", limit=100),
    )


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are POSIX's")
def test_a_full_disk_leaves_no_half_register_and_no_half_key_file(
    tmp_path: Path, key: DataKey
) -> None:
    script = """
import resource, signal, sys
from pathlib import Path
from desktop.errors import ExternalError
from desktop.store.keys import DataKey, KdfCost, create_key_file
from desktop.store.register import Register
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
try:
    Register.create(folder, key=DataKey(sys.stdin.buffer.read(32)), author="Lan")
except ExternalError as error:
    print(error.problem.name)
resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
try:
    create_key_file(folder / "keys.json", user_name="Lan", passphrase="sông núi nước Nam ta",
                    cost=KdfCost(64, 1, 1))
except ExternalError as error:
    print(error.problem.name)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        input=key.reveal(),
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().split() == ["DISK_FULL", "DISK_FULL"]
    assert not (tmp_path / "register.db").exists()
    assert not (tmp_path / "keys.json").exists()
    create_key_file(
        tmp_path / "keys.json",
        user_name="Lan",
        passphrase="sông núi nước Nam ta",
        cost=KdfCost(64, 1, 1),
    )
    Register.create(tmp_path, key=key, author="Lan").close()
