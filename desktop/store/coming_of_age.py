"""Who has a record of one form, is old enough for another, and has none of that yet."""

from __future__ import annotations

from datetime import date

from desktop.domain.people import PeopleFilter, PersonId
from desktop.store.people import look_at_all
from desktop.store.people_query import Condition, ask
from desktop.store.people_words import form_word
from desktop.store.register import Register

_ID = "SELECT id FROM people WHERE doc = ?"


def grown_out_of(
    register: Register, form_id: str, *, years: int, lacking: str, today: date, limit: int
) -> list[PersonId]:
    """Persons with a record of the form who may be so old and have no record of ``lacking``.

    In the order of the list; the index of people leaves out all others.
    """
    where = PeopleFilter(form_id=form_id, age_from=years)
    none_of_it = Condition(frozenset({form_word(lacking)}), holds=False)
    found: list[PersonId] = []
    with register.reading() as connection:
        query = ask(connection, "", where, today=today).with_conditions(none_of_it)
        for looked in look_at_all(connection, query):
            if looked.is_found:
                row = connection.exec_driver_sql(_ID, (looked.doc,)).scalar()
                found.append(PersonId(str(row)))
            if len(found) == limit:
                break
    return found
