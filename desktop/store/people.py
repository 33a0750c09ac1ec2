"""The people list: found as one types, in the order of Vietnamese lists of names, page by page.

The index numbers persons by their place in the list, so that whatever is asked for
(``people_query``) comes in the order of the list from any place on, and a page costs the same at
the end of a million persons as at the beginning. A page ends with where the next one begins, never
with how many came before: rows that are added meanwhile make no gap and show nobody twice.

A number is looked for among numbers: who has one that begins so, then who has one that ends so,
then who was born in the year. ``chủ hộ …`` lists the members of the households of those heads.

What the index of words does not decide (numbers under a filter, members of households) is looked
at person by person, and only so many at a time: a page may hold fewer rows than were asked for, or
none, and still tell where the next one goes on. So no key that is typed waits for a whole register.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Connection

from desktop.domain.people import (
    EVERYBODY,
    CheckState,
    FoundPeople,
    PeopleFilter,
    PersonId,
    PersonRow,
    RecordStatus,
)
from desktop.store.driver import json_list
from desktop.store.name_order import DOC_MASK
from desktop.store.people_query import HIGHEST, Condition, Kind, Query, ask
from desktop.store.people_words import from_behind, year_word
from desktop.store.register import Register
from sync.protocol.life import Presence

#: What a page ends with: numbers and texts that say where the next one begins.
_Place: TypeAlias = tuple[str | int, ...]
#: So many are looked at for a first page, which somebody waits for, and for one that follows.
_LOOKED_AT_FIRST = 400
_LOOKED_AT_LATER = 2400
#: Who is read at once when the index alone does not decide: few first, more when few are wanted.
_AT_ONCE = 100
_AT_ONCE_AT_MOST = 800
#: How many persons a household has at least, mostly.
_IN_A_HOUSEHOLD = 3
#: A number that nobody types on from: the beginning of a year of birth.
_YEAR = len("1972")
_SHORTEST_TAIL = 4

_ROWS = """
SELECT p.id, p.full_name, p.birth_date, p.sex, p.id_number,
       coalesce(h.hamlet, ''), coalesce(h.code, ''),
       coalesce((SELECT hp.full_name FROM documents AS hpd JOIN people AS hp ON hp.doc = hpd.doc
                 WHERE hpd.id = h.head_person_id), ''),
       coalesce(s.status, 'none'), coalesce(s.check_state, 'not_asked'), p.flags, p.clashes,
       CASE WHEN instr(p.words, ' l_dead') THEN 'dead' WHEN instr(p.words, ' l_left') THEN 'left'
            ELSE 'here' END
FROM json_each(?) AS wanted
JOIN people AS p ON p.doc = wanted.value
LEFT JOIN documents AS hd ON hd.id = p.household_id
LEFT JOIN households AS h ON h.doc = hd.doc
LEFT JOIN person_states AS s ON s.person_id = p.id
ORDER BY wanted.key
"""
_FOUND_BY = "p.doc, p.place, p.birth_date, p.numbers, p.words, p.marks"
_PEOPLE = f"""
SELECT {_FOUND_BY} FROM json_each(?) AS wanted JOIN people AS p ON p.doc = wanted.value
ORDER BY wanted.key
"""  # noqa: S608 parts of ours
_PLACES = (
    "SELECT rowid FROM people_words WHERE people_words MATCH ? AND rowid > ? ORDER BY rowid LIMIT ?"
)
_COUNT = "SELECT count(*) FROM people_words WHERE people_words MATCH ?"
_NUMBERS = (
    "SELECT number, doc FROM person_numbers WHERE (number, doc) > (?, ?) AND number < ? "
    "ORDER BY number, doc LIMIT ?"
)
# The members of each head's household, the head first.
_MEMBERS = f"""
SELECT head.place, {_FOUND_BY}
FROM json_each(?) AS wanted
JOIN people AS head ON head.doc = wanted.value
JOIN people AS p ON p.household_id = head.household_id
WHERE head.household_id <> ''
ORDER BY wanted.key, p.doc <> head.doc, p.place
"""  # noqa: S608 parts of ours


@dataclass(frozen=True, slots=True)
class _Person:
    """What a person is found by."""

    doc: int
    place: int
    birth_date: str
    numbers: tuple[str, ...]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody who was looked at.

    Attributes:
        after: where the list goes on after them.
        words: what the index finds them by; empty where the index alone decided.
    """

    after: _Place
    doc: int
    is_found: bool
    words: frozenset[str] = frozenset()


