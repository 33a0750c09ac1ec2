"""The outbox: gapless numbers, whole groups, a chain; nothing leaves it without a receipt."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from desktop.domain.syncing import ChangeState
from desktop.store.change_lists import count_changes, held_changes, list_changes
from desktop.store.dropping import drop_change
from desktop.store.inbox import RegisterInbox
from desktop.store.outbox import RegisterOutbox
from desktop.store.register import Register
from sync.protocol.chain import chain_over, chain_start
from sync.protocol.documents import DocumentType
from sync.protocol.messages import ChangeResult, Hold, Outcome, Value
from tests.desktop.store.edits import (
    NOW,
    REGISTER_BUCKET,
    an_id,
    answer,
    applied,
    edit,
    household,
    person,
    row,
    save,
)


@pytest.fixture
def outbox(register: Register) -> RegisterOutbox:
    return RegisterOutbox(register)


def _save_groups(register: Register, *sizes: int) -> None:
    for size in sizes:
        save(register, *[person(an_id(), full_name="Lê An") for _ in range(size)])


def _fields(register: Register, document_id: str) -> dict[str, object]:
    document = register.document(document_id)
    assert document is not None
    return dict(document.fields)


def test_an_empty_outbox_gives_an_empty_batch(outbox: RegisterOutbox) -> None:
    batch = outbox.next_batch(limit=10)
    assert list(batch.changes) == []
    assert batch.prev == chain_start(batch.epoch).hex()


@pytest.mark.parametrize(
    ("limit", "length"), [(1, 2), (2, 2), (3, 5), (5, 5), (6, 6), (7, 9), (100, 9)]
)
def test_a_batch_never_cuts_a_group(
    register: Register, outbox: RegisterOutbox, limit: int, length: int
) -> None:
    _save_groups(register, 2, 3, 1, 3)
    changes = outbox.next_batch(limit=limit).changes
    assert [change.seq for change in changes] == list(range(1, length + 1))


def test_batches_carry_the_chain_from_one_to_the_next(
    register: Register, outbox: RegisterOutbox
) -> None:
    _save_groups(register, 2, 3, 1)
    first = outbox.next_batch(limit=3)
    outbox.settle(answer(5, [applied(seq, 1) for seq in range(1, 6)]))
    second = outbox.next_batch(limit=3)
    assert second.first == 6
    assert second.prev == chain_over(bytes.fromhex(first.prev), first.changes).hex()


def test_the_batch_is_the_same_after_reopening(
    register: Register, reopened: Callable[[], Register]
) -> None:
    _save_groups(register, 2, 1)
    before = RegisterOutbox(register).next_batch(limit=10)
    assert RegisterOutbox(reopened()).next_batch(limit=10) == before


def test_receipts_take_changes_out_of_the_queue_and_stay_on_record(
    register: Register, outbox: RegisterOutbox
) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    save(register, person(document_id, full_name="Lê Ân"))
    outbox.settle(answer(1, [applied(1, 1)]))
    counts = count_changes(register)
    assert (counts.waiting, counts.receipted, counts.held) == (1, 1, 0)
    second, first = list_changes(register, limit=10)
    assert (first.state, first.receipted_at) == (
        ChangeState.RECEIPTED,
        "2026-11-22T08:05:00+00:00",
    )
    assert (second.state, second.receipted_at) == (ChangeState.WAITING, "")
    assert [change.seq for change in outbox.next_batch(limit=10).changes] == [2]


def test_a_receipt_that_comes_twice_changes_nothing(
    register: Register, outbox: RegisterOutbox
) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    receipt = answer(1, [applied(1, 1)])
    outbox.settle(receipt)
    save(register, person(document_id, full_name="Lê Ân"))
    before = register.document(document_id), list_changes(register, limit=9)
    outbox.settle(receipt)
    outbox.settle(answer(0, []))
    assert (register.document(document_id), list_changes(register, limit=9)) == before


def test_an_applied_change_brings_the_document_to_the_servers_version(
    register: Register, outbox: RegisterOutbox
) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    outbox.settle(answer(1, [applied(1, 1)]))
    document = register.document(document_id)
    assert document is not None
    assert document.version == 1


def test_a_held_edit_is_taken_back_and_told(register: Register, outbox: RegisterOutbox) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An", sex="1"))
    outbox.settle(answer(1, [applied(1, 1)]))
    save(register, person(document_id, sex="2"))
    save(register, person(document_id, full_name="Lê Ân"))
    held = ChangeResult(seq=2, s=Outcome.HELD, ver=0, why="not_allowed")
    outbox.settle(answer(2, [held]))
    assert _fields(register, document_id) == {"full_name": "Lê Ân", "sex": "1"}
    outbox.settle(answer(3, [applied(3, 2)]))
    assert _fields(register, document_id) == {"full_name": "Lê Ân", "sex": "1"}
    assert list_changes(register, limit=9)[1].why == "not_allowed"
    assert count_changes(register).held == 1


def test_a_held_document_keeps_what_was_typed_and_waits_for_the_officer(
    register: Register, outbox: RegisterOutbox
) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    outbox.settle(answer(1, [ChangeResult(seq=1, s=Outcome.HELD, ver=0, why="not_allowed")]))
    assert _fields(register, document_id) == {"full_name": "Lê An"}
    (held,) = held_changes(register)
    assert (held.change.document_id, held.why) == (document_id, "not_allowed")


def test_a_held_change_is_settled_by_the_next_edit(
    register: Register, outbox: RegisterOutbox
) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    outbox.settle(answer(1, [applied(1, 1)]))
    save(register, person(document_id, sex="9"))
    outbox.settle(answer(2, [ChangeResult(seq=2, s=Outcome.HELD, ver=0, why="rule")]))
    assert len(held_changes(register)) == 1
    save(register, person(document_id, sex="1"))
    assert held_changes(register) == []


def test_after_a_merge_the_version_waits_for_the_servers_row(
    register: Register, outbox: RegisterOutbox
) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    outbox.settle(answer(1, [applied(1, 1)]))
    save(register, person(document_id, sex="1"))
    outbox.settle(answer(2, [ChangeResult(seq=2, s=Outcome.MERGED, ver=3)]))
    document = register.document(document_id)
    assert document is not None
    assert (document.version, document.fields["sex"]) == (1, "1")
    assert list_changes(register, limit=1)[0].state is ChangeState.MERGED


def test_a_receipt_that_leaves_a_version_out_waits_for_the_servers_row(
    register: Register, outbox: RegisterOutbox
) -> None:
    """Something that this register sent is in the server's document, and here it is no more."""
    document_id, inbox = an_id(), RegisterInbox(register, clock=lambda: NOW, author="Lan")
    save(register, person(document_id, full_name="Lê An"))
    outbox.settle(answer(1, [applied(1, 1)]))
    save(register, person(document_id, sex="1"))
    receipt = answer(2, [applied(2, 3)])
    outbox.settle(msgspec.structs.replace(receipt, heads={REGISTER_BUCKET: (0, 3)}))
    document = register.document(document_id)
    assert document is not None
    assert document.version == 1
    assert inbox.cursors() == {REGISTER_BUCKET: 0}
    fields: dict[str, Value] = {"full_name": "Lê An", "phone": "0900000001", "sex": "1"}
    theirs = row(document_id, fields, version=3)
    inbox.apply_page(rows=[theirs], grants=[], drops=[], cursors={REGISTER_BUCKET: 3})
    assert _fields(register, document_id) == fields


