"""The people list: found as one types, in the order of Vietnamese lists of names.

A text is looked for in one of two ways. Digits are the beginning of any number of a person. Words
(without marks) are beginnings of words of the name, all of them, in any order; a single word may
also be the beginning of the initials (``ntm`` finds Nguyễn Thị Mai).

Words of names are few and shared by many, so that one letter may find half of a province. The
index of words tells cheaply whether at most ``_FEW`` persons match; those are sorted. Of more, the
list is read in its order from the index of names until the page is full, which then is soon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
from sqlalchemy import Connection

from desktop.domain.people import CheckState, PersonId, PersonRow, RecordStatus
from desktop.store.register import Register
from forms.vietnamese import search_key

#: Up to so many matches are fetched and sorted; more are sought along the sorted index.
_FEW = 1000
#: Sorts after every number that begins alike.
_HIGHEST = "\U0010ffff"

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[a-z]{0,2}\d[\d .]*", re.IGNORECASE)
_Parameters: TypeAlias = tuple[str | int, ...]

_ROWS = """
SELECT p.id, p.full_name, p.birth_date, p.sex, p.id_number,
       coalesce(h.hamlet, ''), coalesce(h.code, ''),
       coalesce((SELECT hp.full_name FROM documents AS hpd JOIN people AS hp ON hp.doc = hpd.doc
                 WHERE hpd.id = h.head_person_id), ''),
       coalesce(s.status, 'none'), coalesce(s.check_state, 'not_asked'), p.flags, p.clashes
