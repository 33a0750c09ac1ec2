"""One option of a long list (ethnic groups, trades): found by typing.

The options found stand in the form under the line, not in a window of their own: a pop-up takes the
keyboard away from input methods.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.ui.forms.editors import Editor, EntryLine
from forms.definition import Answer, Choice, Question
from forms.vietnamese import search_key

_WIDTH = 360
_MOST_SHOWN = 6
_ROW_HEIGHT = 30
_CODE_ROLE = Qt.ItemDataRole.UserRole + 1


class SearchChoiceEditor(Editor):
    """Type a few letters without marks, or the code; arrows walk, Enter takes."""

    is_immediate = True

    def __init__(self, *, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[Choice, ...] = ()
        self._labels: dict[str, str] = {}
        self._keys: dict[str, tuple[str, str]] = {}
        self._code: str | None = None
        self._line = EntryLine(self)
        self._line.setObjectName(f"question:{question.path}")
        self._line.setAccessibleName(question.label_vi)
        self._line.setAccessibleDescription(question.hint_vi)
        self._line.setPlaceholderText(self.tr("Gõ vài chữ để tìm"))
        self._line.setMaximumWidth(_WIDTH)
        self._line.textEdited.connect(self._look)
        self._line.cursorPositionChanged.connect(self._tell_typed)
        self._line.entered.connect(self.entered)
        self._line.left.connect(self._settle)
        self._line.move_asked.connect(self._move)
        self._line.pressed.connect(self.pressed)
        self._line.installEventFilter(self)
        self._found = QListWidget(self)
        self._found.setObjectName(f"found:{question.path}")
        self._found.setProperty("kind", "found")
        self._found.setFrameShape(QFrame.Shape.NoFrame)
        self._found.setMaximumWidth(_WIDTH)
        self._found.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._found.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._found.itemClicked.connect(self._take_item)
        self._found.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._line)
        layout.addWidget(self._found)
        self.setFocusProxy(self._line)

    def rename(self, path: str) -> None:
        """The line and the list below it have the path in their names."""
        super().rename(path)
        self._found.setObjectName(f"found:{path}")

    def value(self) -> Answer:
        """The code of the chosen option."""
        return self._code

    def show_value(self, value: Answer) -> None:
        """The option's label; a code that is no option is shown as it is."""
        self._code = None if value is None else str(value)
        self._line.setText(self._label_of(self._code))
        self._found.hide()

    def show_choices(self, choices: tuple[Choice, ...]) -> bool:
        """Other names of an option are found too."""
        if choices != self._choices:
            self._choices = choices
            self._labels = {choice.code: choice.label_vi for choice in choices}
            self._keys = {
                c.code: (_key(c.label_vi), _key(" ".join(c.attributes.values()))) for c in choices
            }
        return False

    def set_readonly(self, readonly: bool) -> None:
        """Readable, not changeable."""
        self._line.setReadOnly(readonly)
        policy = Qt.FocusPolicy.ClickFocus if readonly else Qt.FocusPolicy.StrongFocus
        self._line.setFocusPolicy(policy)

    @property
    def line(self) -> EntryLine:
        """The line."""
        return self._line

    @property
    def is_searching(self) -> bool:
        """Are these letters other than the chosen option's?"""
        return self._line.text() != self._label_of(self._code)

    def show_typed(self, text: str, position: int) -> None:
        """With what is found by the letters; they are no answer before one is taken."""
        super().show_typed(text, position)
        if self.is_searching:
            self._show_found(text)

    def _label_of(self, code: str | None) -> str:
        return "" if code is None else self._labels.get(code, code)

    # -- looking --

    def _look(self, text: str) -> None:
        self._show_found(text)
        if not text and self._code is not None:
            self._code = None
            self.edited.emit()
        self.typed.emit()

    def _tell_typed(self, _old: int, _new: int) -> None:
        self.typed.emit()

    def _show_found(self, text: str) -> None:
        self._found.clear()
        found = self._matches(text)[:_MOST_SHOWN] if text else []
        for choice in found:
            item = QListWidgetItem(choice.label_vi)
            item.setData(_CODE_ROLE, choice.code)
            self._found.addItem(item)
        self._found.setFixedHeight(_ROW_HEIGHT * len(found) + 4)
        self._found.setVisible(bool(found))
        self._found.setCurrentRow(0)

    def _matches(self, text: str) -> list[Choice]:
        """The exact one first, then names that begin so, then names and other names with it."""
        key = _key(text)

        def rank(choice: Choice) -> int | None:
            name, others = self._keys[choice.code]
            if key == name or text.strip() in (choice.code, choice.code.lstrip("0")):
                return 0
            if name.startswith(key):
                return 1
            return 2 if key in name else 3 if key in others else None

        ranked = [(rank(choice), n, choice) for n, choice in enumerate(self._choices)]
        found = sorted((r, n) for r, n, _ in ranked if r is not None)
        return [self._choices[n] for _, n in found]

    # -- taking --

    def _take_item(self, item: QListWidgetItem) -> None:
        self._take(str(item.data(_CODE_ROLE)))
        self._line.setFocus()

    def _take(self, code: str) -> None:
        changed = code != self._code
        self._code = code
        self._line.setText(self._label_of(code))
        self._found.hide()
        if changed:
            self.edited.emit()

    def _move(self, step: int) -> None:
        self._settle_text()
        self.move_asked.emit(step)

    def _settle(self) -> None:
        self._settle_text()
        self.left.emit()

    def _settle_text(self) -> None:
        """What was typed counts as the marked option; what finds nothing is taken back."""
        text = self._line.text()
        if text == self._label_of(self._code):
            self._found.hide()
            return
        item = self._found.currentItem() if not self._found.isHidden() else None
        if item is not None:
            self._take(str(item.data(_CODE_ROLE)))
        else:
            self.show_value(self._code)

    # -- Qt --

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows in the line walk through what was found."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step and not self._found.isHidden():
                there = self._found.currentRow() + step
                self._found.setCurrentRow(min(max(there, 0), self._found.count() - 1))
                return True
        return super().eventFilter(watched, event)


def _key(text: str) -> str:
    """Letters and digits only: *Ba-na*, *H'Mông* and *Ê-đê* are typed in many ways."""
    return "".join(filter(str.isalnum, search_key(text)))
