"""Nothing that Qt itself says is in English."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

_ENGLISH = re.compile(
    r"\b(undo|redo|copy|paste|delete|select|cancel|open|save|name|size|type|file|look|folder|"
    r"directory|back|forward|close|retry|yes|no|help|apply|all)\b",
    re.IGNORECASE,
)


def _english(texts: list[str]) -> list[str]:
    plain = (text.replace("&", "").partition("\t")[0] for text in texts)
    return [text for text in plain if _ENGLISH.search(text)]


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
def test_the_menu_of_a_line_is_vietnamese(
    kind: type[QLineEdit] | type[QPlainTextEdit], qtbot: QtBot
) -> None:
    line = kind()
    qtbot.addWidget(line)
    menu = line.createStandardContextMenu()
    texts = [action.text() for action in menu.findChildren(QAction) if action.text()]
    assert len(texts) >= 6
    assert _english(texts) == []


def test_standard_buttons_are_vietnamese(qtbot: QtBot) -> None:
    kinds = QDialogButtonBox.StandardButton
    box = QDialogButtonBox(
        kinds.Ok | kinds.Cancel | kinds.Save | kinds.Close | kinds.Yes | kinds.No | kinds.Help
    )
    qtbot.addWidget(box)
    texts = [button.text() for button in box.buttons()]
    assert len(texts) == 7
    assert _english(texts) == []


def test_the_file_dialog_of_a_system_without_one_is_vietnamese(qtbot: QtBot) -> None:
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    parts: list[QWidget] = [
        *dialog.findChildren(QLabel),
        *dialog.findChildren(QPushButton),
        *dialog.findChildren(QToolButton),
    ]
    texts = [str(part.property("text")) for part in parts] + [part.toolTip() for part in parts]
    assert _english([text for text in texts if text]) == []


def test_numbers_are_written_as_in_viet_nam(qtbot: QtBot) -> None:
    assert QLocale().toString(1234567) == "1.234.567"
