"""The base list of a commune reaches its register as documents, and no officer's word is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from desktop.domain.people import PersonId
from desktop.store.holdings import holdings
from sync.protocol.documents import LISTED_BY, Role
from sync.server.tables import documents, operations, publications
from tests.e2e.conftest import MakeOffice
from tests.e2e.test_three_offices import digests, sync
from tests.support.base_lists import load, row, write
from tests.support.offices import Office
from tests.support.server import Province
from tests.support.worker_form import employed

#: As many as a commune has; every day fewer.
PEOPLE = [1_000, pytest.param(20_000, marks=pytest.mark.long)]


@pytest.fixture
def officer(make_office: MakeOffice) -> Office:
    return make_office(Role.OFFICER, "Lê Thị Bình")


def the_one(office: Office, number: str) -> PersonId:
    [found] = office.records.persons_with_number(number, other_than=None)
    return found.person_id


def fields_of(office: Office, person_id: PersonId) -> dict[str, object]:
    document = office.register.document(person_id)
    assert document is not None
    return dict(document.fields)


@pytest.mark.parametrize("people", PEOPLE)
def test_a_commune_s_persons_stand_in_the_register_after_a_sync(
    officer: Office, province: Province, tmp_path: Path, people: int
) -> None:
    done = load(province.engine, write(tmp_path / "list.csv", [row(n) for n in range(people)]))
    assert (done.persons, done.new, done.clashes) == (people, people, 0)
    sync(officer)
    assert officer.people.count("") == people
    opened = officer.records.open(the_one(officer, "003190000005"))
    assert opened.answers["identity/full_name"] == row(5)["Họ và tên"]
    assert opened.answers["identity/birth_date"] == "1990-05-06"
    assert opened.answers["identity/sex"] == "2"
    assert opened.answers["household/household_code"] == "02-00001"
    assert opened.answers["household/hamlet"] == "Ấp 2"
    assert {"identity/full_name", "identity/id_number", "identity/birth_date"} <= opened.from_list
    assert "household/hamlet" not in opened.from_list
    with province.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(publications)) == 1


def test_a_list_a_second_time_changes_nothing(
    officer: Office, province: Province, tmp_path: Path
) -> None:
    path = write(tmp_path / "list.csv", [row(n) for n in range(8)])
    first = load(province.engine, path)
    assert first.pack is not None and first.pack.number == 1
    sync(officer)

    def everything() -> list[object]:
        with province.engine.connect() as connection:
            rows = connection.execute(select(documents).order_by(documents.c.id)).all()
            lines = connection.scalar(select(func.count()).select_from(operations))
        return [*rows, lines]

    before = everything()
    again = load(province.engine, path)
    assert (again.new, again.changed, again.clashes, again.pack) == (0, 0, 0, None)
    assert everything() == before


def test_an_officer_s_correction_survives_the_next_list(
    officer: Office, province: Province, tmp_path: Path
) -> None:
    load(province.engine, write(tmp_path / "a.csv", [row(n) for n in range(4)]))
    sync(officer)
    person_id = the_one(officer, "003190000001")
    opened = officer.records.open(person_id)
    corrected = {
        **employed(),
        **opened.answers,
        "identity/full_name": "Trần Thị Đúng",
        "identity/permanent_residence": "Số 9, Ấp 1",
    }
    saved = officer.records.save(opened, answers=corrected, confirmations={})
    assert "identity/full_name" not in saved.stored.from_list
    sync(officer)
    rows = [row(n) for n in range(4)]
    load(province.engine, write(tmp_path / "b.csv", [*rows, row(9)]))  # says of her what it said
    sync(officer)
    assert fields_of(officer, person_id)["full_name"] == "Trần Thị Đúng"
    assert not officer.records.open(person_id).competing
    rows[1] |= {"Họ và tên": "Trần Thị Ba", "Nơi thường trú": "Ấp 7", "Quê quán": "Xã Mới"}
    done = load(province.engine, write(tmp_path / "c.csv", rows))
    assert (done.new, done.changed, done.clashes) == (0, 1, 1)
    sync(officer)
    fields = fields_of(officer, person_id)
    assert fields["full_name"] == "Trần Thị Đúng"
    assert fields["permanent_residence"] == "Số 9, Ấp 1"
    assert fields["native_place"] == "Xã Mới"  # nobody had touched it
    assert fields["listed.permanent_residence"] == "Ấp 7"
    opened = officer.records.open(person_id)
    [other] = opened.competing["identity/full_name"]
    assert (other.value, other.by) == ("Trần Thị Ba", "Tỉnh Tập Huấn")
    officer.records.save(
        opened,
        answers=opened.answers,
        confirmations={},
        decided=["identity/full_name"],
    )
    sync(officer)
    load(province.engine, write(tmp_path / "c.csv", rows))
    sync(officer)
    assert fields_of(officer, person_id)["full_name"] == "Trần Thị Đúng"
    assert not officer.records.open(person_id).competing


def test_somebody_the_office_has_already_is_no_second_person(
    officer: Office, province: Province, tmp_path: Path
) -> None:
    entered = officer.records.save(
        officer.records.open(None),
        answers=employed(identity__id_number="003190000002", identity__birth_date="1990-05-03"),
        confirmations={},
    )
    sync(officer)
    load(province.engine, write(tmp_path / "a.csv", [row(n) for n in range(4)]))
    sync(officer)
    assert officer.people.count("") == 4
    assert the_one(officer, "003190000002") == entered.person_id
    opened = officer.records.open(entered.person_id)
    assert opened.competing.keys() == {"identity/full_name"}
    assert opened.definition.form_id and opened.listed["identity/native_place"]


def test_typed_offline_before_the_list_came_both_stay_and_are_told(
    officer: Office, province: Province, tmp_path: Path
) -> None:
    officer.records.save(
        officer.records.open(None),
        answers=employed(identity__id_number="003190000002"),
        confirmations={},
    )
    load(province.engine, write(tmp_path / "a.csv", [row(n) for n in range(4)]))
    sync(officer)
    found = officer.records.persons_with_number("003190000002", other_than=None)
    assert len(found) == 2  # the finding of twins shows them to the officer


def test_whoever_syncs_next_holds_the_same(
    make_office: MakeOffice, province: Province, tmp_path: Path
) -> None:
    first = make_office(Role.OFFICER, "Lê Thị Bình")
    load(province.engine, write(tmp_path / "a.csv", [row(n) for n in range(40)]))
    second = make_office(Role.OFFICER, "Trần Lan")
    sync(first, second)
    assert digests(first) == digests(second)
    assert holdings(first.register) == holdings(second.register)
    assert fields_of(second, the_one(second, "003190000001"))[LISTED_BY] == "1 2026-11-01"
