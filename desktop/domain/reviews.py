"""The collecting desk: records handed in by communes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique

from desktop.domain.checks import CheckAnswer
from desktop.domain.records import Competing, SubmissionId
from forms.definition import Answer
from forms.findings import Finding

#: A record that waits longer than so many days for a decision is overdue, unless the register says
#: otherwise (``review_days``): no law sets a day, each province does.
REVIEW_DAYS = 7


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
class ToldCheck:
    """What the officer passed on of the police check of the person; identity only.

    ``answer``: ``None`` while the police have not answered.
    """

    answer: CheckAnswer | None
    differs: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """One line of the list of submissions. ``round_number`` counts from 1.

    Attributes:
        is_clashing: two devices decided otherwise; deciding again settles it.
        check: how the person was checked; ``None`` for somebody nobody doubted.
        is_overdue: does it wait longer than it should?
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
    check: ToldCheck | None = None
    form_id: str = ""
    form_version: str = ""
    is_overdue: bool = False

    @property
    def is_open(self) -> bool:
        """Does it wait for a decision, or for one between two?"""
        return self.review is Review.WAITING or self.is_clashing


@dataclass(frozen=True, slots=True)
class SubmissionDetail:
    """A submission in full, read-only.

    Attributes:
        answers: by path, identity answers included.
        reasons: path -> why it was returned there.
        findings: what the rules of the form say of the answers today, confirmed or not.
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
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class CommuneProgress:
    """How far the records of one commune are; of each record its latest round.

    Attributes:
        received: all; the sum of ``waiting``, ``accepted`` and ``returned``.
        overdue: of those that wait.
        flagged: whose person was sent to the police; ``checked`` of these were answered.
    """

    commune_code: str
    received: int = 0
    waiting: int = 0
    overdue: int = 0
    accepted: int = 0
    returned: int = 0
    flagged: int = 0
    checked: int = 0
