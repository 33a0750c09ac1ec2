"""For what a person's identity is flagged, as it stands in the register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from desktop.domain.people import PersonId
from desktop.store.people import person_with_number
from desktop.store.register import Register
from forms.findings import Code
from forms.rules.identity import IdentityTables, flag_codes
from sync.protocol.messages import Value


def flags_of(
    register: Register,
    tables: IdentityTables,
    person_id: PersonId,
    fields: Mapping[str, Value],
    *,
    on: date,
) -> list[str]:
    """Names of codes, a number that others have too among them."""
    flags = flag_codes(fields, on=on, tables=tables)
    number = str(fields.get("id_number") or "")
    if person_with_number(register, number, other_than=person_id):
        flags = sorted({*flags, Code.ID_013.name})
    return flags
