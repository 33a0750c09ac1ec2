"""The catalogue of actions: nothing is written that is not in it, and nothing in it is dead."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

import desktop
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
from desktop.store import ledger, permissions, restricted_ledger
from desktop.store.folder import key_path
from desktop.store.inbox import RegisterInbox
from desktop.store.key_changes import promise_key
from desktop.store.key_file import copy_path
from desktop.store.keys import DataKey, KdfCost
from desktop.store.register import Register
from desktop.training.people import households
from sync.protocol.documents import RESTRICTED
from sync.protocol.messages import Grant
from tests.desktop.store.edits import REGISTER_BUCKET, an_id, row
from tests.desktop.store.released import released
from tests.support.filled_forms import SENSITIVE
from tests.support.offices import PASSPHRASE, QUICK, Clock, Office
from tests.support.worker_form import employed

_ROOT = Path(desktop.__file__).parent
_NAME = "Lê Thị Bình"
#: Written with a server at the other end: ``tests/sync/client/test_ledger_lines.py``,
#: ``tests/sync/client/test_refreshing.py`` and ``tests/e2e/test_parcels.py``.
_WITH_A_SERVER = {
    Action.DEVICE_ENROL,
    Action.DEVICE_LEAVE,
    Action.DEVICE_TOKEN_REUSED,
    Action.CLASH_DECIDE,
    Action.CHANGE_DROP,
    Action.PARCEL_WRITE,
    Action.PARCEL_READ,
    Action.PARCEL_CARRY,
    Action.PACK_RECEIVE,
    Action.PACK_APPLY,
    Action.PACK_REFUSE,
    # ``tests/desktop/services/test_life.py``
    Action.DOCUMENT_DELETE,
    Action.DOCUMENT_RESTORE,
    Action.PERSON_MERGE,
    Action.PERSON_UNMERGE,
    Action.PERSON_DISTINCT,
    Action.PERSON_MOVE_OUT,
    Action.PERSON_MOVE_CANCEL,
    Action.PERSON_RECEIVE,
    # ``tests/desktop/services/test_households.py``, ``test_life_events.py``
    Action.HOUSEHOLD_EDIT,
    Action.MEMBER_ADD,
    Action.MEMBER_EDIT,
    Action.PERSON_HOUSEHOLD,
    Action.PERSON_DEATH,
    Action.PERSON_DEPARTURE,
    Action.PERSON_ARRIVAL,
    Action.PERSON_CORRECT,
    Action.HOUSEHOLD_SPLIT,
    Action.HOUSEHOLD_MERGE,
    Action.EVENT_UNDO,
    # ``tests/desktop/services/test_lots.py``, ``test_differences.py``,
    # ``tests/desktop/ui/test_police_page.py``, ``test_differences_page.py``
    Action.CHECK_LIST_EXPORT,
    Action.CHECK_TELL,
    Action.DIFFERENCE_LIST_EXPORT,
    Action.DIFFERENCE_REOPEN,
    Action.DIFFERENCE_SETTLE,
    Action.LOT_DECIDE,
    Action.LOT_DRAW,
}


def _sources() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text("utf-8"))) for path in sorted(_ROOT.rglob("*.py"))]


def test_no_action_is_written_by_a_name_of_its_own() -> None:
    """Every ``action=`` is a member of the catalogue or handed on; a text could be misspelt."""
    texts = [
        f"{path.name}:{keyword.value.lineno}"
        for path, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "action"
        and isinstance(keyword.value, ast.Constant | ast.JoinedStr)
        and ast.unparse(node.func) not in ("LedgerEntry", "parser.add_argument")
    ]
    assert texts == []


def test_every_action_is_used_outside_its_catalogue() -> None:
    used = {
        node.attr
        for path, tree in _sources()
        if path.parent.name != "domain"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Action"
    }
    assert {action.name for action in Action} - used == set()


def _written(register: Register) -> set[str]:
    restricted = restricted_ledger.lines(register, rights=RESTRICTED, limit=1000)
    return {line.action for line in [*ledger.lines(register, limit=1000), *restricted]}


def _records(folder: Path) -> set[str]:
    """A day's work with records, by the officer, the police and the collecting office."""
    office = Office.create(folder, author=_NAME)
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
    found = _written(office.register)
    office.close()
    return found


