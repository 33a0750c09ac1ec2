"""Who may stand twice in the register: groups of persons that share what hardly anybody shares."""

from __future__ import annotations

from desktop.domain.people import PeopleFilter, PersonId
from desktop.store.driver import driver_of
from desktop.store.people import person_row, search_people
from desktop.store.register import Register
from forms.dates import parse_stored

# The numbers alone first: their index tells which are shared, and hardly any is. Words that begin
# with "~" are the ends of the same numbers.
_SAME_NUMBER = (
    "SELECT group_concat(p.id, ' ') FROM "
    "(SELECT number FROM person_numbers WHERE number < '~' GROUP BY number HAVING count(*) > 1) "
    "AS shared JOIN person_numbers AS n ON n.number = shared.number "
    "JOIN people AS p ON p.doc = n.doc "
    "GROUP BY n.number HAVING count(*) > 1 ORDER BY n.number"
)
_SAME_NAME = (
    "SELECT group_concat(id, ' ') FROM people WHERE full_name <> '' AND birth_date <> '' "
    "GROUP BY full_name, birth_date HAVING count(*) > 1 ORDER BY full_name, birth_date"
)
_NUMBERS_OF = (
    "SELECT p.numbers FROM documents AS d JOIN people AS p ON p.doc = d.doc WHERE d.id = ?"
)
_HAS_NUMBER = (
    "SELECT 1 FROM person_numbers AS n JOIN people AS p ON p.doc = n.doc "
    "WHERE n.number = ? AND p.id <> ?"
)
#: More namesakes of one year than these, and the whole register is looked through.
_NAMESAKES = 200
_ANYBODY = PeopleFilter(presence=None)
_HEADED = "SELECT id FROM households WHERE head_person_id = ? ORDER BY id"


def twin_groups(register: Register) -> list[tuple[str, ...]]:
    """Persons with one number, then persons with one name and birth date; each group once.

    All of them: about many somebody decided long ago, and those behind them wait too.
    """
    with register.reading() as connection:
        driver = driver_of(connection)
        rows = [*driver.execute(_SAME_NUMBER, ()), *driver.execute(_SAME_NAME, ())]
    return list(dict.fromkeys(tuple(sorted(str(names).split())) for (names,) in rows))


def has_twin(register: Register, person_id: str) -> bool:
    """Has somebody else a number of this person, or the name and birth date?

    Also ``True`` where a look through everybody tells more surely.
    """
    row = person_row(register, PersonId(person_id))
    if row is None:
        return False
    with register.reading() as connection:
        numbers = driver_of(connection).execute(_NUMBERS_OF, (person_id,)).fetchone()
        for number in str(numbers[0]).split() if numbers else ():
            if driver_of(connection).execute(_HAS_NUMBER, (number, person_id)).fetchone():
                return True
    if not row.full_name or not row.birth_date:
        return False
    born = parse_stored(row.birth_date)
    if born is None:
        return True
    asked = f"{row.full_name} {born.year:04d}"
    found = search_people(register, asked, limit=_NAMESAKES, where=_ANYBODY)
    alike = [
        one.person_id
        for one in found
        if (one.full_name, one.birth_date) == (row.full_name, row.birth_date)
    ]
    return alike != [row.person_id] or len(found) == _NAMESAKES


def household_heads(register: Register, person_id: str) -> list[str]:
    """The households this person is the head of."""
    with register.reading() as connection:
        return [str(name) for (name,) in driver_of(connection).execute(_HEADED, (person_id,))]
