"""What stands below one heading, drawn bit by bit: questions, headings, rosters.

Drawing a question costs some milliseconds, so a section is drawn when it comes into sight or when
the keyboard goes there, and what is left in the pauses. The same widgets then show every record
of the form, and in a roster every instance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.ui.forms.outline import Outline, is_drawn
from desktop.ui.forms.question_row import QuestionRow
from desktop.ui.forms.roster_box import RosterBox
from forms.definition import Question, Section

#: What a question usually takes, before it is drawn.
ROW_HEIGHT = 46


class Drawer(Protocol):
    """Who wants to know what was drawn, and knows what to write on it."""

    def row_drawn(self, row: QuestionRow) -> None:
        """A question stands in its column."""

    def roster_drawn(self, roster: RosterBox, inside: Drawing) -> None:
        """A repeat stands in its column; its questions are drawn with the first instance."""

    def words_of(self, instance: str) -> str:
        """An instance in one line."""

    def tint_of(self, instance: str) -> str:
        """error, warning or "": what is shown and open in it."""


class Drawing:
    """The children of a section.

    Attributes:
        instance: the instance of a repeat that is shown, "" for what stands once.
        rows, rosters, headings: what is drawn so far; headings by their tail.
    """

    def __init__(
        self,
        *,
        children: Sequence[Question | Section],
        base: str,
        column: QVBoxLayout,
        parent: QWidget,
        outline: Outline,
        drawer: Drawer,
    ) -> None:
        """``base`` is the plain path of the repeat around, "" for none."""
        self.instance = ""
        self.rows: list[QuestionRow] = []
        self.rosters: list[RosterBox] = []
        self.headings: list[tuple[str, QLabel]] = []
        self._base = base
        self._column = column
        self._parent = parent
        self._outline = outline
        self._drawer = drawer
        self._children = list(children)
        self._steps: Iterator[None] | None = self._draw(self._children)

    def add(self, child: Question) -> None:
        """One more question below the same heading, before anything is drawn."""
        self._children.append(child)
        self._steps = self._draw(self._children)

    @property
    def is_done(self) -> bool:
        """Is everything drawn?"""
        return self._steps is None

    @property
    def estimate(self) -> int:
        """How high all of it will be, roughly (pixels)."""
        return ROW_HEIGHT * sum(1 for one in _questions(self._children) if is_drawn(one))

    def draw_some(self) -> bool:
        """One question more; returns whether that was the last."""
        if self._steps is not None and next(self._steps, self) is self:
            self._steps = None
        return self._steps is None

    def draw_all(self) -> None:
        """All that is left."""
        while not self.draw_some():
            pass

    def bind(self, instance: str) -> None:
        """The same widgets stand for another instance."""
        self.instance = instance
        for row in self.rows:
            row.rename(self.path_of(row.question.path))
        for roster in self.rosters:
            roster.rename(self.path_of(roster.template))

    def path_of(self, template: str) -> str:
        """The path of a plain one, in the instance shown."""
        return self.instance + template[len(self._base) :] if self._base else template

    def _draw(self, children: Sequence[Question | Section]) -> Iterator[None]:
        for child in children:
            if isinstance(child, Question):
                if is_drawn(child):
                    self._draw_question(child)
                    yield
            elif child.repeat is not None:
                self._draw_roster(child)
                yield
            else:
                if child.label_vi:
                    self._draw_heading(child)
                yield from self._draw(child.children)

    def _draw_question(self, question: Question) -> None:
        choices = self._outline.definition.choices.get(question.list_name or "", ())
        row = QuestionRow(question=question, choices=choices, parent=self._parent)
        row.rename(self.path_of(question.path))
        if row.editor is not None and choices and not question.choice_filter:
            row.editor.show_choices(choices)
        self.rows.append(row)
        self._column.addWidget(row)
        self._drawer.row_drawn(row)

    def _draw_heading(self, section: Section) -> None:
        heading = QLabel(section.label_vi, self._parent)
        heading.setProperty("kind", "strong")
        heading.setWordWrap(True)
        heading.setContentsMargins(14, 6, 0, 0)
        self.headings.append((section.path, heading))
        self._column.addWidget(heading)

    def _draw_roster(self, section: Section) -> None:
        if section.path not in self._outline.tops:
            self._draw_heading(section)
        roster = RosterBox(
            template=section.path,
            path=self.path_of(section.path),
            label=section.label_vi,
            is_counted=self._outline.is_counted(section.path),
            words=self._drawer.words_of,
            tint_of=self._drawer.tint_of,
            parent=self._parent,
        )
        inside = Drawing(
            children=section.children,
            base=section.path,
            column=roster.column,
            parent=roster.panel,
            outline=self._outline,
            drawer=self._drawer,
        )
        self.rosters.append(roster)
        self._column.addWidget(roster)
        self._drawer.roster_drawn(roster, inside)


def _questions(children: Sequence[Question | Section]) -> Iterator[Question]:
    for child in children:
        if isinstance(child, Question):
            yield child
        elif child.repeat is None:
            yield from _questions(child.children)
