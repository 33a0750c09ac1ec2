"""A real encrypted register in the test's own folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.store.keys import DataKey
from desktop.store.register import Register


@pytest.fixture
def key() -> DataKey:
    """The register's data key."""
    return DataKey.new()


@pytest.fixture
def register(tmp_path: Path, key: DataKey) -> Iterator[Register]:
    """An empty open register."""
    with Register.create(tmp_path / "register", key=key, author="Lan") as register:
        yield register


@pytest.fixture
def reopened(register: Register, key: DataKey) -> Iterator[Callable[[], Register]]:
    """Close the register and open it again."""
    opened: list[Register] = []

    def reopen() -> Register:
        register.close()
        opened.append(Register.open(register.folder, key=key))
        return opened[-1]

    yield reopen
    for again in opened:
        again.close()
