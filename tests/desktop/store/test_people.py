"""The people list: found without marks, by initials, by any number; in Vietnamese order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from desktop.domain.people import EVERYBODY, CheckState, PeopleFilter, PersonId, RecordStatus
from desktop.store.documents import Edit
from desktop.store.keys import DataKey
from desktop.store.people import (
    count_people,
    people_page,
    person_row,
    person_with_number,
    search_people,
)
from desktop.store.people_words import name_words
from desktop.store.register import Register
from forms.vietnamese import sort_key
from sync.protocol.documents import DocumentType
from sync.protocol.messages import Value
from tests.desktop.store.edits import NOW, an_id, edit, person, save

PEOPLE: dict[str, dict[str, Value]] = {
    "Nguyễn Thị Mai": {"id_number": "003190000001", "social_insurance_number": "7912345678"},
    "Nguyễn Văn Đức": {"id_number": "003085000002", "old_id_number": "012 345 678"},
    "Trần Thị Hòa": {"flags": ["ID_004", "ID_005"]},
    "Trần Văn Hoà": {"id_number": "003085000003"},
    "H'Mai Niê": {"old_id_number": "B1234567"},
    "Y Krông Êban": {},
    "Lê Ân": {},
    "Lê An": {},
    "Đinh Ngọc Ánh": {},
}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """A register of nine people; the tests of this module only read it."""
    folder: Path = tmp_path_factory.mktemp("people")
    with Register.create(folder, key=DataKey.new(), author="Lan") as register:
        edits = [person(an_id(), full_name=name, **fields) for name, fields in PEOPLE.items()]
        register.save(edits, author="Lan", at=NOW, action="preload")
        yield register


def _found(register: Register, text: str, where: PeopleFilter = EVERYBODY) -> list[str]:
    rows = search_people(register, text, limit=50, where=where)
    assert count_people(register, text, where=where) == len(rows)
    return [row.full_name for row in rows]


def test_everybody_is_listed_by_given_name_in_vietnamese_order(people: Register) -> None:
    assert _found(people, "") == [
        "Lê An",
        "Đinh Ngọc Ánh",
        "Lê Ân",
        "Nguyễn Văn Đức",
        "Y Krông Êban",
        "Trần Thị Hòa",
        "Trần Văn Hoà",
        "Nguyễn Thị Mai",
        "H'Mai Niê",
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("duc", ["Nguyễn Văn Đức"]),
        ("Đức", ["Nguyễn Văn Đức"]),
        ("ĐỨC", ["Nguyễn Văn Đức"]),
        ("đuc", ["Nguyễn Văn Đức"]),
        ("nguyen", ["Nguyễn Văn Đức", "Nguyễn Thị Mai"]),
        ("nguyễn", ["Nguyễn Văn Đức", "Nguyễn Thị Mai"]),
        ("hoa", ["Trần Thị Hòa", "Trần Văn Hoà"]),
        ("hoà", ["Trần Thị Hòa", "Trần Văn Hoà"]),
        ("van h", ["Trần Văn Hoà"]),
        ("hoa tran v", ["Trần Văn Hoà"]),
        ("  thi   mai ", ["Nguyễn Thị Mai"]),
        ("mai", ["Nguyễn Thị Mai", "H'Mai Niê"]),
        ("h'mai", ["H'Mai Niê"]),
        ("h’mai", ["H'Mai Niê"]),
        ("hmai", ["H'Mai Niê"]),
        ("eban", ["Y Krông Êban"]),
        ("y krong", ["Y Krông Êban"]),
        ("ntm", ["Nguyễn Thị Mai"]),
        ("NTM", ["Nguyễn Thị Mai"]),
        ("tv", ["Trần Văn Hoà"]),
        ("đna", ["Đinh Ngọc Ánh"]),
        ("an", ["Lê An", "Đinh Ngọc Ánh", "Lê Ân"]),
        ("guyen", ["Nguyễn Văn Đức", "Nguyễn Thị Mai"]),
        ("nt mai", ["Nguyễn Thị Mai"]),
        ("mai nt", ["Nguyễn Thị Mai"]),
        ("tm", ["Nguyễn Thị Mai"]),
        ("tran tvh", ["Trần Văn Hoà"]),
        ("mai duc", []),
        ("tran ntm", []),
        ("zz", []),
    ],
)
def test_part_of_a_name_finds_it_without_marks(
    people: Register, text: str, names: list[str]
) -> None:
    assert sorted(_found(people, text)) == sorted(names)
    assert _found(people, text) == sorted(names, key=sort_key)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("003190000001", ["Nguyễn Thị Mai"]),
        ("0031", ["Nguyễn Thị Mai"]),
        ("003 190", ["Nguyễn Thị Mai"]),
        ("79123", ["Nguyễn Thị Mai"]),
        ("012345", ["Nguyễn Văn Đức"]),
        ("012 345 678", ["Nguyễn Văn Đức"]),
        ("b1234", ["H'Mai Niê"]),
        ("003085", ["Nguyễn Văn Đức", "Trần Văn Hoà"]),
        ("190000001", ["Nguyễn Thị Mai"]),
        ("0001", ["Nguyễn Thị Mai"]),
        ("345678", ["Nguyễn Thị Mai", "Nguyễn Văn Đức"]),
        ("678", []),
        ("9999", []),
    ],
)
def test_the_first_or_last_digits_of_any_number_find_the_person(
    people: Register, text: str, names: list[str]
) -> None:
    assert sorted(_found(people, text)) == sorted(names)


@pytest.mark.parametrize(
    "text", ['"', "'", "*", "a*b", "(", "_", "%", "AND", "OR x", "-", "—", "\0"]
)
def test_any_text_may_be_typed(people: Register, text: str) -> None:
    count_people(people, text)
    search_people(people, text, limit=5)


def test_pages_follow_one_another(people: Register) -> None:
    whole = _found(people, "")
    first = people_page(people, limit=4)
    second = people_page(people, limit=4, after=first.after)
    third = people_page(people, limit=4, after=second.after)
    assert [row.full_name for page in (first, second, third) for row in page.rows] == whole
    assert third.after == ""


def test_the_list_is_narrowed_to_flagged_people(people: Register) -> None:
    flagged = PeopleFilter(is_flagged=True)
    (row,) = search_people(people, "", limit=9, where=flagged)
    assert (row.full_name, row.flags) == ("Trần Thị Hòa", 2)
    assert _found(people, "tran", flagged) == ["Trần Thị Hòa"]
    assert _found(people, "0030", flagged) == _found(people, "mai", flagged) == []
    assert _found(people, "", PeopleFilter(finding="ID_004")) == ["Trần Thị Hòa"]
    assert _found(people, "", PeopleFilter(finding="ID_006")) == []


def test_a_number_names_its_owners_apart_from_oneself(register: Register) -> None:
    one, two = an_id(), an_id()
    save(register, person(one, full_name="Lê An", id_number="003190000001"))
    save(register, person(two, full_name="Lê Bình", old_id_number="003190000001"))
    both = person_with_number(register, "003190000001")
    assert [row.full_name for row in both] == ["Lê An", "Lê Bình"]
    others = person_with_number(register, "003 190 000 001", other_than=PersonId(one))
    assert [row.person_id for row in others] == [two]
    assert person_with_number(register, "00319000000") == []
    assert person_with_number(register, "") == []


def test_a_changed_name_or_number_is_found_by_the_new_one_only(register: Register) -> None:
    document_id = an_id()
    save(register, person(document_id, full_name="Lê An", id_number="003190000001"))
    save(register, person(document_id, full_name="Trần Bình", id_number="003190000002"))
    assert _found(register, "le") == _found(register, "003190000001") == []
    assert _found(register, "binh") == _found(register, "003190000002") == ["Trần Bình"]


def test_a_person_without_a_name_is_listed(register: Register) -> None:
    save(register, person(an_id(), id_number="003190000001"))
    assert _found(register, "") == [""]


def test_common_words_are_listed_in_order_page_by_page(register: Register) -> None:
    given = ["".join(letters) for letters in product("abcđêghikl", repeat=3)]
    names = [f"Nguyễn Văn {name}" for name in given] + ["Lê Thị Nga"]
    saves: list[list[Edit]] = [[person(an_id(), full_name=name)] for name in names]
    register.save_bulk(saves, author="Lan", at=NOW, action="preload")
    expected = sorted(names, key=sort_key)
    for text in ("n", "nv", "nguyen", "van nguyen"):
        wanted = [name for name in expected if text == "n" or name != "Lê Thị Nga"]
        first = people_page(register, text, limit=20)
        rows = people_page(register, text, limit=40, after=first.after).rows
        assert [row.full_name for row in rows] == wanted[20:60]
        assert count_people(register, text) == len(wanted)


def test_the_state_of_record_and_check_stands_in_the_list(register: Register) -> None:
    person_id, record_id, check_id = an_id(), an_id(), an_id()
    first, second = an_id(), an_id()

    def state() -> tuple[RecordStatus, CheckState]:
        row = person_row(register, PersonId(person_id))
        assert row is not None
        return row.status, row.check

    def submission(document_id: str, **fields: Value) -> Edit:
        about = {"record_id": record_id, "person_id": person_id}
        return edit(DocumentType.SUBMISSION, document_id, about | fields)

    save(register, person(person_id, full_name="Lê An"), person(an_id(), full_name="Lê Bình"))
    assert state() == (RecordStatus.NONE, CheckState.NOT_ASKED)
    record: dict[str, Value] = {"person_id": person_id, "form_id": "tt11_2022_m03"}
    save(register, edit(DocumentType.RECORD, record_id, record))
    assert state() == (RecordStatus.DRAFT, CheckState.NOT_ASKED)
    save(register, submission(first, round=1))
    save(register, edit(DocumentType.CHECK, check_id, {"person_id": person_id}))
    assert state() == (RecordStatus.SUBMITTED, CheckState.WAITING)
    save(register, submission(first, review="returned"))
    save(register, edit(DocumentType.CHECK, check_id, {"answer": "differs"}))
    assert state() == (RecordStatus.RETURNED, CheckState.DIFFERS)
    save(register, submission(second, round=2))
    assert state()[0] is RecordStatus.SUBMITTED
    save(register, submission(second, review="accepted"))
    assert state()[0] is RecordStatus.ACCEPTED

    for status, names in (
        (RecordStatus.ACCEPTED, ["Lê An"]),
        (RecordStatus.NONE, ["Lê Bình"]),
        (RecordStatus.DRAFT, []),
    ):
        for text in ("", "le"):
            assert _found(register, text, PeopleFilter(status=status)) == names


def test_words_of_a_name() -> None:
    words = name_words("Nguyễn Thị H'Mai").split()
    assert [word for word in words if word.isascii()] == [
        *("ng", "nguyen", "th", "thi", "h", "ma", "mai", "hm", "hmai"),
        *("_nt", "_nth", "_th"),
    ]
    assert name_words("  ") == name_words("-") == ""
