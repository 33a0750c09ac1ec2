"""The shim is compiled once; the long runs search where ``CRASH_SEED`` says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.disk import build

collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The disk that writes down and fails, for ``LD_PRELOAD``."""
    return build(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="session")
def seed() -> int:
    """Where the cuts are and what becomes of what was not flushed."""
    return int(os.environ.get("CRASH_SEED", "20261122"))
