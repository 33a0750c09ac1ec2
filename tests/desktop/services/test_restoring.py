"""Going back with a passphrase: of today, of then, or on a new PC."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest
from msgspec.structs import replace

from desktop.domain.ledger import Witness
from desktop.domain.users import UserRole
from desktop.errors import ExternalError, Problem, UserError
from desktop.services.backups import Backups
from desktop.services.home import settle_home
from desktop.services.practice import training_home
from desktop.services.restoring import Restoring, snapshots_of
from desktop.services.unlocking import create_register, open_register
from desktop.services.users import Users
from desktop.store import ledger
from desktop.store.folder import key_path
from desktop.store.key_file import read_one
from desktop.store.people import count_people
from tests.desktop.store.edits import an_id, person, save
from tests.support.offices import PASSPHRASE, QUICK, Clock

_USER = "Lê Thị Bình"
_MAI = "đồng lúa chín vàng ven sông"


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
    return Restoring(
        folder=folder, user_name=_USER, passphrase=passphrase, clock=Clock(), cost=QUICK
    )


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


def test_looking_at_the_snapshot_of_another_office_leaves_nothing_on_a_new_pc(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other office"
    with create_register(other, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        Backups(register=register, clock=Clock()).now()
    (of_other,), (snapshot,) = snapshots_of(other), snapshots_of(folder)
    (of_other.path / "register.db").write_bytes(b"torn")
    new = tmp_path / "new pc"
    with pytest.raises(ExternalError):
        _restoring(new).preview(of_other.path)
    with pytest.raises(ExternalError):
        _restoring(new).restore(of_other.path)
    assert not key_path(new).exists()
    assert _restoring(new).preview(snapshot.path).present is None
    assert not key_path(new).exists()
    _restoring(new).restore(snapshot.path)
    assert stat.S_IMODE(key_path(new).stat().st_mode) == 0o600
    ours, copied = (read_one(key_path(one)).register_id for one in (folder, new))
    assert ours == copied
    assert _count(new) == 1


def test_a_key_file_that_is_only_left_as_its_copy_is_not_replaced_by_an_older_one(
    folder: Path,
) -> None:
    (snapshot,) = snapshots_of(folder)
    with open_register(folder, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        Users(register=register, author=_USER, clock=Clock(), cost=QUICK).add(
            user_name="Mai", passphrase=_MAI, role=UserRole.OFFICER
        )
    key_path(folder).unlink()
    _restoring(folder).restore(snapshot.path)
    with open_register(folder, user_name="Mai", passphrase=_MAI, cost=QUICK):
        pass


@pytest.mark.parametrize("is_real", [True, False])
def test_people_of_the_training_province_never_take_the_place_of_real_ones(
    tmp_path: Path, is_real: bool
) -> None:
    ours, other = tmp_path / "ours", tmp_path / "other"
    for place, training in ((ours, not is_real), (other, is_real)):
        with create_register(place, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
            settle_home(register, replace(training_home(), training=training))
            save(register, person(an_id(), full_name="Lê Một"))
            Backups(register=register, clock=Clock()).now()
    (snapshot,), (own,) = snapshots_of(other), snapshots_of(ours)
    for go in (_restoring(ours).preview, _restoring(ours).restore):
        with pytest.raises(UserError) as refused:
            go(snapshot.path)
        assert refused.value.problem is Problem.TRAINING_MISMATCH
    assert _count(ours) == 1
    assert _restoring(ours).restore(own.path) is not None
    assert _restoring(tmp_path / "new pc").restore(snapshot.path) is None


def test_the_ledger_tells_where_the_one_ended_that_was_set_aside(folder: Path) -> None:
    (snapshot,) = snapshots_of(folder)
    with open_register(folder, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        ledger.note(register, at=Clock()(), by=_USER, action="person.view")
    aside = _restoring(folder).restore(snapshot.path)
    assert aside is not None
    with open_register(aside, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        seen = {str(line.n): line for line in ledger.lines(register, limit=100)}
        check = ledger.verify(register)
        assert check.is_sound
        looked = max(n for n, line in seen.items() if line.action == "person.view")
    with open_register(folder, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        told = next(
            line for line in ledger.lines(register, limit=100) if line.action == "register.restore"
        )
        objects = dict(told.objects)
        assert int(objects["replaced_lines"]) >= int(looked)
        witness = Witness(int(objects["replaced_lines"]), objects["replaced_hash"])
    with open_register(aside, user_name=_USER, passphrase=PASSPHRASE, cost=QUICK) as register:
        assert ledger.verify(register, witnesses=[witness]).witnesses == 1
