"""The ledger's page, and the lines that working through the window leaves."""

from __future__ import annotations

from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.domain.ledger import Action
from desktop.store import ledger
from desktop.store.register import Register
from desktop.ui.pages.ledger_page import LedgerPage
from desktop.ui.widgets.table import Table
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.desks import CollectingDesk, PoliceDesk
from tests.desktop.ui.hands import Hands, work_off
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import clock, make_register


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """An officer with some people."""
    make_register(tmp_path / "so", count=5).close()
    return open_desk(tmp_path / "so")


def _register(hands: Hands) -> Register:
    assert hands.desktop.services is not None
    return hands.desktop.services.register


def _actions(register: Register) -> list[str]:
    return [line.action for line in reversed(ledger.lines(register, limit=1000))]


def _open_ledger(hands: Hands) -> LedgerPage:
    hands.click("button:nav_ledger")
    hands.settle()
    page = hands.page("ledger")
    assert isinstance(page, LedgerPage)
    return page


def _sentences(hands: Hands) -> list[str]:
    model = hands.find(Table, "table:ledger").model()
    return [str(model.index(row, 2).data()) for row in range(model.rowCount())]


def _open_somebody(hands: Hands) -> str:
    hands.find(Table, "table:people").setFocus()
    hands.enter()
    hands.settle()
    return hands.text("question:identity/full_name")


def test_opening_a_person_is_told_once_and_by_name(hands: Hands) -> None:
    name = _open_somebody(hands)
    page = _open_ledger(hands)
    assert _sentences(hands)[0] == f"Lê Thị Mai mở hồ sơ của {name}."
    assert _actions(_register(hands)).count(Action.PERSON_VIEW) == 1
    page.refresh()
    hands.settle()
    assert _actions(_register(hands)).count(Action.PERSON_VIEW) == 1
    assert cut(hands.window) == []


def test_closing_the_register_is_told(hands: Hands, open_desk: OpenDesk) -> None:
    folder = hands.desktop.folder
    hands.desktop.close()
    again = open_desk(folder)
    assert _actions(_register(again))[-2:] == [Action.REGISTER_CLOSE, Action.REGISTER_OPEN]


def test_lines_come_page_by_page_and_are_filtered(hands: Hands) -> None:
    register = _register(hands)
    for number in range(150):
        who = "Trần Văn Ba" if number % 3 else "Lê Thị Mai"
        ledger.note(register, at=clock(), by=who, action=Action.PEOPLE_SEARCH)
    ledger.note(register, at=clock(), by="Trần Văn Ba", action=Action.USER_ADD)
    _open_ledger(hands)
    total = int(hands.text("ledger:count").split()[0])
    assert total > 150
    assert len(_sentences(hands)) == 100
    table = hands.find(Table, "table:ledger")
    while len(_sentences(hands)) < total:
        table.scrollToBottom()
        hands.settle()
    by = hands.find(QComboBox, "input:ledger_by")
    by.setFocus()
    _choose(by, "Trần Văn Ba")
    hands.settle()
    assert hands.text("ledger:count") == "101 dòng"
    _choose(hands.find(QComboBox, "input:ledger_kind"), "Khóa và người dùng")
    hands.settle()
    assert _sentences(hands) == ["Trần Văn Ba thêm người dùng –."]
    assert cut(hands.window) == []


def _choose(box: QComboBox, text: str) -> None:
    """As the arrow keys do."""
    box.setFocus()
    while box.currentText() != text:
        before = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() != before, f"{text} is no choice"


def test_days_are_typed_and_nonsense_is_told(hands: Hands) -> None:
    _open_ledger(hands)
    everything = hands.text("ledger:count")
    hands.fill("input:ledger_first", "1/1/2999")
    hands.enter()
    hands.settle()
    assert hands.text("ledger:count") == "0 dòng"
    hands.find(QLineEdit, "input:ledger_first").selectAll()
    hands.type("hom qua")
    hands.enter()
    hands.settle()
    assert "Không hiểu ngày hom qua." in hands.message()
    hands.find(QLineEdit, "input:ledger_first").clear()
    hands.enter()
    hands.settle()
    assert hands.text("ledger:count") == everything


