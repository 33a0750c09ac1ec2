"""What arrives of a document that moves, written out: both ends and the simulator rest on it."""

from __future__ import annotations

import pytest

from sync.protocol.documents import DocumentType
from sync.protocol.messages import Fields, Value
from sync.protocol.moving import MOVING, destination, fields_there, moved_id, place_there

#: Ids, and those of their likenesses in 99002: whoever changes these makes every move twice.
ONE, ONE_THERE = "00000000-0000-8000-8000-000000000001", "90838e19-cf32-85f6-b81c-e93c8e69f45e"
TWO, TWO_THERE = "00000000-0000-8000-8000-000000000002", "8cdbfecf-b28e-8e07-a1a6-c1a2ec90dd24"
THREE, THREE_THERE = "00000000-0000-8000-8000-000000000003", "4124413f-8cdc-8266-afff-2e63ad9e8219"

PAPER: Fields = {"commune": "99002", "date": "2026-11-20", "paper": "QĐ 7"}
WITH_HOME: Fields = {**PAPER, "household": "with"}
CAME: Fields = {"commune": "99001", "document": ONE, "date": "2026-11-20", "paper": "QĐ 7"}
#: What stays behind, whatever the type.
STAYS: Fields = {
    "deleted": {"reason": "nhầm"},
    "merged_into": THREE,
    "came_from": {"commune": "99003", "document": THREE, "date": "", "paper": ""},
    "arrived": {"by": "Lan", "at": "2026-01-02"},
    f"distinct.{THREE}": True,
}

HOME: Fields = {"province": "03", "commune": "99001", "hamlet": "Thôn Đông", "code": "12"}
PERSON: Fields = {
    "full_name": "Lê Thị Bình",
    "birth_date": "1980-03-04",
    "flags": ["ID_006"],
    "confirmed.ab12": {"code": "ID_006", "path": "identity/id_number", "reason": "giấy cũ"},
    "relation_to_head": "3",
}
RECORD: Fields = {
    "form_id": "tt11_2022_m03",
    "form_version": "2022-12-30",
    "answers.employed/job": "thợ may",
    "answers.employed/hours": 8,
    "confirmed.cd34": {"code": "L_002", "path": "employed/hours", "reason": ""},
}

CASES = [
    (
        DocumentType.HOUSEHOLD,
        {**HOME, "head_person_id": TWO, "moved_to": PAPER},
        {**HOME, "head_person_id": TWO_THERE},
    ),
    (DocumentType.HOUSEHOLD, {**HOME, "moved_to": PAPER}, HOME),
    (DocumentType.PERSON, {**PERSON, "household_id": TWO, "moved_to": PAPER}, PERSON),
    (
        DocumentType.PERSON,
        {**PERSON, "household_id": TWO, "moved_to": WITH_HOME},
        {**PERSON, "household_id": TWO_THERE},
    ),
    (DocumentType.PERSON, {**PERSON, "moved_to": WITH_HOME}, PERSON),
    (
        DocumentType.RECORD,
        {**RECORD, "person_id": TWO, "household_id": THREE, "moved_to": PAPER},
        {**RECORD, "person_id": TWO_THERE},
    ),
    (
        DocumentType.RECORD,
        {**RECORD, "person_id": TWO, "household_id": THREE, "moved_to": WITH_HOME},
        {**RECORD, "person_id": TWO_THERE, "household_id": THREE_THERE},
    ),
]


@pytest.mark.parametrize(("document_type", "here", "there"), CASES)
def test_what_arrives_is_the_likeness_with_links_to_likenesses(
    document_type: DocumentType, here: Fields, there: Fields
) -> None:
    found = fields_there(document_type, "99001/register", ONE, {**here, **STAYS})
    assert found == {**there, "came_from": CAME}


def test_every_type_that_moves_is_tried() -> None:
    assert {document_type for document_type, _, _ in CASES} == MOVING


def test_a_move_without_date_and_paper_says_so_with_empty_words() -> None:
    here: Fields = {"full_name": "Lê An", "moved_to": {"commune": "99002"}}
    assert fields_there(DocumentType.PERSON, "99001/register", ONE, here)["came_from"] == {
        "commune": "99001",
        "document": ONE,
        "date": "",
        "paper": "",
    }


@pytest.mark.parametrize(
    ("bucket", "commune", "place"),
    [
        ("99001/register", "99002", ("99002/register", ONE_THERE)),
        ("99001/labour", "99002", ("99002/labour", ONE_THERE)),
        ("99001/children_restricted", "99002", ("99002/children_restricted", ONE_THERE)),
        ("99001/register", "99001", None),
        ("99001/register", "", None),
        ("99001/of_a_later_program", "99002", None),
    ],
)
def test_the_likeness_lies_in_the_same_data_set_of_the_other_commune(
    bucket: str, commune: str, place: tuple[str, str] | None
) -> None:
    assert place_there(bucket, ONE, commune) == place


def test_there_and_back_again_is_another_document() -> None:
    assert moved_id(ONE_THERE, "99001") not in (ONE, ONE_THERE)


@pytest.mark.parametrize(
    ("moved_to", "commune"),
    [(PAPER, "99002"), (None, ""), ({}, ""), ({"commune": None}, ""), ("99002", "")],
)
def test_where_it_goes_is_what_the_paper_names(moved_to: Value, commune: str) -> None:
    assert destination(moved_to) == commune
