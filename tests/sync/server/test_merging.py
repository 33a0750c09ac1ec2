"""Two desks on one document, through HTTP: merged, clashing, settled, and seen by all."""

from __future__ import annotations

from sync.protocol.documents import DocumentType, Role
from sync.protocol.messages import Outcome, Row
from tests.support.desk import Desk
from tests.sync.server.conftest import MakeDesk

PERSON = DocumentType.PERSON


def newest(desk: Desk) -> Row:
    """The one document this desk sees."""
    (row,) = desk.pull().rows
    return row


def test_edits_of_different_fields_are_merged(officer: Desk, make_desk: MakeDesk) -> None:
    other = make_desk(Role.OFFICER)
    person = officer.person(dwelling="Ấp 1").document_id
    officer.push()
    officer.set(PERSON, person, {"dwelling": "Ấp 2"})
    other.set(PERSON, person, {"ethnicity": "01"})
    assert officer.push(since=2).results[0].s is Outcome.APPLIED
    assert other.push().results[0].s is Outcome.MERGED
    row = newest(officer)
    assert row.fields["dwelling"] == "Ấp 2"
    assert row.fields["ethnicity"] == "01"
    assert row == newest(other)


def test_a_clash_on_an_ordinary_field_keeps_both_values(officer: Desk, make_desk: MakeDesk) -> None:
    other = make_desk(Role.OFFICER)
    person = officer.person(dwelling="Ấp 1").document_id
    officer.push()
    first = officer.set(PERSON, person, {"dwelling": "Ấp 2"})
    officer.push(since=2)
    other.set(PERSON, person, {"dwelling": "Ấp 3"})
    (result,) = other.push().results
    assert (result.s, result.f, result.ver) == (Outcome.CLASH, ["dwelling"], 3)
    row = newest(officer)
    assert row.fields["dwelling"] == "Ấp 3"
    (kept,) = row.clashes["dwelling"]
    assert (kept.value, kept.op, kept.by, kept.at) == ("Ấp 2", first.change_id, first.by, first.at)


def test_a_clash_on_identity_waits_until_somebody_decides(
    officer: Desk, make_desk: MakeDesk
) -> None:
    other = make_desk(Role.OFFICER)
    person = officer.person(birth_date="1980").document_id
    officer.push()
    officer.set(PERSON, person, {"birth_date": "1981"})
    officer.push(since=2)
    other.set(PERSON, person, {"birth_date": "1982"})
    assert other.push().results[0].s is Outcome.CLASH
    row = newest(officer)
    assert row.fields["birth_date"] == "1981"
    assert [clash.value for clash in row.clashes["birth_date"]] == ["1982"]
    officer.set(PERSON, person, {"birth_date": "1981"}, base=row.version)
    assert officer.push(since=3).results[0].s is Outcome.APPLIED
    settled = newest(other)
    assert settled.fields["birth_date"] == "1981"
    assert settled.clashes == {}
    assert settled.version == row.version + 1


def test_fifty_offline_edits_of_one_record_never_clash_with_each_other(officer: Desk) -> None:
    person = officer.person(dwelling="0").document_id
    for number in range(50):
        officer.set(PERSON, person, {"dwelling": f"Ấp {number}"}, base=0)
    answer = officer.push()
    assert {result.s for result in answer.results} == {Outcome.APPLIED}
    row = newest(officer)
    assert (row.fields["dwelling"], row.clashes) == ("Ấp 49", {})


def test_an_emptied_field_is_absent(officer: Desk) -> None:
    person = officer.person(dwelling="Ấp 1").document_id
    officer.set(PERSON, person, {"dwelling": None})
    officer.push()
    assert "dwelling" not in newest(officer).fields