def test_enter_on_a_line_shows_everything_about_its_person(hands: Hands) -> None:
    name = _open_somebody(hands)
    _open_ledger(hands)
    hands.find(Table, "table:ledger").setFocus()
    hands.enter()
    hands.settle()
    assert hands.text("button:ledger_everybody") == f"Chỉ về {name}"
    viewed, loaded = _sentences(hands)
    assert viewed == f"Lê Thị Mai mở hồ sơ của {name}."
    assert loaded.startswith("Lê Thị Mai nạp danh sách: ")
    assert cut(hands.window) == []
    hands.click("button:ledger_everybody")
    hands.settle()
    assert len(_sentences(hands)) > 2


def test_from_a_form_one_sees_who_looked_at_it(hands: Hands) -> None:
    name = _open_somebody(hands)
    hands.press(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    hands.settle()
    assert hands.text("button:ledger_everybody") == f"Chỉ về {name}"
    assert _sentences(hands)[0] == f"Lê Thị Mai mở hồ sơ của {name}."


def test_a_check_says_in_words_what_it_found(hands: Hands) -> None:
    _open_ledger(hands)
    hands.click("button:ledger_check")
    hands.settle()
    assert "Nhật ký nguyên vẹn" in hands.message()
    assert _sentences(hands)[0] == "Lê Thị Mai kiểm tra nhật ký: nguyên vẹn."
    with _register(hands).writing() as transaction:
        transaction.driver.execute("UPDATE ledger SET entry = replace(entry, 'Mai', 'Ba')")
    hands.click("button:ledger_check")
    hands.settle()
    assert "Nhật ký không còn nguyên vẹn" in hands.message()
    assert "Dòng 1 đã bị sửa." in hands.message()
    assert cut(hands.window) == []


def test_an_export_asks_what_for(hands: Hands, tmp_path: Path) -> None:
    page = _open_ledger(hands)
    hands.click("button:ledger_export")
    assert hands.focused.objectName() == "input:ledger_purpose"
    hands.enter()
    assert "Chưa ghi mục đích." in hands.message()
    hands.type("Doan kiem tra")
    page.export_to(tmp_path / "nhat-ky")  # as the dialog answers
    hands.settle()
    sheet = openpyxl.load_workbook(tmp_path / "nhat-ky.xlsx").active
    assert sheet.max_row > 2
    assert "Đã xuất" in hands.message()
    assert _sentences(hands)[0].endswith("dòng nhật ký. Mục đích: Doan kiem tra")
    assert not hands.sees("input:ledger_purpose")


def test_a_case_before_the_police_and_a_paper_before_the_collector_are_seen(
    qtbot: QtBot, tmp_path: Path
) -> None:
    police = PoliceDesk(folder=tmp_path / "police", qtbot=qtbot)
    seen: list[tuple[str, str]] = []
    police.page.seen.connect(lambda action, name: seen.append((action, name)))
    police.list.choose(1)
    police.page.refresh()  # the same person still
    work_off(police.jobs)
    second = police.list.current_key
    police.list.choose(0)
    first = police.list.current_key
    assert seen == [(Action.CHECK_VIEW, second), (Action.CHECK_VIEW, first)]
    police.close()
    seen.clear()
    collector = CollectingDesk(folder=tmp_path / "collector", qtbot=qtbot)
    collector.page.seen.connect(lambda action, name: seen.append((action, name)))
    collector.list.choose(1)
    work_off(collector.jobs)
    collector.page.refresh()
    work_off(collector.jobs)
    assert seen == [(Action.SUBMISSION_VIEW, collector.list.current_key)]
    collector.close()
