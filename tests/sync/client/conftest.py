"""An officer and a second one of the same commune, enrolled at a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.protocol.documents import Role
from tests.support.offices import Clock, Office
from tests.support.server import Province, ServerProcess


@pytest.fixture
def clock() -> Clock:
    """22/11/2026, going on."""
    return Clock()


@pytest.fixture
def officers(
    server: ServerProcess, province: Province, tmp_path: Path, clock: Clock
) -> Iterator[tuple[Office, Office]]:
    """Two devices of one office."""
    office_id = province.office(Role.OFFICER, "99001")
    offices = []
    for name in ("Lê Thị Bình", "Phạm Văn Hai"):
        office = Office.create(tmp_path / name, author=name, clock=clock)
        office.syncing.enrol(server_url=server.url, code=province.code(office_id, user=name))
        offices.append(office)
    yield offices[0], offices[1]
    for office in offices:
        office.close()
