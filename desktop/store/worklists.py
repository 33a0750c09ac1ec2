"""Who stands in a list of people to be worked on, page by page, and how many.

Most lists are words of the index of people, which counts its own rows and goes through them in the
order of names, so that a page costs the same anywhere. What was returned, and what is on this PC
alone, are asked of the submissions and of the outbox. In another order than that of names each
page looks at the whole list, and ends with the key behind which the next one begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import Connection

from desktop.domain.people import CheckState, FoundPeople, Missing, PersonId
from desktop.domain.worklists import Order, SortBy, WorkList
from desktop.store import people_words as words
from desktop.store import record_words
from desktop.store.books import EPOCH_SPAN
from desktop.store.driver import json_list
from desktop.store.name_order import DOC_MASK
from desktop.store.people import rows_of
from desktop.store.people_query import any_of
from desktop.store.register import Register
from sync.protocol.life import Presence

#: Who is younger is a child (Luật Trẻ em 2016, Điều 1).
CHILD_UNDER = 16
LABOUR_FORM, LABOUR_FROM = "tt11_2022_m03", 15
#: Of what is on this PC alone so many changes are looked at, the newest; before the first exchange
#: that would be everything, and the number of changes tells as much.
UNSENT_LOOKED_AT = 3000
_GONE = [words.presence_word(Presence.DEAD), words.presence_word(Presence.LEFT)]
_CHILD_RECORD = words.form_word(record_words.CHILD_FORM)
_MERIT_RECORD = words.form_word(record_words.MERIT_FORM)
_NO_DATE = words.missing_word(Missing.BIRTH_DATE)

_BY_WORDS = f"SELECT rowid & {DOC_MASK} AS doc FROM people_words WHERE people_words MATCH :match"  # noqa: S608 a number
_RETURNED = """
SELECT DISTINCT p.doc FROM submissions AS s
JOIN documents AS d ON d.id = s.person_id JOIN people AS p ON p.doc = d.doc
WHERE s.review = 'returned' AND NOT EXISTS (
  SELECT 1 FROM submissions AS later WHERE later.record_id = s.record_id
  AND (later.round, later.id) > (s.round, s.id))
"""
# Records, checks and submissions stand for their persons; a household for none.
_UNSENT = f"""
SELECT DISTINCT coalesce(own.doc, p.doc) AS doc
FROM (SELECT DISTINCT document_id FROM (
        SELECT o.document_id FROM heads
        JOIN outbox AS o ON o.position > heads.epoch_number * {EPOCH_SPAN} + heads.acked
        ORDER BY o.position DESC LIMIT {UNSENT_LOOKED_AT})) AS waiting
JOIN documents AS d ON d.id = waiting.document_id
LEFT JOIN people AS own ON own.doc = d.doc
LEFT JOIN records AS r ON r.doc = d.doc
LEFT JOIN checks AS c ON c.doc = d.doc
LEFT JOIN submissions AS s ON s.doc = d.doc
LEFT JOIN documents AS pd ON pd.id = coalesce(r.person_id, c.person_id, s.person_id)
LEFT JOIN people AS p ON p.doc = pd.doc
WHERE coalesce(own.doc, p.doc) IS NOT NULL
"""  # noqa: S608 a number
_COUNT = "SELECT count(*) FROM people_words WHERE people_words MATCH :match"
# In the order of the index, which is that of names: no row behind the page is looked at.
_ALONG = (
    "SELECT p.doc, '', w.rowid FROM people_words AS w "  # noqa: S608 a number
    f"CROSS JOIN people AS p ON p.doc = w.rowid & {DOC_MASK} "
    "WHERE people_words MATCH :match AND w.rowid > :place{} ORDER BY w.rowid LIMIT :limit"
)
_PERSON = "JOIN people AS p ON p.doc = f.doc"
_THESE = (
    "SELECT p.doc FROM json_each(:ids) AS wanted JOIN documents AS d ON d.id = wanted.value "
    "JOIN people AS p ON p.doc = d.doc"
)
# Only of who was born in the year at the edge, the day is looked at.
_BORN = (
    " AND (instr(p.words, :edge) = 0 "
    "OR (p.birth_date <= :born_to AND p.birth_date || '~' > :born_from))"
)
_HOME = """
LEFT JOIN documents AS hd ON hd.id = p.household_id
LEFT JOIN households AS h ON h.doc = hd.doc
"""
_KEYS = {
    SortBy.NAME: "''",
    SortBy.BIRTH_DATE: "p.birth_date",
    SortBy.ID_NUMBER: "p.id_number",
    SortBy.HAMLET: "coalesce(h.hamlet, '')",
    SortBy.HOUSEHOLD: "coalesce(h.code, '')",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as a question to the register.

    Attributes:
        match: in the language of the index of people; "" where ``source`` says who it is.
        sure, edge: of ``match``, those for whom the year of birth decides, and those for whom the
            dates do; "" where nobody's age is asked.
        born_from, born_to: the dates between which somebody is born; who has no date is not judged
            by them.
    """

    source: str
    match: str = ""
    sure: str = ""
    edge: str = ""
    edge_year: int = 0
    born_from: str = ""
    born_to: str = ""
    ids: str = "[]"


