"""Work that is cut: each scenario prepares a folder, works in it in a process of its own, and says
what it promises as it goes; afterwards it judges what a cut left.

``python -m tests.crash.scenarios NAME FOLDER`` does the work.
"""

from __future__ import annotations

import errno
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

from desktop.domain.backups import BackupOutcome
from desktop.domain.drafts import DraftMark, FormDraft
from desktop.domain.ledger import Action
from desktop.domain.users import UserRole
from desktop.errors import AppError, ExternalError, Problem
from desktop.services.backups import Backups
from desktop.services.unlocking import create_register
from desktop.services.users import Users
from desktop.store import connection, key_changes, keys, restoring
from desktop.store.drafts import draft_with_id, end_draft, put_draft
from desktop.store.folder import key_path
from desktop.store.register import Register
from desktop.store.saving import save_groups
from desktop.store.snapshots import list_snapshots, snapshots_folder
from tests.crash.judging import (
    CHEAP,
    NOW,
    PASSPHRASES,
    LostError,
    names_of,
    opened,
    require_goes_on,
    require_promised,
    require_whole,
)
from tests.desktop.store.edits import an_id, household, person, save
from tests.desktop.store.released import PASSPHRASE, USER_NAME, released

Promise = Callable[[str], None]

#: Few pages, so that the log is moved into the file again and again.
_SMALL_LOG = "PRAGMA wal_autocheckpoint = 30"


class Scenario(ABC):
    """One kind of work. The folder is the register's; ``beside`` is also on the disk."""

    def prepare(self, folder: Path) -> None:
        """Before the record begins."""
        new_register(folder).close()

    @abstractmethod
    def work(self, folder: Path, promise: Promise) -> None:
        """Do it, and promise only what was acknowledged."""

    def judge(self, folder: Path, promises: list[str]) -> None:
        """Open what a cut left; raises ``AssertionError``, or the failure to open."""
        with opened(folder) as register:
            require_whole(register)
            require_promised(register, promises)
            require_goes_on(register)
        with opened(folder) as register:
            require_whole(register)


def new_register(folder: Path) -> Register:
    """One of Lan's with a few homes."""
    register = create_register(folder, user_name="Lan", passphrase=PASSPHRASES["Lan"], cost=CHEAP)
    for _ in range(6):
        save(register, household(an_id(), code="1"), person(an_id(), full_name="Lê Trước"))
    return register


def _small_log(register: Register) -> Register:
    with register.writing() as transaction:
        transaction.driver.execute(_SMALL_LOG)
    return register


def _save_home(register: Register, promise: Promise, name: str, *, size: int = 0) -> str:
    one, home = an_id(), an_id()
    promise(f"trying {one} {name}")
    save(
        register,
        household(home, code="1", head_person_id=one),
        person(one, full_name=name, household_id=home, dwelling="x" * size),
    )
    promise(f"saved {one} {name}")
    return one


