"""Data sets: where the records of each form lie, and who is granted what."""

from __future__ import annotations

import pytest

from forms.registry import FormRegistry
from sync.protocol.documents import (
    GRANTS,
    RESTRICTED,
    RULES,
    SUBMISSIONS,
    DataSet,
    DocumentType,
    Role,
    bucket_of,
    data_set_in,
    data_set_of,
    granted,
    is_restricted,
    may_lie_in,
    right_to,
)

FORMS = FormRegistry.bundled()
RECORD, SUBMISSION = DocumentType.RECORD, DocumentType.SUBMISSION


@pytest.mark.parametrize("form_id", FORMS.form_ids())
def test_every_form_has_its_data_set_and_the_sensitive_ones_need_a_right(form_id: str) -> None:
    about = FORMS.about(form_id)
    records, handed_in = data_set_of(RECORD, form_id), data_set_of(SUBMISSION, form_id)
    assert records.value == about.data_set
    assert handed_in is SUBMISSIONS[records]
    assert may_lie_in(RECORD, records)
    assert not may_lie_in(RECORD, handed_in)
    assert may_lie_in(SUBMISSION, handed_in)
    assert not may_lie_in(SUBMISSION, records)
    right = records if about.sensitive else None
    assert right_to(records) is right_to(handed_in) is right
    assert is_restricted(bucket_of("99001", handed_in)) is about.sensitive


def test_labour_records_travel_as_they_always_did() -> None:
    assert data_set_of(RECORD, "tt11_2022_m03").value == data_set_of(RECORD).value == "labour"
    assert data_set_of(SUBMISSION, "tt11_2022_m03").value == "submission"
    assert data_set_of(SUBMISSION).value == "submission"
    assert RULES[DocumentType.CHECK].data_set.value == "check"
    assert RULES[DocumentType.PERSON].data_set.value == "register"


def test_a_form_that_is_not_known_has_no_data_set() -> None:
    with pytest.raises(LookupError):
        data_set_of(RECORD, "tt99_2030_x")


def test_no_role_receives_anything_restricted_by_itself() -> None:
    assert {one for one in DataSet if right_to(one)} == RESTRICTED | {
        SUBMISSIONS[one] for one in RESTRICTED
    }
    for data_sets in GRANTS.values():
        assert not any(right_to(one) for one in data_sets)


def test_a_right_gives_the_officer_records_the_collector_submissions_and_the_police_nothing() -> (
    None
):
    right = DataSet.DRUG_TREATMENT
    handed_in = SUBMISSIONS[right]
    given = {role: granted(role, frozenset({right})) - granted(role) for role in Role}
    assert given == {
        Role.OFFICER: {right, handed_in},
        Role.POLICE: set(),
        Role.COLLECTOR: {handed_in},
        Role.RELAY: set(),
    }


def test_rights_are_to_restricted_data_sets_only() -> None:
    """Whatever a database says, no right opens another data set."""
    for role in Role:
        assert granted(role, frozenset({DataSet.REGISTER, DataSet.LABOUR})) == granted(role)


def test_the_police_are_granted_identities_only() -> None:
    assert granted(Role.POLICE, RESTRICTED) == {DataSet.CHECK}


def test_a_data_set_of_a_newer_program_is_restricted() -> None:
    assert data_set_in("99001/something_new") is None
    assert is_restricted("99001/something_new")
    assert is_restricted("99001")
    assert not is_restricted("99001/labour")
