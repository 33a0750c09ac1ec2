"""People of merit: entered by the CSDLQG, a difference open with three values until settled."""

from __future__ import annotations

import pytest

from desktop.domain.checks import CheckAnswer
from desktop.domain.ledger import Action
from desktop.domain.people import PersonId
from desktop.errors import Problem, UserError
from desktop.services.differences import Differences
from desktop.store import ledger
from forms.registry import FormRegistry
from tests.support.filled_forms import complete
from tests.support.offices import Clock, Office
from tests.support.worker_form import employed

_FORM = "qt3936_2023_merit"
_THERE = "Xã Đồng Thử, Tỉnh Tập Huấn"
_FILED = "Xã Suối Mẫu, Tỉnh Tập Huấn"
_PAPER = "Quyết định 12/QĐ-SNV ngày 02/3/2027"


@pytest.fixture
def differences(office: Office, clock: Clock) -> Differences:
    return Differences(
        register=office.register,
        records=office.records,
        forms=FormRegistry.bundled(),
        author="Lê Thị Bình",
        clock=clock,
    )


def of_merit(office: Office) -> PersonId:
    """Somebody whose file names another native place than the CSDLQG."""
    opened = office.records.open(None, form_id=_FORM)
    answers = {**opened.answers, **complete(_FORM, identity__native_place=_FILED)}
    saved = office.records.save(opened, answers=answers, confirmations={})
    look_up(office, saved.person_id)
    return saved.person_id


def look_up(office: Office, person_id: PersonId) -> None:
    check_id = office.records.send_to_police(person_id)
    office.checks.answer(check_id, CheckAnswer.DIFFERS, differs={"native_place": _THERE})


def test_a_difference_has_three_values_from_the_first_answer_to_the_paper(
    office: Office, differences: Differences
) -> None:
    person_id = of_merit(office)
    [found] = differences.list()
    assert (found.filed, found.national, found.entered, found.settled) == (
        _FILED,
        _THERE,
        _FILED,
        None,
    )
    assert found.is_open
    assert not found.is_entered
    differences.enter(person_id, "native_place")
    [entered] = differences.list()
    assert (entered.filed, entered.national, entered.entered) == (_FILED, _THERE, _THERE)
    assert entered.is_open, "entered by the CSDLQG, and open all the same"
    assert [one.is_open for one in differences.list()] == [True]
    differences.settle(person_id, "native_place", value=_FILED, paper=_PAPER)
    [settled] = differences.list()
    assert (settled.filed, settled.national, settled.settled, settled.paper) == (
        _FILED,
        _THERE,
        _FILED,
        _PAPER,
    )
    assert settled.entered == _FILED
    assert [settled.is_open, *(one.is_open for one in differences.list())] == [False, False]


def test_a_settled_difference_is_opened_again(office: Office, differences: Differences) -> None:
    person_id = of_merit(office)
    differences.settle(person_id, "native_place", value=_FILED, paper=_PAPER)
    differences.reopen(person_id, "native_place")
    [again] = differences.list()
    assert (again.is_open, again.entered, again.filed) == (True, _THERE, _FILED)
    done = [line.action for line in ledger.lines(office.register, limit=2)]
    assert done == [Action.DIFFERENCE_REOPEN, Action.DIFFERENCE_SETTLE]


def test_what_the_file_said_is_kept_when_the_police_look_again(
    office: Office, differences: Differences
) -> None:
    person_id = of_merit(office)
    differences.enter(person_id, "native_place")
    check_id = office.records.send_to_police(person_id)
    office.checks.answer(check_id, CheckAnswer.MATCHED)
    [found] = differences.list()
    assert (found.filed, found.national, found.is_open) == (_FILED, _THERE, True)


def test_settling_needs_a_value_a_paper_and_a_difference(
    office: Office, differences: Differences
) -> None:
    person_id = of_merit(office)
    for field, value, paper, problem in (
        ("native_place", " ", _PAPER, Problem.REASON_MISSING),
        ("native_place", _FILED, "", Problem.PAPER_MISSING),
        ("full_name", "Ai Đó", _PAPER, Problem.GONE),
    ):
        with pytest.raises(UserError) as refused:
            differences.settle(person_id, field, value=value, paper=paper)
        assert refused.value.problem is problem
    [found] = differences.list()
    assert found.is_open


