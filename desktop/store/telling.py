"""Which answers of the police are not passed on yet with the record they belong to."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.store.documents import FieldValues
from desktop.store.driver import driver_of, json_list
from desktop.store.register import Register
from sync.protocol.documents import COMPARED_FIELDS, TOLD
from sync.protocol.messages import Change, Hold

_CHANGES = msgspec.json.Decoder(Change)

_IS_DIFFERENT = "coalesce(json_extract(d.fields, '$.\"{told}\"'), '') <> coalesce({found}, '')"
_FOUND = "json_extract(k.fields, '$.\"{name}\"')"
_DIFFERENT = " OR ".join(
    _IS_DIFFERENT.format(told=TOLD + told, found=found)
    for told, found in (
        ("id", "c.id"),
        ("answer", "c.answer"),
        ("note", _FOUND.format(name="note")),
        ("number", _FOUND.format(name="assigned.id_number")),
        *(
            (
                f"differs.{name}",
                f"iif(c.answer = 'differs', {_FOUND}, '')".format(name=f"differs.{name}"),
            )
            for name in COMPARED_FIELDS
        ),
    )
)
# What ``told_of_check`` makes of the check, compared with what the submission has of it.
_UNTOLD = f"""
SELECT s.id, c.id FROM checks AS c
JOIN submissions AS s ON s.person_id = c.person_id
JOIN documents AS d ON d.doc = s.doc
JOIN documents AS k ON k.doc = c.doc
WHERE c.answer <> ''
AND NOT EXISTS (SELECT 1 FROM checks AS later
    WHERE later.person_id = c.person_id AND later.id > c.id)
AND NOT EXISTS (SELECT 1 FROM submissions AS later
    WHERE later.record_id = s.record_id AND (later.round, later.id) > (s.round, s.id))
AND ({_DIFFERENT})
ORDER BY s.id
"""  # noqa: S608 names of ours
_REFUSED = (
    "SELECT document_id, change FROM outbox WHERE state = 'held' AND why <> ? "
    "AND document_id IN (SELECT value FROM json_each(?))"
)


def untold_answers(register: Register) -> list[tuple[str, str]]:
    """(submission, check): the latest round of a record, the latest check of its person."""
    with register.reading() as connection:
        rows = connection.exec_driver_sql(_UNTOLD)
        return [(str(submission), str(check)) for submission, check in rows]


def refused_tellings(
    register: Register, submission_ids: Sequence[str]
) -> dict[str, list[FieldValues]]:
    """What the server refused to set in these submissions, for a reason of their own."""
    names = json_list(submission_ids)
    with register.reading() as connection:
        rows = driver_of(connection).execute(_REFUSED, (Hold.GROUP.value, names)).fetchall()
    refused: dict[str, list[FieldValues]] = {}
    for document_id, text in rows:
        patch = _CHANGES.decode(text).patch
        refused.setdefault(document_id, []).append({name: new for name, (_, new) in patch.items()})
    return refused
