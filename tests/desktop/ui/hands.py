"""Hands and eyes of a test: real keys and clicks on real widgets, found by name."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Desktop
from desktop.jobs.runner import JobRunner
from desktop.sitting import Sitting
from desktop.ui.auto_sync import AutoSync
from desktop.ui.forms.form_view import FormView
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Page
from desktop.ui.pages.form_page import FormPage

_Widget = TypeVar("_Widget", bound=QWidget)
#: The longest job makes a commune of two hundred households.
_PATIENCE_S = 120
_NONE = Qt.KeyboardModifier.NoModifier


def work_off(jobs: JobRunner) -> None:
    """Until everything that was asked is delivered, however busy the machine is."""
    assert jobs.wait_idle(seconds=_PATIENCE_S)


class Hands:
    """Works at one desktop."""

    def __init__(self, *, desktop: Desktop, qtbot: QtBot) -> None:
        self.desktop = desktop
        self.qtbot = qtbot

    @property
    def window(self) -> MainWindow:
        """The frame."""
        return self.desktop.window

    @property
    def sitting(self) -> Sitting:
        """The work with the open register."""
        assert self.desktop.sitting is not None
        return self.desktop.sitting

    @property
    def auto_sync(self) -> AutoSync:
        """What syncs the open register."""
        assert self.sitting.auto_sync is not None
        return self.sitting.auto_sync

    # -- seeing --

    def find(self, kind: type[_Widget], name: str) -> _Widget:
        """The visible widget of that name."""
        found = [w for w in self.window.findChildren(kind, name) if w.isVisible()]
        assert found, f"{name} is not on the screen"
        return found[0]

    def sees(self, name: str) -> bool:
        """Is it on the screen?"""
        QApplication.processEvents()
        return any(w.isVisible() for w in self.window.findChildren(QWidget, name))

    def text(self, name: str) -> str:
        """What a label, line or button says."""
        widget = self.find(QWidget, name)
        assert isinstance(widget, QLabel | QLineEdit | QAbstractButton)
        return widget.text()

    def message(self) -> str:
        """What the page's message bar says, "" when nothing."""
        page = self.window.current_page
        return page.message_bar.text if page is not None else ""

    @property
    def focused(self) -> QWidget:
        """The widget with the keyboard."""
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the keyboard"
        return widget

    @property
    def question(self) -> str:
        """The path of the question with the keyboard."""
        return self.focused.objectName().removeprefix("question:")

    def page(self, name: str) -> Page:
        """A page of the role."""
        return self.window.page(name)

    @property
    def form(self) -> FormPage:
        """The form page."""
        page = self.window.page("form")
        assert isinstance(page, FormPage)
        return page

    @property
    def form_view(self) -> FormView:
        """The form that stands on the page."""
        view = self.form.form_view
        assert view is not None
        return view

    def settle(self) -> None:
        """Let everything that was asked be done and drawn."""
        self._work_off()
        if self.window.has_page("form") and self.form.form_view is not None:
            self.qtbot.waitUntil(lambda: self.form_view.is_drawn)
            self._work_off()  # a pause of typing may have ended while it was drawn

    def _work_off(self) -> None:
        for _ in range(3):
            work_off(self.desktop.jobs)
            QApplication.processEvents()
            # What a running event loop does by itself: pages that were closed are gone.
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    # -- doing --

    def sit_down(self) -> None:
        """Bring this window to the front."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        """One key where the keyboard is."""
        QTest.keyClick(self.focused, key, modifiers)

    def enter(self) -> None:
        """Enter."""
        self.press(Qt.Key.Key_Return)

    def type(self, text: str) -> None:
        """Letters; those with marks arrive whole, as from an input method."""
        for letter in text:
            if letter.isascii():
                QTest.keyClicks(self.focused, letter)
            else:
                widget = self.focused
                assert isinstance(widget, QLineEdit)
                widget.insert(letter)
                widget.textEdited.emit(widget.text())

    def go_down_to(self, name: str) -> None:
        """Press the arrow down until the widget of that name has the keyboard."""
        while self.focused.objectName() != name:
            before = self.focused
            self.press(Qt.Key.Key_Down)
            assert self.focused is not before, f"{name} cannot be reached"

    def fill(self, name: str, text: str) -> None:
        """Type into a line, in place of what it holds."""
        line = self.find(QLineEdit, name)
        line.setFocus()
        line.selectAll()
        self.type(text)

    def click(self, name: str) -> None:
        """Press a button or an option with the mouse."""
        QTest.mouseClick(self.find(QAbstractButton, name), Qt.MouseButton.LeftButton)