def test_a_refused_edit_of_what_others_make_waits_until_the_document_is_back(
    register: Register, outbox: RegisterOutbox
) -> None:
    """A collecting office has a submission whole, but may not send it as new."""
    document_id, inbox = an_id(), RegisterInbox(register, clock=lambda: NOW, author="Lan")
    submission = DocumentType.SUBMISSION
    handed_in: dict[str, Value] = {"record_id": an_id(), "hamlet": "Ấp 1", "round": 1}
    theirs = row(document_id, handed_in, version=1, kind=submission)
    inbox.apply_page(rows=[theirs], grants=[], drops=[], cursors={theirs.bucket: 1})
    save(register, edit(submission, document_id, {"review": "accepted"}))
    inbox.restart_all("a server that was set back")
    missing = ChangeResult(seq=1, s=Outcome.HELD, ver=0, why=Hold.MISSING.value)
    outbox.settle(answer(1, [missing]))
    assert list(outbox.next_batch(limit=9).changes) == []
    inbox.apply_page(rows=[theirs], grants=[], drops=[], cursors={theirs.bucket: 1})
    (change,) = outbox.next_batch(limit=9).changes
    assert (change.kind, change.patch) == ("set", {"review": (None, "accepted")})


def test_changes_a_restored_server_lacks_are_sent_again(
    register: Register, outbox: RegisterOutbox
) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    save(register, person(document_id, full_name="Lê Ân"))
    save(register, person(document_id, full_name="Lê Ấn"))
    sent = outbox.next_batch(limit=9)
    outbox.settle(answer(3, [applied(1, 1), applied(2, 2), applied(3, 3)]))
    assert outbox.rewind(expected=2)
    again = outbox.next_batch(limit=9)
    assert list(again.changes) == list(sent.changes)[1:]
    assert again.prev == chain_over(bytes.fromhex(sent.prev), sent.changes[:1]).hex()
    assert count_changes(register).waiting == 2
    assert _fields(register, document_id) == {"full_name": "Lê Ấn"}
    outbox.settle(answer(3, [applied(2, 2), applied(3, 3)]))
    document = register.document(document_id)
    assert document is not None
    assert document.version == 3