def ask_list(worklist: WorkList, *, today: date) -> Asked:
    """The question that a list puts on this day."""
    if worklist is WorkList.RETURNED:
        return Asked(_RETURNED)
    if worklist is WorkList.UNSENT:
        return Asked(_UNSENT)
    if worklist in _OF_CHILDREN:
        under = 1 if worklist is WorkList.CHILD_NEWBORN else CHILD_UNDER
        return _young(_OF_CHILDREN[worklist], under=under, today=today)
    if worklist is WorkList.NO_LABOUR:
        return _grown(f'{{}} NOT "{words.form_word(LABOUR_FORM)}"', today=today)
    return Asked(_BY_WORDS, _here(_BY_LIST[worklist]) if worklist in _BY_LIST else any_of(_GONE))


def these_persons(ids: Iterable[PersonId]) -> Asked:
    """Persons that are known by their ids."""
    return Asked(_THESE, ids=json_list(list(ids)))


def merit_candidates(register: Register) -> list[PersonId]:
    """People of merit about whom the police said, or the register kept, something else."""
    told = any_of([words.check_word(CheckState.DIFFERS), words.NATIONAL_KNOWN])
    with register.reading() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT p.id FROM ({_BY_WORDS}) AS f JOIN people AS p ON p.doc = f.doc",  # noqa: S608 parts of ours
            {"match": _here(f'"{_MERIT_RECORD}" AND {told}')},
        )
        return [PersonId(row[0]) for row in rows]


def count_list(register: Register, asked: Asked) -> int:
    """How many stand in the list."""
    with register.reading() as connection:
        if not asked.edge:
            sql = f"SELECT count(*) FROM ({asked.source})"  # noqa: S608 parts of ours
            return int(connection.exec_driver_sql(sql, _values(asked)).scalar_one())
        sure = connection.exec_driver_sql(_COUNT, {"match": asked.sure}).scalar_one()
        at_the_edge = f"SELECT count(*) FROM ({asked.source}) AS f {_PERSON} WHERE true{_BORN}"  # noqa: S608 ours
        values = {**_values(asked), "match": asked.edge}
        return int(sure) + int(connection.exec_driver_sql(at_the_edge, values).scalar_one())


def is_cut(register: Register, asked: Asked) -> bool:
    """Is more than the newest of the outbox waiting, so that the list is not everybody's?"""
    if asked.source != _UNSENT:
        return False
    with register.reading() as connection:
        waiting = connection.exec_driver_sql("SELECT seq - acked FROM heads").scalar_one()
    return int(waiting) > UNSENT_LOOKED_AT


def list_page(
    register: Register, asked: Asked, *, order: Order, limit: int, after: str = ""
) -> FoundPeople:
    """The people of a list, from the place that a page ended with; ``after`` "" when it ended."""
    with register.reading() as connection:
        found = _docs(connection, asked, order=order, limit=limit, after=after)
        rows = tuple(rows_of(connection, [doc for doc, _, _ in found]))
    is_last = len(found) < limit
    end = "" if is_last else msgspec.json.encode(found[-1][1:]).decode()
    return FoundPeople(rows, end)


def list_ids(register: Register, asked: Asked) -> list[PersonId]:
    """Everybody of a list, by name."""
    sql = (
        f"SELECT p.id FROM people AS p WHERE p.doc IN ({asked.source})"  # noqa: S608 parts of ours
        f"{_BORN if asked.edge else ''} ORDER BY p.place"
    )
    with register.reading() as connection:
        return [PersonId(row[0]) for row in connection.exec_driver_sql(sql, _values(asked))]


def _docs(
    connection: Connection, asked: Asked, *, order: Order, limit: int, after: str
) -> Sequence[tuple[int, str, int]]:
    """Number, key and place of each."""
    values = {**_values(asked), "limit": limit}
    if after:
        values["key"], values["place"] = msgspec.json.decode(after)
    by_name = order.by is SortBy.NAME
    if by_name and not order.is_descending and asked.match:
        values["place"] = values.get("place", -1)
        return _rows(connection, _ALONG.format(_BORN if asked.edge else ""), values)
    key, way = _KEYS[order.by], "DESC" if order.is_descending else ""
    behind = ""
    if after:
        beyond = "<" if order.is_descending else ">"
        behind = f"AND ({key} {beyond} :key OR ({key} = :key AND p.place > :place))"
    sql = (
        f"SELECT p.doc, {key}, p.place FROM people AS p {_HOME if 'h.' in key else ''} "  # noqa: S608 parts of ours
        f"WHERE p.doc IN ({asked.source}){_BORN if asked.edge else ''} {behind} "
        f"ORDER BY {key} {way}, p.place LIMIT :limit"
    )
    if by_name and order.is_descending:
        sql = sql.replace("p.place LIMIT", "p.place DESC LIMIT").replace("p.place >", "p.place <")
    return _rows(connection, sql, values)


