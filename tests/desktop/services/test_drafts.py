"""Half-typed forms: written, given back to who typed them, ended by the save that holds them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.domain.drafts import Cursor, DraftMark, Edited, FormDraft, laid_over
from desktop.domain.people import PersonId
from desktop.errors import Problem, UserError
from desktop.services.drafts import Drafts
from desktop.store.change_lists import count_changes
from forms.definition import Answer
from sync.protocol.ids import new_id
from tests.support.offices import Clock, Office
from tests.support.worker_form import employed

JOB = "employed/job"
NAME = "identity/full_name"
FORM, VERSION = "tt11_2022_m03", "2022-08-15"


@pytest.fixture
def drafts(office: Office, clock: Clock) -> Drafts:
    return drafts_of(office, clock, "Lê Thị Bình")


def drafts_of(office: Office, clock: Clock, author: str) -> Drafts:
    return Drafts(register=office.register, author=author, clock=clock)


def draft(revision: int = 1, **changes: object) -> FormDraft:
    begun = FormDraft(
        draft_id="d1",
        revision=revision,
        form_id=FORM,
        form_version=VERSION,
        full_name="Trần",
        edits={NAME: Edited(None, "Trần")},
        confirmations={"f1": "giấy ghi vậy", "f2": ""},
        decided=frozenset({JOB}),
        versions={"p": 3},
        reasons={"f3": "đang gõ d"},
        visited=(NAME,),
        cursor=Cursor(path=NAME, text="Trần ", position=5),
    )
    return replace(begun, **changes)  # type: ignore[arg-type]  # fields by name


def saved_person(office: Office, **changes: Answer) -> PersonId:
    opened = office.records.open(None)
    return office.records.save(opened, answers=employed(**changes), confirmations={}).person_id


def ledger_lines(office: Office) -> int:
    with office.register.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM ledger").scalar_one())


def test_a_draft_comes_back_as_it_was_written(drafts: Drafts) -> None:
    drafts.keep(draft())
    found = drafts.get("d1")
    assert found == replace(draft(), author="Lê Thị Bình", at=found.at)
    assert found.at.startswith("2026-11-22")


def test_a_draft_makes_neither_a_change_nor_a_line_of_the_ledger(
    office: Office, drafts: Drafts
) -> None:
    lines = ledger_lines(office)
    drafts.keep(draft())
    assert count_changes(office.register).waiting == 0
    assert ledger_lines(office) == lines


def test_a_writing_that_was_overtaken_changes_nothing(drafts: Drafts) -> None:
    drafts.keep(draft(5))
    drafts.keep(draft(4, full_name="Cũ"))
    assert (drafts.get("d1").revision, drafts.get("d1").full_name) == (5, "Trần")


def test_another_user_gets_neither_the_draft_nor_its_place(
    office: Office, drafts: Drafts, clock: Clock
) -> None:
    person_id = saved_person(office)
    drafts.keep(draft(person_id=person_id))
    other = drafts_of(office, clock, "Trần Văn Bảy")
    assert other.about(office.records.open(person_id)) is None
    with pytest.raises(UserError) as refused:
        other.get("d1")
    assert refused.value.problem is Problem.GONE
    assert other.own() == []
    [waiting] = other.of_others_about(person_id)
    assert (waiting.author, waiting.person_id) == ("Lê Thị Bình", person_id)
    other.keep(draft(person_id=person_id, draft_id="d2", full_name="của Bảy"))
    assert drafts.get("d1").full_name == "Trần"
    mine = drafts.about(office.records.open(person_id))
    assert mine is not None and mine.draft_id == "d1"


def test_a_save_ends_its_draft_in_its_own_transaction(office: Office, drafts: Drafts) -> None:
    drafts.keep(draft(7))
    opened = office.records.open(None)
    answers = employed()
    with pytest.raises(UserError):
        office.records.save(
            opened,
            answers={**answers, JOB: "dài " * 5000},
            confirmations={},
            mark=DraftMark("d1", 7),
        )
    assert [one.draft_id for one in drafts.own()] == ["d1"]
    office.records.save(opened, answers=answers, confirmations={}, mark=DraftMark("d1", 7))
    assert drafts.own() == []


def test_what_was_typed_after_the_save_was_asked_stays_and_belongs_to_its_person(
    office: Office, drafts: Drafts
) -> None:
    mark = DraftMark(str(new_id(unix_ms=1)), 7)
    drafts.keep(draft(8, draft_id=mark.draft_id))
    opened, answers = office.records.open(None), employed()
    saved = office.records.save(opened, answers=answers, confirmations={}, mark=mark)
    drafts.keep(draft(9, draft_id=mark.draft_id))  # the page does not know of the person yet
    kept = drafts.get(mark.draft_id)
    assert (kept.revision, kept.person_id) == (9, saved.person_id)
    assert drafts.about(office.records.open(saved.person_id)) == kept
    assert [one.person_id for one in drafts.own()] == [saved.person_id]


def test_a_save_that_is_made_again_makes_nobody_twice(office: Office) -> None:
    mark = DraftMark(str(new_id(unix_ms=1)), 7)
    opened = office.records.open(None)
    first = office.records.save(opened, answers=employed(), confirmations={}, mark=mark)
    again = office.records.save(opened, answers=employed(), confirmations={}, mark=mark)
    assert first.person_id == again.person_id == mark.draft_id
    assert (first.household_id, first.record_id) == (again.household_id, again.record_id)
    assert office.people.count("") == 1


def test_a_draft_lies_over_what_came_meanwhile(office: Office, drafts: Drafts) -> None:
    person_id = saved_person(office)
    page = office.records.open(person_id)
    begun = draft(
        person_id=person_id,
        edits={JOB: Edited(page.answers[JOB], "Thợ may")},
        versions=page.versions,
        confirmations={},
    )
    drafts.keep(begun)
    elsewhere = {**page.answers, NAME: "Tên Mới"}
    office.records.save(page, answers=elsewhere, confirmations={})
    opened = office.records.open(person_id)
    laid = laid_over(opened, begun)
    assert laid.answers == {**elsewhere, JOB: "Thợ may"}
    assert laid.opened == opened
    office.records.save(laid.opened, answers=laid.answers, confirmations={}, mark=begun.mark)
    stored = office.records.open(person_id)
    assert (stored.answers[NAME], stored.answers[JOB]) == ("Tên Mới", "Thợ may")
    assert drafts.own() == []


def test_where_both_typed_what_came_counts_as_not_seen(office: Office) -> None:
    person_id = saved_person(office)
    page = office.records.open(person_id)
    begun = draft(
        person_id=person_id,
        edits={JOB: Edited(page.answers[JOB], "Thợ may")},
        versions=dict.fromkeys(page.versions, 0),
        confirmations={},
    )
    office.records.save(page, answers={**page.answers, JOB: "Thợ hồ"}, confirmations={})
    opened = office.records.open(person_id)
    laid = laid_over(opened, begun)
    assert laid.answers[JOB] == "Thợ may"
    assert laid.opened.answers[JOB] == page.answers[JOB]
    assert laid.opened.versions == begun.versions


def test_an_emptied_answer_and_a_withdrawn_confirmation_come_back_so(office: Office) -> None:
    person_id = saved_person(office)
    opened = replace(office.records.open(person_id), confirmations={"f2": "cũ"})
    begun = draft(edits={JOB: Edited(opened.answers[JOB], None)})
    laid = laid_over(opened, begun)
    assert JOB not in laid.answers
    assert laid.confirmations == {"f1": "giấy ghi vậy"}


def test_a_sealed_draft_is_put_back_by_whoever_opens_the_register_next(
    office: Office, clock: Clock, drafts: Drafts
) -> None:
    sealed = drafts.seal(draft())
    assert "Trần".encode() not in sealed
    other = drafts_of(office, clock, "Trần Văn Bảy")
    assert other.put_back(sealed)
    assert drafts.get("d1").cursor.text == "Trần "
    assert other.own() == []


def test_what_another_register_sealed_is_not_read(
    tmp_path_factory: pytest.TempPathFactory, clock: Clock, drafts: Drafts
) -> None:
    sealed = drafts.seal(draft())
    there = Office.create(tmp_path_factory.mktemp("other"), author="Lê Thị Bình", clock=clock)
    assert not drafts_of(there, clock, "Lê Thị Bình").put_back(sealed)
    there.close()