def _look(office: Office, person_id: PersonId, check: str, submission: str) -> None:
    book = Ledger(register=office.register, author=_NAME, clock=Clock())
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
    RegisterInbox(office.register, clock=Clock(), author=_NAME).apply_page(
        rows=[row(an_id(), {"full_name": "Lê Xa"}, version=1)],
        grants=[Grant(bucket=REGISTER_BUCKET, count=1)],
        drops=[],
        cursors={REGISTER_BUCKET: 1},
    )


def _keys(folder: Path) -> set[str]:
    """Everything about keys and users, and openings of every kind."""
    office = Office.create(folder, author=_NAME)
    register = office.register
    users = Users(register=register, author=_NAME, clock=Clock(), cost=QUICK)
    users.add(user_name="Mai", passphrase=PASSPHRASE, role=UserRole.OFFICER)
    rights = Permissions(register=register, clock=Clock())
    rights.grant(user_name="Mai", right=Right.DRUG_TREATMENT)
    rights.revoke(user_name="Mai", right=Right.DRUG_TREATMENT)
    users.change_passphrase(old=PASSPHRASE, new=PASSPHRASE)
    users.reset_passphrase(user_name="Mai", passphrase=PASSPHRASE)
    users.remove(user_name="Mai")
    ways = RecoveryKeys(register=register, author=_NAME, clock=Clock())
    ways.set_province_key("12" * 32)
    code = ways.new_printed_code()
    ways.confirm_printed_code()
    with register.lending_key() as key:
        promise_key(key_path(folder), key=key, next_key=DataKey.new(), next_salt="00" * 16)
    register.close()
    with pytest.raises(UserError):
        open_register(folder, user_name=_NAME, passphrase="sai rồi nhé anh chị ơi", cost=QUICK)
    copy_path(key_path(folder)).write_bytes(b"torn")
    costlier = KdfCost(memory_kib=16, iterations=1, lanes=1)
    open_register(folder, user_name=_NAME, passphrase=PASSPHRASE, cost=costlier).close()
    older = key_path(folder).read_bytes()
    recovery = Recovery(folder=folder, clock=Clock(), cost=QUICK)
    recovery.open_with_code(code=code, user_name=_NAME, passphrase=PASSPHRASE).close()
    for place in (key_path(folder), copy_path(key_path(folder))):
        place.write_bytes(older)
    again = open_register(folder, user_name=_NAME, passphrase=PASSPHRASE, cost=QUICK)
    found = _written(again)
    again.close()
    return found


def _copies(folder: Path) -> set[str]:
    """Snapshots, a report, a restore; and a register of the first schema."""
    office = Office.create(folder, author=_NAME)
    backups = Backups(register=office.register, clock=Clock(), author=_NAME)
    snapshot = backups.now().snapshot
    assert snapshot is not None
    backups.keep_in(folder / "no such folder")
    backups.to_second_folder()
    diagnose(folder, register=office.register, version="0", clock=datetime.now(UTC), author=_NAME)
    found = _written(office.register)
    office.close()
    Restoring(folder=folder, user_name=_NAME, passphrase=PASSPHRASE, clock=Clock()).restore(
        snapshot.path
    )
    office = Office.open(folder, author=_NAME)
    found |= _written(office.register)
    office.close()
    key = released(1, folder / "old")
    with Register.open(folder / "old", key=key) as old:
        return found | _written(old)


def test_everything_in_the_catalogue_is_written_by_real_work(tmp_path: Path) -> None:
    found = _records(tmp_path / "a") | _keys(tmp_path / "b") | _copies(tmp_path / "c")
    known = {action.value for action in Action}
    assert found - known == set()
    assert known - found == {action.value for action in _WITH_A_SERVER}