def people_page(
    register: Register,
    text: str = "",
    *,
    limit: int,
    today: date | None = None,
    where: PeopleFilter = EVERYBODY,
    after: str = "",
) -> FoundPeople:
    """The persons that the text and the filter find, from the place that a page ended with.

    A page with fewer rows than ``limit`` is the last one only when ``after`` is "".
    """
    start: _Place = tuple(msgspec.json.decode(after)) if after else ()
    at_most = max(limit, _LOOKED_AT_LATER if start else _LOOKED_AT_FIRST)
    docs: list[int] = []
    with register.reading() as connection:
        query = ask(connection, text, where, today=today)
        for number, looked in enumerate(_look(connection, query, start, limit), start=1):
            if looked.is_found:
                docs.append(looked.doc)
            if len(docs) == limit or number >= at_most:
                rows = tuple(rows_of(connection, docs))
                return FoundPeople(rows, msgspec.json.encode(looked.after).decode())
        return FoundPeople(tuple(rows_of(connection, docs)), "")


def search_people(
    register: Register,
    text: str,
    *,
    limit: int,
    today: date | None = None,
    where: PeopleFilter = EVERYBODY,
) -> list[PersonRow]:
    """The first persons that the text finds, however far one must look; all when it is empty."""
    page = people_page(register, text, limit=limit, where=where, today=today)
    rows = list(page.rows)
    while page.after and len(rows) < limit:
        rest = limit - len(rows)
        page = people_page(register, text, limit=rest, where=where, today=today, after=page.after)
        rows += page.rows
    return rows


def count_people(
    register: Register,
    text: str = "",
    *,
    today: date | None = None,
    where: PeopleFilter = EVERYBODY,
) -> int:
    """How many persons the text and the filter find."""
    with register.reading() as connection:
        return count_found(connection, ask(connection, text, where, today=today))


def count_found(connection: Connection, query: Query) -> int:
    """How many the question finds; the index counts by itself wherever it decides alone."""
    if query.is_settled_by_words:
        return count_words(connection, query)
    if query.is_about_age_alone:
        sure, at_the_ends = query.split_by_year()
        return count_words(connection, sure) + _count_one_by_one(connection, at_the_ends)
    return _count_one_by_one(connection, query)


def count_words(connection: Connection, query: Query) -> int:
    """How many have the words that the question asks for."""
    return int(connection.exec_driver_sql(_COUNT, (query.expression(),)).scalar_one())


def look_at_all(connection: Connection, query: Query) -> Iterator[Looked]:
    """Everybody who must be looked at to answer, one by one."""
    return _look(connection, query, (), _AT_ONCE)


def _count_one_by_one(connection: Connection, query: Query) -> int:
    return sum(looked.is_found for looked in look_at_all(connection, query))


def person_with_number(
    register: Register, number: str, *, other_than: PersonId | None = None
) -> list[PersonRow]:
    """The persons who have (or had) exactly this number, apart from one."""
    wanted = number.replace(" ", "").casefold()
    if not wanted:
        return []
    with register.reading() as connection:
        docs = connection.exec_driver_sql(
            "SELECT n.doc FROM person_numbers AS n JOIN people AS p ON p.doc = n.doc "
            "WHERE n.number = ? AND p.id <> ? ORDER BY p.place",
            (wanted, other_than or ""),
        )
        return rows_of(connection, [doc for (doc,) in docs])


