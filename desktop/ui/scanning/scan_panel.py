"""What a card says, above the page: against the form, or with what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.ui import icons
from desktop.ui.forms.editors import asks_to_move
from desktop.ui.page import Page
from desktop.ui.scanning.scan_lines import ScanLine
from desktop.ui.widgets.chip import Chip
from desktop.ui.widgets.wrapped_label import WrappedLabel

#: What stands at the left of a tick box before its words.
_TICK_WIDTH = 28


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to do about a card: its key among the deeds, and the words on its button."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything a panel shows.

    Attributes:
        question: asked once before anything is done; "" when nothing is doubtful.
        deeds: the first is done by Enter.
    """

    title: str = field(repr=False)
    deeds: Sequence[Deed]
    lines: Sequence[ScanLine] = ()
    question: str = ""
    notes: Sequence[str] = field(default=(), repr=False)


class ScanPanel(QFrame):
    """Enter does the first deed, Esc lets the card go, arrows walk, the space bar ticks.

    Signals:
        chosen: the name of a deed.
        left: let go.
    """

    chosen = Signal(str)
    left = Signal()

    def __init__(self, sight: Sight, *, page: Page) -> None:
        super().__init__(page)
        self.setObjectName("scan_panel")
        self.setAccessibleName(sight.title)
        self._page = page
        self._back_to: QWidget | None = None
        self.ticks: dict[str, QCheckBox] = {}
        self._chips: dict[str, Chip] = {}
        self._buttons: list[QPushButton] = []
        layout = self._inside = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(8)
        layout.addLayout(self._head(sight))
        if sight.question:
            layout.addWidget(_words(sight.question, "scan:question", kind="warning"))
        if sight.lines:
            layout.addLayout(self._table(sight.lines))
        for number, note in enumerate(sight.notes):
            layout.addWidget(_words(note, f"scan:note:{number}", kind="muted"))
        layout.addLayout(self._foot(sight))

    def appear(self) -> None:
        """Over the top of the page: nothing below moves."""
        self._page.installEventFilter(self)
        self._lay()
        self.show()
        self.raise_()

    def _lay(self) -> None:
        place = self._page.body.geometry()
        height = self._inside.heightForWidth(place.width())
        self.setGeometry(place.left(), place.top(), place.width(), height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As wide as the page, always."""
        if watched is self._page and event.type() == QEvent.Type.Resize:
            self._lay()
        return False

    def take_keyboard(self) -> None:
        """The keyboard comes here, and goes back to where it was: no question was left for good."""
        self._back_to = self.window().focusWidget()
        self._buttons[0].setFocus(Qt.FocusReason.PopupFocusReason)

    def give_keyboard(self) -> None:
        """To where it was."""
        if self._back_to is not None and self._back_to.isVisible():
            self._back_to.setFocus(Qt.FocusReason.OtherFocusReason)

    def ticked(self) -> list[str]:
        """The paths that are to be filled in."""
        return [path for path, box in self.ticks.items() if box.isChecked()]

    def show_judged(self, lines: Sequence[ScanLine]) -> None:
        """How the values stand to one another is known better now; ticks stay."""
        for line in lines:
            if (chip := self._chips.get(line.path)) is not None:
                chip.show_state(line.words, line.kind)

    # -- keys --

    def event(self, event: QEvent) -> bool:
        """Enter and Esc are this panel's, whatever shortcut the page has for them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape or asks_to_move(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the class."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif asks_to_move(event):
            self._press(self.window().focusWidget())
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Right):
            self.focusNextPrevChild(True)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Left):
            self.focusNextPrevChild(False)
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Round the panel: it is left by Enter or Esc."""
        stops: list[QWidget] = [*self.ticks.values(), *self._buttons]
        here = self.window().focusWidget()
        place = stops.index(here) if here in stops else -1
        stops[(place + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _press(self, focused: QWidget | None) -> None:
        button = focused if focused in self._buttons else self._buttons[0]
        if isinstance(button, QPushButton):
            button.click()

    # -- making --

    def _head(self, sight: Sight) -> QHBoxLayout:
        picture = QLabel()
        icons.put(picture, "person", tint="accent", size=20)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(picture)
        row.addWidget(_words(sight.title, "scan:title", kind="heading"), 1)
        return row

    def _table(self, lines: Sequence[ScanLine]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        for column, title in enumerate(("", self.tr("Sẽ điền"), self.tr("Đang có"), "")):
            grid.addWidget(_words(title, f"scan:column:{column}", kind="muted"), 0, column)
        for row, line in enumerate(lines, 1):
            grid.addWidget(self._tick(line), row, 0)
            chip = Chip(name=f"scan:state:{line.path}")
            chip.show_state(line.words, line.kind)
            grid.addWidget(_words(line.on_card, f"scan:card:{line.path}", kind="strong"), row, 1)
            there = line.there or "–"
            grid.addWidget(_words(there, f"scan:there:{line.path}", kind=""), row, 2)
            grid.addWidget(chip, row, 3, Qt.AlignmentFlag.AlignLeft)
            self._chips[line.path] = chip
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(2, 3)
        return grid

    def _tick(self, line: ScanLine) -> QWidget:
        """Nothing to tick where both say the same."""
        if line.is_same:
            label = QLabel(line.label)
            label.setContentsMargins(_TICK_WIDTH, 2, 0, 2)
            return label
        box = QCheckBox(line.label)
        box.setObjectName(f"scan:tick:{line.path}")
        box.setAccessibleDescription(f"{line.on_card}. {line.there}. {line.words}")
        box.setChecked(line.is_ticked)
        self.ticks[line.path] = box
        return box

    def _foot(self, sight: Sight) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for number, deed in enumerate(sight.deeds):
            words = self.tr("{deed} (Enter)").format(deed=deed.words) if not number else deed.words
            row.addWidget(self._button(words, f"button:scan_{deed.name}", number))
            self._buttons[-1].clicked.connect(
                lambda _checked=False, name=deed.name: self.chosen.emit(name)
            )
        row.addWidget(self._button(self.tr("Bỏ qua (Esc)"), "button:scan_leave", 9))
        self._buttons[-1].clicked.connect(self.left)
        row.addStretch(1)
        return row

    def _button(self, words: str, name: str, number: int) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.setProperty("kind", "" if number else "primary")
        button.setAutoDefault(False)
        self._buttons.append(button)
        return button


def _words(text: str, name: str, *, kind: str) -> QLabel:
    label = WrappedLabel()
    label.setText(text)
    label.setObjectName(name)
    label.setProperty("kind", kind)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
