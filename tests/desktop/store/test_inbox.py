"""The inbox: the server's rows with our unsent edits on top; echoes, withdrawals, digests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from desktop.store import ledger, tables
from desktop.store.change_lists import count_changes
from desktop.store.inbox import RegisterInbox
from desktop.store.keys import DataKey
from desktop.store.outbox import RegisterOutbox
from desktop.store.people import count_people, search_people
from desktop.store.records import documents_with_clashes
from desktop.store.register import Register
from desktop.store.rights import put_right
from sync.protocol.chain import digest_of
from sync.protocol.documents import DataSet, DocumentType, bucket_of
from sync.protocol.messages import ChangeResult, Clash, Drop, Grant, Hold, Outcome, Row, Value
from tests.desktop.store.edits import (
    COMMUNE,
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
def inbox(register: Register) -> RegisterInbox:
    return _inbox(register)


def _inbox(register: Register) -> RegisterInbox:
    return RegisterInbox(register, clock=lambda: NOW, author="Lan")


def _receive(inbox: RegisterInbox, *rows: Row, cursors: Mapping[str, int] | None = None) -> None:
    inbox.apply_page(
        rows=rows, grants=[], drops=[], cursors=cursors or {REGISTER_BUCKET: len(rows)}
    )


def _fields(register: Register, document_id: str) -> dict[str, Value]:
    document = register.document(document_id)
    assert document is not None
    return dict(document.fields)


def test_rows_become_documents_and_list_rows(register: Register, inbox: RegisterInbox) -> None:
    document_id = an_id()
    fields = {"full_name": "Trần Thị Hoa", "id_number": "003190000001"}
    _receive(inbox, row(document_id, fields, version=4))
    document = register.document(document_id)
    assert document is not None
    assert (document.fields, document.version) == (fields, 4)
    assert [found.full_name for found in search_people(register, "hoa", limit=5)] == [
        "Trần Thị Hoa"
    ]
    assert count_people(register, "00319") == 1
    assert count_changes(register).waiting == 0


def test_unsent_edits_stay_on_top_of_the_servers_row(
    register: Register, inbox: RegisterInbox
) -> None:
    document_id = an_id()
    _receive(inbox, row(document_id, {"full_name": "Lê An", "sex": "1"}, version=1))
    save(register, person(document_id, sex="2"))
    save(register, person(document_id, sex="", birth_date="1945"))
    _receive(inbox, row(document_id, {"full_name": "Lê Ân", "sex": "1"}, version=2))
    assert _fields(register, document_id) == {"full_name": "Lê Ân", "birth_date": "1945"}
    document = register.document(document_id)
    assert document is not None
    assert document.version == 2
    batch = RegisterOutbox(register).next_batch(limit=9)
    assert [change.base_version for change in batch.changes] == [1, 1]


def test_a_held_edit_falls_back_to_the_newest_row(register: Register, inbox: RegisterInbox) -> None:
    document_id = an_id()
    _receive(inbox, row(document_id, {"sex": "1"}, version=1))
    save(register, person(document_id, sex="2"))
    _receive(inbox, row(document_id, {"sex": "1", "full_name": "Lê An"}, version=2))
    held = ChangeResult(seq=1, s=Outcome.HELD, ver=0, why="rule")
    RegisterOutbox(register).settle(answer(1, [held]))
    assert _fields(register, document_id) == {"sex": "1", "full_name": "Lê An"}


def test_a_late_receipt_does_not_bring_back_an_edit_that_lost(
    register: Register, inbox: RegisterInbox
) -> None:
    """The receipt was lost, the row came first: the second receipt tells nothing new."""
    document_id = an_id()
    _receive(inbox, row(document_id, {"full_name": "Lê An", "sex": "1"}, version=1))
    save(register, person(document_id, sex="2"))
    waits = {"sex": [Clash(value="2", by="Lan", at=NOW.isoformat(), op=an_id())]}
    _receive(inbox, row(document_id, {"full_name": "Lê An"}, version=3, clashes=waits))
    assert _fields(register, document_id)["sex"] == "2"
    lost = ChangeResult(seq=1, s=Outcome.CLASH, ver=3, f=["sex"])
    RegisterOutbox(register).settle(answer(1, [lost]))
    assert _fields(register, document_id) == {"full_name": "Lê An"}
    assert documents_with_clashes(register)


def test_a_late_receipt_leaves_what_others_made_of_the_edit(
    register: Register, inbox: RegisterInbox
) -> None:
    document_id = an_id()
    _receive(inbox, row(document_id, {"sex": "1"}, version=1))
    save(register, person(document_id, sex="2", birth_date="1945"))
    save(register, person(document_id, full_name="Lê An"))
    _receive(inbox, row(document_id, {"sex": "1", "birth_date": "1945"}, version=3))
    RegisterOutbox(register).settle(answer(1, [applied(1, 2)]))
    assert _fields(register, document_id) == {
        "sex": "1",
        "birth_date": "1945",
        "full_name": "Lê An",
    }


def test_the_echo_of_an_own_change_is_passed_over(register: Register, inbox: RegisterInbox) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    RegisterOutbox(register).settle(answer(1, [applied(1, 1)]))
    _receive(inbox, row(document_id, {"full_name": "Lê An"}, version=1))
    assert [line.action for line in ledger.lines(register, limit=1)] == ["record.save"]
    assert inbox.cursors() == {REGISTER_BUCKET: 1}


def test_another_content_of_the_same_version_is_taken(
    register: Register, inbox: RegisterInbox
) -> None:
    """A server restored from a backup counts the same versions anew."""
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    RegisterOutbox(register).settle(answer(1, [applied(1, 1)]))
    _receive(inbox, row(document_id, {"full_name": "Lê Ân"}, version=1))
    assert _fields(register, document_id) == {"full_name": "Lê Ân"}


def test_a_row_that_a_later_page_overtook_is_passed_over(
    register: Register, inbox: RegisterInbox
) -> None:
    document_id = an_id()
    _receive(inbox, row(document_id, {"full_name": "Lê Ân"}, version=3))
    _receive(inbox, row(document_id, {"full_name": "Lê An"}, version=2))
    assert _fields(register, document_id) == {"full_name": "Lê Ân"}


def test_clashes_are_kept_until_the_server_says_they_are_settled(
    register: Register, inbox: RegisterInbox
) -> None:
    document_id = an_id()
    other = Clash(value="2", by="Hoa", at="2026-11-22T08:00:00+07:00", op="x")
    _receive(inbox, row(document_id, {"sex": "1"}, version=1, clashes={"sex": [other]}))
    document = register.document(document_id)
    assert document is not None
    assert document.clashes == {"sex": (other,)}
    assert documents_with_clashes(register) == [document]
    assert search_people(register, "", limit=1)[0].clashes == 1
    _receive(inbox, row(document_id, {"sex": "1"}, version=2))
    assert documents_with_clashes(register) == []
    assert search_people(register, "", limit=1)[0].clashes == 0


def test_a_clash_is_seen_though_a_later_receipt_brought_its_version(
    register: Register, inbox: RegisterInbox
) -> None:
    """Two edits in one push: the first clashed, the second did not; the fields are ours."""
    name = an_id()
    _receive(inbox, row(name, {"dwelling": "Ấp 1"}, version=1))
    save(register, person(name, dwelling="Ấp 2"))
    save(register, person(name, sex="1"))
    clashed = ChangeResult(seq=1, s=Outcome.CLASH, ver=3, f=["dwelling"])
    RegisterOutbox(register).settle(answer(2, [clashed, applied(2, 4)]))
    other = Clash(value="Ấp 3", by="Hai", at="2026-11-22T08:00:00+07:00", op=an_id())
    fields = {"dwelling": "Ấp 2", "sex": "1"}
    _receive(inbox, row(name, fields, version=4, position=2, clashes={"dwelling": [other]}))
    document = register.document(name)
    assert document is not None
    assert document.clashes == {"dwelling": (other,)}


def test_an_edit_of_a_clashing_field_takes_the_clash_away(
    register: Register, inbox: RegisterInbox
) -> None:
    document_id = an_id()
    other = Clash(value="2", by="Hoa", at="2026-11-22T08:00:00+07:00", op="x")
    _receive(inbox, row(document_id, {"sex": "1"}, version=1, clashes={"sex": [other]}))
    save(register, person(document_id, full_name="Lê An"))
    assert len(documents_with_clashes(register)) == 1
    save(register, person(document_id, sex="2"))
    assert documents_with_clashes(register) == []


OTHER_VALUE = Clash(value="2", by="Hoa", at="2026-11-22T08:00:00+07:00", op="x")


def _held(seq: int, why: str) -> ChangeResult:
    return ChangeResult(seq=seq, s=Outcome.HELD, ver=0, why=why)


@pytest.mark.parametrize("why", [Hold.ACCESS.value, Hold.MISSING.value])
def test_a_clash_comes_back_when_its_decision_is_refused(
    register: Register, inbox: RegisterInbox, why: str
) -> None:
    """The document stays what the server has: nothing is asked for again, or sent as new."""
    document_id, outbox = an_id(), RegisterOutbox(register)
    fields: dict[str, Value] = {"sex": "1", "birth_date": "1945"}
    clashing = row(document_id, fields, version=4, clashes={"sex": [OTHER_VALUE]})
    _receive(inbox, clashing)
    before = inbox.digests()
    save(register, person(document_id, sex="2"))
    assert documents_with_clashes(register) == []
    outbox.settle(answer(1, [_held(1, why)]))
    assert inbox.digests() == before
    (document,) = documents_with_clashes(register)
    assert document.clashes == {"sex": (OTHER_VALUE,)}
    assert (document.fields, document.version) == (fields, 4)
    assert search_people(register, "", limit=1)[0].clashes == 1
    save(register, person(document_id, birth_date=""))
    (change,) = outbox.next_batch(limit=9).changes
    assert (change.kind, change.base_version) == ("set", 4)
    assert change.patch == {"birth_date": ("1945", None)}


def test_a_document_of_another_pc_is_never_sent_as_new_though_its_version_is_unknown(
    register: Register, inbox: RegisterInbox
) -> None:
    """An edit was refused once, and its bucket is about to be fetched whole."""
    document_id = an_id()
    _receive(inbox, row(document_id, {"sex": "1"}, version=4))
    save(register, person(document_id, sex="2"))
    RegisterOutbox(register).settle(answer(1, [_held(1, "rule")]))
    inbox.restart([REGISTER_BUCKET])
    save(register, person(document_id, birth_date="1945"))
    (change,) = RegisterOutbox(register).next_batch(limit=9).changes
    assert (change.kind, change.patch) == ("set", {"birth_date": (None, "1945")})


def test_a_refused_edit_leaves_the_place_in_the_feed(
    register: Register, inbox: RegisterInbox
) -> None:
    document_id = an_id()
    _receive(inbox, row(document_id, {"sex": "1"}, version=1))
    save(register, person(document_id, sex="2"), person(an_id(), full_name="Lê An"))
    receipt = answer(2, [_held(1, "rule"), applied(2, 1)])
    RegisterOutbox(register).settle(
        msgspec.structs.replace(receipt, heads={REGISTER_BUCKET: (1, 2)})
    )
    assert inbox.cursors() == {REGISTER_BUCKET: 2}


def test_a_decided_clash_stays_hidden_while_the_last_decision_waits(
    register: Register, inbox: RegisterInbox
) -> None:
    """Two decisions wait and rows come meanwhile; what is refused last brings it back."""
    document_id, outbox = an_id(), RegisterOutbox(register)
    clashes = {"sex": [OTHER_VALUE]}
    _receive(inbox, row(document_id, {"sex": "1"}, version=4, clashes=clashes))
    save(register, person(document_id, sex="2"))
    save(register, person(document_id, sex="1"))
    _receive(inbox, row(document_id, {"sex": "1", "code": "7"}, version=5, clashes=clashes))
    assert documents_with_clashes(register) == []
    outbox.settle(answer(1, [_held(1, "rule")]))
    assert documents_with_clashes(register) == []
    outbox.settle(answer(2, [_held(2, "rule")]))
    assert [one.clashes for one in documents_with_clashes(register)] == [{"sex": (OTHER_VALUE,)}]


def test_a_decision_that_counted_ends_the_clash_though_a_later_edit_is_refused(
    register: Register, inbox: RegisterInbox
) -> None:
    document_id, outbox = an_id(), RegisterOutbox(register)
    _receive(inbox, row(document_id, {"sex": "1"}, version=4, clashes={"sex": [OTHER_VALUE]}))
    save(register, person(document_id, sex="2"))
    save(register, person(document_id, sex="1"))
    outbox.settle(answer(2, [applied(1, 5), _held(2, "rule")]))
    assert documents_with_clashes(register) == []
    assert _fields(register, document_id) == {"sex": "2"}


def test_another_clash_than_the_decided_one_is_shown_at_once(
    register: Register, inbox: RegisterInbox
) -> None:
    document_id = an_id()
    _receive(inbox, row(document_id, {"sex": "1"}, version=4, clashes={"sex": [OTHER_VALUE]}))
    save(register, person(document_id, sex="2"))
    later = [OTHER_VALUE, msgspec.structs.replace(OTHER_VALUE, value="3", op="y")]
    _receive(inbox, row(document_id, {"sex": "1"}, version=5, clashes={"sex": later}))
    assert [one.clashes for one in documents_with_clashes(register)] == [{"sex": tuple(later)}]


def test_a_clash_decided_in_what_is_restricted_is_kept_there_alone(
    tmp_path: Path, key: DataKey
) -> None:
    """Its values are told to nobody who may not see the document."""
    bucket, document_id = bucket_of(COMMUNE, DataSet.CHILDREN_RESTRICTED), an_id()
    other = msgspec.structs.replace(OTHER_VALUE, value="dấu-riêng")
    clashing = msgspec.structs.replace(
        row(document_id, {"answers.note": "1"}, version=4, kind=DocumentType.RECORD),
        bucket=bucket,
        clashes={"answers.note": [other]},
    )
    with Register.create(tmp_path / "r", key=key, author="Lan", user="Lan") as register:
        _receive(_inbox(register), clashing)
        with register.writing() as transaction:
            put_right(
                transaction.driver, "Lan", DataSet.CHILDREN_RESTRICTED, by="", at=NOW.isoformat()
            )
        save(register, edit(DocumentType.RECORD, document_id, {"answers.note": "2"}))
        with register.reading() as connection:
            where = {
                table.name
                for table in tables.METADATA.sorted_tables
                if "dấu-riêng" in str(connection.execute(table.select()).all())
            }
        assert where == {"restricted_documents"}
        assert register.document(document_id) is not None
        RegisterOutbox(register).settle(answer(1, [_held(1, "rule")]))
        document = register.document(document_id)
    assert document is not None
    assert (document.clashes, document.version) == ({"answers.note": (other,)}, 4)


def test_grants_open_buckets_and_cursors_follow_the_pages(inbox: RegisterInbox) -> None:
    grants = [Grant(bucket=REGISTER_BUCKET, count=5), Grant(bucket="99001/labour", count=0)]
    inbox.apply_page(rows=[], grants=grants, drops=[], cursors={})
    assert inbox.cursors() == {REGISTER_BUCKET: 0, "99001/labour": 0}
    _receive(inbox, cursors={REGISTER_BUCKET: 7})
    assert inbox.cursors() == {REGISTER_BUCKET: 7, "99001/labour": 0}


def test_a_withdrawn_bucket_is_purged_but_unsent_changes_stay(
    register: Register, inbox: RegisterInbox
) -> None:
    person_id, record_id = an_id(), an_id()
    _receive(inbox, row(person_id, {"full_name": "Lê An", "id_number": "0031"}, version=1))
    save(register, person(person_id, sex="1"), household(an_id(), code="1"))
    save(register, edit(DocumentType.RECORD, record_id, {"person_id": person_id}))
    inbox.apply_page(rows=[], grants=[], drops=[Drop(bucket=REGISTER_BUCKET)], cursors={})
    assert register.document(person_id) is None
    assert register.document(record_id) is not None
    for text in ("", "le", "0031"):
        assert search_people(register, text, limit=5) == []
        assert count_people(register, text) == 0
    assert inbox.cursors() == {}
    assert inbox.digests() == {}
    assert [c.seq for c in RegisterOutbox(register).next_batch(limit=9).changes] == [1, 2, 3]
    RegisterOutbox(register).settle(answer(3, [applied(n, 1) for n in (1, 2, 3)]))


@pytest.mark.parametrize(
    "receipt",
    [
        applied(1, 1),
        ChangeResult(seq=1, s=Outcome.MERGED, ver=2),
        ChangeResult(seq=1, s=Outcome.CLASH, ver=2, f=["full_name"]),
    ],
    ids=["applied", "merged", "clash"],
)
def test_a_bucket_never_pulled_is_named_once_the_server_has_documents_of_it(
    register: Register, inbox: RegisterInbox, receipt: ChangeResult
) -> None:
    """Else nobody would tell this PC that it was withdrawn, and it would keep what it made."""
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    assert inbox.cursors() == {}
    RegisterOutbox(register).settle(answer(1, [receipt]))
    assert inbox.cursors() == {REGISTER_BUCKET: 0}
    inbox.apply_page(rows=[], grants=[], drops=[Drop(bucket=REGISTER_BUCKET)], cursors={})
    assert register.document(document_id) is None
    assert inbox.cursors() == {}


def test_it_is_still_named_after_the_server_was_set_back(
    register: Register, inbox: RegisterInbox
) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An"))
    RegisterOutbox(register).settle(answer(1, [applied(1, 1)]))
    inbox.restart_all("another incarnation")
    assert inbox.cursors() == {REGISTER_BUCKET: 0}


def test_a_bucket_granted_again_comes_back(register: Register, inbox: RegisterInbox) -> None:
    document_id = an_id()
    _receive(inbox, row(document_id, {"full_name": "Lê An"}, version=1))
    inbox.apply_page(
        rows=[row(document_id, {"full_name": "Lê An"}, version=1)],
        grants=[Grant(bucket=REGISTER_BUCKET, count=1)],
        drops=[Drop(bucket=REGISTER_BUCKET)],
        cursors={},
    )
    assert count_people(register, "an") == 1
    assert inbox.cursors() == {REGISTER_BUCKET: 0}


def test_digests_follow_every_version(register: Register, inbox: RegisterInbox) -> None:
    one, two, three = an_id(), an_id(), an_id()
    _receive(inbox, row(one, {"sex": "1"}, version=1), row(two, {"sex": "2"}, version=5))
    assert inbox.digests() == {REGISTER_BUCKET: digest_of([(one, 1), (two, 5)])}
    save(register, person(one, sex="2"), person(three, sex="1"))
    assert inbox.digests() == {REGISTER_BUCKET: digest_of([(one, 1), (two, 5)])}
    RegisterOutbox(register).settle(answer(2, [applied(1, 2), applied(2, 1)]))
    expected = digest_of([(one, 2), (two, 5), (three, 1)])
    assert inbox.digests() == {REGISTER_BUCKET: expected}
    _receive(inbox, row(two, {}, version=6))
    assert inbox.digests() == {REGISTER_BUCKET: digest_of([(one, 2), (two, 6), (three, 1)])}


def test_a_restarted_bucket_takes_every_row_again_and_keeps_unsent_edits(
    register: Register, inbox: RegisterInbox
) -> None:
    one, two = an_id(), an_id()
    _receive(inbox, row(one, {"sex": "1"}, version=8), row(two, {"sex": "1"}, version=8))
    save(register, person(two, full_name="Lê An"))
    inbox.restart([REGISTER_BUCKET])
    assert inbox.cursors() == {REGISTER_BUCKET: 0}
    inbox.apply_page(
        rows=[row(one, {"sex": "2"}, version=3), row(two, {"sex": "2"}, version=2)],
        grants=[Grant(bucket=REGISTER_BUCKET, count=2)],
        drops=[],
        cursors={REGISTER_BUCKET: 2},
    )
    assert _fields(register, one) == {"sex": "2"}
    assert _fields(register, two) == {"sex": "2", "full_name": "Lê An"}
    assert inbox.digests() == {REGISTER_BUCKET: digest_of([(one, 3), (two, 2)])}


def test_a_page_that_fails_leaves_neither_rows_nor_cursors(
    register: Register, inbox: RegisterInbox
) -> None:
    good = an_id()
    rows = [row(good, {"sex": "1"}, version=1), _with_unwritable_field(an_id())]
    with pytest.raises(TypeError):
        _receive(inbox, *rows)
    assert register.document(good) is None
    assert inbox.cursors() == {}


def _with_unwritable_field(document_id: str) -> Row:
    return row(document_id, {"sex": object()}, version=1)


def test_a_document_of_an_unknown_type_is_kept_but_not_listed(
    register: Register, inbox: RegisterInbox
) -> None:
    newer = Row(
        bucket=REGISTER_BUCKET,
        position=1,
        document_type="grave",
        document_id=an_id(),
        version=2,
        fields={"full_name": "Lê An"},
    )
    _receive(inbox, newer)
    assert count_people(register) == 0
    assert register.document(newer.document_id) is None
    assert inbox.digests() == {REGISTER_BUCKET: digest_of([(newer.document_id, 2)])}


def test_what_was_received_is_there_after_reopening(tmp_path: Path, key: DataKey) -> None:
    document_id = an_id()
    with Register.create(tmp_path / "r", key=key, author="Lan") as register:
        _receive(_inbox(register), row(document_id, {"sex": "1"}, version=1))
    with Register.open(tmp_path / "r", key=key) as register:
        assert _fields(register, document_id) == {"sex": "1"}
        assert _inbox(register).cursors() == {REGISTER_BUCKET: 1}
