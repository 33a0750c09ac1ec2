"""One option of a long list (ethnic groups, trades): found by typing."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QWidget

from desktop.ui.forms.editors import Editor, EntryLine
from forms.definition import Answer, Choice, Question
from forms.vietnamese import search_key

_KEY_ROLE = Qt.ItemDataRole.UserRole + 1
_CODE_ROLE = Qt.ItemDataRole.UserRole + 2


class SearchChoiceEditor(Editor):
    """One of a long list: type a few letters without marks, or the code."""

    is_immediate = True

    def __init__(self, *, question: Question) -> None:
        super().__init__()
        self._choices: tuple[Choice, ...] = ()
        self._code: str | None = None
        self._line = EntryLine(self)
        self._line.setObjectName(f"question:{question.path}")
        self._line.setAccessibleName(question.label_vi)
        self._line.setAccessibleDescription(question.hint_vi)
        self._line.setPlaceholderText(self.tr("Gõ vài chữ để tìm"))
        self._line.setMaximumWidth(360)
        self._model = QStandardItemModel(self)
        self._completer = _ChoiceCompleter(self._model, self)
        self._completer.chosen.connect(self._take)
        self._line.setCompleter(self._completer)
        self._line.textEdited.connect(self._typed)
        self._line.entered.connect(self.entered)
        self._line.left.connect(self._settle)
        self._line.move_asked.connect(self._move)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line, 3)
        layout.addStretch(1)
        self.setFocusProxy(self._line)

    def value(self) -> Answer:
        """The code of the chosen option."""
        return self._code

    def show_value(self, value: Answer) -> None:
        """The option's label; a code that is no option is shown as it is."""
        self._code = None if value is None else str(value)
        self._line.setText(self._label_of(self._code))

    def show_choices(self, choices: tuple[Choice, ...]) -> None:
        """Other names of an option are found too."""
        if choices == self._choices:
            return
        self._choices = choices
        self._model.clear()
        for choice in choices:
            item = QStandardItem(choice.label_vi)
            other = " ".join(choice.attributes.values())
            item.setData(
                f"{search_key(choice.label_vi)} {choice.code} {search_key(other)}", _KEY_ROLE
            )
            item.setData(choice.code, _CODE_ROLE)
            self._model.appendRow(item)

    def set_readonly(self, readonly: bool) -> None:
        """Readable, not changeable."""
        self._line.setReadOnly(readonly)
        policy = Qt.FocusPolicy.ClickFocus if readonly else Qt.FocusPolicy.StrongFocus
        self._line.setFocusPolicy(policy)

    @property
    def is_composing(self) -> bool:
        """Is an input method at work?"""
        return self._line.is_composing

    def _label_of(self, code: str | None) -> str:
        labels = {choice.code: choice.label_vi for choice in self._choices}
        return "" if code is None else labels.get(code, code)

    def _typed(self, text: str) -> None:
        if not text and self._code is not None:
            self._code = None
            self.edited.emit()

    def _take(self, code: str) -> None:
        changed = code != self._code
        self._code = code
        self._line.setText(self._label_of(code))
        if changed:
            self.edited.emit()

    def _move(self, step: int) -> None:
        self._settle_text()
        self.move_asked.emit(step)

    def _settle(self) -> None:
        self._settle_text()
        self.left.emit()

    def _settle_text(self) -> None:
        """What was typed counts when it means exactly one option, or the first one found."""
        text = self._line.text()
        if text == self._label_of(self._code):
            return
        code = self._meant(text) if text else None
        if code is not None:
            self._take(code)
        else:
            self._line.setText(self._label_of(self._code))

    def _meant(self, text: str) -> str | None:
        key = search_key(text)
        for choice in self._choices:
            if key in (search_key(choice.label_vi), choice.code, choice.code.lstrip("0")):
                return choice.code
        starting = [c.code for c in self._choices if search_key(c.label_vi).startswith(key)]
        return starting[0] if starting else None


class _ChoiceCompleter(QCompleter):
    """Offers the options whose names contain what is typed, marks or not.

    Signals:
        chosen: the code of the option taken from the list.
    """

    chosen = Signal(str)

    def __init__(self, model: QStandardItemModel, parent: QWidget) -> None:
        super().__init__(model, parent)
        self.setCompletionRole(_KEY_ROLE)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(9)
        # By index, not by text: two options may have one label.
        self.activated[QModelIndex].connect(self._tell)  # type: ignore[index]  # stubs lack overloads

    def splitPath(self, path: str) -> list[str]:
        """Look for what was typed without its marks."""
        return [search_key(path)]

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        """The line shows the label, not the search key."""
        return str(index.data(Qt.ItemDataRole.DisplayRole) or "")

    def _tell(self, index: QModelIndex) -> None:
        self.chosen.emit(str(index.data(_CODE_ROLE)))
