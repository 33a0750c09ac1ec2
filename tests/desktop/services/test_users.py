"""Several officers share a register: each by an own passphrase, none hides another's work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.domain.ledger import Action
from desktop.domain.users import User, UserRole
from desktop.errors import AppError, Problem
from desktop.services.recovery import RecoveryKeys
from desktop.services.unlocking import create_register, open_register
from desktop.services.users import Users
from desktop.store import announced, key_changes, ledger
from desktop.store.folder import key_path
from desktop.store.key_file import copy_path
from desktop.store.outbox import RegisterOutbox
from desktop.store.people import count_people
from desktop.store.register import Register
from sync.protocol.documents import DocumentType
from tests.desktop.store.edits import NOW, an_id, edit
from tests.desktop.store.test_key_file import write
from tests.support.offices import PASSPHRASE, QUICK, Clock

MAI, NEW = "đồng lúa chín vàng ven sông", "hòn đá tảng bên suối vắng"


def users(register: Register, author: str) -> Users:
    return Users(register=register, author=author, clock=Clock(), cost=QUICK)


def opened(folder: Path, name: str, passphrase: str) -> Register:
    return open_register(folder, user_name=name, passphrase=passphrase, cost=QUICK)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register of Lan (manager) and Mai, closed."""
    folder = tmp_path / "sổ"
    register = create_register(folder, user_name="Lan", passphrase=PASSPHRASE, cost=QUICK)
    with register:
        added = users(register, "Lan").add(user_name=" Mai ", passphrase=MAI, role=UserRole.OFFICER)
        assert added == User(name="Mai", role=UserRole.OFFICER)
    return folder


def problem_of(error: pytest.ExceptionInfo[AppError]) -> Problem:
    return error.value.problem


def actions(register: Register) -> list[tuple[str, str]]:
    return [(line.by, line.action) for line in reversed(ledger.lines(register, limit=50))]


def save_as(register: Register, author: str, name: str) -> None:
    person = edit(DocumentType.PERSON, an_id(), {"full_name": name})
    register.save([person], author=author, at=NOW, action="record.save")


def test_each_opens_with_the_own_passphrase(folder: Path) -> None:
    with opened(folder, "Mai", MAI) as register:
        assert [user.name for user in users(register, "Mai").list()] == ["Lan", "Mai"]
    for name, passphrase in (("Mai", PASSPHRASE), ("Lan", MAI)):
        with pytest.raises(AppError) as error:
            opened(folder, name, passphrase)
        assert problem_of(error) is Problem.WRONG_PASSPHRASE


def test_anothers_login_neither_hides_nor_deletes_unsent_work(folder: Path) -> None:
    with opened(folder, "Lan", PASSPHRASE) as register:
        save_as(register, "Lan", "Lê An")
    with opened(folder, "Mai", MAI) as register:
        assert count_people(register, "lê an") == 1
        save_as(register, "Mai", "Trần Bình")
        changes = RegisterOutbox(register).next_batch(limit=10).changes
        assert [change.by for change in changes] == ["Lan", "Mai"]
    with opened(folder, "Lan", PASSPHRASE) as register:
        users(register, "Lan").remove(user_name="Mai")
        assert count_people(register) == 2
        changes = RegisterOutbox(register).next_batch(limit=10).changes
        assert [change.by for change in changes] == ["Lan", "Mai"]


def test_who_is_removed_opens_nothing_more_and_the_key_is_another(folder: Path) -> None:
    with opened(folder, "Mai", MAI) as register, register.lending_key() as key:
        kept = key.copy()
    with opened(folder, "Lan", PASSPHRASE) as register:
        users(register, "Lan").remove(user_name="Mai")
        assert not users(register, "Lan").is_key_change_due()
        assert [user.name for user in users(register, "Lan").list()] == ["Lan"]
        assert actions(register)[-3:] == [
            ("Lan", "user.remove"),
            ("Lan", "key.change"),
            ("Lan", "key.changed"),
        ]
        assert ledger.verify(register).is_sound
    with pytest.raises(AppError) as error:
        opened(folder, "Mai", MAI)
    assert problem_of(error) is Problem.WRONG_PASSPHRASE
    with pytest.raises(AppError):
        Register.open(folder, key=kept)
    opened(folder, "Lan", PASSPHRASE).close()


