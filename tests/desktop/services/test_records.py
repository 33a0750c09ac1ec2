"""Filling, saving and handing in, on a real register."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from desktop.domain.people import PersonId, RecordStatus
from desktop.domain.records import NotReady, OpenedForm, SavedForm, Submitted
from desktop.errors import Problem, UserError
from desktop.services.unlocking import create_register
from desktop.store.documents import Document, Edit
from forms.definition import Answer
from forms.findings import Severity
from sync.protocol.documents import DocumentType
from tests.support.offices import HOME, PASSPHRASE, QUICK, Clock, Office
from tests.support.worker_form import employed

WRONG_YEAR = {"identity__birth_date": "1985-05-12"}


def save(office: Office, **changes: Answer) -> SavedForm:
    opened = office.records.open(None)
    return office.records.save(opened, answers=employed(**changes), confirmations={})


def submit(
    office: Office, opened: OpenedForm, answers: dict[str, Answer], reason: str = ""
) -> Submitted | NotReady:
    confirmations = dict(opened.confirmations)
    if reason:
        outcome = office.records.submit(opened, answers=answers, confirmations=confirmations)
        assert isinstance(outcome, NotReady)
        confirmations |= {finding.fingerprint: reason for finding in outcome.findings}
        person = office.people.search(str(answers["identity/full_name"]), limit=1)[0]
        opened = office.records.open(person.person_id)
    return office.records.submit(opened, answers=answers, confirmations=confirmations)


def document(office: Office, document_id: str) -> Document:
    found = office.register.document(document_id)
    assert found is not None
    return found


def documents(office: Office, kind: DocumentType) -> list[Document]:
    with office.register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id FROM documents WHERE type = ? ORDER BY id", (kind.value,)
        )
        ids = [row[0] for row in rows]
    return office.register.documents(ids)


def test_a_new_form_knows_the_commune_and_today_and_stores_nothing(office: Office) -> None:
    opened = office.records.open(None)
    assert opened.person_id is None
    assert opened.household_id is None
    assert opened.record_id is None
    assert opened.answers == {
        "household/province": HOME.province_name,
        "household/commune": HOME.commune_name,
        "collection/collected_on": "2026-11-22",
    }
    assert opened.status is RecordStatus.NONE
    assert office.people.count("") == 0


def test_what_was_prefilled_is_stored_with_the_first_save(office: Office) -> None:
    opened = office.records.open(None)
    answers = {**opened.answers, "identity/full_name": "Trần Thị Thu Hà"}
    saved = office.records.save(opened, answers=answers, confirmations={})
    again = office.records.open(saved.person_id)
    assert again.answers == answers
    assert again.record_id == saved.record_id
    assert again.status is RecordStatus.DRAFT


def test_answers_go_to_the_person_the_household_and_the_record_by_their_roles(
    office: Office,
) -> None:
    saved = save(office)
    person = document(office, saved.person_id)
    household = document(office, saved.household_id)
    record = document(office, saved.record_id)
    assert person.fields["full_name"] == "Trần Thị Thu Hà"
    assert person.fields["household_id"] == saved.household_id
    assert household.fields["hamlet"] == "Ấp 1"
    assert household.fields["head_person_id"] == saved.person_id
    assert record.fields["answers.employed/job"] == employed()["employed/job"]
    assert record.fields["form_id"] == "tt11_2022_m03"
    assert not any("identity/" in name for name in record.fields)
    assert {d.bucket for d in (person, household)} == {"99001/register"}
    assert record.bucket == "99001/labour"


def test_one_save_is_one_group_and_an_equal_save_makes_no_change(office: Office) -> None:
    saved = save(office)
    before = office.syncing.status().unsent
    assert before == 3
    office.records.save(saved.opened, answers=employed(), confirmations={})
    assert office.syncing.status().unsent == before


def test_text_and_numbers_are_cleaned_as_they_are_stored(office: Office) -> None:
    saved = save(
        office,
        identity__full_name="  Tra\u0302\u0300n  Thi\u0323   Thu Ha\u0300 ",
        identity__id_number="003 190 000 001",
    )
    assert saved.opened.answers["identity/full_name"] == "Trần Thị Thu Hà"
    assert saved.opened.answers["identity/id_number"] == "003190000001"


def test_a_household_with_the_same_code_is_used_again(office: Office) -> None:
    head = save(office)
    child = save(
        office,
        identity__full_name="Trần Văn Con",
        identity__relation_to_head="3",
        identity__sex="1",
        identity__id_number="003208000002",
        identity__birth_date="2008-01-01",
        household__hamlet="Ấp 1",
    )
    assert child.household_id == head.household_id
    assert document(office, head.household_id).fields["head_person_id"] == head.person_id
    other = save(
        office,
        identity__full_name="Lý Văn Khác",
        identity__id_number="003090000003",
        identity__sex="1",
        household__household_code="01-00002",
    )
    assert other.household_id != head.household_id


def test_a_person_who_moves_leaves_the_old_household_without_a_head(office: Office) -> None:
    first = save(office)
    second = save(
        office,
        identity__full_name="Lý Văn Khác",
        identity__id_number="003090000003",
        identity__sex="1",
        household__household_code="01-00002",
    )
    moved = office.records.save(
        second.opened,
        answers={
            **second.opened.answers,
            "household/household_code": "01-00001",
            "identity/relation_to_head": "10",
        },
        confirmations={},
    )
    assert moved.household_id == first.household_id
    assert "head_person_id" not in document(office, second.household_id).fields
    assert document(office, first.household_id).fields["head_person_id"] == first.person_id


def test_an_answer_taken_back_is_gone(office: Office) -> None:
    saved = save(office)
    answers = {**saved.opened.answers, "identity/native_place": None}
    again = office.records.save(saved.opened, answers=answers, confirmations={})
    assert "identity/native_place" not in again.opened.answers
    back = office.records.save(again.opened, answers=employed(), confirmations={})
    assert back.opened.answers == employed()


def test_what_came_meanwhile_is_not_overwritten_by_a_page_left_open(office: Office) -> None:
    saved = save(office)
    office.records.save(
        saved.opened,
        answers={**employed(), "identity/native_place": "Phường Tập An, Tỉnh Tập Huấn"},
        confirmations={},
    )
    stale = office.records.save(
        saved.opened,
        answers={**employed(), "qualification/general_education": "3"},
        confirmations={},
    )
    assert stale.stored.answers["identity/native_place"] == "Phường Tập An, Tỉnh Tập Huấn"
    assert stale.stored.answers["qualification/general_education"] == "3"


def test_a_complete_record_is_handed_in_with_all_answers(office: Office) -> None:
    outcome = office.records.submit(office.records.open(None), answers=employed(), confirmations={})
    assert isinstance(outcome, Submitted)
    assert not outcome.sent_to_police
    fields = document(office, outcome.submission_id).fields
    assert fields["round"] == 1
    assert fields["identity.full_name"] == "Trần Thị Thu Hà"
    assert fields["hamlet"] == "Ấp 1"
    assert {
        name.removeprefix("answers."): value
        for name, value in fields.items()
        if name.startswith("answers.")
    } == employed()
    assert "review" not in fields


def test_errors_stop_the_submission_but_not_the_save(office: Office) -> None:
    answers = employed(identity__id_number="03190000001", employed__job=None)
    outcome = office.records.submit(office.records.open(None), answers=answers, confirmations={})
    assert isinstance(outcome, NotReady)
    assert {(f.code.name, f.path) for f in outcome.findings} == {
        ("ID_002", "identity/id_number"),
        ("FORM_001", "employed/job"),
    }
    assert office.people.count("tran thi") == 1
    assert documents(office, DocumentType.SUBMISSION) == []


def test_a_warning_needs_a_reason_and_still_goes_to_the_police(office: Office) -> None:
    answers = employed(**WRONG_YEAR)
    outcome = office.records.submit(office.records.open(None), answers=answers, confirmations={})
    assert isinstance(outcome, NotReady)
    [finding] = outcome.findings
    assert (finding.code.name, finding.severity) == ("ID_010", Severity.WARNING)
    [row] = office.people.search("thu ha", limit=5)
    assert row.flags == 1

    opened = office.records.open(row.person_id)
    blank = office.records.submit(
        opened, answers=answers, confirmations={finding.fingerprint: "  "}
    )
    assert isinstance(blank, NotReady)
    handed_in = office.records.submit(
        opened, answers=answers, confirmations={finding.fingerprint: "Giấy khai sinh ghi 1985"}
    )
    assert isinstance(handed_in, Submitted)
    assert handed_in.sent_to_police
    person = document(office, row.person_id)
    assert person.fields[f"confirmed.{finding.fingerprint}"]["reason"] == "Giấy khai sinh ghi 1985"
    assert document(office, handed_in.submission_id).fields["confirmed"] == [
        {"code": "ID_010", "path": "identity/id_number", "reason": "Giấy khai sinh ghi 1985"}
    ]
    [check] = documents(office, DocumentType.CHECK)
    assert check.bucket == "99001/check"
    assert check.fields["reasons"] == ["ID_010"]
    assert not any(name.startswith("answers.") for name in check.fields)


def test_a_confirmation_is_gone_when_the_values_it_was_about_are(office: Office) -> None:
    outcome = submit(office, office.records.open(None), employed(**WRONG_YEAR), reason="Có giấy tờ")
    assert isinstance(outcome, Submitted)
    [row] = office.people.search("thu ha", limit=5)
    opened = office.records.open(row.person_id)
    assert list(opened.confirmations.values()) == ["Có giấy tờ"]
    saved = office.records.save(
        opened, answers=employed(), confirmations=dict(opened.confirmations)
    )
    assert saved.opened.confirmations == {}
    assert not any(name.startswith("confirmed.") for name in document(office, row.person_id).fields)
    assert "flags" not in document(office, row.person_id).fields


def test_a_number_that_somebody_else_has_is_a_warning_and_a_flag(office: Office) -> None:
    save(office)
    outcome = office.records.submit(
        office.records.open(None),
        answers=employed(identity__full_name="Trần Thị Thu Hường", household__household_code=None),
        confirmations={},
    )
    assert isinstance(outcome, NotReady)
    [finding] = outcome.findings
    assert finding.code.name == "ID_013"
    assert finding.parameters["others"] == "Trần Thị Thu Hà"
    [row] = office.people.search("huong", limit=5)
    assert row.flags == 1


def test_the_same_record_is_not_handed_in_twice_but_an_edited_one_is(office: Office) -> None:
    first = submit(office, office.records.open(None), employed())
    assert isinstance(first, Submitted)
    [row] = office.people.search("", limit=5)
    opened = office.records.open(row.person_id)
    assert opened.status is RecordStatus.SUBMITTED
    assert submit(office, opened, employed()) == dataclasses.replace(first, sent_to_police=False)
    second = submit(office, opened, employed(employed__job="Thủ quỹ"))
    assert isinstance(second, Submitted)
    assert document(office, second.submission_id).fields["round"] == 2


def test_the_police_are_asked_once_about_one_identity(office: Office) -> None:
    saved = save(office, **WRONG_YEAR)
    asked = office.records.send_to_police(saved.person_id)
    assert office.records.send_to_police(saved.person_id) == asked
    outcome = submit(office, saved.opened, employed(**WRONG_YEAR), reason="Giấy khai sinh ghi 1985")
    assert isinstance(outcome, Submitted)
    assert not outcome.sent_to_police
    office.records.save(
        office.records.open(saved.person_id),
        answers=employed(identity__birth_date="1986"),
        confirmations={},
    )
    assert office.records.send_to_police(saved.person_id) != asked


def test_a_day_of_collection_to_come_is_found(office: Office) -> None:
    saved = save(office, collection__collected_on="2026-12-31")
    assert [f.path for f in saved.findings] == ["collection/collected_on"]


def test_a_person_who_is_not_here_is_gone(office: Office) -> None:
    with pytest.raises(UserError) as error:
        office.records.open(PersonId("01900000-0000-7000-8000-000000000000"))
    assert error.value.problem is Problem.GONE


def test_a_register_that_knows_no_commune_takes_no_new_people(tmp_path: Path) -> None:
    homeless = Office.create(tmp_path / "homeless", author="Lê Thị Bình", home=None)
    opened = homeless.records.open(None)
    with pytest.raises(UserError) as error:
        homeless.records.save(opened, answers=employed(), confirmations={})
    assert error.value.problem is Problem.NOT_ENROLLED
    homeless.close()
    with pytest.raises(UserError) as exists:
        create_register(tmp_path / "homeless", user_name="Ai đó", passphrase=PASSPHRASE, cost=QUICK)
    assert exists.value.problem is Problem.REGISTER_EXISTS


def test_a_second_head_of_a_household_does_not_silently_replace_the_first(office: Office) -> None:
    first = save(office)
    second = save(office, identity__full_name="Trần Thị Hai", identity__id_number="003190000002")
    assert second.household_id == first.household_id
    assert document(office, first.household_id).fields["head_person_id"] == first.person_id
    [told] = [finding for finding in second.findings if finding.code.name == "REG_001"]
    assert told.parameters == {"name": "Trần Thị Thu Hà"}
    assert told.severity is Severity.INFORMATION
    office.records.save(
        first.opened,
        answers={**first.opened.answers, "identity/relation_to_head": "10"},
        confirmations={},
    )
    again = office.records.save(second.opened, answers=second.opened.answers, confirmations={})
    assert document(office, first.household_id).fields["head_person_id"] == second.person_id
    assert all(finding.code.name != "REG_001" for finding in again.findings)


def test_a_record_of_a_newer_text_of_the_form_is_told_not_guessed(office: Office) -> None:
    saved = save(office)
    newer = Edit(
        document_type=DocumentType.RECORD,
        document_id=saved.record_id,
        commune_code=HOME.commune_code,
        fields={"form_version": "2099-01-01"},
    )
    office.register.save([newer], author="Máy khác", at=Clock()(), action="record.save")
    with pytest.raises(UserError) as error:
        office.records.open(saved.person_id)
    assert error.value.problem is Problem.FORM_NEWER
    assert error.value.parameters == {"form": "tt11_2022_m03", "version": "2099-01-01"}
