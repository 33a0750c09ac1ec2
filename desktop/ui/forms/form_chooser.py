"""Which form of a person to open: a short list, a digit or Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.fitting import FittingForm
from desktop.domain.people import PersonId, RecordStatus
from desktop.jobs.runner import JobRunner
from desktop.ui import wording
from desktop.ui.forms.form_reader import FormFinder

_WIDTH = 560
_LINE_HEIGHT = 34


class FormChooser(QDialog):
    """The forms of one person.

    Signals:
        chosen: a ``FittingForm``.
    """

    chosen = Signal(object)

    def __init__(self, *, forms: Sequence[FittingForm], is_new: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._forms = list(forms)
        words = wording.Words(self)
        self.setObjectName("form_chooser")
        self.setWindowTitle(self.tr("Chọn phiếu"))
        title = self.tr("Lập phiếu nào cho người mới?") if is_new else self.tr("Mở phiếu nào?")
        heading = QLabel(title)
        heading.setProperty("kind", "heading")
        self._list = _DigitList()
        self._list.setObjectName("list:forms")
        self._list.setAccessibleName(title)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for number, form in enumerate(self._forms, 1):
            key = f"{number}   " if number <= 9 else "     "
            text = f"{key}{form.title_vi}"
            if form.is_sensitive:
                text = self.tr("{text}  (hạn chế)").format(text=text)
            if form.status is not RecordStatus.NONE:
                text = f"{text}  –  {words.record_status(form.status)}"
            item = QListWidgetItem(text)
            item.setSizeHint(QSize(0, _LINE_HEIGHT))
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._list.setMinimumSize(_WIDTH, _LINE_HEIGHT * max(len(self._forms), 1) + 4)
        self._list.taken.connect(self._take)
        self._list.itemClicked.connect(lambda item: self._take(self._list.row(item)))
        hint = QLabel(self.tr("Phím số hoặc Enter để mở, Esc để thôi."))
        hint.setProperty("kind", "muted")
        close = QPushButton(self.tr("Thôi"))
        close.setObjectName("button:close_chooser")
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(hint, 1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(heading)
        layout.addWidget(self._list)
        layout.addLayout(foot)
        self._list.setFocus()

    def _take(self, row: int) -> None:
        if 0 <= row < len(self._forms):
            self.accept()
            self.chosen.emit(self._forms[row])


class _DigitList(QListWidget):
    """A list in which digits take a line.

    Signals:
        taken: the line at this place.
    """

    taken = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits and Enter take; arrows walk."""
        if event.text().isdigit() and event.text() != "0":
            self.taken.emit(int(event.text()) - 1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit(self.currentRow())
        else:
            super().keyPressEvent(event)


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
