"""An officer's office with a register of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.offices import Clock, Office


@pytest.fixture
def clock() -> Clock:
    """22/11/2026, going on."""
    return Clock()


@pytest.fixture
def office(tmp_path: Path, clock: Clock) -> Iterator[Office]:
    """The officer of the training commune 99001."""
    office = Office.create(tmp_path / "register", author="Lê Thị Bình", clock=clock)
    yield office
    office.close()
