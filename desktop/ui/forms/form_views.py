"""The drawn forms of the form page, one on top."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.ui.forms.form_view import FormView
from forms.definition import FormDefinition


class FormViews(QStackedWidget):
    """Each definition is drawn once.

    Signals:
        made: a ``FormView`` nobody listens to yet.

    Attributes:
        shown: the form that is filled; ``None`` until there is a record.
    """

    made = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.shown: FormView | None = None
        self._views: dict[tuple[str, str], FormView] = {}
        self._nothing = QWidget()  # what is shown until there is a record
        self.addWidget(self._nothing)

    def prepare(self, definition: FormDefinition) -> None:
        """Draw the first form beside other work."""
        if not self._views:
            self._of(definition).prepare()

    def begin(self, definition: FormDefinition) -> FormView:
        """The view of the form that is shown from now on; the one before is let go of."""
        view = self._of(definition)
        if self.shown is not None and self.shown is not view:
            self.shown.let_go()
        self.shown = view
        return view

    def bring_up(self) -> None:
        """Put it on top once it is written: Qt gives it the keyboard."""
        if self.shown is not None:
            self.setCurrentWidget(self.shown)

    def _of(self, definition: FormDefinition) -> FormView:
        key = (definition.form_id, definition.version)
        if key not in self._views:
            view = self._views[key] = FormView(definition=definition)
            self.made.emit(view)
            self.addWidget(view)
        return self._views[key]
