"""A lot is accepted or returned by a sample that is keyed again, blind."""

from __future__ import annotations

import pytest

from desktop.domain.checks import CheckAnswer
from desktop.domain.ledger import Action
from desktop.domain.lots import Lot, LotState, drawn, size_of_sample
from desktop.domain.records import CheckId, SubmissionId, Submitted
from desktop.domain.reviews import Review
from desktop.errors import Problem, UserError
from desktop.services.lots import Lots
from desktop.services.telling import CheckTeller
from desktop.store import ledger
from desktop.store.outbox import RegisterOutbox
from forms.registry import FormRegistry
from sync.protocol.messages import ChangeResult, Hold, Outcome
from tests.desktop.store.edits import answer, applied
from tests.support.offices import Clock, Office
from tests.support.worker_form import employed


@pytest.fixture
def lots(office: Office, clock: Clock) -> Lots:
    return Lots(
        register=office.register,
        reviews=office.reviews,
        forms=FormRegistry.bundled(),
        author="Phòng tổng hợp",
        clock=clock,
    )


def handed_in(office: Office, number: int) -> SubmissionId:
    answers = employed(
        identity__full_name=f"Trần Thị {'ABCDEFGH'[number]}n",
        identity__id_number=f"00319000010{number}",
        household__household_code=f"02-0000{number}",
    )
    done = office.records.submit(office.records.open(None), answers=answers, confirmations={})
    assert isinstance(done, Submitted), done
    return done.submission_id


def drawn_lot(office: Office, lots: Lots, *, count: int = 5) -> Lot:
    for number in range(count):
        handed_in(office, number)
    [choice] = lots.choices()
    assert choice.waiting == count
    return lots.draw(choice, rate=5)


def key(office: Office, lots: Lots, lot: Lot, **changes: str) -> None:
    """Key the whole sample from the papers; the first one with these slips."""
    for place, one in enumerate(lot.sample):
        answers = dict(office.reviews.detail(one).answers)
        if place == 0:
            answers |= {name.replace("__", "/"): value for name, value in changes.items()}
        lots.keep(lot.lot_id, one, answers)


def test_the_same_seed_draws_the_same_sample_and_another_one_another() -> None:
    members = [SubmissionId(f"s{number}") for number in range(200)]
    sample = drawn(members, seed="0a1b2c3d", rate=4)
    assert sample == drawn(list(reversed(members)), seed="0a1b2c3d", rate=4)
    assert (len(sample), len(set(sample))) == (8, 8)
    assert sample != drawn(members, seed="0a1b2c3e", rate=4)


@pytest.mark.parametrize(
    ("members", "rate", "size"), [(2, 3, 2), (50, 3, 3), (101, 3, 4), (1000, 5, 50)]
)
def test_a_sample_is_large_enough_and_never_larger_than_the_lot(
    members: int, rate: int, size: int
) -> None:
    assert size_of_sample(members, rate) == size


def test_the_seed_is_written_down_and_draws_the_lot_again(office: Office, lots: Lots) -> None:
    lot = drawn_lot(office, lots)
    assert lot.sample == drawn(lot.members, seed=lot.seed, rate=5)
    line = next(one for one in ledger.lines(office.register, limit=5) if one.action == "lot.draw")
    assert {"seed": lot.seed, "count": "5", "sample": "3", "rate": "5"} == dict(line.objects)
    assert lots.choices() == [], "what is in a lot is not drawn twice"


def test_a_good_sample_accepts_every_record_of_the_lot(office: Office, lots: Lots) -> None:
    lot = drawn_lot(office, lots)
    key(office, lots, lot, employed__workplace_name="HỢP TÁC XÃ  SUỐI MẪU")
    result = lots.result(lot.lot_id)
    assert (result.errors, result.is_good) == (0, True), "case and spaces are no slip"
    assert lots.accept(lot.lot_id) == 5
    assert len(office.reviews.list(review=Review.ACCEPTED)) == 5
    assert lots.lot(lot.lot_id).state is LotState.ACCEPTED
    line = next(iter(ledger.lines(office.register, limit=1)))
    assert line.action == Action.LOT_DECIDE
    assert {("seed", lot.seed), ("errors", "0"), ("lot", "accepted")} <= set(line.objects)


