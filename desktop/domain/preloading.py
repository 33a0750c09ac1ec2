"""What is known of a commune before the officers go out: households and persons, no records.

A commune does not start from an empty page: the list of the last round is loaded first, so that
nobody types again what the office already holds. The caller chooses the identifiers and keeps
them the same each time, so that loading a list twice adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.domain.people import HouseholdId, PersonId


@dataclass(frozen=True, slots=True)
class PreloadedPerson:
    """One person of a list.

    Attributes:
        relation_to_head: code of the list of the form (quan hệ với chủ hộ), "" when unknown.
        is_head: heads the household (``household.head_person_id``); at most one of each.
        fields: person field -> value as printed (``full_name``, ``birth_date`` as ``1945``,
            ``1950-03`` or ``1950-03-12``, ``sex`` "1"/"2", ``id_number``, ``ethnicity`` …).
            Unknown things are left out.
    """

    person_id: PersonId
    relation_to_head: str
    fields: Mapping[str, str]
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class PreloadedHousehold:
    """One household of a list, with its people.

    Attributes:
        commune_code: five digits; the household's documents travel in this commune's buckets.
        code: the household's local number, "" when it has none.
        fields: further household fields (``province``, ``commune`` as names on the form).
    """

    household_id: HouseholdId
    commune_code: str
    hamlet: str
    code: str
    persons: tuple[PreloadedPerson, ...]
    fields: Mapping[str, str] = field(default_factory=dict)
