"""Beside the questions: how far each section is and what is open, or the help for one question."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.forms.finding_list import FindingList
from desktop.ui.forms.help_panel import HelpPanel
from desktop.ui.forms.outline import Outline
from desktop.ui.forms.paper import Paper
from desktop.ui.forms.section_rail import RAIL_WIDTH, SectionRail


class FormSide(QWidget):
    """The left column of a form.

    Signals:
        section_chosen: the path of a section.
        finding_chosen: the path of a question at which something is open.
    """

    section_chosen = Signal(str)
    finding_chosen = Signal(str)

    def __init__(self, *, outline: Outline, words_of: Callable[[str], str]) -> None:
        super().__init__()
        self._outline = outline
        self._here = ""
        self._question = ""
        self._help: HelpPanel | None = None
        self._rail = SectionRail(sections=list(outline.tops.items()))
        self._rail.section_chosen.connect(self.section_chosen)
        self._findings = FindingList(words_of=words_of)
        self._findings.chosen.connect(self.finding_chosen)
        self._area = QScrollArea()
        self._area.setWidget(self._rail)
        self._area.setWidgetResizable(True)
        self._area.setFixedWidth(RAIL_WIDTH)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._overview = QWidget()
        column = QVBoxLayout(self._overview)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._area, 2)
        column.addWidget(self._findings, 1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self._overview)

    def show_paper(self, paper: Paper, *, current: str) -> None:
        """How far it is; ``current`` is the question with the keyboard."""
        here = self._outline.top(current) if current else ""
        self._rail.show_progress(paper.progress(), current=here)
        self._findings.show_findings(paper.open_shown())
        button = self._rail.button(here)
        if here != self._here and button is not None:
            self._here = here
            self._area.ensureWidgetVisible(button, 0, 8)

    def explain(self, path: str) -> None:
        """The help, while it is shown, follows the keyboard."""
        self._question = path
        if self._help is not None and not self._help.isHidden():
            self._help.show_question(self._outline.question(path))

    def toggle_help(self) -> None:
        """The explanation of the question in the place of the sections, or back."""
        if self._help is None:
            self._help = HelpPanel(definition=self._outline.definition)
            self._row.addWidget(self._help)
        is_shown = self._help.isHidden()
        self._help.setVisible(is_shown)
        self._overview.setVisible(not is_shown)
        self.explain(self._question)
