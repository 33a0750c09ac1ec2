"""Filling Mẫu 03: keyboard only, live skips and findings, saving and handing in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit

from desktop.domain.checks import CheckAnswer
from desktop.domain.people import PersonId, RecordStatus
from desktop.domain.records import SavedForm
from desktop.services.checks import Checks
from desktop.ui.forms.option import Option
from forms.definition import Answer
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.world import clock, make_register

_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier

#: What is typed for a self-employed farmer: letters in lines, digits at options.
FARMER: Mapping[str, str] = {
    "household/hamlet": "Ấp 1",
    "household/household_code": "01-09001",
    "identity/full_name": "Nguyễn Thị Hồng Hạnh",
    "identity/relation_to_head": "1",
    "identity/birth_date": "12031988",
    "identity/sex": "2",
    "identity/id_number": "003188000017",
    "identity/permanent_residence": "Ấp 1, Xã Suối Mẫu, Tỉnh Tập Huấn",
    "identity/ethnicity": "kinh",
    "qualification/general_education": "4",
    "qualification/technical_qualification": "1",
    "activity/economic_activity_status": "1",
    "employed/status_in_employment": "2",
    "employed/job": "Trồng rau",
    "employed/insurance_participation": "2",
    "employed/workplace_kind": "1",
}


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """An officer with a few households."""
    make_register(tmp_path / "so", count=3).close()
    return open_desk(tmp_path / "so")


def begin(hands: Hands) -> None:
    """Ctrl+N from the list."""
    hands.press(Qt.Key.Key_N, _CONTROL)
    hands.settle()
    assert hands.sees("page:form")


def walk(hands: Hands, answers: Mapping[str, str]) -> None:
    """Enter after Enter, typing where there is something to type."""
    left = dict(answers)
    while left:
        path = hands.question
        hands.type(left.pop(path, ""))
        hands.enter()
        assert hands.question != path or not left, f"stuck at {path} with {sorted(left)}"


def test_a_whole_form_is_entered_and_handed_in_with_the_keyboard_only(hands: Hands) -> None:
    begin(hands)
    assert hands.question == "household/hamlet"
    walk(hands, FARMER)
    hands.press(Qt.Key.Key_Return, _CONTROL)
    hands.settle()
    assert hands.message().startswith("Đã nộp phiếu của Nguyễn Thị Hồng Hạnh."), hands.message()
    assert hands.text("form:status") == "Chưa lập phiếu"  # the next one, empty
    assert hands.form_view.value("identity/full_name") is None
    services = hands.desktop.services
    assert services is not None
    [row] = services.people.search("hong hanh", limit=5)
    assert (row.birth_date, row.status) == ("1988-03-12", RecordStatus.SUBMITTED)
    hands.press(Qt.Key.Key_Escape)
    hands.settle()
    assert hands.sees("page:people")


def test_questions_that_are_not_asked_are_hidden_and_their_answers_come_back(
    hands: Hands,
) -> None:
    begin(hands)
    walk(hands, {k: v for k, v in FARMER.items() if not k.startswith("employed/")})
    assert hands.sees("question:employed/status_in_employment")
    hands.form_view.focus_question("employed/job")
    hands.type("Trồng rau")
    hands.form_view.focus_question("activity/economic_activity_status")
    hands.type("3")
    assert not hands.sees("question:employed/job")
    assert hands.sees("question:inactive/inactivity_reason")
    assert "employed/job" not in hands.form_view.answers()
    hands.type("1")
    assert hands.text("question:employed/job") == "Trồng rau"


def test_enter_and_shift_enter_walk_over_what_is_asked(hands: Hands) -> None:
    begin(hands)
    hands.form_view.focus_question("identity/birth_date")
    hands.enter()
    assert hands.question == "identity/sex"
    hands.press(Qt.Key.Key_Return, _SHIFT)
    assert hands.question == "identity/birth_date"


def test_findings_stand_where_the_officer_was_and_not_elsewhere(hands: Hands) -> None:
    begin(hands)
    assert not hands.sees("finding:FORM_001:identity/full_name")
    hands.form_view.focus_question("identity/full_name")
    hands.enter()
    assert hands.sees("finding:FORM_001:identity/full_name")
    assert not hands.sees("finding:FORM_001:identity/birth_date")


def test_what_is_wrong_is_said_when_the_question_is_left_not_while_typing(hands: Hands) -> None:
    begin(hands)
    path = "identity/id_number"
    hands.form_view.focus_question(path)
    hands.type("00318800001")
    hands.qtbot.waitUntil(lambda: hands.form_view.value(path) == "00318800001")  # a pause
    assert not hands.sees(f"finding:ID_001:{path}")
    hands.enter()
    assert hands.sees(f"finding:ID_001:{path}")
    hands.form_view.focus_question(path)
    hands.press(Qt.Key.Key_End)
    hands.type("7")
    hands.qtbot.waitUntil(lambda: not hands.sees(f"finding:ID_001:{path}"))  # mended while typing


def test_a_composing_input_method_is_never_interrupted(hands: Hands) -> None:
    begin(hands)
    hands.form_view.focus_question("identity/full_name")
    hands.type("Nguyen")
    composing = QInputMethodEvent("Va", [])
    QApplication.sendEvent(hands.focused, composing)
    line = hands.find(QLineEdit, "question:identity/full_name")
    hands.qtbot.wait(500)  # longer than the pause after which typing is checked
    assert line.text() == "Nguyen"
    assert "identity/full_name" not in hands.form_view.definition.choices
    committed = QInputMethodEvent()
    committed.setCommitString(" Văn")
    QApplication.sendEvent(hands.focused, committed)
    hands.enter()
    assert hands.form_view.value("identity/full_name") == "Nguyen Văn"


def test_a_warning_is_confirmed_with_a_reason_and_holds_only_for_these_values(
    hands: Hands,
) -> None:
    begin(hands)
    place = "ID_010:identity/id_number"
    walk(hands, {**FARMER, "identity/birth_date": "12031990"})
    hands.press(Qt.Key.Key_Return, _CONTROL)
    hands.settle()
    assert hands.message().startswith("Chưa nộp được")
    assert hands.focused.objectName() == f"reason:{place}"
    hands.type("The can cuoc ghi nhu vay")
    hands.enter()
    assert hands.sees(f"button:unconfirm:{place}")
    assert hands.text("form:summary") == "Đủ và không còn lỗi"
    hands.form_view.focus_question("identity/birth_date")
    line = hands.find(QLineEdit, "question:identity/birth_date")
    line.selectAll()
    hands.type("12031991")
    hands.enter()
    assert hands.sees(f"reason:{place}")


def test_f8_walks_from_finding_to_finding(hands: Hands) -> None:
    begin(hands)
    walk(hands, {**FARMER, "identity/id_number": "0031880000170", "employed/job": ""})
    hands.press(Qt.Key.Key_F8)
    assert hands.question == "identity/id_number"
    hands.press(Qt.Key.Key_F8)
    assert hands.question == "employed/job"


def test_saved_is_said_only_after_the_save(hands: Hands) -> None:
    begin(hands)
    walk(hands, {"household/hamlet": "Ấp 1", "household/household_code": "", **_NAME})
    assert hands.text("form:saved") == "Có thay đổi chưa lưu"
    hands.press(Qt.Key.Key_S, _CONTROL)
    assert hands.text("form:saved") == "Đang lưu…"
    hands.settle()
    assert hands.text("form:saved") == "Đã lưu lúc 09:30"
    assert hands.text("form:status") == "Nháp"


_NAME = {"identity/full_name": "Trần Văn Ổn"}


def test_leaving_the_page_saves_what_was_typed_to_the_last_letter(hands: Hands) -> None:
    begin(hands)
    walk(hands, {"household/hamlet": "Ấp 1"})
    hands.form_view.focus_question("identity/full_name")
    hands.type("Trần Văn Ổn")
    hands.click("button:nav_people")
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    [row] = services.people.search("van on", limit=5)
    assert (row.full_name, row.status) == ("Trần Văn Ổn", RecordStatus.DRAFT)


def test_two_saves_of_somebody_new_make_one_person(hands: Hands) -> None:
    begin(hands)
    walk(hands, {"household/hamlet": "Ấp 1", "household/household_code": "", **_NAME})
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    assert services.people.count("Trần Văn Ổn") == 1


def test_locking_in_the_middle_of_a_form_loses_nothing(hands: Hands, open_desk: OpenDesk) -> None:
    begin(hands)
    walk(hands, {"household/hamlet": "Ấp 1"})
    hands.form_view.focus_question("identity/full_name")
    hands.type("Trần Văn Ổn")
    hands.click("button:lock")
    hands.settle()
    again = open_desk(hands.desktop.folder)
    assert "Ấp 1" in again.text("folded:household")
    assert again.text("question:identity/full_name") == "Trần Văn Ổn"
    assert again.question == "identity/full_name"


def test_a_number_somebody_else_has_is_remarked_while_typing(hands: Hands) -> None:
    services = hands.desktop.services
    assert services is not None
    other = next(r for r in services.people.search("", limit=50) if r.id_number)
    begin(hands)
    hands.form_view.focus_question("identity/id_number")
    hands.type(other.id_number)
    hands.enter()
    hands.settle()
    place = "identity/id_number"
    hands.qtbot.waitUntil(lambda: hands.sees(f"finding:ID_013:{place}"))
    hands.enter()
    assert hands.sees(f"reason:ID_013:{place}")


def test_somebody_without_a_number_is_sent_to_the_police_before_the_form_is_whole(
    hands: Hands,
) -> None:
    begin(hands)
    walk(hands, {**FARMER, "identity/id_number": ""})
    hands.click("button:send_to_police")
    hands.settle()
    assert hands.message().startswith("Đã ghi yêu cầu kiểm tra.")
    assert hands.text("form:check") == "CSDLQG: Chờ công an"
    assert not hands.sees("button:send_to_police")


def test_the_household_of_a_known_person_is_one_line_until_it_is_opened(hands: Hands) -> None:
    hands.press(Qt.Key.Key_Return)
    hands.settle()
    assert not hands.sees("question:household/hamlet")
    assert "Xã Suối Mẫu" in hands.text("folded:household")
    hands.click("button:unfold:household")
    assert hands.sees("question:household/hamlet")


def test_digits_are_text_in_lines_and_choices_at_options(hands: Hands) -> None:
    begin(hands)
    hands.form_view.focus_question("identity/full_name")
    hands.type("Y1")
    assert hands.text("question:identity/full_name") == "Y1"
    hands.form_view.focus_question("identity/relation_to_head")
    hands.type("10")
    chosen = hands.find(Option, "choice:identity/relation_to_head:10")
    assert chosen.isChecked()
    assert hands.form_view.value("identity/relation_to_head") == "10"
    hands.press(Qt.Key.Key_Delete)
    assert hands.form_view.value("identity/relation_to_head") is None


def test_several_options_are_marked_and_unmarked_by_their_digits(hands: Hands) -> None:
    begin(hands)
    hands.form_view.focus_question("identity/priority_groups")
    hands.type("1")
    hands.press(Qt.Key.Key_Down)
    hands.type("4")
    assert hands.form_view.value("identity/priority_groups") == "1 4"
    hands.press(Qt.Key.Key_Down)
    hands.type("1")
    assert hands.form_view.value("identity/priority_groups") == "4"
    hands.click("choice:identity/priority_groups:6")
    assert hands.form_view.value("identity/priority_groups") == "4 6"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("hmong", "08"), ("ba na", "13"), ("H'Mông", "08"), ("1", "01"), ("e de", "12")],
)
def test_a_long_list_is_found_by_typing_without_marks(hands: Hands, typed: str, code: str) -> None:
    begin(hands)
    hands.form_view.focus_question("identity/ethnicity")
    hands.type(typed)
    hands.enter()
    assert hands.form_view.value("identity/ethnicity") == code


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("1945", "1945", "1945"),
        ("3/1950", "1950-03", "03/1950"),
        ("12031950", "1950-03-12", "12/03/1950"),
        ("12-3-1950", "1950-03-12", "12/03/1950"),
        ("31/02/1950", "31/02/1950", "31/02/1950"),
    ],
)
def test_dates_are_typed_as_the_paper_tells_them(
    hands: Hands, typed: str, stored: str, shown: str
) -> None:
    begin(hands)
    hands.form_view.focus_question("identity/birth_date")
    hands.type(typed)
    hands.enter()
    assert hands.form_view.value("identity/birth_date") == stored
    assert hands.text("question:identity/birth_date") == shown


def test_every_input_has_a_name_for_screen_readers(hands: Hands) -> None:
    begin(hands)
    for line in hands.window.findChildren(QLineEdit):
        assert line.accessibleName(), line.objectName()
    assert hands.find(QLabel, "form:summary").text()


def test_a_sheet_that_was_handed_in_can_be_corrected_and_handed_in_again(hands: Hands) -> None:
    begin(hands)
    walk(hands, FARMER)
    hands.click("button:submit")
    hands.settle()
    assert not hands.find(QAbstractButton, "button:submit").isEnabled()
    hands.form_view.focus_question("employed/job")
    hands.type(" va nuoi ga")
    assert hands.find(QAbstractButton, "button:submit").isEnabled()
    hands.click("button:submit")
    hands.settle()
    assert hands.text("form:status") == "Đã nộp"


def test_what_could_not_be_saved_keeps_the_window_open(hands: Hands) -> None:
    begin(hands)
    walk(hands, {"household/hamlet": "Ấp 1"})
    hands.form_view.focus_question("identity/full_name")
    hands.type("Trần Văn Ổn")
    services = hands.desktop.services
    assert services is not None
    services.register.close()  # as when the disk was taken away
    assert not hands.window.close()
    assert hands.window.current_page is hands.form
    assert hands.form.message_bar.text
    assert hands.find(QLineEdit, "question:identity/full_name").text() == "Trần Văn Ổn"


def hand_in_farmer(hands: Hands) -> PersonId:
    """The farmer's form, handed in, still on the page."""
    begin(hands)
    walk(hands, FARMER)
    hands.click("button:submit")
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    [row] = services.people.search("hong hanh", limit=5)
    return row.person_id


