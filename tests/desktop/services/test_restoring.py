"""Going back with a passphrase: of today, of then, or on a new PC."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop.errors import Problem, UserError
from desktop.services.backups import Backups
from desktop.services.restoring import Restoring, snapshots_of
from desktop.services.unlocking import create_register, open_register
from desktop.store.people import count_people
from tests.desktop.store.edits import an_id, person, save
from tests.support.offices import PASSPHRASE, QUICK, Clock

_USER = "Lê Thị Bình"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed register with two persons; a snapshot has one of them."""
    folder = tmp_path / "register"
    with create_register(folder, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        save(register, person(an_id(), full_name="Lê Một"))
        Backups(register=register, clock=Clock()).now()
        save(register, person(an_id(), full_name="Lê Hai"))
    return folder


def _restoring(folder: Path, passphrase: str = PASSPHRASE) -> Restoring:
    return Restoring(folder=folder, user_name=_USER, passphrase=passphrase, clock=Clock())


def _count(folder: Path) -> int:
    with open_register(folder, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        return count_people(register)


def test_it_is_told_first_and_then_done(folder: Path) -> None:
    (snapshot,) = snapshots_of(folder)
    told = _restoring(folder).preview(snapshot.path)
    assert (told.unsent_since, told.sent_since, told.sent_twice) == (1, 0, 0)
    assert _count(folder) == 2
    aside = _restoring(folder).restore(snapshot.path, carry_unsent=False)
    assert _count(folder) == 1
    assert aside is not None and (aside / "keys.json").exists()
    assert not [path for path in folder.iterdir() if path.is_dir() and path.name.startswith("keys")]


def test_a_wrong_passphrase_changes_nothing(folder: Path) -> None:
    (snapshot,) = snapshots_of(folder)
    with pytest.raises(UserError) as error:
        _restoring(folder, "không phải mật khẩu này").restore(snapshot.path)
    assert error.value.problem is Problem.WRONG_PASSPHRASE
    assert _count(folder) == 2


def test_a_new_pc_takes_the_keys_of_the_snapshot(folder: Path, tmp_path: Path) -> None:
    (snapshot,) = snapshots_of(folder)
    stick = tmp_path / "usb" / snapshot.name
    shutil.copytree(snapshot.path, stick)
    new = tmp_path / "new pc"
    assert _restoring(new).restore(stick) is None
    assert _count(new) == 1
