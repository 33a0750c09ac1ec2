"""The ledger: what is written down about people's work with a register, and what checking it finds.

A line tells who did what to which object, when, and for what purpose where one is asked. It holds
no value of any person: documents stand in it by their ids.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum, unique

_WITNESS = re.compile(r"(\d{1,12}):([0-9a-f]{64})")
#: Who stands in lines about what nobody asked for.
PROGRAM = "so-an-sinh"
#: Longest purpose that is kept, in characters.
LONGEST_PURPOSE = 200


@unique
class Action(StrEnum):
    """Everything that is written down; what a released program wrote never changes its name."""

    REGISTER_CREATE = "register.create"
    REGISTER_OPEN = "register.open"
    REGISTER_CLOSE = "register.close"
    REGISTER_MIGRATE = "register.migrate"
    REGISTER_RESTORE = "register.restore"
    PERSON_VIEW = "person.view"
    RECORD_VIEW = "record.view"  # of a restricted data set; written where few read it
    CHECK_VIEW = "check.view"
    SUBMISSION_VIEW = "submission.view"
    PEOPLE_SEARCH = "people.search"
    RECORD_SAVE = "record.save"
    PERSON_PRELOAD = "person.preload"
    PERSON_ADOPT = "person.adopt_csdlqg"
    RECORD_SUBMIT = "record.submit"
    CLASH_DECIDE = "clash.decide"
    CHANGE_DROP = "change.drop"
    DOCUMENT_DELETE = "document.delete"
    DOCUMENT_RESTORE = "document.restore"
    PERSON_MERGE = "person.merge"
    PERSON_UNMERGE = "person.unmerge"
    PERSON_DISTINCT = "person.distinct"
    PERSON_MOVE_OUT = "person.move_out"
    PERSON_MOVE_CANCEL = "person.move_cancel"
    PERSON_RECEIVE = "person.receive"
    HOUSEHOLD_EDIT = "household.edit"
    MEMBER_ADD = "household.member_add"
    MEMBER_EDIT = "household.member_edit"
    PERSON_HOUSEHOLD = "person.household"
    PERSON_DEATH = "person.death"
    PERSON_DEPARTURE = "person.departure"
    PERSON_ARRIVAL = "person.arrival"
    PERSON_CORRECT = "person.correct"
    HOUSEHOLD_SPLIT = "household.split"
    HOUSEHOLD_MERGE = "household.merge"
    EVENT_UNDO = "event.undo"
    CHECK_ASK = "check.ask"
    CHECK_ANSWER = "check.answer"
    SUBMISSION_ACCEPTED = "submission.accepted"
    SUBMISSION_RETURNED = "submission.returned"
    DEVICE_ENROL = "device.enrol"
    DEVICE_LEAVE = "device.leave"
    DEVICE_TOKEN_REUSED = "device.token_reused"
    SYNC_RUN = "sync.run"
    SYNC_RECEIVE = "sync.receive"
    PARCEL_WRITE = "parcel.write"
    PARCEL_READ = "parcel.read"
    PARCEL_CARRY = "parcel.carry"
    PACK_RECEIVE = "pack.receive"
    PACK_APPLY = "pack.apply"
    PACK_REFUSE = "pack.refuse"
    KEY_WRONG_TRIES = "key.wrong_tries"
    KEY_FILE_MENDED = "key.file_mended"
    KEY_FILE_OLDER = "key.file_older"
    KEY_COST_RAISED = "key.cost_raised"
    KEY_CHANGE = "key.change"
    KEY_CHANGED = "key.changed"
    KEY_CHANGE_SETTLED = "key.change_settled"
    KEY_PRINTED_CODE = "key.printed_code"
    KEY_PRINTED_CODE_CONFIRMED = "key.printed_code_confirmed"
    KEY_PROVINCE = "key.province"
    KEY_RECOVERED = "key.recovered"
    USER_ADD = "user.add"
    USER_PASSPHRASE = "user.passphrase"
    USER_PASSPHRASE_RESET = "user.passphrase_reset"
    USER_REMOVE = "user.remove"
    PERMISSION_GRANT = "permission.grant"
    PERMISSION_BY_PROVINCE = "permission.by_province"
    PERMISSION_REVOKE = "permission.revoke"
    BACKUP_TAKE = "backup.take"
    BACKUP_FAILED = "backup.failed"
    DOCTOR_EXPORT = "doctor.export"
    LEDGER_VERIFY = "ledger.verify"
    LEDGER_EXPORT = "ledger.export"
    DIFFERENCE_LIST_EXPORT = "difference.list_export"
    LOT_DECIDE = "lot.decide"
    LOT_DRAW = "lot.draw"
    CHECK_TELL = "check.tell"
    DIFFERENCE_REOPEN = "difference.reopen"
    DIFFERENCE_SETTLE = "difference.settle"
    CHECK_LIST_EXPORT = "check.list_export"
    PEOPLE_LIST_EXPORT = "people.list_export"


@unique
class ActionGroup(Enum):
    """Kinds of actions, as one looks for them."""

    VIEWS = "views"
    SEARCHES = "searches"
    CHANGES = "changes"
    DECISIONS = "decisions"
    SYNC = "sync"
    OPENING = "opening"
    KEYS = "keys"
    BACKUPS = "backups"
    EXPORTS = "exports"


#: Every action belongs to one group.
GROUPS: Mapping[ActionGroup, frozenset[Action]] = {
    ActionGroup.VIEWS: frozenset(
        {Action.PERSON_VIEW, Action.RECORD_VIEW, Action.CHECK_VIEW, Action.SUBMISSION_VIEW}
    ),
    ActionGroup.SEARCHES: frozenset({Action.PEOPLE_SEARCH}),
    ActionGroup.CHANGES: frozenset(
        {
            Action.RECORD_SAVE,
            Action.PERSON_PRELOAD,
            Action.PERSON_ADOPT,
            Action.RECORD_SUBMIT,
            Action.HOUSEHOLD_EDIT,
            Action.MEMBER_ADD,
            Action.MEMBER_EDIT,
        }
    ),
    ActionGroup.DECISIONS: frozenset(
        {
            Action.CHECK_ASK,
            Action.CHECK_ANSWER,
            Action.SUBMISSION_ACCEPTED,
            Action.SUBMISSION_RETURNED,
            Action.CLASH_DECIDE,
            Action.CHANGE_DROP,
            Action.LOT_DECIDE,
            Action.LOT_DRAW,
            Action.CHECK_TELL,
            Action.DIFFERENCE_REOPEN,
            Action.DIFFERENCE_SETTLE,
            Action.DOCUMENT_DELETE,
            Action.DOCUMENT_RESTORE,
            Action.PERSON_MERGE,
            Action.PERSON_UNMERGE,
            Action.PERSON_DISTINCT,
            Action.PERSON_MOVE_OUT,
            Action.PERSON_MOVE_CANCEL,
            Action.PERSON_RECEIVE,
            Action.PERSON_HOUSEHOLD,
            Action.PERSON_DEATH,
            Action.PERSON_DEPARTURE,
            Action.PERSON_ARRIVAL,
            Action.PERSON_CORRECT,
            Action.HOUSEHOLD_SPLIT,
            Action.HOUSEHOLD_MERGE,
            Action.EVENT_UNDO,
        }
    ),
    ActionGroup.SYNC: frozenset(
        {
            Action.DEVICE_ENROL,
            Action.DEVICE_LEAVE,
            Action.DEVICE_TOKEN_REUSED,
            Action.SYNC_RUN,
            Action.SYNC_RECEIVE,
            Action.PARCEL_WRITE,
            Action.PARCEL_READ,
            Action.PARCEL_CARRY,
            Action.PACK_RECEIVE,
            Action.PACK_APPLY,
            Action.PACK_REFUSE,
        }
    ),
    ActionGroup.OPENING: frozenset(
        {
            Action.REGISTER_CREATE,
            Action.REGISTER_OPEN,
            Action.REGISTER_CLOSE,
            Action.KEY_WRONG_TRIES,
        }
    ),
    ActionGroup.KEYS: frozenset(
        {
            Action.KEY_FILE_MENDED,
            Action.KEY_FILE_OLDER,
            Action.KEY_COST_RAISED,
            Action.KEY_CHANGE,
            Action.KEY_CHANGED,
            Action.KEY_CHANGE_SETTLED,
            Action.KEY_PRINTED_CODE,
            Action.KEY_PRINTED_CODE_CONFIRMED,
            Action.KEY_PROVINCE,
            Action.KEY_RECOVERED,
            Action.USER_ADD,
            Action.USER_PASSPHRASE,
            Action.USER_PASSPHRASE_RESET,
            Action.USER_REMOVE,
            Action.PERMISSION_GRANT,
            Action.PERMISSION_BY_PROVINCE,
            Action.PERMISSION_REVOKE,
        }
    ),
    ActionGroup.BACKUPS: frozenset(
        {
            Action.REGISTER_MIGRATE,
            Action.REGISTER_RESTORE,
            Action.BACKUP_TAKE,
            Action.BACKUP_FAILED,
        }
    ),
    ActionGroup.EXPORTS: frozenset(
        {
            Action.DOCTOR_EXPORT,
            Action.LEDGER_VERIFY,
            Action.LEDGER_EXPORT,
            Action.DIFFERENCE_LIST_EXPORT,
            Action.CHECK_LIST_EXPORT,
            Action.PEOPLE_LIST_EXPORT,
        }
    ),
}


@unique
class SearchKind(Enum):
    """By what somebody looked for people; never what was typed."""

    NAME = "name"
    NUMBER = "number"
    FILTER = "filter"


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line.

    Attributes:
        at: instant in UTC (ISO 8601).
        action: an ``Action`` value, or one of a program that is newer than this one.
        objects: pairs of a kind and a name, such as a document's type and id.
        purpose: "" where none was asked.
    """

    n: int
    at: str
    by: str
    action: str
    objects: tuple[tuple[str, str], ...] = ()
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """Which lines are wanted; everything left out matches.

    Attributes:
        actions: any of these; empty: all.
        first_day, last_day: days in Việt Nam, both included.
        objects: lines that name any of these ids; empty: all.
    """

    by: str = ""
    actions: frozenset[str] = frozenset()
    first_day: date | None = None
    last_day: date | None = None
    objects: tuple[str, ...] = ()


