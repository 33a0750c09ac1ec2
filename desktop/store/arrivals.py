"""Who came from another commune and waits to be received."""

from __future__ import annotations

from desktop.store.driver import driver_of, first_value
from desktop.store.name_order import DOC_MASK
from desktop.store.people_words import ARRIVING
from desktop.store.register import Register

# A word of the index: nobody else's document is looked at, however many there are.
_ARRIVED = (
    "SELECT p.id FROM people_words AS w "  # noqa: S608 a number
    f"CROSS JOIN people AS p ON p.doc = w.rowid & {DOC_MASK} "
    "WHERE people_words MATCH ? ORDER BY p.id DESC LIMIT ?"
)
_COUNT = "SELECT count(*) FROM people_words WHERE people_words MATCH ?"
_MOST = 500


def arrived_ids(register: Register) -> list[str]:
    """Persons in the lists who came from elsewhere, the newest first."""
    with register.reading() as connection:
        return [str(name) for (name,) in driver_of(connection).execute(_ARRIVED, (ARRIVING, _MOST))]


def count_arrived(register: Register) -> int:
    """How many wait."""
    with register.reading() as connection:
        return int(first_value(driver_of(connection).execute(_COUNT, (ARRIVING,))) or 0)
