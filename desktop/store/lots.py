"""Lots of the collecting desk: texts of this register's own, never synced."""

from __future__ import annotations

from desktop.store.register import Register

_PREFIX = "lot:"


def put_lot(register: Register, lot_id: str, text: str) -> None:
    """Write a lot in place of what was written of it before."""
    register.set_meta({_PREFIX + lot_id: text})


def lot_kept(register: Register, lot_id: str) -> str | None:
    """One lot; ``None`` when there is none of that id."""
    return register.meta(_PREFIX + lot_id)


def lots_kept(register: Register) -> list[str]:
    """Every lot."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT value FROM meta WHERE key >= ? AND key < ?", (_PREFIX, _PREFIX[:-1] + ";")
        )
        return [str(row[0]) for row in rows]
