"""Registers of the training province for tests of the interface: real store, real services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from desktop.services.home import Home, settle_home
from desktop.services.records import Records
from desktop.services.unlocking import create_register
from desktop.store.keys import KdfCost
from desktop.store.register import Register
from desktop.training.people import households
from forms.registry import FormRegistry
from forms.rules.identity import IdentityTables

USER = "Lê Thị Mai"
PASSPHRASE = "suối trong đá mòn"
#: Cheap on purpose: tests do not measure the key derivation.
CHEAP = KdfCost(memory_kib=1024, iterations=1, lanes=1)
HOME = Home(
    commune_code="99001",
    commune_name="Xã Suối Mẫu",
    province_name="Tỉnh Tập Huấn",
    training=True,
)
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=timezone(timedelta(hours=7)))


def awake() -> float:
    """For the watch over who is away: a machine that stands still for a minute has not slept."""
    return 1_000_000.0


def clock() -> datetime:
    """A Friday morning in the commune."""
    return NOW


def records_of(register: Register, *, author: str = USER) -> Records:
    """The officer's work on a register."""
    return Records(
        register=register,
        forms=FormRegistry.bundled(),
        tables=IdentityTables.load(training=True),
        author=author,
        clock=clock,
    )


def make_register(folder: Path, *, count: int = 0) -> Register:
    """An open register at home in the training commune, with so many households."""
    register = create_register(folder, user_name=USER, passphrase=PASSPHRASE, cost=CHEAP)
    settle_home(register, HOME)
    if count:
        people = households(
            count=count, commune_code=HOME.commune_code, today=NOW.date(), doubts=0.1
        )
        records_of(register).preload(people)
    return register


#: Complete answers of an employed person, by path, without the household.
EMPLOYED: Mapping[str, str] = {
    "identity/full_name": "Nguyễn Thị Hồng Hạnh",
    "identity/relation_to_head": "1",
    "identity/birth_date": "1988-03-12",
    "identity/sex": "2",
    "identity/id_number": "003188000017",
    "identity/permanent_residence": "Thôn Đông, Xã Suối Mẫu, Tỉnh Tập Huấn",
    "identity/ethnicity": "01",
    "qualification/general_education": "4",
    "qualification/technical_qualification": "1",
    "activity/economic_activity_status": "1",
    "employed/status_in_employment": "2",
    "employed/job": "Trồng rau",
    "employed/insurance_participation": "2",
    "employed/workplace_kind": "1",
    "collection/collected_on": "2026-11-20",
}
