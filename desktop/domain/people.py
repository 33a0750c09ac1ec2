"""Persons and households as lists and pages show them, and what a list may be narrowed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, unique
from typing import NewType, TypeAlias

from sync.protocol.life import Presence

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
    presence: Presence = Presence.HERE


@unique
class Missing(Enum):
    """What may be unknown of a person and is looked for."""

    ID_NUMBER = "id_number"
    BIRTH_DATE = "birth_date"
    WHOLE_BIRTH_DATE = "whole_birth_date"  # the year or the month is known, the day is not
    SEX = "sex"
    ETHNICITY = "ethnicity"
    RESIDENCE = "residence"
    SOCIAL_INSURANCE_NUMBER = "social_insurance_number"
    HOUSEHOLD = "household"
    HAMLET = "hamlet"


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What the list is narrowed to besides the text; every condition that is set must hold.

    Attributes:
        form_id: who has a record of this form, or with ``has_form`` false has none.
        is_flagged: who has any finding that asks for the police's check.
        finding: who has the finding with this code name (``"ID_006"``).
        hamlet: who lives in this hamlet, as the list of hamlets names it.
        age_from, age_to: whole years, both included, on ``age_on`` (``None``: the day of asking).
            Who may be of that age counts: of some only the year of birth is known.
        presence: who is here, who died, or who left; ``None`` for everybody. A number finds
            everybody: who types one means one person.
    """

    status: RecordStatus | None = None
    check: CheckState | None = None
    form_id: str = ""
    has_form: bool = True
    is_flagged: bool = False
    finding: str = ""
    missing: Missing | None = None
    hamlet: str = ""
    age_from: int | None = None
    age_to: int | None = None
    age_on: date | None = None
    presence: Presence | None = Presence.HERE

    @property
    def is_open(self) -> bool:
        """Does it let everybody through?"""
        return self == EVERYBODY


EVERYBODY = PeopleFilter()


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """A page of the list. ``after`` asks for the page that follows; "" when this is the last."""

    rows: tuple[PersonRow, ...]
    after: str


@unique
class Facet(Enum):
    """A property by which the list can be narrowed, with a count beside each value."""

    STATUS = "status"
    CHECK = "check"
    FORM = "form"  # has a record of the form
    NO_FORM = "no_form"
    FINDING = "finding"  # the code; "" for any
    MISSING = "missing"
    HAMLET = "hamlet"


FacetCounts: TypeAlias = Mapping[tuple[Facet, str], int]


@dataclass(frozen=True, slots=True)
class PeopleCounts:
    """How many are found, and how many would be with each value of each facet instead.

    Facets that were not counted are absent. ``is_whole`` is false when there are more than
    ``total``: nobody waits until everybody was looked at.
    """

    total: int
    facets: FacetCounts
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A text with a filter that a user keeps under a name; "" names the one used last."""

    name: str
    text: str
    where: PeopleFilter
