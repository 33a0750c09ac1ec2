"""At sixteen the child's form ends and the sheet about a worker is offered."""

from __future__ import annotations

from desktop.domain.fitting import USUAL_FORM
from desktop.domain.households import Added, NewPerson
from desktop.domain.people import PersonId
from desktop.domain.records import TodoKind
from desktop.services.fitting import FittingForms
from desktop.services.member_forms import CHILD_FORM, MemberForms
from tests.desktop.services.test_households import households
from tests.support.offices import Clock, Office


def members(office: Office, clock: Clock) -> MemberForms:
    fitting = FittingForms(register=office.register, forms=office.forms, clock=clock)
    return MemberForms(register=office.register, forms=office.forms, fitting=fitting, clock=clock)


def with_child_form(office: Office, birth_date: str) -> PersonId:
    """Somebody with the child's form begun, whatever the age."""
    typed = NewPerson(f"Trần Thị Nụ {birth_date}", birth_date, "2")
    done = households(office).add(households(office).of_person(None), typed, is_new=True)
    assert isinstance(done, Added)
    opened = office.records.open(done.person_id, form_id=CHILD_FORM)
    office.records.save(opened, answers=opened.answers, confirmations={})
    return done.person_id


def test_on_the_sixteenth_birthday_the_form_of_a_child_ends(office: Office, clock: Clock) -> None:
    assert clock().date().isoformat() == "2026-11-22"
    today = with_child_form(office, "2010-11-22")
    tomorrow = with_child_form(office, "2010-11-23")
    maybe = with_child_form(office, "2010")  # of the year alone: perhaps not yet
    surely = with_child_form(office, "2009")
    forms = members(office, clock).of([today, tomorrow, maybe, surely])
    ended = {
        person_id: [one.form.form_id for one in forms[person_id] if one.has_ended]
        for person_id in forms
    }
    assert ended == {today: [CHILD_FORM], tomorrow: [], maybe: [], surely: [CHILD_FORM]}
    due = {
        person_id: [one.form.form_id for one in forms[person_id] if one.is_due]
        for person_id in forms
    }
    assert due == {today: [USUAL_FORM], tomorrow: [], maybe: [], surely: [USUAL_FORM]}


def test_who_came_of_age_is_a_to_do_until_the_sheet_is_begun(office: Office, clock: Clock) -> None:
    today = with_child_form(office, "2010-11-22")
    with_child_form(office, "2010-11-23")
    [todo] = members(office, clock).todos()
    assert (todo.kind, todo.person_id, todo.form_id) == (TodoKind.OF_AGE, today, USUAL_FORM)
    opened = office.records.open(today, form_id=USUAL_FORM)
    office.records.save(opened, answers=opened.answers, confirmations={})
    assert members(office, clock).todos() == []
