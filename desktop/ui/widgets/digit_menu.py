"""A short list in a window of its own, of which a digit, Enter or a click takes one line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

_WIDTH, _LINE_HEIGHT = 560, 34


class DigitMenu(QDialog):
    """Lines to choose from; the first nine have digits.

    Signals:
        taken: the line at this place was chosen; the menu is closed.
    """

    taken = Signal(int)

    def __init__(self, *, name: str, title: str, lines: Sequence[str], parent: QWidget) -> None:
        """``name`` is its object name, and after ``list:`` and ``button:close_`` its parts'."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        heading = QLabel(title)
        heading.setProperty("kind", "heading")
        heading.setWordWrap(True)
        self._list = _Lines()
        self._list.setObjectName(f"list:{name}")
        self._list.setAccessibleName(title)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for number, text in enumerate(lines, 1):
            key = f"{number}   " if number <= 9 else "     "
            line = QListWidgetItem(key + text)
            line.setSizeHint(QSize(0, _LINE_HEIGHT))
            line.setToolTip(text)
            self._list.addItem(line)
        self._list.setCurrentRow(0)
        self._list.setMinimumSize(_WIDTH, (_LINE_HEIGHT + 1) * max(len(lines), 1) + 6)
        self._list.taken.connect(self._take)
        self._list.itemClicked.connect(lambda line: self._take(self._list.row(line)))
        hint = QLabel(self.tr("Phím số hoặc Enter để chọn, Esc để thôi."))
        hint.setProperty("kind", "muted")
        close = QPushButton(self.tr("Thôi"))
        close.setObjectName(f"button:close_{name}")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(hint, 1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(heading)
        layout.addWidget(self._list)
        layout.addLayout(foot)
        self._list.setFocus()

    def _take(self, row: int) -> None:
        if 0 <= row < self._list.count():
            self.accept()
            self.taken.emit(row)


class _Lines(QListWidget):
    """Digits and Enter take a line; arrows walk.

    Signals:
        taken: the line at this place.
    """

    taken = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What is no digit and no Enter is the list's."""
        if event.text().isdigit() and event.text() != "0":
            self.taken.emit(int(event.text()) - 1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit(self.currentRow())
        else:
            super().keyPressEvent(event)
