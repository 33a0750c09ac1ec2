"""Backups of the server's database, taken and put back within a test."""

from __future__ import annotations

from sqlalchemy import text

from sync.server.tables import metadata
from tests.support.server import Province

Copy = dict[str, list[dict[str, object]]]


def copy_of_database(province: Province) -> Copy:
    """Every row of every table."""
    with province.engine.connect() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(table.select())]
            for table in metadata.sorted_tables
        }


def restore_database(province: Province, copy: Copy) -> None:
    """Put the copy back; nothing else stays."""
    names = ", ".join(table.name for table in metadata.sorted_tables)
    with province.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names}"))
        for table in metadata.sorted_tables:
            if copy[table.name]:
                connection.execute(table.insert(), copy[table.name])
