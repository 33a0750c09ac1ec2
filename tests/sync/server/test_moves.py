"""Persons who move between communes: what the server makes of it, whoever acts first."""

from __future__ import annotations

import pytest

from sync.protocol.chain import digest_of, mark_of, marks_of
from sync.protocol.documents import DELETED, MOVED_TO, DataSet, DocumentType, Role, bucket_of
from sync.protocol.messages import Change, Enrolled, Fields, Hold, Outcome, PushAnswer, Row
from sync.protocol.moving import CAME_FROM, moved_id
from sync.server.enrolment import new_code
from tests.support.desk import Desk
from tests.support.server import Province, ServerProcess
from tests.sync.server.conftest import MakeDesk

HERE, THERE = "99001/register", "99002/register"
MOVE = {"commune": "99002", "date": "2026-11-20", "paper": "12/GXN", "by": "Lan"}
RIGHT = DataSet.CHILDREN_RESTRICTED
FORM = "cv2513_2022_children_special"


@pytest.fixture
def sending(officer: Desk) -> Desk:
    """An officer of 99001."""
    return officer


@pytest.fixture
def receiving(make_desk: MakeDesk) -> Desk:
    """An officer of 99002, which 99001 may not see."""
    desk = make_desk(Role.OFFICER, "99002")
    desk.commune = "99002"
    return desk


def pushed(desk: Desk, *changes: Change) -> PushAnswer:
    """Push what was just queued."""
    answer = desk.push_range(changes[0].seq, changes[-1].seq)
    assert isinstance(answer, PushAnswer)
    return answer


def move(desk: Desk, person: Change, base: int = 1, **more: str) -> Change:
    return desk.set(
        DocumentType.PERSON, person.document_id, {MOVED_TO: {**MOVE, **more}}, base=base
    )


def a_person(desk: Desk, **fields: str) -> Change:
    return desk.create(
        DocumentType.PERSON,
        {"full_name": "Lê Thị Đi", "dwelling": "Ấp 1", "household_id": "h", **fields},
    )


def rows(desk: Desk) -> dict[str, Row]:
    return {row.document_id: row for row in desk.pull().rows}


def fields_of(desk: Desk, document_id: str) -> Fields:
    return rows(desk)[document_id].fields


def test_the_receiving_commune_gets_person_and_record_and_the_sending_keeps_a_stub(
    sending: Desk, receiving: Desk
) -> None:
    person = a_person(sending)
    record = sending.create(
        DocumentType.RECORD, {"person_id": person.document_id, "answers.work/place": "x"}
    )
    pushed(sending, person, record)
    group = len(sending.changes) + 1
    away = sending.set(
        DocumentType.PERSON, person.document_id, {MOVED_TO: MOVE}, base=1, group=group
    )
    with_it = sending.set(
        DocumentType.RECORD, record.document_id, {MOVED_TO: MOVE}, base=1, group=group
    )
    answer = pushed(sending, away, with_it)
    assert [result.s for result in answer.results] == [Outcome.APPLIED] * 2
    assert THERE not in answer.heads and "99002/labour" not in answer.heads
    arrived = moved_id(person.document_id, "99002")
    there = fields_of(receiving, arrived)
    assert there == {
        "full_name": "Lê Thị Đi",
        "dwelling": "Ấp 1",
        CAME_FROM: {
            "commune": "99001",
            "document": person.document_id,
            "date": "2026-11-20",
            "paper": "12/GXN",
        },
    }
    its_record = fields_of(receiving, moved_id(record.document_id, "99002"))
    assert its_record["person_id"] == arrived
    assert fields_of(sending, person.document_id)[MOVED_TO] == MOVE
    assert arrived not in rows(sending)
    end = receiving.pull().end
    assert end.digest[THERE] == digest_of([(arrived, 1)])
    assert end.marks[THERE] == marks_of([(arrived, 1, mark_of(away.change_id))])


def test_who_knows_of_the_move_edits_no_more(sending: Desk) -> None:
    person = a_person(sending)
    pushed(sending, person, move(sending, person))
    late = sending.set(DocumentType.PERSON, person.document_id, {"dwelling": "Ấp 9"}, base=2)
    (result,) = pushed(sending, late).results
    assert (result.s, result.why) == (Outcome.HELD, Hold.MOVED.value)


def test_an_edit_that_did_not_know_of_the_move_is_decided_about_and_follows(
    sending: Desk, receiving: Desk, make_desk: MakeDesk
) -> None:
    colleague = make_desk(Role.OFFICER)
    person = a_person(sending)
    pushed(sending, person)
    pushed(sending, move(sending, person))
    edit = colleague.set(DocumentType.PERSON, person.document_id, {"dwelling": "Ấp 2"}, base=1)
    (result,) = pushed(colleague, edit).results
    assert (result.s, result.f) == (Outcome.CLASH, [MOVED_TO])
    arrived = moved_id(person.document_id, "99002")
    assert fields_of(receiving, arrived)["dwelling"] == "Ấp 1"
    row = rows(sending)[person.document_id]
    assert [clash.value for clash in row.clashes[MOVED_TO]] == [None]
    pushed(sending, move(sending, person, base=row.version))  # it did move
    assert rows(sending)[person.document_id].clashes == {}
    assert fields_of(receiving, arrived)["dwelling"] == "Ấp 2"