def test_what_is_sent_again_to_a_restored_server_comes_back_with_its_row(
    register: Register, outbox: RegisterOutbox
) -> None:
    """Receipts tell that the server has it all; whether it is all here, only the row tells."""
    document_id, inbox = an_id(), RegisterInbox(register, clock=lambda: NOW, author="Lan")
    save(register, person(document_id, full_name="Lê An"))
    receipt = answer(1, [applied(1, 1)])
    outbox.settle(msgspec.structs.replace(receipt, heads={REGISTER_BUCKET: (0, 1)}))
    assert inbox.cursors() == {REGISTER_BUCKET: 1}  # what was sent need not come back
    inbox.restart(list(inbox.cursors()))
    assert outbox.rewind(expected=1)
    outbox.settle(msgspec.structs.replace(receipt, heads={REGISTER_BUCKET: (0, 1)}))
    assert inbox.cursors() == {REGISTER_BUCKET: 0}
    theirs = row(document_id, {"full_name": "Lê An"}, version=1)
    inbox.apply_page(rows=[theirs], grants=[], drops=[], cursors={REGISTER_BUCKET: 1})
    save(register, person(an_id(), full_name="Trần Hoa"))
    following = answer(2, [applied(2, 1)])
    outbox.settle(msgspec.structs.replace(following, heads={REGISTER_BUCKET: (1, 2)}))
    assert inbox.cursors() == {REGISTER_BUCKET: 2}


def test_what_was_edited_since_stays_on_top_of_a_refused_edit_that_is_sent_again(
    register: Register, outbox: RegisterOutbox
) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An", sex="1"))
    save(register, person(document_id, sex="9"))
    held = ChangeResult(seq=2, s=Outcome.HELD, ver=0, why="rule")
    outbox.settle(answer(2, [applied(1, 1), held]))
    save(register, person(document_id, sex="2"))
    assert outbox.rewind(expected=2)
    assert _fields(register, document_id)["sex"] == "2"
    outbox.settle(answer(3, [applied(2, 2), applied(3, 3)]))  # it takes both now
    assert _fields(register, document_id) == {"full_name": "Lê An", "sex": "2"}