def test_errors_are_counted_per_field_the_worst_first(office: Office, lots: Lots) -> None:
    lot = drawn_lot(office, lots)
    key(office, lots, lot, identity__birth_date="1990-05-21", employed__job="Thợ hàn")
    result = lots.result(lot.lot_id)
    assert result.errors == 2
    assert {one.path for one in result.fields[:2]} == {"identity/birth_date", "employed/job"}
    assert [one.differing for one in result.fields[:2]] == [1, 1]
    assert result.fields[0].compared == 3
    assert result.differing == {lot.sample[0]: ("employed/job", "identity/birth_date")}
    shown = {"identity/full_name", "household/hamlet", "household/household_code"}
    assert not shown & {one.path for one in result.fields}, "what is shown is not compared"


def test_a_bad_sample_returns_the_lot_with_reasons_where_they_belong(
    office: Office, lots: Lots
) -> None:
    lot = drawn_lot(office, lots)
    key(office, lots, lot, employed__job="Thợ hàn")
    assert lots.give_back(lot.lot_id, of_sample="Nhập lại ra khác", of_others="Soát lại") == 5
    assert len(office.reviews.list(review=Review.RETURNED)) == 5
    assert office.reviews.detail(lot.sample[0]).reasons == {"employed/job": "Nhập lại ra khác"}
    assert office.reviews.detail(lot.sample[1]).reasons == {"employed/job": "Soát lại"}
    assert {todo.path for todo in office.todos.list()} == {"employed/job"}


def test_a_lot_waits_for_its_whole_sample_and_is_decided_once(office: Office, lots: Lots) -> None:
    lot = drawn_lot(office, lots)
    with pytest.raises(UserError) as early:
        lots.accept(lot.lot_id)
    assert early.value.problem is Problem.SAMPLE_UNFINISHED
    office.reviews.accept(lot.members[0])
    key(office, lots, lot)
    assert lots.accept(lot.lot_id) == 4, "what was decided meanwhile is left as it is"
    with pytest.raises(UserError) as again:
        lots.accept(lot.lot_id)
    assert again.value.problem is Problem.ALREADY_ANSWERED


def test_what_the_police_answer_later_is_told_with_the_record(office: Office, clock: Clock) -> None:
    teller = CheckTeller(register=office.register, author="Lê Thị Bình", clock=clock)
    submission_id = handed_in(office, 0)
    [row] = office.reviews.list()
    assert row.check is None
    assert teller.tell() == 0
    person_id = office.people.search("Trần Thị An", limit=1)[0].person_id
    check_id = office.records.send_to_police(person_id)
    assert teller.tell() == 0, "there is no answer yet"
    office.checks.answer(check_id, CheckAnswer.DIFFERS, differs={"birth_date": "1990-05-21"})
    assert teller.tell() == 1
    assert next(iter(ledger.lines(office.register, limit=1))).action == Action.CHECK_TELL
    assert teller.tell() == 0, "once is enough"
    told = office.reviews.detail(submission_id).row.check
    assert told is not None
    assert (told.answer, told.differs) == (CheckAnswer.DIFFERS, {"birth_date": "1990-05-21"})
    [progress] = office.reviews.progress()
    assert (progress.received, progress.flagged, progress.checked) == (1, 1, 1)


def test_reasons_given_before_are_offered_those_of_the_question_first(office: Office) -> None:
    for number, path, why in (
        (0, "employed/job", "Ghi rõ nghề"),
        (1, "identity/birth_date", "Xem giấy khai sinh"),
        (2, "identity/birth_date", "Xem giấy khai sinh"),
    ):
        office.reviews.give_back(handed_in(office, number), reasons={path: why})
    assert office.reviews.reasons("employed/job") == ["Ghi rõ nghề", "Xem giấy khai sinh"]
    assert office.reviews.reasons("identity/birth_date")[0] == "Xem giấy khai sinh"


