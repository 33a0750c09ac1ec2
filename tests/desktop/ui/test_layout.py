"""At 1366×768 every word is whole, with long names and every message that can stand there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.errors import Problem, UserError
from desktop.ui.forms.option import Option
from desktop.ui.messages import Messages
from desktop.ui.widgets.filters import Filters
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.desks import CollectingDesk, PoliceDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.world import PASSPHRASE, make_register, records_of
from tests.support.worker_form import employed

_LONG_NAME = "Nguyễn Phước Bảo Khánh Quỳnh"
#: What the style keeps free inside a line and a table cell.
_LINE_MARGIN = 22
_CELL_MARGIN = 22


def cut(window: QWidget) -> list[str]:
    """Everything that is cut at 1366×768."""
    QApplication.processEvents()
    assert (window.width(), window.height()) == (1366, 768)
    return whatever_is_cut(window)


def whatever_is_cut(window: QWidget) -> list[str]:
    """Everything that wants more room than it has, or hangs over the window's edge."""
    found = [*_outside(window)]
    for widget in window.findChildren(QWidget):
        if widget.isVisible():
            found += _cut_in(widget)
    return found


def _cut_in(widget: QWidget) -> Iterator[str]:
    name = widget.objectName() or type(widget).__name__
    if isinstance(widget, QLabel) and widget.text():
        if widget.wordWrap():
            needed = widget.heightForWidth(widget.width())
            if needed > widget.height() + 1:
                yield f"{name}: {widget.text()} ({widget.height()} of {needed} high)"
        elif widget.sizeHint().width() > widget.width():
            yield f"{name}: {widget.text()} ({widget.width()} of {widget.sizeHint().width()})"
    elif isinstance(widget, QPushButton | Option):
        if widget.sizeHint().width() > widget.width():
            yield f"{name}: {widget.text()} ({widget.width()} of {widget.sizeHint().width()})"
    elif isinstance(widget, QLineEdit):
        needed = widget.fontMetrics().horizontalAdvance(widget.placeholderText()) + _LINE_MARGIN
        if widget.placeholderText() and needed > widget.width():
            yield f"{name}: {widget.placeholderText()}"
    elif isinstance(widget, QTableView):
        yield from _cut_cells(widget)


def _cut_cells(table: QTableView) -> Iterator[str]:
    model, metrics = table.model(), table.fontMetrics()
    for row in range(min(model.rowCount(), 40)):
        for column in range(model.columnCount()):
            if table.isColumnHidden(column) or table.columnSpan(row, column) > 1:
                continue
            text = str(model.index(row, column).data() or "")
            if metrics.horizontalAdvance(text) + _CELL_MARGIN > table.columnWidth(column):
                yield f"{table.objectName()} column {column}: {text}"
    for column in range(model.columnCount()):
        if table.isColumnHidden(column) or table.horizontalHeader().isHidden():
            continue
        title = str(model.headerData(column, Qt.Orientation.Horizontal))
        if metrics.horizontalAdvance(title) + _CELL_MARGIN > table.columnWidth(column):
            yield f"{table.objectName()} heading {column}: {title}"


def _outside(window: QWidget) -> Iterator[str]:
    """Buttons and lines outside scroll areas must lie inside the window."""
    for kind in (QPushButton, QLineEdit):
        for widget in window.findChildren(kind):
            corner = widget.mapTo(window, widget.rect().bottomRight())
            in_scroll = any(p.inherits("QAbstractScrollArea") for p in _parents(widget))
            if widget.isVisible() and not in_scroll and not window.rect().contains(corner):
                yield f"{widget.objectName()} lies outside"


def _parents(widget: QWidget) -> Iterator[QWidget]:
    parent = widget.parentWidget()
    while parent is not None:
        yield parent
        parent = parent.parentWidget()


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """An officer with a returned record of somebody with a long name, and a hamlet of others."""
    register = make_register(tmp_path / "so", count=20)
    records = records_of(register)
    answers = employed(identity__full_name=_LONG_NAME)
    records.save(records.open(None), answers=answers, confirmations={})
    register.close()
    return open_desk(tmp_path / "so")


