"""Offices at a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.protocol.documents import Role
from tests.support.offices import Clock, Office
from tests.support.server import Province, ServerProcess

MakeOffice = Callable[..., Office]


@pytest.fixture
def make_office(server: ServerProcess, province: Province, tmp_path: Path) -> Iterator[MakeOffice]:
    """Makes enrolled offices: ``make_office(role, name, *communes)``."""
    offices: list[Office] = []
    clock = Clock()

    def make(role: Role, name: str, *communes: str) -> Office:
        office = Office.create(tmp_path / name, author=name, clock=clock, home=None)
        offices.append(office)
        code = province.code(province.office(role, *(communes or ("99001",))), user=name)
        office.syncing.enrol(server_url=server.url, code=code)
        return office

    yield make
    for office in offices:
        office.close()