FROM people AS p
LEFT JOIN documents AS hd ON hd.id = p.household_id
LEFT JOIN households AS h ON h.doc = hd.doc
LEFT JOIN person_states AS s ON s.person_id = p.id
"""


@dataclass(frozen=True, slots=True)
class _Query:
    """A part of SQL that chooses numbers of persons (``doc``), with its parameters."""

    sql: str
    parameters: _Parameters


def search_people(
    register: Register,
    text: str,
    *,
    limit: int,
    offset: int = 0,
    status: RecordStatus | None = None,
    flagged_only: bool = False,
) -> list[PersonRow]:
    """A page of the persons that the text finds; all of them when it is empty."""
    condition = _Filter(status, flagged_only)
    with register.reading() as connection:
        query = _chosen(connection, text, condition)
        docs = connection.exec_driver_sql(
            f"{query.sql} LIMIT ? OFFSET ?", (*query.parameters, limit, offset)
        )
        return _rows(connection, [row[0] for row in docs])


def count_people(
    register: Register,
    text: str = "",
    *,
    status: RecordStatus | None = None,
    flagged_only: bool = False,
) -> int:
    """How many persons the text finds."""
    condition = _Filter(status, flagged_only)
    number, words = _read(text)
    if number:
        source = _by_number(number, condition, select="count(DISTINCT n.doc)")
    elif words and condition.is_open:
        source = _Query(
            "SELECT count(*) FROM people_words WHERE people_words MATCH ?", (_match(words),)
        )
    elif words:
        source = _with_words(words, condition)
    else:
        sql = f"SELECT count(*) FROM people AS p {condition.join} WHERE {condition.sql}"  # noqa: S608 parts of ours
        source = _Query(sql, condition.parameters)
    with register.reading() as connection:
        return int(connection.exec_driver_sql(source.sql, source.parameters).scalar_one())


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
            "WHERE n.number = ? AND p.id <> ? ORDER BY p.sort_key",
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
            "SELECT doc FROM people WHERE household_id = ? ORDER BY sort_key, doc", (household_id,)
        )
        return _rows(connection, [doc for (doc,) in docs])


class _Filter:
    """What the list is narrowed to besides the text, as SQL about ``people AS p``."""

    def __init__(self, status: RecordStatus | None, flagged_only: bool) -> None:
        self.is_open = status is None and not flagged_only
        self.join = ""
        parts = ["p.flags > 0"] if flagged_only else []
        self.parameters: _Parameters = ()
        if status is RecordStatus.NONE:
            self.join = "LEFT JOIN person_states AS s ON s.person_id = p.id"
            parts.append("coalesce(s.status, 'none') = 'none'")
        elif status is not None:
            self.join = "JOIN person_states AS s ON s.person_id = p.id"
            parts.append("s.status = ?")
            self.parameters = (status.value,)
        self.sql = " AND ".join(parts) or "1"


def _read(text: str) -> tuple[str, list[str]]:
    """What was typed: the beginning of a number, or words."""
    if _NUMBER.fullmatch(text.strip()):
        return re.sub("[ .]", "", text).casefold(), []
    return "", _WORD.findall(search_key(text))


def _chosen(connection: Connection, text: str, condition: _Filter) -> _Query:
    number, words = _read(text)
    if number:
        return _by_number(number, condition, select="DISTINCT n.doc", order="ORDER BY n.number")
    if not words:
        return _along_names([], condition)
    found = connection.exec_driver_sql(
        "SELECT rowid FROM people_words WHERE people_words MATCH ? LIMIT ?",
        (_match(words), _FEW + 1),
    ).all()
    if len(found) > _FEW:
        return _along_names(words, condition)
    return _sorted([row[0] for row in found], condition)


def _by_number(number: str, condition: _Filter, *, select: str, order: str = "") -> _Query:
    join = "" if condition.is_open else f"JOIN people AS p ON p.doc = n.doc {condition.join}"
    sql = (
        f"SELECT {select} FROM person_numbers AS n {join} "  # noqa: S608 parts of ours
        f"WHERE n.number >= ? AND n.number < ? AND {condition.sql} {order}"
    )
    return _Query(sql, (number, number + _HIGHEST, *condition.parameters))


def _with_words(words: list[str], condition: _Filter) -> _Query:
    """Counts persons whose names have the words."""
    sql = (
        "SELECT count(*) FROM people_words JOIN people AS p ON p.doc = people_words.rowid "  # noqa: S608 parts of ours
        f"{condition.join} WHERE people_words MATCH ? AND {condition.sql}"
    )
    return _Query(sql, (_match(words), *condition.parameters))


def _sorted(docs: list[int], condition: _Filter) -> _Query:
    """These few, in the order of the list."""
    sql = (
        "SELECT p.doc FROM json_each(?) AS found JOIN people AS p ON p.doc = found.value "  # noqa: S608 parts of ours
        f"{condition.join} WHERE {condition.sql} ORDER BY p.sort_key, p.words, p.doc"
    )
    return _Query(sql, (msgspec.json.encode(docs).decode(), *condition.parameters))


def _along_names(words: list[str], condition: _Filter) -> _Query:
    """Read the list in its order and keep what matches; for texts that many names match."""
    parts = ["instr(p.words, ?) > 0"] * len(words)
    beginnings = [" " + word for word in words]
    if len(words) == 1:
        parts = ["(instr(p.words, ?) > 0 OR instr(p.words, ?) > 0)"]
        beginnings.append(" _" + words[0])
    sql = (
        f"SELECT p.doc FROM people AS p {condition.join} "  # noqa: S608 parts of ours
        f"WHERE {' AND '.join([*parts, condition.sql])} ORDER BY p.sort_key, p.words, p.doc"
    )
    return _Query(sql, (*beginnings, *condition.parameters))


def _match(words: list[str]) -> str:
    """The words for the index: each a beginning, all of them; one alone may be initials."""
    if len(words) == 1:
        return f'"{words[0]}"* OR "_{words[0]}"*'
    return " AND ".join(f'"{word}"*' for word in words)


def _rows(connection: Connection, docs: list[int]) -> list[PersonRow]:
    """These persons, in the order given."""
    marks = ", ".join("?" * len(docs))
    rows = connection.exec_driver_sql(
        f"{_ROWS} WHERE p.doc IN ({marks})".replace("SELECT p.id,", "SELECT p.doc, p.id,", 1),
        tuple(docs),
    )
    by_doc = {row[0]: _person_row(tuple(row[1:])) for row in rows}
    return [by_doc[doc] for doc in docs]


def _person_row(cells: tuple[object, ...]) -> PersonRow:
    person_id, full_name, birth_date, sex, id_number, hamlet, code, head, *rest = map(str, cells)
    status, check, flags, clashes = rest
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
        flags=int(flags),
        clashes=int(clashes),
    )
