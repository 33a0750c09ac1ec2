"""Adding, removing and bringing back the instances of a roster, with the keyboard or the mouse."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt, SignalInstance

from desktop.ui.forms.form_canvas import FormCanvas
from desktop.ui.forms.moving import Mover
from desktop.ui.forms.paper import Paper
from desktop.ui.forms.roster_box import RosterBox
from desktop.ui.shortcuts import bind


class RosterView(Protocol):
    """The form's view, as the keys need it."""

    changed: SignalInstance
    entered: SignalInstance
    instance_removed: SignalInstance

    @property
    def paper(self) -> Paper:
        """What is shown."""

    def refresh_all(self) -> None:
        """Write everything anew that is drawn."""

    def words_of(self, instance: str) -> str:
        """An instance in one line."""


class RosterKeys:
    """F6 adds, Shift+F6 removes, Ctrl+F6 brings back, F7 goes to the list."""

    def __init__(self, *, view: RosterView, canvas: FormCanvas, mover: Mover) -> None:
        self._view = view
        self._canvas = canvas
        self._mover = mover
        for keys, action in (
            ("F6", self._add),
            ("Shift+F6", self._remove),
            ("Ctrl+F6", self.bring_back),
            ("F7", self._go_to_list),
        ):
            bind(canvas, keys, action)

    def listen(self, roster: RosterBox) -> None:
        """A roster was drawn."""
        roster.instance_asked.connect(self._mover.enter_instance)
        roster.add_asked.connect(lambda: self.add(roster))
        roster.removal_asked.connect(lambda: self.remove(roster, roster.current))
        roster.return_asked.connect(self.bring_back)
        roster.end_left.connect(lambda step: self._mover.move(roster.path, step))
        roster.end_entered.connect(lambda: self._end_entered(roster))

    def add(self, roster: RosterBox) -> None:
        """One more, and to its first question."""
        self._mover.settle()
        try:
            made = self._view.paper.add(roster.path)
        except ValueError:  # counted by the form, or as many as there may be
            return
        self._view.refresh_all()
        self._mover.enter_instance(made)
        self._view.changed.emit()

    def remove(self, roster: RosterBox, instance: str) -> None:
        """Away with one; to the one after it, or to the end."""
        if not instance or self._view.paper.outline.is_counted(roster.path):
            return
        self._mover.settle()
        words = self._view.words_of(instance)
        place = roster.instances.index(instance)
        roster.list.setFocus()  # what is being typed in it is taken, so that it comes back
        self._view.paper.remove(instance)
        self._view.refresh_all()
        left = roster.instances
        if left:
            self._mover.enter_instance(left[min(place, len(left) - 1)])
        else:
            self._mover.focus(roster.path)
        self._view.changed.emit()
        self._view.instance_removed.emit(words)

    def bring_back(self) -> None:
        """The one that was removed last."""
        self._mover.settle()
        instance = self._view.paper.put_back()
        if instance is not None:
            self._view.refresh_all()
            self._mover.enter_instance(instance)
            self._view.changed.emit()

    def _add(self) -> None:
        roster = self._mover.roster_here()
        if roster is not None:
            self.add(roster)

    def _remove(self) -> None:
        roster = self._mover.roster_here()
        if roster is not None:
            self.remove(roster, roster.current)

    def _go_to_list(self) -> None:
        roster = self._mover.roster_here()
        if roster is not None and not roster.list.isHidden():
            roster.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._canvas.scroll_to(roster.list)

    def _end_entered(self, roster: RosterBox) -> None:
        self._mover.current = roster.path
        self._canvas.scroll_to(roster.end)
        self._view.entered.emit(roster.path)
