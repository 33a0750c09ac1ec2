"""The data key changes under an open register; a kill at any moment leaves one that opens."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from desktop.domain.users import RekeyStep, UserRole
from desktop.errors import AppError, Problem
from desktop.services.unlocking import create_register, open_register
from desktop.store import key_changes, keys, ledger
from desktop.store.folder import REGISTER_FILE, key_path
from desktop.store.keys import DataKey
from desktop.store.people import count_people
from desktop.store.register import Register
from desktop.store.rekeying import change_key
from desktop.store.stretching import KdfCost
from tests.desktop.store.edits import NOW, an_id, household, person, save
from tests.support.children import joined, killed, line_of, was_cut
from tests.support.forking import Run, forking

PASSPHRASES = {name: f"cây đa bến nước {name} ngồi" for name in ("Lan", "Mai", "Hoa")}
CHEAP = KdfCost(memory_kib=8, iterations=1, lanes=1)
HOMES = 1500

# Opens the register, takes Hoa off the list and changes the key. Dies at the step it was told, or
# says each step and is killed from outside.
_CHANGING = """
import os, signal, sys
from pathlib import Path
from desktop.store import key_changes
from desktop.store.folder import key_path
from desktop.store.register import Register
from desktop.store.rekeying import change_key
from desktop.services.unlocking import open_register
from tests.desktop.store.test_rekeying import CHEAP
folder, dies_at = Path(sys.argv[1]), sys.argv[2]
register = open_register(
    folder, user_name="Lan", passphrase=sys.stdin.readline().rstrip("\\n"), cost=CHEAP
)
with register.lending_key() as key:
    if len(sys.argv) > 3:
        key_changes.remove_user(key_path(folder), key=key, user_name="Hoa")
print("open", flush=True)
def tell(step, done, total):
    if step.value == dies_at:
        os.kill(os.getpid(), signal.SIGKILL)
while True:
    change_key(register, progress=tell)
    print("changed", flush=True)