def test_of_others_the_value_of_the_csdlqg_ends_the_difference(
    office: Office, differences: Differences
) -> None:
    saved = office.records.save(
        office.records.open(None), answers=employed(identity__native_place=_FILED), confirmations={}
    )
    look_up(office, saved.person_id)
    office.records.adopt_csdlqg(saved.person_id, "native_place")
    assert differences.list() == []
    person = office.register.document(saved.person_id)
    assert person is not None
    assert not [name for name in person.fields if name.startswith(("filed.", "national."))]


def test_a_number_given_by_the_police_is_a_todo_at_the_number_until_it_is_taken(
    office: Office,
) -> None:
    saved = office.records.save(
        office.records.open(None), answers=employed(identity__id_number=None), confirmations={}
    )
    check_id = office.records.send_to_police(saved.person_id)
    office.checks.answer(check_id, CheckAnswer.MATCHED, number="003 190 000 044")
    [todo] = office.todos.list()
    assert (todo.path, todo.text) == ("identity/id_number", "003190000044")
    office.records.adopt_csdlqg(saved.person_id, "id_number")
    assert office.todos.list() == []
    opened = office.records.open(saved.person_id)
    assert opened.answers["identity/id_number"] == "003190000044"


@pytest.mark.parametrize(
    ("number", "problem"),
    [("00319000004", Problem.NUMBER_WRONG), ("003190000001", Problem.NUMBER_TAKEN)],
    ids=["eleven digits", "somebody else's"],
)
def test_a_number_that_cannot_be_is_not_given(
    number: str, problem: Problem, office: Office
) -> None:
    first = office.records.save(office.records.open(None), answers=employed(), confirmations={})
    office.records.send_to_police(first.person_id)
    second = office.records.save(
        office.records.open(None),
        answers=employed(identity__id_number=None, identity__full_name="Lý Thị Hai"),
        confirmations={},
    )
    check_id = office.records.send_to_police(second.person_id)
    with pytest.raises(UserError) as refused:
        office.checks.answer(check_id, CheckAnswer.MATCHED, number=number)
    assert refused.value.problem is problem
    assert len(office.checks.queue()) == 2


def test_a_list_keeps_its_name_and_tells_how_far_it_is(office: Office) -> None:
    ids = []
    for number in (1, 2, 3):
        answers = employed(
            identity__id_number=f"00319000000{number}", household__household_code=f"01-1000{number}"
        )
        saved = office.records.save(office.records.open(None), answers=answers, confirmations={})
        name = "Trẻ em thiếu số định danh" if number < 3 else ""
        ids.append(office.records.send_to_police(saved.person_id, list_name=name))
    office.checks.answer(ids[0], CheckAnswer.MATCHED)
    lists = {one.name: one for one in office.checks.lists()}
    children, single = lists["Trẻ em thiếu số định danh"], lists[""]
    assert (children.total, children.answered, single.total) == (2, 1, 1)
    assert [c.check_id for c in office.checks.queue(list_key=children.key)] == [ids[1]]
    assert [c.check_id for c in office.checks.queue(list_key=single.key)] == [ids[2]]
    assert [c.check_id for c in office.checks.queue(answered=True, list_key=children.key)] == [
        ids[0]
    ]


def test_who_is_asked_about_anew_waits_once_with_the_newest_identity(office: Office) -> None:
    saved = office.records.save(
        office.records.open(None), answers=employed(identity__id_number=None), confirmations={}
    )
    office.records.send_to_police(saved.person_id)
    opened = office.records.open(saved.person_id)
    answers = {**opened.answers, "identity/birth_date": "1991"}
    office.records.save(opened, answers=answers, confirmations={})
    newest = office.records.send_to_police(saved.person_id)
    [case] = office.checks.queue()
    assert (case.check_id, case.identity["birth_date"]) == (newest, "1991")
    [only] = office.checks.lists()
    assert (only.total, only.answered) == (1, 0)
