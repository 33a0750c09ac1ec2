"""A household on one screen: address and head once, members, and nobody twice."""

from __future__ import annotations

import pytest

from desktop.domain.households import Added, Alike, Household, Likely, NewPerson, Paper
from desktop.domain.people import PeopleFilter
from desktop.errors import Problem, UserError
from desktop.services.finding import Finding
from desktop.services.households import Households
from desktop.services.life_events import LifeEvents
from desktop.services.merging import Merging
from desktop.store import ledger
from desktop.store.people import count_people, search_people
from forms.rules.identity import IdentityTables
from sync.protocol.life import EventKind, Presence
from tests.desktop.store.edits import put_clash
from tests.support.households import preload_home
from tests.support.offices import HOME, Clock, Office

_CLOCK = Clock()
AUTHOR = "Lê Thị Bình"
PAPER = Paper(date="20/11/2026", paper="Kê khai hộ")
HEAD = NewPerson("Trần Văn Tú", "1970", "1", "1", "003070000011")
WIFE = NewPerson("Lê Thị Hoa", "03/1972", "2", "2", "003172000012")
CHILD = NewPerson("Trần Thị Nụ", "12032015", "2", "3", "")


def households(office: Office) -> Households:
    return Households(
        register=office.register,
        forms=office.forms,
        tables=IdentityTables.load(training=True),
        author=AUTHOR,
        clock=_CLOCK,
    )


def life_events(office: Office) -> LifeEvents:
    return LifeEvents(
        register=office.register,
        tables=IdentityTables.load(training=True),
        author=AUTHOR,
        clock=_CLOCK,
    )


def added(office: Office, household: Household, typed: NewPerson) -> Household:
    done = households(office).add(household, typed)
    assert isinstance(done, Added)
    return done.household


def family(office: Office) -> Household:
    household = households(office).of_person(None)
    household = households(office).write(household, {"code": "01-1", "hamlet": "Thôn Đông"})
    for typed in (HEAD, WIFE, CHILD):
        household = added(office, household, typed)
    return household


def test_a_household_is_made_by_the_first_word_and_members_follow(office: Office) -> None:
    household = family(office)
    assert (household.code, household.hamlet) == ("01-1", "Thôn Đông")
    assert household.commune == HOME.commune_name
    assert [
        (one.full_name, one.birth_date, one.relation, one.is_head) for one in household.members
    ] == [
        ("Trần Văn Tú", "1970", "1", True),
        ("Lê Thị Hoa", "1972-03", "2", False),
        ("Trần Thị Nụ", "2015-03-12", "3", False),
    ]
    opened = office.records.open(household.members[1].person_id)
    assert opened.answers["household/hamlet"] == "Thôn Đông"
    assert opened.answers["identity/relation_to_head"] == "2"


def test_who_was_filled_in_alone_gets_a_household_with_the_first_word(office: Office) -> None:
    done = households(office).add(households(office).of_person(None), HEAD)
    assert isinstance(done, Added)
    alone = households(office).of_person(done.person_id)
    assert [one.full_name for one in alone.members] == ["Trần Văn Tú"]
    written = households(office).write(alone, {"code": "02-9"})
    assert written.head is not None
    assert written.head.full_name == "Trần Văn Tú"


def test_a_number_or_a_name_with_the_year_finds_who_is_here(office: Office) -> None:
    family(office)
    finding = Finding(register=office.register)
    [by_number] = finding.candidates(NewPerson(id_number="003172000012"))
    assert (by_number.full_name, by_number.hamlet) == ("Lê Thị Hoa", "Thôn Đông")
    assert by_number.likely is Likely.SAME
    assert "cùng số định danh" in by_number.why
    [begun] = finding.candidates(NewPerson(id_number="0031720"))
    assert begun.person_id == by_number.person_id
    [by_name] = finding.candidates(NewPerson(full_name="le thi hoa", birth_date="1972"))
    assert by_name.person_id == by_number.person_id
    [typo] = finding.candidates(NewPerson("Lê Thị Hoa", "1972", "2", "", "003172000013"))
    assert "lệch một chữ số" in typo.why
    assert finding.candidates(NewPerson(full_name="Lê Thị Hoa")) == ()
    assert finding.candidates(NewPerson(full_name="Lê Thị Hoa", birth_date="1955")) == ()


def test_a_likely_duplicate_is_asked_about_once(office: Office) -> None:
    household = family(office)
    other = households(office).of_person(None)
    asked = households(office).add(other, WIFE)
    assert isinstance(asked, Alike)
    assert [one.full_name for one in asked.candidates] == ["Lê Thị Hoa"]
    assert count_people(office.register) == 3
    same_number = NewPerson("Phạm Văn Khác", "1990", "1", "", WIFE.id_number)
    assert isinstance(households(office).add(other, same_number), Alike)
    made = households(office).add(other, WIFE, is_new=True)
    assert isinstance(made, Added)
    assert count_people(office.register) == 4
    # The officer has looked: the two do not come again as twins to be decided about.
    twins = Merging(register=office.register, author=AUTHOR, clock=_CLOCK).twins()
    assert twins == []
    assert household.household_id != made.household.household_id


