"""Registers are made once and opened by those who know their passphrase."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.errors import AppError, Problem
from desktop.services.unlocking import (
    create_register,
    open_register,
    register_exists,
    users_of,
)
from tests.support.offices import PASSPHRASE, QUICK


def test_a_register_is_made_closed_and_opened_again(tmp_path: Path) -> None:
    folder = tmp_path / "sổ"
    assert not register_exists(folder)
    create_register(folder, user_name=" Lê  Thị Bình ", passphrase=PASSPHRASE, cost=QUICK).close()
    assert register_exists(folder)
    assert users_of(folder) == ["Lê Thị Bình"]
    open_register(folder, user_name="Lê Thị Bình", passphrase=PASSPHRASE).close()


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
        open_register(tmp_path / "none", user_name="A", passphrase=PASSPHRASE)
    assert missing.value.problem is Problem.REGISTER_MISSING
    register = create_register(tmp_path, user_name="Lê Thị Bình", passphrase=PASSPHRASE, cost=QUICK)
    with pytest.raises(AppError) as used:
        open_register(tmp_path, user_name="Lê Thị Bình", passphrase=PASSPHRASE)
    assert used.value.problem is Problem.REGISTER_IN_USE
    register.close()


def test_a_short_passphrase_makes_no_register(tmp_path: Path) -> None:
    with pytest.raises(AppError) as short:
        create_register(tmp_path, user_name="Lê Thị Bình", passphrase="ngắn", cost=QUICK)
    assert short.value.problem is Problem.PASSPHRASE_TOO_SHORT
    assert not register_exists(tmp_path)
