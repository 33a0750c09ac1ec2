"""A list of households loaded before the officers go out."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from desktop.domain.people import CheckState, HouseholdId, PersonId, RecordStatus
from desktop.domain.preloading import PreloadedHousehold, PreloadedPerson
from desktop.errors import Problem, UserError
from desktop.training.people import households
from tests.support.offices import Office
from tests.support.worker_form import employed

TODAY = date(2026, 11, 22)


def household(*persons: PreloadedPerson) -> PreloadedHousehold:
    return PreloadedHousehold(
        household_id=HouseholdId("01900000-0000-7000-8000-000000000001"),
        commune_code="99001",
        hamlet="Ấp 1",
        code="01-00001",
        persons=persons,
    )


def person(number: int, id_number: str, *, is_head: bool = False) -> PreloadedPerson:
    fields = {
        "full_name": f"Trần Văn {'Một' if number == 1 else 'Hai'}",
        "birth_date": "1990",
        "sex": "1",
        "id_number": id_number,
    }
    return PreloadedPerson(
        person_id=PersonId(f"01900000-0000-7000-8000-00000000001{number}"),
        relation_to_head="1" if is_head else "3",
        fields=fields,
        is_head=is_head,
    )


def test_a_person_of_the_list_opens_with_the_identity_filled_in(office: Office) -> None:
    one = person(1, "003 090 000 001", is_head=True)
    assert office.records.preload([household(one)]) == 1
    [row] = office.people.search("tran van mot", limit=5)
    assert (row.hamlet, row.household_code, row.head_name) == ("Ấp 1", "01-00001", "Trần Văn Một")
    assert (row.status, row.check, row.flags) == (RecordStatus.NONE, CheckState.NOT_ASKED, 0)
    opened = office.records.open(row.person_id)
    assert opened.record_id is None
    assert opened.answers == {
        "household/hamlet": "Ấp 1",
        "household/household_code": "01-00001",
        "identity/full_name": "Trần Văn Một",
        "identity/birth_date": "1990",
        "identity/sex": "1",
        "identity/id_number": "003090000001",
        "identity/relation_to_head": "1",
        "household/province": "Tỉnh Tập Huấn",
        "household/commune": "Xã Suối Mẫu",
        "collection/collected_on": "2026-11-22",
    }
    saved = office.records.save(opened, answers=opened.answers, confirmations={})
    assert (saved.person_id, saved.household_id) == (row.person_id, opened.household_id)


def test_doubtful_identities_are_flagged_and_so_is_a_number_that_stands_twice(
    office: Office,
) -> None:
    office.records.preload(
        [household(person(1, "003190000001", is_head=True), person(2, "003190000001"))]
    )
    documents = office.register.documents(
        [f"01900000-0000-7000-8000-00000000001{n}" for n in (1, 2)]
    )
    assert documents[0].fields["flags"] == ["ID_009"]
    assert documents[1].fields["flags"] == ["ID_009", "ID_013"]


def test_the_same_list_again_changes_nothing_and_an_edited_one_only_what_differs(
    office: Office,
) -> None:
    people = list(households(count=30, commune_code="99001", today=TODAY))
    progress: list[int] = []
    assert office.records.preload(people, on_progress=progress.append) == 30
    assert progress[-1] == 30
    made = office.syncing.status().unsent
    office.records.preload(people)
    assert office.syncing.status().unsent == made
    moved = dataclasses.replace(people[0], hamlet="Ấp Mới")
    office.records.preload([moved, *people[1:]])
    assert office.syncing.status().unsent == made + 1


def test_a_list_needs_a_register_that_knows_its_commune(tmp_path: Path) -> None:
    office = Office.create(tmp_path / "register", author="Lê Thị Bình", home=None)
    with pytest.raises(UserError) as error:
        office.records.preload([household(person(1, "003090000001"))])
    assert error.value.problem is Problem.NOT_ENROLLED
    assert office.people.count("") == 0
    with pytest.raises(UserError):
        office.records.save(office.records.open(None), answers=employed(), confirmations={})
    office.close()
