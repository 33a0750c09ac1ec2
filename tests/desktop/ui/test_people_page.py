"""The list: search as one types, filters, paging, to-do."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit

from desktop.domain.records import Submitted
from desktop.services.records import Records
from desktop.services.reviews import Reviews
from desktop.ui.widgets.card_list import CardList
from desktop.ui.widgets.table import Table
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.world import clock, make_register, records_of
from tests.support.worker_form import employed


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """An officer with a hamlet's worth of people."""
    make_register(tmp_path / "so", count=60).close()
    return open_desk(tmp_path / "so")


def names(hands: Hands) -> list[str]:
    """The first column."""
    model = hands.find(Table, "table:people").model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_typing_without_marks_finds_people(hands: Hands) -> None:
    everybody = names(hands)
    hands.fill("input:search", "nguyen")
    hands.qtbot.waitUntil(lambda: names(hands) != everybody)
    assert names(hands)
    assert all("Nguyễn" in name for name in names(hands))
    hands.settle()  # counts come after the list
    assert hands.text("people:count") == f"{len(names(hands))} người"


def test_enter_in_the_search_line_opens_who_was_found(hands: Hands) -> None:
    number = next(
        str(model.index(row, 2).data())
        for model in [hands.find(Table, "table:people").model()]
        for row in range(model.rowCount())
        if model.index(row, 2).data()
    )
    hands.fill("input:search", number)
    hands.qtbot.waitUntil(lambda: hands.text("people:count") == "1 người")
    [name] = names(hands)
    hands.enter()
    hands.settle()
    assert hands.text("question:identity/full_name") == name


def test_enter_right_after_typing_opens_who_is_meant_and_nobody_else(hands: Hands) -> None:
    name = names(hands)[-1]
    hands.fill("input:search", name)
    hands.enter()
    hands.settle()
    assert hands.text("question:identity/full_name") == name


def test_scrolling_to_the_end_brings_the_next_page(hands: Hands) -> None:
    table = hands.find(Table, "table:people")
    assert len(names(hands)) == 100
    total = int(hands.text("people:count").split()[0])
    assert total > 100
    while len(names(hands)) < total:
        table.scrollToBottom()
        hands.settle()
    assert len(names(hands)) == total


def test_filters_show_those_without_a_sheet_and_those_in_doubt(hands: Hands) -> None:
    everybody = hands.text("people:count")
    hands.click("filter:none")
    hands.settle()
    assert hands.text("people:count") == everybody
    hands.click("filter:draft")
    hands.settle()
    assert hands.text("people:count") == "0 người"
    hands.click("filter:all")
    hands.click("filter:flagged")
    hands.settle()
    assert names(hands)
    model = hands.find(Table, "table:people").model()
    assert {model.index(row, 5).data() for row in range(model.rowCount())} == {"Có nghi vấn"}


def test_arrow_down_leads_from_the_search_line_into_the_list(hands: Hands) -> None:
    hands.find(QLineEdit, "input:search").setFocus()
    hands.press(Qt.Key.Key_Down)
    assert hands.focused is hands.find(Table, "table:people")
    hands.press(Qt.Key.Key_Down)
    hands.enter()
    hands.settle()
    assert hands.sees("page:form")


def hand_in(records: Records) -> Submitted:
    """A complete record, submitted."""
    opened = records.open(None)
    outcome = records.submit(opened, answers=employed(), confirmations={})
    assert isinstance(outcome, Submitted), outcome
    return outcome


def test_a_return_of_the_collecting_office_is_a_to_do_that_opens_at_its_question(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    register = make_register(tmp_path / "so")
    submitted = hand_in(records_of(register))
    Reviews(register=register, author="Nơi nhận", clock=clock).give_back(
        submitted.submission_id, reasons={"employed/job": "Ghi rõ nghề."}
    )
    register.close()
    hands = open_desk(tmp_path / "so")
    badge = hands.find(QAbstractButton, "button:nav_people")
    assert badge.text().split() == ["Người", "dân", "1"]
    todos = hands.find(CardList, "list:todos")
    todos.choose(0)
    todos.setFocus()
    hands.enter()
    hands.settle()
    assert hands.question == "employed/job"
    assert hands.text("form:status") == "Bị trả lại"
    hands.find(QLineEdit, "question:employed/job").selectAll()
    hands.type("Sua dong ho")
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    hands.settle()
    assert hands.text("form:status") == "Đã nộp"
    said = [label.text() for label in hands.window.findChildren(QLabel) if label.isVisible()]
    assert not any("Ghi rõ nghề." in text for text in said)


def test_an_empty_list_says_what_to_do(hands: Hands) -> None:
    table = hands.find(Table, "table:people")
    assert table.accessibleDescription() == ""
    hands.fill("input:search", "khong co ai")
    hands.qtbot.waitUntil(lambda: "Ctrl+N" in table.accessibleDescription())
    hands.click("filter:submitted")
    hands.qtbot.waitUntil(lambda: "bỏ lọc" in table.accessibleDescription())
    hands.find(QLineEdit, "input:search").clear()
    hands.click("filter:all")
    hands.qtbot.waitUntil(lambda: table.accessibleDescription() == "")
    assert table.model().rowCount() > 0
