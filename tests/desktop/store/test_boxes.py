"""What the neighbours gave the box: shown, marked, and gone when the box names it no more."""

from __future__ import annotations

import pytest

from desktop.domain.records import CheckId
from desktop.services.check_book import CheckBook
from desktop.store import tables
from desktop.store.boxes import show_neighbours
from desktop.store.inbox import RegisterInbox
from desktop.store.outbox import RegisterOutbox
from desktop.store.people import count_people, search_people
from desktop.store.provisional import Origin, count_waiting
from desktop.store.register import Register
from sync.protocol.carried import CarriedDocument
from sync.protocol.documents import RULES, DocumentType, bucket_of
from sync.protocol.messages import Grant, Value
from tests.desktop.store.edits import (
    COMMUNE,
    NOW,
    REGISTER_BUCKET,
    an_id,
    answer,
    applied,
    person,
    row,
    save,
)

BUCKETS = [bucket_of(COMMUNE, RULES[kind].data_set) for kind in DocumentType]


@pytest.fixture
def inbox(register: Register) -> RegisterInbox:
    inbox = RegisterInbox(register, clock=lambda: NOW, author="Lan")
    grants = [Grant(bucket=bucket, count=0) for bucket in BUCKETS]
    inbox.apply_page(rows=[], grants=grants, drops=[], cursors={})
    return inbox


def made(
    document_id: str, kind: DocumentType = DocumentType.PERSON, **fields: Value
) -> CarriedDocument:
    """A document that a neighbour made."""
    return CarriedDocument(
        bucket=bucket_of(COMMUNE, RULES[kind].data_set),
        document_type=kind.value,
        document_id=document_id,
        version=0,
        fields=fields,
        unsent={},
    )


def show(register: Register, *documents: CarriedDocument, number: int = 1) -> None:
    origin = Origin(sender="box", office="Hộp", series="e", number=number, at=NOW.isoformat())
    show_neighbours(register, documents, origin)


def listed(register: Register) -> dict[str, list[object]]:
    """Every row of documents and of every list, by its table."""
    lists = (tables.documents, tables.people, tables.person_numbers, tables.households)
    with register.reading() as connection:
        return {
            table.name: list(connection.execute(table.select()).all())
            for table in (*lists, tables.records, tables.fates)
        }


def test_what_the_box_names_no_more_is_gone_with_its_rows_of_lists(
    register: Register, inbox: RegisterInbox
) -> None:
    stays = an_id()
    save(register, person(stays, full_name="Lê Ân", id_number="003190000002"))
    before = listed(register)
    digests = inbox.digests()
    who = made(an_id(), full_name="Trần Thị Hoa", id_number="003190000001")
    theirs = [
        who,
        made(an_id(), DocumentType.HOUSEHOLD, code="7", head_person_id=who.document_id),
        made(an_id(), DocumentType.RECORD, person_id=who.document_id, form_id="f"),
        made(an_id(), full_name="Lê Bá", deleted={"reason": "moved"}),
    ]
    show(register, *theirs)
    assert (count_people(register, ""), count_people(register, "0031900")) == (2, 2)
    show(register, number=2)
    assert listed(register) == before
    assert [one.full_name for one in search_people(register, "", limit=5)] == ["Lê Ân"]
    assert search_people(register, "hoa", limit=5) == []
    assert count_people(register, "003190000001") == 0
    assert count_waiting(register) == 0
    assert inbox.digests() == digests
    assert register.document(who.document_id) is None
    show(register, *theirs, number=3)
    assert [one.full_name for one in search_people(register, "hoa", limit=5)] == ["Trần Thị Hoa"]


def test_a_check_that_the_box_names_no_more_waits_and_has_its_number_no_more(
    register: Register, inbox: RegisterInbox
) -> None:
    number = "003190000001"
    who = made(an_id(), full_name="Trần Thị Hoa")
    check = made(
        an_id(), DocumentType.CHECK, person_id=who.document_id, **{"identity.id_number": number}
    )
    kept = CheckBook(register=register)
    show(register, who, check)
    assert kept.queue(answered=False) == [check.document_id]
    assert kept.has_number(number, other_than=CheckId(an_id()))
    show(register, who, number=2)
    assert kept.queue(answered=False) == []
    assert kept.lists() == []
    assert not kept.has_number(number, other_than=CheckId(an_id()))


def test_what_the_province_has_by_now_stays(register: Register, inbox: RegisterInbox) -> None:
    who = made(an_id(), full_name="Trần Thị Hoa")
    show(register, who)
    inbox.apply_page(
        rows=[row(who.document_id, who.fields, version=1)],
        grants=[],
        drops=[],
        cursors={REGISTER_BUCKET: 1},
    )
    show(register, number=2)
    assert count_people(register, "") == 1


def test_what_an_edit_of_ours_waits_for_stays_until_its_receipt(
    register: Register, inbox: RegisterInbox
) -> None:
    who = made(an_id(), full_name="Trần Thị Hoa")
    show(register, who)
    save(register, person(who.document_id, sex="2"))
    show(register, number=2)
    assert (count_people(register, ""), count_waiting(register)) == (1, 1)
    RegisterOutbox(register).settle(answer(1, [applied(1, 2)]))
    show(register, number=3)
    assert count_people(register, "") == 1
