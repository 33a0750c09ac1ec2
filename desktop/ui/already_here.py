"""Above the form of somebody new: who is in the register already, before anybody is made twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from desktop.domain.households import Candidate, NewPerson
from desktop.jobs.runner import JobRunner
from desktop.ui import icons
from desktop.ui.forms.form_view import FormView
from desktop.ui.households.words import LifeWords
from desktop.ui.pages.form_page import FormPage
from desktop.ui.shortcuts import bind
from desktop.ui.widgets.wrapped_label import WrappedLabel

_ROLES = {
    "person.full_name": "full_name",
    "person.birth_date": "birth_date",
    "person.sex": "sex",
    "person.id_number": "id_number",
}


class AlreadyHere(QFrame):
    """One line on the form page, hidden until somebody is found.

    Taking the person opens that person's form; what was typed stays a draft, so that nothing is
    lost and nobody is made.

    Signals:
        person_asked: the id of who was found.
    """

    person_asked = Signal(object)

    def __init__(
        self,
        *,
        form: FormPage,
        jobs: JobRunner,
        candidates: Callable[[NewPerson], Sequence[Candidate]],
    ) -> None:
        super().__init__(form)
        self.setObjectName("already_here")
        self.setProperty("kind", "card")
        self._form = form
        self._jobs = jobs
        self._candidates = candidates
        self._words = LifeWords(self)
        self._views: list[FormView] = []
        self._asked = NewPerson()
        self._found: Candidate | None = None
        self._label = WrappedLabel()
        self._label.setObjectName("already_here:who")
        self._open = QPushButton(self.tr("Mở người này (F5)"))
        self._open.setObjectName("button:open_already_here")
        icons.dress(self._open, "person", tint="accent")
        self._open.clicked.connect(self._take)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.setSpacing(10)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._open)
        form.body.insertWidget(0, self)
        form.form_shown.connect(self._begin)
        bind(form, "F5", self._take)
        self.hide()

    def _begin(self) -> None:
        """Another form is shown."""
        self._forget()
        view = self._form.form_view
        if view is not None and view not in self._views:
            self._views.append(view)
            view.answer_taken.connect(self._follow)

    def _forget(self) -> None:
        self._found = None
        self._asked = NewPerson()
        self.hide()

    def _follow(self, path: str, _value: object) -> None:
        view = self._form.form_view
        if view is None or not self._form.is_new:
            return
        role = next((q.role for q in view.definition.questions() if q.path == path), None)
        if role in _ROLES:
            self._look(view)

    def _look(self, view: FormView) -> None:
        values = {
            name: str(view.value(path) or "")
            for role, name in _ROLES.items()
            if (path := view.definition.path_of_role(role)) is not None
        }
        typed = NewPerson(**values)
        self._asked = typed
        own = self._form.own_id  # a save may be faster than the answer
        self._jobs.run(
            self,
            lambda: [one for one in self._candidates(typed) if one.person_id != own],
            on_success=lambda found: self._show(typed, found),
            on_error=lambda _problem: None,  # the form itself tells of a register that fails
        )

    def _show(self, typed: NewPerson, found: Sequence[Candidate]) -> None:
        if typed != self._asked:
            return  # typed on meanwhile
        self._found = found[0] if found else None
        if self._found is not None:
            one = self._found
            text = self.tr("Đã có trong sổ ({likely}): {who}.").format(
                likely=self._words.likely(one.likely).lower(), who=self._words.candidate(one)
            )
            self._label.setText(f"{text} {one.why}".strip())
        self.setVisible(self._found is not None)

    def _take(self) -> None:
        if self._found is not None and self.isVisible():
            person_id = self._found.person_id
            self._form.put_aside()
            self._forget()
            self.person_asked.emit(person_id)
