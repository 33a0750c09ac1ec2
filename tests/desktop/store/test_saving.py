"""Saving: one transaction for documents, lists, changes and the ledger; only what differs."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from desktop.domain.people import PersonId
from desktop.store import ledger
from desktop.store.change_lists import count_changes, list_changes
from desktop.store.documents import Edit
from desktop.store.entries import decode_clashes, decode_fields
from desktop.store.keys import DataKey
from desktop.store.outbox import RegisterOutbox
from desktop.store.people import count_people, household_members, person_row, search_people
from desktop.store.people_words import CHILD_BASICS
from desktop.store.projections import LISTED_FIELDS, fate_row, numbers_of, row_of, table_of
from desktop.store.record_words import FORMS_WITH_WORDS, record_words
from desktop.store.register import Register
from sync.protocol.documents import FATES, DocumentType
from sync.protocol.messages import Change, Value
from sync.protocol.moving import ARRIVED
from tests.desktop.store.edits import NOW, an_id, answer, applied, household, person, save
from tests.support.children import joined


def _changes(register: Register) -> list[Change]:
    return list(RegisterOutbox(register).next_batch(limit=10_000).changes)


def test_a_saved_document_is_read_back_after_reopening(tmp_path: Path, key: DataKey) -> None:
    document_id = an_id()
    fields: dict[str, Value] = {"full_name": "Đỗ Thị Ý", "flags": ["ID_003"], "round": 2}
    with Register.create(tmp_path / "r", key=key, author="Lan") as register:
        save(register, person(document_id, **fields))
    with Register.open(tmp_path / "r", key=key) as register:
        document = register.document(document_id)
        assert document is not None
        assert document.fields == fields
        assert document.document_type is DocumentType.PERSON
        assert document.bucket == "99001/register"
        assert document.commune_code == "99001"
        assert document.version == 0
        assert register.document(an_id()) is None


def test_only_fields_that_differ_make_a_change(register: Register) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An", sex="1"))
    save(register, person(document_id, full_name="Lê Ân", sex="1"))
    save(register, person(document_id, full_name="Lê Ân", sex="1"))
    first, second = _changes(register)
    assert (first.kind, second.kind) == ("create", "set")
    assert first.patch == {"full_name": (None, "Lê An"), "sex": (None, "1")}
    assert second.patch == {"full_name": ("Lê An", "Lê Ân")}


@pytest.mark.parametrize("empty", [None, ""])
def test_an_emptied_field_is_absent(register: Register, empty: str | None) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An", dwelling=empty, sex="1"))
    save(register, person(document_id, sex=empty))
    document = register.document(document_id)
    assert document is not None
    assert document.fields == {"full_name": "Lê An"}
    assert _changes(register)[1].patch == {"sex": ("1", None)}


def test_fields_that_are_not_named_stay(register: Register) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An", sex="1"))
    save(register, person(document_id, birth_date="1945"))
    document = register.document(document_id)
    assert document is not None
    assert document.fields == {"full_name": "Lê An", "sex": "1", "birth_date": "1945"}


def test_a_save_that_changes_nothing_leaves_no_trace(register: Register) -> None:
    edit = person(an_id(), full_name="Lê An")
    save(register, edit)
    before = len(ledger.lines(register, limit=100)), count_changes(register)
    save(register, edit)
    assert (len(ledger.lines(register, limit=100)), count_changes(register)) == before


def test_changes_of_one_save_share_a_group_and_numbers_have_no_gap(register: Register) -> None:
    for _ in range(3):
        save(register, household(an_id(), code="1"), person(an_id(), full_name="Lê An"))
    changes = _changes(register)
    assert [change.seq for change in changes] == [1, 2, 3, 4, 5, 6]
    assert [change.group for change in changes] == [1, 1, 3, 3, 5, 5]
    assert len({change.change_id for change in changes}) == 6


def test_a_decided_clash_is_a_change_even_when_the_value_stays(register: Register) -> None:
    document_id = an_id()
    save(register, person(document_id, sex="1"))
    keep = Edit(DocumentType.PERSON, document_id, "99001", {"sex": "1"}, decided=frozenset({"sex"}))
    save(register, keep)
    assert _changes(register)[1].patch == {"sex": ("1", "1")}


class _StopError(Exception):
    """Something that goes wrong in the middle."""


def test_an_exception_in_the_middle_leaves_nothing(register: Register) -> None:
    save(register, person(an_id(), full_name="Lê An"))
    before = _state(register)

    class Exploding(dict[str, Value]):
        def items(self):  # type: ignore[no-untyped-def]  # raises before it has a value
            raise _StopError

    with pytest.raises(_StopError):
        save(
            register,
            household(an_id(), code="9"),
            Edit(DocumentType.PERSON, an_id(), "99001", Exploding(full_name="Lê Bình")),
        )
    with pytest.raises(_StopError), register.writing() as transaction:
        transaction.driver.execute("DELETE FROM documents")
        transaction.books.record(at=NOW, by="Lan", action="x", objects=[])
        raise _StopError
    assert _state(register) == before
    save(register, person(an_id(), full_name="Lê Cúc"))
    assert count_people(register) == 2
    assert ledger.verify(register).is_sound


def _state(register: Register) -> tuple[object, ...]:
    return (
        list_changes(register, limit=100),
        ledger.lines(register, limit=100),
        search_people(register, "", limit=100),
    )


def test_many_saves_share_a_transaction_and_keep_their_groups(register: Register) -> None:
    told: list[int] = []
    saves = [
        [household(an_id(), code=str(n)), person(an_id(), full_name=f"Lê Văn {n}")]
        for n in range(4100)
    ]
    done = register.save_bulk(
        saves, author="Lan", at=NOW, action="preload", on_progress=told.append
    )
    assert done == 4100
    assert told == [2000, 4000, 4100]
    assert count_people(register) == 4100
    changes = _changes(register)
    assert [change.seq for change in changes] == list(range(1, 8201))
    assert all(change.group == change.seq - (change.seq + 1) % 2 for change in changes)
    assert ledger.verify(register).is_sound


def test_saving_in_bulk_twice_adds_nothing(register: Register) -> None:
    saves = [[person(an_id(), full_name="Lê An")], [person(an_id(), full_name="Lê Bình")]]
    for _ in range(2):
        register.save_bulk(saves, author="Lan", at=NOW, action="preload")
    assert count_changes(register).waiting == 2


def test_a_bulk_that_is_stopped_keeps_what_it_had_told(register: Register) -> None:
    def stop(done: int) -> None:
        raise _StopError

    saves = ([person(an_id(), full_name="Lê An")] for _ in range(5000))
    with pytest.raises(_StopError):
        register.save_bulk(saves, author="Lan", at=NOW, action="preload", on_progress=stop)
    assert count_people(register) == 2000


def test_one_document_edited_twice_in_a_bulk_is_one_document(register: Register) -> None:
    document_id = an_id()
    register.save_bulk(
        [[person(document_id, full_name="Lê An")], [person(document_id, full_name="Lê Bình")]],
        author="Lan",
        at=NOW,
        action="preload",
    )
    assert [found.full_name for found in search_people(register, "", limit=9)] == ["Lê Bình"]
    assert search_people(register, "an", limit=9) == []
    assert [change.kind for change in _changes(register)] == ["create", "set"]


def test_persons_may_come_before_their_household(register: Register) -> None:
    person_id, household_id = an_id(), an_id()
    save(register, person(person_id, full_name="Lê An", household_id=household_id))
    found = person_row(register, PersonId(person_id))
    assert found is not None
    assert (found.hamlet, found.head_name) == ("", "")
    save(register, household(household_id, hamlet="Thôn 2", code="7", head_person_id=person_id))
    found = person_row(register, PersonId(person_id))
    assert found is not None
    assert (found.hamlet, found.household_code, found.head_name) == ("Thôn 2", "7", "Lê An")
    assert [member.person_id for member in household_members(register, household_id)] == [person_id]


def test_the_first_edit_keeps_what_the_server_has(register: Register) -> None:
    document_id = an_id()
    outbox = RegisterOutbox(register)
    save(register, person(document_id, full_name="Lê An"))
    outbox.settle(answer(1, [applied(1, 1)]))
    save(register, person(document_id, full_name="Lê Ân"))
    (change,) = _changes(register)
    assert change.base_version == 1
    assert change.patch == {"full_name": ("Lê An", "Lê Ân")}


def test_values_of_the_registers_own_are_set_and_removed(register: Register) -> None:
    register.set_meta({"device": "d1", "office": "o1"})
    register.set_meta({"office": None, "device": "d2"})
    assert register.meta("device") == "d2"
    assert register.meta("office") is None


def test_threads_may_save_and_read_at_once(register: Register) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for round_number in range(15):
                save(register, person(an_id(), full_name=f"Lê {number} {round_number}"))
                search_people(register, "le", limit=5)
        except BaseException as error:  # noqa: BLE001 reported below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    joined(*threads)
    assert failures == []
    assert [change.seq for change in _changes(register)] == list(range(1, 61))
    assert ledger.verify(register).is_sound


def test_a_reader_sees_one_state_while_others_write(register: Register) -> None:
    save(register, person(an_id(), full_name="Lê An"))
    with register.reading() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM people").scalar()
        save(register, person(an_id(), full_name="Lê Bình"))
        after = connection.exec_driver_sql("SELECT count(*) FROM people").scalar()
    assert before == after == 1
    assert count_people(register) == 2


def test_lists_can_be_made_again_from_documents(register: Register) -> None:
    """Every list row is what its document says, whatever happened to the document before."""
    person_id, household_id = an_id(), an_id()
    save(register, person(person_id, full_name="Lê An", id_number="003 099", flags=["ID_003"]))
    save(register, person(person_id, full_name="Trần Bình", flags=[], sex="2"))
    save(register, household(household_id, code="1"), person(an_id(), full_name="Đỗ Cúc"))
    with register.reading() as connection:
        documents = connection.exec_driver_sql(
            "SELECT doc, id, type, fields, clashes FROM documents"
        ).all()
        for doc, document_id, kind, fields, clashes in documents:
            table = table_of(DocumentType(kind))
            kept = connection.exec_driver_sql(
                f"SELECT * FROM {table.name} WHERE doc = ?",  # noqa: S608 names of ours
                (doc,),
            ).one()
            count = len(decode_clashes(clashes))
            row = row_of(DocumentType(kind), doc, document_id, decode_fields(fields), count)
            if kind == DocumentType.PERSON.value:  # the last column rests on other documents too
                assert (*kept[:-1], "") == row
            else:
                assert tuple(kept) == row


@pytest.mark.parametrize("kind", list(DocumentType), ids=lambda kind: kind.value)
def test_the_fields_of_lists_are_all_named(kind: DocumentType) -> None:
    """``LISTED_FIELDS`` names exactly the fields a list row is made of."""
    read: set[str] = set()

    class Watched(dict[str, Value]):
        def get(self, name: str, default: Value = None) -> Value:
            read.add(name)
            return default

        def __contains__(self, name: object) -> bool:
            read.add(str(name))
            return False

    row_of(kind, 1, "id", Watched(), 0)
    if kind is DocumentType.PERSON:
        numbers_of(Watched())
        read |= {*CHILD_BASICS, ARRIVED}  # asked of a child, by age, and of who came from elsewhere
    if kind is DocumentType.RECORD:
        for form_id in FORMS_WITH_WORDS:
            record_words(form_id, Watched())
    if FATES[0] in LISTED_FIELDS[kind]:
        fate_row(kind, 1, "id", Watched())
    assert read == LISTED_FIELDS[kind]
