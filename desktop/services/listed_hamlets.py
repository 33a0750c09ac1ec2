"""The hamlets that the province lists for the communes of a register."""

from __future__ import annotations

from datetime import date

from desktop.store.inbox import communes_here
from desktop.store.packs import stored_packs
from desktop.store.register import Register
from sync.protocol.packs import ListedUnit, PackKind, UnitList, unpacked


def listed_hamlets(register: Register, on: date) -> list[str]:
    """Their names on this day, as the province writes them; none while it published no list."""
    here = communes_here(register)
    return [
        unit.name
        for stored in stored_packs(register, PackKind.UNITS.value)
        for unit in unpacked(stored.content, UnitList).units
        if unit.commune in here and _is_one(unit, on.isoformat())
    ]


def _is_one(unit: ListedUnit, day: str) -> bool:
    return unit.valid_from <= day and (not unit.valid_to or day <= unit.valid_to)
