"""Ending the program keeps a snapshot; what is wrong with the place or the last backup is told."""

from __future__ import annotations

from pathlib import Path

from desktop.services.backups import Backups
from desktop.store.snapshots import list_snapshots, snapshots_folder
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.world import clock, make_register


def test_closing_the_program_keeps_a_snapshot_and_locking_does_not(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path, count=2).close()
    hands = open_desk(tmp_path)
    hands.desktop.lock()
    hands.settle()
    assert list_snapshots(snapshots_folder(tmp_path)) == []
    hands.desktop.close()
    assert list_snapshots(snapshots_folder(tmp_path)) == []  # nothing was open any more
    again = open_desk(tmp_path)
    again.desktop.close()
    (snapshot,) = list_snapshots(snapshots_folder(tmp_path))
    assert snapshot.documents["household"] == 2


def test_a_backup_that_failed_is_told_at_the_next_opening(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    with make_register(tmp_path, count=1) as register:
        backups = Backups(register=register, clock=clock)
        backups.keep_in(tmp_path / "usb")
        backups.to_second_folder()
    hands = open_desk(tmp_path)
    assert "USB" in hands.window.message_bar.text


def test_a_folder_in_the_cloud_is_told_at_opening(open_desk: OpenDesk, tmp_path: Path) -> None:
    folder = tmp_path / "OneDrive - UBND"
    folder.mkdir()
    make_register(folder, count=1).close()
    hands = open_desk(folder)
    assert "OneDrive" in hands.window.message_bar.text


def test_everything_that_is_wrong_at_opening_is_told_together(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    folder = tmp_path / "OneDrive - UBND"
    folder.mkdir()
    with make_register(folder, count=1) as register:
        backups = Backups(register=register, clock=clock)
        backups.keep_in(tmp_path / "usb")
        backups.to_second_folder()
    hands = open_desk(folder)
    assert "OneDrive" in hands.window.message_bar.text
    assert "USB" in hands.window.message_bar.text


def test_what_a_cut_left_behind_is_put_right_and_told(open_desk: OpenDesk, tmp_path: Path) -> None:
    make_register(tmp_path, count=1).close()
    (tmp_path / "register.db.migrating").write_bytes(b"half a copy")
    hands = open_desk(tmp_path)
    assert "nguyên vẹn" in hands.window.message_bar.text
    assert not (tmp_path / "register.db.migrating").exists()


def test_a_page_found_damaged_after_opening_is_told(open_desk: OpenDesk, tmp_path: Path) -> None:
    make_register(tmp_path, count=300).close()
    path = tmp_path / "register.db"
    whole = bytearray(path.read_bytes())
    for page in range(40, len(whole) // 4096, 40):  # documents and lists, not the first tables
        whole[4096 * page + 99] ^= 1
    path.write_bytes(whole)
    hands = open_desk(tmp_path)
    assert "hỏng" in hands.window.message_bar.text
