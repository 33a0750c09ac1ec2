"""Restricted records over a real server: between those who have the right, past all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.domain.permissions import Right
from desktop.domain.records import Submitted, TodoKind
from desktop.domain.reviews import Review
from desktop.domain.users import UserRole
from desktop.services.permissions import Permissions
from desktop.services.users import Users
from sync.protocol.documents import DataSet, Role
from sync.server.enrolment import new_code
from tests.support.filled_forms import complete, hand_in
from tests.support.offices import PASSPHRASE, QUICK, Clock, Office
from tests.support.server import Province, ServerProcess

FORM = "cv2513_2022_children_special"
RIGHT = DataSet.CHILDREN_RESTRICTED
SECRET = "em chỉ nói với cán bộ phụ trách"
CHILD = "Điểu Thị Kín"

Make = Callable[..., Office]


@pytest.fixture
def make(server: ServerProcess, province: Province, tmp_path: Path) -> Iterator[Make]:
    """Makes enrolled offices: ``make(role, name, *rights)``; each is a device of its own."""
    offices: list[Office] = []
    clock = Clock()

    def made(role: Role, name: str, *rights: DataSet) -> Office:
        office = Office.create(tmp_path / name, author=name, clock=clock, home=None)
        offices.append(office)
        office_id = province.office(role, "99001")
        with province.engine.begin() as connection:
            code = new_code(connection, office_id=office_id, user_name=name, rights=rights)
        office.syncing.enrol(server_url=server.url, code=code)
        return office

    yield made
    for office in offices:
        office.close()


def sync(*offices: Office) -> None:
    """Each in turn; nothing may go wrong."""
    for office in offices:
        report = office.syncing.run()
        assert report.problem is None, report


def everything_kept_by(office: Office) -> str:
    """The decrypted content of every table of the register, as text."""
    texts: list[str] = []
    with office.register.reading() as connection:
        names = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
        ).scalars()
        for name in list(names):
            rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()  # noqa: S608
            texts += [
                cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
                for row in rows
                for cell in row
            ]
    return "\n".join(texts)


def test_a_restricted_record_goes_the_whole_way_between_those_who_have_the_right(
    make: Make,
) -> None:
    one, two = make(Role.OFFICER, "Tổ Một", RIGHT), make(Role.OFFICER, "Tổ Hai", RIGHT)
    collector = make(Role.COLLECTOR, "Nơi nhận", RIGHT)
    others = [
        make(Role.OFFICER, "Tổ Ba"),
        make(Role.COLLECTOR, "Nơi khác"),
        make(Role.POLICE, "Công an", RIGHT),
    ]
    answers = complete(FORM, identity__full_name=CHILD, collection__note=SECRET)
    done = hand_in(one, FORM, answers)
    assert isinstance(done, Submitted)
    sync(one, two, collector, *others)

    # The second device has the record as the first saved it, and edits it.
    person_id = done.saved.person_id
    opened = two.records.open(person_id, form_id=FORM)
    assert opened.answers["collection/note"] == SECRET
    changed = {**opened.answers, "support/support_received": "1"}
    two.records.save(opened, answers=changed, confirmations={})
    # The collecting office reads what was handed in and gives it back with a reason.
    [row] = collector.reviews.list(review=Review.WAITING)
    assert collector.reviews.detail(row.submission_id).answers["collection/note"] == SECRET
    collector.reviews.give_back(row.submission_id, reasons={"support/risk_groups": SECRET})
    sync(two, collector, one, two, *others)

    reopened = one.records.open(person_id, form_id=FORM)
    assert reopened.answers["support/support_received"] == "1"
    assert reopened.remarks == {"support/risk_groups": SECRET}
    for office in (one, two):
        assert [todo.kind for todo in office.todos.list()] == [TodoKind.RETURNED]

    # Without the right: the child is a person of the commune, and that is all there is.
    for office in others:
        kept = everything_kept_by(office)
        assert SECRET not in kept
        assert FORM not in kept
        assert f"99001/{RIGHT.value}" not in kept
        assert office.todos.list() == []
        assert office.reviews.list() == []
    [seen] = others[0].people.search(CHILD, limit=5)
    assert (seen.status.value, seen.clashes) == ("none", 0)
    child = others[0].register.document(person_id)
    assert child is not None
    assert child.fields["flags"] == ["ID_006"]  # no number is known, and that is no secret


def test_the_code_gives_the_right_to_who_types_it_and_to_nobody_else(make: Make) -> None:
    office = make(Role.OFFICER, "Tổ Một", RIGHT)
    permissions = Permissions(register=office.register, clock=Clock())
    assert permissions.own() == {Right.CHILDREN_RESTRICTED}
    [user] = permissions.users()
    assert user.rights[Right.CHILDREN_RESTRICTED].by == ""


def test_another_user_of_the_pc_sends_what_that_user_cannot_see(make: Make) -> None:
    one, two = make(Role.OFFICER, "Tổ Một", RIGHT), make(Role.OFFICER, "Tổ Hai", RIGHT)
    users = Users(register=one.register, author="Tổ Một", clock=Clock(), cost=QUICK)
    users.add(user_name="Mai", passphrase=PASSPHRASE, role=UserRole.OFFICER)
    answers = complete(FORM, identity__full_name=CHILD, collection__note=SECRET)
    done = hand_in(one, FORM, answers)
    assert isinstance(done, Submitted)
    one.close()
    mai = Office.open(one.register.folder, author="Mai")
    assert mai.syncing.status().unsent > len(mai.syncing.changes(limit=50, offset=0))
    sync(mai)
    assert mai.syncing.status().unsent == 0
    assert mai.register.document(done.saved.record_id) is None
    mai.close()
    sync(two)
    opened = two.records.open(done.saved.person_id, form_id=FORM)
    assert opened.answers["collection/note"] == SECRET


def test_a_device_without_the_grant_is_told_and_nothing_reaches_the_province(make: Make) -> None:
    one, two = make(Role.OFFICER, "Tổ Một"), make(Role.OFFICER, "Tổ Hai", RIGHT)
    permissions = Permissions(register=one.register, clock=Clock())
    permissions.grant(user_name="Tổ Một", right=Right.CHILDREN_RESTRICTED)
    done = hand_in(one, FORM, complete(FORM, collection__note=SECRET))
    sync(one, two)
    assert one.syncing.status().held > 0
    assert {todo.kind for todo in one.todos.list()} == {TodoKind.HELD}
    assert two.register.document(done.saved.record_id) is None


def test_two_officers_fill_one_record_and_both_answers_stay(make: Make) -> None:
    one, two = make(Role.OFFICER, "Tổ Một", RIGHT), make(Role.OFFICER, "Tổ Hai", RIGHT)
    first = one.records.open(None, form_id=FORM)
    saved = one.records.save(first, answers=complete(FORM), confirmations={})
    sync(one, two)
    for office, word in ((one, "một"), (two, "hai")):
        opened = office.records.open(saved.person_id, form_id=FORM)
        answers = {**opened.answers, "collection/note": f"{SECRET} {word}"}
        office.records.save(opened, answers=answers, confirmations={})
    sync(one, two, one)
    for office in (one, two):
        opened = office.records.open(saved.person_id, form_id=FORM)
        assert opened.answers["collection/note"] == f"{SECRET} hai"
        [other] = opened.competing["collection/note"]
        assert other.value == f"{SECRET} một"
        assert TodoKind.CLASH in {todo.kind for todo in office.todos.list()}
