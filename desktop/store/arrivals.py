"""Who came from another commune and waits to be received."""

from __future__ import annotations

from desktop.store.driver import driver_of
from desktop.store.register import Register

# The text is looked at before it is read as JSON: few have the field.
_ARRIVED = (
    "SELECT d.id FROM people AS p JOIN documents AS d ON d.doc = p.doc "
    "WHERE instr(d.fields, '\"came_from\":') AND d.fields ->> 'came_from' IS NOT NULL "
    "AND d.fields ->> 'arrived' IS NULL ORDER BY d.id DESC LIMIT ?"
)
_MOST = 500


def arrived_ids(register: Register) -> list[str]:
    """Persons in the lists who came from elsewhere, the newest first."""
    with register.reading() as connection:
        return [str(name) for (name,) in driver_of(connection).execute(_ARRIVED, (_MOST,))]