def test_nothing_is_cut_on_the_unlock_page(locked_desk: OpenDesk, tmp_path: Path) -> None:
    make_register(tmp_path / "so").close()
    hands = locked_desk(tmp_path / "so")
    for problem in Problem:
        page = hands.window.current_page
        assert page is not None
        page.show_problem(UserError(problem))
        assert cut(hands.window) == []


def test_nothing_is_cut_when_a_register_is_made(locked_desk: OpenDesk, tmp_path: Path) -> None:
    hands = locked_desk(tmp_path / "so")
    hands.fill("input:user_name", _LONG_NAME)
    hands.fill("input:passphrase", PASSPHRASE)
    hands.click("button:unlock")
    assert hands.message()
    assert cut(hands.window) == []


def test_nothing_is_cut_in_the_list(hands: Hands) -> None:
    assert cut(hands.window) == []
    hands.fill("input:search", "quynh")
    hands.qtbot.waitUntil(lambda: hands.text("people:count") == "1 người")
    assert cut(hands.window) == []


def test_nothing_is_cut_in_an_empty_form_with_all_its_findings(hands: Hands) -> None:
    hands.press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    hands.settle()
    assert cut(hands.window) == []
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    hands.settle()
    assert cut(hands.window) == []


def test_nothing_is_cut_in_a_full_form_with_a_warning(hands: Hands) -> None:
    hands.fill("input:search", "quynh")
    hands.enter()
    hands.settle()
    hands.form_view.focus_question("identity/id_number")
    hands.find(QLineEdit, "question:identity/id_number").selectAll()
    hands.type("003090000001")
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    hands.settle()
    assert hands.sees("reason:ID_009:identity/id_number")
    assert cut(hands.window) == []


def test_the_question_with_the_keyboard_is_always_in_sight(hands: Hands) -> None:
    hands.press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    hands.settle()
    seen: set[str] = set()
    while hands.question not in seen:
        seen.add(hands.question)
        hands.settle()
        assert not hands.focused.visibleRegion().isEmpty(), hands.question
        hands.enter()
    assert len(seen) > 15


def test_nothing_is_cut_on_the_sync_page_whatever_went_wrong(hands: Hands) -> None:
    hands.click("button:nav_sync")
    hands.settle()
    assert cut(hands.window) == []
    for problem in Problem:
        hands.page("sync").show_problem(UserError(problem))
        assert cut(hands.window) == []


def test_nothing_is_cut_at_the_police_desk(qtbot: QtBot, tmp_path: Path) -> None:
    desk = PoliceDesk(folder=tmp_path / "so", qtbot=qtbot)
    assert cut(desk.window) == []
    desk.press(Qt.Key.Key_2)
    assert cut(desk.window) == []
    desk.close()


def test_nothing_is_cut_at_the_collecting_desk(qtbot: QtBot, tmp_path: Path) -> None:
    desk = CollectingDesk(folder=tmp_path / "so", qtbot=qtbot)
    assert cut(desk.window) == []
    desk.click("button:reason:employed/job")
    desk.click("button:give_back")
    assert cut(desk.window) == []
    desk.close()


def test_a_message_that_no_page_claims_stands_whole_above_the_pages(hands: Hands) -> None:
    words = Messages().unexpected()
    hands.desktop.report_crash()
    assert words.sentence in hands.window.message_bar.text
    assert cut(hands.window) == []


def test_the_filters_are_whole_in_a_large_commune(hands: Hands) -> None:
    page = hands.page("people")
    filters = page.findChild(Filters)
    assert isinstance(filters, Filters)
    counts = {"all": 100_000, "none": 74_321, "draft": 1_234, "submitted": 12_345}
    filters.show_counts({**counts, "returned": 987, "accepted": 11_113})
    assert "74.321" in hands.find(QPushButton, "filter:none").text()
    assert cut(hands.window) == []