class Saves(Scenario):
    """New homes and corrections, sessions that close, checkpoints on the way."""

    homes = 24

    def work(self, folder: Path, promise: Promise) -> None:
        """Three sessions."""
        for session in range(3):
            with _small_log(opened(folder)) as register:
                promise("open")
                before = ""
                for number in range(self.homes // 3):
                    name = f"Lê Văn {session}-{number}"
                    one = _save_home(register, promise, name, size=number * 200)
                    if before:
                        promise(f"trying {before} sửa {number}")
                        save(register, person(before, full_name=f"sửa {number}"))
                        promise(f"saved {before} sửa {number}")
                    before = one
                    if number % 5 == 4:
                        register.checkpoint()


class FailingDisk(Scenario):
    """Flushes fail, one or several in a row, and the power is cut later: what a failed flush was
    to write can be read until then, and is gone afterwards."""

    def work(self, folder: Path, promise: Promise) -> None:
        """Each save meets a fault; those that return are promised."""
        from tests.support.disk import Call, fail, heal

        register = _small_log(opened(folder))
        for number in range(20):
            fail(Call.SYNC, first=1 + number % 2, times=1 + number % 5, error=errno.EIO)
            for attempt in range(3):
                with suppress(ExternalError):
                    _save_home(register, promise, f"Lê {number} {attempt}", size=300 * attempt)
            if number % 7 == 6:
                register.close()
            heal()
            if number % 7 == 6:
                register = _small_log(opened(folder))
            _save_home(register, promise, f"Lê Sau {number}")
        register.close()


def _typed(draft_id: str, pause: int) -> FormDraft:
    """The form at this pause: a little longer each time."""
    return FormDraft(
        draft_id=draft_id,
        revision=pause + 1,
        form_id="tt11_2022_m03",
        form_version="2022",
        author="Lan",
        full_name=f"Lê {pause}",
        at=NOW.isoformat(),
        reasons={"note": "x" * 400 * pause},
    )


class HalfTyped(Scenario):
    """A form at every pause of typing; the save that holds it removes it."""

    def work(self, folder: Path, promise: Promise) -> None:
        """Two forms, each typed, then saved."""
        with _small_log(opened(folder)) as register:
            for form in range(2):
                draft = an_id()
                for pause in range(8):
                    promise(f"typing {draft} {pause}")
                    put_draft(register, _typed(draft, pause))
                    promise(f"typed {draft} {pause}")
                promise(f"ending {draft}")
                one, name = an_id(), f"Lê Phiếu {form}"
                promise(f"trying {one} {name}")
                with register.writing() as transaction:
                    edits = [household(an_id(), code="1"), person(one, full_name=name)]
                    save_groups(
                        transaction, [edits], author="Lan", at=NOW, action=Action.RECORD_SAVE
                    )
                    end_draft(transaction.driver, DraftMark(draft, 8))
                promise(f"saved {one} {name}")
                promise(f"ended {draft}")

    def judge(self, folder: Path, promises: list[str]) -> None:
        """Each form is as it was at the last pause, or saved."""
        told: dict[str, list[str]] = {}
        for promise in promises:
            verb, _, rest = promise.partition(" ")
            name, _, pause = rest.partition(" ")
            if verb in ("typing", "typed", "ending", "ended"):
                told[name] = [verb, pause or told[name][1]]
        with opened(folder) as register:
            names = names_of(register).values()
            for form, (name, (verb, pause)) in enumerate(told.items()):
                draft = draft_with_id(register, name)
                is_saved = f"Lê Phiếu {form}" in names
                assert draft is None or not is_saved, "saved, and still half-typed"
                if verb == "ended":
                    assert draft is None
                elif draft is None and not is_saved and (verb, pause) != ("typing", "0"):
                    raise LostError(f"what was typed until pause {pause}")
                elif draft is not None:
                    least = int(pause) - (verb == "typing")
                    if not least <= draft.revision - 1 <= int(pause):
                        raise LostError(f"typed {draft.revision - 1}, promised {pause}")
                    assert draft == _typed(name, draft.revision - 1), "half of it is there"
        super().judge(folder, promises)


class Bulk(Scenario):
    """Thousands at once: two transactions of saves."""

    def work(self, folder: Path, promise: Promise) -> None:
        """Each round is one transaction."""
        with _small_log(opened(folder)) as register:
            for number in range(5):
                names = {an_id(): f"Lê {number}-{n}" for n in range(25)}
                told = "|".join(f"{one} {name}" for one, name in names.items())
                promise("trying " + told)
                saves = [
                    [household(an_id(), code="1"), person(one, full_name=name)]
                    for one, name in names.items()
                ]
                register.save_bulk(saves, author="Lan", at=NOW, action="preload")
                promise("saved " + told)

    def judge(self, folder: Path, promises: list[str]) -> None:
        """A round is there whole or not at all."""
        with opened(folder) as register:
            rounds: dict[str, int] = {}
            for name in names_of(register).values():
                if "-" in name:
                    round_name = name.partition("-")[0]
                    rounds[round_name] = rounds.get(round_name, 0) + 1
        assert set(rounds.values()) <= {25}
        super().judge(folder, promises)


class Creation(Scenario):
    """The first start: key file and register are made."""

    def prepare(self, folder: Path) -> None:
        """There is nothing yet."""

    def work(self, folder: Path, promise: Promise) -> None:
        """Make it, save once."""
        with new_register(folder) as register:
            promise("created")
            _save_home(register, promise, "Lê Đầu")

    def judge(self, folder: Path, promises: list[str]) -> None:
        """Before the promise there may be none: then it can be made."""
        if "created" not in promises:
            try:
                opened(folder).close()
            except AppError as error:
                if error.problem is not Problem.REGISTER_MISSING:
                    raise
                new_register(folder).close()
        super().judge(folder, promises)


class Passphrases(Scenario):
    """Users come, change their passphrases, print a code, type wrong."""

    def work(self, folder: Path, promise: Promise) -> None:
        """All changes of the key file that keep the key."""
        path = key_path(folder)
        with opened(folder) as register, register.lending_key() as key:
            users = Users(register=register, author="Lan", clock=lambda: NOW, cost=CHEAP)
            promise(f"key try Mai={PASSPHRASES['Mai']}")
            users.add(user_name="Mai", passphrase=PASSPHRASES["Mai"], role=UserRole.OFFICER)
            promise(f"key set Mai={PASSPHRASES['Mai']}")
            old = PASSPHRASES["Lan"]
            for number in range(2):
                new = f"một hai ba bốn năm {number}"
                promise(f"key try Lan={new}")
                users.change_passphrase(old=old, new=new)
                promise(f"key set Lan={new}")
                old = new
            code = key_changes.new_printed_code(path, key=key)
            promise(f"code {code}")
            try:
                keys.unlock(path, user_name="Mai", passphrase="không phải của Mai", cost=CHEAP)
            except AppError as error:
                assert error.problem is Problem.WRONG_PASSPHRASE
            promise("key try Mai=mai đổi mật khẩu rồi nhé")
            users.reset_passphrase(user_name="Mai", passphrase="mai đổi mật khẩu rồi nhé")
            promise("key set Mai=mai đổi mật khẩu rồi nhé")

    def judge(self, folder: Path, promises: list[str]) -> None:
        """Each opens with what was acknowledged, or with what was being set."""
        valid = {"Lan": [PASSPHRASES["Lan"]], "Mai": [""]}
        for promise in promises:
            verb, _, rest = promise.partition(" ")
            if verb == "key":
                kind, _, told = rest.partition(" ")
                name, _, passphrase = told.partition("=")
                valid[name] = [passphrase] if kind == "set" else [*valid[name], passphrase]
        for name, passphrases in valid.items():
            _require_one_opens(folder, name, passphrases)
        for promise in promises:
            if promise.startswith("code "):
                keys.unlock_printed(key_path(folder), code=promise[5:])


def _require_one_opens(folder: Path, name: str, passphrases: list[str]) -> None:
    for passphrase in passphrases:
        if not passphrase:
            return  # the user need not be there yet
        try:
            with opened(folder, user_name=name, passphrase=passphrase) as register:
                require_whole(register)
                require_goes_on(register)
        except AppError as error:
            if error.problem is not Problem.WRONG_PASSPHRASE:
                raise
        else:
            return
    raise LostError(f"{name} cannot open")


class Rekey(Scenario):
    """A user is removed: snapshot, copy under a new key, swap; twice, with saves between."""

    def prepare(self, folder: Path) -> None:
        """Three users."""
        with new_register(folder) as register:
            users = Users(register=register, author="Lan", clock=lambda: NOW, cost=CHEAP)
            for name in ("Mai", "Hoa"):
                users.add(user_name=name, passphrase=PASSPHRASES[name], role=UserRole.OFFICER)

    def work(self, folder: Path, promise: Promise) -> None:
        """Hoa goes."""
        with opened(folder) as register:
            users = Users(register=register, author="Lan", clock=lambda: NOW, cost=CHEAP)
            _save_home(register, promise, "Lê Một")
            promise("removing")
            users.remove(user_name="Hoa")
            promise("removed")
            _save_home(register, promise, "Lê Hai")
            users.change_key()
            _save_home(register, promise, "Lê Ba")

    def judge(self, folder: Path, promises: list[str]) -> None:
        """Lan and Mai open; Hoa only before."""
        super().judge(folder, promises)
        with opened(folder, user_name="Mai") as register:
            require_whole(register)
        try:
            opened(folder, user_name="Hoa").close()
        except AppError as error:
            assert error.problem is Problem.WRONG_PASSPHRASE
            assert "removing" in promises
        else:
            assert "removed" not in promises, "a removed user opens"
        assert not list(folder.glob("*.rekeyed*"))


class Migration(Scenario):
    """A register of an earlier schema is opened."""

    def __init__(self, schema: int) -> None:
        self._schema = schema

    def prepare(self, folder: Path) -> None:
        """As it was released."""
        released(self._schema, folder)

    def work(self, folder: Path, promise: Promise) -> None:
        """Open it and save."""
        with opened(folder, user_name=USER_NAME, passphrase=PASSPHRASE) as register:
            _save_home(register, promise, "Lê Sau")

    def judge(self, folder: Path, promises: list[str]) -> None:
        """It opens; everybody who was in it is."""
        with opened(folder, user_name=USER_NAME, passphrase=PASSPHRASE) as register:
            require_whole(register)
            found = list(names_of(register).values())
            if any(promise.startswith("saved") for promise in promises) and "Lê Sau" not in found:
                raise LostError("the save after the migration")
            if len(set(found) - {"Lê Sau"}) < 3:
                raise LostError("people of before the migration")
            require_goes_on(register)
        with opened(folder, user_name=USER_NAME, passphrase=PASSPHRASE) as register:
            require_whole(register)


class Snapshots(Scenario):
    """Backups here and to a second folder, older ones removed."""

    def work(self, folder: Path, promise: Promise) -> None:
        """Asked for, on the schedule, and on closing."""
        second = folder / "usb"
        second.mkdir()
        with opened(folder) as register:
            days = (NOW + timedelta(days=day) for day in count())
            backups = Backups(register=register, clock=lambda: next(days))
            _save_home(register, promise, "Lê Một")
            for number in range(4):
                result = backups.now()
                assert result.snapshot is not None, result
                if number == 3:
                    promise(f"snapshot {result.snapshot.path.relative_to(folder)}")
                _save_home(register, promise, f"Lê Hai {number}")
            backups.keep_in(second)
            result = backups.on_close()
            assert result.outcome is not BackupOutcome.FAILED, result
            for path in second.rglob("register.db"):
                promise(f"snapshot {path.parent.relative_to(folder)}")

    def judge(self, folder: Path, promises: list[str]) -> None:
        """What is listed as a snapshot can be gone back to; what was promised is listed."""
        with opened(folder) as register, register.lending_key() as key:
            places = [snapshots_folder(folder), *(folder / "usb").glob("so-an-sinh/*")]
            listed = [one for place in places for one in list_snapshots(place)]
            for snapshot in listed:
                restoring.preview(folder, snapshot.path, snapshot_key=key, key=key)
                path = key_path(snapshot.path)
                keys.unlock(path, user_name="Lan", passphrase=PASSPHRASES["Lan"], cost=CHEAP)
            names = {str(one.path.relative_to(folder)) for one in listed}
        for promise in promises:
            if promise.startswith("snapshot ") and promise.partition(" ")[2] not in names:
                raise LostError(promise)
        super().judge(folder, promises)


class Restore(Scenario):
    """Going back to a snapshot; what was not sent since is carried over."""

    def prepare(self, folder: Path) -> None:
        """A snapshot, and work since."""
        with new_register(folder) as register:
            assert Backups(register=register, clock=lambda: NOW).now().snapshot is not None
            for number in range(4):
                save(
                    register,
                    household(an_id(), code="1"),
                    person(an_id(), full_name=f"Lê Trước {number}"),
                )

    def work(self, folder: Path, promise: Promise) -> None:
        """Back, and on."""
        with opened(folder) as register, register.lending_key() as lent:
            key = lent.copy()
        newest = list_snapshots(snapshots_folder(folder))[0]
        restoring.restore(folder, newest.path, snapshot_key=key, key=key, author="Lan", at=NOW)
        promise("restored")
        with opened(folder) as register:
            _save_home(register, promise, "Lê Sau")

    def judge(self, folder: Path, promises: list[str]) -> None:
        """Before and after, everybody is there."""
        with opened(folder) as register:
            require_whole(register)
            found = list(names_of(register).values())
            if len([name for name in found if name.startswith("Lê Trước ")]) != 4:
                raise LostError("work since the snapshot")
            if any(one.startswith("saved") for one in promises) and "Lê Sau" not in found:
                raise LostError("the save after going back")
            require_goes_on(register)
        if "restored" in promises:
            assert [path.name for path in (folder / "replaced").glob("*/register.db")]


SCENARIOS: Mapping[str, Scenario] = {
    "saves": Saves(),
    "failing disk": FailingDisk(),
    "half-typed": HalfTyped(),
    "bulk": Bulk(),
    "creation": Creation(),
    "passphrases": Passphrases(),
    "rekey": Rekey(),
    "migration-1": Migration(1),
    "migration-2": Migration(2),
    "snapshots": Snapshots(),
    "restore": Restore(),
}


def main() -> None:
    """Work, with every promise written into the record."""
    from tests.support.disk import mark

    if sys.argv[3:]:  # how far the driver goes to be sure: less than the program ever asks for
        careless = f"PRAGMA synchronous = {sys.argv[3]}"
        settings = connection._SETTINGS
        assert "PRAGMA synchronous = FULL" in settings
        connection._SETTINGS = tuple(
            careless if one == "PRAGMA synchronous = FULL" else one for one in settings
        )
    SCENARIOS[sys.argv[1]].work(Path(sys.argv[2]), mark)


if __name__ == "__main__":
    main()
