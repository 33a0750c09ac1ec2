"""How far the communes are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.desktop.ui.desks import ProgressDesk
from tests.desktop.ui.test_layout import cut


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[ProgressDesk]:
    made = ProgressDesk(folder=tmp_path / "so", qtbot=qtbot)
    yield made
    made.close()


def cells(desk: ProgressDesk, row: int) -> list[str]:
    model = desk.list.model()
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def test_every_commune_has_a_row_and_all_have_one(
    desk: ProgressDesk, qtmodeltester: ModelTester
) -> None:
    assert desk.count() == 4
    assert cells(desk, 0) == ["Tất cả", "", "4", "2", "0", "1", "1", "0/0"]
    assert cells(desk, 1) == ["Xã Suối Mẫu", "", "4", "2", "0", "1", "1", "0/0"]
    assert cells(desk, 2)[2:] == ["0", "0", "0", "0", "0", "0/0"]
    qtmodeltester.check(desk.list.model(), force_py=True)  # type: ignore[no-untyped-call]
    assert cut(desk.window) == []


def test_what_waits_for_more_than_a_week_is_overdue(qtbot: QtBot, tmp_path: Path) -> None:
    for days, late in ((7, "0"), (8, "2")):
        desk = ProgressDesk(folder=tmp_path / late, qtbot=qtbot, days=days)
        assert cells(desk, 1)[3:5] == ["2", late]
        desk.close()


def test_the_bars_are_drawn_to_one_scale_and_as_high_as_the_counts(desk: ProgressDesk) -> None:
    picture = desk.list.grab().toImage()
    table = desk.find(QTableView, "table:progress")
    seen = set()
    for row in (1, 2):
        area = table.visualRect(table.model().index(row, 1))
        middle = area.center().y() + table.horizontalHeader().height()
        colors = {
            picture.pixelColor(x, middle).name() for x in range(area.left() + 12, area.right() - 12)
        }
        seen.add(len(colors))
    assert seen == {3, 1}, "accepted, waiting and returned; and an empty track"


def test_enter_opens_what_waits_of_a_commune(desk: ProgressDesk, qtbot: QtBot) -> None:
    QTest.keyClick(desk.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(desk.progress.commune_asked) as asked:
        QTest.keyClick(desk.list, Qt.Key.Key_Return)
    assert asked.args == ["99001"]
