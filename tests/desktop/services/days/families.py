"""Households and what happens to people: each with its paper, deleted, merged, moved."""

from __future__ import annotations

from desktop.domain.households import Added, NewPerson, Paper, Split
from desktop.domain.ledger import Action
from desktop.domain.life import Choice
from desktop.domain.people import HouseholdId
from desktop.domain.worklists import Order, WorkList
from tests.desktop.services.days.stage import Scene, Stage, told
from tests.desktop.services.test_households import family, households
from tests.desktop.services.test_life import (
    NUMBER,
    PAPER,
    _person,
    filled,
    merging,
    relocating,
    removing,
)
from tests.desktop.services.test_life_events import life
from tests.desktop.services.test_worklists import actions


def _home(stage: Stage) -> set[str]:
    """A family is entered, one dies, leaves, comes back; the household splits and is one again."""
    office = stage.alone()
    household = family(office)
    assert household.household_id is not None
    head, wife, child = (one.person_id for one in household.members)
    households(office).change(household, household.members[0], "birth_date", "5/7/1970")
    paper = Paper(date="20/11/2026", paper="Trích lục 12/2026")
    life(office).departed(wife, paper, place="Tỉnh khác")
    life(office).arrived(wife, paper)
    life(office).corrected(wife, {"birth_date": "1973"}, paper)
    other = life(office).split(household.household_id, Split((wife, child), wife), paper)
    life(office).merge(other, into=household.household_id, paper=paper)
    life(office).died(head, paper)
    life(office).back(head)
    alone = households(office).add(households(office).of_person(None), NewPerson("Lê Văn Lẻ"))
    assert isinstance(alone, Added)
    households(office).take(alone.household, child, relation="3", paper=paper)
    return told(office)


def _entries(stage: Stage) -> set[str]:
    """Entries are deleted, brought back, merged, parted; somebody moves away, somebody comes."""
    office = stage.alone()
    one = filled(office, identity__id_number=NUMBER)
    removing(office).delete_person(one.person_id, reason="nhập nhầm")
    removing(office).restore(one.person_id)
    two = filled(office, identity__id_number=NUMBER, household__household_code="01-2")
    [case] = merging(office).twins()
    merging(office).decide(case, Choice.FIRST)
    merging(office).part(case.sides[1].person_id)
    merging(office).declare_distinct(one.person_id, two.person_id)
    household = HouseholdId(two.household_id)
    relocating(office).move_household(household, to_commune="99002", paper=PAPER)
    relocating(office).cancel(household)
    came = {"commune": "99002", "date": "2026-11-20"}
    relocating(office).receive(_person(office, "Lê Thị Đến", came_from=came), paper=PAPER)
    return told(office)


def _lists(stage: Stage) -> set[str]:
    """A list of people to be worked on leaves the register for a purpose."""
    office = stage.alone()
    family(office)
    actions(office).export(
        stage.folder / "list.xlsx",
        WorkList.UNCHECKED,
        ids=None,
        order=Order(),
        sheet="1",
        headings=("",),
        widths=(20,),
        cells=lambda row: (row.full_name,),
        purpose="Gửi công an xã",
    )
    return told(office)


SCENES = (
    Scene(
        "home",
        frozenset(
            {
                Action.HOUSEHOLD_EDIT,
                Action.MEMBER_ADD,
                Action.MEMBER_EDIT,
                Action.PERSON_HOUSEHOLD,
                Action.PERSON_DEATH,
                Action.PERSON_DEPARTURE,
                Action.PERSON_ARRIVAL,
                Action.PERSON_CORRECT,
                Action.HOUSEHOLD_SPLIT,
                Action.HOUSEHOLD_MERGE,
                Action.EVENT_UNDO,
            }
        ),
        _home,
    ),
    Scene(
        "entries",
        frozenset(
            {
                Action.DOCUMENT_DELETE,
                Action.DOCUMENT_RESTORE,
                Action.PERSON_MERGE,
                Action.PERSON_UNMERGE,
                Action.PERSON_DISTINCT,
                Action.PERSON_MOVE_OUT,
                Action.PERSON_MOVE_CANCEL,
                Action.PERSON_RECEIVE,
            }
        ),
        _entries,
    ),
    Scene("lists", frozenset({Action.PEOPLE_LIST_EXPORT}), _lists),
)