def edit_elsewhere(hands: Hands, person_id: PersonId, **changes: Answer) -> SavedForm:
    """As if it came by sync while the page stands open."""
    services = hands.desktop.services
    assert services is not None
    opened = services.records.open(person_id)
    changed = {path.replace("__", "/"): value for path, value in changes.items()}
    return services.records.save(
        opened, answers={**opened.answers, **changed}, confirmations=opened.confirmations
    )


def stored(hands: Hands, person_id: PersonId, path: str) -> Answer:
    services = hands.desktop.services
    assert services is not None
    return services.records.open(person_id).answers.get(path)


def test_one_press_of_submit_neither_overwrites_nor_hands_in_what_came_unseen(
    hands: Hands,
) -> None:
    person_id = hand_in_farmer(hands)
    edit_elsewhere(hands, person_id, employed__job="Thợ may", identity__native_place="Xã Xa")
    hands.form_view.focus_question("identity/native_place")
    hands.type("Xã Suối Mẫu")
    hands.press(Qt.Key.Key_Return, _CONTROL)
    hands.settle()
    assert hands.message().startswith("Chưa nộp: máy khác vừa sửa 1 câu"), hands.message()
    assert hands.text("question:employed/job") == "Thợ may"
    assert hands.question == "employed/job"
    assert stored(hands, person_id, "employed/job") == "Thợ may"
    hands.click("button:submit")
    hands.settle()
    assert hands.message().startswith("Đã nộp phiếu.")
    assert stored(hands, person_id, "employed/job") == "Thợ may"
    assert stored(hands, person_id, "identity/native_place") == "Xã Suối Mẫu"


