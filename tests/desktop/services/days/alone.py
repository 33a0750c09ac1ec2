"""Work on one PC: records, keys and users, copies."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desktop.domain.checks import CheckAnswer
from desktop.domain.ledger import Action, LedgerQuery, SearchKind
from desktop.domain.people import PersonId
from desktop.domain.permissions import Right
from desktop.domain.records import Submitted
from desktop.domain.users import UserRole
from desktop.errors import UserError
from desktop.services.backups import Backups
from desktop.services.diagnosis import diagnose
from desktop.services.ledger import Ledger
from desktop.services.permissions import Permissions
from desktop.services.recovery import Recovery, RecoveryKeys
from desktop.services.restoring import Restoring
from desktop.services.unlocking import open_register
from desktop.services.users import Users
from desktop.store import permissions
from desktop.store.folder import key_path
from desktop.store.inbox import RegisterInbox
from desktop.store.key_changes import promise_key
from desktop.store.key_file import copy_path
from desktop.store.keys import DataKey, KdfCost
from desktop.store.register import Register
from desktop.training.people import households
from sync.protocol.messages import Grant
from tests.desktop.services.days.stage import OFFICER, Scene, Stage, written
from tests.desktop.store.edits import REGISTER_BUCKET, an_id, row
from tests.desktop.store.released import released
from tests.support.filled_forms import SENSITIVE
from tests.support.offices import PASSPHRASE, QUICK, Clock, Office
from tests.support.worker_form import employed


def _records(stage: Stage) -> set[str]:
    """A day's work with records, by the officer, the police and the collecting office."""
    office = stage.alone()
    office.records.preload(
        households(count=2, commune_code="99001", today=datetime(2026, 11, 22, tzinfo=UTC).date())
    )
    ids = []
    for number in (1, 2):
        answers = employed(
            identity__id_number=f"00319000000{number}", household__household_code=f"01-1000{number}"
        )
        done = office.records.submit(office.records.open(None), answers=answers, confirmations={})
        assert isinstance(done, Submitted)
        ids.append(done.submission_id)
    saved = office.records.save(
        office.records.open(None),
        answers=employed(household__household_code="01-20000"),
        confirmations={},
    )
    check = office.records.send_to_police(saved.person_id)
    office.checks.answer(check, CheckAnswer.DIFFERS, differs={"birth_date": "1970-01-02"})
    office.records.adopt_csdlqg(saved.person_id, "birth_date")
    office.reviews.accept(ids[0])
    office.reviews.give_back(ids[1], reasons={"employed/job": "Ghi rõ."})
    _look(office, saved.person_id, check, ids[0])
    _receive(office)
    found = written(office.register)
    office.close()
    return found


def _look(office: Office, person_id: PersonId, check: str, submission: str) -> None:
    book = Ledger(register=office.register, author=OFFICER, clock=Clock())
    book.viewed(Action.PERSON_VIEW, person_id)
    book.viewed(Action.CHECK_VIEW, check)
    book.viewed(Action.SUBMISSION_VIEW, submission)
    book.searched(SearchKind.NAME, found=1)
    book.check()
    book.export(office.register.folder / "x.xlsx", LedgerQuery(), purpose="Thử")
    permissions.grant_by_province(office.register, [Right.DRUG_TREATMENT.value], at=Clock()())
    form_id = next(one for one in SENSITIVE if "21_cn" in one)
    office.records.open(person_id, form_id=form_id)
    book.closed()


def _receive(office: Office) -> None:
    office.syncing.run()  # not enrolled: that is told as well
    RegisterInbox(office.register, clock=Clock(), author=OFFICER).apply_page(
        rows=[row(an_id(), {"full_name": "Lê Xa"}, version=1)],
        grants=[Grant(bucket=REGISTER_BUCKET, count=1)],
        drops=[],
        cursors={REGISTER_BUCKET: 1},
    )