def test_a_change_of_key_that_failed_is_still_due_and_is_told_at_opening(folder: Path) -> None:
    class PowerCutError(Exception):
        pass

    def cut(*_told: object) -> None:
        raise PowerCutError

    with opened(folder, "Lan", PASSPHRASE) as register:
        with pytest.raises(PowerCutError):
            users(register, "Lan").remove(user_name="Mai", progress=cut)
        assert users(register, "Lan").is_key_change_due()
    told: list[Problem] = []
    with open_register(
        folder, user_name="Lan", passphrase=PASSPHRASE, cost=QUICK, notice=told.append
    ) as register:
        assert told == [Problem.ROTATION_DUE]
        users(register, "Lan").change_key()
    told.clear()
    open_register(
        folder, user_name="Lan", passphrase=PASSPHRASE, cost=QUICK, notice=told.append
    ).close()
    assert told == []


def test_only_managers_add_reset_and_remove(folder: Path) -> None:
    with opened(folder, "Mai", MAI) as register:
        work = users(register, "Mai")
        for forbidden in (
            lambda: work.add(user_name="Hoa", passphrase=NEW, role=UserRole.OFFICER),
            lambda: work.reset_passphrase(user_name="Lan", passphrase=NEW),
            lambda: work.remove(user_name="Lan"),
            work.change_key,
        ):
            with pytest.raises(AppError) as error:
                forbidden()
            assert problem_of(error) is Problem.NOT_MANAGER
    with opened(folder, "Lan", PASSPHRASE) as register:
        for name, problem in (("Lan", Problem.LAST_MANAGER), ("Hoa", Problem.USER_UNKNOWN)):
            with pytest.raises(AppError) as error:
                users(register, "Lan").remove(user_name=name)
            assert problem_of(error) is problem


def test_a_passphrase_is_changed_by_its_user_or_reset_by_a_manager(folder: Path) -> None:
    with opened(folder, "Mai", MAI) as register:
        for old, new, problem in (
            (PASSPHRASE, NEW, Problem.WRONG_PASSPHRASE),
            (MAI, "ngắn", Problem.PASSPHRASE_TOO_SHORT),
            (MAI, "mật khẩu 1234567890", Problem.PASSPHRASE_COMMON),
        ):
            with pytest.raises(AppError) as error:
                users(register, "Mai").change_passphrase(old=old, new=new)
            assert problem_of(error) is problem
        users(register, "Mai").change_passphrase(old=MAI, new=NEW)
    with pytest.raises(AppError):
        opened(folder, "Mai", MAI)
    with opened(folder, "Mai", NEW) as register:
        assert ("Mai", "user.passphrase") in actions(register)
    with opened(folder, "Lan", PASSPHRASE) as register:
        users(register, "Lan").reset_passphrase(user_name="Mai", passphrase=MAI)
    opened(folder, "Mai", MAI).close()


def test_wrong_tries_are_in_the_ledger_once_somebody_is_in(folder: Path) -> None:
    for _ in range(3):
        with pytest.raises(AppError):
            opened(folder, "Mai", NEW)
    with opened(folder, "Mai", MAI) as register:
        [line] = [
            line for line in ledger.lines(register, limit=9) if line.action == "key.wrong_tries"
        ]
        assert (line.by, line.objects) == ("Mai", [("count", "3")])


def test_the_second_copy_opens_a_register_whose_key_file_is_damaged(folder: Path) -> None:
    whole = key_path(folder).read_bytes()
    key_path(folder).write_bytes(whole[:50])
    told: list[Problem] = []
    with open_register(
        folder, user_name="Mai", passphrase=MAI, cost=QUICK, notice=told.append
    ) as register:
        assert told == [Problem.KEY_FILE_MENDED]
        assert ("Mai", "key.file_mended") in actions(register)
        with register.lending_key() as key:
            key_changes.new_printed_code(key_path(folder), key=key)
    assert key_path(folder).read_bytes() != whole[:50]


