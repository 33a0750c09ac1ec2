"""The police desk, the collecting desk and the officer's list of things to do, on one register.

A register holds whatever its buckets bring; here one register plays all three offices, so that
the rules are seen without a server.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.domain.checks import CheckAnswer, CheckCase
from desktop.domain.people import CheckState, PersonId, RecordStatus
from desktop.domain.records import SubmissionId, Submitted, TodoKind
from desktop.domain.reviews import Review
from desktop.errors import Problem, UserError
from desktop.services.check_book import CheckBook
from desktop.services.merging import Merging
from desktop.services.open_checks import OpenChecks
from desktop.store.inbox import RegisterInbox
from desktop.store.records import WITH_CLASHES
from sync.protocol.messages import Drop, Grant
from tests.desktop.store.edits import put_clash
from tests.support.offices import Clock, Office
from tests.support.worker_form import employed


def asked(office: Office) -> tuple[PersonId, CheckCase]:
    """A person sent to the police."""
    saved = office.records.save(
        office.records.open(None), answers=employed(identity__id_number=None), confirmations={}
    )
    check_id = office.records.send_to_police(saved.person_id)
    [case] = office.checks.queue()
    assert case.check_id == check_id
    return saved.person_id, case


def handed_in(office: Office) -> SubmissionId:
    outcome = office.records.submit(office.records.open(None), answers=employed(), confirmations={})
    assert isinstance(outcome, Submitted)
    return outcome.submission_id


def problem_of(error: pytest.ExceptionInfo[UserError]) -> Problem:
    return error.value.problem


def test_a_case_tells_who_asked_why_and_the_identity_as_sent(office: Office) -> None:
    _, case = asked(office)
    assert case.reasons == ("ID_006",)
    assert case.asked_by == "Lê Thị Bình"
    assert case.answer is None
    assert case.identity == {
        "full_name": "Trần Thị Thu Hà",
        "birth_date": "1990-05-12",
        "sex": "2",
        "native_place": "Xã Đồng Thử, Tỉnh Tập Huấn",
        "permanent_residence": "Ấp 1, Xã Suối Mẫu, Tỉnh Tập Huấn",
    }


@pytest.mark.parametrize(
    ("number", "lacks"),
    [("", True), ("00319000001", True), ("003190000001", False), ("٠٠٣١٩٠٠٠٠٠٠١", True)],
)
def test_a_case_lacks_a_number_unless_it_has_twelve_plain_digits(
    office: Office, number: str, *, lacks: bool
) -> None:
    _, case = asked(office)
    numbered = replace(case, identity={**case.identity, "id_number": number})
    assert numbered.lacks_number is lacks
    assert "Thu Hà" not in repr(numbered)


def test_an_answered_case_leaves_the_queue_and_is_answered_again_only_on_purpose(
    office: Office,
) -> None:
    person_id, case = asked(office)
    office.checks.answer(case.check_id, CheckAnswer.NOT_FOUND)
    assert office.checks.queue() == []
    with pytest.raises(UserError) as again:
        office.checks.answer(case.check_id, CheckAnswer.MATCHED)
    assert problem_of(again) is Problem.ALREADY_ANSWERED
    office.checks.answer(case.check_id, CheckAnswer.MATCHED, change=True)
    [answered] = office.checks.queue(answered=True)
    assert answered.answer is CheckAnswer.MATCHED
    assert office.records.open(person_id).check is CheckState.MATCHED


@pytest.mark.parametrize(
    "differs",
    [
        {},
        {"birth_date": "  "},
        {"full_name": "TRẦN  THỊ THU HÀ"},
        {"birth_date": "1990-05-12"},
        {"sex": "1"},
    ],
    ids=["nothing", "blank", "other case", "same as sent", "not one of the four fields"],
)
def test_a_difference_needs_another_value_in_one_of_the_four_fields(
    office: Office, differs: dict[str, str]
) -> None:
    _, case = asked(office)
    with pytest.raises(UserError) as missing:
        office.checks.answer(case.check_id, CheckAnswer.DIFFERS, differs=differs)
    assert problem_of(missing) is Problem.REASON_MISSING
    assert office.checks.queue() == [case]


def test_a_changed_answer_takes_its_differences_with_it(office: Office) -> None:
    _, case = asked(office)
    office.checks.answer(case.check_id, CheckAnswer.DIFFERS, differs={"birth_date": "1990"})
    office.checks.answer(
        case.check_id, CheckAnswer.MATCHED, differs={"birth_date": "1990"}, change=True
    )
    [answered] = office.checks.queue(answered=True)
    assert answered.differs == {}


def test_each_difference_waits_until_it_is_taken_over_or_the_officer_edits(
    office: Office,
) -> None:
    person_id, case = asked(office)
    office.checks.answer(
        case.check_id,
        CheckAnswer.DIFFERS,
        differs={"birth_date": "1990-05-21", "native_place": "Xã Suối Mẫu, Tỉnh Tập Huấn"},
    )
    todos = office.todos.list()
    assert {(t.kind, t.path, t.text) for t in todos} == {
        (TodoKind.DIFFERS, "identity/birth_date", "1990-05-21"),
        (TodoKind.DIFFERS, "identity/native_place", "Xã Suối Mẫu, Tỉnh Tập Huấn"),
    }
    assert {t.full_name for t in todos} == {"Trần Thị Thu Hà"}
    assert office.records.open(person_id).csdlqg == {
        "identity/birth_date": "1990-05-21",
        "identity/native_place": "Xã Suối Mẫu, Tỉnh Tập Huấn",
    }

    office.records.adopt_csdlqg(person_id, "birth_date")
    assert office.todos.count() == 1
    with pytest.raises(UserError) as gone:
        office.records.adopt_csdlqg(person_id, "birth_date")
    assert problem_of(gone) is Problem.GONE

    opened = office.records.open(person_id)
    assert opened.answers["identity/birth_date"] == "1990-05-21"
    office.records.save(
        opened,
        answers={**opened.answers, "identity/native_place": "Phường Tập An, Tỉnh Tập Huấn"},
        confirmations={},
    )
    assert office.todos.list() == []


def test_the_count_that_is_kept_is_as_long_as_the_list_whatever_is_written(
    office: Office,
) -> None:
    def counted() -> int:
        """As kept by one who counted before; the list is read anew."""
        assert office.todos.count() == len(office.todos.list())
        return office.todos.count()

    assert counted() == 0
    person_id, case = asked(office)
    assert counted() == 0
    office.checks.answer(case.check_id, CheckAnswer.DIFFERS, differs={"birth_date": "1990-05-21"})
    assert counted() == 1
    other_id, other = asked(office)
    office.checks.answer(other.check_id, CheckAnswer.NOT_FOUND, note="Không có")
    assert counted() == 2
    office.checks.answer(other.check_id, CheckAnswer.MATCHED, change=True)
    assert counted() == 1
    put_clash(office.register, other_id, "native_place", "Xã khác")
    assert counted() == 2
    merging = Merging(register=office.register, author="Lan", clock=Clock())
    merging.merge(person_id, into=other_id)  # the newer check stands for both
    assert counted() == 1
    merging.part(person_id)
    assert counted() == 2
    office.records.adopt_csdlqg(person_id, "birth_date")
    assert counted() == 1
    office.records.send_to_police(person_id)
    assert counted() == 1


def test_the_book_of_checks_that_is_kept_says_what_one_read_anew_says(office: Office) -> None:
    kept = CheckBook(register=office.register)

    def is_kept_up() -> bool:
        anew = CheckBook(register=office.register)
        numbers = ("003190000011", "003190000012", "")
        return kept.lists() == anew.lists() and all(
            kept.queue(answered=answered) == anew.queue(answered=answered)
            and kept.has_number(number, other_than=case.check_id)
            == anew.has_number(number, other_than=case.check_id)
            for answered in (False, True)
            for number in numbers
        )

    person_id, case = asked(office)
    assert is_kept_up() and kept.queue(answered=False) == [case.check_id]
    office.checks.answer(case.check_id, CheckAnswer.MATCHED, number="003190000011")
    assert is_kept_up() and kept.queue(answered=False) == []
    other_id, other = asked(office)
    assert kept.has_number("003190000011", other_than=other.check_id)
    assert not kept.has_number("003190000011", other_than=case.check_id)
    assert is_kept_up()
    put_clash(office.register, case.check_id, "answer", "not_found")
    assert is_kept_up() and set(kept.queue(answered=False)) == {case.check_id, other.check_id}
    Merging(register=office.register, author="Lan", clock=Clock()).merge(other_id, into=person_id)
    assert is_kept_up()
    assert not kept.has_number("003190000011", other_than=other.check_id)  # one person now


def test_documents_with_clashes_are_found_by_their_index(office: Office) -> None:
    with office.register.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {WITH_CLASHES}").all()
    assert "documents_with_clashes" in str(plan)


def test_somebody_not_found_waits_until_the_identity_is_edited(office: Office) -> None:
    person_id, case = asked(office)
    office.checks.answer(case.check_id, CheckAnswer.NOT_FOUND, note="Không có kết quả")
    [todo] = office.todos.list()
    assert (todo.kind, todo.person_id, todo.text) == (
        TodoKind.NOT_FOUND,
        person_id,
        "Không có kết quả",
    )
    opened = office.records.open(person_id)
    office.records.save(
        opened,
        answers={**opened.answers, "identity/id_number": "003190000001"},
        confirmations={},
    )
    assert office.todos.list() == []


def test_an_answer_to_a_case_that_is_not_here_is_gone(office: Office) -> None:
    _, case = asked(office)
    with pytest.raises(UserError) as gone:
        office.checks.answer(type(case.check_id)("nowhere"), CheckAnswer.MATCHED)
    assert problem_of(gone) is Problem.GONE


def test_a_return_needs_a_reason_at_a_question(office: Office) -> None:
    submission_id = handed_in(office)
    for reasons in ({}, {"employed/job": "   "}):
        with pytest.raises(UserError) as missing:
            office.reviews.give_back(submission_id, reasons=reasons)
        assert problem_of(missing) is Problem.REASON_MISSING
    assert [row.review for row in office.reviews.list()] == [Review.WAITING]


def test_a_return_is_a_thing_to_do_at_each_question_until_handed_in_again(
    office: Office,
) -> None:
    submission_id = handed_in(office)
    office.reviews.give_back(
        submission_id,
        reasons={
            "employed/job": " Ghi rõ nghề ",
            "identity/ethnicity": "Xem lại",
            "household/hamlet": "",
        },
    )
    todos = office.todos.list()
    assert [(t.kind, t.path, t.text) for t in todos] == [
        (TodoKind.RETURNED, "identity/ethnicity", "Xem lại"),
        (TodoKind.RETURNED, "employed/job", "Ghi rõ nghề"),
    ]
    assert todos[1].question_vi.endswith("Công việc cụ thể đang làm")
    person_id = todos[0].person_id
    assert person_id is not None
    opened = office.records.open(person_id)
    assert opened.status is RecordStatus.RETURNED
    assert opened.remarks == {"employed/job": "Ghi rõ nghề", "identity/ethnicity": "Xem lại"}

    # Nothing was wrong after all: the same answers may go in again after a return.
    outcome = office.records.submit(opened, answers=opened.answers, confirmations={})
    assert isinstance(outcome, Submitted)
    assert outcome.submission_id != submission_id
    assert office.todos.list() == []
    [waiting] = office.reviews.list(review=Review.WAITING)
    assert (waiting.submission_id, waiting.round_number) == (outcome.submission_id, 2)


def test_a_decision_is_changed_only_on_purpose(office: Office) -> None:
    submission_id = handed_in(office)
    office.reviews.accept(submission_id)
    with pytest.raises(UserError) as decided:
        office.reviews.give_back(submission_id, reasons={"employed/job": "Ghi rõ"})
    assert problem_of(decided) is Problem.ALREADY_ANSWERED
    office.reviews.give_back(submission_id, reasons={"employed/job": "Ghi rõ"}, change=True)
    office.reviews.accept(submission_id, change=True)
    assert office.reviews.detail(submission_id).reasons == {}
    assert office.todos.list() == []


def test_what_is_kept_goes_with_a_bucket_that_is_withdrawn_and_granted_again(
    office: Office,
) -> None:
    person_id, case = asked(office)
    office.checks.answer(case.check_id, CheckAnswer.NOT_FOUND, note="Không có")
    book, waiting = CheckBook(register=office.register), OpenChecks(register=office.register)
    assert book.queue(answered=True) == [case.check_id] and waiting.count() == 1
    inbox = RegisterInbox(office.register, clock=Clock(), author="Lan")
    documents = map(office.register.document, (case.check_id, person_id))
    for bucket in {one.bucket for one in documents if one is not None}:
        inbox.apply_page(
            rows=[], grants=[Grant(bucket=bucket, count=0)], drops=[Drop(bucket=bucket)], cursors={}
        )
    assert book.queue(answered=True) == [] and waiting.count() == 0