def test_what_was_given_up_does_not_come_back_when_the_server_is_restored(
    register: Register, outbox: RegisterOutbox
) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An", sex="1"))
    save(register, person(document_id, sex="9"))
    save(register, person(an_id(), full_name="Trần Hoa"))
    held = ChangeResult(seq=2, s=Outcome.HELD, ver=0, why="rule")
    outbox.settle(answer(3, [applied(1, 1), held, applied(3, 1)]))
    [given_up] = held_changes(register)
    change_id = given_up.change.change_id
    drop_change(register, document_id, change_id, by="Lan", at=NOW, reason="nhầm người")
    before = outbox.next_batch(limit=9).epoch
    assert outbox.rewind(expected=2)
    batch = outbox.next_batch(limit=9)
    assert batch.epoch != before
    assert [change.patch.get("sex") for change in batch.changes] == [(None, "1"), None]
    assert _fields(register, document_id) == {"full_name": "Lê An", "sex": "1"}
    assert held_changes(register) == []


@pytest.mark.parametrize("expected", [1, 2, 3])
def test_a_refused_edit_that_is_sent_again_is_shown_and_taken_back_again(
    register: Register, outbox: RegisterOutbox, expected: int
) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    save(register, person(document_id, sex="1"))
    save(register, person(document_id, sex="9"))
    held = ChangeResult(seq=3, s=Outcome.HELD, ver=0, why="rule")
    receipts = [applied(1, 1), applied(2, 2), held]
    outbox.settle(answer(3, receipts))
    assert _fields(register, document_id) == {"full_name": "Lê An", "sex": "1"}
    assert outbox.rewind(expected=expected)
    assert _fields(register, document_id) == {"full_name": "Lê An", "sex": "9"}
    outbox.settle(answer(3, receipts[expected - 1 :]))
    assert _fields(register, document_id) == {"full_name": "Lê An", "sex": "1"}
    assert [one.why for one in held_changes(register)] == ["rule"]


@pytest.mark.parametrize("expected", [0, -1, 4, 99])
def test_changes_that_never_were_cannot_be_sent_again(
    register: Register, outbox: RegisterOutbox, expected: int
) -> None:
    _save_groups(register, 3)
    outbox.settle(answer(3, [applied(seq, 1) for seq in (1, 2, 3)]))
    before = list_changes(register, limit=9)
    assert not outbox.rewind(expected=expected)
    assert list_changes(register, limit=9) == before


def test_a_new_epoch_queues_what_is_unsent_under_new_numbers(
    register: Register, outbox: RegisterOutbox
) -> None:
    _save_groups(register, 2, 1, 2)
    old = outbox.next_batch(limit=9)
    outbox.settle(answer(2, [applied(1, 1), applied(2, 1)]))
    outbox.renumber()
    new = outbox.next_batch(limit=9)
    assert new.epoch != old.epoch
    assert new.prev == chain_start(new.epoch).hex()
    assert [change.seq for change in new.changes] == [1, 2, 3]
    assert [change.group for change in new.changes] == [1, 2, 2]
    assert [c.change_id for c in new.changes] == [c.change_id for c in old.changes[2:]]
    assert [c.patch for c in new.changes] == [c.patch for c in old.changes[2:]]
    assert count_changes(register).receipted == 2
    _save_groups(register, 1)
    assert [change.seq for change in outbox.next_batch(limit=9).changes] == [1, 2, 3, 4]
    outbox.settle(answer(4, [applied(seq, 1) for seq in (1, 2, 3, 4)]))
    assert count_changes(register).waiting == 0
    assert len(list_changes(register, limit=20)) == 6


def test_a_change_is_titled_by_the_person_it_is_about(register: Register) -> None:
    person_id, household_id = an_id(), an_id()
    save(register, person(person_id, full_name="Lê An"))
    save(register, household(household_id, code="12", head_person_id=person_id))
    save(register, household(an_id(), code="13"))
    save(register, edit(DocumentType.RECORD, an_id(), {"person_id": person_id}))
    save(register, edit(DocumentType.CHECK, an_id(), {"identity.full_name": "Trần Bình"}))
    titles = [row.title for row in list_changes(register, limit=9)]
    assert titles == ["Trần Bình", "Lê An", "13", "Lê An", "Lê An"]


def test_the_list_of_changes_has_pages(register: Register) -> None:
    _save_groups(register, 5)
    rows = list_changes(register, limit=2, offset=2)
    assert [row.seq for row in rows] == [3, 2]
