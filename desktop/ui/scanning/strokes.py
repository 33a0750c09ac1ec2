"""Events of a keyboard that are kept back for a moment, and given back as they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from desktop.ui.forms.editors import Editor
from forms.definition import Answer

ENDS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


def sign_in(event: QKeyEvent) -> str:
    """What the key types; "" for commands and keys that type nothing.

    The right Alt key arrives as Ctrl+Alt and types signs all the same.
    """
    held = event.modifiers() & _COMMANDS
    is_altgr = held == (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    if held and not is_altgr:
        return ""
    return event.text() if event.text().isprintable() else ""


def ends_line(event: QKeyEvent) -> bool:
    """Enter or Tab: what scanners press behind a code; some press a line feed, Ctrl+J."""
    if event.key() in ENDS:
        return not event.modifiers() & _COMMANDS
    return event.text() == "\n"


def is_silent(event: QKeyEvent) -> bool:
    """A key that is part of typing a sign: Shift, or Alt with digits of the number pad."""
    is_modifier = event.key() in (
        Qt.Key.Key_Shift,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Control,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
    )
    from_pad = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.KeypadModifier
    return is_modifier or event.modifiers() & from_pad == from_pad


@dataclass(frozen=True, slots=True)
class LineBefore:
    """A line as it stood before a sign was typed into it.

    ``text`` holds what an input method was still putting together.
    """

    line: QLineEdit
    text: str
    cursor: int
    start: int
    length: int

    @classmethod
    def of(cls, line: QLineEdit, preedit: str) -> LineBefore:
        """As it stands."""
        text, cursor = line.text(), line.cursorPosition()
        return cls(
            line,
            text[:cursor] + preedit + text[cursor:],
            cursor + len(preedit),
            line.selectionStart(),
            len(line.selectedText()),
        )

    def put_back(self) -> None:
        """As if nothing had been typed; who listens to typing is told."""
        line = self.line
        if not shiboken6.isValid(line) or line.text() == self.text:
            return
        QGuiApplication.inputMethod().reset()
        line.setText(self.text)
        line.setCursorPosition(self.cursor)
        if self.start >= 0:
            line.setSelection(self.start, self.length)
        line.textEdited.emit(self.text)


@dataclass(frozen=True, slots=True)
class AnswerBefore:
    """Options as they were chosen before a sign was pressed at them."""

    editor: Editor
    value: Answer = field(repr=False)

    @classmethod
    def of(cls, editor: Editor) -> AnswerBefore:
        """As they stand."""
        return cls(editor, editor.value())

    def put_back(self) -> None:
        """As if nothing had been pressed; who listens is told."""
        editor = self.editor
        if shiboken6.isValid(editor) and editor.value() != self.value:
            editor.show_value(self.value)
            editor.edited.emit()


def give_back(events: Sequence[QEvent], target: QObject) -> None:
    """To where they were going, in order; behind Enter or Tab the keyboard may be elsewhere."""
    for event in events:
        focus = QGuiApplication.focusObject()
        receiver = target if shiboken6.isValid(target) else focus
        if not (isinstance(event, QKeyEvent) and _runs_shortcut(event, receiver)):
            QCoreApplication.sendEvent(receiver, event)
        now = QGuiApplication.focusObject()
        if now is not focus:
            target = now


def _runs_shortcut(event: QKeyEvent, receiver: QObject) -> bool:
    """A key given back passes by the application's shortcuts: the one that it is runs."""
    if event.type() != QEvent.Type.KeyPress or not isinstance(receiver, QWidget):
        return False
    asking = QKeyEvent(QEvent.Type.ShortcutOverride, event.key(), event.modifiers(), event.text())
    asking.ignore()
    QCoreApplication.sendEvent(receiver, asking)
    if asking.isAccepted():
        return False
    keys = QKeySequence(event.keyCombination())
    for shortcut in receiver.window().findChildren(QShortcut):
        if shortcut.isEnabled() and shortcut.key() == keys and _reaches(shortcut, receiver):
            shortcut.activated.emit()
            return True
    return False


def _reaches(shortcut: QShortcut, receiver: QWidget) -> bool:
    owner = shortcut.parent()
    if not isinstance(owner, QWidget) or not owner.isVisible():
        return False
    if shortcut.context() is Qt.ShortcutContext.WidgetShortcut:
        return owner is receiver
    if shortcut.context() is Qt.ShortcutContext.WidgetWithChildrenShortcut:
        return owner is receiver or owner.isAncestorOf(receiver)
    return QApplication.activeWindow() is owner.window()
