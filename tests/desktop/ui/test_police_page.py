"""The police desk: three answers by key, the next person by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.domain.checks import CheckAnswer
from desktop.domain.ledger import Action
from desktop.store import ledger
from desktop.store.documents import Edit
from desktop.ui.desks.hand_out import HandOut
from sync.protocol.messages import Clash
from tests.desktop.ui.desks import PoliceDesk
from tests.desktop.ui.hands import work_off
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import clock


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[PoliceDesk]:
    made = PoliceDesk(folder=tmp_path / "so", qtbot=qtbot)
    yield made
    made.close()


def test_one_key_answers_and_the_next_person_comes(desk: PoliceDesk) -> None:
    assert desk.count() == 3
    first = desk.list.current_key
    desk.press(Qt.Key.Key_1)
    assert desk.count() == 2
    assert desk.list.current_key not in ("", first)
    desk.press(Qt.Key.Key_3)
    answers = {case.check_id: case.answer for case in desk.checks.queue(answered=True)}
    assert answers[first] is CheckAnswer.MATCHED  # type: ignore[index]
    assert set(answers.values()) == {CheckAnswer.MATCHED, CheckAnswer.NOT_FOUND}


def typed(desk: PoliceDesk, field: str, text: str) -> QLineEdit:
    """Letters in the line for the CSDLQG, one by one, and what the comparison says of them."""
    line = desk.find(QLineEdit, f"input:differs_{field}")
    line.setFocus()
    for letter in text:
        if letter.isascii():
            QTest.keyClicks(line, letter)
        else:  # arrives whole, as from an input method
            line.insert(letter)
            line.textEdited.emit(line.text())
    return line


def judged(desk: PoliceDesk, qtbot: QtBot, field: str) -> str:
    """What stands under the line once the typing was compared."""
    with qtbot.waitSignal(desk.police.judged):
        pass
    return desk.find(QLabel, f"verdict:{field}").text()


def keep(desk: PoliceDesk, field: str) -> None:
    """Enter in a line."""
    QTest.keyClick(desk.find(QLineEdit, f"input:differs_{field}"), Qt.Key.Key_Return)
    work_off(desk.jobs)


def test_a_difference_is_typed_once_with_the_value_of_the_database(desk: PoliceDesk) -> None:
    desk.press(Qt.Key.Key_2)
    line = desk.find(QLineEdit, "input:differs_full_name")
    QTest.keyClick(line, Qt.Key.Key_Down)
    assert desk.find(QLineEdit, "input:differs_birth_date").hasFocus()
    typed(desk, "birth_date", "12051991")
    keep(desk, "birth_date")
    [case] = desk.checks.queue(answered=True)
    assert case.answer is CheckAnswer.DIFFERS
    assert case.differs == {"birth_date": "1991-05-12"}


def test_what_is_typed_is_compared_while_it_is_typed(desk: PoliceDesk, qtbot: QtBot) -> None:
    desk.press(Qt.Key.Key_2)
    typed(desk, "native_place", "Xã Suối Mẫu, Tỉnh Tập Huấn")
    assert judged(desk, qtbot, "native_place").startswith("Khác thật")
    assert desk.find(QLabel, "check:verdict").text().startswith("Khác thật: Quê quán")
    desk.find(QLineEdit, "input:differs_native_place").clear()
    typed(desk, "native_place", "Đồng Thử, Tập Huấn")
    assert judged(desk, qtbot, "native_place").startswith("Chỉ khác cách viết")
    assert "KHỚP" in desk.find(QLabel, "check:verdict").text()


def test_another_spelling_is_kept_as_a_match_and_the_letters_as_a_note(
    desk: PoliceDesk, qtbot: QtBot
) -> None:
    desk.press(Qt.Key.Key_2)
    typed(desk, "native_place", "Đồng Thử, Tập Huấn")
    keep(desk, "native_place")
    assert desk.checks.queue(answered=True) == [], "first it is shown that it is a match"
    assert "KHỚP" in desk.find(QLabel, "check:verdict").text()
    keep(desk, "native_place")
    [case] = desk.checks.queue(answered=True)
    assert (case.answer, case.differs) == (CheckAnswer.MATCHED, {})
    assert case.note == "CSDLQG ghi Quê quán: Đồng Thử, Tập Huấn."


def test_what_says_less_is_for_the_police_to_judge(desk: PoliceDesk, qtbot: QtBot) -> None:
    desk.press(Qt.Key.Key_2)
    typed(desk, "birth_date", "1990")
    assert "thiếu ngày, tháng" in judged(desk, qtbot, "birth_date")
    QTest.keyClick(
        desk.find(QLineEdit, "input:differs_birth_date"),
        Qt.Key.Key_K,
        Qt.KeyboardModifier.ControlModifier,
    )
    work_off(desk.jobs)
    [case] = desk.checks.queue(answered=True)
    assert (case.answer, case.note) == (
        CheckAnswer.MATCHED,
        "CSDLQG ghi Ngày, tháng, năm sinh: 1990.",
    )


def test_a_difference_without_a_value_is_asked_for(desk: PoliceDesk) -> None:
    desk.press(Qt.Key.Key_2)
    desk.click("button:answer_differs")
    assert desk.page.message_bar.text.startswith("Chưa ghi mục nào khác.")
    assert desk.count() == 3


def test_escape_goes_back_to_the_list_and_forgets_the_lines(desk: PoliceDesk) -> None:
    desk.press(Qt.Key.Key_2)
    line = typed(desk, "full_name", "Ha")
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert (desk.list.hasFocus(), line.text()) == (True, "")
    desk.press(Qt.Key.Key_1)
    assert desk.count() == 2


def test_digits_in_the_note_are_text(desk: PoliceDesk) -> None:
    note = desk.find(QLineEdit, "input:check_note")
    note.setFocus()
    QTest.keyClicks(note, "123")
    work_off(desk.jobs)
    assert (note.text(), desk.count()) == ("123", 3)


def test_answered_persons_are_shown_apart_with_their_answer(desk: PoliceDesk) -> None:
    desk.press(Qt.Key.Key_3)
    desk.click("filter:answered")
    assert desk.count() == 1
    assert desk.list.cards.card(0).badge == "Không có thông tin"


def test_pieces_of_the_identity_are_copied(desk: PoliceDesk) -> None:
    case = next(c for c in desk.checks.queue() if c.check_id == desk.list.current_key)
    desk.click("button:copy_id_number")
    assert QGuiApplication.clipboard().text() == case.identity["id_number"]


def test_every_piece_has_a_key_that_works_from_everywhere(desk: PoliceDesk) -> None:
    case = next(c for c in desk.checks.queue() if c.check_id == desk.list.current_key)
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(desk.list, Qt.Key.Key_1, control)
    assert QGuiApplication.clipboard().text() == case.identity["full_name"]
    desk.press(Qt.Key.Key_2)
    line = typed(desk, "full_name", "Ha")
    QTest.keyClick(line, Qt.Key.Key_2, control)
    assert QGuiApplication.clipboard().text() == "12/05/1990"
    assert line.text() == "Ha"


def test_an_answer_given_by_mistake_is_given_again(desk: PoliceDesk) -> None:
    first = desk.list.current_key
    desk.press(Qt.Key.Key_1)
    QTest.keyClick(desk.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    work_off(desk.jobs)
    assert desk.list.current_key == first
    desk.press(Qt.Key.Key_3)
    answers = {case.check_id: case.answer for case in desk.checks.queue(answered=True)}
    assert answers[first] is CheckAnswer.NOT_FOUND  # type: ignore[index]
    assert desk.count() == 2, "and the queue goes on with who waits"


def test_an_empty_queue_says_so(desk: PoliceDesk) -> None:
    for _ in range(3):
        desk.press(Qt.Key.Key_1)
    assert desk.count() == 0
    assert not desk.find(QAbstractButton, "button:answer_matched_key").isVisible()


def test_what_another_device_answered_is_shown_and_answering_again_is_possible(
    desk: PoliceDesk,
) -> None:
    key = desk.list.current_key
    desk.press(Qt.Key.Key_1)
    clash = Clash(value="not_found", by="Công an Hai", at="2026-11-20T02:00:00+00:00", op="")
    with desk.register.writing() as transaction:
        transaction.documents.load([key])
        entry = transaction.documents.get(key)
        assert entry is not None
        entry.clashes = {"answer": [clash]}
        transaction.documents.write([entry])
    desk.page.refresh()
    work_off(desk.jobs)
    desk.list.choose(0)
    assert desk.list.current_key == key
    box = desk.find(QFrame, "check:competing")
    words = " ".join(label.text() for label in box.findChildren(QLabel))
    assert "Không có thông tin (Công an Hai, 09:00 20/11/2026)" in words
    desk.press(Qt.Key.Key_1)
    assert key not in {case.check_id for case in desk.checks.queue()}


def test_a_number_is_given_to_who_has_none_and_what_cannot_be_is_not_kept(
    qtbot: QtBot, tmp_path: Path
) -> None:
    desk = PoliceDesk(folder=tmp_path / "so", qtbot=qtbot, children=1)
    for place in range(desk.count()):
        if desk.list.cards.card(place).title == "Trần Văn Út":
            desk.list.choose(place)
    child = desk.list.current_key
    desk.press(Qt.Key.Key_4)
    line = typed(desk, "id_number", "00321800012")
    assert line.hasFocus()
    assert "12 chữ số" in judged(desk, qtbot, "id_number")
    keep(desk, "id_number")
    assert desk.checks.queue(answered=True) == [], "eleven digits are no number"
    QTest.keyClicks(line, "3")
    assert judged(desk, qtbot, "id_number").startswith("Số đúng định dạng")
    keep(desk, "id_number")
    [case] = desk.checks.queue(answered=True)
    assert (case.check_id, case.answer) == (child, CheckAnswer.MATCHED)
    assert case.assigned == "003218000123"
    desk.close()


def test_what_is_half_typed_waits_for_its_user(desk: PoliceDesk) -> None:
    first = desk.list.current_key
    desk.press(Qt.Key.Key_2)
    typed(desk, "native_place", "Xa Suoi")
    note = desk.find(QLineEdit, "input:check_note")
    QTest.keyClicks(note, "hoi lai")
    held = desk.page.hold()
    assert held is not None and held.draft is not None
    assert (held.person_id, held.draft.form_id) == (first, "police")
    desk.drafts.keep(held.draft)
    desk.list.choose(1)
    work_off(desk.jobs)
    assert note.text() == ""
    desk.list.choose(0)
    work_off(desk.jobs)
    line = desk.find(QLineEdit, "input:differs_native_place")
    assert (note.text(), line.text(), line.hasFocus()) == ("hoi lai", "Xa Suoi", True)
    keep(desk, "native_place")
    keep(desk, "native_place")
    assert desk.drafts.at_desk(first, "police") is None, "kept with the answer"


def test_reading_the_queue_anew_leaves_what_is_typed(desk: PoliceDesk) -> None:
    desk.press(Qt.Key.Key_2)
    line = typed(desk, "full_name", "Tran")
    desk.page.refresh()
    work_off(desk.jobs)
    assert (line.text(), line.isVisible()) == ("Tran", True)


def test_the_lists_of_the_commune_are_worked_through_one_by_one(desk: PoliceDesk) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    words = desk.find(QLabel, "check_list:words")
    assert words.text() == "Đã trả lời 0 trong 3 người"
    desk.press(Qt.Key.Key_1)
    QTest.keyClick(desk.list, Qt.Key.Key_PageDown, control)
    work_off(desk.jobs)
    assert (words.text(), desk.count()) == ("Đã trả lời 1 trong 3 người", 2)


def test_the_list_to_sign_leaves_for_a_purpose_and_holds_every_answer(
    desk: PoliceDesk, tmp_path: Path
) -> None:
    desk.press(Qt.Key.Key_2)
    typed(desk, "birth_date", "12051991")
    keep(desk, "birth_date")
    desk.press(Qt.Key.Key_3)
    QTest.keyClick(desk.list, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    desk.click("button:checked_print")
    assert desk.page.message_bar.text.startswith("Chưa ghi mục đích")
    QTest.keyClicks(desk.find(QLineEdit, "input:checked_purpose"), "Ban giao UBND xa")
    book, pages = tmp_path / "list.xlsx", tmp_path / "list.pdf"
    hand = desk.find(HandOut, "hand_out:checked")
    hand.wanted.emit("xlsx", book)
    work_off(desk.jobs)
    hand.purpose.setText("Ban giao UBND xa")
    hand.wanted.emit("pdf", pages)
    work_off(desk.jobs)
    assert pages.read_bytes().startswith(b"%PDF")
    rows = [[str(cell or "") for cell in row] for row in _rows(book)]
    assert rows[0][8] == "Kết quả"
    assert {row[8] for row in rows[1:3]} == {"Sai khác", "Không có thông tin"}
    assert any("Ngày, tháng, năm sinh: 12/05/1991" in row[9] for row in rows)
    assert any("NGƯỜI NHẬN BÀN GIAO" in row for row in rows)
    lines = ledger.lines(desk.register, limit=2)
    assert [(line.action, line.purpose) for line in lines] == [
        (Action.CHECK_LIST_EXPORT, "Ban giao UBND xa")
    ] * 2


def _rows(path: Path) -> list[tuple[object, ...]]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # untyped

    with closing(load_workbook(path)) as book:
        return list(book.active.iter_rows(values_only=True))


def test_the_way_by_file_is_one_key_away(desk: PoliceDesk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.police.parcels_asked):
        QTest.keyClick(desk.list, Qt.Key.Key_F9)


@pytest.mark.parametrize("state", ["waiting", "typing", "answered", "empty", "handing"])
def test_nothing_is_cut_in_any_state(state: str, desk: PoliceDesk, qtbot: QtBot) -> None:
    if state in ("typing", "answered"):
        desk.press(Qt.Key.Key_2)
        typed(desk, "native_place", "Đồng Thử, Tập Huấn")
        judged(desk, qtbot, "native_place")
        typed(desk, "birth_date", "1991")
        judged(desk, qtbot, "birth_date")
    if state == "answered":
        keep(desk, "birth_date")
        desk.click("filter:answered")
    if state == "empty":
        for _ in range(3):
            desk.press(Qt.Key.Key_1)
    if state == "handing":
        QTest.keyClick(desk.list, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert cut(desk.window) == []


def test_who_is_chosen_while_an_answer_is_written_keeps_what_is_typed(desk: PoliceDesk) -> None:
    first, second = (desk.list.cards.card(place).key for place in (0, 1))
    note = desk.find(QLineEdit, "input:check_note")
    QTest.keyClicks(note, "da tra")
    desk.page.leave()
    work_off(desk.jobs)
    assert desk.drafts.at_desk(first, "police") is not None
    QTest.keyClick(desk.list, Qt.Key.Key_1)  # nothing is worked off from here on
    QTest.keyClick(desk.list, Qt.Key.Key_Down)
    QTest.keyClicks(note, "hoi lai")
    desk.page.leave()
    work_off(desk.jobs)
    assert (desk.list.current_key, note.text(), desk.count()) == (second, "hoi lai", 2)
    [case] = desk.checks.queue(answered=True)
    assert (case.check_id, case.note) == (first, "da tra")
    kept = desk.drafts.at_desk(second, "police")
    assert kept is not None
    assert [edited.now for edited in kept.edits.values()] == ["hoi lai"]
    assert desk.drafts.at_desk(first, "police") is None


def test_two_persons_answered_one_behind_the_other_are_both_answered(desk: PoliceDesk) -> None:
    QTest.keyClick(desk.list, Qt.Key.Key_1)
    QTest.keyClick(desk.list, Qt.Key.Key_Down)
    QTest.keyClick(desk.list, Qt.Key.Key_3)
    work_off(desk.jobs)
    assert desk.count() == 1
    assert len(desk.checks.queue(answered=True)) == 2


def test_words_of_an_answer_that_cannot_be_written_wait_though_somebody_else_is_shown(
    desk: PoliceDesk,
) -> None:
    first = desk.list.current_key
    note = desk.find(QLineEdit, "input:check_note")
    QTest.keyClicks(note, "da tra")
    answered = next(case for case in desk.checks.queue() if case.check_id == first)
    desk.checks.answer(answered.check_id, CheckAnswer.MATCHED)  # elsewhere, meanwhile
    QTest.keyClick(desk.list, Qt.Key.Key_3)
    QTest.keyClick(desk.list, Qt.Key.Key_Down)
    work_off(desk.jobs)
    assert desk.page.message_bar.text
    assert note.text() == ""
    kept = desk.drafts.at_desk(first, "police")
    assert kept is not None
    assert [edited.now for edited in kept.edits.values()] == ["da tra"]


def test_who_comes_back_into_the_queue_is_shown_again(desk: PoliceDesk) -> None:
    first = desk.list.current_key
    desk.press(Qt.Key.Key_1)
    assert desk.count() == 2
    [check] = desk.register.documents([first])
    edit = Edit(
        document_type=check.document_type,
        document_id=first,
        commune_code=check.commune_code,
        fields={"answer": None},
    )
    desk.register.save([edit], author="Công an", at=clock(), action=Action.CHECK_ANSWER)
    desk.page.refresh()
    work_off(desk.jobs)
    assert desk.count() == 3


def test_only_who_was_answered_last_is_reopened(desk: PoliceDesk) -> None:
    for _ in range(2):
        desk.press(Qt.Key.Key_1)
    last = desk.police._last_answered
    [check] = desk.register.documents([last])
    edit = Edit(
        document_type=check.document_type,
        document_id=last,
        commune_code=check.commune_code,
        fields={"answer": None},
    )
    desk.register.save([edit], author="Công an", at=clock(), action=Action.CHECK_ANSWER)
    QTest.keyClick(desk.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    work_off(desk.jobs)
    assert desk.count() == 1  # the other one who was answered
    assert not desk.find(QAbstractButton, "button:answer_matched_key").isVisible()
