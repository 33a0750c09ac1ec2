"""Calls that fail one after the other: the first, the second … until the work passes untouched.

``python -m tests.crash.faulting OPERATION FOLDER {FAULT EVERY}`` runs in a process on the disk that
fails when told, and prints what it found: for each fault a line of JSON.
"""

# ruff: noqa: ARG002  every operation has the same methods
from __future__ import annotations

import errno
import json
import shutil
import sys
import traceback
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.backups import BackupOutcome
from desktop.domain.ledger import Action
from desktop.domain.users import UserRole
from desktop.errors import AppError, ExternalError, Problem
from desktop.services.backups import Backups
from desktop.services.unlocking import create_register
from desktop.services.users import Users
from desktop.store import keys, ledger, restoring
from desktop.store.folder import key_path
from desktop.store.register import Register
from desktop.store.snapshots import list_snapshots, snapshots_folder
from tests.crash.judging import (
    CHEAP,
    NOW,
    PASSPHRASES,
    names_of,
    opened,
    require_goes_on,
    require_whole,
)
from tests.crash.scenarios import new_register
from tests.desktop.store.edits import an_id, household, person
from tests.desktop.store.released import PASSPHRASE, USER_NAME, released
from tests.support import disk
from tests.support.disk import Call

#: What an officer may be told when the disk fails; anything else is a mistake of ours.
TOLD = frozenset(
    {
        Problem.DISK_FULL,
        Problem.STORE_FAILED,
        Problem.FOLDER_NOT_WRITABLE,
        Problem.BACKUP_FOLDER_FULL,
        Problem.BACKUP_FOLDER_READ_ONLY,
    }
)
#: What cannot be read is damaged, as far as anybody can tell.
UNREADABLE = TOLD | {Problem.REGISTER_DAMAGED, Problem.SNAPSHOT_DAMAGED}
_NEW_PASSPHRASE = "một hai ba bốn năm sáu"
_SMALL_LOG = "PRAGMA wal_autocheckpoint = 1"


@dataclass(frozen=True, slots=True)
class Fault:
    """What fails, how often, and whether once more a little later."""

    calls: Call
    error: int
    times: int = 1
    again: int = 0
    is_short: bool = False


_EVER = 1_000_000
FAULTS: Mapping[str, Fault] = {
    "full": Fault(Call.WRITE, errno.ENOSPC, is_short=True),
    "write": Fault(Call.WRITE, errno.EIO),
    "flush": Fault(Call.SYNC, errno.EIO),
    "truncate": Fault(Call.TRUNCATE, errno.EIO),
    "rename": Fault(Call.RENAME, errno.EIO),
    "open": Fault(Call.OPEN, errno.EIO),
    "remove": Fault(Call.UNLINK, errno.EIO),
    "folder": Fault(Call.MKDIR, errno.ENOSPC),
    "read": Fault(Call.READ, errno.EIO),
    # From then on, until the work has given up.
    "full for good": Fault(
        Call.WRITE | Call.TRUNCATE | Call.MKDIR | Call.SYNC, errno.ENOSPC, times=_EVER
    ),
    "dead": Fault(
        Call.WRITE | Call.TRUNCATE | Call.SYNC | Call.RENAME | Call.UNLINK | Call.OPEN | Call.MKDIR,
        errno.EIO,
        times=_EVER,
    ),
    # One while the one before is being mended.
    **{
        f"twice, {gap} between": Fault(
            Call.WRITE | Call.SYNC | Call.TRUNCATE | Call.RENAME | Call.UNLINK,
            errno.EIO,
            again=gap + 1,
        )
        for gap in range(4)
    },
}


class Operation(ABC):
    """Work that meets faults."""

    def prepare(self, folder: Path) -> None:
        """Once, on a sound disk."""
        new_register(folder).close()

    def begin(self, folder: Path) -> Register | None:
        """Each time, on a sound disk: what is open before the faults come."""
        return opened(folder)

    @abstractmethod
    def act(self, folder: Path, register: Register | None) -> None:
        """On the disk that fails."""

    def settle(self, register: Register | None, *, has_failed: bool) -> None:
        """On a sound disk again, with what is still open."""
        if register is not None:
            require_whole(register)
            require_goes_on(register)
            register.close()

    @abstractmethod
    def judge(self, folder: Path, *, has_failed: bool, is_single: bool) -> None:
        """What is there afterwards."""


