"""Acceptance by sample at the keyboard: drawn, keyed again from paper, compared, decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QTableView, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.domain.lots import LotState
from desktop.domain.reviews import Review
from tests.desktop.ui.desks import LotsDesk
from tests.desktop.ui.hands import work_off
from tests.desktop.ui.test_layout import cut

_CONTROL = Qt.KeyboardModifier.ControlModifier
_NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[LotsDesk]:
    made = LotsDesk(folder=tmp_path / "so", qtbot=qtbot)
    yield made
    made.close()


def press(desk: LotsDesk, key: Qt.Key, modifiers: Qt.KeyboardModifier = _NONE) -> None:
    """A key where the keyboard is."""
    focused = desk.window.focusWidget() or desk.list
    QTest.keyClick(focused, key, modifiers)
    work_off(desk.jobs)
    QApplication.processEvents()


def draw(desk: LotsDesk) -> None:
    """Begin a lot of everything that waits."""
    press(desk, Qt.Key.Key_Return, _CONTROL)
    assert desk.find(QLabel, "lot:paper").isVisibleTo(desk.page)


def key_all_but_the_page(desk: LotsDesk, slips: int = 0) -> None:
    """Every paper of the sample, the first ones with another job."""
    [lot] = desk.lots.list()
    for place, one in enumerate(lot.sample):
        answers = dict(desk.reviews.detail(one).answers)
        if place < slips:
            answers["employed/job"] = "Thợ hàn"
        desk.lots.keep(lot.lot_id, one, answers)
    desk.page.refresh()
    work_off(desk.jobs)


def question(desk: LotsDesk) -> str:
    """The path of the question with the keyboard."""
    focused = desk.window.focusWidget()
    return "" if focused is None else focused.objectName().removeprefix("question:")


def test_a_lot_is_drawn_by_one_key_and_its_first_paper_stands_there_empty(
    desk: LotsDesk,
) -> None:
    draw(desk)
    [lot] = desk.lots.list()
    assert (len(lot.members), len(lot.sample)) == (4, 3)
    assert desk.find(QLabel, "lot:paper").text().startswith("Phiếu 1/3: Trần Thị")
    assert question(desk) == "identity/relation_to_head", "what finds the paper is not keyed"
    line = desk.find(QLineEdit, "question:identity/id_number")
    assert line.text() == "", "blind: nothing of what was handed in is shown"


def test_a_paper_is_keyed_and_kept_and_the_next_one_comes(desk: LotsDesk) -> None:
    draw(desk)
    press(desk, Qt.Key.Key_1)
    press(desk, Qt.Key.Key_Return, _CONTROL)
    [lot] = desk.lots.list()
    assert lot.keyed[lot.sample[0]]["identity/relation_to_head"] == "1"
    assert desk.find(QLabel, "lot:paper").text().startswith("Phiếu 2/3")
    assert question(desk) == "identity/relation_to_head"


def test_what_is_half_keyed_waits(desk: LotsDesk) -> None:
    draw(desk)
    press(desk, Qt.Key.Key_1)
    press(desk, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert desk.list.hasFocus()
    [lot] = desk.lots.list()
    assert desk.drafts.at_desk(str(lot.next), "lots") is not None
    press(desk, Qt.Key.Key_Down)
    assert question(desk) == "identity/birth_date", "the first question that is open"
    press(desk, Qt.Key.Key_Return, _CONTROL)
    [lot] = desk.lots.list()
    assert lot.keyed[lot.sample[0]]["identity/relation_to_head"] == "1"
    assert desk.drafts.at_desk(lot.sample[0], "lots") is None


def test_a_good_sample_accepts_the_lot_by_one_key(
    desk: LotsDesk, qtmodeltester: ModelTester
) -> None:
    draw(desk)
    key_all_but_the_page(desk)
    assert "0 chỗ khác" in desk.find(QLabel, "lot:summary").text()
    model = desk.find(QTableView, "table:lot_fields").model()
    qtmodeltester.check(model, force_py=True)  # type: ignore[no-untyped-call]
    assert cut(desk.window) == []
    press(desk, Qt.Key.Key_Space)  # the button of the proposal has the keyboard
    assert len(desk.reviews.list(review=Review.ACCEPTED)) == 4
    assert desk.lots.list()[0].state is LotState.ACCEPTED


def test_a_bad_sample_wants_a_reason_and_returns_the_lot(desk: LotsDesk) -> None:
    draw(desk)
    key_all_but_the_page(desk, slips=3)
    summary = desk.find(QLabel, "lot:summary").text()
    assert "3 chỗ khác" in summary
    assert "nên trả cả lô" in summary
    reason = desk.find(QLineEdit, "input:lot_reason")
    assert reason.hasFocus()
    press(desk, Qt.Key.Key_Return)
    assert len(desk.reviews.list(review=Review.RETURNED)) == 0
    QTest.keyClicks(reason, "Soat lai nghe nghiep")
    desk.page.refresh()  # as after a sync
    work_off(desk.jobs)
    assert (reason.text(), reason.hasFocus()) == ("Soat lai nghe nghiep", True)
    press(desk, Qt.Key.Key_Return)
    returned = desk.reviews.list(review=Review.RETURNED)
    assert len(returned) == 4
    assert set(desk.reviews.detail(returned[0].submission_id).reasons) == {"employed/job"}


def test_nothing_is_cut_where_a_lot_is_drawn_or_keyed(desk: LotsDesk) -> None:
    assert cut(desk.window) == []
    draw(desk)
    assert cut(desk.window) == []
    assert not desk.find(QWidget, "list:lots").isVisibleTo(desk.page)
