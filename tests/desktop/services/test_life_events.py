"""Deaths, moves, corrections, splits and merges: each with its paper, each taken back."""

from __future__ import annotations

import pytest

from desktop.domain.households import Added, Household, NewPerson, Paper, Split
from desktop.domain.people import PersonId
from desktop.errors import Problem, UserError
from desktop.services.destinations import commune_named
from desktop.services.life_events import LifeEvents
from desktop.services.member_edits import edit_of
from desktop.store import ledger
from desktop.store.people import count_people
from forms.rules.identity import IdentityTables
from sync.protocol.life import Event, EventKind, Presence, events_of
from sync.protocol.messages import Value
from tests.desktop.services.test_households import AUTHOR, family, households
from tests.support.offices import Clock, Office

_CLOCK = Clock()
PAPER = Paper(date="20/11/2026", paper="Trích lục khai tử 12/2026")


def life(office: Office) -> LifeEvents:
    return LifeEvents(
        register=office.register,
        tables=IdentityTables.load(training=True),
        author=AUTHOR,
        clock=_CLOCK,
    )


def recorded(office: Office, document_id: str) -> list[Event]:
    """Everything that was recorded of a person or household, undone or not."""
    document = office.register.document(document_id)
    return [] if document is None else events_of(document.fields)


def now(office: Office, household: Household) -> Household:
    assert household.household_id is not None
    return households(office).open(household.household_id)


def fields(office: Office, person_id: PersonId) -> dict[str, Value]:
    person = office.register.document(person_id)
    assert person is not None
    return dict(person.fields)


def actions(office: Office) -> list[str]:
    return [line.action for line in ledger.lines(office.register, limit=100)]


def by_oneself(office: Office, full_name: str) -> PersonId:
    added = households(office).add(households(office).of_person(None), NewPerson(full_name))
    assert isinstance(added, Added)
    return added.person_id


def test_a_wrong_death_is_undone_and_its_history_stays(office: Office) -> None:
    household = family(office)
    head = household.members[0].person_id
    life(office).died(head, PAPER)
    dead = now(office, household)
    assert dead.members[-1].presence is Presence.DEAD
    assert dead.head is None
    assert count_people(office.register) == 2
    life(office).back(head)
    again = now(office, household)
    assert again.head is not None
    assert again.head.person_id == head
    assert again.head.presence is Presence.HERE
    assert count_people(office.register) == 3
    [event] = recorded(office, head)
    assert (event.kind, event.date, event.paper, event.is_undone) == (
        EventKind.DEATH,
        "2026-11-20",
        "Trích lục khai tử 12/2026",
        True,
    )
    assert {"person.death", "event.undo"} <= set(actions(office))
    with pytest.raises(UserError) as here:
        life(office).back(head)
    assert here.value.problem is Problem.GONE


def test_an_event_needs_its_day_and_paper(office: Office) -> None:
    person = family(office).members[0].person_id
    for paper in (Paper("", "Giấy"), Paper("20/11/2026", "  "), Paper("hôm qua", "Giấy")):
        with pytest.raises(UserError) as bare:
            life(office).died(person, paper)
        assert bare.value.problem is Problem.EVENT_UNPAPERED


def test_who_left_and_came_back_is_here_and_may_leave_again(office: Office) -> None:
    household = family(office)
    wife = household.members[1].person_id
    life(office).departed(wife, Paper("2026-01-05", "Phiếu báo 3"), place="Tỉnh khác")
    assert now(office, household).members[-1].presence is Presence.LEFT
    life(office).arrived(wife, Paper("2026-06-01", "Phiếu báo 9"))
    assert now(office, household).members[1].presence is Presence.HERE
    life(office).departed(wife, Paper("2026-10-01", "Phiếu báo 20"))
    assert now(office, household).members[-1].presence is Presence.LEFT
    life(office).back(wife)  # only the last one did not take place
    assert [one.is_undone for one in recorded(office, wife)] == [False, False, True]
    assert now(office, household).members[1].presence is Presence.HERE


def test_who_left_with_everybody_comes_back_with_everybody(office: Office) -> None:
    household = family(office)
    head, wife, child = (one.person_id for one in household.members)
    paper = Paper("2026-10-01", "Phiếu báo 20")
    life(office).departed(head, paper, place="Tỉnh khác", together=[wife, child])
    left = now(office, household)
    assert {one.presence for one in left.members} == {Presence.LEFT}
    assert all(one.has_left_together for one in left.members)
    assert left.head is None
    assert actions(office).count("person.departure") == 1
    life(office).back(child)
    again = now(office, household)
    assert {one.presence for one in again.members} == {Presence.HERE}
    assert again.head is not None and again.head.person_id == head
    assert actions(office).count("event.undo") == 1


