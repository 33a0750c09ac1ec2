"""Records (filled forms) and what waits to be done about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique
from typing import NewType

from desktop.domain.people import CheckState, HouseholdId, PersonId, RecordStatus
from desktop.domain.scans import Scan
from forms.definition import Answer, FormDefinition
from forms.findings import Finding

RecordId = NewType("RecordId", str)
SubmissionId = NewType("SubmissionId", str)
CheckId = NewType("CheckId", str)


@dataclass(frozen=True, slots=True)
class Competing:
    """Another value for an answer, kept until the officer chooses.

    ``is_held``: typed on this device and refused by the server; else it is another device's.
    """

    value: Answer
    by: str
    at: str
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class OpenedForm:
    """Everything the form page needs; ids are ``None`` until the first save.

    It is also what the next save is compared with: what the page holds otherwise than ``answers``
    was edited by the officer, who had ``versions`` before the eyes.

    Attributes:
        answers: by path, identity answers included.
        prefilled: paths of those ``answers`` that are stored nowhere yet.
        confirmations: fingerprint of a warning -> the officer's reason.
        remarks: path -> why the collecting office returned the record at this question.
        competing: path -> other values of the same answer.
        csdlqg: path -> the value the police read in the national population database.
        versions: document id -> the server's version of it that the officer has before the eyes.
        is_changed: were answers changed since the record was handed in last?
        asked: path -> the identity that the police were asked about last; "" where empty.
        scanned: path -> what a card said there; the page adds what it scans.
    """

    definition: FormDefinition
    person_id: PersonId | None
    household_id: HouseholdId | None
    record_id: RecordId | None
    answers: Mapping[str, Answer]
    confirmations: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    competing: Mapping[str, tuple[Competing, ...]] = field(default_factory=dict)
    csdlqg: Mapping[str, str] = field(default_factory=dict)
    status: RecordStatus = RecordStatus.NONE
    check: CheckState = CheckState.NOT_ASKED
    versions: Mapping[str, int] = field(default_factory=dict)
    prefilled: frozenset[str] = frozenset()
    is_changed: bool = False
    asked: Mapping[str, str] = field(default_factory=dict)
    listed: Mapping[str, str] = field(default_factory=dict)
    scanned: Mapping[str, Scan] = field(default_factory=dict)

    @property
    def from_list(self) -> frozenset[str]:
        """Paths whose answer is what the province's base list says."""
        return frozenset(
            path for path, value in self.listed.items() if self.answers.get(path) == value
        )


@dataclass(frozen=True, slots=True)
class SavedForm:
    """Where a save went.

    Attributes:
        opened: the form as the page that saved still holds it. A page that shows nothing new goes
            on with this, so that its next save does not take old answers for edits.
        stored: the form as it is stored. A page that has taken over all of ``came`` goes on with
            this.
        came: path -> stored answer, where it is another than the page gave and had not been edited
            there: it came by sync while the page stood open.
        findings: every remark about what is stored, the duplicate number included.
    """

    person_id: PersonId
    household_id: HouseholdId
    record_id: RecordId
    opened: OpenedForm
    stored: OpenedForm
    came: Mapping[str, Answer] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Submitted:
    """The record was handed in; ``sent_to_police`` says whether a check was asked with it."""

    submission_id: SubmissionId
    sent_to_police: bool
    saved: SavedForm


@dataclass(frozen=True, slots=True)
class NotReady:
    """The record is saved and cannot be handed in yet.

    There are errors, or warnings without a reason, or answers that came from another device and
    that nobody has looked at here (``saved.came``).
    """

    findings: tuple[Finding, ...]
    saved: SavedForm


@unique
class TodoKind(Enum):
    """Why something waits for the officer."""

    RETURNED = "returned"  # the collecting office sent it back at a question
    DIFFERS = "differs"  # the police found another value in the CSDLQG
    NUMBER = "number"  # the police gave a personal ID number
    NOT_FOUND = "not_found"  # the police found nobody
    CLASH = "clash"  # another device edited the same answer
    OF_AGE = "of_age"  # too old for the child's form, and no sheet about the worker yet
    HELD = "held"  # the server refused a change


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do; opening it opens the form at ``path``.

    Attributes:
        text: the reason given, or the other value.
        form_id: the form it is about; "" for the one that the person has anyway.
    """

    kind: TodoKind
    person_id: PersonId | None
    full_name: str
    path: str
    question_vi: str
    text: str
    at: str
    form_id: str = ""
