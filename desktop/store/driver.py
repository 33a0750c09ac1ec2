"""The driver's connection beneath SQLAlchemy's, for statements of the write path.

A save is a dozen short statements; through SQLAlchemy's result machinery they took longer than the
encryption and half as long as the disk. Transactions, pool and connections stay SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, cast

import msgspec
from sqlalchemy import Connection


class Rows(Protocol):
    """What a statement found."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Every row left."""

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Row by row."""


class Driver(Protocol):
    """The two ways to run a statement (DB-API 2.0, with SQLite's shortcuts)."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Rows:
        """Run it once."""

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> Rows:
        """Run it once for each."""


def driver_of(connection: Connection) -> Driver:
    """The driver's connection under this one; valid as long as this one is held."""
    return cast(Driver, connection.connection.driver_connection)


def json_list(values: Sequence[Any]) -> str:
    """Many values as one parameter, for ``json_each``: no statement for each number of them."""
    return msgspec.json.encode(values).decode()


def first_value(rows: Rows) -> Any:
    """The first column of the first row; ``None`` when there is no row."""
    row = rows.fetchone()
    return None if row is None else row[0]
