"""A real server for tests: one embedded PostgreSQL and one server process for the whole session.

``database`` is emptied before each test; ``province`` sets offices up in it; ``server`` is the
process that answers on the loopback address. A test that kills servers starts its own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from uuid import UUID

import pytest
from sqlalchemy import Engine

from sync.protocol.documents import Role
from sync.server.database import migrate, open_engine
from sync.server.embedded import embedded_postgres
from sync.server.enrolment import new_code
from sync.server.provinces import create_office, create_province
from sync.server.tables import metadata
from tests.support.children import killed, line_of

COMMUNES = {"99001": "Xã Suối Mẫu", "99002": "Xã Đồng Thử", "99003": "Phường Tập An"}

_START_SECONDS = 60
_STOP_SECONDS = 30


class ServerProcess:
    """``so-an-sinh-server run`` as a process; a context manager.

    Attributes:
        url: where it answers; a process started again answers at the same address.
        log: what it wrote so far.
    """

    def __init__(
        self,
        database_url: str,
        *,
        command: tuple[str, ...] = ("run",),
        options: tuple[str, ...] = (),
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._database_url = database_url
        self._command = command
        self._options = options
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[str] | None = None
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.url = ""

    @property
    def log(self) -> str:
        """What it wrote to standard error."""
        # Not read from its place in the file: the process writes at the same place.
        log = self._log.fileno()
        return os.pread(log, os.fstat(log).st_size, 0).decode()

    def __enter__(self) -> ServerProcess:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self.stop()
        self._log.close()

    @property
    def environment(self) -> dict[str, str]:
        """What it and every command on its database are started with."""
        return {
            "SO_AN_SINH_DATABASE_URL": self._database_url,
            "PATH": "/usr/bin:/bin",
            **self._settings,
        }

    def memory_kib(self) -> int:
        """The memory it holds (resident)."""
        return self._memory("VmRSS")

    def peak_kib(self) -> int:
        """The most it held since it was asked the last time."""
        peak = self._memory("VmHWM")
        assert self._process is not None
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5", encoding="ascii")
        return peak

    def _memory(self, name: str) -> int:
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        return int(status.partition(f"{name}:")[2].split()[0])

    def start(self) -> None:
        """Start it and wait until it answers."""
        port = self.url.rpartition(":")[2] or "0"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sync.server", *self._command, "--port", port, *self._options],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        told = ""
        try:
            told = line_of(self._process, seconds=_START_SECONDS).strip()
        finally:
            if not told:
                self.kill()
        assert told, self.log
        self.url = told

    def stop(self) -> int:
        """Ask it to end (SIGTERM); gives its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it sleep (SIGSTOP), as a machine does that is moved."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Wake it up."""
        self._signal(signal.SIGCONT)

    def _signal(self, which: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(which)

    def _end(self, how: signal.Signals) -> int:
        assert self._process is not None
        process, self._process = self._process, None
        process.send_signal(how)
        try:
            return process.wait(_STOP_SECONDS)
        finally:
            killed(process)


@dataclass(frozen=True, slots=True)
class Province:
    """The training province in the emptied database."""

    engine: Engine

    def office(self, role: Role, *communes: str) -> UUID:
        """A new office of this role over these communes."""
        with self.engine.begin() as connection:
            return create_office(
                connection,
                name=f"Office {role.value}",
                role=role,
                serves={code: COMMUNES[code] for code in communes},
            )

    def code(self, office_id: UUID, *, user: str = "Cán bộ tập huấn") -> str:
        """A one-time enrolment code."""
        with self.engine.begin() as connection:
            return new_code(connection, office_id=office_id, user_name=user)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of this session's PostgreSQL, with the server's tables."""
    # Not pytest's folder: PostgreSQL runs as another user when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="so-an-sinh-tests-"))
    try:
        with embedded_postgres(folder / "postgres") as url:
            engine = open_engine(url)
            migrate(engine)
            engine.dispose()
            yield url
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def _engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_engine(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture
def database(_engine: Engine) -> Engine:
    """The database, empty."""
    # Not TRUNCATE: it makes new files for every partition and index, and flushes them.
    with _engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return _engine


@pytest.fixture
def province(database: Engine) -> Province:
    """The training province without offices."""
    with database.begin() as connection:
        create_province(connection, code="03", name="Tỉnh Tập Huấn", training=True)
    return Province(engine=database)


@pytest.fixture(scope="session")
def _server_process(postgres_url: str) -> Iterator[ServerProcess]:
    with ServerProcess(postgres_url) as process:
        yield process


@pytest.fixture
def server(province: Province, _server_process: ServerProcess) -> ServerProcess:
    """The server process, on the province of this test."""
    return _server_process
