"""Snapshots of an open register: on closing, when asked, and to a second folder on a schedule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from desktop.domain.backups import BackupOutcome, BackupResult, Snapshot, SnapshotReason
from desktop.domain.ledger import PROGRAM, Action
from desktop.errors import ExternalError, Problem
from desktop.store import ledger
from desktop.store.folder import register_path
from desktop.store.register import Register
from desktop.store.snapshots import is_copied, list_snapshots, snapshots_folder, take_snapshot
from sync.protocol.ids import new_epoch

#: Between snapshots on closing: the window is locked many times a day, and each is a whole copy.
MIN_INTERVAL = timedelta(hours=4)
#: How often the second folder is due, unless the office chose otherwise.
EVERY_DAYS = 7

_SECOND, _FAILED, _ID = "backup_second", "backup_failed", "register_id"
_HOURS = "backup_every_hours"
_OWN_FOLDER = "so-an-sinh"
_PROBLEMS = {
    Problem.DISK_FULL: Problem.BACKUP_FOLDER_FULL,
    Problem.FOLDER_NOT_WRITABLE: Problem.BACKUP_FOLDER_READ_ONLY,
}
_Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SecondFolder:
    """Where else snapshots go.

    Attributes:
        done_at: instant of the last one, "" if never.
    """

    folder: Path
    every_days: int
    done_at: str


class _Second(msgspec.Struct, frozen=True):
    folder: str
    every_days: int
    done_at: str = ""


class Backups:
    """Snapshots of this register. A failure is a result, never an exception.

    ``author`` is who asks for them; what is done by a schedule is the program's doing.
    """

    def __init__(
        self, *, register: Register, clock: Callable[[], datetime], author: str = PROGRAM
    ) -> None:
        self._register = register
        self._clock = clock
        self._author = author

    def list(self) -> list[Snapshot]:
        """All that can be reached now, newest first."""
        found = list_snapshots(snapshots_folder(self._register.folder))
        if (second := self.second_folder()) is not None:
            found += list_snapshots(self._second_place(second.folder))
        return sorted(found, key=lambda one: one.taken_at, reverse=True)

    def on_close(self, *, progress: _Progress | None = None) -> BackupResult:
        """To be called before the register closes: a snapshot if one is due, here and there."""
        second = self.if_due(progress=progress)
        own = self._on_close(progress)
        return second if second.outcome is BackupOutcome.FAILED else own

    def now(self, *, progress: _Progress | None = None) -> BackupResult:
        """A snapshot beside the register, whatever there is already."""
        place = snapshots_folder(self._register.folder)
        return self._take(place, SnapshotReason.ASKED, progress)

    def keep_in(self, folder: Path | None, *, every_days: int = EVERY_DAYS) -> None:
        """From now on also in this folder (a USB stick, another disk); ``None``: no more."""
        second = None if folder is None else _Second(str(folder.absolute()), max(1, every_days))
        identity = self._register.meta(_ID) or new_epoch()
        self._register.set_meta({_SECOND: _text(second), _ID: identity})

    def keep_every(self, hours: int) -> None:
        """From now on also while the program is open, so often; 0: only when it is closed."""
        self._register.set_meta({_HOURS: str(hours) if hours > 0 else None})

    def every_hours(self) -> int:
        """How often while the program is open; 0: only when it is closed."""
        return int(self._register.meta(_HOURS) or 0)

    def while_open(self, *, progress: _Progress | None = None) -> BackupResult:
        """To be called every minute or so: what is due by the schedule, beside the work.

        The second folder is served as soon as it is there (its stick was plugged in). That it is
        away is no failure yet: it is told when the program is closed.
        """
        second, there = self.second_folder(), BackupResult(BackupOutcome.TOO_SOON)
        if second is not None and second.folder.is_dir():
            there = self.if_due(progress=progress)
        if there.outcome is BackupOutcome.FAILED or not self._is_own_due():
            return there
        place = snapshots_folder(self._register.folder)
        return self._take(place, SnapshotReason.SCHEDULE, progress)

    def second_folder(self) -> SecondFolder | None:
        """The second folder, if one was chosen."""
        raw = self._register.meta(_SECOND)
        if raw is None:
            return None
        second = msgspec.json.decode(raw, type=_Second)
        return SecondFolder(Path(second.folder), second.every_days, second.done_at)

    def if_due(self, *, progress: _Progress | None = None) -> BackupResult:
        """A snapshot in the second folder, when its time has come."""
        second = self.second_folder()
        if second is None:
            return BackupResult(BackupOutcome.TOO_SOON)
        if second.done_at:
            next_at = datetime.fromisoformat(second.done_at) + timedelta(days=second.every_days)
            if self._clock() < next_at:
                return BackupResult(BackupOutcome.TOO_SOON)
        return self.to_second_folder(progress=progress)

    def to_second_folder(self, *, progress: _Progress | None = None) -> BackupResult:
        """A snapshot in the second folder now."""
        second = self.second_folder()
        if second is None or not second.folder.is_dir():
            return self._failed(Problem.BACKUP_FOLDER_GONE)
        place = self._second_place(second.folder)
        result = self._take(place, SnapshotReason.SCHEDULE, progress)
        if result.outcome is BackupOutcome.DONE:
            done_at = self._clock().isoformat(timespec="seconds")
            kept = _Second(str(second.folder), second.every_days, done_at)
            self._register.set_meta({_SECOND: _text(kept)})
        elif not second.folder.is_dir():  # pulled out meanwhile
            return self._failed(Problem.BACKUP_FOLDER_GONE)
        return result

    def last_failure(self) -> Problem | None:
        """Why the last backup failed; ``None`` when it did not."""
        raw = self._register.meta(_FAILED)
        return None if raw is None else Problem(raw)

    def _is_own_due(self) -> bool:
        """By the hours chosen, and only if something was written since."""
        hours = self.every_hours()
        place = snapshots_folder(self._register.folder)
        newest = next(iter(list_snapshots(place)), None)
        if not hours:
            return False
        if newest is not None:
            age = self._clock() - newest.taken_at
            if timedelta(0) <= age < timedelta(hours=hours):
                return False
        self._register.checkpoint()
        return not is_copied(register_path(self._register.folder), place)

    def _on_close(self, progress: _Progress | None) -> BackupResult:
        place = snapshots_folder(self._register.folder)
        try:
            self._register.checkpoint()
            if is_copied(register_path(self._register.folder), place):
                return BackupResult(BackupOutcome.NOTHING_NEW)
        except ExternalError as error:
            return self._failed(error.problem)
        newest = next(iter(list_snapshots(place)), None)
        # A clock that was set back must not hold snapshots off for years.
        if newest is not None and timedelta(0) <= self._clock() - newest.taken_at < MIN_INTERVAL:
            return BackupResult(BackupOutcome.TOO_SOON)
        return self._take(place, SnapshotReason.CLOSE, progress)

    def _take(
        self, place: Path, reason: SnapshotReason, progress: _Progress | None
    ) -> BackupResult:
        try:
            if self._register.meta(_FAILED) is not None:
                self._register.set_meta({_FAILED: None})
            is_own = place == snapshots_folder(self._register.folder)
            self._note(
                Action.BACKUP_TAKE,
                [("place", "own" if is_own else "second"), ("reason", reason.value)],
            )
            self._register.checkpoint()
            with self._register.lending_key() as key:
                snapshot = take_snapshot(
                    self._register.folder,
                    place,
                    key=key,
                    at=self._clock(),
                    reason=reason,
                    progress=progress,
                )
        except ExternalError as error:
            return self._failed(_PROBLEMS.get(error.problem, error.problem))
        return BackupResult(BackupOutcome.DONE, snapshot=snapshot)

    def _failed(self, problem: Problem) -> BackupResult:
        with suppress(ExternalError):  # a full disk: the result itself still tells
            self._register.set_meta({_FAILED: problem.value})
            self._note(Action.BACKUP_FAILED, [("problem", problem.value)])
        return BackupResult(BackupOutcome.FAILED, problem=problem)

    def _note(self, action: Action, objects: Sequence[tuple[str, str]]) -> None:
        """Before the snapshot is taken: it then holds what the register holds."""
        ledger.note(
            self._register, at=self._clock(), by=self._author, action=action, objects=objects
        )

    def _second_place(self, folder: Path) -> Path:
        """Several offices may share one stick."""
        return folder / _OWN_FOLDER / (self._register.meta(_ID) or "")


def _text(value: _Second | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
