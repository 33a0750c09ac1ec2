"""Who may see what is restricted on this PC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, unique


@unique
class Right(Enum):
    """A restricted data set: records of sensitive forms, and what was handed in of them."""

    CHILDREN_RESTRICTED = "children_restricted"  # special circumstances, HIV among them
    ASSISTANCE_RESTRICTED = "assistance_restricted"  # HIV
    DRUG_TREATMENT = "drug_treatment"


@dataclass(frozen=True, slots=True)
class Granted:
    """A right of a user.

    Attributes:
        by: who gave it; "" for the province, with the enrolment code.
        at: when (ISO 8601).
    """

    right: Right
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class UserRights:
    """A user of this PC and the rights the user has.

    Attributes:
        may_grant: the rights that this user may give and take: those the user has, and all for the
            first manager of the register.
    """

    user_name: str
    rights: Mapping[Right, Granted]
    may_grant: frozenset[Right]
