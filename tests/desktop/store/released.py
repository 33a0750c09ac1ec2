"""Registers of every released schema, as kept in ``registers``; nobody in them exists."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from desktop.store.keys import DataKey
from desktop.store.register import Register

REGISTERS = Path(__file__).parent / "registers"
USER_NAME, PASSPHRASE = "Lê Thị Bình", "một hai ba bốn năm"
SCHEMAS = sorted(int(path.name.removeprefix("schema")) for path in REGISTERS.iterdir())


def released(schema: int, folder: Path) -> DataKey:
    """Lay the register of this schema into ``folder``; its key."""
    shutil.copytree(REGISTERS / f"schema{schema}", folder)
    key_in_the_open = folder / "data_key.hex"
    key = DataKey(bytes.fromhex(key_in_the_open.read_text().strip()))
    key_in_the_open.unlink()
    return key


def every_row(register: Register, table: str) -> list[tuple[Any, ...]]:
    """A table as it is, in the order of its first column."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608 names of ours
        return [tuple(row) for row in rows]


def layout(register: Register) -> set[tuple[str, ...]]:
    """Every table and index with the statement that made it."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql("SELECT type, name, coalesce(sql, '') FROM sqlite_master")
        return {tuple(map(str, row)) for row in rows}
