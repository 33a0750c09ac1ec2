"""Making and opening a register, and everything that can be wrong with its folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.errors import AppError, ExternalError, Problem, UserError
from desktop.store.keys import DataKey
from desktop.store.people import search_people
from desktop.store.register import Register
from desktop.store.tables import SCHEMA_VERSION
from tests.desktop.store.edits import an_id, person, save


def _made(folder: Path, key: DataKey, *, people: int = 3) -> Path:
    """A closed register with some people."""
    with Register.create(folder, key=key, author="Lan") as register:
        for number in range(people):
            save(register, person(an_id(), full_name=f"Lê {number}", dwelling="x" * 3000))
    return folder


def _refusal(folder: Path, key: DataKey) -> AppError:
    with pytest.raises(AppError) as error:
        Register.open(folder, key=key)
    return error.value


def test_a_closed_register_is_one_database_file(tmp_path: Path, key: DataKey) -> None:
    folder = _made(tmp_path / "r", key)
    assert [path.name for path in folder.iterdir() if path.suffix != ".lock"] == ["register.db"]


def test_a_register_is_never_made_over_another(tmp_path: Path, key: DataKey) -> None:
    folder = _made(tmp_path / "r", key)
    before = (folder / "register.db").read_bytes()
    with pytest.raises(UserError) as error:
        Register.create(folder, key=DataKey.new(), author="Lan")
    assert error.value.problem is Problem.REGISTER_EXISTS
    assert (folder / "register.db").read_bytes() == before


def test_what_a_cut_left_of_a_register_in_the_making_is_no_register(
    tmp_path: Path, key: DataKey
) -> None:
    (tmp_path / "register.db.new").write_bytes(b"half")
    assert _refusal(tmp_path, key).problem is Problem.REGISTER_MISSING
    Register.create(tmp_path, key=key, author="Lan").close()
    Register.open(tmp_path, key=key).close()


def test_a_missing_register_is_told(tmp_path: Path, key: DataKey) -> None:
    assert _refusal(tmp_path, key).problem is Problem.REGISTER_MISSING
    assert _refusal(tmp_path / "nowhere", key).problem is Problem.REGISTER_MISSING


def test_a_second_program_is_told_and_the_first_works_on(tmp_path: Path, key: DataKey) -> None:
    folder = _made(tmp_path / "r", key)
    with Register.open(folder, key=key) as register:
        assert _refusal(folder, key).problem is Problem.REGISTER_IN_USE
        save(register, person(an_id(), full_name="Lê An"))
    Register.open(folder, key=key).close()


def test_a_second_process_is_told(tmp_path: Path, key: DataKey) -> None:
    folder = _made(tmp_path / "r", key)
    script = (
        "import sys; from pathlib import Path\n"
        "from desktop.store.keys import DataKey; from desktop.store.register import Register\n"
        "from desktop.errors import AppError\n"
        "try: Register.open(Path(sys.argv[1]), key=DataKey(bytes.fromhex(sys.argv[2]))).close()\n"
        "except AppError as error: print(error.problem.name)\n"
        "else: print('opened')\n"
    )

    def other_program() -> str:
        command = [sys.executable, "-c", script, str(folder), key.reveal().hex()]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    with Register.open(folder, key=key):
        assert other_program() == "REGISTER_IN_USE"
    assert other_program() == "opened"


def test_another_key_does_not_open_it_and_says_nothing_on_stderr(
    tmp_path: Path, key: DataKey, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = _made(tmp_path / "r", key)
    assert _refusal(folder, DataKey.new()).problem is Problem.REGISTER_DAMAGED
    assert capfd.readouterr().err == ""
    Register.open(folder, key=key).close()


def test_a_damaged_first_page_is_told(tmp_path: Path, key: DataKey) -> None:
    folder = _made(tmp_path / "r", key)
    path = folder / "register.db"
    whole = bytearray(path.read_bytes())
    whole[100] ^= 1
    path.write_bytes(whole)
    assert _refusal(folder, key).problem is Problem.REGISTER_DAMAGED


@pytest.mark.parametrize("size", [0, 100, 4096])
def test_a_cut_register_is_damaged(tmp_path: Path, key: DataKey, size: int) -> None:
    folder = _made(tmp_path / "r", key)
    os.truncate(folder / "register.db", size)
    assert _refusal(folder, key).problem is Problem.REGISTER_DAMAGED


def test_a_damaged_page_is_told_when_it_is_read(tmp_path: Path, key: DataKey) -> None:
    folder = _made(tmp_path / "r", key)
    path = folder / "register.db"
    whole = bytearray(path.read_bytes())
    for page in range(4096, len(whole), 4096):
        whole[page + 50] ^= 1
    path.write_bytes(whole)
    with pytest.raises(ExternalError) as error, Register.open(folder, key=key) as register:
        search_people(register, "", limit=5)
    assert error.value.problem is Problem.REGISTER_DAMAGED


def test_a_page_that_cannot_be_read_for_a_moment_is_read_the_next_time(
    tmp_path: Path, key: DataKey
) -> None:
    """A stick that is loose: the program need not be started again."""
    folder = _made(tmp_path / "r", key)
    path = folder / "register.db"
    whole = path.read_bytes()
    damaged = bytearray(whole)
    for page in range(4096, len(whole), 4096):
        damaged[page + 50] ^= 1
    with Register.open(folder, key=key) as register:
        path.write_bytes(damaged)
        with pytest.raises(ExternalError) as error:
            search_people(register, "", limit=5)
        assert error.value.problem is Problem.REGISTER_DAMAGED
        path.write_bytes(whole)
        assert len(search_people(register, "", limit=5)) == 3


def test_a_newer_register_is_refused_with_both_versions(tmp_path: Path, key: DataKey) -> None:
    folder = tmp_path / "r"
    with Register.create(folder, key=key, author="Lan") as register:
        with register.writing() as transaction:
            transaction.driver.execute("PRAGMA user_version = 99")
    before = (folder / "register.db").read_bytes()
    refusal = _refusal(folder, key)
    assert refusal.problem is Problem.REGISTER_NEWER
    assert refusal.parameters == {"found": "99", "known": str(SCHEMA_VERSION)}
    assert (folder / "register.db").read_bytes() == before


def test_a_closed_register_refuses_kindly_and_has_forgotten_the_key(
    tmp_path: Path, key: DataKey
) -> None:
    register = Register.create(tmp_path / "r", key=key, author="Lan")
    register.close()
    register.close()
    with pytest.raises(ExternalError):
        search_people(register, "", limit=1)
    with pytest.raises(ExternalError):
        save(register, person(an_id(), full_name="Lê An"))
    assert len(key.reveal()) == 32
    assert key.reveal().hex() not in repr(vars(register))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder every user of the machine can enter."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o777)
    yield folder
    folder.chmod(0o777)
    shutil.rmtree(folder)


def test_a_folder_that_cannot_be_written_is_told(open_folder: Path, key: DataKey) -> None:
    """As a user without rights, because nothing is forbidden to root."""
    folder = _made(open_folder / "r", key)
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    script = (
        "import os, sys; from pathlib import Path\n"
        "from desktop.store.keys import DataKey, KdfCost, create_key_file\n"
        "from desktop.store.register import Register; from desktop.errors import AppError\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "folder, key = Path(sys.argv[1]), DataKey(bytes.fromhex(sys.argv[2]))\n"
        "def attempt(action):\n"
        "    try: action()\n"
        "    except AppError as error: print(error.problem.name)\n"
        "    else: print('done')\n"
        "attempt(lambda: Register.open(folder, key=key).close())\n"
        "attempt(lambda: Register.create(folder / 'new', key=key, author='Lan').close())\n"
        "attempt(lambda: create_key_file(folder / 'keys2.json', user_name='Lan',\n"
        "        passphrase='sông núi nước Nam ta', cost=KdfCost(64, 1, 1)))\n"
    )
    command = [sys.executable, "-c", script, str(folder), key.reveal().hex()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["FOLDER_NOT_WRITABLE"] * 3
