"""Who of a commune a row of a base list is about.

Somebody is known by the personal number, else by name, birth and sex where one side has no number
and they name one alone. Who is in the lists comes before who left them: an entry that was merged
into another speaks for that one, an entry that was deleted or moved away keeps its rows from
becoming a second person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Text, cast, select

from forms.vietnamese import compare_key
from sync.protocol.documents import LISTED, MERGED_INTO, DataSet, DocumentType, bucket_of, fate_of
from sync.protocol.messages import Value
from sync.server.base_list_files import ListedPerson
from sync.server.tables import documents

_decode_fields = msgspec.json.Decoder(dict[str, Value]).decode


class Likeness(IntEnum):
    """By what a row was found to be somebody's, the surest first."""

    NUMBER = 0
    NAME = 1  # also of nobody at all
    FORMER_ENTRY = 2  # only by an entry that left the lists


class Match(NamedTuple):
    """Whose row it is; ``None`` for nobody the commune has."""

    likeness: Likeness
    person_id: str | None


@dataclass(slots=True)
class Known:
    """The persons and households that a commune has, by what a list knows them by."""

    persons: dict[str, dict[str, Value]] = field(default_factory=dict, repr=False)
    households: dict[str, dict[str, Value]] = field(default_factory=dict, repr=False)
    by_code: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _by_number: dict[str, str] = field(default_factory=dict, repr=False)
    _by_name: dict[tuple[str, str, str], list[str]] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(connection: Connection, commune: str) -> Known:
        """What lies in the register of this commune."""
        known = Known()
        rows = connection.execute(
            select(
                cast(documents.c.id, Text).label("id"),
                documents.c.type,
                cast(documents.c.fields, Text).label("fields"),
            )
            .where(documents.c.bucket == bucket_of(commune, DataSet.REGISTER))
            .order_by(documents.c.id)
        )
        for row in rows:
            is_household = row.type == DocumentType.HOUSEHOLD.value
            place = known.households if is_household else known.persons
            place[row.id] = _decode_fields(row.fields)
        known._index()
        return known

    def _index(self) -> None:
        for is_former in (False, True):
            for household_id, fields in self.households.items():
                if fields.get("code") and bool(fate_of(fields)) is is_former:
                    self.by_code.setdefault(household_key(fields), household_id)
        living = [one for one, fields in self.persons.items() if not fate_of(fields)]
        former = [one for one, fields in self.persons.items() if fate_of(fields)]
        for group in (living, former):
            for name in ("id_number", LISTED + "id_number"):
                self._note_numbers(group, name)
        for person_id, fields in self.persons.items():
            for prefix in ("", LISTED):  # as the office has the name now, and as a list had it
                key = name_key(fields, prefix)
                if key[0] and person_id not in self._by_name.setdefault(key, []):
                    self._by_name[key].append(person_id)

    def _note_numbers(self, group: Iterable[str], name: str) -> None:
        for person_id in group:
            if number := self.persons[person_id].get(name):
                self._by_number.setdefault(str(number), person_id)

    def match(self, listed: ListedPerson) -> Match:
        """Whose row this is."""
        if listed.id_number and (found := self._by_number.get(listed.id_number)):
            if not fate_of(self.persons[found]):
                return Match(Likeness.NUMBER, found)
            return Match(Likeness.FORMER_ENTRY, self._stands_for(found))
        alike = self._able(listed, self._by_name.get(name_key(listed.fields), ()))
        living = [one for one in alike if not fate_of(self.persons[one])]
        if living:
            return Match(Likeness.NAME, living[0] if len(living) == 1 else None)
        standing = self._able(listed, {self._stands_for(one) for one in alike})
        if len(standing) == 1:
            return Match(Likeness.FORMER_ENTRY, standing[0])
        return Match(Likeness.NAME, None)

    def _able(self, listed: ListedPerson, alike: Iterable[str]) -> list[str]:
        """Those who can be meant: two numbers tell two people."""
        return [
            one for one in alike if not (listed.id_number and self.persons[one].get("id_number"))
        ]

    def _stands_for(self, person_id: str) -> str:
        """Whom this entry was merged into at last; itself where links run in a circle or out."""
        seen = [person_id]
        while (following := self.persons[seen[-1]].get(MERGED_INTO)) is not None:
            if str(following) in seen or str(following) not in self.persons:
                return person_id
            seen.append(str(following))
        return seen[-1]


def name_key(fields: Mapping[str, Value], prefix: str = "") -> tuple[str, str, str]:
    """What tells people apart who have no number."""
    name, born, sex = (
        str(fields.get(prefix + one) or "") for one in ("full_name", "birth_date", "sex")
    )
    return compare_key(name), born, sex


def household_key(fields: Mapping[str, Value]) -> tuple[str, str]:
    """What tells the households of a commune apart: codes begin anew in each hamlet."""
    return str(fields.get("code") or ""), compare_key(str(fields.get("hamlet") or ""))