def test_a_move_that_did_not_know_of_an_edit_waits(sending: Desk, receiving: Desk) -> None:
    person = a_person(sending)
    edit = sending.set(DocumentType.PERSON, person.document_id, {"dwelling": "Ấp 2"}, base=1)
    pushed(sending, person, edit)
    sending.begin_epoch()  # as another register, that saw the first version only
    (result,) = pushed(sending, move(sending, person)).results
    assert (result.s, result.f) == (Outcome.CLASH, [MOVED_TO])
    assert rows(receiving) == {}


def test_a_move_taken_back_takes_the_likeness_unless_somebody_worked_on_it(
    sending: Desk, receiving: Desk
) -> None:
    untouched, touched = a_person(sending), a_person(sending, full_name="Lê Thị Ở")
    pushed(sending, untouched, touched, move(sending, untouched), move(sending, touched))
    there = [moved_id(one.document_id, "99002") for one in (untouched, touched)]
    pushed(receiving, receiving.set(DocumentType.PERSON, there[1], {"dwelling": "Ấp 7"}, base=1))
    back = [
        sending.set(DocumentType.PERSON, one.document_id, {MOVED_TO: None}, base=2)
        for one in (untouched, touched)
    ]
    pushed(sending, *back)
    assert fields_of(receiving, there[0])[DELETED]["reason"] == "moved back"
    stands = rows(receiving)[there[1]]
    assert DELETED not in stands.fields
    assert stands.fields["dwelling"] == "Ấp 7"
    assert stands.clashes[DELETED][0].value["reason"] == "moved back"
    pushed(sending, move(sending, untouched, base=3))
    assert DELETED not in fields_of(receiving, there[0])


@pytest.mark.parametrize("is_sent_first", [True, False], ids=["sent-first", "entered-first"])
def test_whoever_acts_first_one_person_stands_in_the_receiving_commune(
    sending: Desk, receiving: Desk, is_sent_first: bool
) -> None:
    person = a_person(sending, id_number="003190000011")
    pushed(sending, person)
    arrived = moved_id(person.document_id, "99002")
    if is_sent_first:
        pushed(sending, move(sending, person))
    entered = receiving.create(
        DocumentType.PERSON, {"full_name": "Lê Thị Đi", "id_number": "003190000011"}
    )
    pushed(receiving, entered)
    if not is_sent_first:
        pushed(sending, move(sending, person))
    link = {"merged_into": arrived}
    merge = receiving.set(DocumentType.PERSON, entered.document_id, link, base=1)
    (result,) = pushed(receiving, merge).results
    assert result.s is Outcome.APPLIED
    found = {name: row.fields for name, row in rows(receiving).items()}
    standing = {name for name, fields in found.items() if "merged_into" not in fields}
    assert standing == {arrived}
    assert found[arrived]["dwelling"] == "Ấp 1"


def test_who_leaves_the_province_is_closed_and_arrives_nowhere(
    sending: Desk, receiving: Desk
) -> None:
    person = a_person(sending)
    (_, result) = pushed(sending, person, move(sending, person, commune="04321")).results
    assert result.s is Outcome.APPLIED
    assert fields_of(sending, person.document_id)[MOVED_TO]["commune"] == "04321"
    assert rows(receiving) == {}


def test_what_is_restricted_moves_only_by_a_device_with_the_right_to_devices_with_it(
    server: ServerProcess, province: Province, make_desk: MakeDesk
) -> None:
    desks = []
    for commune in ("99001", "99002"):
        desk = Desk(server.url)
        desk.commune = commune
        with province.engine.begin() as connection:
            office = province.office(Role.OFFICER, commune)
            code = new_code(connection, office_id=office, user_name="Tổ", rights=[RIGHT])
        assert isinstance(desk.enrol(code), Enrolled)
        desk.login()
        desks.append(desk)
    sending, receiving = desks
    ordinary, other = make_desk(Role.OFFICER, "99001"), make_desk(Role.OFFICER, "99002")
    bucket = bucket_of("99001", RIGHT)
    record = sending.create(DocumentType.RECORD, {"form_id": FORM, "person_id": "p"}, bucket=bucket)
    pushed(sending, record)
    tried = ordinary.set(
        DocumentType.RECORD, record.document_id, {MOVED_TO: MOVE}, base=1, bucket=bucket
    )
    (result,) = pushed(ordinary, tried).results
    assert (result.s, result.why) == (Outcome.HELD, Hold.BUCKET.value)
    away = sending.set(
        DocumentType.RECORD, record.document_id, {MOVED_TO: MOVE}, base=1, bucket=bucket
    )
    pushed(sending, away)
    arrived = moved_id(record.document_id, "99002")
    assert rows(receiving)[arrived].bucket == bucket_of("99002", RIGHT)
    assert arrived not in rows(other)
    for desk in desks:
        desk.http.close()
