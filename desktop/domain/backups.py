"""Snapshots of a register: what they are, which stay, and what going back to one would mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, unique
from pathlib import Path
from typing import TypeVar

from desktop.errors import Problem


@unique
class SnapshotReason(Enum):
    """Why a snapshot was taken; part of its name."""

    CLOSE = "close"
    ASKED = "asked"
    SCHEDULE = "schedule"
    MIGRATION = "migration"
    REKEY = "rekey"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder that opens as a register with the passphrases of its time.

    Attributes:
        taken_at: UTC.
        documents: type -> how many; empty when its description is damaged or gone.
        unsent: changes that had no receipt.
        schema: of the database; 0 when not known.
        size: bytes of the database.
    """

    path: Path
    taken_at: datetime
    reason: SnapshotReason
    documents: Mapping[str, int]
    unsent: int
    schema: int
    size: int

    @property
    def name(self) -> str:
        """What it is called among the others."""
        return self.path.name


@dataclass(frozen=True, slots=True)
class KeepRule:
    """Of the newest ``count`` stretches of ``every`` in which there is a snapshot, the last one.

    Attributes:
        every: zero for each single snapshot.
        why: the reason, for those who ask for another rule.
    """

    every: timedelta
    count: int
    why: str


#: What stays of the snapshots in one place.
KEEP_RULES = (
    KeepRule(timedelta(0), 3, "a snapshot may be of a moment after the mistake: go further back"),
    KeepRule(timedelta(days=1), 7, "a mistake is mostly noticed within the same week"),
    KeepRule(timedelta(days=7), 4, "monthly lists are compared with those of the month before"),
)
#: Those before a change of schema or key stay so long: what went wrong is noticed in use.
KEEP_BEFORE_CHANGES = timedelta(days=30)
_BEFORE_CHANGES = frozenset(
    {SnapshotReason.MIGRATION, SnapshotReason.REKEY, SnapshotReason.RESTORE}
)

_Kept = TypeVar("_Kept", bound=Snapshot)


def to_remove(snapshots: Iterable[_Kept], *, now: datetime) -> list[_Kept]:
    """Those no rule keeps, oldest first."""
    newest_first = sorted(snapshots, key=lambda one: one.taken_at, reverse=True)
    kept = {
        one.path
        for one in newest_first
        if one.reason in _BEFORE_CHANGES and now - one.taken_at <= KEEP_BEFORE_CHANGES
    }
    for rule in KEEP_RULES:
        kept |= {one.path for one in _last_of_each(newest_first, rule)}
    return [one for one in reversed(newest_first) if one.path not in kept]


def _last_of_each(newest_first: Sequence[_Kept], rule: KeepRule) -> list[_Kept]:
    if not rule.every:
        return list(newest_first[: rule.count])
    last: dict[int, _Kept] = {}
    for one in newest_first:
        last.setdefault(int(one.taken_at.timestamp() // rule.every.total_seconds()), one)
    return list(last.values())[: rule.count]


@unique
class BackupOutcome(Enum):
    """What came of a backup."""

    DONE = "done"
    NOTHING_NEW = "nothing_new"
    TOO_SOON = "too_soon"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BackupResult:
    """What came of a backup; older snapshots are what they were in any case.

    Attributes:
        problem: why it failed, ``None`` when it did not.
    """

    outcome: BackupOutcome
    snapshot: Snapshot | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class RegisterState:
    """How far a register is.

    Attributes:
        documents: type -> how many.
        unsent: changes without a receipt.
        last_line: number of the last line of the ledger.
        last_line_hash: its hash (hexadecimal): a witness of the ledger up to there.
    """

    schema: int
    documents: Mapping[str, int]
    unsent: int
    last_line: int
    last_line_hash: str = ""


@dataclass(frozen=True, slots=True)
class RestorePreview:
    """What going back to a snapshot would mean.

    Attributes:
        present: ``None`` when the register cannot be read: then nothing can be said about it.
        unsent_since: changes made since that only the present register has. They are carried over
            unless the officer declines.
        sent_since: changes made since that the server has: the next sync brings them back.
        sent_twice: changes that wait in the snapshot and have a receipt in the present register:
            they are sent again and the server, which knows their ids, does not apply them again.
        lines_since: lines of the ledger that only the register set aside will have.
    """

    snapshot: RegisterState
    present: RegisterState | None
    unsent_since: int
    sent_since: int
    sent_twice: int
    lines_since: int
