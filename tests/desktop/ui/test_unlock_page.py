"""Opening a register, making one, and everything that can be wrong with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit

from desktop.store.register import Register
from desktop.ui.pages.unlock_page import Doors, UnlockPage
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.world import PASSPHRASE, USER, make_register


def test_the_right_passphrase_opens_the_pages_of_an_officer(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path / "so").close()
    hands = locked_desk(tmp_path / "so")
    assert hands.find(QComboBox, "input:user").currentText() == USER
    hands.fill("input:passphrase", PASSPHRASE)
    hands.enter()
    hands.settle()
    assert hands.sees("page:people")
    assert hands.sees("training_banner")


def test_a_wrong_passphrase_is_told_on_the_page_and_can_be_mended(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path / "so").close()
    hands = locked_desk(tmp_path / "so")
    hands.fill("input:passphrase", "sai mất rồi")
    hands.enter()
    hands.settle()
    assert hands.message().startswith("Mật khẩu không đúng.")
    assert "Caps Lock" in hands.message()
    line = hands.find(QLineEdit, "input:passphrase")
    assert line.hasFocus()
    assert line.selectedText() == line.text()
    hands.type(PASSPHRASE)
    hands.enter()
    hands.settle()
    assert hands.sees("page:people")


def test_an_empty_passphrase_asks_nothing_of_the_register(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path / "so").close()
    hands = locked_desk(tmp_path / "so")
    hands.find(QLineEdit, "input:passphrase").setFocus()
    hands.enter()
    hands.settle()
    assert hands.message() == ""
    assert hands.sees("page:unlock")


def test_the_eye_shows_and_hides_the_passphrase(locked_desk: OpenDesk, tmp_path: Path) -> None:
    make_register(tmp_path / "so").close()
    hands = locked_desk(tmp_path / "so")
    line = hands.find(QLineEdit, "input:passphrase")
    assert line.echoMode() is QLineEdit.EchoMode.Password
    hands.click("button:show_passphrase")
    assert line.echoMode() is QLineEdit.EchoMode.Normal
    hands.click("button:show_passphrase")
    assert line.echoMode() is QLineEdit.EchoMode.Password


def test_a_new_register_is_made_with_a_name_and_the_passphrase_twice(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    hands = locked_desk(tmp_path / "so")
    hands.fill("input:user_name", USER)
    hands.enter()
    hands.type(PASSPHRASE)
    hands.enter()
    hands.type(PASSPHRASE)
    hands.enter()
    hands.settle()
    assert hands.sees("page:printed_code")
    assert not hands.sees("button:lock")  # nothing leads away from it but its own buttons
    hands.click("button:skip_code")
    hands.settle()
    hands.click("button:lock")
    hands.settle()
    assert hands.find(QComboBox, "input:user").currentText() == USER


def test_a_new_register_needs_a_name_a_long_passphrase_and_the_same_again(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    hands = locked_desk(tmp_path / "so")
    hands.click("button:unlock")
    assert hands.message() == "Chưa ghi họ và tên."
    hands.fill("input:user_name", USER)
    hands.fill("input:passphrase", "ngắn")
    hands.click("button:unlock")
    assert "ít nhất 15 ký tự hoặc 5 từ" in hands.message()
    hands.fill("input:passphrase", PASSPHRASE)
    hands.fill("input:passphrase_again", PASSPHRASE + "!")
    hands.click("button:unlock")
    assert "không giống nhau" in hands.message()
    assert not (tmp_path / "so").exists()


def test_remembering_is_offered_only_where_the_system_can_and_not_after_a_lock(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path / "so").close()
    hands = locked_desk(tmp_path / "so")
    assert not hands.sees("input:remember")  # no keystore here
    told: list[tuple[str, str, bool]] = []
    page = UnlockPage(
        jobs=hands.desktop.jobs,
        look=lambda: Doors(
            exists=True, users=(USER,), can_remember=True, remembered=USER, is_start=False
        ),
        open_register=lambda user, passphrase, _tell: (user, passphrase),
        create_register=lambda user, passphrase: (user, passphrase),
        remember=lambda user, passphrase, wanted: told.append((user, passphrase, wanted)),
    )
    hands.window.show_only(page)
    hands.settle()
    assert not hands.sees("button:open_remembered")
    assert hands.find(QCheckBox, "input:remember").isChecked()
    hands.click("input:remember")
    hands.fill("input:passphrase", PASSPHRASE)
    hands.enter()
    hands.settle()
    assert told == [(USER, PASSPHRASE, False)]  # taken back by opening without it


def test_a_second_program_on_the_same_register_says_so(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    register: Register = make_register(tmp_path / "so")
    hands = locked_desk(tmp_path / "so")
    hands.fill("input:passphrase", PASSPHRASE)
    hands.enter()
    hands.settle()
    assert hands.message().startswith("Sổ đang được mở ở một cửa sổ khác.")
    register.close()


def test_locking_closes_the_register_and_asks_for_the_passphrase(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path / "so").close()
    hands = open_desk(tmp_path / "so")
    hands.click("button:lock")
    hands.settle()
    assert hands.sees("page:unlock")
    assert not hands.sees("page:people")
    assert hands.desktop.services is None


def test_the_unlock_window_is_drawn_before_the_store_the_network_and_the_forms_are_loaded() -> None:
    script = """
import sys
from pathlib import Path
from desktop.app import Desktop, create_application
application = create_application([])
desktop = Desktop(folder=Path(sys.argv[1]))
heavy = {"sqlalchemy", "requests", "pyxform", "lark", "msgspec", "nacl"} & set(sys.modules)
sys.exit(", ".join(sorted(heavy)) or 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, "/nonexistent"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_program_runs_until_its_window_is_closed(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from desktop import app
application = app.create_application([])
def close():
    for window in application.topLevelWidgets():
        window.close()
QTimer.singleShot(0, close)
sys.exit(app.run_window(folder=Path(sys.argv[1])))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "so")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
