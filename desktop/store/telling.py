"""Which answers of the police are not passed on yet with the record they belong to."""

from __future__ import annotations

from desktop.store.register import Register

_UNTOLD = """
SELECT s.id, c.id FROM checks AS c
JOIN submissions AS s ON s.person_id = c.person_id
JOIN documents AS d ON d.doc = s.doc
JOIN documents AS k ON k.doc = c.doc
WHERE c.answer <> ''
AND NOT EXISTS (SELECT 1 FROM checks AS later
    WHERE later.person_id = c.person_id AND later.id > c.id)
AND NOT EXISTS (SELECT 1 FROM submissions AS later
    WHERE later.record_id = s.record_id AND (later.round, later.id) > (s.round, s.id))
AND (coalesce(json_extract(d.fields, '$."check.id"'), '') <> c.id
    OR coalesce(json_extract(d.fields, '$."check.answer"'), '') <> c.answer
    OR coalesce(json_extract(d.fields, '$."check.number"'), '')
        <> coalesce(json_extract(k.fields, '$."assigned.id_number"'), ''))
ORDER BY s.id
"""


def untold_answers(register: Register) -> list[tuple[str, str]]:
    """(submission, check): the latest round of a record, the latest check of its person."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql(_UNTOLD)
        return [(str(submission), str(check)) for submission, check in rows]
