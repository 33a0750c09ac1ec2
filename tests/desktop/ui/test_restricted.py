"""What the window shows of restricted records to a user without the right: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from tests.desktop.services.test_restricted import MARK, NAMES, OTHER, make
from tests.desktop.ui.conftest import OpenDesk
from tests.support.filled_forms import SENSITIVE
from tests.support.offices import PASSPHRASE


def shown(window: QWidget) -> Iterator[str]:
    """Every text of every widget, visible or not: labels, entries, tips, and all rows of lists."""
    for widget in window.findChildren(QWidget):
        yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription())
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
            yield widget.text()
        elif isinstance(widget, QPlainTextEdit):
            yield widget.toPlainText()
        elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from cells(widget.model())


def cells(model: QAbstractItemModel) -> Iterator[str]:
    """Every text of a list."""
    parent = QModelIndex()
    for row in range(model.rowCount(parent)):
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
        for column in range(columns):
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                yield str(model.index(row, column).data(role) or "")


def test_no_page_shows_anything_of_it(locked_desk: OpenDesk, tmp_path: Path) -> None:
    folder = tmp_path / "sổ"
    make(folder, with_records=True)
    hands = locked_desk(folder)
    users = hands.find(QComboBox, "input:user")
    users.setCurrentIndex(users.findText(OTHER))
    hands.fill("input:passphrase", PASSPHRASE)
    hands.enter()
    hands.settle()
    services = hands.desktop.services
    assert services is not None
    assert services.register.user == OTHER
    texts: list[str] = []
    buttons = [button.objectName() for button in hands.window.findChildren(QAbstractButton)]
    pages = [name.removeprefix("button:nav_") for name in buttons if name.startswith("button:nav_")]
    assert len(pages) >= 4
    for name in pages:
        hands.window.open_page(name)
        hands.settle()
        assert not hands.window.grab().isNull()
        texts += shown(hands.window)
    assert any(name in text for text in texts for name in NAMES.values())  # the people are there
    for word in (MARK, *SENSITIVE):
        assert not [text for text in texts if word in text], word
