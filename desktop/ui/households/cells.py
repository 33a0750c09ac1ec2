"""The cells of the grid of members: what may be typed into one, and how it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QValidator
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.domain.households import Member
from desktop.domain.people import PersonId
from desktop.ui.households.code_box import CodeBox
from desktop.ui.households.members_model import CODE_ROLE, FIELDS, MembersModel
from forms import dates

#: Property of a box in which the user has chosen.
_TOUCHED = "touched"
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_Index = QModelIndex | QPersistentModelIndex


class _DateValidator(QValidator):
    """A date, part of one, or nothing: what is none stays in the editor."""

    def validate(self, text: str, position: int) -> object:
        """Anything may be on its way to a date."""
        is_whole = not text.strip() or dates.parse_typed(text) is not None
        state = QValidator.State.Acceptable if is_whole else QValidator.State.Intermediate
        return state, text, position


class _NameValidator(QValidator):
    """Nobody loses the name."""

    def validate(self, text: str, position: int) -> object:
        """Not empty."""
        state = QValidator.State.Acceptable if text.strip() else QValidator.State.Intermediate
        return state, text, position


class CellDelegate(QStyledItemDelegate):
    """Enter keeps what was typed and goes on to the next cell.

    What is typed goes with the member as it was shown when the typing began: what another device
    wrote meanwhile is not overwritten unseen.

    Signals:
        typed: letters came or went.
    """

    typed = Signal()

    def __init__(self, *, model: MembersModel, parent: QObject) -> None:
        super().__init__(parent)
        self._members = model
        self._seen: Member | None = None
        self._editor: QWidget | None = None
        self._column = 0

    def typing(self) -> tuple[PersonId, str, str] | None:
        """Whose field is being typed in, and the letters so far."""
        editor, seen = self._editor, self._seen
        if editor is None or seen is None or not self._is_touched(editor):
            return None
        return seen.person_id, FIELDS[self._column], self._text(editor)

    def put(self, text: str) -> None:
        """These letters stand in the editor, as if they had been typed."""
        if isinstance(self._editor, CodeBox):
            self._editor.choose(text)
            self._editor.setProperty(_TOUCHED, True)
        elif isinstance(self._editor, QLineEdit):
            self._editor.setText(text)
            self._editor.setModified(True)

    def destroyEditor(self, editor: QWidget, index: _Index) -> None:
        """Nobody types there any more."""
        if self._editor is editor:
            self._editor = None
        super().destroyEditor(editor, index)

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        """What is read anew does not touch an editor in which somebody has typed."""
        if not self._is_touched(editor):
            self._seen = self._members.member(index.row())
            self._editor, self._column = editor, index.column()
            self._put(editor, index)

    def setModelData(self, editor: QWidget, model: object, index: _Index) -> None:
        """What stands in the editor."""
        if isinstance(model, MembersModel) and self._seen is not None:
            model.write(index, self._text(editor), seen=self._seen)

    def _is_touched(self, editor: QWidget) -> bool:
        return isinstance(editor, QLineEdit) and editor.isModified()

    def _put(self, editor: QWidget, index: _Index) -> None:
        super().setEditorData(editor, index)

    def _text(self, editor: QWidget) -> str:
        return editor.text() if isinstance(editor, QLineEdit) else ""

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter, unless what stands there is no value."""
        is_enter = (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in _ENTER
        )
        if is_enter and isinstance(editor, QWidget):
            if not isinstance(editor, QLineEdit) or editor.hasAcceptableInput():
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.EditNextItem)
            return True
        return super().eventFilter(editor, event)


class TextDelegate(CellDelegate):
    """Names, dates and numbers."""

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,  # noqa: ARG002 - Qt's own
        index: _Index,
    ) -> QWidget:
        """A line; a date or a name must be one."""
        line = QLineEdit(parent)
        line.setObjectName(f"cell:{FIELDS[index.column()]}")
        line.setProperty("kind", "cell")
        line.setAccessibleName(
            str(index.model().headerData(index.column(), Qt.Orientation.Horizontal))
        )
        line.textEdited.connect(lambda _text: self.typed.emit())
        if index.column() == FIELDS.index("birth_date"):
            line.setValidator(_DateValidator(line))
        elif index.column() == FIELDS.index("full_name"):
            line.setValidator(_NameValidator(line))
        return line


class ChoiceDelegate(CellDelegate):
    """Sex and relation: a digit or the first letter chooses."""

    def __init__(self, *, model: MembersModel, parent: QObject) -> None:
        super().__init__(model=model, parent=parent)
        self.options: dict[int, Sequence[tuple[str, str]]] = {}

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,  # noqa: ARG002 - Qt's own
        index: _Index,
    ) -> QWidget:
        """A list that drops down."""
        box = CodeBox(name=f"cell:{FIELDS[index.column()]}", parent=parent)
        box.offer(self.options.get(index.column(), ()))
        box.activated.connect(lambda _row: self._note_choice(box))
        return box

    def _note_choice(self, box: CodeBox) -> None:
        box.setProperty(_TOUCHED, True)
        self.typed.emit()

    def _is_touched(self, editor: QWidget) -> bool:
        return bool(editor.property(_TOUCHED))

    def _put(self, editor: QWidget, index: _Index) -> None:
        if isinstance(editor, CodeBox):
            editor.choose(index.data(CODE_ROLE))

    def _text(self, editor: QWidget) -> str:
        return editor.code if isinstance(editor, CodeBox) else ""