def test_a_change_cut_before_its_line_is_told_at_the_next_opening(folder: Path) -> None:
    with opened(folder, "Lan", PASSPHRASE) as register:
        line = announced.announced(
            register,
            at=NOW,
            by="Lan",
            action=Action.USER_ADD,
            about=announced.USER + "Hoa",
            objects=[("user", "Hoa")],
        )
        with line, register.lending_key() as key:
            key_changes.add_user(
                key_path(folder),
                key=key,
                user_name="Hoa",
                passphrase=NEW,
                role=UserRole.OFFICER,
                cost=QUICK,
            )
            register.close()  # nothing can be written any more
    for _ in range(2):
        with opened(folder, "Mai", MAI) as register:
            [told] = [
                one for one in ledger.lines(register, limit=50) if ("user", "Hoa") in one.objects
            ]
            assert (told.by, told.action, told.at) == ("Lan", "user.add", NOW.isoformat())
            assert ledger.verify(register).is_sound


def test_a_change_that_was_announced_and_not_made_has_no_line(folder: Path) -> None:
    with opened(folder, "Lan", PASSPHRASE) as register:
        about = announced.USER + "Hoa"
        line = announced.announced(register, at=NOW, by="Lan", action=Action.USER_ADD, about=about)
        with line:
            register.close()
    with opened(folder, "Lan", PASSPHRASE) as register:
        assert ("Lan", "user.add") not in actions(register)[3:]
        assert not register.meta("announced")
        users(register, "Lan").add(user_name="Hoa", passphrase=NEW, role=UserRole.OFFICER)
        assert [one for one in actions(register) if one[1] == "user.add"] == [
            ("Lan", "user.add")
        ] * 2


def test_who_makes_himself_a_manager_in_the_key_file_is_none(folder: Path) -> None:
    path = key_path(folder)
    with opened(folder, "Mai", MAI) as register:
        content = json.loads(path.read_text())
        for user in content["users"]:
            user["role"] = UserRole.MANAGER.value
        write(path, content)
        assert User("Mai", UserRole.MANAGER) in users(register, "Mai").list()
        mai = users(register, "Mai")
        assert not mai.is_manager
        keys_of = RecoveryKeys(register=register, author="Mai", clock=Clock())
        for refused in (
            lambda: mai.reset_passphrase(user_name="Lan", passphrase=NEW),
            lambda: mai.remove(user_name="Lan"),
            lambda: mai.add(user_name="Tư", passphrase=NEW, role=UserRole.MANAGER),
            mai.change_key,
            keys_of.new_printed_code,
            lambda: keys_of.set_province_key("ab" * 32),
        ):
            with pytest.raises(AppError) as error:
                refused()
            assert problem_of(error) is Problem.NOT_MANAGER
    with opened(folder, "Lan", PASSPHRASE):
        pass


def test_an_older_pair_of_key_files_put_back_is_told_until_the_key_is_changed(folder: Path) -> None:
    places = (key_path(folder), copy_path(key_path(folder)))
    older = [place.read_bytes() for place in places]
    with opened(folder, "Lan", PASSPHRASE) as register:
        with register.lending_key() as key:  # the change of the key that is due was cut
            key_changes.remove_user(key_path(folder), key=key, user_name="Mai")
        users(register, "Lan").change_passphrase(old=PASSPHRASE, new=NEW)
    for place, content in zip(places, older, strict=True):
        place.write_bytes(content)
    for name, passphrase in (("Mai", MAI), ("Lan", PASSPHRASE)):
        told: list[Problem] = []
        with open_register(
            folder, user_name=name, passphrase=passphrase, cost=QUICK, notice=told.append
        ) as register:
            assert Problem.KEY_FILE_OLDER in told
            assert (name, "key.file_older") in actions(register)
    with opened(folder, "Lan", PASSPHRASE) as register:
        users(register, "Lan").change_key()
    told = []
    open_register(
        folder, user_name="Lan", passphrase=PASSPHRASE, cost=QUICK, notice=told.append
    ).close()
    assert Problem.KEY_FILE_OLDER not in told