def test_saves_that_wait_for_each_other_keep_what_came_and_what_was_taken_back(
    hands: Hands,
) -> None:
    person_id = hand_in_farmer(hands)
    edit_elsewhere(hands, person_id, employed__job="Thợ may")
    hands.form_view.focus_question("identity/native_place")
    for typed in ("Xã Xa", ""):
        line = hands.find(QLineEdit, "question:identity/native_place")
        line.selectAll()
        hands.press(Qt.Key.Key_Delete)
        hands.type(typed)
        hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert stored(hands, person_id, "employed/job") == "Thợ may"
    assert stored(hands, person_id, "identity/native_place") is None
    assert hands.text("question:employed/job") == "Thợ may"


def test_what_is_typed_while_the_police_are_asked_stays_on_the_page(hands: Hands) -> None:
    begin(hands)
    walk(hands, {**FARMER, "identity/id_number": ""})
    hands.click("button:send_to_police")
    hands.form_view.focus_question("employed/job")
    hands.type(" va ga")
    hands.settle()
    assert hands.text("question:employed/job") == " va ga"
    assert hands.text("form:check") == "CSDLQG: Chờ công an"
    assert hands.text("form:saved") == "Có thay đổi chưa lưu"


def test_the_police_may_be_asked_again_when_the_identity_is_another(hands: Hands) -> None:
    begin(hands)
    walk(hands, {**FARMER, "identity/id_number": ""})
    hands.click("button:send_to_police")
    hands.settle()
    assert not hands.sees("button:send_to_police")
    hands.form_view.focus_question("identity/native_place")
    hands.type("Xã Xa")
    hands.enter()
    assert hands.sees("button:send_to_police")
    hands.click("button:send_to_police")
    hands.settle()
    assert not hands.sees("button:send_to_police")