class Save(Operation):
    """One save with its checkpoint; when it fails nothing of it is there, now or later."""

    def begin(self, folder: Path) -> Register:
        """With a log that is emptied at each save."""
        register = opened(folder)
        with register.writing() as transaction:
            transaction.driver.execute(_SMALL_LOG)
        return register

    def act(self, folder: Path, register: Register | None) -> None:
        """A home."""
        assert register is not None
        one = an_id()
        edits = [household(an_id(), code="1"), person(one, full_name="Lê Thử", dwelling="x" * 9000)]
        register.save(edits, author="Lan", at=NOW, action="record.save")

    def settle(self, register: Register | None, *, has_failed: bool) -> None:
        """Not there for readers either."""
        assert register is not None
        assert ("Lê Thử" in names_of(register).values()) is not has_failed
        super().settle(register, has_failed=has_failed)

    def judge(self, folder: Path, *, has_failed: bool, is_single: bool) -> None:
        """Whole or not at all, as was said."""
        with opened(folder) as register:
            require_whole(register)
            assert ("Lê Thử" in names_of(register).values()) is not has_failed


class Close(Save):
    """A save, then the end of the session: the end may fail, the save was acknowledged."""

    def act(self, folder: Path, register: Register | None) -> None:
        """The disk fails while it closes."""
        assert register is not None
        disk.pause()
        super().act(folder, register)
        disk.resume()
        register.close()

    def settle(self, register: Register | None, *, has_failed: bool) -> None:
        """It is closed whatever happened."""
        assert register is not None
        register.close()

    def judge(self, folder: Path, *, has_failed: bool, is_single: bool) -> None:
        """The save is there."""
        assert not has_failed
        super().judge(folder, has_failed=False, is_single=is_single)


class Open(Operation):
    """Opening after a session that was cut."""

    def prepare(self, folder: Path) -> None:
        """The log holds saves that the file does not."""
        whole = folder.with_name("whole")
        with new_register(whole):
            shutil.copytree(whole, folder, ignore=shutil.ignore_patterns("*.lock", "*-shm"))

    def begin(self, folder: Path) -> None:
        """Nothing is open."""

    def act(self, folder: Path, register: Register | None) -> None:
        """Open and close."""
        opened(folder).close()

    def judge(self, folder: Path, *, has_failed: bool, is_single: bool) -> None:
        """It opens now."""
        with opened(folder) as register:
            require_whole(register)
            assert list(names_of(register).values()).count("Lê Trước") == 6
            require_goes_on(register)


class Create(Operation):
    """The first start."""

    def prepare(self, folder: Path) -> None:
        """Nothing is there."""
        folder.mkdir()

    def begin(self, folder: Path) -> None:
        """Nothing is open."""

    def act(self, folder: Path, register: Register | None) -> None:
        """Make it."""
        passphrase = PASSPHRASES["Lan"]
        create_register(folder, user_name="Lan", passphrase=passphrase, cost=CHEAP).close()

    def judge(self, folder: Path, *, has_failed: bool, is_single: bool) -> None:
        """It is there, or can be made."""
        if has_failed:
            try:
                opened(folder).close()
            except AppError as error:
                assert error.problem is Problem.REGISTER_MISSING, error
                self.act(folder, None)
        with opened(folder) as register:
            require_whole(register)
            require_goes_on(register)


class Migrate(Operation):
    """A register of the first schema is opened."""

    def prepare(self, folder: Path) -> None:
        """As it was released."""
        released(1, folder)

    def begin(self, folder: Path) -> None:
        """Nothing is open."""

    def act(self, folder: Path, register: Register | None) -> None:
        """Open it."""
        opened(folder, user_name=USER_NAME, passphrase=PASSPHRASE).close()

    def judge(self, folder: Path, *, has_failed: bool, is_single: bool) -> None:
        """It opens now, with everybody."""
        with opened(folder, user_name=USER_NAME, passphrase=PASSPHRASE) as register:
            require_whole(register)
            assert len(names_of(register)) >= 3
            require_goes_on(register)


