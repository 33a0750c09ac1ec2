"""The police desk: three answers by key, the next person by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.domain.checks import CheckAnswer
from sync.protocol.messages import Clash
from tests.desktop.ui.desks import PoliceDesk


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
    desk.jobs.wait_idle()


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
    desk.jobs.wait_idle()
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
    desk.jobs.wait_idle()
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
    desk.jobs.wait_idle()
    assert desk.list.current_key == first
    desk.press(Qt.Key.Key_3)
    answers = {case.check_id: case.answer for case in desk.checks.queue(answered=True)}
    assert answers[first] is CheckAnswer.NOT_FOUND  # type: ignore[index]


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
    desk.jobs.wait_idle()
    desk.list.choose(0)
    assert desk.list.current_key == key
    box = desk.find(QFrame, "check:competing")
    words = " ".join(label.text() for label in box.findChildren(QLabel))
    assert "Không có thông tin (Công an Hai, 09:00 20/11/2026)" in words
    desk.press(Qt.Key.Key_1)
    assert key not in {case.check_id for case in desk.checks.queue()}