"""


def _unlock(folder: Path, name: str) -> Register:
    return open_register(folder, user_name=name, passphrase=PASSPHRASES[name], cost=CHEAP)


def _shared(folder: Path) -> DataKey:
    """A register with three users and some persons, closed; its data key."""
    register = create_register(folder, user_name="Lan", passphrase=PASSPHRASES["Lan"], cost=CHEAP)
    with register, register.lending_key() as key:
        for name in ("Mai", "Hoa"):
            key_changes.add_user(
                key_path(folder),
                key=key,
                user_name=name,
                passphrase=PASSPHRASES[name],
                role=UserRole.OFFICER,
                cost=CHEAP,
            )
        saves = [
            [household(an_id(), code="1"), person(an_id(), full_name="Lê An")] for _ in range(HOMES)
        ]
        register.save_bulk(saves, author="Lan", at=NOW, action="preload")
        return key.copy()


def _start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", _CHANGING, str(folder), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(PASSPHRASES["Lan"].encode() + b"\n")
    process.stdin.close()
    assert line_of(process) == b"open\n"
    return process


def _require_whole(folder: Path) -> None:
    """Everybody left opens the register, and it holds what it held."""
    for name in ("Mai", "Lan"):
        with _unlock(folder, name) as register:
            assert count_people(register) == HOMES
            assert ledger.verify(register).is_sound
            with register.reading() as connection:
                assert connection.exec_driver_sql("PRAGMA quick_check").scalar_one() == "ok"
    assert not list(folder.glob("*.rekeyed*"))


def test_the_old_key_opens_nothing_and_everybody_opens_with_the_own_passphrase(
    tmp_path: Path,
) -> None:
    old = _shared(tmp_path)
    with _unlock(tmp_path, "Lan") as register:
        with register.lending_key() as key:
            code = key_changes.new_printed_code(key_path(tmp_path), key=key)
        steps: list[RekeyStep] = []
        change_key(register, progress=lambda step, _done, _total: steps.append(step))
        assert set(steps) == set(RekeyStep)
        save(register, household(an_id(), code="2"))
        with register.lending_key() as key:
            assert keys.unlock_printed(key_path(tmp_path), code=code).key.reveal() == key.reveal()
            assert key.reveal() != old.reveal()
    _require_whole(tmp_path)
    with pytest.raises(AppError):
        Register.open(tmp_path, key=old)
    with pytest.raises(AppError) as error:
        keys.unlock_with_key(key_path(tmp_path), key=old)
    assert error.value.problem is Problem.ANSWER_OF_ANOTHER


def test_who_reads_and_writes_meanwhile_notices_nothing(tmp_path: Path) -> None:
    _shared(tmp_path)
    with _unlock(tmp_path, "Lan") as register:
        done, failures = threading.Event(), []

        def read_and_write(is_writer: bool) -> None:
            try:
                while not done.is_set():
                    assert count_people(register) >= HOMES
                    if is_writer:
                        save(register, household(an_id(), code="2"))
            except BaseException as error:
                failures.append(error)
                raise

        threads = [threading.Thread(target=read_and_write, args=(n == 0,)) for n in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(3):
            change_key(register)
        done.set()
        joined(*threads)
        assert failures == []
    _require_whole(tmp_path)


@pytest.fixture(scope="module")
def changing() -> Iterator[Run]:
    """Runs ``_CHANGING``."""
    with forking(_CHANGING) as run:
        yield run


@pytest.mark.skipif(sys.platform == "win32", reason="a process kills itself by a POSIX signal")
@pytest.mark.parametrize("step", list(RekeyStep), ids=lambda step: step.name)
def test_a_kill_at_each_step_leaves_a_register_that_opens(
    tmp_path: Path, step: RekeyStep, changing: Run
) -> None:
    _shared(tmp_path)
    code = changing(
        [str(tmp_path), step.value, "and remove Hoa"], PASSPHRASES["Lan"].encode() + b"\n"
    )
    assert was_cut(code)
    with pytest.raises(AppError) as error:
        _unlock(tmp_path, "Hoa")
    assert error.value.problem is Problem.WRONG_PASSPHRASE
    is_swapped = step in (RekeyStep.SWAPPED, RekeyStep.DONE)
    _require_whole(tmp_path)
    assert keys.is_rotation_due(key_path(tmp_path)) is not is_swapped
    with _unlock(tmp_path, "Mai") as register:
        change_key(register)
    assert not keys.is_rotation_due(key_path(tmp_path))
    _require_whole(tmp_path)


@pytest.mark.parametrize("kills", [4, pytest.param(40, marks=pytest.mark.long)])
def test_kills_at_random_leave_a_register_that_opens(tmp_path: Path, kills: int) -> None:
    _shared(tmp_path)
    random = Random(3)
    for _ in range(kills):
        process = _start(tmp_path, "never")
        for _ in range(random.randint(0, 2)):
            line_of(process)
        time.sleep(random.random() * 0.2)
        killed(process)
        _require_whole(tmp_path)


def test_giving_up_while_copying_leaves_everything_as_it_was(tmp_path: Path) -> None:
    key = _shared(tmp_path)

    class GivenUpError(Exception):
        pass

    def give_up(step: RekeyStep, done: int, total: int) -> None:
        raise GivenUpError

    with _unlock(tmp_path, "Lan") as register:
        with pytest.raises(GivenUpError):
            change_key(register, progress=give_up)
        save(register, household(an_id(), code="2"))
    _require_whole(tmp_path)
    Register.open(tmp_path, key=key).close()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are POSIX's")
def test_a_disk_that_is_full_is_told_and_the_register_stays_open(tmp_path: Path) -> None:
    _shared(tmp_path)
    script = """
import resource, signal, sys
from pathlib import Path
from desktop.errors import AppError
from desktop.services.unlocking import open_register
from desktop.store.people import count_people
from desktop.store.rekeying import change_key
from tests.desktop.store.test_rekeying import CHEAP
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
register = open_register(
    Path(sys.argv[1]), user_name="Lan", passphrase=sys.stdin.readline().rstrip("\\n"), cost=CHEAP
)
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
for limit in (200_000, 5, most):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    try:
        change_key(register)
        print("changed")
    except AppError as error:
        print(error.problem.name)
    count_people(register)
register.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        input=PASSPHRASES["Lan"] + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["DISK_FULL", "DISK_FULL", "changed"]
    _require_whole(tmp_path)


def test_a_database_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    """By its first bytes one knows its key: without them nothing may be decided."""
    assert keys.database_salt(tmp_path) == ""
    (tmp_path / REGISTER_FILE).mkdir()  # opening it fails, as on a bad disk
    with pytest.raises(AppError) as error:
        keys.database_salt(tmp_path)
    assert error.value.problem is Problem.STORE_FAILED
