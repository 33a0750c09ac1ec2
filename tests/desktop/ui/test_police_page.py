"""The police desk: three answers by key, the next person by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QFrame, QLabel, QLineEdit
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


def test_a_difference_is_typed_once_with_the_value_of_the_database(desk: PoliceDesk) -> None:
    desk.press(Qt.Key.Key_2)
    desk.find(QCheckBox, "tick:birth_date").setChecked(True)
    line = desk.find(QLineEdit, "input:differs_birth_date")
    assert line.isEnabled()
    QTest.keyClicks(line, "12051991")
    QTest.keyClick(line, Qt.Key.Key_Return)
    desk.jobs.wait_idle()
    [case] = desk.checks.queue(answered=True)
    assert case.answer is CheckAnswer.DIFFERS
    assert case.differs == {"birth_date": "1991-05-12"}


def test_a_difference_without_a_value_is_asked_for(desk: PoliceDesk) -> None:
    desk.press(Qt.Key.Key_2)
    desk.click("button:answer_differs")
    assert desk.page.message_bar.text.startswith("Chọn ít nhất một mục")
    desk.find(QCheckBox, "tick:native_place").setChecked(True)
    desk.click("button:answer_differs")
    assert desk.count() == 3


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
