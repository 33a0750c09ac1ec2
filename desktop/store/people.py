"""The people list: found as one types, in the order of Vietnamese lists of names, page by page.

The index numbers persons by their place in the list, so that whatever is asked for
(``people_query``) comes in the order of the list from any place on, and a page costs the same at
the end of a million persons as at the beginning. A page ends with where the next one begins, never
with how many came before: rows that are added meanwhile make no gap and show nobody twice.

A number is looked for among numbers: who has one that begins so, then who has one that ends so,
then who was born in the year. ``chủ hộ …`` lists the members of the households of those heads.
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
from desktop.store.name_order import DOC_MASK
from desktop.store.people_query import HIGHEST, Condition, Kind, Query, ask
from desktop.store.people_words import from_behind, year_word
from desktop.store.register import Register

#: What a page ends with: numbers and texts that say where the next one begins.
_Place: TypeAlias = tuple[str | int, ...]
#: Who is looked through at once when the index alone does not decide.
_AT_ONCE = 200
#: A number that nobody types on from: the beginning of a year of birth.
_YEAR = len("1972")
_SHORTEST_TAIL = 4

_COLUMNS = """
p.doc, p.place, p.id, p.full_name, p.birth_date, p.sex, p.id_number,
coalesce(h.hamlet, ''), coalesce(h.code, ''),
coalesce((SELECT hp.full_name FROM documents AS hpd JOIN people AS hp ON hp.doc = hpd.doc
          WHERE hpd.id = h.head_person_id), ''),
coalesce(s.status, 'none'), coalesce(s.check_state, 'not_asked'), p.flags, p.clashes,
p.numbers, p.words, p.marks, h.head_person_id IS p.id
"""
_ROWS = f"""
SELECT {_COLUMNS}
FROM json_each(?) AS wanted
JOIN people AS p ON p.doc = wanted.value
LEFT JOIN documents AS hd ON hd.id = p.household_id
LEFT JOIN households AS h ON h.doc = hd.doc
LEFT JOIN person_states AS s ON s.person_id = p.id
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
_MEMBERS = """
SELECT m.doc FROM people AS p JOIN people AS m ON m.household_id = p.household_id
WHERE p.doc = ? AND p.household_id <> '' ORDER BY m.doc <> p.doc, m.place
"""


@dataclass(frozen=True, slots=True)
class _Person:
    """A person as read: the row of the list, and what it is found by."""

    doc: int
    place: int
    row: PersonRow
    numbers: tuple[str, ...]
    words: frozenset[str]
    is_head: bool


_Found: TypeAlias = tuple[_Place, _Person]


def people_page(
    register: Register,
    text: str = "",
    *,
    limit: int,
    today: date | None = None,
    where: PeopleFilter = EVERYBODY,
    after: str = "",
) -> FoundPeople:
    """The persons that the text and the filter find, from the place that a page ended with."""
    start: _Place = tuple(msgspec.json.decode(after)) if after else ()
    rows: list[PersonRow] = []
    with register.reading() as connection:
        query = ask(connection, text, where, today=today)
        for place, person in _found(connection, query, start, limit):
            rows.append(person.row)
            if len(rows) == limit:
                return FoundPeople(tuple(rows), msgspec.json.encode(place).decode())
    return FoundPeople(tuple(rows), "")


def search_people(
    register: Register,
    text: str,
    *,
    limit: int,
    today: date | None = None,
    where: PeopleFilter = EVERYBODY,
) -> list[PersonRow]:
    """The first persons that the text finds; of everybody when it is empty."""
    page = people_page(register, text, limit=limit, where=where, today=today)
    return list(page.rows)


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
    if query.kind is not Kind.WORDS or query.digits:
        return sum(1 for _ in words_of_found(connection, query))
    if query.is_settled_by_words:
        return _count_words(connection, query)
    sure, at_the_ends = query.split_by_year()
    one_by_one = sum(1 for _ in words_of_found(connection, at_the_ends))
    return _count_words(connection, sure) + one_by_one


def words_of_found(connection: Connection, query: Query) -> Iterator[frozenset[str]]:
    """The words of everybody the question finds; for what the index does not decide."""
    return (person.words for _, person in _found(connection, query, (), _AT_ONCE))


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
        return _rows(connection, [doc for (doc,) in docs])


def person_row(register: Register, person_id: PersonId) -> PersonRow | None:
    """One person as the list shows them."""
    with register.reading() as connection:
        doc = connection.exec_driver_sql(
            "SELECT p.doc FROM documents AS d JOIN people AS p ON p.doc = d.doc WHERE d.id = ?",
            (person_id,),
        ).scalar()
        return None if doc is None else _rows(connection, [doc])[0]


def household_members(register: Register, household_id: str) -> list[PersonRow]:
    """The persons of a household, in the order of the list."""
    with register.reading() as connection:
        docs = connection.exec_driver_sql(
            "SELECT doc FROM people WHERE household_id = ? ORDER BY place", (household_id,)
        )
        return _rows(connection, [doc for (doc,) in docs])


def _found(connection: Connection, query: Query, start: _Place, limit: int) -> Iterator[_Found]:
    """Everybody found, behind a place, each with where the list goes on after them."""
    ways = {Kind.WORDS: _by_words, Kind.NUMBER: _by_number, Kind.HEAD: _by_head}
    return ways[query.kind](connection, query, start, limit)


# -- by words --


