"""A base list meets what officers made of its commune: merges, households, flags, its own chain."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from sync.protocol.documents import DELETED, MERGED_INTO, DocumentType
from sync.protocol.messages import Outcome, Row, Value
from sync.server.__main__ import cli
from sync.server.base_lists import Loaded
from sync.server.directory import server_seed
from tests.support.base_lists import load, row, write
from tests.support.desk import AT, Desk

PERSON, HOUSEHOLD = DocumentType.PERSON, DocumentType.HOUSEHOLD
FIRST, SECOND = "01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"
MISTAKE = {"reason": "nhập hai lần", "by": "Cán bộ tập huấn", "at": AT}
Listed = Callable[..., Loaded]


@pytest.fixture
def listed(database: Engine, tmp_path: Path) -> Listed:
    """Publishes a list of these rows."""

    def publish(*rows: Mapping[str, str]) -> Loaded:
        return load(database, write(tmp_path / "list.csv", rows))

    return publish


def pushed(desk: Desk) -> None:
    """Everything the desk did counts at the server."""
    assert all(one.s is not Outcome.HELD for one in desk.push().results)


def held(desk: Desk, kind: DocumentType = PERSON) -> dict[str, Row]:
    """The documents of this kind by their ids."""
    return {one.document_id: one for one in desk.pull().rows if one.document_type == kind.value}


def the_one(desk: Desk, kind: DocumentType = PERSON) -> Row:
    [found] = held(desk, kind).values()
    return found


def twins(desk: Desk, gone: str, stays: str, gone_fields: Mapping[str, Value]) -> None:
    """Two entries of the woman of row 1; the office found that they are the same."""
    entries: dict[str, Mapping[str, Value]] = {
        gone: gone_fields,
        stays: {"full_name": row(1)["Họ và tên"], "birth_date": "1990-05-02", "sex": "2"},
    }
    for entry in (FIRST, SECOND):
        desk.create(PERSON, entries[entry], document_id=entry)
    desk.set(PERSON, gone, {MERGED_INTO: stays})
    pushed(desk)


@pytest.mark.parametrize(("gone", "stays"), [(FIRST, SECOND), (SECOND, FIRST)])
def test_a_list_is_about_who_stands_for_a_merged_entry_with_the_number(
    officer: Desk, listed: Listed, gone: str, stays: str
) -> None:
    number = row(1)["Số định danh"]
    twins(officer, gone, stays, {"full_name": "Trần Thị Cũ", "id_number": number})
    done = listed(row(1))
    assert (done.new, done.changed) == (0, 1)
    found = held(officer)
    assert found[stays].fields["native_place"] == row(1)["Quê quán"]
    assert found[stays].fields["id_number"] == number
    assert "native_place" not in found[gone].fields
    again = listed(row(1) | {"Quê quán": "Xã Mới"})
    assert (again.new, again.changed) == (0, 1)
    assert held(officer)[stays].fields["native_place"] == "Xã Mới"
    assert listed(row(1) | {"Quê quán": "Xã Mới"}).pack is None


@pytest.mark.parametrize(("gone", "stays"), [(FIRST, SECOND), (SECOND, FIRST)])
def test_who_stands_for_a_merged_entry_keeps_the_own_number(
    officer: Desk, listed: Listed, gone: str, stays: str
) -> None:
    fields = {"full_name": "Trần Thị Cũ", "id_number": row(1)["Số định danh"]}
    twins(officer, gone, stays, fields)
    officer.set(PERSON, stays, {"id_number": "003190777777"}, base=1)
    pushed(officer)
    assert listed(row(1)).clashes == 0
    assert held(officer).keys() == {FIRST, SECOND}
    assert held(officer)[stays].fields["id_number"] == "003190777777"
    # A list that has her twice, by each number: both rows are known, neither makes a third entry.
    both = [row(1), row(1) | {"Số định danh": "003190777777"}]
    for rows in (both, both[::-1]):
        assert listed(*rows).new == 0
        assert held(officer)[stays].fields["id_number"] == "003190777777"


@pytest.mark.parametrize(("gone", "stays"), [(FIRST, SECOND), (SECOND, FIRST)])
def test_a_merged_entry_of_the_same_name_makes_nobody_a_second_time(
    officer: Desk, listed: Listed, gone: str, stays: str
) -> None:
    same = {"full_name": row(1)["Họ và tên"], "birth_date": "1990-05-02", "sex": "2"}
    twins(officer, gone, stays, same)
    for number in ("", row(1)["Số định danh"]):
        done = listed(row(1) | {"Số định danh": number})
        assert (done.new, done.changed) == (0, 1)
    found = held(officer)
    assert found.keys() == {FIRST, SECOND}
    assert found[stays].fields["id_number"] == row(1)["Số định danh"]
    assert "id_number" not in found[gone].fields


def test_who_was_deleted_is_not_made_again(officer: Desk, listed: Listed) -> None:
    listed(row(1))
    before = the_one(officer)
    officer.set(PERSON, before.document_id, {DELETED: MISTAKE}, base=before.version)
    pushed(officer)
    done = listed(row(1) | {"Quê quán": "Xã Mới"})
    assert (done.new, done.changed, done.pack) == (0, 0, None)


def test_a_number_that_the_office_gave_somebody_else_takes_over_nobody(
    officer: Desk, listed: Listed
) -> None:
    listed(row(1))
    one = the_one(officer)
    officer.set(PERSON, one.document_id, {"id_number": "003190777777"}, base=one.version)
    pushed(officer)
    listed(row(1) | {"Số định danh": "003190777777"})
    assert listed(row(1) | {"Họ và tên": "Trần Thị Khác"}).new == 1
    found = held(officer)
    assert found.pop(one.document_id).fields["full_name"] == row(1)["Họ và tên"]
    [other] = found.values()
    assert other.fields["full_name"] == "Trần Thị Khác"


def test_a_household_of_the_list_in_which_nobody_comes_to_live_is_not_made(
    officer: Desk, listed: Listed
) -> None:
    home = officer.create(HOUSEHOLD, {"code": "07-00001", "hamlet": "Ấp 7"}).document_id
    fields = {"full_name": "Trần Thị Lan", "id_number": row(0)["Số định danh"]}
    officer.person(**fields, household_id=home)
    pushed(officer)
    listed(row(0))
    assert held(officer, HOUSEHOLD).keys() == {home}
    assert the_one(officer).fields["household_id"] == home
    # Her children live there: the household is made, and she, who does not, does not head it.
    listed(row(0), row(1))
    [made] = held(officer, HOUSEHOLD).keys() - {home}
    assert "head_person_id" not in held(officer, HOUSEHOLD)[made].fields


def test_a_household_that_the_office_took_out_gets_nobody_in_again(
    officer: Desk, listed: Listed
) -> None:
    listed(row(0))
    home, first = the_one(officer, HOUSEHOLD), the_one(officer)
    assert home.fields["head_person_id"] == first.document_id
    officer.set(PERSON, first.document_id, {"household_id": None}, base=first.version)
    officer.set(HOUSEHOLD, home.document_id, {DELETED: MISTAKE}, base=home.version)
    pushed(officer)
    assert listed(row(0), row(1)).new == 1
    assert held(officer, HOUSEHOLD).keys() == {home.document_id}
    assert all("household_id" not in one.fields for one in held(officer).values())


def test_whom_the_office_took_out_of_a_household_stays_out_and_heads_none(
    officer: Desk, listed: Listed
) -> None:
    listed(row(0))
    first = the_one(officer)
    officer.set(PERSON, first.document_id, {"household_id": None}, base=first.version)
    pushed(officer)
    known = held(officer, HOUSEHOLD).keys()
    listed(row(0) | {"Mã hộ": "02-77777"})
    assert held(officer, HOUSEHOLD).keys() == known
    listed(row(0) | {"Mã hộ": "02-77777"}, row(1) | {"Mã hộ": "02-77777", "Thôn/tổ": "Ấp 1"})
    [made] = held(officer, HOUSEHOLD).keys() - known
    assert "head_person_id" not in held(officer, HOUSEHOLD)[made].fields
    found = held(officer)
    assert "household_id" not in found.pop(first.document_id).fields
    assert [one.fields["household_id"] for one in found.values()] == [made]


def test_flags_follow_what_a_later_list_corrects(officer: Desk, listed: Listed) -> None:
    def flags() -> Value:
        return the_one(officer).fields.get("flags")

    listed(row(1) | {"Số định danh": ""})
    assert flags() == ["ID_006"]
    assert listed(row(1)).clashes == 0
    assert flags() is None
    listed(row(1) | {"Giới tính": "Nam"})
    assert flags() == ["ID_009"]
    listed(row(1) | {"Ngày sinh": "02/05/1991"})
    assert flags() == ["ID_010"]
    listed(row(1))
    assert flags() is None


def test_the_flag_of_a_number_that_others_have_stays_until_an_officer_looks(
    officer: Desk, listed: Listed
) -> None:
    listed(row(1) | {"Số định danh": ""})
    one = the_one(officer)
    officer.set(PERSON, one.document_id, {"flags": ["ID_006", "ID_013"]}, base=one.version)
    pushed(officer)
    done = listed(row(1))
    after = the_one(officer)
    assert after.fields["flags"] == ["ID_013"]
    assert done.clashes == 0  # what each save works out anew is nobody's to decide


def test_flags_of_an_officer_s_word_stay_where_the_word_stays(
    officer: Desk, listed: Listed
) -> None:
    listed(row(1))
    one = the_one(officer)
    fields = {"sex": "1", "flags": ["ID_009"]}
    officer.set(PERSON, one.document_id, fields, base=one.version)
    pushed(officer)
    done = listed(row(1) | {"Ngày sinh": "02/05/1990", "Giới tính": ""})
    assert the_one(officer).fields["flags"] == ["ID_009"]
    assert done.clashes == 0


def verified(engine: Engine) -> tuple[int, list[str]]:
    url = engine.url.render_as_string(hide_password=False)
    runner = CliRunner(env={"SO_AN_SINH_DATABASE_URL": url})
    done = runner.invoke(cli, ["verify-ledger", "--json"])
    return done.exit_code, json.loads(done.output)["problems"]


def test_the_chain_of_the_lists_is_whole_after_each_and_tells_what_was_cut_off(
    officer: Desk, listed: Listed, database: Engine
) -> None:
    officer.person()
    pushed(officer)
    for count in (2, 5):
        listed(*(row(number) for number in range(count)))
        assert verified(database) == (0, [])
    listed(row(1))  # says nothing new
    assert verified(database) == (0, [])
    lists = "device_id = '00000000-0000-8000-8000-000000000001'"
    for deed, told in (
        (f"DELETE FROM operations WHERE {lists} AND seq > 4", "does not end"),  # noqa: S608
        (f"DELETE FROM operations WHERE {lists}", "are missing"),  # noqa: S608 texts of ours
    ):
        with database.begin() as connection:
            assert connection.execute(text(deed)).rowcount
        code, problems = verified(database)
        assert code == 1
        assert len(problems) == 1 and told in problems[0]


def test_ids_of_a_list_come_of_its_rows_and_of_the_server_s_key(
    listed: Listed, officer: Desk, database: Engine
) -> None:
    def ids_by(key: bytes) -> set[str]:
        """Of a list that is published by a server of this key for the first time."""
        with database.begin() as connection:
            connection.execute(text("UPDATE server_keys SET seed = :key"), {"key": key})
            connection.execute(text("TRUNCATE documents, document_places, buckets"))
        assert listed(row(1)).new == 1
        with database.connect() as connection:
            return set(connection.scalars(text("SELECT id::text FROM documents")))

    with database.begin() as connection:
        own = server_seed(connection)
    ids = ids_by(own)
    assert len(ids) == 2  # she and her household
    assert not ids & ids_by(bytes(32)), "whoever has no key does not work them out"
    assert ids_by(own) == ids
    assert officer.device


def test_a_household_that_the_office_deleted_stays_so_whatever_id_it_would_get_now(
    listed: Listed, officer: Desk, database: Engine
) -> None:
    listed(row(1))
    person, household = the_one(officer), the_one(officer, HOUSEHOLD)
    officer.set(PERSON, person.document_id, {"household_id": None})
    officer.set(HOUSEHOLD, household.document_id, {DELETED: MISTAKE})
    pushed(officer)
    with database.begin() as connection:
        connection.execute(text("UPDATE server_keys SET seed = :key"), {"key": bytes(32)})
    assert listed(row(1)).pack is None
    assert the_one(officer, HOUSEHOLD).document_id == household.document_id


def test_lists_that_the_ledger_was_never_told_of_are_checked_link_by_link(
    listed: Listed, officer: Desk, database: Engine
) -> None:
    listed(row(1), row(2))
    with database.begin() as connection:
        connection.execute(text("DELETE FROM ledger"))
    assert verified(database) == (0, [])
    with database.begin() as connection:
        connection.execute(text("DELETE FROM operations WHERE seq = 1"))
    assert verified(database)[0] == 1
    assert officer.device
