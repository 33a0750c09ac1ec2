"""Every change once, whatever is repeated, cut anew, sent twice at once or answered in vain."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, func, select

from sync.protocol import codec
from sync.protocol.chain import digest_of
from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import Hold, Outcome, PushAnswer, Refusal, RefusalCode
from sync.server.tables import documents, operations
from tests.support.desk import Desk, an_id
from tests.sync.server.conftest import MakeDesk


def number_of(database: Engine, table: str) -> int:
    """Rows in ``documents`` or ``operations``."""
    source = {"documents": documents, "operations": operations}[table]
    with database.connect() as connection:
        return connection.execute(select(func.count()).select_from(source)).scalar_one()


def test_a_push_is_applied_and_receipted(officer: Desk) -> None:
    person = officer.person(sex="1")
    answer = officer.push()
    assert answer.acked == 1
    assert [(r.seq, r.s, r.ver) for r in answer.results] == [(1, Outcome.APPLIED, 1)]
    page = officer.pull()
    (row,) = page.rows
    assert (row.document_id, row.version) == (person.document_id, 1)
    assert row.fields == {"full_name": "Nguyễn Văn Thử", "sex": "1"}
    assert page.end.server_epoch == answer.server_epoch


def test_a_push_sent_again_gets_the_same_receipt_and_changes_nothing(
    officer: Desk, database: Engine
) -> None:
    for _ in range(5):
        officer.person()
    first, again = officer.push(), officer.push()
    assert (again.acked, again.h, again.results) == (first.acked, first.h, first.results)
    assert number_of(database, "operations") == 5


def test_batches_cut_anew_apply_each_change_once(officer: Desk, database: Engine) -> None:
    person = officer.person(dwelling="0")
    for number in range(1, 20):
        officer.set(DocumentType.PERSON, person.document_id, {"dwelling": str(number)}, base=number)
    for first, last in [(1, 7), (3, 9), (1, 12), (12, 12), (5, 20), (1, 20), (20, 20)]:
        answer = officer.push_range(first, last)
        assert isinstance(answer, PushAnswer)
        assert [result.seq for result in answer.results] == list(range(first, last + 1))
        assert [result.ver for result in answer.results] == list(range(first, last + 1))
    assert number_of(database, "operations") == 20
    (row,) = officer.pull().rows
    assert (row.version, row.fields["dwelling"]) == (20, "19")


def test_the_same_push_in_parallel_is_applied_once(officer: Desk, database: Engine) -> None:
    for _ in range(100):
        officer.person()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: officer.push_those(1, 100), range(6)))
    assert {answer.acked for answer in answers} == {100}
    assert number_of(database, "operations") == 100
    assert number_of(database, "documents") == 100


def test_an_empty_push_tells_where_the_server_is(officer: Desk) -> None:
    officer.person()
    officer.push()
    answer = officer.push_range(2, 1)
    assert isinstance(answer, PushAnswer)
    assert (answer.acked, answer.results) == (1, [])


def test_a_missing_change_is_a_gap(officer: Desk) -> None:
    for _ in range(4):
        officer.person()
    officer.push_range(1, 1)
    assert officer.push_range(3, 4) == Refusal(code=RefusalCode.GAP, expected=2)


@pytest.mark.parametrize("restored_at", [0, 1, 2])
def test_other_content_under_a_used_number_is_a_fork(officer: Desk, restored_at: int) -> None:
    for _ in range(3):
        officer.person()
    officer.push()
    kept = officer.changes[:restored_at]
    officer.begin_epoch(officer.epoch)
    for change in kept:
        officer.queue(change)
    for _ in range(3):
        officer.person()
    assert officer.push_range(1, len(officer.changes)) == Refusal(code=RefusalCode.FORK)
    for _ in range(2):
        officer.person()
    assert officer.push_range(4, len(officer.changes)) == Refusal(code=RefusalCode.FORK)


def test_a_new_epoch_starts_at_one_and_repeats_nothing(officer: Desk, database: Engine) -> None:
    """A register that took a new epoch queues its changes anew: the server knows them by id."""
    person = officer.person(dwelling="0")
    officer.set(DocumentType.PERSON, person.document_id, {"dwelling": "1"})
    first = officer.push()
    sent = officer.changes
    officer.begin_epoch()
    for change in sent:
        officer.queue(change)
    officer.set(DocumentType.PERSON, person.document_id, {"dwelling": "2"}, base=2)
    answer = officer.push()
    assert [result.ver for result in answer.results] == [1, 2, 3]
    assert answer.results[:2] == first.results
    assert number_of(database, "documents") == 1
    (row,) = officer.pull().rows
    assert row.fields["dwelling"] == "2"


def test_a_change_id_stands_for_one_edit_for_ever(officer: Desk) -> None:
    first = officer.person(dwelling="1")
    officer.push()
    again = replace(first, seq=2, group=2, document_id=an_id())
    officer.queue(again)
    (result,) = officer.push(since=2).results
    assert (result.s, result.why) == (Outcome.HELD, Hold.BAD_ID.value)


def test_the_old_epoch_of_a_copied_register_keeps_its_numbers(officer: Desk) -> None:
    officer.person()
    officer.push()
    old = officer.push_body(1, 1)
    officer.begin_epoch()
    officer.person()
    officer.push()
    again = officer.send(old)
    assert isinstance(again, PushAnswer)
    assert again.acked == 1


def test_an_answer_lost_after_the_commit_is_given_again(officer: Desk, database: Engine) -> None:
    for _ in range(10):
        officer.person()
    body = codec.compressed(officer.push_body(1, 10))
    address = urlsplit(officer.url)
    head = (
        f"POST /sync/v1/push HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Content-Type: {codec.LINES_TYPE}\r\nContent-Encoding: gzip\r\n"
        f"Authorization: Bearer {officer.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port)) as line:
        line.sendall(head.encode() + body)
        committed = threading.Event()
        while number_of(database, "operations") < 10:
            committed.wait(0.01)
    answer = officer.push()
    assert answer.acked == 10
    assert {result.s for result in answer.results} == {Outcome.APPLIED}
    assert number_of(database, "documents") == 10


def test_a_change_signed_by_another_key_is_refused(officer: Desk, make_desk: MakeDesk) -> None:
    other = make_desk(Role.OFFICER)
    officer.person()
    body = officer.push_body(1, 1)
    assert other.send(body) == Refusal(code=RefusalCode.BAD_SIGNATURE)
    spoiled = body.replace(b"Nguy\xe1\xbb\x85n", b"Nguyen")
    assert officer.send(spoiled) == Refusal(code=RefusalCode.BAD_SIGNATURE)
    assert officer.push().acked == 1


def test_a_held_change_holds_its_whole_save_and_nothing_else(officer: Desk) -> None:
    household = officer.create(DocumentType.HOUSEHOLD, {"hamlet": "Ấp 1"}, group=1)
    officer.create(DocumentType.PERSON, {"no_such_field": "x"}, group=1)
    officer.set(DocumentType.HOUSEHOLD, household.document_id, {"hamlet": "Ấp 2"}, group=2)
    good = officer.person()
    answer = officer.push()
    assert answer.acked == 4
    assert [(r.s, r.why) for r in answer.results] == [
        (Outcome.HELD, Hold.GROUP.value),
        (Outcome.HELD, Hold.UNKNOWN_FIELD.value),
        (Outcome.HELD, Hold.MISSING.value),
        (Outcome.APPLIED, ""),
    ]
    assert [row.document_id for row in officer.pull().rows] == [good.document_id]
    assert officer.push().results == answer.results


def test_a_held_save_can_be_corrected_with_the_same_ids(officer: Desk) -> None:
    person = an_id()
    officer.create(DocumentType.PERSON, {"flags": "not a list"}, document_id=person)
    assert officer.push().results[0].why == Hold.BAD_VALUE.value
    officer.create(DocumentType.PERSON, {"flags": ["ID_001"]}, document_id=person)
    assert officer.push(since=2).results[0].s is Outcome.APPLIED


def test_a_document_belongs_to_one_bucket_and_type_and_must_exist_to_be_changed(
    officer: Desk, make_desk: MakeDesk
) -> None:
    person = officer.person()
    officer.push()
    other = make_desk(Role.OFFICER)
    other.create(DocumentType.HOUSEHOLD, {"hamlet": "1"}, document_id=person.document_id)
    other.set(DocumentType.PERSON, an_id(), {"sex": "1"})
    other.set(DocumentType.HOUSEHOLD, person.document_id, {"hamlet": "1"}, bucket="99001/register")
    other.create(DocumentType.RECORD, {"person_id": "x"}, document_id=person.document_id)
    whys = [result.why for result in other.push().results]
    assert whys == ["exists", "missing", "missing", "bad_id"]


def test_a_document_created_twice_is_merged_field_by_field(
    officer: Desk, make_desk: MakeDesk
) -> None:
    first = officer.person(sex="2", native_place="Ấp 1", dwelling="Ấp 1")
    officer.push()
    other = make_desk(Role.OFFICER)
    fields = {
        "full_name": "Nguyễn Văn Khác",
        "sex": "2",
        "native_place": "Ấp 2",
        "ethnicity": "01",
    }
    other.create(DocumentType.PERSON, fields, document_id=first.document_id)
    [result] = other.push().results
    assert (result.s, set(result.f)) == (Outcome.CLASH, {"full_name", "native_place"})
    [row] = other.pull().rows
    assert row.fields == {
        "full_name": "Nguyễn Văn Thử",
        "sex": "2",
        "native_place": "Ấp 2",
        "dwelling": "Ấp 1",
        "ethnicity": "01",
    }
    beside = {name: [clash.value for clash in held] for name, held in row.clashes.items()}
    assert beside == {"full_name": ["Nguyễn Văn Khác"], "native_place": ["Ấp 1"]}


def test_what_nobody_may_edit_is_not_edited_by_creating_it_again(
    officer: Desk, make_desk: MakeDesk
) -> None:
    check = officer.create(DocumentType.CHECK, {"person_id": "p", "identity.sex": "1"})
    officer.push()
    other = make_desk(Role.OFFICER)
    same = {"person_id": "p", "identity.sex": "1"}
    other.create(DocumentType.CHECK, same, document_id=check.document_id)
    other.create(DocumentType.CHECK, same | {"identity.sex": "2"}, document_id=check.document_id)
    again, changed = other.push().results
    assert again.s is not Outcome.HELD
    assert changed.why == Hold.EXISTS.value


def test_the_same_person_made_by_two_desks_at_once_is_made_once(
    officer: Desk, make_desk: MakeDesk, database: Engine
) -> None:
    other = make_desk(Role.OFFICER)
    ids = [an_id() for _ in range(50)]
    for desk, order in ((officer, ids), (other, ids[::-1])):
        for document_id in order:
            desk.create(DocumentType.PERSON, {"sex": "1"}, document_id=document_id)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda desk: desk.push(), (officer, other)))
    made = [r for answer in answers for r in answer.results if r.s is Outcome.APPLIED]
    assert len(made) == len(ids)
    assert number_of(database, "documents") == len(ids)


def test_desks_that_edit_the_same_documents_in_any_order_never_block_for_good(
    make_desk: MakeDesk,
) -> None:
    desks = [make_desk(Role.OFFICER) for _ in range(4)]
    people = [desks[0].person().document_id for _ in range(40)]
    desks[0].push()
    starts = [len(desk.changes) + 1 for desk in desks]
    for number, desk in enumerate(desks):
        order = people[number * 10 :] + people[: number * 10]
        for person in order if number % 2 else order[::-1]:
            desk.set(DocumentType.PERSON, person, {"dwelling": str(number)})
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: one[0].push(since=one[1]), zip(desks, starts, strict=True)))
    page = desks[0].pull()
    assert {row.version for row in page.rows} == {5}
    assert page.end.digest["99001/register"] == digest_of((person, 5) for person in people)
