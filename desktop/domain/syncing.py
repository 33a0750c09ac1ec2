"""What the sync page shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from desktop.errors import Problem


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The device's place: which office it works for, as whom."""

    device_id: str
    office_name: str
    role: str
    user_name: str
    commune_codes: tuple[str, ...]
    commune_names: tuple[str, ...]
    province_name: str
    server_url: str
    training: bool


@unique
class ChangeState(Enum):
    """How far one change is."""

    WAITING = "waiting"
    RECEIPTED = "receipted"
    MERGED = "merged"
    CLASH = "clash"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line of the outbox: a change of a document of a person, and what became of it."""

    seq: int
    at: str
    by: str
    document_type: str
    title: str
    state: ChangeState
    receipted_at: str
    why: str


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """The custody of this register's changes.

    Attributes:
        unsent: changes that are only on this device.
        held: changes the server refused by a rule.
        last_success_at: instant of the last whole sync, "" if never.
        last_problem: why the last sync failed, ``None`` when it did not.
    """

    unsent: int
    receipted: int
    held: int
    last_success_at: str
    last_problem: Problem | None
    last_problem_at: str
    last_parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did."""

    pushed: int
    pulled: int
    clashes: int
    held: int
    problem: Problem | None = None
    parameters: dict[str, str] | None = None