def _keys(stage: Stage) -> set[str]:
    """Everything about keys and users, and openings of every kind."""
    folder = stage.folder
    office = Office.create(folder, author=OFFICER)
    register = office.register
    users = Users(register=register, author=OFFICER, clock=Clock(), cost=QUICK)
    users.add(user_name="Mai", passphrase=PASSPHRASE, role=UserRole.OFFICER)
    rights = Permissions(register=register, clock=Clock())
    rights.grant(user_name="Mai", right=Right.DRUG_TREATMENT)
    rights.revoke(user_name="Mai", right=Right.DRUG_TREATMENT)
    users.change_passphrase(old=PASSPHRASE, new=PASSPHRASE)
    users.reset_passphrase(user_name="Mai", passphrase=PASSPHRASE)
    users.remove(user_name="Mai")
    ways = RecoveryKeys(register=register, author=OFFICER, clock=Clock())
    ways.set_province_key("12" * 32)
    code = ways.new_printed_code()
    ways.confirm_printed_code()
    with register.lending_key() as key:
        promise_key(key_path(folder), key=key, next_key=DataKey.new(), next_salt="00" * 16)
    register.close()
    with pytest.raises(UserError):
        open_register(folder, user_name=OFFICER, passphrase="sai rồi nhé anh chị ơi", cost=QUICK)
    copy_path(key_path(folder)).write_bytes(b"torn")
    costlier = KdfCost(memory_kib=16, iterations=1, lanes=1)
    open_register(folder, user_name=OFFICER, passphrase=PASSPHRASE, cost=costlier).close()
    older = key_path(folder).read_bytes()
    recovery = Recovery(folder=folder, clock=Clock(), cost=QUICK)
    recovery.open_with_code(code=code, user_name=OFFICER, passphrase=PASSPHRASE).close()
    for place in (key_path(folder), copy_path(key_path(folder))):
        place.write_bytes(older)
    again = open_register(folder, user_name=OFFICER, passphrase=PASSPHRASE, cost=QUICK)
    found = written(again)
    again.close()
    return found


def _copies(stage: Stage) -> set[str]:
    """Snapshots, a report, a restore; and a register of the first schema."""
    folder = stage.folder
    office = Office.create(folder, author=OFFICER)
    backups = Backups(register=office.register, clock=Clock(), author=OFFICER)
    snapshot = backups.now().snapshot
    assert snapshot is not None
    backups.keep_in(folder / "no such folder")
    backups.to_second_folder()
    diagnose(folder, register=office.register, version="0", clock=datetime.now(UTC), author=OFFICER)
    found = written(office.register)
    office.close()
    Restoring(
        folder=folder, user_name=OFFICER, passphrase=PASSPHRASE, clock=Clock(), cost=QUICK
    ).restore(snapshot.path)
    office = Office.open(folder, author=OFFICER)
    found |= written(office.register)
    office.close()
    key = released(1, folder / "old")
    with Register.open(folder / "old", key=key) as old:
        return found | written(old)


SCENES = (
    Scene(
        "records",
        frozenset(
            {
                Action.REGISTER_CREATE,
                Action.REGISTER_CLOSE,
                Action.PERSON_VIEW,
                Action.RECORD_VIEW,
                Action.CHECK_VIEW,
                Action.SUBMISSION_VIEW,
                Action.PEOPLE_SEARCH,
                Action.RECORD_SAVE,
                Action.PERSON_PRELOAD,
                Action.PERSON_ADOPT,
                Action.RECORD_SUBMIT,
                Action.CHECK_ASK,
                Action.CHECK_ANSWER,
                Action.SUBMISSION_ACCEPTED,
                Action.SUBMISSION_RETURNED,
                Action.SYNC_RUN,
                Action.SYNC_RECEIVE,
                Action.PERMISSION_BY_PROVINCE,
                Action.LEDGER_VERIFY,
                Action.LEDGER_EXPORT,
            }
        ),
        _records,
    ),
    Scene(
        "keys",
        frozenset(
            {
                Action.REGISTER_OPEN,
                Action.KEY_WRONG_TRIES,
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
                Action.PERMISSION_REVOKE,
            }
        ),
        _keys,
    ),
    Scene(
        "copies",
        frozenset(
            {
                Action.REGISTER_MIGRATE,
                Action.REGISTER_RESTORE,
                Action.BACKUP_TAKE,
                Action.BACKUP_FAILED,
                Action.DOCTOR_EXPORT,
            }
        ),
        _copies,
    ),
)
