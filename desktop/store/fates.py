"""What left the lists of a register: deleted, merged, moved away."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.store.driver import driver_of
from desktop.store.links import connected, survivors
from desktop.store.register import Register

_GONE = "SELECT id FROM fates WHERE fate = ? AND (? = '' OR type = ?) ORDER BY id DESC LIMIT ?"


def survivor_of(register: Register, person_id: str) -> str:
    """Who stands for this person."""
    with register.reading() as connection:
        return survivors(driver_of(connection), [person_id])[person_id]


@dataclass(frozen=True, slots=True)
class Group:
    """A person and everybody merged into it, directly or not."""

    survivor: str
    members: tuple[str, ...]


def group_of(register: Register, person_id: str) -> Group:
    """Whom the survivor of this person stands for."""
    with register.reading() as connection:
        driver = driver_of(connection)
        everybody = connected(driver, [person_id])
        standing = survivors(driver, everybody)
    survivor = standing[person_id]
    members = (one for one in everybody if standing[one] == survivor and one != survivor)
    return Group(survivor, tuple(sorted(members)))


def gone_ids(register: Register, fate: str, *, document_type: str = "", limit: int) -> list[str]:
    """Documents with this fate, those made last first."""
    with register.reading() as connection:
        rows = driver_of(connection).execute(_GONE, (fate, document_type, document_type, limit))
        return [str(name) for (name,) in rows]
