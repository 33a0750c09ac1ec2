"""The dialogs that ask for a file speak our words and are gone when they are answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.printing import ask_for_existing, ask_for_file

# Dialogs want what the offscreen platform lacks.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

_ACCEPT, _REJECT = QFileDialog.DialogLabel.Accept, QFileDialog.DialogLabel.Reject


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def dialogs(parent: QWidget) -> list[QFileDialog]:
    """Those that are not gone."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return parent.findChildren(QFileDialog)


def test_a_name_typed_without_a_suffix_gets_it(parent: QWidget, tmp_path: Path) -> None:
    chosen: list[Path] = []
    ask_for_file(
        parent, title="Lưu", pattern="Bảng tính (*.xlsx)", suffix="xlsx", chosen=chosen.append
    )
    [dialog] = dialogs(parent)
    assert (dialog.labelText(_ACCEPT), dialog.labelText(_REJECT)) == ("Lưu", "Thôi")
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile("danh sách")
    dialog.accept()
    assert chosen == [tmp_path / "danh sách.xlsx"]
    assert dialogs(parent) == []


def test_a_file_to_read_is_chosen_with_our_words(parent: QWidget, tmp_path: Path) -> None:
    file, chosen = tmp_path / "a.goi", list[Path]()
    file.touch()
    ask_for_existing(parent, title="Chọn", pattern="Tệp (*.goi)", chosen=chosen.append)
    [dialog] = dialogs(parent)
    assert (dialog.labelText(_ACCEPT), dialog.labelText(_REJECT)) == ("Chọn", "Thôi")
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile(str(file))
    dialog.accept()
    assert chosen == [file]
    assert dialogs(parent) == []
