"""Findings that only the register knows: a number that somebody else has, a second head."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from desktop.domain.people import PersonId, PersonRow
from desktop.domain.records import SavedForm
from desktop.jobs.runner import JobRunner
from desktop.ui.forms.form_view import FormView
from desktop.ui.forms.sheet import RecordKeeper
from forms.findings import Code
from forms.rules.identity import duplicate_finding

_CODES = frozenset({Code.ID_013, Code.REG_001})
_ROLE = "person.id_number"


class RegisterFindings(QObject):
    """Looks for them while a form is typed in, and shows those that a save found."""

    def __init__(self, *, jobs: JobRunner, records: RecordKeeper, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._records = records

    def look(self, view: FormView, path: str, value: object, *, own: PersonId) -> None:
        """Does somebody else than ``own``, who may be saved before the answer, have this number?"""
        question = view.outline.question(path)
        if question is None or question.role != _ROLE or not value:
            return
        number = str(value)
        self._jobs.run(
            self,
            lambda: self._records.persons_with_number(number, other_than=own),
            on_success=lambda others: self._show_others(view, path, number, others),
        )

    def _show_others(
        self, view: FormView, path: str, number: str, others: Sequence[PersonRow]
    ) -> None:
        if str(view.value(path) or "") != number:
            return  # typed on, or another form meanwhile
        names = [row.full_name for row in others]
        found = [duplicate_finding(number, others=names, path=path)] if names else []
        view.show_extra(path, found)

    def show(self, view: FormView, saved: SavedForm) -> None:
        """Those of a save, where the page still holds what was saved."""
        for finding in (one for one in saved.findings if one.code in _CODES):
            if view.value(finding.path) == saved.stored.answers.get(finding.path):
                view.show_extra(finding.path, [finding])
