"""The key file: who gets the key back, and what is told when nobody does."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest

from desktop.errors import AppError, ExternalError, Problem, UserError
from desktop.store import keys
from desktop.store.data_key import DataKey
from desktop.store.key_file import copy_path
from desktop.store.keys import Unlocked, create_key_file, users_of
from desktop.store.stretching import KdfCost

CHEAP = KdfCost(memory_kib=64, iterations=1, lanes=1)
PASSPHRASE = "sông núi nước Nam ta"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def _create(path: Path, *, passphrase: str = PASSPHRASE) -> DataKey:
    return create_key_file(path, user_name="Lan", passphrase=passphrase, cost=CHEAP)


def unlock(path: Path, *, user_name: str, passphrase: str) -> Unlocked:
    return keys.unlock(path, user_name=user_name, passphrase=passphrase, cost=CHEAP)


def _problem(error: pytest.ExceptionInfo[AppError]) -> Problem:
    return error.value.problem


def test_the_passphrase_gives_the_key_back(path: Path) -> None:
    key = _create(path)
    assert unlock(path, user_name="Lan", passphrase=PASSPHRASE).key.reveal() == key.reveal()
    assert [user.name for user in users_of(path)] == ["Lan"]


def test_a_passphrase_composed_otherwise_by_the_keyboard_is_the_same(path: Path) -> None:
    key = _create(path)
    decomposed = unicodedata.normalize("NFD", PASSPHRASE)
    assert decomposed != PASSPHRASE
    assert unlock(path, user_name="Lan", passphrase=decomposed).key.reveal() == key.reveal()


@pytest.mark.parametrize(
    ("user_name", "passphrase"), [("Lan", PASSPHRASE + "."), ("Lan", ""), ("Hoa", PASSPHRASE)]
)
def test_a_wrong_passphrase_or_user_is_the_users_error(
    path: Path, user_name: str, passphrase: str
) -> None:
    _create(path)
    with pytest.raises(UserError) as error:
        unlock(path, user_name=user_name, passphrase=passphrase)
    assert _problem(error) is Problem.WRONG_PASSPHRASE
    assert error.value.__cause__ is None


@pytest.mark.parametrize("passphrase", ["cây đa bến nướ", "một hai ba bốn", ""])
def test_a_short_passphrase_is_refused_when_the_register_is_made(
    path: Path, passphrase: str
) -> None:
    with pytest.raises(UserError) as error:
        _create(path, passphrase=passphrase)
    assert _problem(error) is Problem.PASSPHRASE_TOO_SHORT
    assert not path.exists()


@pytest.mark.parametrize("passphrase", ["cây đa bến nước", "ao cá mè hoa to"])
def test_fifteen_characters_or_five_words_are_enough(path: Path, passphrase: str) -> None:
    _create(path, passphrase=passphrase)
    unlock(path, user_name="Lan", passphrase=passphrase)


def test_a_missing_key_file_is_told(path: Path) -> None:
    with pytest.raises(ExternalError) as error:
        unlock(path, user_name="Lan", passphrase=PASSPHRASE)
    assert _problem(error) is Problem.KEY_FILE_MISSING


def test_any_damaged_byte_is_told_from_a_wrong_passphrase(path: Path) -> None:
    _create(path)
    copy_path(path).unlink()
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        if whole[place : place + 1].isspace():
            continue
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ExternalError) as error:
            unlock(path, user_name="Lan", passphrase=PASSPHRASE)
        assert _problem(error) in (Problem.KEY_FILE_DAMAGED, Problem.REGISTER_NEWER), place


@pytest.mark.parametrize("length", [0, 1, 100])
def test_a_cut_key_file_is_damaged(path: Path, length: int) -> None:
    _create(path)
    copy_path(path).unlink()
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ExternalError) as error:
        users_of(path)
    assert _problem(error) is Problem.KEY_FILE_DAMAGED


def test_a_newer_key_file_is_refused_with_both_versions(path: Path) -> None:
    _create(path)
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"version": 9, "users": "of another kind"}))
    with pytest.raises(ExternalError) as error:
        unlock(path, user_name="Lan", passphrase=PASSPHRASE)
    assert _problem(error) is Problem.REGISTER_NEWER
    assert error.value.parameters == {"found": "9", "known": "2"}


def test_the_key_file_of_a_register_is_never_replaced(path: Path) -> None:
    _create(path)
    (path.parent / "register.db").write_bytes(b"")
    before = path.read_bytes()
    with pytest.raises(UserError) as error:
        _create(path)
    assert _problem(error) is Problem.REGISTER_EXISTS
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_the_owner_may_read_the_key_file(path: Path) -> None:
    _create(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_neither_key_nor_passphrase_stands_in_the_file_or_in_a_repr(path: Path) -> None:
    key = _create(path)
    text = path.read_text()
    assert PASSPHRASE not in text
    assert key.reveal().hex() not in text
    assert repr(key) == str(key) == f"{key}" == "DataKey(…)"


def test_a_wiped_key_is_gone() -> None:
    key = DataKey.new()
    kept = key.copy()
    key.wipe()
    with pytest.raises(ValueError, match="wiped"):
        key.reveal()
    assert len(kept.reveal()) == 32


def test_each_user_name_and_file_has_a_wrap_of_its_own(path: Path, tmp_path: Path) -> None:
    _create(path)
    content = json.loads(path.read_text())
    other = tmp_path / "other.json"
    create_key_file(other, user_name="Lan", passphrase=PASSPHRASE, cost=CHEAP)
    entry, other_entry = content["users"][0], json.loads(other.read_text())["users"][0]
    assert all(
        entry[name] != other_entry[name]
        for name in ("salt", "nonce", "wrapped", "public_key", "sealed")
    )
