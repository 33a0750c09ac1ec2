"""Synthetic registers of any size: households with their persons, some with a labour record."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from desktop.store.documents import Edit
from desktop.training.people import households
from forms.rules.identity import IdentityTables, flag_codes
from sync.protocol.documents import DocumentType
from sync.protocol.ids import new_id_text

COMMUNE = "99001"
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_TODAY = date(2026, 11, 22)
#: One person in so many has a draft of a labour record.
_WITH_RECORD = 8


def saves_of(persons: int) -> Iterator[list[Edit]]:
    """One save for each household, until there are so many persons."""
    tables = IdentityTables.load(training=True)
    made = 0
    for seed in itertools.count(1):
        for home in households(count=10_000, commune_code=COMMUNE, today=_TODAY, seed=seed):
            head = next((p.person_id for p in home.persons if p.is_head), "")
            about: dict[str, Any] = {**home.fields, "hamlet": home.hamlet, "code": home.code}
            save = [
                _edit(DocumentType.HOUSEHOLD, home.household_id, about | {"head_person_id": head})
            ]
            for person in home.persons:
                flags = flag_codes(person.fields, on=_TODAY, tables=tables)
                fields: dict[str, Any] = {
                    **person.fields,
                    "household_id": home.household_id,
                    "relation_to_head": person.relation_to_head,
                }
                if flags:
                    fields["flags"] = flags
                save.append(_edit(DocumentType.PERSON, person.person_id, fields))
                made += 1
                if made % _WITH_RECORD == 0:
                    save.append(_record(person.person_id))
            yield save
            if made >= persons:
                return


def _record(person_id: str) -> Edit:
    fields = {
        "person_id": person_id,
        "form_id": "tt11_2022_m03",
        "form_version": "2022-08-15",
        "answers.activity/economic_activity_status": "1",
    }
    record_id = new_id_text(unix_ms=int(NOW.timestamp() * 1000))
    return _edit(DocumentType.RECORD, record_id, fields)


def _edit(kind: DocumentType, document_id: str, fields: dict[str, Any]) -> Edit:
    return Edit(kind, document_id, COMMUNE, fields)
