"""The training province's server as a process of its own: started, talked to, stopped."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_START_SECONDS = 60  # an old PC creates the database cluster slowly; normally about three seconds
_STOP_SECONDS = 20


class ServerDidNotStartError(RuntimeError):
    """The server process ended, or said nothing in time; ``details`` is what it wrote."""

    def __init__(self, details: str) -> None:
        super().__init__(details)
        self.details = details


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where the server answers, and the one-time codes of its offices by role."""

    url: str
    codes: Mapping[str, str]


class TrainingServer:
    """A running server on an embedded PostgreSQL in ``folder``; stops when the block ends.

    The server watches its standard input: should this process die, it stops by itself.
    """

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> ServerAddress:
        self._folder.mkdir(parents=True, exist_ok=True)
        log = self._folder / "server.log"
        with log.open("w", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sync.server", "training", "--folder", str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        line = self._first_line()
        if not line.startswith("{"):
            self._stop()
            raise ServerDidNotStartError(log.read_text(encoding="utf-8")[-2000:])
        answer = json.loads(line)
        return ServerAddress(url=answer["url"], codes=answer["codes"])

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _first_line(self) -> str:
        """What the server says first; empty when it ended, or was ended for being too slow."""
        assert self._process is not None and self._process.stdout is not None  # noqa: S101
        watch = threading.Timer(_START_SECONDS, self._process.kill)
        watch.start()
        try:
            return self._process.stdout.readline()
        finally:
            watch.cancel()

    def _stop(self) -> None:
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
