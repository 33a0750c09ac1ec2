"""Three registers of the training province, ready to be opened: one for each role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from desktop.domain.preloading import PreloadedHousehold
from desktop.services.home import Home, settle_home
from desktop.services.preloading import preload
from desktop.services.unlocking import create_register
from desktop.training.people import households
from desktop.training.province import TRAINING_PASSPHRASE, training_province
from forms.rules.identity import IdentityTables
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
    province = training_province()
    commune = province.communes[0]
    home = Home(
        commune_code=commune.code,
        commune_name=commune.name_vi,
        province_name=province.name_vi,
        training=True,
    )
    people = list(
        households(count=_HOUSEHOLDS, commune_code=commune.code, today=now.astimezone(UTC).date())
    )
    folders = {role: folder / role.value for role in USERS}
    for role, place in folders.items():
        with create_register(
            place, user_name=USERS[role], passphrase=TRAINING_PASSPHRASE
        ) as register:
            settle_home(register, home)
            if role is Role.OFFICER:
                tables = IdentityTables.load(training=True)
                preload(register, people, tables=tables, author=USERS[role], at=now)
    return World(folders=folders, households=people)