def _rows(
    connection: Connection, sql: str, values: dict[str, str | int]
) -> list[tuple[int, str, int]]:
    return [(row[0], row[1], row[2]) for row in connection.exec_driver_sql(sql, values)]


def _values(asked: Asked) -> dict[str, str | int]:
    values: dict[str, str | int] = {}
    if asked.match:
        values["match"] = asked.match
    if asked.edge:
        values |= {
            "edge": f" {words.year_word(asked.edge_year)}",
            "born_to": asked.born_to,
            "born_from": asked.born_from + "~",
        }
    if ":ids" in asked.source:
        values["ids"] = asked.ids
    return values


# -- questions in words --


def _here(condition: str) -> str:
    return f"({condition}) NOT {any_of(_GONE)}"


def _young(condition: str, *, under: int, today: date) -> Asked:
    """Children: by their dates, and those whose form says so without one."""
    born_from = _years_before(today, under)
    edge = int(born_from[:4])
    undated = f' OR ("{_NO_DATE}" AND "{_CHILD_RECORD}")' if under == CHILD_UNDER else ""
    sure = f"({_born(edge + 1, today.year + 1)}{undated})"
    return _aged(condition, sure, edge, born_from=born_from, born_to="9999")


def _grown(condition: str, *, today: date) -> Asked:
    """Who may be of the age at which work is asked for; of some no date is known."""
    # Mẫu 03 is about persons from 15 on (Thông tư 11/2022).
    born_to = _years_before(today, LABOUR_FROM)
    edge = int(born_to[:4])
    # Fewer words than all the years since 1900.
    young = f'{_born(edge, today.year + 1)} OR ("{_NO_DATE}" AND "{_CHILD_RECORD}")'
    sure = f'("{words.EVERYBODY}" NOT ({young}))'
    return _aged(condition, sure, edge, born_from="0", born_to=born_to)


def _aged(condition: str, sure: str, edge_year: int, *, born_from: str, born_to: str) -> Asked:
    edge = _born(edge_year, edge_year)
    match, sure, edge = (
        _here(condition.format(age)) for age in (f"({sure} OR {edge})", sure, edge)
    )
    return Asked(_BY_WORDS, match, sure, edge, edge_year, born_from, born_to)


def _born(first: int, last: int) -> str:
    return any_of([words.year_word(year) for year in range(first, last + 1)])


def _years_before(day: date, years: int) -> str:
    try:
        return day.replace(year=day.year - years).isoformat()
    except ValueError:  # of 29 February
        return day.replace(year=day.year - years, day=28).isoformat()


# Where it says "{}", the age comes in.
_OF_CHILDREN = {
    WorkList.NO_CHILD: f'{{}} NOT "{_CHILD_RECORD}"',
    WorkList.CHILD_NO_CARD: f'({{}} AND "{words.NO_OLD_ID}") NOT "{record_words.CARD}"',
    WorkList.CHILD_NO_ID: f'{{}} AND "{words.missing_word(Missing.ID_NUMBER)}"',
    WorkList.CHILD_WRONG_ID: f'{{}} AND "{words.WRONG_ID}"',
    WorkList.CHILD_WRONG_CARD: (
        f"{{}} AND {any_of([words.WRONG_OLD_ID, record_words.WRONG_CARD])}"
    ),
    WorkList.CHILD_BASICS: (
        f'({{}} AND "{words.NO_BASICS}") OR ({{}} NOT "{record_words.PARENTS}")'
    ).replace("{}", "{0}"),
    WorkList.CHILD_NEWBORN: f'{{}} NOT "{record_words.SOFTWARE}"',
}
_BY_LIST = {
    WorkList.FLAGGED: f'"{words.ANY_FINDING}"',
    WorkList.WAITING: f'"{words.check_word(CheckState.WAITING)}"',
    WorkList.UNCHECKED: f'"{words.check_word(CheckState.NOT_ASKED)}"',
    WorkList.MERIT_UNCHECKED: f'"{_MERIT_RECORD}" AND "{words.check_word(CheckState.NOT_ASKED)}"',
    WorkList.MERIT_NOT_FOUND: f'"{_MERIT_RECORD}" AND "{words.check_word(CheckState.NOT_FOUND)}"',
    WorkList.NO_ACCOUNT: f'"{record_words.BENEFIT}" NOT "{record_words.ACCOUNT}"',
}
