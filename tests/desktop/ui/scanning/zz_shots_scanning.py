"""Pictures of what a card shows: ``SHOTS=DIR pytest zz_shots_scanning.py``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.desktop.ui.hands import Hands
from tests.desktop.ui.scanning.conftest import OpenScanDesk
from tests.desktop.ui.scanning.scanner import Keyboard
from tests.desktop.ui.scanning.test_scan_desk import CARD, NAME, NUMBER, STRANGER, keep
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import make_register

FOLDER = Path(os.environ.get("SHOTS", "/tmp/scanwork/shots"))


def shoot(hands: Hands, name: str) -> None:
    hands.settle()
    QApplication.processEvents()
    hands.window.grab().save(str(FOLDER / f"{name}.png"))
    print(name, cut(hands.window))


@pytest.mark.qt_log_ignore("This plugin does not support")  # dialogs want what offscreen lacks
def test_pictures(scan_desk: OpenScanDesk, tmp_path: Path, keyboard: Keyboard) -> None:
    register = make_register(tmp_path / "so", count=12)
    keep(register, permanent_residence="Ấp 9, Xã Đồng Thử, Tỉnh Tập Huấn", full_name=NAME.upper())
    keep(register, full_name="Trần Văn Dũng", birth_date="1999", id_number="", sex="1")
    register.close()
    hands = scan_desk(tmp_path / "so")
    shoot(hands, "0-list")
    keyboard.scan(STRANGER)
    shoot(hands, "1-alike")
    hands.press(Qt.Key.Key_Escape)
    keyboard.scan(STRANGER.replace("003099000021", "003079000039").replace("1999", "1979"))
    shoot(hands, "2-nobody")
    hands.press(Qt.Key.Key_Escape)
    keyboard.scan(CARD)
    shoot(hands, "3-person")
    hands.enter()
    shoot(hands, "4-filled")
    keyboard.scan(STRANGER)
    shoot(hands, "5-somebody-else")
    hands.press(Qt.Key.Key_Escape)
    keyboard.scan(CARD[:50])
    shoot(hands, "6-damaged")
    hands.press(Qt.Key.Key_Escape)
    hands.settle()
    hands.press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    hands.settle()
    keyboard.scan(f"{NUMBER}||Nguyen Thi Hong Hanh|12031988|Nu|Thon Dong, Suoi Mau|01012022")
    shoot(hands, "7-no-marks")
    hands.enter()
    hands.form_view.focus_question("identity/birth_date")
    shoot(hands, "8-new-filled")
    hands.press(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    hands.settle()
    ways = QApplication.activeModalWidget()
    assert ways is not None
    ways.grab().save(str(FOLDER / "9-ways.png"))