def person_row(register: Register, person_id: PersonId) -> PersonRow | None:
    """One person as the list shows them."""
    with register.reading() as connection:
        doc = connection.exec_driver_sql(
            "SELECT p.doc FROM documents AS d JOIN people AS p ON p.doc = d.doc WHERE d.id = ?",
            (person_id,),
        ).scalar()
        return None if doc is None else rows_of(connection, [doc])[0]


def household_members(register: Register, household_id: str) -> list[PersonRow]:
    """The persons of a household, in the order of the list."""
    with register.reading() as connection:
        docs = connection.exec_driver_sql(
            "SELECT doc FROM people WHERE household_id = ? ORDER BY place", (household_id,)
        )
        return rows_of(connection, [doc for (doc,) in docs])


def about_how_many(register: Register) -> int:
    """How many persons there are, without counting them."""
    with register.reading() as connection:
        return int(connection.exec_driver_sql("SELECT max(doc) FROM people").scalar() or 0)


def _look(connection: Connection, query: Query, start: _Place, limit: int) -> Iterator[Looked]:
    """Everybody who may be found, behind a place."""
    ways = {Kind.WORDS: _by_words, Kind.NUMBER: _by_number, Kind.HEAD: _by_head}
    return ways[query.kind](connection, query, start, limit)


def _growing(first: int) -> Iterator[int]:
    """How many to read at once: who goes on reading needs many."""
    while True:
        yield first
        first = min(2 * first, max(first, _AT_ONCE_AT_MOST))


# -- by words --


def _by_words(connection: Connection, query: Query, start: _Place, limit: int) -> Iterator[Looked]:
    """First who is spelt as typed, then the others; both in the order of the list."""
    turns = ((0, True), (1, False)) if query.spelt else ((1, None),)
    first, behind = (int(part) for part in start) if start else (0, -1)
    for turn, spelt in turns:
        if turn < first:
            continue
        expression = query.expression(spelt=spelt)
        for places in _along(connection, expression, behind if turn == first else -1, limit):
            if query.is_settled_by_words:
                for place in places:
                    yield Looked((turn, place), place & DOC_MASK, is_found=True)
                continue
            for person in _people(connection, [place & DOC_MASK for place in places]):
                is_found = query.may_be_born(person.birth_date) and query.has_digits(person.numbers)
                yield Looked((turn, person.place), person.doc, is_found, person.words)


def _along(connection: Connection, expression: str, behind: int, limit: int) -> Iterator[list[int]]:
    """The places of an expression in the order of the list, behind a place, some at a time."""
    for at_once in _growing(limit):
        rows = connection.exec_driver_sql(_PLACES, (expression, behind, at_once)).all()
        yield [place for (place,) in rows]
        if len(rows) < at_once:
            return
        behind = rows[-1][0]


# -- by number --


def _by_number(connection: Connection, query: Query, start: _Place, limit: int) -> Iterator[Looked]:
    """Numbers that begin so, numbers that end so, then the year of birth; nobody twice."""
    (digits,) = query.digits
    first = int(start[0]) if start else 0
    if first == 0:
        behind = (str(start[1]), int(start[2])) if start else (digits, -1)
        for number, person in _by_numbers(connection, digits, behind, limit):
            is_first = number == min(_beginning_with(digits, person))
            is_found = is_first and _is_wanted(query, person)
            yield Looked((0, number, person.doc), person.doc, is_found, person.words)
    if first <= 1 and len(digits) >= _SHORTEST_TAIL:
        tail = from_behind(digits)
        behind = (str(start[1]), int(start[2])) if first == 1 else (tail, -1)
        for number, person in _by_numbers(connection, tail, behind, limit):
            is_found = (
                not _beginning_with(digits, person)
                and number == min(map(from_behind, _ending_with(digits, person)), default="")
                and _is_wanted(query, person)
            )
            yield Looked((1, number, person.doc), person.doc, is_found, person.words)
    if len(digits) == _YEAR and digits.isascii() and digits.isdigit():
        born = query.with_conditions(Condition(frozenset({year_word(int(digits))})))
        behind_place = int(start[1]) if first == 2 else -1
        for places in _along(connection, born.expression(), behind_place, limit):
            for person in _people(connection, [place & DOC_MASK for place in places]):
                is_new = not query.has_digits(person.numbers)
                is_found = is_new and query.may_be_born(person.birth_date)
                yield Looked((2, person.place), person.doc, is_found, person.words)


