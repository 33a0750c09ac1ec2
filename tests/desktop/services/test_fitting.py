"""Which forms a person is offered: by age, by the household, by rights, by what was begun."""

from __future__ import annotations

import pytest

from desktop.domain.people import PersonId, RecordStatus
from desktop.domain.permissions import Right
from desktop.services.fitting import FittingForms
from desktop.services.permissions import Permissions
from tests.support.filled_forms import SENSITIVE, complete
from tests.support.offices import Clock, Office

WORKER, CHILD, MERIT = "tt11_2022_m03", "cv2513_2022_children", "qt3936_2023_merit"
HOUSEHOLD = "tt07_2021_hn"


@pytest.fixture
def fitting(office: Office, clock: Clock) -> FittingForms:
    return FittingForms(register=office.register, forms=office.forms, clock=clock)


def person(office: Office, *, born: str, form_id: str = MERIT) -> PersonId:
    answers = complete(form_id, identity__birth_date=born)
    opened = office.records.open(None, form_id=form_id)
    return office.records.save(opened, answers=answers, confirmations={}).person_id


def offered(fitting: FittingForms, person_id: PersonId | None) -> list[str]:
    return [form.form_id for form in fitting.of(person_id)]


@pytest.mark.parametrize(
    ("born", "worker", "child"),
    [
        ("1980-05-01", True, False),
        ("2011-11-22", True, True),  # 15 today: both ask
        ("2011-11-23", False, True),  # 15 tomorrow
        ("2010-11-22", True, False),  # 16 today
        ("2011", True, True),  # nobody knows on which day
        ("2020-01-01", False, True),
    ],
)
def test_the_age_on_the_day_decides_and_who_may_be_of_it_is_asked(
    office: Office, fitting: FittingForms, born: str, worker: bool, child: bool
) -> None:
    forms = offered(fitting, person(office, born=born))
    assert (WORKER in forms, CHILD in forms) == (worker, child)


def test_enter_opens_the_form_of_the_age(office: Office, fitting: FittingForms) -> None:
    adult, infant = person(office, born="1980"), person(office, born="2024-02-01")
    assert [fitting.first(one).form_id for one in (adult, infant)] == [WORKER, CHILD]  # type: ignore[union-attr]


def test_what_was_begun_stays_whatever_the_age_and_tells_how_far_it_is(
    office: Office, fitting: FittingForms
) -> None:
    answers = complete(CHILD, identity__birth_date="2000-01-01")
    opened = office.records.open(None, form_id=CHILD)
    saved = office.records.save(opened, answers=answers, confirmations={})
    [form] = [one for one in fitting.of(saved.person_id) if one.form_id == CHILD]
    assert form.status is RecordStatus.DRAFT
    best = fitting.first(saved.person_id)
    assert best is not None and best.form_id == WORKER


def test_a_form_about_the_household_is_kept_under_its_head(
    office: Office, fitting: FittingForms
) -> None:
    head = office.records.save(
        office.records.open(None),
        answers=complete(WORKER, identity__relation_to_head="1", household__household_code="01-9"),
        confirmations={},
    ).person_id
    son = office.records.save(
        office.records.open(None),
        answers=complete(
            WORKER,
            identity__relation_to_head="3",
            household__household_code="01-9",
            identity__id_number="003190000009",
        ),
        confirmations={},
    ).person_id
    [form] = [one for one in fitting.of(son) if one.form_id == HOUSEHOLD]
    assert form.person_id == head
    assert HOUSEHOLD not in offered(fitting, None)  # a household is somebody's


def test_restricted_forms_exist_only_for_who_has_the_right(
    office: Office, fitting: FittingForms, clock: Clock
) -> None:
    someone = person(office, born="2015")
    assert not set(SENSITIVE) & set(offered(fitting, someone))
    permissions = Permissions(register=office.register, clock=clock)
    for right in Right:
        permissions.grant(user_name=office.register.user or "", right=right)
    assert set(SENSITIVE) <= {*offered(fitting, someone), *offered(fitting, None)}