def _by_words(connection: Connection, query: Query, start: _Place, limit: int) -> Iterator[_Found]:
    """First who is spelt as typed, then the others; both in the order of the list."""
    turns = ((0, True), (1, False)) if query.spelt else ((1, None),)
    first, behind = (int(part) for part in start) if start else (0, -1)
    for turn, spelt in turns:
        if turn < first:
            continue
        expression = query.expression(spelt=spelt)
        for person in _along(connection, expression, behind if turn == first else -1, limit):
            if _holds(query, person):
                yield (turn, person.place), person


def _along(connection: Connection, expression: str, behind: int, limit: int) -> Iterator[_Person]:
    """The persons of an expression in the order of the list, behind a place."""
    while True:
        rows = connection.exec_driver_sql(_PLACES, (expression, behind, limit)).all()
        yield from _people(connection, [place & DOC_MASK for (place,) in rows])
        if len(rows) < limit:
            return
        behind = rows[-1][0]


def _holds(query: Query, person: _Person) -> bool:
    """What the words of the index do not decide."""
    return query.is_settled_by_words or (
        query.may_be_born(person.row.birth_date) and query.has_digits(person.numbers)
    )


def _count_words(connection: Connection, query: Query) -> int:
    return int(connection.exec_driver_sql(_COUNT, (query.expression(),)).scalar_one())


# -- by number --


def _by_number(connection: Connection, query: Query, start: _Place, limit: int) -> Iterator[_Found]:
    """Numbers that begin so, numbers that end so, then the year of birth; nobody twice."""
    (digits,) = query.digits
    first = int(start[0]) if start else 0
    if first == 0:
        behind = (str(start[1]), int(start[2])) if start else (digits, -1)
        for number, person in _by_numbers(connection, digits, behind, limit):
            if number == min(_beginning_with(digits, person)) and _is_wanted(query, person):
                yield (0, number, person.doc), person
    if first <= 1 and len(digits) >= _SHORTEST_TAIL:
        tail = from_behind(digits)
        behind = (str(start[1]), int(start[2])) if first == 1 else (tail, -1)
        for number, person in _by_numbers(connection, tail, behind, limit):
            if (
                not _beginning_with(digits, person)
                and number == min(map(from_behind, _ending_with(digits, person)), default="")
                and _is_wanted(query, person)
            ):
                yield (1, number, person.doc), person
    if len(digits) == _YEAR and digits.isascii() and digits.isdigit():
        born = query.with_conditions(Condition(frozenset({year_word(int(digits))})))
        place = int(start[1]) if first == 2 else -1
        for person in _along(connection, born.expression(), place, limit):
            if not query.has_digits(person.numbers) and query.may_be_born(person.row.birth_date):
                yield (2, person.place), person


def _by_numbers(
    connection: Connection, beginning: str, behind: tuple[str, int], limit: int
) -> Iterator[tuple[str, _Person]]:
    """Each number with this beginning and its person, in the order of numbers."""
    while True:
        rows = connection.exec_driver_sql(_NUMBERS, (*behind, beginning + HIGHEST, limit)).all()
        people = {p.doc: p for p in _people(connection, [doc for _, doc in rows])}
        for number, doc in rows:
            if doc in people:
                yield number, people[doc]
        if len(rows) < limit:
            return
        behind = rows[-1][0], rows[-1][1]


def _beginning_with(digits: str, person: _Person) -> list[str]:
    return [number for number in person.numbers if number.startswith(digits)]


def _ending_with(digits: str, person: _Person) -> list[str]:
    return [number for number in person.numbers if number.endswith(digits)]


def _is_wanted(query: Query, person: _Person) -> bool:
    accepted = all(condition.accepts(person.words) for condition in query.conditions)
    return accepted and query.may_be_born(person.row.birth_date)


# -- by the head of the household --


def _by_head(connection: Connection, query: Query, start: _Place, limit: int) -> Iterator[_Found]:
    """The members of each household, its head first; heads in the order of the list."""
    heads = Query(Kind.WORDS, query.match, "", query.digits, (query.conditions[0],))
    members = Query(Kind.WORDS, "", "", (), query.conditions[1:], query.born_from, query.born_to)
    head_place, was_head, behind = (int(part) for part in start) if start else (-1, 0, -1)
    # The household in which a page ended goes on first.
    for head in _along(connection, heads.expression(), head_place - 1, limit):
        if not head.is_head or not heads.has_digits(head.numbers):
            continue
        docs = connection.exec_driver_sql(_MEMBERS, (head.doc,)).all()
        for person in _people(connection, [doc for (doc,) in docs]):
            order = int(person.doc != head.doc), person.place
            is_behind = head.place > head_place or order > (was_head, behind)
            if is_behind and _is_wanted(members, person):
                yield (head.place, *order), person


# -- rows --


def _rows(connection: Connection, docs: Sequence[int]) -> list[PersonRow]:
    """These persons, in the order given."""
    return [person.row for person in _people(connection, docs)]


def _people(connection: Connection, docs: Sequence[int]) -> list[_Person]:
    if not docs:
        return []
    rows = connection.exec_driver_sql(_ROWS, (msgspec.json.encode(docs).decode(),))
    return [_person(tuple(row)) for row in rows]


def _person(cells: tuple[Any, ...]) -> _Person:
    doc, place, person_id, full_name, birth_date, sex, id_number, hamlet, code, head, *rest = cells
    status, check, flags, clashes, numbers, words, marks, is_head = rest
    row = PersonRow(
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
    )
    found_by = frozenset(words.split()) | frozenset(marks.split())
    return _Person(doc, place, row, tuple(numbers.split()), found_by, bool(is_head))
