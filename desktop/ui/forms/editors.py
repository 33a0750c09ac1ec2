"""Where an answer is typed or chosen: what every editor promises, and the one-line editors.

An editor holds one value of a question in the representation of ``forms.definition``. What cannot
be read as a date or number is kept as typed, so that nothing the officer wrote is lost; the engine
remarks on it.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from forms import dates
from forms.definition import Answer, Choice, Question, QuestionType
from forms.vietnamese import clean

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_DATE_WIDTH = 190
_NUMBER_WIDTH = 240


def asks_to_move(event: QKeyEvent) -> int:
    """+1 for Enter, -1 for Shift+Enter, 0 for every other key."""
    if event.key() not in _ENTER:
        return 0
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if modifiers == Qt.KeyboardModifier.NoModifier:
        return 1
    return -1 if modifiers == Qt.KeyboardModifier.ShiftModifier else 0


class Editor(QWidget):
    """One question's editor.

    Signals:
        edited: the officer changed the value (for typed editors: is changing it).
        entered: the focus came.
        left: the focus went.
        move_asked: +1 to the next question, -1 to the one before.
        typed: the line holds other letters, whether or not they are a value yet.
        pressed: a key.

    Attributes:
        is_immediate: a change is a whole value at once (choices), not a word being typed.
    """

    edited = Signal()
    entered = Signal()
    left = Signal()
    move_asked = Signal(int)
    typed = Signal()
    pressed = Signal()
    is_immediate = False

    def rename(self, path: str) -> None:
        """The path of the answer is another now (the next instance of a repeat)."""
        if self.line is not None:
            self.line.setObjectName(f"question:{path}")

    def value(self) -> Answer:
        """What is answered; ``None`` when nothing."""
        raise NotImplementedError

    def show_value(self, value: Answer) -> None:
        """Show an answer without ``edited``."""
        raise NotImplementedError

    def show_choices(self, choices: tuple[Choice, ...]) -> bool:  # noqa: ARG002 - for lists
        """The options that may be chosen now; returns whether the editor looks otherwise."""
        return False

    def set_readonly(self, readonly: bool) -> None:
        """Look, but do not touch."""
        self.setEnabled(not readonly)

    def show_severity(self, severity: str) -> None:
        """error, warning or "": how the frame looks."""

    @property
    def line(self) -> EntryLine | None:
        """Where letters are typed; ``None`` where options are chosen."""
        return None

    def show_typed(self, text: str, position: int) -> None:
        """Letters as they were typed before, whether or not they are a value; no ``edited``."""
        if self.line is not None:
            self.line.setText(text)
            self.line.setCursorPosition(position)

    @property
    def is_searching(self) -> bool:
        """Do letters stand in the line that are no answer before something is taken?"""
        return False

    @property
    def is_composing(self) -> bool:
        """Is an input method putting a letter together right now?"""
        return self.line is not None and self.line.is_composing


class EntryLine(QLineEdit):
    """A line that knows Enter, focus, and whether an input method is composing.

    Signals:
        entered: the focus came.
        left: the focus went.
        move_asked, pressed: as in ``Editor``.
    """

    entered = Signal()
    left = Signal()
    move_asked = Signal(int)
    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_composing = False

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether letters are still being put together."""
        self.is_composing = bool(event.preeditString())
        self.pressed.emit()
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter moves on; it is never part of an answer."""
        self.pressed.emit()
        move = asks_to_move(event)
        if move and not self.is_composing:
            event.accept()
            self.move_asked.emit(move)
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that the focus came."""
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the focus went; a context menu does not count as leaving."""
        super().focusOutEvent(event)
        self.is_composing = False
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class TextEditor(Editor):
    """Names, places, numbers on papers: one line of text."""

    def __init__(self, *, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._digits_only = "numbers" in question.appearance
        self._line = EntryLine(self)
        self._line.setObjectName(f"question:{question.path}")
        self._line.setAccessibleName(question.label_vi)
        self._line.setAccessibleDescription(question.hint_vi)
        if self._digits_only:
            self._line.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
            self._line.setMaximumWidth(_NUMBER_WIDTH)
        self._line.textEdited.connect(self._tell_edited)
        self._line.cursorPositionChanged.connect(self._tell_typed)
        self._line.entered.connect(self.entered)
        self._line.left.connect(self.left)
        self._line.move_asked.connect(self.move_asked)
        self._line.pressed.connect(self.pressed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line, 1)
        layout.addStretch(0)  # a narrow line stays at the left
        self.setFocusProxy(self._line)

    def value(self) -> Answer:
        """The cleaned text."""
        text = clean(self._line.text())
        if self._digits_only:
            text = text.replace(" ", "")
        return text or None

    def show_value(self, value: Answer) -> None:
        """Nothing moves under the cursor when the text is the same."""
        text = "" if value is None else str(value)
        if self._line.text() != text:
            self._line.setText(text)
            self._line.setCursorPosition(0)

    def set_readonly(self, readonly: bool) -> None:
        """Readable and copyable, not changeable."""
        self._line.setReadOnly(readonly)
        policy = Qt.FocusPolicy.ClickFocus if readonly else Qt.FocusPolicy.StrongFocus
        self._line.setFocusPolicy(policy)

    def show_severity(self, severity: str) -> None:
        """Colour of the frame."""
        if self._line.property("severity") != severity:
            self._line.setProperty("severity", severity)
            self._line.style().unpolish(self._line)
            self._line.style().polish(self._line)

    @property
    def line(self) -> EntryLine:
        """The line."""
        return self._line

    def _tell_edited(self, _text: str) -> None:
        self.edited.emit()

    def _tell_typed(self, _old: int, _new: int) -> None:
        self.typed.emit()


class NumberEditor(TextEditor):
    """Whole and decimal numbers, with a comma as people write it."""

    def __init__(self, *, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(question=question, parent=parent)
        self._is_whole = question.type is QuestionType.INTEGER
        self._line.setMaximumWidth(_NUMBER_WIDTH)
        self._line.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)

    def value(self) -> Answer:
        """A number, or the text when it is none."""
        text = clean(self._line.text()).replace(" ", "")
        if not text:
            return None
        try:
            return int(text) if self._is_whole else float(text.replace(",", "."))
        except ValueError:
            return text


class DateEditor(TextEditor):
    """Dates as the paper tells them: a year, a month of a year, or a day."""

    def __init__(self, *, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(question=question, parent=parent)
        self._line.setMaximumWidth(_DATE_WIDTH)
        self._line.setPlaceholderText(self.tr("ngày/tháng/năm"))
        self._line.left.connect(self._spell)

    def value(self) -> Answer:
        """The stored spelling, or the text when it is no date."""
        text = clean(self._line.text())
        parsed = dates.parse_typed(text)
        return (parsed.stored if parsed else text) or None

    def show_value(self, value: Answer) -> None:
        """In the displayed spelling; what is being typed is left alone."""
        if self.value() != value:
            super().show_value(None if value is None else dates.display(str(value)))

    def _spell(self) -> None:
        """On leaving, ``12031950`` becomes ``12/03/1950``."""
        parsed = dates.parse_typed(clean(self._line.text()))
        if parsed is not None:
            self._line.setText(parsed.displayed)