def test_progress_counts_each_record_by_its_latest_round(office: Office, clock: Clock) -> None:
    first, second = handed_in(office, 0), handed_in(office, 1)
    office.reviews.give_back(first, reasons={"employed/job": "Ghi rõ"})
    person_id = office.people.search("Trần Thị An", limit=1)[0].person_id
    opened = office.records.open(person_id)
    answers = {**opened.answers, "employed/job": "Thợ may"}
    office.records.submit(opened, answers=answers, confirmations={})
    office.reviews.accept(second)
    [progress] = office.reviews.progress()
    assert (progress.received, progress.waiting, progress.accepted, progress.returned) == (
        2,
        1,
        1,
        0,
    )
    assert progress.overdue == 0
    office.register.set_meta({"review_days": "0"})
    [late] = office.reviews.progress()
    assert late.overdue == 1
    assert [row.is_overdue for row in office.reviews.list(review=Review.WAITING)] == [True]


def test_an_answer_corrected_with_the_same_word_is_told_again(office: Office, clock: Clock) -> None:
    teller = CheckTeller(register=office.register, author="Lê Thị Bình", clock=clock)
    submission_id = handed_in(office, 0)
    check_id = _asked(office)

    def answer(note: str = "", **differs: str) -> None:
        office.checks.answer(check_id, CheckAnswer.DIFFERS, differs=differs, note=note, change=True)

    answer(birth_date="1990-05-21")
    assert (teller.tell(), teller.tell()) == (1, 0)
    answer(birth_date="1990-05-22")
    assert (teller.tell(), teller.tell()) == (1, 0)
    answer(full_name="Lê Văn Mẫu")
    assert (teller.tell(), teller.tell()) == (1, 0)
    answer(full_name="Lê Văn Mẫu", note="theo giấy khai sinh")
    assert (teller.tell(), teller.tell()) == (1, 0)
    told = office.reviews.detail(submission_id).row.check
    assert told is not None
    assert (told.differs, told.note) == ({"full_name": "Lê Văn Mẫu"}, "theo giấy khai sinh")
    office.checks.answer(check_id, CheckAnswer.MATCHED, change=True)
    assert (teller.tell(), teller.tell()) == (1, 0)


def test_what_the_server_refused_to_be_told_is_told_once_and_holds_no_other(
    office: Office, clock: Clock
) -> None:
    teller = CheckTeller(register=office.register, author="Lê Thị Bình", clock=clock)
    handed_in(office, 0)
    check_id = _asked(office)
    handed_in(office, 1)
    person = office.people.search("Trần Thị Bn", limit=1)[0].person_id
    other_id = office.records.send_to_police(person)
    office.checks.answer(check_id, CheckAnswer.DIFFERS, differs={"birth_date": "1990-05-21"})
    office.checks.answer(other_id, CheckAnswer.MATCHED)
    outbox = RegisterOutbox(office.register)
    sent = outbox.next_batch(limit=99).changes
    outbox.settle(answer(len(sent), [applied(change.seq, 1) for change in sent]))
    assert teller.tell() == 2
    first, second = outbox.next_batch(limit=99).changes
    assert first.group != second.group
    held = ChangeResult(seq=first.seq, s=Outcome.HELD, ver=0, why=Hold.ACCESS.value)
    outbox.settle(answer(second.seq, [held, applied(second.seq, 2)]))
    assert teller.tell() == 0
    office.checks.answer(
        check_id, CheckAnswer.DIFFERS, differs={"birth_date": "1990-05-22"}, change=True
    )
    assert teller.tell() == 1, "another answer is another telling"


def _asked(office: Office) -> CheckId:
    person_id = office.people.search("Trần Thị An", limit=1)[0].person_id
    return office.records.send_to_police(person_id)
