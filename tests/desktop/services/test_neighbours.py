"""Whom a register knows by name: its own directory, one it heard of, one that somebody brings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.services.neighbours import Neighbours, keep_from_server
from desktop.store.register import Register
from sync.protocol.directory import (
    Directory,
    DirectoryDevice,
    SignedDirectory,
    signed_directory,
)
from sync.protocol.documents import Role
from sync.protocol.signing import new_signing_key, public_key_of
from tests.support.offices import Office

SERVER = new_signing_key()
ME, BOX, OTHER = "device-me", "device-box", "device-other"


def told(
    number: int, *names: str, by: bytes = SERVER, to: str = OTHER, revoked_at: str = ""
) -> SignedDirectory:
    """A directory that names these devices."""
    devices = [
        DirectoryDevice(
            device=name,
            name=name,
            office="office",
            office_name="UBND xã",
            role=Role.RELAY.value,
            communes=["99001"],
            key=f"{number:064x}",
            revoked_at=revoked_at,
        )
        for name in names
    ]
    directory = Directory(
        number=number,
        province="99",
        device=to,
        issued_at="2026-11-20T08:00:00+07:00",
        server_key=public_key_of(by),
        devices=devices,
    )
    return signed_directory(directory, signing_key=by)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    office = Office.create(tmp_path / "so", author="Lê Thị Bình")
    yield office.register
    office.close()


@pytest.fixture
def neighbours(register: Register) -> Neighbours:
    """Of a PC whose own directory has the number 5 and names nobody else."""
    keep_from_server(register, told(5, ME, to=ME), device_id=ME)
    return Neighbours(register, device_id=ME)


def test_without_a_directory_of_ones_own_nobody_is_named(register: Register) -> None:
    assert Neighbours(register, device_id=ME).named(BOX, told(6, BOX)) is None


def test_a_newer_directory_that_somebody_brings_names_and_is_remembered(
    neighbours: Neighbours, register: Register
) -> None:
    found = neighbours.named(BOX, told(6, BOX))
    assert found is not None
    assert found.device == BOX
    assert Neighbours(register, device_id=ME).named(BOX, None) == found


def test_an_older_directory_or_one_of_somebody_else_names_nobody(neighbours: Neighbours) -> None:
    for brought in (told(5, BOX), told(6, OTHER), told(6, BOX, by=new_signing_key()), None):
        assert neighbours.named(BOX, brought) is None


def test_who_serves_several_communes_believes_the_box_of_one_after_hearing_of_another(
    neighbours: Neighbours,
) -> None:
    neighbours.hear(told(9, OTHER))  # of the other commune, and newer than what the box has
    found = neighbours.named(BOX, told(6, BOX))
    assert found is not None
    assert found.device == BOX


def test_who_was_revoked_anywhere_is_revoked(neighbours: Neighbours) -> None:
    neighbours.hear(told(9, BOX, revoked_at="2026-11-21T08:00:00+07:00"))
    found = neighbours.named(BOX, told(8, BOX))
    assert found is not None
    assert found.revoked_at
