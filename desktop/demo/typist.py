"""Hands at one desktop: looks for widgets by name, presses keys, waits for what should come.

Everything goes through real events to real widgets; nothing here calls a service.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from desktop.app import Desktop

W = TypeVar("W", bound=QWidget)

_PATIENCE_SECONDS = 30.0
_PREFIX = "question:"


class DidNotHappenError(AssertionError):
    """What should have come on the screen did not come in time."""


class Typist:
    """Types at one desktop.

    Attributes:
        keys: how many keys were pressed so far.
    """

    def __init__(self, *, desktop: Desktop, pictures: Path | None, name: str) -> None:
        self.desktop = desktop
        self.keys = 0
        self._pictures = pictures
        self._name = name

    # -- seeing --

    def find(self, kind: type[W], name: str) -> W:
        """The visible widget of that name; waits for it."""
        found: list[W] = []

        def look() -> bool:
            found[:] = [w for w in self.desktop.window.findChildren(kind, name) if w.isVisible()]
            return bool(found)

        self.wait_for(look, what=name)
        return found[0]

    def sees(self, name: str) -> bool:
        """Is a widget of that name visible now?"""
        return any(w.isVisible() for w in self.desktop.window.findChildren(QWidget, name))

    def wait_for(self, condition: Callable[[], bool], *, what: str) -> None:
        """Let the program run until the condition holds. Raises ``DidNotHappenError``."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > until:
                raise DidNotHappenError(f"{self._name}: {what}")
            QTest.qWait(5)

    def settle(self) -> None:
        """Let everything that was asked for be done and shown."""
        self.desktop.jobs.wait_idle()
        QApplication.processEvents()
        self.desktop.jobs.wait_idle()
        QApplication.processEvents()

    def picture(self, title: str) -> None:
        """Keep what the window shows, as ``NN-title.png``."""
        if self._pictures is None:
            return
        self.settle()
        self._pictures.mkdir(parents=True, exist_ok=True)
        number = len(list(self._pictures.glob("*.png"))) + 1
        path = self._pictures / f"{number:02d}-{title}.png"
        if not self.desktop.window.grab().save(str(path)):
            raise OSError(f"cannot write {path.name}")

    # -- doing --

    def sit_down(self) -> None:
        """Bring this desktop's window to the front, so that keys reach it."""
        window = self.desktop.window
        window.show()
        if QApplication.platformName() != "offscreen":  # which has no stack of windows
            window.raise_()
        window.activateWindow()
        self.wait_for(window.isActiveWindow, what="the window is active")

    def press(
        self,
        key: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        *,
        at: QWidget | None = None,
    ) -> None:
        """One key at the focused widget, or at the given one."""
        self.keys += 1
        QTest.keyClick(at or self._focused(), key, modifiers)

    def type(self, text: str, *, at: QWidget | None = None) -> None:
        """Letters, Vietnamese ones composed as an input method leaves them."""
        widget = at or self._focused()
        for letter in text:
            self.keys += 1
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                key = Qt.Key(ord(letter.upper())) if letter.isascii() else Qt.Key.Key_unknown
                event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter)
                QApplication.sendEvent(widget, event)

    def fill(self, name: str, text: str) -> None:
        """Type into the named line, in place of what it holds."""
        line = self.find(QLineEdit, name)
        line.setFocus()
        line.selectAll()
        self.type(text, at=line)

    def click(self, name: str) -> None:
        """Press the named button, once it can be pressed."""
        button = self.find(QAbstractButton, name)
        self.wait_for(button.isEnabled, what=f"{name} can be pressed")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    # -- forms --

    def question(self) -> str:
        """The path of the question that has the keyboard, or ""."""
        focused = QApplication.focusWidget()
        name = focused.objectName() if focused is not None else ""
        return name.removeprefix(_PREFIX) if name.startswith(_PREFIX) else ""

    def fill_form(self, answers: Mapping[str, str]) -> None:
        """Walk through the questions with Enter, typing the answers on the way."""
        self.wait_for(lambda: bool(self.question()), what="a question has the keyboard")
        open_answers = dict(answers)
        while open_answers:
            path = self.question()
            if path in open_answers:
                self.answer(open_answers.pop(path))
            self.press(Qt.Key.Key_Return)
            QApplication.processEvents()
            if self.question() == path:
                break
        if open_answers:
            raise DidNotHappenError(f"{self._name}: not asked: {', '.join(open_answers)}")

    def answer(self, text: str) -> None:
        """Answer the question that has the keyboard: letters in a line, digits at options."""
        focused = self._focused()
        if isinstance(focused, QLineEdit):
            focused.selectAll()
        self.type(text)

    def _focused(self) -> QWidget:
        focused = QApplication.focusWidget()
        if focused is None:
            raise DidNotHappenError(f"{self._name}: nothing has the keyboard")
        return focused
