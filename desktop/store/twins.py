"""Who may stand twice in the register: groups of persons that share what hardly anybody shares."""

from __future__ import annotations

from desktop.store.driver import driver_of
from desktop.store.register import Register

# Words that begin with "~" are the ends of the same numbers.
_SAME_NUMBER = (
    "SELECT group_concat(p.id, ' ') FROM person_numbers AS n JOIN people AS p ON p.doc = n.doc "
    "WHERE n.number < '~' GROUP BY n.number HAVING count(*) > 1 ORDER BY n.number LIMIT ?"
)
_SAME_NAME = (
    "SELECT group_concat(id, ' ') FROM people WHERE full_name <> '' AND birth_date <> '' "
    "GROUP BY full_name, birth_date HAVING count(*) > 1 LIMIT ?"
)
#: Groups looked at at a time: who decides about these finds the next ones.
_MOST = 200
_HEADED = "SELECT id FROM households WHERE head_person_id = ? ORDER BY id"


def twin_groups(register: Register) -> list[list[str]]:
    """Persons with one number, and persons with one name and birth date."""
    with register.reading() as connection:
        driver = driver_of(connection)
        rows = [
            *driver.execute(_SAME_NUMBER, (_MOST,)).fetchall(),
            *driver.execute(_SAME_NAME, (_MOST,)).fetchall(),
        ]
    return [str(names).split() for (names,) in rows]


def household_heads(register: Register, person_id: str) -> list[str]:
    """The households this person is the head of."""
    with register.reading() as connection:
        return [str(name) for (name,) in driver_of(connection).execute(_HEADED, (person_id,))]
