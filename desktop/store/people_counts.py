"""How many persons a text and a filter find, and how many with each value of each filter.

The index counts its own rows, so a count reads one list of places for each value and no person.
What words do not decide (parts of numbers, the first and the last year of an age, households of a
head) is looked at person by person. Records of restricted data sets stand in no list read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from desktop.domain.people import (
    EVERYBODY,
    CheckState,
    Facet,
    FacetCounts,
    Missing,
    PeopleCounts,
    PeopleFilter,
    RecordStatus,
)
from desktop.store import people_words as words
from desktop.store.people import count_found, words_of_found
from desktop.store.people_query import HIGHEST, Condition, Kind, Query, ask, hamlets
from desktop.store.register import Register

#: Of beginnings of numbers as short as this, which everybody has, only the total is counted.
_COMMON_NUMBER = 3

_VALUES = "SELECT word FROM people_vocabulary WHERE word > ? AND word < ?"

#: What a filter looks like without one property, to count that property's values.
_WITHOUT: Mapping[Facet, dict[str, object]] = {
    Facet.STATUS: {"status": None},
    Facet.CHECK: {"check": None},
    Facet.FORM: {"form_id": "", "has_form": True},
    Facet.NO_FORM: {"form_id": "", "has_form": True},
    Facet.FINDING: {"is_flagged": False, "finding": ""},
    Facet.MISSING: {"missing": None},
    Facet.HAMLET: {"hamlet": ""},
}


def count_facets(
    register: Register, text: str, *, today: date, where: PeopleFilter = EVERYBODY
) -> PeopleCounts:
    """How many are found, and for each value of each facet how many would be with that value."""
    with register.reading() as connection:
        query = ask(connection, text, where, today=today)
        total = count_found(connection, query)
        if query.kind is Kind.NUMBER and len(query.digits[0]) <= _COMMON_NUMBER:
            return PeopleCounts(total, {})
        facets: dict[tuple[Facet, str], int] = {}
        values = _values(connection)
        for facet, by_value in values.items():
            loosened = replace(where, **_WITHOUT[facet])  # type: ignore[arg-type]  # fields by name
            asked = ask(connection, text, loosened, today=today)
            facets |= _count_values(connection, asked, facet, by_value)
        return PeopleCounts(total, facets)


def _values(connection: Connection) -> dict[Facet, dict[str, Condition]]:
    """Each value of each facet, as a condition."""
    forms = [words.form_of(word) for word in _known(connection, words.A_FORM)]
    findings = _known(connection, words.ANY_FINDING)
    return {
        Facet.STATUS: {s.value: _has(words.status_word(s)) for s in RecordStatus},
        Facet.CHECK: {s.value: _has(words.check_word(s)) for s in CheckState},
        Facet.FORM: {form: _has(words.form_word(form)) for form in forms},
        Facet.NO_FORM: {
            form: Condition(frozenset({words.form_word(form)}), holds=False) for form in forms
        },
        Facet.FINDING: {
            "": _has(words.ANY_FINDING),
            **{words.code_of(word): _has(word) for word in findings},
        },
        Facet.MISSING: {m.value: _has(words.missing_word(m)) for m in Missing},
        Facet.HAMLET: {h: _has(words.hamlet_word(h)) for h in hamlets(connection)},
    }


def _known(connection: Connection, beginning: str) -> list[str]:
    """Every word of the index with this beginning."""
    between = (beginning, beginning + HIGHEST)
    return [row[0] for row in connection.exec_driver_sql(_VALUES, between)]


def _has(word: str) -> Condition:
    return Condition(frozenset({word}))


def _count_values(
    connection: Connection, query: Query, facet: Facet, by_value: Mapping[str, Condition]
) -> FacetCounts:
    if query.kind is Kind.WORDS:
        return {
            (facet, value): count_found(connection, query.with_conditions(condition))
            for value, condition in by_value.items()
        }
    found = list(words_of_found(connection, query))
    return {
        (facet, value): sum(condition.accepts(of_person) for of_person in found)
        for value, condition in by_value.items()
    }
