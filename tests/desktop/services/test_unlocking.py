"""Registers are made once and opened by those who know their passphrase."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desktop.errors import AppError, Problem
from desktop.services.unlocking import (
    create_register,
    open_register,
    register_exists,
    users_of,
)
from desktop.store.keys import KdfCost
from tests.support.offices import PASSPHRASE, QUICK


def test_a_register_is_made_closed_and_opened_again(tmp_path: Path) -> None:
    folder = tmp_path / "sổ"
    assert not register_exists(folder)
    create_register(folder, user_name=" Lê  Thị Bình ", passphrase=PASSPHRASE, cost=QUICK).close()
    assert register_exists(folder)
    assert users_of(folder) == ["Lê Thị Bình"]
    open_register(folder, user_name="Lê Thị Bình", passphrase=PASSPHRASE, cost=QUICK).close()


@pytest.mark.parametrize(
    ("user_name", "passphrase"),
    [("Lê Thị Bình", "mật khẩu sai nhưng đủ dài"), ("Ai đó khác", PASSPHRASE)],
)
def test_a_wrong_passphrase_or_name_opens_nothing(
    tmp_path: Path, user_name: str, passphrase: str
) -> None:
    create_register(tmp_path, user_name="Lê Thị Bình", passphrase=PASSPHRASE, cost=QUICK).close()
    with pytest.raises(AppError) as error:
        open_register(tmp_path, user_name=user_name, passphrase=passphrase)
    assert error.value.problem is Problem.WRONG_PASSPHRASE


def test_an_open_register_is_in_use_and_a_missing_one_is_missing(tmp_path: Path) -> None:
    with pytest.raises(AppError) as missing:
        open_register(tmp_path / "none", user_name="A", passphrase=PASSPHRASE, cost=QUICK)
    assert missing.value.problem is Problem.REGISTER_MISSING
    register = create_register(tmp_path, user_name="Lê Thị Bình", passphrase=PASSPHRASE, cost=QUICK)
    with pytest.raises(AppError) as used:
        open_register(tmp_path, user_name="Lê Thị Bình", passphrase=PASSPHRASE, cost=QUICK)
    assert used.value.problem is Problem.REGISTER_IN_USE
    register.close()


def test_a_short_passphrase_makes_no_register(tmp_path: Path) -> None:
    with pytest.raises(AppError) as short:
        create_register(tmp_path, user_name="Lê Thị Bình", passphrase="ngắn", cost=QUICK)
    assert short.value.problem is Problem.PASSPHRASE_TOO_SHORT
    assert not register_exists(tmp_path)


def test_two_programs_that_make_a_register_at_once_make_one_that_opens(tmp_path: Path) -> None:
    slow = KdfCost(memory_kib=8 * 1024, iterations=2, lanes=1)

    def make(passphrase: str) -> str:
        try:
            create_register(tmp_path, user_name="Lan", passphrase=passphrase, cost=slow).close()
        except AppError as error:
            assert error.problem in (Problem.REGISTER_IN_USE, Problem.REGISTER_EXISTS)
            return ""
        return passphrase

    passphrases = [f"{PASSPHRASE} {n}" for n in range(4)]
    with ThreadPoolExecutor(len(passphrases)) as pool:
        [made] = [passphrase for passphrase in pool.map(make, passphrases) if passphrase]
    open_register(tmp_path, user_name="Lan", passphrase=made, cost=QUICK).close()
    assert {path.name for path in tmp_path.glob("keys*.json*")} == {"keys.json", "keys-copy.json"}


def test_a_register_that_was_away_for_a_while_can_still_be_opened(tmp_path: Path) -> None:
    folder, away = tmp_path / "sổ", tmp_path / "away.db"
    create_register(folder, user_name="Lan", passphrase=PASSPHRASE, cost=QUICK).close()
    (folder / "register.db").rename(away)
    create_register(folder, user_name="Mai", passphrase=PASSPHRASE, cost=QUICK).close()
    (folder / "register.db").unlink()
    create_register(folder, user_name="Hoa", passphrase=PASSPHRASE, cost=QUICK).close()

    away.replace(folder / "register.db")
    (folder / "keys.json.1").replace(folder / "keys.json")
    open_register(folder, user_name="Lan", passphrase=PASSPHRASE, cost=QUICK).close()
    assert (folder / "keys.json.2").exists()
