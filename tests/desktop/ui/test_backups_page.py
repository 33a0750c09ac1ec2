"""Snapshots in the window: taking, choosing where and when, and going back to one."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QPushButton, QTableView

from desktop.services.backups import Backups
from desktop.store.snapshots import list_snapshots, snapshots_folder
from desktop.ui.pages.backups_page import BackupsPage
from desktop.ui.pages.restore_page import RestorePage
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import NOW, PASSPHRASE, clock, make_register, records_of
from tests.support.worker_form import employed


@pytest.fixture
def hands(open_desk: OpenDesk, tmp_path: Path) -> Hands:
    """An officer at the backups page of a register with some people."""
    make_register(tmp_path / "so", count=3).close()
    hands = open_desk(tmp_path / "so")
    hands.click("button:nav_backups")
    hands.settle()
    return hands


def page_of(hands: Hands) -> BackupsPage:
    page = hands.page("backups")
    assert isinstance(page, BackupsPage)
    return page


def table(hands: Hands) -> list[list[str]]:
    model = hands.find(QTableView, "table:snapshots").model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def _schedule_is_due(hands: Hands) -> None:
    assert hands.sitting.upkeep is not None
    hands.sitting.upkeep.keep_schedule()


def own_snapshots(tmp_path: Path) -> list[Path]:
    return [one.path for one in list_snapshots(snapshots_folder(tmp_path / "so"))]


def test_a_snapshot_is_taken_on_the_spot(hands: Hands, tmp_path: Path) -> None:
    assert hands.text("backups:last") == "Chưa có bản sao lưu nào."
    assert not hands.find(QPushButton, "button:restore").isEnabled()
    assert cut(hands.window) == []
    hands.click("button:backup_now")
    hands.settle()
    assert hands.message().startswith("Đã sao lưu và kiểm tra")
    assert len(own_snapshots(tmp_path)) == 1
    (row,) = table(hands)
    assert row[1:3] == ["Bấm sao lưu", "Trên máy này, cạnh sổ"]
    assert int(row[3]) > 0
    assert cut(hands.window) == []


def test_a_stick_gets_its_snapshot_when_it_is_plugged_in(hands: Hands, tmp_path: Path) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    page_of(hands).keep_in(stick)
    hands.settle()
    stick.rmdir()  # pulled out
    _schedule_is_due(hands)
    hands.settle()
    assert hands.window.message_bar.text == ""  # not an alarm while one works
    page_of(hands).refresh()
    hands.settle()
    assert "chưa cắm" in hands.text("backups:second")
    stick.mkdir()
    _schedule_is_due(hands)
    hands.settle()
    page_of(hands).refresh()
    hands.settle()
    assert "lần cuối" in hands.text("backups:second")
    assert [row[2] for row in table(hands)] == ["USB, thư mục khác"]
    assert cut(hands.window) == []


def test_a_stick_that_is_away_when_asked_is_told(hands: Hands, tmp_path: Path) -> None:
    page_of(hands).keep_in(tmp_path / "usb")
    hands.settle()
    hands.click("button:backup_second")
    hands.settle()
    assert "USB" in hands.message()
    assert cut(hands.window) == []
    hands.click("button:drop_second")
    hands.settle()
    assert hands.text("backups:second").startswith("Chưa chọn.")


def test_how_often_is_chosen_and_kept(hands: Hands, tmp_path: Path) -> None:
    hours = hands.find(QComboBox, "input:backup_hours")
    hours.setCurrentIndex(1)
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    assert Backups(register=services.register, clock=clock).every_hours() == 2
    page_of(hands).refresh()
    hands.settle()
    assert hours.currentData() == 2
    _schedule_is_due(hands)
    hands.settle()
    assert len(own_snapshots(tmp_path)) == 1


def test_going_back_shows_what_it_means_asks_for_a_word_and_opens_the_restored_register(
    hands: Hands, tmp_path: Path
) -> None:
    hands.click("button:backup_now")
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    records = records_of(services.register)
    records.save(records.open(None), answers=employed(), confirmations={})
    unsent = services.syncing.status().unsent
    hands.click("button:restore")
    hands.settle()
    assert isinstance(hands.window.current_page, RestorePage)
    assert not hands.sees("button:lock")
    assert cut(hands.window) == []
    hands.fill("input:passphrase", "sai mất rồi")
    hands.enter()
    hands.settle()
    assert hands.message().startswith("Mật khẩu không đúng.")
    hands.fill("input:passphrase", PASSPHRASE)
    hands.enter()
    hands.settle()
    meaning = hands.text("restore:meaning")
    assert "chỉ có trên máy này" in meaning
    assert hands.find(QCheckBox, "input:carry_unsent").isChecked()
    assert cut(hands.window) == []
    hands.click("button:restore_now")
    assert "KHÔI PHỤC" in hands.message()  # nothing happens without the word
    hands.fill("input:agreed_word", "khoi phuc")
    hands.enter()
    hands.settle()
    assert hands.sees("page:people")
    assert list((tmp_path / "so" / "replaced").iterdir())
    services = hands.desktop.services
    assert services is not None
    assert services.syncing.status().unsent == unsent  # carried over


def test_a_new_pc_starts_from_the_stick(
    hands: Hands, locked_desk: OpenDesk, tmp_path: Path
) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    page_of(hands).keep_in(stick)
    hands.settle()
    hands.click("button:backup_second")
    hands.settle()
    other = locked_desk(tmp_path / "new")
    other.click("button:from_backup")
    other.settle()
    assert "Không thấy bản sao lưu nào" in other.message()
    page = other.window.current_page
    assert isinstance(page, RestorePage)
    page.look_in(stick)
    other.settle()
    other.fill("input:passphrase", PASSPHRASE)
    other.enter()
    other.settle()
    assert cut(other.window) == []
    other.fill("input:agreed_word", "KHÔI PHỤC")
    other.enter()
    other.settle()
    assert other.sees("page:people")


def test_a_schedule_takes_one_when_the_hours_are_over_and_something_was_written(
    tmp_path: Path,
) -> None:
    now = [NOW]

    def tick() -> datetime:
        return now[0]

    with make_register(tmp_path / "so", count=1) as register:
        backups = Backups(register=register, clock=tick)
        assert backups.while_open().snapshot is None  # only on closing, unless chosen otherwise
        backups.keep_every(4)
        assert backups.while_open().snapshot is not None
        assert backups.while_open().snapshot is None
        now[0] += timedelta(hours=5)
        assert backups.while_open().snapshot is None  # nothing new
        register.set_meta({"something": "written"})
        assert backups.while_open().snapshot is not None


def test_closing_shows_how_far_the_snapshot_is_and_can_be_put_off(
    hands: Hands, tmp_path: Path
) -> None:
    assert not hands.window.close()  # the page that tells how far it is stays until it is done
    hands.qtbot.waitUntil(lambda: not hands.window.isVisible())
    assert len(own_snapshots(tmp_path)) == 1


def test_a_snapshot_on_closing_is_put_off_with_one_key(hands: Hands, tmp_path: Path) -> None:
    services = hands.desktop.services
    assert services is not None
    with services.register.writing_paused():  # the snapshot waits for a save under way
        assert not hands.window.close()
        assert hands.sees("page:closing")
        assert cut(hands.window) == []
        later = hands.find(QPushButton, "button:put_off")
        hands.press(Qt.Key.Key_Escape)
        hands.qtbot.waitUntil(lambda: not later.isEnabled())
    hands.qtbot.waitUntil(lambda: not hands.window.isVisible())
    assert own_snapshots(tmp_path) == []
