"""The officer at the window by keys alone, from the unlock page to the server's receipt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from sync.protocol.documents import Role
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_form_page import FARMER, walk
from tests.e2e.conftest import MakeOffice
from tests.e2e.test_desks import open_window, qapp
from tests.e2e.test_three_offices import sync
from tests.support.offices import Office

__all__ = ["open_window", "qapp"]  # fixtures

_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
OpenWindow = Callable[[Office, Path], Hands]


def test_two_papers_are_typed_handed_in_and_receipted_without_the_mouse(
    make_office: MakeOffice, tmp_path: Path, open_window: OpenWindow
) -> None:
    officer = make_office(Role.OFFICER, "Lê Thị Bình")
    collector = make_office(Role.COLLECTOR, "Phòng tổng hợp", "99001")
    hands = open_window(officer, tmp_path / "Lê Thị Bình")

    hands.press(Qt.Key.Key_N, _CONTROL)
    hands.settle()
    walk(hands, FARMER)
    hands.press(Qt.Key.Key_Return, _CONTROL)  # handed in; the next paper lies there
    hands.settle()
    assert hands.message().startswith("Đã nộp phiếu của Nguyễn Thị Hồng Hạnh.")
    # The second one contradicts itself: the reason is a digit.
    second = {
        **FARMER,
        "household/household_code": "01-09002",
        "identity/full_name": "Trần Thị Lựu",
        "identity/id_number": "003188000025",
        "identity/birth_date": "12031990",
    }
    walk(hands, second)
    hands.press(Qt.Key.Key_Return, _CONTROL)
    hands.settle()
    assert hands.focused.objectName() == "reason:ID_010:identity/id_number"
    hands.press(Qt.Key.Key_1)
    hands.enter()
    hands.press(Qt.Key.Key_Return, _CONTROL)
    hands.settle()
    assert hands.message().startswith("Đã nộp phiếu của Trần Thị Lựu."), hands.message()

    hands.press(Qt.Key.Key_Escape)
    hands.settle()
    keys = hands.find(QAbstractButton, "button:nav_sync").shortcut().toString()
    hands.press(Qt.Key(ord(keys.removeprefix("Alt+"))), _ALT)
    hands.qtbot.waitUntil(lambda: hands.sees("page:sync"))
    hands.settle()
    hands.press(Qt.Key.Key_F9)
    hands.qtbot.waitUntil(lambda: hands.text("sync:unsent") == "0", timeout=60_000)
    sync(collector)
    names = {row.full_name for row in collector.reviews.list()}
    assert names == {"Nguyễn Thị Hồng Hạnh", "Trần Thị Lựu"}
