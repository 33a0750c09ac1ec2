"""The training commune beside the real register: somewhere to try everything without harm.

It lies in a folder of its own, with people of the fictional province only; its passphrase is known
to everybody. A training register that does not open is made anew: nothing in it is worth keeping.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from desktop.domain.preloading import PreloadedHousehold
from desktop.errors import AppError, Problem
from desktop.services.home import Home, settle_home
from desktop.services.preloading import preload
from desktop.services.unlocking import create_register, open_register, register_exists
from desktop.store.register import Register
from desktop.store.stretching import KdfCost
from desktop.training.people import households
from desktop.training.province import PRACTICE_USER, TRAINING_PASSPHRASE, training_province
from forms.rules.identity import IdentityTables

_SUFFIX = "-tap-huan"
_HOUSEHOLDS = 200
#: It is there, but not for us: another window has it open.
_NOT_DAMAGED = frozenset({Problem.REGISTER_IN_USE, Problem.STORE_BUSY, Problem.DISK_FULL})


def practice_folder(folder: Path) -> Path:
    """Where the training register of the register in ``folder`` lies."""
    return folder.with_name(folder.name + _SUFFIX)


def open_practice(
    folder: Path, *, clock: Callable[[], datetime], cost: KdfCost | None = None
) -> Register:
    """The training register that belongs to the register in ``folder``; made at the first time.

    Raises ``REGISTER_IN_USE`` and what a disk that is full or cannot be written says.
    """
    place = practice_folder(folder)
    if register_exists(place):
        try:
            return open_register(
                place, user_name=PRACTICE_USER, passphrase=TRAINING_PASSPHRASE, cost=cost
            )
        except AppError as error:
            if error.problem in _NOT_DAMAGED:
                raise
            shutil.rmtree(place)
    try:
        register = create_register(
            place, user_name=PRACTICE_USER, passphrase=TRAINING_PASSPHRASE, cost=cost
        )
        furnish(register, author=PRACTICE_USER, at=clock(), count=_HOUSEHOLDS)
    except AppError:
        with suppress(OSError):  # half a commune would be met the next time
            shutil.rmtree(place)
        raise
    return register


def furnish(
    register: Register, *, author: str, at: datetime, count: int
) -> list[PreloadedHousehold]:
    """Make this the register of the first training commune, with so many households."""
    settle_home(register, training_home())
    commune = training_province().communes[0]
    people = list(households(count=count, commune_code=commune.code, today=at.date()))
    preload(register, people, tables=IdentityTables.load(training=True), author=author, at=at)
    return people


def training_home() -> Home:
    """The first commune of the fictional province."""
    province = training_province()
    commune = province.communes[0]
    return Home(
        commune_code=commune.code,
        commune_name=commune.name_vi,
        province_name=province.name_vi,
        training=True,
    )