def _users(register: Register) -> Users:
    return Users(register=register, author="Lan", clock=lambda: NOW, cost=CHEAP)


def _lines_of(register: Register, action: Action, user_name: str = "") -> int:
    """How many lines tell of it."""
    objects = [("user", user_name)] if user_name else []
    return sum(
        line.action == action and set(objects) <= set(line.objects)
        for line in ledger.lines(register, limit=1000)
    )


class ChangePassphrase(Operation):
    """When it fails the old one opens, unless the disk also kept it from being put back."""

    def act(self, folder: Path, register: Register | None) -> None:
        """Another passphrase."""
        assert register is not None
        _users(register).change_passphrase(old=PASSPHRASES["Lan"], new=_NEW_PASSPHRASE)

    def judge(self, folder: Path, *, has_failed: bool, is_single: bool) -> None:
        """Exactly one of both opens, on either copy."""
        opens = []
        for passphrase in (PASSPHRASES["Lan"], _NEW_PASSPHRASE):
            try:
                with opened(folder, passphrase=passphrase) as register:
                    require_whole(register)
                    written = _lines_of(register, Action.USER_PASSPHRASE, "Lan")
            except AppError as error:
                assert error.problem is Problem.WRONG_PASSPHRASE, error
            else:
                opens.append(passphrase)
                assert written == (passphrase == _NEW_PASSPHRASE), f"{written} lines"
        assert len(opens) == 1, f"{len(opens)} passphrases open"
        if not has_failed:
            assert opens == [_NEW_PASSPHRASE], "the old passphrase opens"
        elif is_single:
            assert opens == [PASSPHRASES["Lan"]], "the new passphrase opens, though it was refused"


class AddUser(Operation):
    """One more opens, or not; the first always does."""

    def act(self, folder: Path, register: Register | None) -> None:
        """Mai comes."""
        assert register is not None
        _users(register).add(user_name="Mai", passphrase=PASSPHRASES["Mai"], role=UserRole.OFFICER)

    def judge(self, folder: Path, *, has_failed: bool, is_single: bool) -> None:
        """Lan opens; Mai when it was said. The ledger tells of it when it is so."""
        with opened(folder) as register:
            require_whole(register)
            is_there = "Mai" in [user.name for user in _users(register).list()]
            assert _lines_of(register, Action.USER_ADD, "Mai") == is_there
        if is_single or not has_failed:
            assert is_there is not has_failed
        if not has_failed:
            opened(folder, user_name="Mai").close()


class Remove(Operation):
    """A user goes, and the key changes."""

    def prepare(self, folder: Path) -> None:
        """Two users."""
        with new_register(folder) as register:
            _users(register).add(
                user_name="Mai", passphrase=PASSPHRASES["Mai"], role=UserRole.OFFICER
            )

    def act(self, folder: Path, register: Register | None) -> None:
        """Mai goes."""
        assert register is not None
        _users(register).remove(user_name="Mai")

    def judge(self, folder: Path, *, has_failed: bool, is_single: bool) -> None:
        """Lan opens; Mai only when it failed, and the change of the key can be made up for."""
        with opened(folder) as register:
            require_whole(register)
            users = _users(register)
            if has_failed:
                with suppress(AppError):
                    users.remove(user_name="Mai")
                if keys.is_rotation_due(key_path(folder)):
                    users.change_key()
            require_goes_on(register)
            assert _lines_of(register, Action.USER_REMOVE, "Mai") == 1
            assert _lines_of(register, Action.KEY_CHANGED) >= 1
        try:
            opened(folder, user_name="Mai").close()
        except AppError as error:
            assert error.problem is Problem.WRONG_PASSPHRASE, error
        else:
            raise AssertionError("a removed user opens")
        with opened(folder) as register:
            require_whole(register)
        assert not list(folder.glob("*.rekeyed*"))


