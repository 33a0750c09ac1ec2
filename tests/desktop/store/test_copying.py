"""A register is copied while it is used; the copy is one state of it, whole, under either key."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.errors import AppError, Problem
from desktop.store import ledger
from desktop.store.copying import copy_register
from desktop.store.folder import register_path
from desktop.store.keys import DataKey
from desktop.store.people import count_people
from desktop.store.register import Register
from tests.desktop.store.edits import NOW, an_id, household, person, save


def _fill(register: Register, homes: int) -> None:
    saves = [
        [household(an_id(), code="1"), person(an_id(), full_name="Lê An", note="x" * 900)]
        for _ in range(homes)
    ]
    register.save_bulk(saves, author="Lan", at=NOW, action="preload")


@pytest.mark.parametrize("renewed", [False, True])
def test_the_copy_is_the_state_at_the_beginning_though_somebody_writes(
    tmp_path: Path, register: Register, key: DataKey, renewed: bool
) -> None:
    _fill(register, 4000)
    before, told = count_people(register), []
    new_key = DataKey.new() if renewed else None

    def meanwhile(done: int, total: int) -> None:
        told.append((done, total))
        save(register, person(an_id(), full_name="Trần Bình"))

    copy = register_path(tmp_path / "copy")
    copy.parent.mkdir()
    copy_register(
        register_path(register.folder), copy, key=key, new_key=new_key, progress=meanwhile
    )
    assert [path.name for path in copy.parent.iterdir()] == ["register.db"]
    assert len(told) > 1
    assert told[-1][0] == told[-1][1]
    assert count_people(register) == before + len(told)
    with Register.open(copy.parent, key=new_key or key) as copied:
        assert count_people(copied) == before
        assert ledger.verify(copied).is_sound


def test_the_old_key_does_not_open_a_copy_under_a_new_one(
    tmp_path: Path, register: Register, key: DataKey
) -> None:
    copy = register_path(tmp_path / "copy")
    copy.parent.mkdir()
    copy_register(register_path(register.folder), copy, key=key, new_key=DataKey.new())
    with pytest.raises(AppError) as error, Register.open(copy.parent, key=key):
        pass
    assert error.value.problem is Problem.REGISTER_DAMAGED


def test_a_copy_that_is_given_up_or_damaged_leaves_nothing(
    tmp_path: Path, register: Register, key: DataKey
) -> None:
    class GivenUpError(Exception):
        pass

    def give_up(done: int, total: int) -> None:
        raise GivenUpError

    _fill(register, 2000)
    source, copy = register_path(register.folder), tmp_path / "copy.db"
    with pytest.raises(GivenUpError):
        copy_register(source, copy, key=key, progress=give_up)
    register.close()
    whole = source.read_bytes()
    source.write_bytes(whole[:100_000] + bytes([whole[100_000] ^ 1]) + whole[100_001:])
    with pytest.raises(AppError) as error:
        copy_register(source, copy, key=key)
    assert error.value.problem is Problem.REGISTER_DAMAGED
    assert list(tmp_path.glob("copy*")) == []


def test_an_existing_file_is_never_written_over(
    tmp_path: Path, register: Register, key: DataKey
) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        copy_register(register_path(register.folder), copy, key=key)
    assert copy.read_bytes() == b"mine"
