"""The collecting desk: read, accept, return with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.domain.reviews import Review
from tests.desktop.ui.desks import CollectingDesk
from tests.support.worker_form import JOB_TITLE


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[CollectingDesk]:
    made = CollectingDesk(folder=tmp_path / "so", qtbot=qtbot)
    yield made
    made.close()


def test_a_record_is_read_with_labels_instead_of_codes(desk: CollectingDesk) -> None:
    answers = {
        path: desk.find(QLabel, f"answer:{path}").text()
        for path in ("identity/sex", "identity/birth_date", "employed/job")
    }
    assert answers == {
        "identity/sex": "Nữ",
        "identity/birth_date": "12/05/1990",
        "employed/job": JOB_TITLE,
    }
    assert "Ấp 1, Xã Suối Mẫu" in desk.list.cards.card(0).lines


def test_accepting_takes_the_record_off_the_list(desk: CollectingDesk) -> None:
    first = desk.list.current_key
    desk.click("button:accept")
    assert desk.count() == 1
    assert [row.submission_id for row in desk.reviews.list(review=Review.ACCEPTED)] == [first]
    desk.click(f"filter:{Review.ACCEPTED.value}")
    assert desk.list.current_key == first
    assert not desk.find(QPushButton, "button:accept").isVisible()


def test_returning_needs_a_reason_at_a_question(desk: CollectingDesk) -> None:
    desk.click("button:give_back")
    assert desk.page.message_bar.text.startswith("Chưa ghi lý do.")
    assert desk.count() == 2


def test_a_record_is_returned_with_reasons_at_several_questions(desk: CollectingDesk) -> None:
    first = desk.list.current_key
    for path, reason in (("employed/job", "Ghi ro nghe"), ("identity/birth_date", "Xem lai")):
        desk.click(f"button:reason:{path}")
        QTest.keyClicks(desk.find(QLineEdit, f"reason:{path}"), reason)
    give_back = desk.find(QPushButton, "button:give_back")
    assert give_back.text() == "Trả lại (2 chỗ)"
    assert not desk.find(QPushButton, "button:accept").isEnabled()
    desk.click("button:give_back")
    [row] = desk.reviews.list(review=Review.RETURNED)
    assert row.submission_id == first
    reasons = desk.reviews.detail(row.submission_id).reasons
    assert reasons == {"employed/job": "Ghi ro nghe", "identity/birth_date": "Xem lai"}


def test_a_reason_taken_back_lets_the_record_be_accepted(desk: CollectingDesk) -> None:
    desk.click("button:reason:employed/job")
    line = desk.find(QLineEdit, "reason:employed/job")
    QTest.keyClicks(line, "Nham")
    desk.click("button:reason:employed/job")
    assert line.text() == ""
    QTest.keyClick(desk.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.jobs.wait_idle()
    assert desk.count() == 1
