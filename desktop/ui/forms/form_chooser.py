"""Which form of a person to open: a short list, a digit or Enter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.fitting import FittingForm
from desktop.domain.people import PersonId, RecordStatus
from desktop.jobs.runner import JobRunner
from desktop.ui import wording
from desktop.ui.forms.form_reader import FormFinder
from desktop.ui.widgets.digit_menu import DigitMenu


class FormChooser(DigitMenu):
    """The forms of one person.

    Signals:
        chosen: a ``FittingForm``.
    """

    chosen = Signal(object)

    def __init__(self, *, forms: Sequence[FittingForm], is_new: bool, parent: QWidget) -> None:
        tr = partial(QCoreApplication.translate, "FormChooser")
        super().__init__(
            name="forms",
            title=tr("Lập phiếu nào cho người mới?") if is_new else tr("Mở phiếu nào?"),
            lines=[_line(form, wording.Words(parent)) for form in forms],
            parent=parent,
        )
        self.taken.connect(lambda row: self.chosen.emit(forms[row]))


def _line(form: FittingForm, words: wording.Words) -> str:
    text = form.title_vi
    if form.is_sensitive:
        text = QCoreApplication.translate("FormChooser", "{text}  (hạn chế)").format(text=text)
    if form.status is not RecordStatus.NONE:
        text = f"{text}  –  {words.record_status(form.status)}"
    return text


class FormDoor(QObject):
    """Asks which forms fit, and lets the officer choose one.

    Signals:
        chosen: (person id or ``None``, form id)
    """

    chosen = Signal(object, str)

    def __init__(self, *, jobs: JobRunner, fitting: FormFinder, window: QWidget) -> None:
        super().__init__(window)
        self._jobs = jobs
        self._fitting = fitting
        self._window = window

    def ask(self, person_id: PersonId | None) -> None:
        """Of a person, or of somebody new."""
        self._jobs.run(
            self,
            lambda: self._fitting.of(person_id),
            on_success=lambda forms: self._show(person_id, forms),
        )

    def _show(self, person_id: PersonId | None, forms: Sequence[FittingForm]) -> None:
        chooser = FormChooser(forms=forms, is_new=person_id is None, parent=self._window)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.chosen.connect(lambda form: self.chosen.emit(form.person_id, form.form_id))
        chooser.open()
