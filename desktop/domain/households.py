"""A household on one screen: its address, its members, and who may already be in the register."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as kept
from enum import Enum, unique

from desktop.domain.fitting import FittingForm
from desktop.domain.people import HouseholdId, PersonId
from sync.protocol.life import Event, Presence


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a household.

    Attributes:
        relation: code of the relation to the head, "" when unknown.
        flags: how many findings ask for the police's check.
        is_listed: the province's base list knows this person.
        is_elsewhere: moved to another commune of the province, whose register keeps the entry now.
        has_left_together: left with the whole household, and comes back with it.
        version: the server's version that is shown; an edit goes with it.
        events: what was recorded, undone or not, the earliest day first.
        merged: entries that were taken for this person: id and name of each.
    """

    person_id: PersonId
    full_name: str = kept(repr=False)
    birth_date: str = kept(repr=False)
    sex: str = kept(repr=False)
    relation: str = kept(repr=False)
    id_number: str = kept(repr=False)
    is_head: bool
    presence: Presence = Presence.HERE
    flags: int = 0
    is_listed: bool = False
    is_elsewhere: bool = False
    has_left_together: bool = False
    version: int = 0
    events: tuple[Event, ...] = kept(default=(), repr=False)
    merged: tuple[tuple[PersonId, str], ...] = kept(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class MemberForm:
    """A form beside a member.

    Attributes:
        has_ended: the person is too old for it by now; what was filled stays.
        is_due: the person came of age, and this form follows the child's.
    """

    form: FittingForm
    has_ended: bool = False
    is_due: bool = False


@dataclass(frozen=True, slots=True)
class Household:
    """A household as it stands.

    Attributes:
        household_id: ``None`` for one that the first save makes.
        code, hamlet, commune, province: as on the paper.
        members: the head first; who died or left behind the others.
        is_elsewhere: it moved to another commune of the province: it can only be taken back.
    """

    household_id: HouseholdId | None
    code: str = kept(default="", repr=False)
    hamlet: str = kept(default="", repr=False)
    commune: str = kept(default="", repr=False)
    province: str = kept(default="", repr=False)
    version: int = 0
    members: tuple[Member, ...] = kept(default=(), repr=False)
    events: tuple[Event, ...] = kept(default=(), repr=False)
    is_elsewhere: bool = False

    @property
    def head(self) -> Member | None:
        """Who heads it."""
        return next((member for member in self.members if member.is_head), None)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is typed of somebody who is added."""

    full_name: str = kept(default="", repr=False)
    birth_date: str = kept(default="", repr=False)
    sex: str = kept(default="", repr=False)
    relation: str = kept(default="", repr=False)
    id_number: str = kept(default="", repr=False)


@unique
class Likely(Enum):
    """How sure it is that somebody is who is being typed."""

    SAME = "same"
    MAYBE = "maybe"
    NUMBER = "number"  # two people, to all appearance, and one number


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in the register who may be who is being typed.

    Attributes:
        why: one sentence: what speaks for it; "" for a number that is not typed to its end.
        head_name, hamlet: of the household the person is in.
    """

    person_id: PersonId
    full_name: str = kept(repr=False)
    birth_date: str = kept(repr=False)
    id_number: str = kept(repr=False)
    hamlet: str = kept(repr=False)
    head_name: str = kept(repr=False)
    presence: Presence
    likely: Likely | None
    why: str = kept(repr=False)
    is_listed: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """Somebody was added, or taken from elsewhere."""

    household: Household
    person_id: PersonId


@dataclass(frozen=True, slots=True)
class Alike:
    """Nobody was added: these are very likely the same person."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """The day something took place (ISO 8601, perhaps without day or month), and its paper."""

    date: str
    paper: str = kept(repr=False)


@dataclass(frozen=True, slots=True)
class Split:
    """Members who make a household of their own."""

    members: tuple[PersonId, ...]
    head: PersonId
    code: str = kept(default="", repr=False)
    hamlet: str = kept(default="", repr=False)
