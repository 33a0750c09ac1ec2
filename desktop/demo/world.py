"""Three registers of the training province, ready to be opened: one for each role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop.domain.preloading import PreloadedHousehold
from desktop.services.home import settle_home
from desktop.services.practice import furnish, training_home
from desktop.services.unlocking import create_register
from desktop.training.province import TRAINING_PASSPHRASE
from sync.protocol.documents import Role

_HOUSEHOLDS = 200
USERS = {
    Role.OFFICER: "Cán bộ tập huấn",
    Role.POLICE: "Công an tập huấn",
    Role.COLLECTOR: "Cán bộ thu nhận",
}


@dataclass(frozen=True, slots=True)
class World:
    """Folders of the registers by role, and the list the officer's register holds."""

    folders: dict[Role, Path]
    households: list[PreloadedHousehold]


def make_world(folder: Path, *, now: datetime) -> World:
    """Make the registers in ``folder``; the officer's is loaded with the commune's people."""
    folders = {role: folder / role.value for role in USERS}
    people: list[PreloadedHousehold] = []
    for role, place in folders.items():
        with create_register(
            place, user_name=USERS[role], passphrase=TRAINING_PASSPHRASE
        ) as register:
            if role is Role.OFFICER:
                people = furnish(register, author=USERS[role], at=now, count=_HOUSEHOLDS)
            else:
                settle_home(register, training_home())
    return World(folders=folders, households=people)
