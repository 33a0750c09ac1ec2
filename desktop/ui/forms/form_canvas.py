"""The questions of a form, drawn once from its definition, in a column that scrolls."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.forms.question_row import QuestionRow
from desktop.ui.forms.section_box import SectionBox
from forms.definition import FormDefinition, Question, Section
from forms.runtime.engine import Filling

#: How much of the question before stays in sight.
_ABOVE_PIXELS = 70
_BELOW_PIXELS = 100


class FormCanvas(QScrollArea):
    """Draws; knows nothing of answers.

    Attributes:
        rows: path -> the drawn question, in the order of the paper.
        section_of: path of a question -> path of its top section ("" for none).
        boxes: path of a top section -> its card.
    """

    def __init__(self, *, definition: FormDefinition) -> None:
        super().__init__()
        self.rows: dict[str, QuestionRow] = {}
        self.section_of: dict[str, str] = {}
        self.boxes: dict[str, SectionBox] = {}
        self._labels: dict[str, str] = {}
        self._headings: list[tuple[str, QLabel]] = []
        self._wanted: QuestionRow | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._scroll_to_wanted)
        # Findings that come and go move everything below them.
        self.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._soon.start())
        self._canvas = QWidget()
        self._canvas.setProperty("kind", "canvas")
        self._column = QVBoxLayout(self._canvas)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._column.setSpacing(10)
        for child in definition.children:
            self._draw_top(child, definition)
        self._column.addStretch(1)
        self.setWidget(self._canvas)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def section_labels(self) -> Mapping[str, str]:
        """Path of a top section -> its label."""
        return self._labels

    def show_relevance(self, filling: Filling) -> None:
        """Cards and headings of groups that are not asked are hidden."""
        for path, box in self.boxes.items():
            box.setVisible(not path or filling.is_relevant(path))
        for path, heading in self._headings:
            heading.setVisible(filling.is_relevant(path))
        self._settle()

    def scroll_to(self, row: QuestionRow) -> None:
        """Bring a question into sight with everything said about it, once that is laid out."""
        self._wanted = row
        self._soon.start()

    def _settle(self) -> None:
        """Lay everything out at once, from the inside; else it shows squeezed for a moment."""
        for box in self.boxes.values():
            box.settle()
        self._column.activate()
        QApplication.sendEvent(self._canvas, QEvent(QEvent.Type.LayoutRequest))

    def _scroll_to_wanted(self) -> None:
        row = self._wanted
        if row is None or not row.isVisible() or not row.isAncestorOf(self.focusWidget() or row):
            return
        self._column.activate()
        top = row.mapTo(self._canvas, row.rect().topLeft()).y()
        self.ensureVisible(0, top + row.height() + _BELOW_PIXELS, 0, 0)
        self.ensureVisible(0, max(0, top - _ABOVE_PIXELS), 0, 0)

    def _draw_top(self, child: Question | Section, definition: FormDefinition) -> None:
        path = child.path if isinstance(child, Section) else ""
        if path not in self.boxes:
            label = child.label_vi if isinstance(child, Section) else self.tr("Chung")
            self._labels[path] = label
            self.boxes[path] = SectionBox(path=path, label=label)
            self._column.addWidget(self.boxes[path])
        if isinstance(child, Section):
            self._draw_children(child, path, definition)
        else:
            self._draw_question(child, path, definition)

    def _draw_children(self, section: Section, top: str, definition: FormDefinition) -> None:
        for child in section.children:
            if isinstance(child, Section):
                heading = QLabel(child.label_vi)
                heading.setProperty("kind", "strong")
                heading.setContentsMargins(14, 6, 0, 0)
                self._headings.append((child.path, heading))
                self.boxes[top].column.addWidget(heading)
                self._draw_children(child, top, definition)
            else:
                self._draw_question(child, top, definition)

    def _draw_question(self, question: Question, top: str, definition: FormDefinition) -> None:
        choices = definition.choices.get(question.list_name or "", ())
        row = QuestionRow(question=question, choices=choices)
        self.rows[question.path] = row
        self.section_of[question.path] = top
        self.boxes[top].column.addWidget(row)

    # -- Qt --

    def showEvent(self, event: QShowEvent) -> None:
        """Sizes depend on the style, which widgets take on when they are first shown."""
        super().showEvent(event)
        for widget in self._canvas.findChildren(QWidget):
            widget.ensurePolished()
        self._settle()
