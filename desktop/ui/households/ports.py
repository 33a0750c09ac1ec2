"""What the page of a household asks of services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from desktop.domain.households import (
    Added,
    Alike,
    Candidate,
    Household,
    Member,
    MemberForm,
    NewPerson,
    Paper,
    Split,
)
from desktop.domain.people import HouseholdId, PersonId


@dataclass(frozen=True, slots=True)
class HouseholdWork:
    """What stands behind the page."""

    book: HouseholdBook
    life: LifeBook
    forms: FormBook


class HouseholdBook(Protocol):
    """``desktop.services.households.Households``."""

    def relations(self) -> Sequence[tuple[str, str]]:
        """Codes and words of the relation to the head."""

    def of_person(self, person_id: PersonId | None) -> Household:
        """The household somebody lives in; an empty one for nobody."""

    def open(self, household_id: HouseholdId) -> Household:
        """As it stands."""

    def candidates(self, typed: NewPerson) -> Sequence[Candidate]:
        """Who may be meant."""

    def write(self, household: Household, fields: Mapping[str, str]) -> Household:
        """The address."""

    def set_head(self, household: Household, person_id: PersonId) -> Household:
        """Who heads it."""

    def add(self, household: Household, typed: NewPerson, *, is_new: bool = False) -> Added | Alike:
        """Somebody new."""

    def take(
        self, household: Household, person_id: PersonId, *, relation: str = "", paper: Paper
    ) -> Added:
        """Somebody who is here already."""

    def change(self, household: Household, member: Member, name: str, text: str) -> Member:
        """One field of a line."""

    def one_household(self, text: str, *, apart: HouseholdId) -> HouseholdId:
        """The one household that a number, or a person's number or name, means."""

    def delete(self, household: Household, person_id: PersonId, *, reason: str) -> Household:
        """Entered by mistake."""

    def restore(self, household: Household, person_id: PersonId) -> Household:
        """Not by mistake."""

    def part(self, household: Household, entry_id: PersonId) -> Household:
        """An entry that was merged into a member stands by itself again."""


class LifeBook(Protocol):
    """``desktop.services.life_events.LifeEvents``."""

    def died(self, person_id: PersonId, paper: Paper) -> None:
        """A death."""

    def departed(
        self,
        person_id: PersonId,
        paper: Paper,
        *,
        place: str = "",
        together: Sequence[PersonId] = (),
    ) -> None:
        """A move out, of members of the same household too."""

    def arrived(self, person_id: PersonId, paper: Paper, *, place: str = "") -> None:
        """A move in."""

    def corrected(self, person_id: PersonId, changes: Mapping[str, str], paper: Paper) -> None:
        """A correction."""

    def split(self, household_id: HouseholdId, split: Split, paper: Paper) -> HouseholdId:
        """A household of some members."""

    def merge(self, household_id: HouseholdId, *, into: HouseholdId, paper: Paper) -> None:
        """One household of two."""

    def back(self, person_id: PersonId) -> None:
        """Neither dead nor gone."""

    def undo(self, document_id: str, event_id: str) -> None:
        """An event did not take place."""


class FormBook(Protocol):
    """``desktop.services.member_forms.MemberForms``."""

    def of(self, person_ids: Sequence[PersonId]) -> Mapping[PersonId, Sequence[MemberForm]]:
        """The forms of each."""
