"""Who may open a register on this PC, and what each may do with the keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique


@unique
class UserRole(Enum):
    """What a user may do besides the daily work, which all of a register's users share."""

    MANAGER = "manager"  # adds and removes users, makes the printed code
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class User:
    """One who has a passphrase of their own."""

    name: str
    role: UserRole


@unique
class RekeyStep(Enum):
    """How far a change of the data key is."""

    COPYING = "copying"
    COPIED = "copied"
    PROMISED = "promised"
    CLOSED = "closed"
    SWAPPED = "swapped"
    DONE = "done"
