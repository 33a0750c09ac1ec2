"""The training commune behind a link of the first page, and the walk through it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from desktop.services.practice import practice_folder
from desktop.services.unlocking import register_exists
from desktop.ui.tour import Tour, officer_steps
from tests.desktop.ui.conftest import OpenDesk
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.test_layout import cut
from tests.desktop.ui.world import PASSPHRASE, make_register


def _practise(hands: Hands) -> None:
    hands.click("button:practice")
    hands.settle()
    assert hands.desktop.services is not None


def _step(hands: Hands) -> str:
    return hands.text("tour:title")


def test_the_training_commune_opens_without_a_register_of_ones_own(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    hands = locked_desk(tmp_path / "so")
    _practise(hands)
    assert hands.sees("training_banner")
    assert hands.text("people:count") != "0 người"
    assert not register_exists(tmp_path / "so")
    assert register_exists(practice_folder(tmp_path / "so"))
    assert hands.desktop.services is not None
    assert hands.desktop.services.register.folder == practice_folder(tmp_path / "so")


def test_the_walk_follows_the_pages_and_ends_with_the_commune(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path / "so", count=2).close()
    hands = locked_desk(tmp_path / "so")
    _practise(hands)
    steps = [step.title for step in officer_steps()]
    assert _step(hands) == steps[0]
    assert cut(hands.window) == []
    hands.press(Qt.Key.Key_F12)
    assert _step(hands) == steps[1]
    assert hands.focused.objectName() == "input:search"  # the cursor stays in the page
    hands.press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    hands.settle()
    assert hands.sees("page:form")
    assert _step(hands) == steps[2]
    for title in steps[3:]:
        hands.press(Qt.Key.Key_F12)
        assert _step(hands) == title
    assert hands.find(QPushButton, "button:tour_next").text() == "Xong (F12)"
    hands.press(Qt.Key.Key_F12)
    assert not hands.sees("tour")

    hands.desktop.lock()
    hands.settle()
    assert hands.sees("page:unlock")
    assert not hands.sees("training_banner")
    _practise(hands)  # the same commune again, and whoever walks along
    assert _step(hands) == steps[0]
    hands.desktop.lock()
    hands.settle()
    assert hands.window.findChildren(Tour) == []


def test_what_is_typed_there_stays_there(locked_desk: OpenDesk, tmp_path: Path) -> None:
    make_register(tmp_path / "so", count=2).close()
    hands = locked_desk(tmp_path / "so")
    _practise(hands)
    hands.press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    hands.settle()
    hands.type("Ấp 9")
    hands.desktop.lock()
    hands.settle()
    hands.fill("input:passphrase", PASSPHRASE)
    hands.enter()
    hands.settle()
    assert hands.sees("page:people")  # not at a form
    assert not hands.sees("tour")
    assert int(hands.text("people:count").split()[0]) < 10


def test_nobody_goes_back_to_a_snapshot_of_the_training_commune(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path / "so", count=2).close()
    hands = locked_desk(tmp_path / "so")
    _practise(hands)
    assert not hands.window.has_page("backups")
    assert hands.desktop.services is not None
    snapshot = hands.desktop.services.backups.now().snapshot
    assert snapshot is not None
    hands.desktop._restore(snapshot.path)
    hands.settle()
    assert hands.desktop.services is not None
    assert hands.sees("training_banner")
    hands.desktop.lock()
    hands.settle()
    hands.fill("input:passphrase", PASSPHRASE)
    hands.enter()
    hands.settle()
    assert hands.window.has_page("backups")


def test_a_training_register_that_does_not_open_is_made_anew(
    locked_desk: OpenDesk, tmp_path: Path
) -> None:
    make_register(tmp_path / "so", count=2).close()
    hands = locked_desk(tmp_path / "so")
    _practise(hands)
    hands.desktop.lock()
    hands.settle()
    database = practice_folder(tmp_path / "so") / "register.db"
    database.write_bytes(b"\0" * 4096)
    _practise(hands)
    assert hands.text("people:count") != "0 người"
