"""The collecting desk: records handed in by communes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique

from desktop.domain.records import Competing, SubmissionId
from forms.definition import Answer


@unique
class Review(Enum):
    """What the collecting office decided."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class ConfirmedWarning:
    """A warning the officer confirmed, with the reason given."""

    code: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """One line of the list of submissions. ``round_number`` counts from 1.

    ``is_clashing``: two devices decided otherwise; deciding again settles it.
    """

    submission_id: SubmissionId
    commune_code: str
    full_name: str
    birth_date: str
    id_number: str
    hamlet: str
    round_number: int
    submitted_by: str
    submitted_at: str
    confirmed: int
    review: Review
    is_clashing: bool = False


@dataclass(frozen=True, slots=True)
class SubmissionDetail:
    """A submission in full, read-only.

    Attributes:
        answers: by path, identity answers included.
        reasons: path -> why it was returned there.
        competing: field of the decision (``review``, ``reasons.<path>``) -> what other devices
            of the collecting office wrote there.
    """

    row: SubmissionRow
    form_id: str
    form_version: str
    answers: Mapping[str, Answer]
    confirmed: tuple[ConfirmedWarning, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)
    competing: Mapping[str, tuple[Competing, ...]] = field(default_factory=dict)
