"""A parcel dropped on a window is taken; anything else goes on to whom it may concern."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.file_drop import FileDrop


def drop(window: QWidget, *paths: str) -> None:
    """Let go of these files over the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    plain = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(5, 5), copy, data, left, plain))
    QApplication.sendEvent(window, QDropEvent(QPointF(5, 5), copy, data, left, plain))


def test_one_parcel_is_taken_and_other_files_are_not(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    watch = FileDrop(window=window, suffixes=[".goi"])
    taken: list[object] = []
    watch.dropped.connect(taken.append)
    drop(window, "/usb/anh.png")
    drop(window, "/usb/a.goi", "/usb/b.goi")
    assert taken == []
    drop(window, "/usb/A.GOI")
    assert taken == [Path("/usb/A.GOI")]