def test_who_is_taken_keeps_the_identity_and_may_go_back(office: Office) -> None:
    old = family(office)
    wife = old.members[1]
    new = households(office).of_person(None)
    taken = households(office).take(new, wife.person_id, relation="1", paper=PAPER)
    assert [one.id_number for one in taken.household.members] == ["003172000012"]
    assert taken.household.head is not None
    assert old.household_id is not None
    assert len(households(office).open(old.household_id).members) == 2
    [event] = taken.household.members[0].events
    assert event.kind == EventKind.HOUSEHOLD
    life_events(office).undo(wife.person_id, event.event_id)
    back = households(office).open(old.household_id)
    assert [(one.full_name, one.relation) for one in back.members][1] == ("Lê Thị Hoa", "2")


def test_a_line_is_written_field_by_field_and_the_flags_follow(office: Office) -> None:
    household = family(office)
    head = household.members[0]
    assert head.flags == 0
    changed = households(office).change(household, head, "id_number", "003 170 000 011")
    assert changed.id_number == "003170000011"
    assert changed.flags > 0  # a woman's number
    changed = households(office).change(household, changed, "birth_date", "5/7/1970")
    assert changed.birth_date == "1970-07-05"
    with pytest.raises(UserError) as nameless:
        households(office).change(household, changed, "full_name", "  ")
    assert nameless.value.problem is Problem.NAME_MISSING


def test_a_value_that_waits_to_be_decided_is_not_written_over_unseen(office: Office) -> None:
    household = family(office)
    head, home = household.members[0], household.household_id
    assert home is not None
    put_clash(office.register, head.person_id, "sex", "2")
    put_clash(office.register, home, "hamlet", "Thôn Tây")
    book, life = households(office), life_events(office)
    for write in (
        lambda: book.change(household, head, "sex", "2"),
        lambda: book.write(household, {"hamlet": "Thôn Nam"}),
        lambda: life.corrected(head.person_id, {"sex": "2"}, PAPER),
    ):
        with pytest.raises(UserError) as waits:
            write()
        assert waits.value.problem is Problem.CLASH_WAITS
    for document_id, name in ((head.person_id, "sex"), (home, "hamlet")):
        document = office.register.document(document_id)
        assert document is not None and document.clashes[name]
    assert book.change(household, head, "birth_date", "1971").birth_date == "1971"
    assert book.write(household, {"code": "01-9"}).code == "01-9"


def test_the_head_is_one_person(office: Office) -> None:
    household = family(office)
    again = households(office).set_head(household, household.members[1].person_id)
    assert [(one.full_name, one.is_head, one.relation) for one in again.members] == [
        ("Lê Thị Hoa", True, "1"),
        ("Trần Thị Nụ", False, "3"),
        ("Trần Văn Tú", False, ""),
    ]


def test_somebody_entered_by_mistake_is_deleted_with_a_reason_and_comes_back(
    office: Office,
) -> None:
    household = family(office)
    head = household.members[0]
    left = households(office).delete(household, head.person_id, reason="nhập nhầm")
    assert [one.full_name for one in left.members] == ["Lê Thị Hoa", "Trần Thị Nụ"]
    home = office.register.document(str(household.household_id))
    assert home is not None and "head_person_id" not in home.fields
    again = households(office).restore(left, head.person_id)
    assert "Trần Văn Tú" in [one.full_name for one in again.members]
    written = {line.action for line in ledger.lines(office.register, limit=100)}
    assert {"household.edit", "household.member_add"} <= written


def test_a_home_of_two_hundred_is_read_whole(office: Office) -> None:
    home = preload_home(office.records, count=200)
    opened = households(office).open(home)
    assert len(opened.members) == 200
    assert opened.code == "TT-1"


def test_the_dead_are_found_by_their_number_and_by_the_filter(office: Office) -> None:
    household = family(office)
    life_events(office).died(
        household.members[0].person_id, Paper("2026-11-01", "Trích lục 12/2026")
    )
    assert len(search_people(office.register, "", limit=10)) == 2
    assert search_people(office.register, "tran van tu", limit=10) == []
    [by_number] = search_people(office.register, "003070000011", limit=10)
    assert by_number.presence is Presence.DEAD
    dead = PeopleFilter(presence=Presence.DEAD)
    assert [one.full_name for one in search_people(office.register, "", limit=10, where=dead)] == [
        "Trần Văn Tú"
    ]
    assert count_people(office.register, where=PeopleFilter(presence=None)) == 3
