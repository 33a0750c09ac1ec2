"""The help: found from everywhere, complete, printable, and true to what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QTextBrowser

from desktop.domain.backups import SnapshotReason
from desktop.services.backups import MIN_INTERVAL
from desktop.store import keys
from desktop.store.folder import KEY_FILE, REGISTER_FILE
from desktop.store.key_file import copy_path
from desktop.store.replacing import ASIDE_FOLDER
from desktop.store.snapshots import SNAPSHOTS_FOLDER
from desktop.ui import printing
from desktop.ui.pages.help_page import HelpPage, help_text
from desktop.ui.widgets.snapshot_table import SnapshotWords
from sync.protocol.recovery import REQUEST_LIFE
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import make_register


def test_it_opens_with_f1_locked_and_unlocked(locked_desk: OpenDesk, tmp_path: Path) -> None:
    make_register(tmp_path).close()
    hands = locked_desk(tmp_path)
    hands.press(Qt.Key.Key_F1)
    hands.qtbot.waitUntil(lambda: hands.sees("page:help"))
    assert hands.sees("page:help")
    assert cut(hands.window) == []
    hands.press(Qt.Key.Key_Escape)
    hands.qtbot.waitUntil(lambda: hands.sees("page:unlock"))
    hands.settle()


def test_it_opens_with_f1_at_work_and_each_heading_leads_to_its_text(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path).close()
    hands = open_desk(tmp_path)
    hands.press(Qt.Key.Key_F1)
    hands.qtbot.waitUntil(lambda: hands.sees("page:help"))
    contents = hands.find(QListWidget, "list:help")
    view = hands.find(QTextBrowser, "help:text")
    assert cut(hands.window) == []
    places = []
    for row in range(contents.count()):
        contents.setCurrentRow(row)
        places.append(view.verticalScrollBar().value())
    assert places == sorted(places)
    assert len(set(places)) > contents.count() // 2


def test_it_tells_a_chairman_where_who_and_what_to_do(tmp_path: Path) -> None:
    text = help_text(tmp_path)
    headings = re.findall(r"(?m)^## (.+)$", text)
    for needed in (
        "Dữ liệu nằm ở đâu",
        "Ai mở được sổ",
        "Nhật ký ghi những gì",
        "Khi mất mật khẩu",
        "Khi máy bị mất hoặc bị trộm",
        "Khi một người nghỉ việc",
        "Sao lưu và khôi phục",
        "Gọi ai",
    ):
        assert needed in headings
    assert str(tmp_path) in text
    assert "BitLocker" in text
    assert "http" not in text


def test_what_it_says_is_what_the_program_does(tmp_path: Path) -> None:
    text = help_text(tmp_path)
    copy = copy_path(Path(KEY_FILE)).name
    for name in (REGISTER_FILE, KEY_FILE, copy, SNAPSHOTS_FOLDER, ASIDE_FOLDER):
        assert f"`{name}`" in text
    assert f"Sai mật khẩu {keys.FREE_TRIES} lần" in text
    assert REQUEST_LIFE.total_seconds() == 24 * 3600
    assert "24 giờ" in text
    assert MIN_INTERVAL.total_seconds() == 4 * 3600
    assert "bốn giờ" in text


def test_it_can_be_printed(qtbot: object, tmp_path: Path) -> None:
    page = HelpPage(folder=tmp_path)
    printing.write_pdf(page.document, tmp_path / "help.pdf")
    assert (tmp_path / "help.pdf").read_bytes().startswith(b"%PDF")


def test_every_reason_of_a_snapshot_has_words(qtbot: object) -> None:
    words = SnapshotWords()
    assert len({words.reason(reason) for reason in SnapshotReason}) == len(SnapshotReason)
    assert "3 bản mới nhất" in words.keeping()
