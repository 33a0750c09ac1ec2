"""A commune, its police and the collecting office over a real server, until all agree."""

from __future__ import annotations

import pytest

from desktop.domain.checks import CheckAnswer
from desktop.domain.people import CheckState, RecordStatus
from desktop.domain.records import NotReady, Submitted, TodoKind
from desktop.domain.reviews import Review
from desktop.domain.syncing import SyncReport
from desktop.store.holdings import holdings
from desktop.store.inbox import RegisterInbox
from forms.definition import Answer
from sync.protocol.documents import Role
from sync.protocol.messages import Digest
from tests.e2e.conftest import MakeOffice
from tests.support.offices import Clock, Office
from tests.support.worker_form import JOB_TITLE, employed

_BIRTH, _JOB = "identity/birth_date", "employed/job"


def sync(*offices: Office) -> None:
    """Each in turn; nothing may go wrong."""
    for office in offices:
        report = office.syncing.run()
        assert report.problem is None, report


def enter(office: Office, reason: str = "", **changes: Answer) -> Submitted:
    """Fill the form of somebody new, confirm what has to be confirmed, hand it in."""
    opened = office.records.open(None)
    answers = employed(**changes)
    outcome = office.records.submit(opened, answers=answers, confirmations={})
    if isinstance(outcome, NotReady):
        [row] = office.people.search(str(answers["identity/full_name"]), limit=2)
        confirmations = {finding.fingerprint: reason for finding in outcome.findings}
        opened = office.records.open(row.person_id)
        outcome = office.records.submit(opened, answers=answers, confirmations=confirmations)
    assert isinstance(outcome, Submitted)
    return outcome


def digests(office: Office) -> dict[str, Digest]:
    inbox = RegisterInbox(office.register, clock=Clock(), author="")
    return dict(inbox.digests())


def everything_kept_by(office: Office) -> str:
    """The decrypted content of every table of the register, as text."""
    texts: list[str] = []
    with office.register.reading() as connection:
        names = connection.exec_driver_sql(
            # An index of words keeps no rows of its own; what it is made of are tables beside it.
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%USING fts5%'"
        ).scalars()
        for name in list(names):
            rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()  # noqa: S608
            texts += [
                cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
                for row in rows
                for cell in row
            ]
    return "\n".join(texts)


def test_a_record_goes_the_whole_way_and_all_three_hold_the_same(make_office: MakeOffice) -> None:
    officer = make_office(Role.OFFICER, "Lê Thị Bình")
    police = make_office(Role.POLICE, "Công an Suối Mẫu")
    collector = make_office(Role.COLLECTOR, "Phòng tổng hợp", "99001", "99002", "99003")

    # The officer enters one sound person and one whose number contradicts the birth year.
    sound = enter(officer)
    flagged = enter(
        officer,
        reason="Giấy khai sinh ghi 1985",
        identity__full_name="Lý Thị Sai",
        identity__birth_date="1985",
        identity__id_number="003190000077",
        household__household_code="01-00009",
    )
    assert (sound.sent_to_police, flagged.sent_to_police) == (False, True)
    assert officer.syncing.status().unsent == 10
    sync(officer)
    status = officer.syncing.status()
    assert (status.unsent, status.receipted, status.held) == (0, 10, 0)

    # The police see the identity, why it was flagged, and answer; nothing of the labour form.
    sync(police)
    [case] = police.checks.queue()
    assert case.reasons == ("ID_010",)
    assert case.identity["full_name"] == "Lý Thị Sai"
    assert case.asked_by == "Lê Thị Bình"
    police.checks.answer(
        case.check_id, CheckAnswer.DIFFERS, differs={"birth_date": "1990-02-03"}, note="Đã tra"
    )
    assert set(holdings(police.register)) == {"99001/check"}
    assert JOB_TITLE not in everything_kept_by(police)
    assert "Lý Thị Sai" in everything_kept_by(police)  # the scan does see what is there
    assert JOB_TITLE in everything_kept_by(officer)
    sync(police)

    # The collecting office accepts one and returns the other at a question.
    sync(collector)
    rows = {row.full_name: row for row in collector.reviews.list()}
    assert set(rows) == {"Trần Thị Thu Hà", "Lý Thị Sai"}
    detail = collector.reviews.detail(rows["Lý Thị Sai"].submission_id)
    assert detail.answers["employed/job"] == JOB_TITLE
    assert [(c.code, c.reason) for c in detail.confirmed] == [("ID_010", "Giấy khai sinh ghi 1985")]
    collector.reviews.accept(rows["Trần Thị Thu Hà"].submission_id)
    collector.reviews.give_back(
        rows["Lý Thị Sai"].submission_id, reasons={"employed/job": "Ghi rõ nghề, không ghi chung"}
    )
    sync(collector)

    # The officer finds both as things to do, corrects and hands in again.
    sync(officer)
    todos = {todo.kind: todo for todo in officer.todos.list()}
    assert set(todos) == {TodoKind.RETURNED, TodoKind.DIFFERS}
    returned = todos[TodoKind.RETURNED]
    assert (returned.full_name, returned.path) == ("Lý Thị Sai", "employed/job")
    assert returned.text == "Ghi rõ nghề, không ghi chung"
    assert todos[TodoKind.DIFFERS].text == "1990-02-03"
    person_id = returned.person_id
    assert person_id is not None
    officer.records.adopt_csdlqg(person_id, "birth_date")
    opened = officer.records.open(person_id)
    assert opened.remarks == {"employed/job": "Ghi rõ nghề, không ghi chung"}
    assert opened.answers["identity/birth_date"] == "1990-02-03"
    assert opened.check is CheckState.DIFFERS
    outcome = officer.records.submit(
        opened,
        answers={**opened.answers, "employed/job": "Thợ sửa đồng hồ đeo tay"},
        confirmations=dict(opened.confirmations),
    )
    assert isinstance(outcome, Submitted)
    assert not outcome.sent_to_police
    assert officer.todos.list() == []

    sync(officer, police, collector)
    [again] = collector.reviews.list(review=Review.WAITING)
    assert again.round_number == 2
    collector.reviews.accept(again.submission_id)
    sync(collector, officer, police)

    statuses = {row.full_name: row.status for row in officer.people.search("", limit=9)}
    assert set(statuses.values()) == {RecordStatus.ACCEPTED}
    _assert_agree(officer, police, collector)
    for office in (officer, police, collector):
        assert office.syncing.status().unsent == office.syncing.status().held == 0


