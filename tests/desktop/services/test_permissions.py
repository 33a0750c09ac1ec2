"""Who may see what is restricted: given and taken by those who may, each time a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.permissions import Right
from desktop.domain.users import UserRole
from desktop.errors import AppError, Problem
from desktop.services.backups import Backups
from desktop.services.permissions import Permissions
from desktop.services.recovery import Recovery, RecoveryKeys
from desktop.services.restoring import Restoring
from desktop.services.users import Users
from desktop.store import ledger
from desktop.store.outbox import RegisterOutbox
from desktop.store.register import Register
from sync.protocol.documents import RESTRICTED
from tests.support.filled_forms import SENSITIVE, complete, hand_in
from tests.support.offices import PASSPHRASE, QUICK, Clock, Office

DRUGS, CHILDREN = Right.DRUG_TREATMENT, Right.CHILDREN_RESTRICTED
DRUG_FORM = "luat73_2021_cn"


def permissions(register: Register) -> Permissions:
    return Permissions(register=register, clock=Clock())


def rights(register: Register) -> dict[str, set[Right]]:
    return {one.user_name: set(one.rights) for one in permissions(register).users()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register of Lan, who made it, and of Mai and Hoa, all with the same passphrase."""
    office = Office.create(tmp_path / "sổ", author="Lan")
    users = Users(register=office.register, author="Lan", clock=Clock(), cost=QUICK)
    users.add(user_name="Mai", passphrase=PASSPHRASE, role=UserRole.OFFICER)
    users.add(user_name="Hoa", passphrase=PASSPHRASE, role=UserRole.MANAGER)
    office.close()
    return office.register.folder


@pytest.fixture
def lan(folder: Path) -> Iterator[Office]:
    """Opened by Lan."""
    office = Office.open(folder, author="Lan")
    yield office
    office.close()


def test_the_rights_are_those_of_the_protocol() -> None:
    assert {right.value for right in Right} == {data_set.value for data_set in RESTRICTED}


def test_nobody_has_a_right_by_default_not_even_who_made_the_register(lan: Office) -> None:
    assert rights(lan.register) == {"Lan": set(), "Mai": set(), "Hoa": set()}
    assert permissions(lan.register).own() == frozenset()
    for form_id in SENSITIVE:
        with pytest.raises(AppError) as error:
            lan.records.open(None, form_id=form_id)
        assert error.value.problem is Problem.NOT_PERMITTED


def test_the_first_manager_begins_and_who_has_a_right_passes_it_on(folder: Path) -> None:
    with Office.open(folder, author="Hoa").register as register:  # a manager, but not the first
        assert permissions(register).grantable() == frozenset()
        for name in ("Hoa", "Mai"):
            with pytest.raises(AppError) as error:
                permissions(register).grant(user_name=name, right=DRUGS)
            assert error.value.problem is Problem.NOT_PERMITTED
    with Office.open(folder, author="Lan").register as register:
        assert permissions(register).grantable() == set(Right)
        permissions(register).grant(user_name="Mai", right=DRUGS)
        assert permissions(register).own() == frozenset()
    with Office.open(folder, author="Mai").register as register:
        assert permissions(register).own() == permissions(register).grantable() == {DRUGS}
        permissions(register).grant(user_name=" Hoa ", right=DRUGS)
        with pytest.raises(AppError) as error:
            permissions(register).grant(user_name="Hoa", right=CHILDREN)
        assert error.value.problem is Problem.NOT_PERMITTED
        permissions(register).revoke(user_name="Mai", right=DRUGS)
        with pytest.raises(AppError):
            permissions(register).revoke(user_name="Hoa", right=DRUGS)
        assert rights(register) == {"Lan": set(), "Mai": set(), "Hoa": {DRUGS}}