def test_after_taking_the_value_of_the_database_the_record_is_handed_in_again(
    hands: Hands,
) -> None:
    person_id = hand_in_farmer(hands)
    services = hands.desktop.services
    assert services is not None
    check_id = services.records.send_to_police(person_id)
    desk = Checks(register=services.register, author="Công an", clock=clock)
    desk.answer(check_id, CheckAnswer.DIFFERS, differs={"full_name": "Nguyễn Thị Hồng Hà"})
    hands.form.open_person(person_id)
    hands.settle()
    assert not hands.find(QAbstractButton, "button:submit").isEnabled()
    hands.click("button:adopt:identity/full_name")
    hands.settle()
    assert hands.text("question:identity/full_name") == "Nguyễn Thị Hồng Hà"
    assert hands.text("button:submit") == "Nộp lại"
    hands.click("button:submit")
    hands.settle()
    assert hands.message().startswith("Đã nộp phiếu.")


def test_a_bad_paste_is_cleaned_and_a_much_too_long_one_is_not_saved(hands: Hands) -> None:
    person_id = hand_in_farmer(hands)
    line = hands.find(QLineEdit, "question:employed/job")
    line.setText("a\ud83d\x00b")
    line.textEdited.emit(line.text())
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert stored(hands, person_id, "employed/job") == "ab"
    line.setText("dài " * 5_000)
    line.textEdited.emit(line.text())
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert hands.message().startswith("Có câu trả lời hoặc lý do quá dài")
    assert hands.text("form:saved") == "Chưa lưu được"
    assert stored(hands, person_id, "employed/job") == "ab"
