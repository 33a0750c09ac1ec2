"""Loading a list of households before the officers go out: people, no records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from desktop.domain.ledger import Action
from desktop.domain.preloading import PreloadedHousehold, PreloadedPerson
from desktop.errors import Problem, UserError
from desktop.services.home import home_of
from desktop.store.documents import Edit
from desktop.store.register import Register
from forms.rules.identity import IdentityTables, clean_number, flag_codes
from forms.vietnamese import clean
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Value

_NUMBERS = frozenset({"id_number", "old_id_number", "social_insurance_number"})
_DUPLICATE = "ID_013"


def preload(
    register: Register,
    households: Iterable[PreloadedHousehold],
    *,
    tables: IdentityTables,
    author: str,
    at: datetime,
    on_progress: Callable[[int], None] | None = None,
) -> int:
    """Load these households with their people; returns how many households.

    Flags are made by the identity rules, and for numbers that stand twice in the list. The caller
    keeps the identifiers the same, so that a list loaded again changes only what differs in it.
    ``on_progress`` is told the number of households that are safe. Raises ``NOT_ENROLLED`` when
    the register does not know yet whether it is for training.
    """
    if home_of(register) is None:
        raise UserError(Problem.NOT_ENROLLED)
    loading = _Loading(tables=tables, at=at)
    return register.save_bulk(
        loading.saves(households),
        author=author,
        at=at,
        action=Action.PERSON_PRELOAD,
        on_progress=on_progress,
    )


class _Loading:
    """Makes the edits, one household after another."""

    def __init__(self, *, tables: IdentityTables, at: datetime) -> None:
        self._tables = tables
        self._on = at.date()
        self._numbers: set[str] = set()

    def saves(self, households: Iterable[PreloadedHousehold]) -> Iterator[list[Edit]]:
        for household in households:
            persons = [self._person(person, household) for person in household.persons]
            yield [self._household(household), *persons]

    def _household(self, household: PreloadedHousehold) -> Edit:
        head = next((person for person in household.persons if person.is_head), None)
        fields: dict[str, Value] = {name: clean(text) for name, text in household.fields.items()}
        fields |= {"hamlet": clean(household.hamlet), "code": clean(household.code)}
        if head is not None:
            fields["head_person_id"] = head.person_id
        return Edit(
            document_type=DocumentType.HOUSEHOLD,
            document_id=household.household_id,
            commune_code=household.commune_code,
            fields=fields,
        )

    def _person(self, person: PreloadedPerson, household: PreloadedHousehold) -> Edit:
        fields: dict[str, Value] = {
            name: clean_number(clean(text)) if name in _NUMBERS else clean(text)
            for name, text in person.fields.items()
        }
        fields |= {
            "household_id": household.household_id,
            "relation_to_head": person.relation_to_head,
            "flags": self._flags(fields) or None,
        }
        return Edit(
            document_type=DocumentType.PERSON,
            document_id=person.person_id,
            commune_code=household.commune_code,
            fields=fields,
        )

    def _flags(self, fields: dict[str, Value]) -> list[str]:
        flags = set(flag_codes(fields, on=self._on, tables=self._tables))
        number = str(fields.get("id_number") or "")
        if number and number in self._numbers:
            flags.add(_DUPLICATE)
        self._numbers.add(number)
        return sorted(flags)