def test_every_gift_is_a_line_and_only_when_something_changed(lan: Office) -> None:
    own = permissions(lan.register)
    for _ in range(2):
        own.grant(user_name="Mai", right=DRUGS)
    for _ in range(2):
        own.revoke(user_name="Mai", right=DRUGS)
    lines = ledger.lines(lan.register, limit=2)
    assert [(line.by, line.action, line.objects) for line in lines] == [
        ("Lan", "permission.revoke", [("user", "Mai"), ("data_set", "drug_treatment")]),
        ("Lan", "permission.grant", [("user", "Mai"), ("data_set", "drug_treatment")]),
    ]
    with pytest.raises(AppError) as error:
        own.grant(user_name="Ai đó", right=DRUGS)
    assert error.value.problem is Problem.USER_UNKNOWN


def test_a_right_taken_counts_at_once_and_what_was_saved_waits_to_be_sent(lan: Office) -> None:
    permissions(lan.register).grant(user_name="Lan", right=DRUGS)
    done = hand_in(lan, DRUG_FORM, complete(DRUG_FORM))
    record_id, person_id = done.saved.record_id, done.saved.person_id
    assert lan.register.document(record_id) is not None
    waiting = lan.syncing.status().unsent
    permissions(lan.register).revoke(user_name="Lan", right=DRUGS)
    assert lan.register.document(record_id) is None
    with pytest.raises(AppError) as error:
        lan.records.open(person_id, form_id=DRUG_FORM)
    assert error.value.problem is Problem.NOT_PERMITTED
    with pytest.raises(AppError) as error:
        lan.records.save(done.saved.opened, answers={}, confirmations={})
    assert error.value.problem is Problem.NOT_PERMITTED
    assert lan.syncing.status().unsent == waiting
    batch = RegisterOutbox(lan.register).next_batch(limit=100)
    assert sum(b"drug_treatment" in line for line in batch.lines) == 2


def test_rights_end_with_the_user_and_do_not_come_back_with_the_name(lan: Office) -> None:
    users = Users(register=lan.register, author="Lan", clock=Clock(), cost=QUICK)
    permissions(lan.register).grant(user_name="Mai", right=DRUGS)
    users.remove(user_name="Mai")
    users.add(user_name="Mai", passphrase=PASSPHRASE, role=UserRole.OFFICER)
    assert rights(lan.register)["Mai"] == set()


def test_who_resets_a_passphrase_does_not_get_the_rights_with_it(lan: Office) -> None:
    users = Users(register=lan.register, author="Lan", clock=Clock(), cost=QUICK)
    for name in ("Lan", "Mai"):
        permissions(lan.register).grant(user_name=name, right=DRUGS)
    users.reset_passphrase(user_name="Mai", passphrase=PASSPHRASE)
    users.change_passphrase(old=PASSPHRASE, new=PASSPHRASE + " mới")
    assert rights(lan.register) == {"Lan": {DRUGS}, "Mai": set(), "Hoa": set()}


def test_the_printed_code_brings_no_rights_back(lan: Office) -> None:
    code = RecoveryKeys(register=lan.register, author="Lan", clock=Clock()).new_printed_code()
    permissions(lan.register).grant(user_name="Mai", right=DRUGS)
    lan.close()
    back = Recovery(folder=lan.register.folder, clock=Clock(), cost=QUICK)
    with back.open_with_code(user_name="Mai", code=code, passphrase=PASSPHRASE) as register:
        assert rights(register)["Mai"] == set()


def test_going_back_to_a_snapshot_gives_nobody_a_right_back(lan: Office) -> None:
    own = permissions(lan.register)
    own.grant(user_name="Mai", right=DRUGS)
    taken = Backups(register=lan.register, clock=Clock()).now().snapshot
    assert taken is not None
    own.revoke(user_name="Mai", right=DRUGS)
    own.grant(user_name="Hoa", right=CHILDREN)
    lan.close()
    folder = lan.register.folder
    restoring = Restoring(
        folder=folder, user_name="Lan", passphrase=PASSPHRASE, clock=Clock(), cost=QUICK
    )
    restoring.restore(taken.path)
    with Office.open(folder, author="Lan").register as register:
        assert rights(register) == {"Lan": set(), "Mai": set(), "Hoa": {CHILDREN}}
