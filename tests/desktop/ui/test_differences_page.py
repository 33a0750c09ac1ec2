"""People of merit: three values of a difference, by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.domain.ledger import Action
from desktop.store import ledger
from desktop.ui.desks.hand_out import HandOut
from tests.desktop.ui.desks import DifferencesDesk
from tests.desktop.ui.hands import work_off
from tests.desktop.ui.test_layout import cut


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[DifferencesDesk]:
    made = DifferencesDesk(folder=tmp_path / "so", qtbot=qtbot)
    yield made
    made.close()


def values(desk: DifferencesDesk) -> tuple[str, str, str]:
    filed, national, settled = (
        desk.find(QLabel, f"difference:{name}").text() for name in ("filed", "national", "settled")
    )
    return filed, national, settled


def test_the_three_values_stand_beside_each_other(
    desk: DifferencesDesk, qtmodeltester: ModelTester
) -> None:
    assert values(desk) == ("1950", "02/01/1950", "Chưa chốt; sổ theo hồ sơ.")
    qtmodeltester.check(desk.list.model(), force_py=True)  # type: ignore[no-untyped-call]
    assert cut(desk.window) == []


def test_one_enters_by_the_csdlqg_and_the_difference_stays_open(desk: DifferencesDesk) -> None:
    desk.press(Qt.Key.Key_1)
    assert values(desk) == ("1950", "02/01/1950", "Chưa chốt; sổ đang nhập theo CSDLQG.")
    [one] = desk.differences.list()
    assert (one.is_open, one.entered) == (True, "1950-01-02")


def test_settling_asks_for_the_paper_first(desk: DifferencesDesk) -> None:
    desk.press(Qt.Key.Key_3)
    paper = desk.find(QLineEdit, "input:difference_paper")
    assert paper.hasFocus()
    assert desk.page.message_bar.text.startswith("Chưa ghi giấy tờ")
    QTest.keyClicks(paper, "QD 12 ngay 02/3/2027")
    QTest.keyClick(paper, Qt.Key.Key_Return)
    assert desk.list.hasFocus()
    desk.press(Qt.Key.Key_3)
    assert values(desk)[2] == "02/01/1950 (QD 12 ngay 02/3/2027)"
    assert not any(one.is_open for one in desk.differences.list())
    desk.press(Qt.Key.Key_5)
    assert [one.is_open for one in desk.differences.list()].count(True) == 1


def test_a_third_value_is_typed(desk: DifferencesDesk) -> None:
    paper, value = (desk.find(QLineEdit, f"input:difference_{name}") for name in ("paper", "value"))
    QTest.keyClicks(paper, "QD 12")
    QTest.keyClicks(value, "03/01/1950")
    QTest.keyClick(value, Qt.Key.Key_Return)
    work_off(desk.jobs)
    [one] = desk.differences.list()
    assert (one.settled, one.entered, one.filed) == ("1950-01-03", "1950-01-03", "1950")


def test_the_list_leaves_for_a_purpose_only(desk: DifferencesDesk, tmp_path: Path) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(desk.list, Qt.Key.Key_P, control)
    desk.click("button:differences_print")
    assert desk.page.message_bar.text.startswith("Chưa ghi mục đích")
    purpose = desk.find(QLineEdit, "input:differences_purpose")
    QTest.keyClicks(purpose, "Gui So")
    path = tmp_path / "list.pdf"
    desk.find(HandOut, "hand_out:differences").wanted.emit("pdf", path)  # behind a file dialog
    work_off(desk.jobs)
    assert path.read_bytes().startswith(b"%PDF")
    line = next(iter(ledger.lines(desk.register, limit=1)))
    assert (line.action, line.purpose) == (Action.DIFFERENCE_LIST_EXPORT, "Gui So")


def test_a_paper_half_typed_waits_and_another_deed_leaves_it(desk: DifferencesDesk) -> None:
    paper = desk.find(QLineEdit, "input:difference_paper")
    paper.setFocus()
    QTest.keyClicks(paper, "QD 1")
    QTest.keyClick(paper, Qt.Key.Key_Return)
    desk.press(Qt.Key.Key_1)  # entered by the CSDLQG: nothing of the paper is used
    [one] = desk.differences.list()
    assert (one.entered, paper.text()) == ("1950-01-02", "QD 1")
    held = desk.page.hold()
    assert held is not None and held.draft is not None
    desk.drafts.keep(held.draft)
    paper.clear()
    desk.page._show(-1)  # type: ignore[attr-defined]  # no row is current
    desk.page.refresh()
    work_off(desk.jobs)
    assert paper.text() == "QD 1"
    desk.press(Qt.Key.Key_3)
    assert desk.drafts.own() == []
    assert paper.text() == ""


def test_a_list_that_cannot_be_written_leaves_what_stood_there(
    desk: DifferencesDesk, tmp_path: Path
) -> None:
    hand = desk.find(HandOut, "hand_out:differences")
    place = tmp_path / "folder.pdf"
    place.mkdir()  # nothing can take its place
    QTest.keyClick(desk.list, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    hand.purpose.setText("Gui cap tren")
    hand.wanted.emit("pdf", place)
    work_off(desk.jobs)
    assert desk.page.message_bar.text
    assert hand.isVisible(), "it can be tried again"
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []
    good = tmp_path / "good.pdf"
    hand.wanted.emit("pdf", good)
    work_off(desk.jobs)
    assert good.read_bytes().startswith(b"%PDF")
    assert good.stat().st_mode & 0o077 == 0
