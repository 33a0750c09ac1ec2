"""The number and the address of a household, and who heads it; a line is told of as it is left."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.households import Household
from desktop.ui import theme

_CODE_WIDTH = 110


class AddressLines(QFrame):
    """Four lines; what is typed in one stays until it is kept, whatever is read meanwhile.

    Signals:
        written: (field, text): a line was left, and other words stand there than are kept.
        typed: letters came or went.
        passed: Enter in the last line.
    """

    written = Signal(str, str)
    typed = Signal()
    passed = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._lines = {
            name: self._line(name, label)
            for name, label in (
                ("code", self.tr("Số hộ")),
                ("hamlet", self.tr("Thôn, tổ")),
                ("commune", self.tr("Xã, phường")),
                ("province", self.tr("Tỉnh, thành phố")),
            )
        }
        self._stored = dict.fromkeys(self._lines, "")
        self._on_way: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self._head = QLabel()
        self._head.setObjectName("household:head")
        self._wire()
        self._compose()
        self.begin()

    def begin(self) -> None:
        """Another household is about to be shown: nothing stands here, and nothing can be typed."""
        self._on_way, self._refused = {}, {}
        self._stored = dict.fromkeys(self._lines, "")
        for line in self._lines.values():
            line.setText("")  # "clear" would count as typed
        self.setEnabled(False)

    def show_household(self, household: Household) -> None:
        """As it is kept; words of the user stay before it."""
        self._stored = {name: getattr(household, name) for name in self._lines}
        for name, line in self._lines.items():
            if not line.isModified() and line.text() != self._stored[name]:
                line.setText(self._stored[name])
        self.setEnabled(True)

    def show_head(self, name: str) -> None:
        """Who heads it; "" for nobody yet."""
        self._head.setText(name or self.tr("chưa có: chọn một người rồi bấm F7"))
        theme.restyle(self._head, kind="strong" if name else "warning")

    def start(self) -> None:
        """Type the number of the household."""
        self._lines["code"].setFocus()

    def leave(self) -> None:
        """Every line is told of as if it had been left."""
        for name in self._lines:
            self._leave(name)

    def keep(self, name: str, text: str) -> None:
        """It is kept; what was typed since is not."""
        if self._on_way.get(name) == text:
            del self._on_way[name]
        line = self._lines[name]
        if line.text().strip() == text:
            line.setModified(False)

    def refuse(self, name: str, text: str, *, is_final: bool) -> None:
        """It is not kept, and is told of again; ``is_final``: that would change nothing."""
        if self._on_way.get(name) == text:
            del self._on_way[name]
        if is_final:
            self._refused[name] = text

    def texts(self) -> dict[str, str]:
        """The words that are not kept yet, by their lines."""
        return {
            name: line.text()
            for name, line in self._lines.items()
            if line.isModified() and line.text().strip() != self._stored[name]
        }

    def put(self, texts: Mapping[str, str]) -> None:
        """What was half-typed stands there again."""
        for name, line in self._lines.items():
            text = texts.get(name, "")
            if text and text.strip() != self._stored[name] and not line.isModified():
                line.setText(text)
                line.setModified(True)

    @property
    def is_settled(self) -> bool:
        """Is everything kept that can be?"""
        waiting = {name: text.strip() for name, text in self.texts().items()}
        return all(self._refused.get(name) == text for name, text in waiting.items())

    def _leave(self, name: str) -> None:
        line = self._lines[name]
        text = line.text().strip()
        if not line.isModified() or text == self._on_way.get(name):
            return
        if name not in self._on_way and text == self._stored[name]:
            line.setModified(False)  # typed back as it was
            return
        self._on_way[name] = text
        self.written.emit(name, text)

    # -- making --

    def _line(self, name: str, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"input:household_{name}")
        line.setAccessibleName(label)
        return line

    def _wire(self) -> None:
        lines = list(self._lines.values())
        for place, (name, line) in enumerate(self._lines.items()):
            line.editingFinished.connect(partial(self._leave, name))
            line.textEdited.connect(lambda _text: self.typed.emit())
            is_last = place + 1 == len(lines)
            line.returnPressed.connect(self.passed if is_last else lines[place + 1].setFocus)

    def _compose(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(10)
        for name, line in self._lines.items():
            row.addLayout(_column(line.accessibleName(), line), 0 if name == "code" else 1)
        self._lines["code"].setFixedWidth(_CODE_WIDTH)
        head = _column(self.tr("Chủ hộ"), self._head)
        head.addStretch(1)
        row.addLayout(head, 1)


def _column(title: str, widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(2)
    label = QLabel(title)
    label.setProperty("kind", "small")
    label.setBuddy(widget)
    column.addWidget(label)
    column.addWidget(widget)
    return column
