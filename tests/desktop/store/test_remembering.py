"""Opening without the passphrase on one PC: bound to the user's own key pair, never the only way.

Windows' own sealing cannot run here; ``Sealing`` stands for it with real cryptography, so that
everything around it is what runs on Windows.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from desktop.domain.users import UserRole
from desktop.errors import AppError, Problem
from desktop.services import unlocking
from desktop.services.users import Users
from desktop.store.keystore import Blob, DataProtection, keystore_of_this_pc
from desktop.store.register import Register
from tests.desktop.ui.world import CHEAP, PASSPHRASE, USER, clock, make_register


class Sealing:
    """A system that seals to one account."""

    def __init__(self, account: str) -> None:
        self._account = account

    def protect(self, secret: bytes, *, bound_to: bytes) -> bytes | None:
        return bytes(self._box(bound_to).encrypt(secret))

    def unprotect(self, sealed: bytes, *, bound_to: bytes) -> bytes | None:
        try:
            return self._box(bound_to).decrypt(sealed)
        except CryptoError:
            return None

    def _box(self, bound_to: bytes) -> SecretBox:
        return SecretBox(hashlib.sha256(self._account.encode() + bound_to).digest())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register that this account on this PC opens for its manager."""
    make_register(tmp_path).close()
    assert unlocking.remember(
        tmp_path, user_name=USER, passphrase=PASSPHRASE, keystore=Sealing("mai")
    )
    return tmp_path


def users(register: Register) -> Users:
    return Users(register=register, author=USER, clock=clock, cost=CHEAP)


def refused(folder: Path, account: str = "mai") -> Problem:
    with pytest.raises(AppError) as error:
        unlocking.open_remembered(folder, keystore=Sealing(account))
    return error.value.problem


def test_the_same_account_opens_and_the_passphrase_still_does(folder: Path) -> None:
    assert unlocking.remembered_user(folder) == USER
    unlocking.open_remembered(folder, keystore=Sealing("mai")).close()
    unlocking.open_register(folder, user_name=USER, passphrase=PASSPHRASE, cost=CHEAP).close()


def test_another_account_does_not_and_nothing_stays_of_it(folder: Path) -> None:
    assert refused(folder, "binh") is Problem.NOT_REMEMBERED
    assert unlocking.remembered_user(folder) is None


def test_it_outlives_a_change_of_the_key(folder: Path) -> None:
    with unlocking.open_remembered(folder, keystore=Sealing("mai")) as register:
        users(register).change_key()
    unlocking.open_remembered(folder, keystore=Sealing("mai")).close()


def test_it_ends_with_the_passphrase_and_with_the_user(folder: Path) -> None:
    with unlocking.open_remembered(folder, keystore=Sealing("mai")) as register:
        users(register).change_passphrase(old=PASSPHRASE, new="thác đổ giữa rừng xanh")
    assert refused(folder) is Problem.NOT_REMEMBERED
    other = "Trần Văn Bình"
    with unlocking.open_register(
        folder, user_name=USER, passphrase="thác đổ giữa rừng xanh", cost=CHEAP
    ) as register:
        users(register).add(
            user_name=other, passphrase="con sông quê tôi chảy mãi", role=UserRole.OFFICER
        )
        unlocking.remember(
            folder,
            user_name=other,
            passphrase="con sông quê tôi chảy mãi",
            keystore=Sealing("binh"),
        )
        users(register).remove(user_name=other)
    assert unlocking.remembered_user(folder) is None
    assert not (folder / "remembered.json").exists()


def test_a_wrong_passphrase_and_a_damaged_file_remember_nobody(folder: Path) -> None:
    unlocking.forget(folder)
    with pytest.raises(AppError):
        unlocking.remember(folder, user_name=USER, passphrase="sai", keystore=Sealing("mai"))
    (folder / "remembered.json").write_bytes(b"{")
    assert unlocking.remembered_user(folder) is None
    assert refused(folder) is Problem.NOT_REMEMBERED


def test_neither_key_nor_private_half_lies_in_the_file(folder: Path) -> None:
    with unlocking.open_remembered(folder, keystore=Sealing("mai")) as register:
        with register.lending_key() as key:
            secret = key.reveal()
    for path in folder.iterdir():
        if path.is_file():
            assert secret not in path.read_bytes()
            assert secret.hex().encode() not in path.read_bytes()


def test_the_blob_of_windows_carries_bytes_with_zeros() -> None:
    content = bytes(range(256)) * 3
    assert Blob.of(content).content == content
    assert Blob.of(b"").content == b""


def test_where_there_is_no_keystore_it_is_not_offered() -> None:
    assert (keystore_of_this_pc() is not None) is (sys.platform == "win32")
    if sys.platform != "win32":
        assert DataProtection().protect(b"x", bound_to=b"y") is None
        assert not unlocking.can_remember()