def test_some_who_left_together_come_back_one_by_one(office: Office) -> None:
    household = family(office)
    head, wife, child = (one.person_id for one in household.members)
    stranger = by_oneself(office, "Lê Văn Lẻ")
    paper = Paper("2026-10-01", "Phiếu báo 20")
    life(office).departed(wife, paper, place="Tỉnh khác", together=[child, stranger])
    presence = {one.person_id: one.presence for one in now(office, household).members}
    assert presence == {head: Presence.HERE, wife: Presence.LEFT, child: Presence.LEFT}
    assert count_people(office.register) == 2
    life(office).back(wife)
    presence = {one.person_id: one.presence for one in now(office, household).members}
    assert presence == {head: Presence.HERE, wife: Presence.HERE, child: Presence.LEFT}


def test_nobody_counts_twice_or_in_the_place_of_another(office: Office) -> None:
    household = family(office)
    head, wife, child = (one.person_id for one in household.members)
    paper = Paper("2026-10-01", "Phiếu báo 20")
    life(office).departed(wife, paper, place="Tỉnh khác", together=[wife, child, child])
    assert [len(recorded(office, one)) for one in (head, wife, child)] == [0, 1, 1]
    assert not any(one.has_left_together for one in now(office, household).members)


def test_who_is_in_no_household_leaves_alone(office: Office) -> None:
    alone = [by_oneself(office, name) for name in ("Lê Văn Lẻ", "Lê Thị Chiếc")]
    for person_id in alone:
        document = office.register.document(person_id)
        assert document is not None
        edit = edit_of(document, {"household_id": None})
        office.register.save([edit], author=AUTHOR, at=_CLOCK(), action="record.save")
    paper = Paper("2026-10-01", "Phiếu báo 20")
    life(office).departed(alone[0], paper, place="Tỉnh khác", together=[alone[1]])
    assert count_people(office.register) == 1


@pytest.mark.parametrize("undone", [0, 1, 2])
def test_a_household_that_moved_to_another_commune_is_shown_and_taken_back_whole(
    office: Office, undone: int
) -> None:
    household = family(office)
    ids = [one.person_id for one in household.members]
    paper = Paper("01/10/2026", "Phiếu báo 20")
    life(office).departed(ids[0], paper, place="Xã Đồng Thử", together=ids[1:])
    moved = now(office, household)
    assert moved.is_elsewhere
    assert all(one.is_elsewhere and one.has_left_together for one in moved.members)
    assert len(moved.members) == 3
    assert count_people(office.register) == 0
    life(office).back(ids[undone])
    again = now(office, household)
    assert not again.is_elsewhere
    assert {one.presence for one in again.members} == {Presence.HERE}
    assert again.head is not None


def test_members_who_move_to_another_commune_leave_the_household_here(office: Office) -> None:
    household = family(office)
    head, wife, child = (one.person_id for one in household.members)
    paper = Paper("01/10/2026", "Phiếu báo 20")
    life(office).departed(head, paper, place="99002", together=[child])
    left = now(office, household)
    assert not left.is_elsewhere
    assert {one.person_id for one in left.members if one.is_elsewhere} == {head, child}
    assert left.head is None
    assert actions(office).count("person.move_out") == 1
    life(office).back(child)
    presence = {one.person_id: one.presence for one in now(office, household).members}
    assert presence == {head: Presence.LEFT, wife: Presence.HERE, child: Presence.HERE}


def test_a_correction_is_undone_where_nothing_was_written_since(office: Office) -> None:
    household = family(office)
    head = household.members[0].person_id
    changes = {"full_name": "Trần Văn Tư", "birth_date": "12/3/1970", "sex": "1"}
    life(office).corrected(head, changes, Paper("2026-11-01", "Quyết định 5"))
    [event] = recorded(office, head)
    assert event.details["before"] == {"full_name": "Trần Văn Tú", "birth_date": "1970"}
    assert fields(office, head)["birth_date"] == "1970-03-12"
    member = now(office, household).members[0]
    households(office).change(household, member, "full_name", "Trần Văn Tứ")
    life(office).undo(head, event.event_id)
    assert fields(office, head)["full_name"] == "Trần Văn Tứ"
    assert fields(office, head)["birth_date"] == "1970"
    life(office).corrected(head, {"sex": "1"}, Paper("2026-11-02", "Quyết định 6"))
    assert len(recorded(office, head)) == 1  # nothing was wrong


