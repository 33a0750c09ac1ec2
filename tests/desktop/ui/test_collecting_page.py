"""The collecting desk: read, accept, return with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.ledger import Action
from desktop.domain.reviews import Review
from desktop.store.documents import Edit
from tests.desktop.ui.desks import CollectingDesk
from tests.desktop.ui.hands import work_off
from tests.desktop.ui.world import clock
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
    work_off(desk.jobs)
    assert desk.count() == 1


def focused(desk: CollectingDesk) -> str:
    """The name of the widget with the keyboard."""
    widget = desk.window.focusWidget()
    return "" if widget is None else widget.objectName()


def press(desk: CollectingDesk, *keys: Qt.Key) -> None:
    """Keys wherever the keyboard is."""
    for key in keys:
        widget = desk.window.focusWidget()
        assert widget is not None
        QTest.keyClick(widget, key)
        work_off(desk.jobs)


def test_a_record_is_returned_by_keys_alone_with_a_reason_given_before(
    desk: CollectingDesk,
) -> None:
    first = desk.list.current_key
    press(desk, Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Return)
    path = focused(desk).removeprefix("reason:")
    QTest.keyClicks(desk.find(QLineEdit, f"reason:{path}"), "Ghi ro")
    press(desk, Qt.Key.Key_Return)
    assert [row.submission_id for row in desk.reviews.list(review=Review.RETURNED)] == [first]
    assert focused(desk) == "list:submissions"
    press(desk, Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert focused(desk) == f"reasons:{path}", "the reason given before is offered"
    press(desk, Qt.Key.Key_1)
    assert desk.find(QLineEdit, f"reason:{path}").text() == "Ghi ro"
    row = desk.window.focusWidget()
    assert row is not None
    QTest.keyClick(row, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    work_off(desk.jobs)
    assert len(desk.reviews.list(review=Review.RETURNED)) == 2
    assert desk.count() == 0


def test_escape_leads_back_to_the_list_and_delete_takes_a_reason_back(
    desk: CollectingDesk,
) -> None:
    press(desk, Qt.Key.Key_Return, Qt.Key.Key_Return)
    line = desk.find(QLineEdit, focused(desk))
    QTest.keyClicks(line, "Nham")
    press(desk, Qt.Key.Key_Escape)
    assert line.text() == "Nham", "Escape leaves the line, not the words"
    press(desk, Qt.Key.Key_Delete)
    assert (line.text(), line.isVisible()) == ("", False)
    press(desk, Qt.Key.Key_Escape)
    assert focused(desk) == "list:submissions"


def test_a_reason_half_typed_waits_for_its_user(desk: CollectingDesk, qtbot: QtBot) -> None:
    first = desk.list.current_key
    desk.click("button:reason:employed/job")
    QTest.keyClicks(desk.find(QLineEdit, "reason:employed/job"), "Ghi ro ng")
    held = desk.page.hold()
    assert held is not None and held.draft is not None
    assert (held.person_id, held.draft.edits["employed/job"].now) == (first, "Ghi ro ng")
    desk.drafts.keep(held.draft)
    desk.list.choose(1)
    work_off(desk.jobs)
    assert desk.find(QLineEdit, "reason:employed/job").text() == ""
    desk.list.choose(0)
    work_off(desk.jobs)
    assert desk.find(QLineEdit, "reason:employed/job").text() == "Ghi ro ng"
    desk.click("button:give_back")
    assert desk.drafts.at_desk(first, "collecting") is None


def test_what_the_police_said_and_the_rules_find_stands_beside_the_record(
    desk: CollectingDesk,
) -> None:
    side = desk.find(QWidget, "review:side")
    words = " ".join(label.text() for label in side.findChildren(QLabel))
    assert "chưa hỏi công an" in words
    assert "Không có gì phải xem." in words


def test_the_record_shown_is_decided_and_the_next_one_keeps_its_reasons(
    desk: CollectingDesk,
) -> None:
    first, second = (desk.list.cards.card(place).key for place in (0, 1))
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(desk.list, Qt.Key.Key_Down)  # chosen, but not read yet: the first is shown
    QTest.keyClick(desk.list, Qt.Key.Key_Return, control)
    work_off(desk.jobs)
    assert [row.submission_id for row in desk.reviews.list(review=Review.ACCEPTED)] == [first]
    assert [desk.list.cards.card(row).key for row in range(desk.count())] == [second]
    assert desk.list.current_key == second
    desk.click("button:reason:employed/job")
    QTest.keyClicks(desk.find(QLineEdit, "reason:employed/job"), "Ghi ro")
    desk.page.leave()
    work_off(desk.jobs)
    assert desk.drafts.at_desk(second, "collecting") is not None


def test_a_record_that_waits_again_is_shown_again(desk: CollectingDesk) -> None:
    first = desk.list.current_key
    desk.click("button:accept")
    assert desk.count() == 1
    [submission] = desk.register.documents([first])
    edit = Edit(
        document_type=submission.document_type,
        document_id=first,
        commune_code=submission.commune_code,
        fields={"review": None},
    )
    desk.register.save([edit], author="Nơi nhận", at=clock(), action=Action.SUBMISSION_ACCEPTED)
    desk.page.refresh()
    work_off(desk.jobs)
    assert desk.count() == 2
