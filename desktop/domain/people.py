"""Persons and households as lists and pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import NewType

PersonId = NewType("PersonId", str)
HouseholdId = NewType("HouseholdId", str)


@unique
class RecordStatus(Enum):
    """How far the labour record of a person is."""

    NONE = "none"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


@unique
class CheckState(Enum):
    """What the commune police said of a person, if they were asked."""

    NOT_ASKED = "not_asked"
    WAITING = "waiting"
    MATCHED = "matched"
    DIFFERS = "differs"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the people list. ``flags`` counts what asks for the police's check."""

    person_id: PersonId
    full_name: str
    birth_date: str
    sex: str
    id_number: str
    hamlet: str
    household_code: str
    head_name: str
    status: RecordStatus
    check: CheckState
    flags: int
    clashes: int
