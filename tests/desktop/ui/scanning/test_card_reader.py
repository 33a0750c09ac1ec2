"""Cards from pictures and from the clipboard; the pictures are drawn here, of people nobody is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit

from desktop.ui.scanning.card_pictures import codes_in, picture_in
from desktop.ui.scanning.card_reader import CardWays
from tests.desktop.ui.hands import Hands
from tests.desktop.ui.scanning.conftest import OpenScanDesk
from tests.desktop.ui.scanning.test_scan_desk import CARD, NAME, NUMBER, OLD_CARD, begin_new
from tests.desktop.ui.test_file_drop import drop
from tests.desktop.ui.world import make_register

_FULL_NAME, _ID = "identity/full_name", "identity/id_number"


def qr_of(text: str, *, pixels: int = 4) -> QImage:
    """The code as printed."""
    made = zxingcpp.create_barcode(text.encode(), zxingcpp.BarcodeFormat.QRCode)
    grey = memoryview(made.to_image(scale=pixels))  # type: ignore[arg-type]  # it is a buffer
    height, width = grey.shape or (0, 0)
    image = QImage(bytes(grey), width, height, width, QImage.Format.Format_Grayscale8)
    return image.copy()


def photograph(*texts: str, turned: float = 0.0) -> QImage:
    """Codes on a desk, as a phone sees them."""
    photo = QImage(2400, 1600, QImage.Format.Format_RGB32)
    photo.fill(QColor("#8a7f70"))
    painter = QPainter(photo)
    for number, text in enumerate(texts):
        painter.save()
        painter.translate(300 + number * 1100, 400)
        painter.rotate(turned)
        painter.fillRect(-60, -60, 700, 700, QColor("white"))
        painter.drawImage(0, 0, qr_of(text, pixels=6))
        painter.restore()
    painter.end()
    return photo


@pytest.mark.parametrize("text", [CARD, OLD_CARD], ids=["2024", "2021"])
def test_the_code_in_a_photograph_is_read_with_its_marks(text: str) -> None:
    assert codes_in(qr_of(text)) == [text]
    assert codes_in(photograph(text, turned=17)) == [text]


def test_a_picture_without_a_code_and_a_file_that_is_no_picture_hold_none(tmp_path: Path) -> None:
    empty = QImage(200, 200, QImage.Format.Format_RGB32)
    empty.fill(QColor("white"))
    assert codes_in(empty) == []
    (tmp_path / "anh.png").write_bytes(b"khong phai anh")
    assert codes_in(picture_in(tmp_path / "anh.png")) == []


@pytest.fixture
def hands(scan_desk: OpenScanDesk, tmp_path: Path) -> Iterator[Hands]:
    make_register(tmp_path / "so").close()
    hands = scan_desk(tmp_path / "so")
    begin_new(hands)
    yield hands
    QGuiApplication.clipboard().clear()


def paste(hands: Hands) -> None:
    """Ctrl+T, and Enter in what is asked then."""
    hands.press(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    ways = QApplication.activeModalWidget()
    assert isinstance(ways, CardWays)
    QTest.keyClick(ways, Qt.Key.Key_Return)
    hands.sit_down()
    hands.settle()


@pytest.mark.qt_log_ignore("This plugin does not support")  # dialogs want what offscreen lacks
def test_a_copied_picture_a_copied_code_and_nothing_are_told_apart(hands: Hands) -> None:
    QGuiApplication.clipboard().setImage(photograph(CARD))
    paste(hands)
    assert hands.text(f"scan:card:{_FULL_NAME}") == NAME
    hands.press(Qt.Key.Key_Escape)
    QGuiApplication.clipboard().setText(f"{OLD_CARD}\n")
    paste(hands)
    hands.enter()
    assert hands.form_view.value(_ID) == NUMBER
    assert hands.form_view.writer.marks[_ID] == "Từ thẻ CCCD, quét 20/11/2026"
    QGuiApplication.clipboard().setText("một câu nào đó")
    paste(hands)
    assert hands.message().startswith("Đây không phải mã của thẻ.")
    QGuiApplication.clipboard().clear()
    paste(hands)
    assert hands.message().startswith("Bộ nhớ tạm không có ảnh hay mã nào.")


@pytest.mark.qt_log_ignore("This plugin does not support")  # dialogs want what offscreen lacks
def test_a_picture_is_chosen_in_a_dialog_and_the_program_goes_on_meanwhile(
    hands: Hands, tmp_path: Path
) -> None:
    assert photograph(CARD).save(str(tmp_path / "the.png"))
    hands.press(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    ways = QApplication.activeModalWidget()
    assert isinstance(ways, CardWays)
    choose = ways.findChild(QAbstractButton, "button:open_card_picture")
    assert choose is not None
    QTest.mouseClick(choose, Qt.MouseButton.LeftButton)
    [dialog] = [one for one in hands.window.findChildren(QFileDialog) if one.isVisible()]
    assert "*.png" in dialog.nameFilters()[0]
    hands.settle()  # nothing is held up while the dialog stands
    line = dialog.findChild(QLineEdit, "fileNameEdit")
    assert line is not None
    line.setText(str(tmp_path / "the.png"))
    QTest.keyClick(line, Qt.Key.Key_Return)
    hands.sit_down()
    hands.settle()
    assert hands.text(f"scan:card:{_FULL_NAME}") == NAME


def test_a_picture_dropped_on_the_window_is_read_and_two_cards_are_asked_apart(
    hands: Hands, tmp_path: Path
) -> None:
    drop_picture(hands, photograph(CARD, OLD_CARD), tmp_path / "hai.jpg")
    assert hands.message().startswith("Ảnh có 2 mã.")
    drop_picture(hands, photograph(CARD), tmp_path / "mot.png")
    assert hands.text(f"scan:card:{_FULL_NAME}") == NAME
    blank = QImage(300, 200, QImage.Format.Format_RGB32)
    blank.fill(QColor("white"))
    drop_picture(hands, blank, tmp_path / "trang.png")
    assert hands.message().startswith("Không thấy mã QR nào đọc được trong ảnh.")


def drop_picture(hands: Hands, image: QImage, path: Path) -> None:
    """Let go of a picture over the window."""
    assert image.save(str(path))
    drop(hands.window, str(path))
    hands.settle()