@unique
class FaultKind(Enum):
    """What can be wrong with a line."""

    CHANGED = "changed"  # its text or its hash is not what was written
    MISSING = "missing"  # a number between others is not there
    MOVED = "moved"  # the line tells another number than its own
    ADDED = "added"  # a line that the register did not write
    CUT = "cut"  # the last lines are not there
    RESTRICTED = "restricted"  # the ledger of what is restricted, from this line of it
    REWRITTEN = "rewritten"  # sound in itself, but not what a witness saw


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """Something wrong, from line ``n`` to ``last``."""

    n: int
    kind: FaultKind
    last: int


@dataclass(frozen=True, slots=True)
class Witness:
    """The number and hash of a line as somebody outside the register noted it."""

    n: int
    hash: str

    def __str__(self) -> str:
        return f"{self.n}:{self.hash}"

    @staticmethod
    def parsed(text: str) -> Witness | None:
        """``N:HASH`` as it was printed; ``None`` for anything else."""
        found = _WITNESS.fullmatch(text.strip().lower())
        return None if found is None else Witness(int(found[1]), found[2])


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """What checking the whole chain found.

    Attributes:
        lines: how many lines there are.
        head: the last line's number and hash, to be noted elsewhere.
        faults: in the order of their numbers, at most ``MOST_FAULTS``.
        witnesses: how many witnesses were asked and agree.
    """

    lines: int
    head: Witness
    faults: tuple[LedgerFault, ...] = ()
    witnesses: int = 0

    @property
    def is_sound(self) -> bool:
        """Is the whole ledger as it was written?"""
        return not self.faults

    @property
    def broken_at(self) -> int | None:
        """Number of the first line that is not what was written."""
        return None if self.is_sound else self.faults[0].n


#: So many faults tell enough.
MOST_FAULTS = 100


def objects_of_document(objects: Sequence[tuple[str, str]], kind: str) -> list[str]:
    """The ids of one kind of document in a line."""
    return [name for found, name in objects if found == kind]
