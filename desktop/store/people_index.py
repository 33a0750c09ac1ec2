"""The index of people kept in step with everything it rests on.

A person is found by words of the person's own document (``people.words``) and by marks that come
from the household, the records, the checks and the submissions (``people.marks``). Documents come
in any order, so whatever changes asks for the marks of those it is about to be made anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from desktop.store.driver import Driver
from desktop.store.people_words import marks, vocabulary_of

_ADD = "INSERT INTO people_words (rowid, words) VALUES (?, ?)"
_DROP = "INSERT INTO people_words (people_words, rowid, words) VALUES ('delete', ?, ?)"
_DROP_BUCKET = (
    "INSERT INTO people_words (people_words, rowid, words) "
    "SELECT 'delete', p.place, p.words || p.marks "
    "FROM people AS p JOIN documents AS d ON d.doc = p.doc WHERE d.bucket = ?"
)
_ADD_WORD = "INSERT OR IGNORE INTO people_vocabulary (word) SELECT value FROM json_each(?)"

# Asked of (person id, household id).
_MARKS = """
SELECT p.value ->> 0, coalesce(h.hamlet, ''), h.head_person_id = p.value ->> 0,
       coalesce(s.status, 'none'), coalesce(s.check_state, 'not_asked'),
       (SELECT group_concat(form_id, ' ') FROM records WHERE person_id = p.value ->> 0),
       (SELECT group_concat(words, ' ') FROM records WHERE person_id = p.value ->> 0)
FROM json_each(?) AS p
LEFT JOIN documents AS hd ON hd.id = p.value ->> 1
LEFT JOIN households AS h ON h.doc = hd.doc
LEFT JOIN person_states AS s ON s.person_id = p.value ->> 0
"""
_BY_ID = """
SELECT p.doc, p.id, p.household_id, p.place, p.words, p.marks
FROM json_each(?) AS wanted
JOIN documents AS d ON d.id = wanted.value
JOIN people AS p ON p.doc = d.doc
"""
_BY_HOUSEHOLD = """
SELECT p.doc, p.id, p.household_id, p.place, p.words, p.marks
FROM json_each(?) AS wanted JOIN people AS p ON p.household_id = wanted.value
"""

_encode = msgspec.json.Encoder().encode
#: (place, text) as the index has it or is to have it.
Indexed = tuple[int, str]


def marks_of(driver: Driver, people: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The marks of these persons, each given with the household; by person."""
    if not people:
        return {}
    rows = driver.execute(_MARKS, (_encode(people).decode(),))
    return {
        person_id: marks(
            hamlet=hamlet,
            is_head=bool(is_head),
            status=status,
            check=check,
            form_ids=set(form_ids.split()) if form_ids else (),
            facts=set(facts.split()) if facts else (),
        )
        for person_id, hamlet, is_head, status, check, form_ids, facts in rows
    }


def refresh_marks(
    driver: Driver,
    *,
    person_ids: Iterable[str] = (),
    household_ids: Iterable[str] = (),
    apart_from: Collection[int] = (),
) -> None:
    """Make the marks of these persons and members anew; documents ``apart_from`` are up to date."""
    found: dict[int, tuple[Any, ...]] = {}
    for sql, ids in ((_BY_ID, person_ids), (_BY_HOUSEHOLD, household_ids)):
        known = [name for name in dict.fromkeys(ids) if name]
        if known:
            rows = driver.execute(sql, (_encode(known).decode(),))
            found |= {row[0]: row for row in rows if row[0] not in apart_from}
    new = marks_of(driver, [(row[1], row[2]) for row in found.values()])
    changed = [row for row in found.values() if row[5] != new[row[1]]]
    if not changed:
        return
    driver.executemany(
        "UPDATE people SET marks = ? WHERE doc = ?", [(new[row[1]], row[0]) for row in changed]
    )
    write_index(
        driver,
        gone=[(row[3], row[4] + row[5]) for row in changed],
        new=[(row[3], row[4] + new[row[1]]) for row in changed],
    )


def write_index(driver: Driver, *, gone: Sequence[Indexed], new: Sequence[Indexed]) -> None:
    """Take these texts from the index and put those in."""
    if gone:
        driver.executemany(_DROP, sorted(gone))
    if new:
        words = vocabulary_of([text for _, text in new])
        driver.execute(_ADD_WORD, (_encode(sorted(words)).decode(),))
        driver.executemany(_ADD, sorted(new))  # in its own order the index writes one piece


def drop_bucket(driver: Driver, bucket: str) -> None:
    """Take everybody of this bucket from the index, before their rows are removed."""
    driver.execute(_DROP_BUCKET, (bucket,))
