"""A card before the camera; the pictures go in where the camera's would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtMultimedia import QMediaDevices, QVideoFrame, QVideoSink
from PySide6.QtWidgets import QApplication, QLabel

from desktop.ui.scanning import camera
from desktop.ui.scanning.camera import CameraDialog
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.scanning.conftest import OpenScanDesk
from tests.desktop.ui.scanning.test_card_reader import photograph
from tests.desktop.ui.scanning.test_scan_desk import CARD, NAME, OLD_CARD, begin_new
from tests.desktop.ui.world import make_register

_FULL_NAME = "identity/full_name"

# Dialogs want what offscreen lacks; without a graphics card pictures are turned by the processor.
pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support", "Couldn.t (load|resolve)", "QRhi"
)


@pytest.fixture
def hands(
    scan_desk: OpenScanDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hands]:
    monkeypatch.setattr(QMediaDevices, "videoInputs", list)  # whatever this machine has
    monkeypatch.setattr(camera, "_PAUSE_MS", 0)
    make_register(tmp_path / "so").close()
    hands = scan_desk(tmp_path / "so")
    begin_new(hands)
    yield hands


def open_camera(hands: Hands) -> CameraDialog:
    """Ctrl+T, and the button."""
    hands.press(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    hands.click("button:use_camera")
    hands.settle()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, CameraDialog)
    return dialog


def see(hands: Hands, dialog: CameraDialog, image: QImage) -> None:
    """One picture of the camera."""
    assert isinstance(dialog.sink, QVideoSink)
    dialog.sink.setVideoFrame(as_frame(image))
    hands.settle()


def as_frame(image: QImage) -> QVideoFrame:
    """A picture as cameras send it."""
    return QVideoFrame(image.convertToFormat(QImage.Format.Format_RGB32))


def desk_without_card() -> QImage:
    """What a camera sees before anybody holds a card there."""
    image = QImage(1280, 720, QImage.Format.Format_RGB32)
    image.fill(QColor("#8a7f70"))
    return image


def test_a_card_before_the_camera_is_offered_and_the_camera_let_go_of(hands: Hands) -> None:
    dialog = open_camera(hands)
    see(hands, dialog, desk_without_card())
    assert not hands.find(QLabel, "camera:picture").pixmap().isNull()
    see(hands, dialog, photograph(CARD, OLD_CARD))
    assert "nhiều mã" in hands.text("camera:advice")
    see(hands, dialog, photograph(CARD, turned=11))
    assert not hands.sees("camera:picture")
    assert hands.text(f"scan:card:{_FULL_NAME}") == NAME


def test_pictures_that_come_while_one_is_searched_are_passed_over(hands: Hands) -> None:
    dialog = open_camera(hands)
    card = as_frame(photograph(CARD))
    assert dialog.sink is not None
    dialog.sink.setVideoFrame(as_frame(desk_without_card()))
    dialog.sink.setVideoFrame(card)
    hands.settle()
    assert hands.sees("camera:picture")
    dialog.reject()


def test_without_a_camera_it_says_so_and_names_the_other_ways(hands: Hands) -> None:
    dialog = open_camera(hands)
    words = hands.text("camera:advice")
    assert words.startswith("Không thấy camera nào.")
    assert "mở tệp ảnh" in words
    dialog.reject()


def test_a_lock_closes_the_camera_and_its_last_picture_tells_nothing(hands: Hands) -> None:
    dialog = open_camera(hands)
    sink = dialog.sink
    assert sink is not None
    sink.setVideoFrame(as_frame(photograph(CARD)))
    hands.desktop.lock()
    hands.settle()
    assert not hands.sees("camera:picture")
    assert hands.sees("page:unlock")
