"""Choosing answers: options as rows with their digit, one or several of them.

Digits choose at once; letters without marks fade the options that do not have them, and Enter then
takes the first that has.

Digits choose only while one of these editors has the focus, so they never disturb a Vietnamese
keyboard (VNI writes tones with digits) in a text line.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.ui import theme
from desktop.ui.forms.editors import Editor, asks_to_move
from desktop.ui.forms.option import Option
from forms.definition import Answer, Choice, Question, QuestionType
from forms.runtime.answers import TICK
from forms.vietnamese import search_key

#: More options than this are found by typing instead of being listed.
LONGEST_LIST = 12
_COLUMN_WIDTH = 276


class _OptionsEditor(Editor):
    """Options as rows; one widget for the keyboard."""

    is_immediate = True
    _several = False

    def __init__(self, *, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = question.path
        self._choices: tuple[Choice, ...] = ()
        self._options: dict[str, Option] = {}
        self._typed = ""
        self._letters = ""
        self._readonly = False
        self.setObjectName(f"question:{question.path}")
        self.setAccessibleName(question.label_vi)
        self.setAccessibleDescription(question.hint_vi)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(3, 3, 3, 3)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(4)
        if question.type is QuestionType.ACKNOWLEDGE:
            self.show_choices((Choice(TICK, self.tr("Đã đọc và đồng ý")),))

    def rename(self, path: str) -> None:
        """The options have the path in their names too."""
        self._path = path
        self.setObjectName(f"question:{path}")
        for code, option in self._options.items():
            option.setObjectName(f"choice:{path}:{code}")

    def show_choices(self, choices: tuple[Choice, ...]) -> bool:
        """Lay the options out again, only when they are others."""
        if choices == self._choices:
            return False
        for option in self._options.values():
            option.hide()
            option.deleteLater()
        self._choices = choices
        self._letters = ""
        keys = _keys_of(choices)
        self._options = {
            choice.code: self._option(choice, key)
            for choice, key in zip(choices, keys, strict=True)
        }
        self._arrange()
        return True

    def set_readonly(self, readonly: bool) -> None:
        """Shown, but neither key nor click changes it."""
        self._readonly = readonly
        for option in self._options.values():
            option.setEnabled(not readonly)
        policy = Qt.FocusPolicy.NoFocus if readonly else Qt.FocusPolicy.StrongFocus
        self.setFocusPolicy(policy)

    def _option(self, choice: Choice, key: str) -> Option:
        option = Option(key=key, label=choice.label_vi, several=self._several, parent=self)
        option.setObjectName(f"choice:{self._path}:{choice.code}")
        option.setProperty("code", choice.code)
        option.clicked.connect(self._clicked)
        return option

    def _arrange(self) -> None:
        """As many columns as the labels allow, at most two; read downwards."""
        options = list(self._options.values())
        widest = max((option.whole_width for option in options), default=0)
        columns = 2 if widest <= _COLUMN_WIDTH and len(options) > 1 else 1
        rows = -(-len(options) // columns)
        for number, option in enumerate(options):
            self._grid.addWidget(option, number % rows, number // rows)
            option.show()  # now, not when the event loop comes round: the form is measured first
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _clicked(self) -> None:
        option = self.sender()
        if option is not None and not self._readonly:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._choose(str(option.property("code")))

    def _choose(self, code: str) -> None:
        raise NotImplementedError

    def _clear(self) -> None:
        raise NotImplementedError

    def _digit(self, digit: str) -> None:
        """A second digit completes a code of two when there is such a code."""
        keys = dict(zip(_keys_of(self._choices), self._choices, strict=True))
        for typed in (self._typed + digit, digit):
            if typed in keys:
                if self._typed and typed != digit:
                    self._take_back(keys[self._typed].code)
                self._typed = typed
                self._choose(keys[typed].code)
                return
        self._typed = ""

    def _take_back(self, code: str) -> None:
        """The first digit had chosen another option."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose, arrows walk, Delete empties, Enter goes on."""
        self.pressed.emit()
        move = asks_to_move(event)
        if move and self._letters:
            self._take_found()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if move:
            self.move_asked.emit(move)
        elif not self._readonly and plain and event.text().isdigit():
            self._digit(event.text())
            return
        elif not self._readonly and event.key() == Qt.Key.Key_Backspace and self._letters:
            self._look_for(self._letters[:-1])
        elif not self._readonly and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._clear()
        elif not self._readonly and self._is_letter(event):
            self._look_for(self._letters + event.text())
        elif not self._walk(event):
            super().keyPressEvent(event)
        self._typed = ""

    def _walk(self, event: QKeyEvent) -> bool:  # noqa: ARG002 - for the editor of one choice
        return False

    def _is_letter(self, event: QKeyEvent) -> bool:
        held = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        return not held and (
            event.text().isalpha() or (bool(self._letters) and event.text() == " ")
        )

    def _look_for(self, letters: str) -> None:
        """Fade the options without these letters; letters that find nothing are not taken."""
        found = self._found(letters)
        if letters and not found:
            return
        self._letters = letters
        for code, option in self._options.items():
            option.show_faded(bool(letters) and code not in found)

    def _found(self, letters: str) -> list[str]:
        """The codes of the options with these letters, those that begin so first."""
        key = search_key(letters)
        keys = {choice.code: search_key(choice.label_vi) for choice in self._choices}
        first = [code for code, label in keys.items() if label.startswith(key)]
        return first + [code for code, label in keys.items() if key in label and code not in first]

    def _take_found(self) -> None:
        """Enter takes the first of those that are left."""
        found = self._found(self._letters)
        self._look_for("")
        if found:
            self._choose(found[0])

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the ring."""
        super().focusInEvent(event)
        self._typed = ""
        self.update()
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self._look_for("")
        self.update()
        self.left.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click between the options takes the focus."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A ring when the keyboard is here."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.color("accent")), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)


class OneChoiceEditor(_OptionsEditor):
    """One of a short list."""

    def value(self) -> Answer:
        """The code of the chosen option."""
        return next((code for code, option in self._options.items() if option.isChecked()), None)

    def show_value(self, value: Answer) -> None:
        """Mark the option; a code that is no option (any more) marks none."""
        for code, option in self._options.items():
            option.setChecked(code == value)

    def _choose(self, code: str) -> None:
        self.show_value(code)
        self.edited.emit()

    def _clear(self) -> None:
        self.show_value(None)
        self.edited.emit()

    def _walk(self, event: QKeyEvent) -> bool:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Left: -1,
        }
        step = steps.get(Qt.Key(event.key()), 0)
        if not step or self._readonly or not self._choices:
            return False
        codes = [choice.code for choice in self._choices]
        value = self.value()
        here = codes.index(str(value)) if value in codes else (-1 if step > 0 else len(codes))
        self._choose(codes[min(max(here + step, 0), len(codes) - 1)])
        return True


class SeveralChoicesEditor(_OptionsEditor):
    """Any number of a short list; each digit marks or unmarks."""

    _several = True

    def value(self) -> Answer:
        """Codes with spaces between, in the order of the list."""
        chosen = [code for code, option in self._options.items() if option.isChecked()]
        return " ".join(chosen) or None

    def show_value(self, value: Answer) -> None:
        """Mark the options."""
        chosen = str(value or "").split()
        for code, option in self._options.items():
            option.setChecked(code in chosen)

    def _choose(self, code: str) -> None:
        option = self._options[code]
        if self.sender() is not option:  # a click has toggled it already
            option.setChecked(not option.isChecked())
        self.edited.emit()

    def _take_back(self, code: str) -> None:
        self._options[code].setChecked(not self._options[code].isChecked())

    def _clear(self) -> None:
        self.show_value(None)
        self.edited.emit()


def _keys_of(choices: Sequence[Choice]) -> list[str]:
    """The codes of the paper when they can be typed, else the places in the list."""
    codes = [choice.code for choice in choices]
    if all(code.isdigit() and len(code) <= 2 for code in codes):
        return codes
    return [str(number) for number in range(1, len(codes) + 1)]