def test_a_household_splits_and_the_split_is_taken_back(office: Office) -> None:
    household = family(office)
    assert household.household_id is not None
    going = [one.person_id for one in household.members[1:]]
    split = Split(members=tuple(going), head=going[0], code="01-2")
    made = life(office).split(household.household_id, split, PAPER)
    new = households(office).open(made)
    assert [(one.full_name, one.relation) for one in new.members] == [
        ("Lê Thị Hoa", "1"),
        ("Trần Thị Nụ", ""),
    ]
    assert (new.hamlet, new.code) == ("Thôn Đông", "01-2")
    assert len(now(office, household).members) == 1
    [event] = [one for one in new.events if one.kind == EventKind.SPLIT]
    life(office).undo(made, event.event_id)
    assert [(one.full_name, one.relation) for one in now(office, household).members] == [
        ("Trần Văn Tú", "1"),
        ("Lê Thị Hoa", "2"),
        ("Trần Thị Nụ", "3"),
    ]
    empty = households(office).open(made)
    assert (empty.members, empty.code, empty.head) == ((), "", None)
    with pytest.raises(UserError) as everybody:
        everyone = tuple(one.person_id for one in household.members)
        life(office).split(household.household_id, Split(everyone, everyone[0]), PAPER)
    assert everybody.value.problem is Problem.HOUSEHOLD_EMPTIED


def test_two_households_become_one_and_two_again(office: Office) -> None:
    household = family(office)
    assert household.household_id is not None
    wife, child = (one.person_id for one in household.members[1:])
    other = life(office).split(
        household.household_id, Split((wife, child), wife, code="01-2"), PAPER
    )
    life(office).merge(household.household_id, into=other, paper=PAPER)
    assert {one.full_name for one in households(office).open(other).members} == {
        "Trần Văn Tú",
        "Lê Thị Hoa",
        "Trần Thị Nụ",
    }
    old = now(office, household)
    assert old.members == ()
    [event] = [one for one in old.events if one.kind == EventKind.MERGE]
    life(office).undo(household.household_id, event.event_id)
    back = now(office, household)
    assert [(one.full_name, one.relation, one.is_head) for one in back.members] == [
        ("Trần Văn Tú", "1", True)
    ]
    assert {"household.split", "household.merge"} <= set(actions(office))


def test_a_person_event_of_a_split_takes_the_whole_split_back(office: Office) -> None:
    household = family(office)
    assert household.household_id is not None
    wife, child = (one.person_id for one in household.members[1:])
    life(office).split(household.household_id, Split((wife, child), wife), PAPER)
    [event] = events_of(fields(office, child))
    life(office).undo(child, event.event_id)
    assert len(now(office, household).members) == 3


def test_who_leaves_for_another_commune_is_handed_over_and_the_move_is_taken_back(
    office: Office,
) -> None:
    household = family(office)
    wife = household.members[1].person_id
    life(office).departed(wife, Paper("2026-11-05", "Phiếu báo 7"), place="xã đồng thử")
    assert fields(office, wife)["moved_to"]["commune"] == "99002"
    gone = now(office, household).members[-1]
    assert (gone.full_name, gone.presence) == ("Lê Thị Hoa", Presence.LEFT)
    assert gone.events[-1].paper == "Phiếu báo 7"
    assert count_people(office.register) == 2
    life(office).back(wife)
    assert now(office, household).members[1].presence is Presence.HERE
    assert count_people(office.register) == 3


def test_a_place_is_another_commune_of_the_province_or_somewhere_else() -> None:
    on = _CLOCK().date()
    named = {
        text: commune_named(text, beside="99001", on=on)
        for text in (
            "99002",
            "Xã Đồng Thử",
            "dong thu, tinh tap huan",
            "Xã Đồng Thử, Tỉnh Bến Xa",
            "Xã Suối Mẫu",
            "Cộng hòa Séc",
            "25270",
        )
    }
    assert named == {
        "99002": "99002",
        "Xã Đồng Thử": "99002",
        "dong thu, tinh tap huan": "99002",
        "Xã Đồng Thử, Tỉnh Bến Xa": "",
        "Xã Suối Mẫu": "",
        "Cộng hòa Séc": "",
        "25270": "",
    }