class Backup(Operation):
    """A snapshot that fails is told as a result, and is not there; older ones are."""

    def prepare(self, folder: Path) -> None:
        """There is one already."""
        with new_register(folder) as register:
            assert Backups(register=register, clock=lambda: NOW).now().snapshot is not None

    def act(self, folder: Path, register: Register | None) -> None:
        """Another."""
        assert register is not None
        result = Backups(register=register, clock=lambda: NOW).now()
        if result.outcome is BackupOutcome.FAILED:
            assert result.problem is not None
            raise ExternalError(result.problem)

    def judge(self, folder: Path, *, has_failed: bool, is_single: bool) -> None:
        """Everything listed can be gone back to."""
        with opened(folder) as register, register.lending_key() as key:
            require_whole(register)
            listed = list_snapshots(snapshots_folder(folder))
            assert len(listed) >= (1 if has_failed else 2)
            for snapshot in listed:
                restoring.preview(folder, snapshot.path, snapshot_key=key, key=key)
            assert Backups(register=register, clock=lambda: NOW).now().problem is None


class Restore(Backup):
    """Going back: the register is the old one or the new one, and nothing is lost in either."""

    def begin(self, folder: Path) -> None:
        """It is closed everywhere."""
        with opened(folder) as register, register.lending_key() as lent:
            self._key = lent.copy()

    def act(self, folder: Path, register: Register | None) -> None:
        """To the only snapshot."""
        path = list_snapshots(snapshots_folder(folder))[0].path
        restoring.restore(folder, path, snapshot_key=self._key, key=self._key, author="Lan", at=NOW)

    def judge(self, folder: Path, *, has_failed: bool, is_single: bool) -> None:
        """Everybody is there."""
        with opened(folder) as register:
            require_whole(register)
            assert list(names_of(register).values()).count("Lê Trước") == 6
            require_goes_on(register)
        if has_failed:
            self.begin(folder)
            self.act(folder, None)
            with opened(folder) as register:
                require_whole(register)
                assert list(names_of(register).values()).count("Lê Trước") == 7


OPERATIONS: Mapping[str, Callable[[], Operation]] = {
    "save": Save,
    "close": Close,
    "open": Open,
    "create": Create,
    "migrate": Migrate,
    "passphrase": ChangePassphrase,
    "add user": AddUser,
    "remove user": Remove,
    "backup": Backup,
    "restore": Restore,
}


def run(operation: Operation, fault: Fault, place: Path, *, every: int) -> dict[str, object]:
    """Every ``every``-th call fails in its turn; how many did, what was told, what was wrong."""
    template = place / "template"
    operation.prepare(template)
    tried, number = 0, 1
    told: Counter[str] = Counter()
    wrong: list[str] = []
    while True:
        folder = place / "disk"
        shutil.copytree(template, folder)
        disk.trace(folder)
        failed = 0
        try:
            failed = _once(operation, fault, folder, number, told)
        except Exception:  # noqa: BLE001  whatever it is, it is what is searched for
            failed = max(1, disk.heal())
            wrong.append(f"call {number}: {traceback.format_exc(limit=-6)}")
        shutil.rmtree(folder)
        if not failed:
            return {"tried": tried, "told": dict(told), "wrong": wrong}
        tried += 1
        number += every


def _once(operation: Operation, fault: Fault, folder: Path, number: int, told: Counter[str]) -> int:
    register = operation.begin(folder)
    disk.fail(
        fault.calls,
        first=number,
        error=fault.error,
        times=fault.times,
        again=fault.again,
        is_short=fault.is_short,
    )
    has_failed = False
    try:
        operation.act(folder, register)
    except AppError as error:
        has_failed = True
        told[error.problem.value] += 1
        if error.problem not in (UNREADABLE if fault.calls & Call.READ else TOLD):
            raise
    failed = disk.heal()
    operation.settle(register, has_failed=has_failed)
    is_single = fault.times == 1 and not fault.again
    operation.judge(folder, has_failed=has_failed, is_single=is_single)
    return failed


def main() -> None:
    """In a process of its own."""
    name, place, *rest = sys.argv[1:]
    for number, (fault, every) in enumerate(zip(rest[::2], rest[1::2], strict=True)):
        within = Path(place) / str(number)
        within.mkdir()
        found = run(OPERATIONS[name](), FAULTS[fault], within, every=int(every))
        print(json.dumps(found | {"fault": fault}), flush=True)


if __name__ == "__main__":
    main()