def _by_numbers(
    connection: Connection, beginning: str, behind: tuple[str, int], limit: int
) -> Iterator[tuple[str, _Person]]:
    """Each number with this beginning and its person, in the order of numbers."""
    for at_once in _growing(limit):
        rows = connection.exec_driver_sql(_NUMBERS, (*behind, beginning + HIGHEST, at_once)).all()
        people = {p.doc: p for p in _people(connection, [doc for _, doc in rows])}
        for number, doc in rows:
            if doc in people:
                yield number, people[doc]
        if len(rows) < at_once:
            return
        behind = rows[-1][0], rows[-1][1]


def _beginning_with(digits: str, person: _Person) -> list[str]:
    return [number for number in person.numbers if number.startswith(digits)]


def _ending_with(digits: str, person: _Person) -> list[str]:
    return [number for number in person.numbers if number.endswith(digits)]


def _is_wanted(query: Query, person: _Person) -> bool:
    accepted = all(condition.accepts(person.words) for condition in query.conditions)
    return accepted and query.may_be_born(person.birth_date)


# -- by the head of the household --


def _by_head(connection: Connection, query: Query, start: _Place, limit: int) -> Iterator[Looked]:
    """The members of each household, its head first; heads in the order of the list."""
    heads = Query(Kind.WORDS, query.match, "", query.digits, (query.conditions[0],))
    members = Query(Kind.WORDS, "", "", (), query.conditions[1:], query.born_from, query.born_to)
    head_place, was_head, behind = (int(part) for part in start) if start else (-1, 0, -1)
    # The household in which a page ended goes on first.
    households = max(1, limit // _IN_A_HOUSEHOLD)
    for places in _along(connection, heads.expression(), head_place - 1, households):
        docs = [place & DOC_MASK for place in places]
        if heads.digits:
            found = _people(connection, docs)
            docs = [head.doc for head in found if heads.has_digits(head.numbers)]
        for of_head, *cells in connection.exec_driver_sql(_MEMBERS, (json_list(docs),)):
            person = _person(tuple(cells))
            order = int(person.place != of_head), person.place
            if of_head > head_place or order > (was_head, behind):
                is_found = _is_wanted(members, person)
                yield Looked((of_head, *order), person.doc, is_found, person.words)


# -- rows --


def rows_of(connection: Connection, docs: Sequence[int]) -> list[PersonRow]:
    """These persons as the list shows them, in the order given."""
    found = connection.exec_driver_sql(_ROWS, (json_list(docs),)) if docs else ()
    return [_row(tuple(cells)) for cells in found]


def _row(cells: tuple[Any, ...]) -> PersonRow:
    person_id, full_name, birth_date, sex, id_number, hamlet, code, head, *state = cells
    status, check, flags, clashes, presence = state
    return PersonRow(
        person_id=PersonId(person_id),
        full_name=full_name,
        birth_date=birth_date,
        sex=sex,
        id_number=id_number,
        hamlet=hamlet,
        household_code=code,
        head_name=head,
        status=RecordStatus(status),
        check=CheckState(check),
        flags=flags,
        clashes=clashes,
        presence=Presence(presence),
    )


def _people(connection: Connection, docs: Sequence[int]) -> list[_Person]:
    found = connection.exec_driver_sql(_PEOPLE, (json_list(docs),)) if docs else ()
    return [_person(tuple(cells)) for cells in found]


def _person(cells: tuple[Any, ...]) -> _Person:
    doc, place, birth_date, numbers, words, marks = cells
    found_by = frozenset(words.split()) | frozenset(marks.split())
    return _Person(doc, place, birth_date, tuple(numbers.split()), found_by)
