"""Rows in bulk: PostgreSQL's COPY, the fastest way in, over a SQLAlchemy connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import psycopg
from psycopg import sql
from sqlalchemy import Connection


def copy_rows(
    connection: Connection,
    table_name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    """Add rows to a table, in the transaction of this connection."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the only driver there is
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table_name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
