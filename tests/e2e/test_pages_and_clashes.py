"""Two officers at one person: what a page did not show is neither overwritten nor settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from desktop.domain.checks import CheckAnswer
from desktop.domain.people import PersonId, RecordStatus
from desktop.domain.records import NotReady, SavedForm, Submitted, TodoKind
from desktop.domain.reviews import Review
from desktop.store.documents import Document, Edit
from desktop.training.people import households
from forms.definition import Answer
from sync.protocol.documents import DocumentType, Role
from sync.protocol.ids import record_id_of
from sync.protocol.rules import is_uuid
from tests.support.offices import Clock, Office
from tests.support.worker_form import employed

MakeOffice = Callable[..., Office]
BIRTH, JOB, PLACE = "identity/birth_date", "employed/job", "identity/native_place"
WORKPLACE = "employed/workplace_name"


def sync(*offices: Office) -> None:
    """Each in turn; nothing may go wrong."""
    for office in offices:
        report = office.syncing.run()
        assert report.problem is None, report


def two_officers(make_office: MakeOffice) -> tuple[Office, Office, SavedForm]:
    one = make_office(Role.OFFICER, "Lê Thị Bình")
    two = make_office(Role.OFFICER, "Phạm Văn Hai")
    saved = one.records.save(one.records.open(None), answers=employed(), confirmations={})
    sync(one, two)
    return one, two, saved


def edit(office: Office, person_id: PersonId, **changes: Answer) -> SavedForm:
    """Open, change (``__`` for ``/``), save."""
    opened = office.records.open(person_id)
    changed = {path.replace("__", "/"): value for path, value in changes.items()}
    answers = {**opened.answers, **changed}
    return office.records.save(opened, answers=answers, confirmations=opened.confirmations)


def kept(office: Office, document_id: str) -> Document:
    document = office.register.document(document_id)
    assert document is not None
    return document


def answers_of(office: Office, person_id: PersonId) -> dict[str, Answer]:
    return dict(office.records.open(person_id).answers)


def test_an_old_page_saved_twice_keeps_what_the_other_officer_wrote(
    make_office: MakeOffice,
) -> None:
    one, two, saved = two_officers(make_office)
    page = one.records.open(saved.person_id)
    edit(two, saved.person_id, employed__job="Thợ may")
    sync(two, one)
    answers = {**page.answers, WORKPLACE: "Hợp tác xã 2"}
    first = one.records.save(page, answers=answers, confirmations={})
    assert first.came == {JOB: "Thợ may"}
    answers = {**answers, WORKPLACE: "Hợp tác xã 3"}
    one.records.save(first.opened, answers=answers, confirmations={})
    sync(one, two)
    for office in (one, two):
        assert answers_of(office, saved.person_id)[JOB] == "Thợ may"
        assert answers_of(office, saved.person_id)[WORKPLACE] == "Hợp tác xã 3"
        assert office.todos.list() == []


def test_what_nobody_here_has_seen_is_not_handed_in(make_office: MakeOffice) -> None:
    one, two, saved = two_officers(make_office)
    page = one.records.open(saved.person_id)
    edit(two, saved.person_id, employed__job="Thợ may")
    sync(two, one)
    outcome = one.records.submit(page, answers=page.answers, confirmations={})
    assert isinstance(outcome, NotReady)
    assert (outcome.findings, outcome.saved.came) == ((), {JOB: "Thợ may"})
    now = outcome.saved.stored
    done = one.records.submit(now, answers=now.answers, confirmations={})
    assert isinstance(done, Submitted)
    assert kept(one, done.submission_id).fields[f"answers.{JOB}"] == "Thợ may"


def test_an_answer_the_other_officer_emptied_stays_empty(make_office: MakeOffice) -> None:
    one, two, saved = two_officers(make_office)
    page = one.records.open(saved.person_id)
    edit(two, saved.person_id, identity__native_place=None)
    sync(two, one)
    answers = {**page.answers, WORKPLACE: "Hợp tác xã 2"}
    one.records.save(page, answers=answers, confirmations={})
    sync(one, two)
    for office in (one, two):
        assert PLACE not in answers_of(office, saved.person_id)


def test_an_edit_on_an_old_page_settles_no_clash_that_it_did_not_show(
    make_office: MakeOffice,
) -> None:
    one, two, saved = two_officers(make_office)
    page = edit(one, saved.person_id, identity__birth_date="1990-01-01").opened
    sync(one)
    edit(two, saved.person_id, identity__birth_date="1990-02-02")
    sync(two, one)
    answers = {**page.answers, BIRTH: "1990-03-03"}
    one.records.save(page, answers=answers, confirmations={})
    sync(one, two)
    for office in (one, two):
        opened = office.records.open(saved.person_id)
        assert opened.answers[BIRTH] == "1990-03-03"
        assert [other.value for other in opened.competing[BIRTH]] == ["1990-02-02"]
        assert [todo.kind for todo in office.todos.list()] == [TodoKind.CLASH]


def test_a_field_that_came_unseen_and_is_edited_at_the_second_save_clashes(
    make_office: MakeOffice,
) -> None:
    one, two, saved = two_officers(make_office)
    page = one.records.open(saved.person_id)
    edit(two, saved.person_id, identity__birth_date="1991-02-02")
    sync(two, one)
    answers = {**page.answers, JOB: "Thợ mộc"}
    first = one.records.save(page, answers=answers, confirmations={})
    answers = {**answers, BIRTH: "1991-09-09"}
    one.records.save(first.opened, answers=answers, confirmations={})
    sync(one, two)
    for office in (one, two):
        opened = office.records.open(saved.person_id)
        assert opened.answers[BIRTH] == "1991-02-02"
        assert [other.value for other in opened.competing[BIRTH]] == ["1991-09-09"]
        assert list(opened.competing) == [BIRTH]


def test_two_officers_who_begin_the_form_of_one_person_make_one_record(
    make_office: MakeOffice,
) -> None:
    one = make_office(Role.OFFICER, "Lê Thị Bình")
    two = make_office(Role.OFFICER, "Phạm Văn Hai")
    listed = list(households(count=1, commune_code="99001", today=date(2026, 11, 22), doubts=0))
    one.records.preload(listed)
    sync(one, two)
    person_id = listed[0].persons[0].person_id
    edit(one, person_id, qualification__general_education="4")
    edit(two, person_id, activity__economic_activity_status="1", employed__job="Thợ may")
    sync(one, two, one)
    for office in (one, two):
        answers = answers_of(office, person_id)
        assert answers["qualification/general_education"] == "4"
        assert answers[JOB] == "Thợ may"
        assert office.register.document(record_id_of(person_id, "tt11_2022_m03")) is not None
        assert office.syncing.status().held == 0
        assert office.todos.list() == []


def test_the_id_of_a_record_is_one_the_server_takes() -> None:
    one = record_id_of(PersonId("a"), "tt11_2022_m03")
    assert is_uuid(one)
    assert one[14] == "8"
    assert one == record_id_of(PersonId("a"), "tt11_2022_m03")
    assert one != record_id_of(PersonId("b"), "tt11_2022_m03")


def test_links_between_documents_never_wait_for_anybody(make_office: MakeOffice) -> None:
    one, two, first = two_officers(make_office)
    for code in ("01-11111", "01-22222"):
        one.records.save(
            one.records.open(None),
            answers=employed(
                identity__full_name=f"Chủ Hộ {code}",
                identity__id_number=f"00319000{code[-4:]}",
                household__household_code=code,
            ),
            confirmations={},
        )
    sync(one, two)
    edit(one, first.person_id, household__household_code="01-11111")
    edit(two, first.person_id, household__household_code="01-22222")
    sync(one, two, one)
    assert "household_id" in kept(one, first.person_id).clashes
    assert one.todos.list() == two.todos.list() == []
    edit(one, first.person_id, employed__job="Thợ may")
    sync(one, two)
    for office in (one, two):
        assert kept(office, first.person_id).clashes == {}


def test_flags_that_two_saves_made_are_worked_out_by_the_next(make_office: MakeOffice) -> None:
    one, two, saved = two_officers(make_office)
    edit(one, saved.person_id, identity__sex="1")
    edit(two, saved.person_id, identity__birth_date="1985-01-01")
    sync(one, two, one)
    assert "flags" in kept(one, saved.person_id).clashes
    check_id = one.records.send_to_police(saved.person_id)
    assert kept(one, check_id).fields["reasons"] == ["ID_009", "ID_010"]
    assert kept(one, saved.person_id).fields["flags"] == ["ID_009", "ID_010"]
    edit(one, saved.person_id, employed__job="Thợ may")
    sync(one, two)
    for office in (one, two):
        assert kept(office, saved.person_id).clashes == {}
        assert kept(office, saved.person_id).fields["flags"] == ["ID_009", "ID_010"]


def test_two_answers_of_the_police_wait_for_the_police(make_office: MakeOffice) -> None:
    officer, _, saved = two_officers(make_office)
    one = make_office(Role.POLICE, "Công an Một")
    two = make_office(Role.POLICE, "Công an Hai")
    check_id = officer.records.send_to_police(saved.person_id)
    sync(officer, one, two)
    one.checks.answer(check_id, CheckAnswer.MATCHED)
    two.checks.answer(check_id, CheckAnswer.NOT_FOUND, note="Không thấy")
    sync(one, two, one, officer)
    for police in (one, two):
        [case] = police.checks.queue()
        assert case.answer is not None
        answers = {case.answer.value, *(other.value for other in case.competing["answer"])}
        assert answers == {"matched", "not_found"}
    assert TodoKind.CLASH not in {todo.kind for todo in officer.todos.list()}
    [case] = one.checks.queue()
    assert case.answer is not None
    one.checks.answer(check_id, case.answer)  # the same again is a decision
    sync(one, two, officer)
    for office in (one, two, officer):
        assert kept(office, check_id).clashes == {}
    assert two.checks.queue() == []


def test_two_reviews_wait_for_the_collecting_office(make_office: MakeOffice) -> None:
    officer, _, saved = two_officers(make_office)
    one = make_office(Role.COLLECTOR, "Nơi nhận Một")
    two = make_office(Role.COLLECTOR, "Nơi nhận Hai")
    opened = officer.records.open(saved.person_id)
    done = officer.records.submit(opened, answers=opened.answers, confirmations={})
    assert isinstance(done, Submitted)
    sync(officer, one, two)
    one.reviews.accept(done.submission_id)
    two.reviews.give_back(done.submission_id, reasons={JOB: "Ghi rõ"})
    sync(one, two, one, officer)
    for collector in (one, two):
        assert [row.is_clashing for row in collector.reviews.list(review=Review.WAITING)] == [True]
        assert "review" in collector.reviews.detail(done.submission_id).competing
    assert TodoKind.CLASH not in {todo.kind for todo in officer.todos.list()}
    one.reviews.accept(done.submission_id)
    sync(one, two, officer)
    for office in (one, two, officer):
        assert kept(office, done.submission_id).clashes == {}
        assert not [n for n in kept(office, done.submission_id).fields if n.startswith("reasons.")]
    assert two.reviews.list(review=Review.WAITING) == []


def test_what_the_server_refused_stays_on_the_form_until_it_is_taken_up(
    make_office: MakeOffice,
) -> None:
    one, _, saved = two_officers(make_office)
    # As a program of another version might send it: one part of the save breaks a rule.
    edits = [
        Edit(
            document_type=DocumentType.PERSON,
            document_id=saved.person_id,
            commune_code="99001",
            fields={"birth_date": "1990-09-09", "native_place": "Quê mới"},
        ),
        Edit(
            document_type=DocumentType.RECORD,
            document_id=saved.record_id,
            commune_code="99001",
            fields={f"answers.{JOB}": "Thợ may", "answers.employed/workplace_name": "y" * 20_000},
        ),
    ]
    one.register.save(edits, author="Lê Thị Bình", at=Clock()(), action="record.save")
    sync(one)
    opened = one.records.open(saved.person_id)
    assert opened.answers[BIRTH] == employed()[BIRTH]
    shown = {path: [other.value for other in others] for path, others in opened.competing.items()}
    assert (shown[BIRTH], shown[PLACE]) == (["1990-09-09"], ["Quê mới"])
    assert shown[JOB] == ["Thợ may"]
    assert all(other.is_held for others in opened.competing.values() for other in others)
    todos = {todo.path: todo for todo in one.todos.list()}
    assert {todo.kind for todo in todos.values()} == {TodoKind.HELD}
    assert {todo.text for todo in todos.values()} == {"group", "too_long"}
    assert {todo.person_id for todo in todos.values()} == {saved.person_id}

    # One value is taken up, the others are decided against: nothing is left of it.
    answers = {**opened.answers, BIRTH: "1990-09-09"}
    one.records.save(opened, answers=answers, confirmations={}, decided=[BIRTH])
    assert BIRTH not in one.records.open(saved.person_id).competing
    assert PLACE in one.records.open(saved.person_id).competing
    opened = one.records.open(saved.person_id)
    one.records.save(
        opened, answers=opened.answers, confirmations={}, decided=list(opened.competing)
    )
    sync(one)
    opened = one.records.open(saved.person_id)
    assert (opened.competing, opened.answers[BIRTH]) == ({}, "1990-09-09")
    assert one.todos.list() == []


def test_after_the_police_differ_a_record_handed_in_can_be_handed_in_again(
    make_office: MakeOffice,
) -> None:
    officer, _, saved = two_officers(make_office)
    police = make_office(Role.POLICE, "Công an Một")
    opened = officer.records.open(saved.person_id)
    assert isinstance(
        officer.records.submit(opened, answers=opened.answers, confirmations={}), Submitted
    )
    check_id = officer.records.send_to_police(saved.person_id)
    sync(officer, police)
    differs = {"full_name": "Trần Thị Thu Hằng"}
    police.checks.answer(check_id, CheckAnswer.DIFFERS, differs=differs)
    sync(police, officer)
    opened = officer.records.open(saved.person_id)
    assert (opened.status, opened.is_changed) == (RecordStatus.SUBMITTED, False)
    officer.records.adopt_csdlqg(saved.person_id, "full_name")
    opened = officer.records.open(saved.person_id)
    assert (opened.status, opened.is_changed) == (RecordStatus.SUBMITTED, True)
    again = officer.records.submit(opened, answers=opened.answers, confirmations={})
    assert isinstance(again, Submitted)
    assert kept(officer, again.submission_id).fields["round"] == 2
    assert not officer.records.open(saved.person_id).is_changed


def test_a_form_of_a_newer_program_does_not_hide_the_other_things_to_do(
    make_office: MakeOffice,
) -> None:
    officer, _, saved = two_officers(make_office)
    opened = officer.records.open(saved.person_id)
    done = officer.records.submit(opened, answers=opened.answers, confirmations={})
    assert isinstance(done, Submitted)
    newer = Edit(
        document_type=DocumentType.SUBMISSION,
        document_id=done.submission_id,
        commune_code="99001",
        fields={"form_version": "2099-01-01"},
    )
    officer.register.save([newer], author="Lê Thị Bình", at=Clock()(), action="test")
    returned = Edit(
        document_type=DocumentType.SUBMISSION,
        document_id=done.submission_id,
        commune_code="99001",
        fields={"review": "returned", "reasons.employed/job": "Ghi rõ"},
    )
    officer.register.save([returned], author="Lê Thị Bình", at=Clock()(), action="test")
    [todo] = officer.todos.list()
    assert (todo.path, todo.text) == (JOB, "Ghi rõ")


def test_the_latest_check_and_round_do_not_hang_on_the_clocks_of_two_machines(
    make_office: MakeOffice,
) -> None:
    one, two, saved = two_officers(make_office)
    fast = one.records.send_to_police(saved.person_id)
    sync(one, two)
    # The second machine's clock is years behind.
    slow = Office(two.register, author="Phạm Văn Hai", clock=_clock_of(2020))
    opened = slow.records.open(saved.person_id)
    answers = {**opened.answers, "identity/full_name": "Trần Thị Thu Hằng"}
    slow.records.save(opened, answers=answers, confirmations={})
    assert slow.records.send_to_police(saved.person_id) > fast


def _clock_of(year: int) -> Clock:
    clock = Clock()
    clock.now = clock.now.replace(year=year)
    return clock
