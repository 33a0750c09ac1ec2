"""Who may make, change and see what: every role, type of document and kind of bucket."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import insert

from sync.protocol.documents import (
    RULES,
    SUBMISSIONS,
    DataSet,
    DocumentType,
    Role,
    bucket_of,
    right_to,
)
from sync.protocol.ids import record_id_of
from sync.protocol.messages import Hold, Outcome, Value
from sync.protocol.rules import FIELDS
from sync.server.tables import document_places
from tests.support.desk import Desk, an_id
from tests.support.server import Province
from tests.sync.server.conftest import MakeDesk

HOUSEHOLD, PERSON, RECORD, CHECK, SUBMISSION = DocumentType

#: One complete document of each type, as an officer makes it.
MADE: dict[DocumentType, dict[str, Value]] = {
    HOUSEHOLD: {"province": "03", "commune": "99001", "hamlet": "Ấp 1", "code": "H1"},
    PERSON: {"full_name": "Lý Thị Mẫu", "flags": ["ID_001"], "confirmed.ab12": {"code": "ID_001"}},
    RECORD: {"person_id": "p", "form_id": "tt11_2022_m03", "answers.work/job_name": "thợ may"},
    CHECK: {"person_id": "p", "reasons": ["ID_001"], "identity.full_name": "Lý Thị Mẫu"},
    SUBMISSION: {
        "record_id": "r",
        "round": 1,
        "identity.full_name": "Lý Thị Mẫu",
        "answers.work/job_name": "thợ may",
        "confirmed": [{"code": "ID_001", "path": "identity/id_number", "reason": "Thẻ ghi vậy"}],
    },
}

#: Edits and the roles that may make them; nobody else may.
EDITS: list[tuple[DocumentType, dict[str, Value], set[Role]]] = [
    (HOUSEHOLD, {"hamlet": "Ấp 2"}, {Role.OFFICER}),
    (PERSON, {"dwelling": "Ấp 2"}, {Role.OFFICER}),
    (RECORD, {"answers.work/job_name": "thợ mộc"}, {Role.OFFICER}),
    (
        CHECK,
        {"answer": "differs", "differs.birth_date": "1980", "note": "đã đối chiếu"},
        {Role.POLICE},
    ),
    (CHECK, {"reasons": []}, set()),
    (CHECK, {"identity.full_name": "Lý Thị Khác"}, set()),
    (CHECK, {"answer": "matched", "person_id": "q"}, set()),
    (SUBMISSION, {"review": "returned", "reasons.work/job_name": "chưa rõ"}, {Role.COLLECTOR}),
    (SUBMISSION, {"answers.work/job_name": "thợ mộc"}, set()),
]

#: The data sets each role receives without further grants.
SEEN = {
    Role.OFFICER: {one for one in DataSet if right_to(one) is None},
    Role.POLICE: {DataSet.CHECK},
    Role.COLLECTOR: {one for one in SUBMISSIONS.values() if right_to(one) is None},
    Role.RELAY: {one for one in DataSet if right_to(one) is None},
}


def outcome_of(desk: Desk) -> tuple[Outcome, str]:
    """What became of the last change of this desk."""
    result = desk.push(since=len(desk.changes)).results[0]
    return result.s, result.why


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_only_an_officer_makes_documents_and_only_in_the_own_commune(
    role: Role, make_desk: MakeDesk
) -> None:
    desk = make_desk(role)
    for document_type, fields in MADE.items():
        for commune in ("99001", "99002"):
            for data_set in DataSet:
                is_right = commune == "99001" and data_set is RULES[document_type].data_set
                desk.create(document_type, fields, bucket=bucket_of(commune, data_set))
                s, why = outcome_of(desk)
                if role is Role.OFFICER and is_right:
                    assert (s, why) == (Outcome.APPLIED, "")
                elif is_right and data_set in SEEN[role]:
                    assert (s, why) == (Outcome.HELD, Hold.ACCESS.value)
                else:
                    assert (s, why) == (Outcome.HELD, Hold.BUCKET.value)


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_each_role_changes_only_its_own_fields(role: Role, make_desk: MakeDesk) -> None:
    officer, desk = make_desk(Role.OFFICER), make_desk(role)
    for document_type, fields, allowed in EDITS:
        made = officer.create(document_type, MADE[document_type])
        officer.push(since=len(officer.changes))
        desk.set(document_type, made.document_id, fields)
        s, why = outcome_of(desk)
        if role in allowed:
            assert (s, why) == (Outcome.APPLIED, "")
        else:
            is_seen = RULES[document_type].data_set in SEEN[role]
            expected = Hold.ACCESS if is_seen else Hold.BUCKET
            assert (s, why) == (Outcome.HELD, expected.value)


@pytest.mark.parametrize("role", [Role.POLICE, Role.COLLECTOR], ids=lambda role: role.value)
def test_a_desk_of_another_commune_changes_and_sees_nothing(
    role: Role, officer: Desk, make_desk: MakeDesk
) -> None:
    stranger = make_desk(role, "99002")
    document_type, fields = (
        (CHECK, {"answer": "matched"})
        if role is Role.POLICE
        else (SUBMISSION, {"review": "accepted"})
    )
    made = officer.create(document_type, MADE[document_type])
    officer.push()
    data_set = RULES[document_type].data_set
    for commune, hold in (("99001", Hold.BUCKET), ("99002", Hold.MISSING)):
        bucket = bucket_of(commune, data_set)
        stranger.set(document_type, made.document_id, fields, bucket=bucket)
        assert outcome_of(stranger) == (Outcome.HELD, hold.value)
    page = stranger.pull({bucket_of("99001", data_set): 0})
    assert page.rows == []
    assert [drop.bucket for drop in page.drops] == [bucket_of("99001", data_set)]


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_each_role_receives_only_its_data_sets(
    role: Role, officer: Desk, make_desk: MakeDesk
) -> None:
    for document_type, fields in MADE.items():
        officer.create(document_type, fields)
    officer.push()
    page = make_desk(role).pull()
    made = {RULES[document_type].data_set for document_type in MADE}
    assert {row.bucket for row in page.rows} == {
        bucket_of("99001", one) for one in SEEN[role] & made
    }
    assert set(page.end.next) == {bucket_of("99001", one) for one in SEEN[role]}
    assert {grant.bucket for grant in page.grants} == set(page.end.next) == set(page.end.digest)
    if role is Role.POLICE:
        assert "thợ may" not in repr(page)


@pytest.mark.parametrize(
    "fields",
    [
        {"answers.work/job_name": "thợ may"},
        {"identity.ethnicity": "01"},
        {"identity.job": "thợ may"},
        {"identity.full_name": {"answers": "thợ may"}},
        {"reasons": ["thợ may"]},
        {"reasons": [{"answers": "x"}]},
        {"record_id": "r"},
        {"confirmed": []},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_no_labour_answer_can_be_put_into_a_check(fields: dict[str, Value], officer: Desk) -> None:
    officer.create(CHECK, MADE[CHECK] | fields)
    s, why = outcome_of(officer)
    assert s is Outcome.HELD
    assert why in (Hold.UNKNOWN_FIELD.value, Hold.BAD_VALUE.value, Hold.ACCESS.value)


def test_the_police_cannot_put_labour_answers_into_a_check_either(
    officer: Desk, police: Desk
) -> None:
    check = officer.create(CHECK, MADE[CHECK]).document_id
    officer.push()
    for name, why in (
        ("answers.work/job_name", Hold.ACCESS),
        ("answer.x", Hold.ACCESS),
        ("notes", Hold.ACCESS),
        ("differs.job", Hold.UNKNOWN_FIELD),
    ):
        police.set(CHECK, check, {name: "thợ may"})
        assert outcome_of(police) == (Outcome.HELD, why.value)


@pytest.mark.parametrize(
    ("document_type", "fields"),
    [(CHECK, {"answer": "matched"}), (CHECK, {"note": "x"}), (SUBMISSION, {"review": "accepted"})],
)
def test_an_officer_cannot_answer_or_accept_in_the_others_place(
    document_type: DocumentType, fields: dict[str, Value], officer: Desk
) -> None:
    officer.create(document_type, MADE[document_type] | fields)
    assert outcome_of(officer) == (Outcome.HELD, Hold.ACCESS.value)


def test_an_officer_cannot_use_an_id_of_another_commune(make_desk: MakeDesk) -> None:
    mine, theirs = make_desk(Role.OFFICER, "99001"), make_desk(Role.OFFICER, "99002")
    theirs.commune = "99002"
    taken = theirs.create(SUBMISSION, MADE[SUBMISSION]).document_id
    theirs.push()
    mine.create(SUBMISSION, MADE[SUBMISSION], document_id=taken)
    assert outcome_of(mine) == (Outcome.HELD, Hold.BAD_ID.value)


RESTRICTED_FORM, OPEN_FORM = "luat73_2021_cn", "tt11_2022_m03"


@pytest.mark.parametrize("is_there", [True, False])
def test_no_answer_tells_whether_a_person_has_a_restricted_record(
    make_desk: MakeDesk, province: Province, is_there: bool
) -> None:
    """Its id can be worked out by anybody who knows the person."""
    mine, theirs = make_desk(Role.OFFICER, "99001"), make_desk(Role.OFFICER, "99001")
    person = mine.person().document_id
    mine.push()
    taken = record_id_of(person, RESTRICTED_FORM)
    if is_there:
        restricted = bucket_of("99001", DataSet.DRUG_TREATMENT)
        with province.engine.begin() as connection:
            connection.execute(insert(document_places).values(id=taken, bucket=restricted))
    for fields in ({}, {"form_id": RESTRICTED_FORM}, {"form_id": OPEN_FORM}):
        theirs.create(RECORD, {"person_id": person, **fields}, document_id=taken)
    assert [result.why for result in theirs.push().results] == [
        Hold.BAD_ID.value,
        Hold.BUCKET.value,
        Hold.BAD_ID.value,
    ]
    own = record_id_of(person, OPEN_FORM)
    theirs.create(RECORD, {"person_id": person, "form_id": OPEN_FORM}, document_id=own)
    assert outcome_of(theirs) == (Outcome.APPLIED, "")


def test_a_save_that_is_held_takes_no_id_from_anybody(make_desk: MakeDesk) -> None:
    mine, theirs = make_desk(Role.OFFICER, "99001"), make_desk(Role.OFFICER, "99002")
    theirs.commune = "99002"
    wanted = mine.create(SUBMISSION, MADE[SUBMISSION], group=1)
    mine.create(PERSON, {"no_such_field": "x"}, group=1)
    assert [result.why for result in mine.push().results] == ["group", Hold.UNKNOWN_FIELD.value]
    theirs.create(SUBMISSION, MADE[SUBMISSION], document_id=wanted.document_id)
    assert outcome_of(theirs) == (Outcome.APPLIED, "")


@pytest.mark.parametrize(
    ("value", "hold"),
    [
        ("x" * 20_000, Hold.TOO_LONG),
        (["x" * 10_000] * 3, Hold.TOO_LONG),
        ("có\x00rác", Hold.BAD_VALUE),
        ({"a\x00": "x"}, Hold.BAD_VALUE),
        ([[[[["x"]]]]], Hold.BAD_VALUE),
        (2**60, Hold.BAD_VALUE),
        (1e300, Hold.BAD_VALUE),
    ],
    ids=["long", "long list", "NUL", "NUL in a key", "deep", "large", "very large"],
)
def test_a_value_that_no_register_holds_is_held_and_answered(
    value: Value, hold: Hold, officer: Desk
) -> None:
    officer.create(RECORD, {"answers.a": value})
    good = officer.person()
    answer = officer.push()
    assert [(r.s, r.why) for r in answer.results] == [
        (Outcome.HELD, hold.value),
        (Outcome.APPLIED, ""),
    ]
    assert [row.document_id for row in officer.pull().rows] == [good.document_id]


@pytest.mark.parametrize(
    ("name", "hold"),
    [
        ("answers.", Hold.UNKNOWN_FIELD),
        ("answers", Hold.UNKNOWN_FIELD),
        ("", Hold.UNKNOWN_FIELD),
        ("answers.a\x00b", Hold.UNKNOWN_FIELD),
        ("answers.a\nb", Hold.UNKNOWN_FIELD),
        ("answers." + "a" * 200, Hold.TOO_LONG),
    ],
)
def test_a_field_that_no_form_has_is_held(name: str, hold: Hold, officer: Desk) -> None:
    officer.create(RECORD, {name: "x"})
    assert outcome_of(officer) == (Outcome.HELD, hold.value)


@pytest.mark.parametrize(
    ("spoiled", "hold"),
    [
        ({"document_type": "salary"}, Hold.UNKNOWN_TYPE),
        ({"document_type": "per\x00son"}, Hold.UNKNOWN_TYPE),
        ({"kind": "delete"}, Hold.UNKNOWN_KIND),
        ({"document_id": "1"}, Hold.BAD_ID),
        ({"document_id": "ffffffff-ffff-4fff-8fff-ffffffffffff"}, Hold.BAD_ID),
        ({"document_id": "01A2030A-96B3-7220-8382-217388E0C8E5"}, Hold.BAD_ID),
        ({"change_id": "x"}, Hold.BAD_ID),
        ({"bucket": "99001/labour"}, Hold.BUCKET),
        ({"bucket": "99001/register/x"}, Hold.BUCKET),
        ({"bucket": ""}, Hold.BUCKET),
        ({"by": "x" * 300}, Hold.TOO_LONG),
        ({"at": "\x00"}, Hold.BAD_VALUE),
    ],
    ids=repr,
)
def test_a_spoiled_change_is_held_and_never_stops_the_queue(
    spoiled: dict[str, str], hold: Hold, officer: Desk
) -> None:
    good = officer.person()
    officer.queue(replace(good, **{"seq": 2, "group": 2, "change_id": an_id(), **spoiled}))
    officer.person()
    results = officer.push().results
    assert [result.why for result in results] == ["", hold.value, ""]
    assert officer.push().results == results


def test_every_type_has_its_fields_and_they_cover_what_roles_may_write() -> None:
    assert set(FIELDS) == set(RULES) == set(DocumentType)
    for document_type, rule in RULES.items():
        for name in rule.identity_fields:
            assert FIELDS[document_type].check_of(name)
        for prefixes in rule.writers.values():
            for prefix in filter(None, prefixes):
                is_family = prefix.endswith(".")
                rules = FIELDS[document_type]
                assert prefix in (rules.families if is_family else rules.names)
