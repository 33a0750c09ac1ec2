"""What holds for every test: noise is failure, its folders are its own, no window is shown."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from desktop.jobs.garbage import collect_what_is_due

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Everyday runs try the same examples every time; only the long runs (-m long) search further.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

pytest_plugins = ["tests.support.server"]


#: A machine that does ten other things is slow, not wrong.
PATIENCE_MS = 20_000


class PatientBot(QtBot):
    """Waits longer before it says that something never happened."""

    def waitUntil(  # noqa: N802 - Qt's way of naming
        self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS
    ) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(  # noqa: N802
        self, signal: Any, *, timeout: int = PATIENCE_MS, **more: Any
    ) -> SignalBlocker:
        return super().waitSignal(signal, timeout=timeout, **more)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """The hands of pytest-qt, with patience."""
    assert qapp is not None
    return PatientBot(request)


@pytest.fixture(autouse=True)
def _collects_between_tests() -> Iterator[None]:
    """As in the program (``desktop.jobs.garbage``): no thread deletes another one's widgets."""
    gc.disable()
    yield
    collect_what_is_due()


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
