"""Typing in a pile of papers: any form, its rosters, and everything that spares keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from desktop.domain.people import HouseholdId, PersonId, RecordStatus
from desktop.domain.permissions import Right
from desktop.domain.preloading import PreloadedHousehold, PreloadedPerson
from desktop.services.permissions import Permissions
from desktop.ui.forms.form_chooser import FormChooser
from forms.definition import Answer, Question, QuestionType
from forms.registry import FormRegistry
from sync.protocol.ids import new_id_text
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_drafts_and_lock import unlock
from tests.desktop.ui.test_form_page import FARMER, begin, walk
from tests.desktop.ui.world import HOME, USER, clock, make_register, records_of
from tests.support.filled_forms import complete
from tests.support.worker_form import employed

_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
FORMS = FormRegistry.bundled()


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """An officer with every right and a few households."""
    with make_register(tmp_path / "so", count=3) as register:
        permissions = Permissions(register=register, clock=clock)
        for right in Right:
            permissions.grant(user_name=USER, right=right)
    return open_desk(tmp_path / "so")


def open_form(hands: Hands, form_id: str, person_id: PersonId | None = None) -> None:
    hands.window.open_page("form")
    hands.form.open_person(person_id, form_id=form_id)
    hands.settle()


def typed(hands: Hands, question: Question, value: Answer) -> None:
    """One answer with the keyboard, as its question takes it."""
    text = str(value)
    if question.type in (QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE):
        choices = hands.form_view.paper.filling.choices(hands.question)
        codes = [choice.code for choice in choices]
        is_search = isinstance(hands.focused, QLineEdit)
        is_numbered = all(code.isdigit() and len(code) <= 2 for code in codes)
        for code in text.split():
            if is_search:
                hands.type(next(c.label_vi for c in choices if c.code == code))
            else:
                hands.type(code if is_numbered else str(codes.index(code) + 1))
    elif question.type is QuestionType.DATE:
        hands.type("/".join(reversed(text.split("-"))))
    else:
        hands.type(text)


def enter_all(hands: Hands, answers: Mapping[str, Answer]) -> None:
    """Enter after Enter through the whole form; ``1`` at the end of a roster that goes on."""
    view, seen = hands.form_view, 0
    while seen < 400:
        seen += 1
        focused = hands.focused.objectName()
        if focused.startswith("end:"):
            repeat = focused.removeprefix("end:")
            number = len(view.paper.filling.instances(repeat)) + 1
            if any(path.startswith(f"{repeat}[{number}]/") for path in answers):
                hands.press(Qt.Key.Key_1)
                continue
        elif focused.startswith("question:"):
            question = view.outline.question(hands.question)
            value = answers.get(hands.question)
            if question is not None and value is not None and view.value(hands.question) != value:
                if isinstance(hands.focused, QLineEdit):
                    hands.focused.selectAll()
                typed(hands, question, value)
        before = (focused, view.current)
        hands.enter()
        if (hands.focused.objectName(), view.current) == before:
            return
    raise AssertionError("no end")


@pytest.mark.parametrize("form_id", FORMS.form_ids())
def test_every_form_is_entered_with_the_keyboard(hands: Hands, form_id: str) -> None:
    answers = complete(form_id)
    open_form(hands, form_id)
    first = hands.form_view.paper.stops()[0]
    hands.form_view.focus_question(first)
    enter_all(hands, answers)
    given = hands.form_view.answers()
    calculated = {
        path
        for path in answers
        if (q := hands.form_view.outline.question(path)) is None or q.type is QuestionType.CALCULATE
    }
    wrong = {
        p: (v, given.get(p))
        for p, v in answers.items()
        if given.get(p) != v and p not in calculated
    }
    assert wrong == {}
    hands.press(Qt.Key.Key_Return, _CONTROL)
    hands.settle()
    assert hands.message().startswith("Đã nộp phiếu của "), hands.message()


def test_what_is_on_the_disk_gives_back_a_roster_to_the_letter(hands: Hands) -> None:
    open_form(hands, "tt07_2021_hn")
    hands.form_view.focus_question("members")
    hands.press(Qt.Key.Key_1)
    hands.type("Nguyễn Văn Bé")
    hands.enter()
    hands.press(Qt.Key.Key_F6)
    assert hands.question == "members[2]/full_name"
    hands.type("Nguyễn Thị ")
    hands.press(Qt.Key.Key_Left)
    with hands.qtbot.waitSignal(hands.form.draft_kept):
        pass
    services = hands.desktop.services
    assert services is not None
    [waiting] = services.drafts.own()
    hands.form.hold()  # as when the program is gone: nothing more is written or saved
    open_form(hands, "tt11_2022_m03")
    hands.form.open_draft(waiting.draft_id)
    hands.settle()
    assert hands.question == "members[2]/full_name"
    line = hands.find(QLineEdit, "question:members[2]/full_name")
    assert (line.text(), line.cursorPosition()) == ("Nguyễn Thị ", 10)
    assert hands.form_view.value("members[1]/full_name") == "Nguyễn Văn Bé"
    assert hands.form_view.paper.filling.instances("members") == ("members[1]", "members[2]")


def test_a_locked_register_comes_back_in_the_same_row_of_a_roster(hands: Hands) -> None:
    open_form(hands, "qt3936_2023_merit")
    hands.press(Qt.Key.Key_F6)
    assert hands.question == "benefits[1]/benefit_kind"
    hands.press(Qt.Key.Key_F6)
    hands.form_view.focus_question("benefits[2]/benefit_amount")
    hands.type("2055000")
    hands.desktop.lock()
    unlock(hands)
    assert hands.question == "benefits[2]/benefit_amount"
    assert hands.text("question:benefits[2]/benefit_amount") == "2055000"
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    assert hands.text("form:saved") == "Đã lưu lúc 09:30"


def test_a_composed_letter_in_a_roster_waits_for_its_end(hands: Hands) -> None:
    open_form(hands, "tt07_2021_hn")
    hands.form_view.focus_question("members")
    hands.press(Qt.Key.Key_1)
    hands.type("Tran")
    QApplication.sendEvent(hands.focused, QInputMethodEvent(" Va", []))
    line = hands.find(QLineEdit, "question:members[1]/full_name")
    hands.qtbot.wait(500)  # longer than the pause after which typing is taken
    assert line.text() == "Tran"
    assert hands.form_view.value("members[1]/full_name") != "Tran Va"
    committed = QInputMethodEvent()
    committed.setCommitString(" Vân")
    QApplication.sendEvent(hands.focused, committed)
    hands.enter()
    assert hands.form_view.value("members[1]/full_name") == "Tran Vân"


# -- what spares keys --


def test_ditto_takes_the_answer_of_the_form_before_and_of_a_whole_section(hands: Hands) -> None:
    begin(hands)
    walk(hands, FARMER)
    hands.press(Qt.Key.Key_Return, _CONTROL)
    hands.settle()
    view = hands.form_view
    view.focus_question("identity/permanent_residence")
    hands.press(Qt.Key.Key_F2)
    assert view.value("identity/permanent_residence") == FARMER["identity/permanent_residence"]
    view.focus_question("identity/full_name")
    hands.press(Qt.Key.Key_F2)
    assert view.value("identity/full_name") is None  # nobody is another person
    view.focus_question("activity/economic_activity_status")
    hands.type("1")
    hands.enter()
    hands.press(Qt.Key.Key_F2, _SHIFT)
    answers = view.answers()
    section = {path: one for path, one in FARMER.items() if path.startswith("employed/")}
    assert {path: answers.get(path) for path in section} == section


def test_a_pinned_answer_stands_in_every_new_form_until_it_is_changed(hands: Hands) -> None:
    begin(hands)
    view = hands.form_view
    hands.type("Ấp 7")
    hands.press(Qt.Key.Key_F3)
    view.focus_question("collection/collected_on")
    hands.find(QLineEdit, "question:collection/collected_on").selectAll()
    hands.type("18112026")
    hands.press(Qt.Key.Key_F3)
    hands.settle()
    for is_closed in (False, True):
        if is_closed:
            hands.desktop.lock()
            unlock(hands)
        open_form(hands, "tt11_2022_m03")
        view = hands.form_view
        assert view.value("household/hamlet") == "Ấp 7"
        assert view.value("collection/collected_on") == "2026-11-18"
        assert hands.text("form:saved") == ""  # nothing was typed yet
        labels = [label.text() for label in hands.form.findChildren(QLabel)]
        assert [text for text in labels if "Giữ cho phiếu sau" in text]
    view.focus_question("household/hamlet")
    hands.find(QLineEdit, "question:household/hamlet").selectAll()
    hands.type("Ấp 8")
    hands.enter()
    hands.settle()
    open_form(hands, "cv2513_2022_children")
    assert hands.form_view.value("household/hamlet") == "Ấp 8"  # the same question elsewhere
    hands.form_view.focus_question("household/hamlet")
    hands.press(Qt.Key.Key_F3)
    hands.settle()
    open_form(hands, "tt11_2022_m03")
    assert hands.form_view.value("household/hamlet") is None


def test_of_two_forms_asked_for_one_after_the_other_the_last_one_stands(hands: Hands) -> None:
    begin(hands)
    shown: list[str] = []
    hands.form.form_shown.connect(lambda: shown.append(hands.form_view.definition.form_id))
    hands.form.open_person(None, form_id="nd20_2021_btxh")  # the largest: it takes longer to read
    hands.form.open_person(None, form_id="tt11_2022_m03")
    hands.settle()
    assert shown == ["tt11_2022_m03"]


def test_a_pin_set_on_a_form_begun_earlier_leaves_the_other_pins(hands: Hands) -> None:
    begin(hands)
    hands.type("Ấp 7")
    hands.press(Qt.Key.Key_F3)
    hands.form_view.focus_question("identity/full_name")
    hands.type("Trần Văn Ổn")
    hands.press(Qt.Key.Key_S, _CONTROL)
    hands.settle()
    hands.window.open_page("people")
    hands.desktop.lock()
    unlock(hands)  # another day: nothing is known of the pins until a form is opened
    services = hands.desktop.services
    assert services is not None
    [row] = services.people.search("tran van on", limit=2)
    open_form(hands, "tt11_2022_m03", row.person_id)
    hands.form_view.focus_question("collection/collected_on")
    hands.find(QLineEdit, "question:collection/collected_on").selectAll()
    hands.type("18112026")
    hands.press(Qt.Key.Key_F3)
    hands.settle()
    hands.desktop.lock()
    unlock(hands)
    open_form(hands, "tt11_2022_m03")
    assert hands.form_view.value("household/hamlet") == "Ấp 7"
    assert hands.form_view.value("collection/collected_on") == "2026-11-18"


def test_a_warning_is_confirmed_with_two_keys(hands: Hands) -> None:
    begin(hands)
    place = "ID_010:identity/id_number"
    hands.form_view.focus_question("identity/birth_date")
    hands.type("12031990")
    hands.form_view.focus_question("identity/id_number")
    hands.type("003188000017")
    hands.enter()
    assert hands.focused.objectName() == f"reason:{place}"
    keys = hands.text("form:effort").split()[0]
    hands.press(Qt.Key.Key_1)
    hands.enter()
    assert int(hands.text("form:effort").split()[0]) - int(keys) == 2
    assert hands.sees(f"button:unconfirm:{place}")
    [reason] = hands.form_view.confirmations().values()
    assert reason == "Giấy tờ ghi đúng như vậy"


def test_a_reason_once_typed_is_offered_first_the_next_time(hands: Hands) -> None:
    own = "So cu con dung"
    for number, expected in (("003188000017", own), ("003188000018", own)):
        begin_over(hands)
        hands.form_view.focus_question("identity/birth_date")
        hands.type("12031990")
        hands.form_view.focus_question("identity/id_number")
        hands.type(number)
        hands.enter()
        hands.type(own if number.endswith("17") else "1")
        hands.enter()
        [reason] = hands.form_view.confirmations().values()
        assert reason == expected


def begin_over(hands: Hands) -> None:
    open_form(hands, "tt11_2022_m03")


def preload_workers(folder: Path, names: Sequence[str]) -> None:
    """People of whom the identity is known and nothing else."""
    identity = {
        path.partition("/")[2]: str(value)
        for path, value in employed().items()
        if path.startswith("identity/") and not path.endswith("relation_to_head")
    }
    with make_register(folder) as register:
        records_of(register).preload(
            PreloadedHousehold(
                household_id=HouseholdId(new_id_text(unix_ms=number)),
                commune_code=HOME.commune_code,
                hamlet="Ấp 1",
                code=f"01-0000{number}",
                fields={"province": HOME.province_name, "commune": HOME.commune_name},
                persons=(
                    PreloadedPerson(
                        person_id=PersonId(new_id_text(unix_ms=number)),
                        relation_to_head="1",
                        is_head=True,
                        fields=identity | {"full_name": name, "id_number": f"00319000000{number}"},
                    ),
                ),
            )
            for number, name in enumerate(names, 1)
        )


def test_a_pile_goes_from_one_person_of_the_list_to_the_next(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    preload_workers(tmp_path / "so", ("Trần An", "Trần Bình"))
    hands = open_desk(tmp_path / "so")
    hands.press(Qt.Key.Key_Return)
    hands.settle()
    farmer = {path: text for path, text in FARMER.items() if path[:4] not in ("hous", "iden")}
    for name, following in (("Trần An", "Trần Bình"), ("Trần Bình", "Trần Bình")):
        assert hands.form_view.value("identity/full_name") == name
        assert hands.question == "qualification/general_education"  # the first that is missing
        walk(hands, farmer)
        hands.press(Qt.Key.Key_Return, _CONTROL)
        hands.settle()
        assert hands.form_view.value("identity/full_name") == following, hands.message()
    assert "Danh sách đã hết" in hands.message()
    services = hands.desktop.services
    assert services is not None
    rows = services.people.search("", limit=5)
    assert {row.status for row in rows} == {RecordStatus.SUBMITTED}


def test_the_keys_are_counted_for_this_form_and_start_anew_with_the_next(hands: Hands) -> None:
    begin(hands)
    assert hands.text("form:effort") == ""
    hands.type("Ap 1")
    hands.enter()
    assert hands.text("form:effort").startswith("5 phím")
    open_form(hands, "tt11_2022_m03")
    assert hands.text("form:effort") == ""


def test_f1_explains_the_question_and_follows_the_keyboard(hands: Hands) -> None:
    begin(hands)
    hands.form_view.focus_question("identity/id_number")
    hands.press(Qt.Key.Key_F1)
    assert hands.window.current_page is hands.form
    assert "Luật Căn cước 26/2023/QH15" in hands.text("help:law")
    hands.form_view.focus_question("employed/job") or hands.form_view.focus_question("identity/sex")
    assert hands.text("help:law")
    hands.press(Qt.Key.Key_F1)
    assert not hands.sees("form:help")


# -- which form --


@pytest.mark.qt_log_ignore("This plugin does not support")  # dialogs want what offscreen lacks
def test_a_digit_chooses_another_form_of_the_person(hands: Hands) -> None:
    hands.press(Qt.Key.Key_F4)
    hands.settle()
    chooser = hands.window.findChild(FormChooser)
    assert chooser is not None
    hands.qtbot.waitUntil(lambda: hands.focused.objectName() == "list:forms")
    titles = [chooser._list.item(row).text() for row in range(chooser._list.count())]
    place = next(n for n, text in enumerate(titles, 1) if "Người có công" in text)
    hands.press(Qt.Key(ord(str(place))))
    hands.settle()
    assert hands.form_view.definition.form_id == "qt3936_2023_merit"
    sheet = hands.form._sheet
    assert sheet is not None and sheet.opened.person_id is not None
    assert hands.form_view.value("identity/full_name") == sheet.opened.answers["identity/full_name"]
