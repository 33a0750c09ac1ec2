"""What stands half-typed on a form that one leaves, by whatever way: nothing of it is lost.

And nothing old comes back with it: a draft of loose ends holds no answers.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from desktop.domain.people import PersonId
from desktop.services.records import Records
from desktop.ui.forms.sheet import Sheet
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_drafts_and_lock import (
    begin,
    drafts,
    half_give_a_reason,
    wait_for_draft,
)
from tests.desktop.ui.world import make_register

_CONTROL = Qt.KeyboardModifier.ControlModifier
_NAME, _PLACE = "identity/full_name", "identity/native_place"
_REASON = "reason:ID_010:identity/id_number"


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    make_register(tmp_path / "so", count=3).close()
    return open_desk(tmp_path / "so")


def records(hands: Hands) -> Records:
    assert hands.desktop.services is not None
    return hands.desktop.services.records


def correct(hands: Hands, person_id: PersonId | None, path: str, value: str) -> None:
    """Somebody else does, while the form is not open here."""
    opened = records(hands).open(person_id)
    records(hands).save(opened, answers={**opened.answers, path: value}, confirmations={})


def test_a_reason_being_typed_is_kept_when_another_form_is_opened_from_an_unsaved_one(
    hands: Hands,
) -> None:
    half_give_a_reason(hands)
    hands.form.open_person(None)
    hands.settle()
    assert hands.text(f"question:{_NAME}") == ""
    services = hands.desktop.services
    assert services is not None
    assert services.people.count("nguyen thi hanh") == 1  # what can be saved is saved
    [waiting] = drafts(hands).own()
    assert waiting.person_id is not None
    # Nothing of it is an answer: what others make of the person meanwhile stays.
    assert drafts(hands).get(waiting.draft_id).edits == {}
    hands.form.open_draft(waiting.draft_id)
    hands.settle()
    assert hands.find(QLineEdit, _REASON).text() == "The ghi nh"
    assert hands.focused.objectName() == _REASON
    hands.enter()
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert drafts(hands).own() == []
    assert services.people.count("nguyen thi hanh") == 1


def test_a_reason_being_typed_is_kept_though_the_save_is_under_way_when_one_leaves(
    hands: Hands,
) -> None:
    half_give_a_reason(hands)
    services = hands.desktop.services
    assert services is not None
    with services.register.writing_paused():
        hands.press(Qt.Key.Key_S, _CONTROL)
        hands.form.open_person(None)
    hands.settle()
    [waiting] = drafts(hands).own()
    hands.form.open_draft(waiting.draft_id)
    hands.settle()
    assert hands.find(QLineEdit, _REASON).text() == "The ghi nh"
    assert services.people.count("nguyen thi hanh") == 1


def test_a_reason_typed_on_while_the_next_form_is_read_is_kept_to_the_last_letter(
    hands: Hands,
) -> None:
    half_give_a_reason(hands)
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    hands.form.open_person(None)
    hands.type("u vay")
    hands.settle()
    assert hands.text(f"question:{_NAME}") == ""
    [waiting] = drafts(hands).own()
    hands.form.open_draft(waiting.draft_id)
    hands.settle()
    assert hands.find(QLineEdit, _REASON).text() == "The ghi nhu vay"


def test_who_is_opened_again_while_the_save_is_under_way_has_the_reason_being_typed(
    hands: Hands,
) -> None:
    half_give_a_reason(hands)
    services = hands.desktop.services
    assert services is not None
    with services.register.writing_paused():
        person_id = hands.form.own_id
        hands.form.open_person(person_id)
    hands.settle()
    assert hands.find(QLineEdit, _REASON).text() == "The ghi nh"
    hands.find(QLineEdit, _REASON).setFocus()
    hands.enter()
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert drafts(hands).own() == []
    assert services.people.count("nguyen thi hanh") == 1


def test_a_reason_whose_finding_went_away_makes_no_draft(hands: Hands) -> None:
    half_give_a_reason(hands)
    hands.form_view.focus_question("identity/birth_date")
    line = hands.find(QLineEdit, "question:identity/birth_date")
    line.selectAll()
    hands.type("12031988")
    hands.enter()
    hands.form.open_person(None)
    hands.settle()
    assert drafts(hands).own() == []


def test_a_draft_whose_finding_is_gone_ends_with_the_next_save(hands: Hands) -> None:
    half_give_a_reason(hands)
    hands.form.open_person(None)
    hands.settle()
    [waiting] = drafts(hands).own()
    correct(hands, waiting.person_id, "identity/birth_date", "1988-03-12")
    hands.form.open_draft(waiting.draft_id)
    hands.settle()
    assert hands.text("question:identity/birth_date") == "12/03/1988"
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    hands.form.open_person(None)
    hands.settle()
    assert drafts(hands).own() == []
    assert records(hands).open(waiting.person_id).answers["identity/birth_date"] == "1988-03-12"


def test_letters_that_are_no_answer_wait_though_they_were_shown_again(hands: Hands) -> None:
    begin(hands)
    hands.type("Trần Văn Ổn")
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    hands.form_view.focus_question("identity/ethnicity")
    hands.type("hmo")
    draft = wait_for_draft(hands)
    assert draft.edits == {}
    hands.form.open_person(None)
    hands.settle()
    hands.form.open_draft(draft.draft_id)
    hands.settle()
    assert hands.text("question:identity/ethnicity") == "hmo"
    assert [one.draft_id for one in drafts(hands).own()] == [draft.draft_id]


def test_what_cannot_be_saved_of_a_form_that_was_left_waits_to_the_last_letter(
    hands: Hands,
) -> None:
    begin(hands)
    hands.type("Trần Văn Ổn")
    hands.form_view.focus_question("identity/native_place")
    line = hands.find(QLineEdit, "question:identity/native_place")
    line.setText("dài " * 5_000)
    line.textEdited.emit(line.text())
    hands.form.open_person(None)
    line.setText("hơi dài " * 4_000)  # typed on while the next form is read
    line.textEdited.emit(line.text())
    hands.settle()
    assert hands.text(f"question:{_NAME}") == ""
    assert "quá dài" in hands.message()
    [waiting] = drafts(hands).own()
    assert (waiting.person_id, waiting.full_name) == (None, "Trần Văn Ổn")
    hands.form.open_draft(waiting.draft_id)
    hands.settle()
    assert hands.text("question:identity/native_place") == "hơi dài " * 4_000
    assert hands.text(f"question:{_NAME}") == "Trần Văn Ổn"


@pytest.mark.parametrize("pauses", [False, True], ids=["at once", "after a pause"])
def test_an_answer_at_the_cursor_does_not_come_back_with_a_reason(
    hands: Hands, pauses: bool
) -> None:
    half_give_a_reason(hands)
    hands.form_view.focus_question(_NAME)
    if pauses:
        hands.press(Qt.Key.Key_S, _CONTROL)
        wait_for_draft(hands)
    hands.form.open_person(None)
    hands.settle()
    [waiting] = drafts(hands).own()
    correct(hands, waiting.person_id, _NAME, "Nguyễn Thị Hạnh Sửa")
    hands.form.open_draft(waiting.draft_id)
    hands.settle()
    assert hands.text(f"question:{_NAME}") == "Nguyễn Thị Hạnh Sửa"
    hands.form.open_person(None)
    hands.settle()
    assert records(hands).open(waiting.person_id).answers[_NAME] == "Nguyễn Thị Hạnh Sửa"


def test_who_is_opened_again_by_way_of_another_has_what_is_being_saved(hands: Hands) -> None:
    begin(hands)
    hands.type("Trần Văn Ổn")
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    person_id = hands.form.own_id
    hands.form_view.focus_question(_PLACE)
    hands.type("Cần")
    wait_for_draft(hands)
    hands.settle()
    hands.type(" Thơ")
    services = hands.desktop.services
    assert services is not None
    with services.register.writing_paused():  # by a sync, say
        with hands.qtbot.waitSignal(hands.form.form_shown):
            hands.form.open_person(None)
        hands.form.open_person(person_id)
    hands.settle()
    assert hands.text(f"question:{_PLACE}") == "Cần Thơ"
    hands.form.open_person(None)
    hands.settle()
    assert records(hands).open(person_id).answers[_PLACE] == "Cần Thơ"
    assert drafts(hands).own() == []


def test_who_is_opened_again_at_once_has_the_last_letters_of_a_reason(hands: Hands) -> None:
    half_give_a_reason(hands)
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    hands.find(QLineEdit, _REASON).setFocus()
    hands.press(Qt.Key.Key_End)
    hands.type("u vay")
    hands.form.open_person(hands.form.own_id)
    hands.settle()
    assert hands.find(QLineEdit, _REASON).text() == "The ghi nhu vay"


def test_what_is_put_aside_while_a_save_is_under_way_stays_to_the_last_letter(
    hands: Hands,
) -> None:
    half_give_a_reason(hands)
    services = hands.desktop.services
    assert services is not None
    with services.register.writing_paused():
        hands.press(Qt.Key.Key_S, _CONTROL)
        hands.form_view.focus_question(_PLACE)
        hands.type("Cần Thơ")
        hands.form.put_aside()
        hands.form.open_person(None)
    hands.settle()
    [waiting] = drafts(hands).own()
    kept = drafts(hands).get(waiting.draft_id)
    assert (kept.edits[_PLACE].now, set(kept.reasons.values())) == ("Cần Thơ", {"The ghi nh"})
    assert _PLACE not in records(hands).open(waiting.person_id).answers


def test_a_draft_whose_finding_is_gone_ends_when_it_is_left_too(hands: Hands) -> None:
    half_give_a_reason(hands)
    hands.form.open_person(None)
    hands.settle()
    [waiting] = drafts(hands).own()
    correct(hands, waiting.person_id, "identity/birth_date", "1988-03-12")
    hands.form.open_draft(waiting.draft_id)
    hands.settle()
    hands.form.open_person(None)
    hands.settle()
    assert drafts(hands).own() == []


def test_forms_that_were_left_are_let_go_of(hands: Hands) -> None:
    for _ in range(3):
        begin(hands)
        hands.type("Trần Văn Ổn")
        hands.press(Qt.Key.Key_S, _CONTROL)
        hands.settle()
    assert len(hands.form.findChildren(Sheet)) == 1
