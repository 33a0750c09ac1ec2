"""What holds for every test: noise is failure, its folders are its own, no window is shown."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Everyday runs try the same examples every time; only the long runs (-m long) search further.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

pytest_plugins = ["tests.support.server"]


class Announced:
    """Log messages a test says beforehand that it will cause."""

    def __init__(self) -> None:
        self._expected: list[str] = []

    def expect(self, part: str) -> None:
        """Allow warnings and errors whose message contains ``part``; they must then come."""
        self._expected.append(part)

    def verdict(self, records: list[logging.LogRecord]) -> str:
        """Why these records fail the test; empty when they do not."""
        messages = [f"{r.levelname} {r.name}: {r.getMessage()}" for r in records]
        noise = [m for m in messages if not any(part in m for part in self._expected)]
        silent = [part for part in self._expected if not any(part in m for m in messages)]
        lines = [f"unexpected log: {message}" for message in noise]
        return "\n".join(lines + [f"announced but not logged: {part}" for part in silent])


class _Recorder(logging.Handler):
    """Keeps what was logged at WARNING or above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def announced_logs() -> Iterator[Announced]:
    """Fails a test that logs an unannounced warning or error."""
    announced, recorder = Announced(), _Recorder()
    logging.getLogger().addHandler(recorder)
    try:
        yield announced
    finally:
        logging.getLogger().removeHandler(recorder)
    if verdict := announced.verdict(recorder.records):
        pytest.fail(verdict, pytrace=False)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data, settings and temporary files of a test stay in its own folder."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