def _assert_agree(*offices: Office) -> None:
    """Where two registers have the same bucket, it is the same to the last field."""
    theirs = [holdings(office.register) for office in offices]
    shared = 0
    for one in theirs:
        for other in theirs:
            for bucket in one.keys() & other.keys():
                assert one[bucket] == other[bucket]
                shared += one is not other
    assert shared >= 4
    known = [digests(office) for office in offices]
    for one_digests in known:
        for other_digests in known:
            for bucket in one_digests.keys() & other_digests.keys():
                assert one_digests[bucket] == other_digests[bucket]


def test_two_officers_who_edit_other_fields_lose_nothing(make_office: MakeOffice) -> None:
    one, two = _two_officers_with_the_same_person(make_office)
    _edit(one, identity__native_place="Phường Tập An, Tỉnh Tập Huấn")
    _edit(two, qualification__general_education="3", identity__ethnicity="22")
    sync(one, two, one)
    for office in (one, two):
        [row] = office.people.search("thu ha", limit=2)
        answers = office.records.open(row.person_id).answers
        assert answers["identity/native_place"] == "Phường Tập An, Tỉnh Tập Huấn"
        assert answers["identity/ethnicity"] == "22"
        assert answers["qualification/general_education"] == "3"
    assert one.todos.count() == two.todos.count() == 0


@pytest.mark.parametrize(
    ("path", "first", "second", "winner"),
    [
        # Identity: the server's value stays and the other waits. Elsewhere the later one wins.
        ("identity/birth_date", "1990-05-13", "1990-05-14", "1990-05-13"),
        ("employed/job", "Thợ mộc", "Thợ hồ", "Thợ hồ"),
    ],
)
def test_a_clash_on_one_field_keeps_both_values_until_somebody_decides(
    make_office: MakeOffice, path: str, first: str, second: str, winner: str
) -> None:
    one, two = _two_officers_with_the_same_person(make_office)
    _edit(one, **{path.replace("/", "__"): first})
    _edit(two, **{path.replace("/", "__"): second})
    sync(one)
    report: SyncReport = two.syncing.run()
    assert (report.problem, report.clashes) == (None, 1)
    sync(one)
    loser = ({first, second} - {winner}).pop()
    for office in (one, two):
        [row] = office.people.search("thu ha", limit=2)
        opened = office.records.open(row.person_id)
        assert opened.answers[path] == winner
        assert [other.value for other in opened.competing[path]] == [loser]
        [todo] = office.todos.list()
        assert (todo.kind, todo.path, todo.text) == (TodoKind.CLASH, path, loser)

    [row] = one.people.search("thu ha", limit=2)
    opened = one.records.open(row.person_id)
    one.records.save(
        opened, answers=opened.answers, confirmations=opened.confirmations, decided=[path]
    )
    sync(one, two)
    for office in (one, two):
        assert office.todos.list() == []
        assert office.records.open(row.person_id).answers[path] == winner
    assert holdings(one.register) == holdings(two.register)


def test_an_edit_that_came_while_the_form_stood_open_is_not_overwritten(
    make_office: MakeOffice,
) -> None:
    one, two = _two_officers_with_the_same_person(make_office)
    [row] = one.people.search("thu ha", limit=2)
    open_page = one.records.open(row.person_id)
    _edit(two, **{_BIRTH.replace("/", "__"): "1991-01-02", _JOB.replace("/", "__"): "Thợ may"})
    sync(two, one)
    here = employed(**{_BIRTH.replace("/", "__"): "1992-03-04"})
    saved = one.records.save(open_page, answers=here, confirmations={})
    assert saved.stored.answers[_JOB] == "Thợ may"
    sync(one, two)
    for office in (one, two):
        opened = office.records.open(row.person_id)
        assert opened.answers[_BIRTH] == "1991-01-02"
        assert [other.value for other in opened.competing[_BIRTH]] == ["1992-03-04"]
        assert opened.answers[_JOB] == "Thợ may"


def _two_officers_with_the_same_person(make_office: MakeOffice) -> tuple[Office, Office]:
    one = make_office(Role.OFFICER, "Lê Thị Bình")
    two = make_office(Role.OFFICER, "Phạm Văn Hai")
    one.records.save(one.records.open(None), answers=employed(), confirmations={})
    sync(one, two)
    return one, two


def _edit(office: Office, **changes: Answer) -> None:
    [row] = office.people.search("thu ha", limit=2)
    opened = office.records.open(row.person_id)
    office.records.save(opened, answers=employed(**changes), confirmations={})
