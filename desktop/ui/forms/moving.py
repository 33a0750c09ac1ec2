"""Where the keyboard goes in a form: on, back, to the next finding, into and out of a roster."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt

from desktop.ui.forms.form_canvas import FormCanvas
from desktop.ui.forms.outline import instances_around, plain, repeat_of
from desktop.ui.forms.paper import Paper
from desktop.ui.forms.question_row import QuestionRow
from desktop.ui.forms.roster_box import RosterBox
from forms.findings import Severity

_SHORTCUT = Qt.FocusReason.ShortcutFocusReason


class Mover:
    """Moves the focus of one drawn form.

    Attributes:
        current: the question (or the end of a roster) that has the keyboard, or had it last.
        settle: takes what is being typed.
    """

    def __init__(
        self, *, canvas: FormCanvas, paper: Callable[[], Paper], settle: Callable[[], None]
    ) -> None:
        """``settle`` takes what is being typed, so that what is asked now is known."""
        self.current = ""
        self._canvas = canvas
        self._paper = paper
        self.settle = settle

    # -- to a place --

    def focus(self, path: str) -> bool:
        """Put the keyboard at a question, or at the end of a roster. False when it is not there."""
        paper = self._paper()
        if not paper.is_relevant(path):
            return False
        if plain(path) in paper.outline.repeats:
            return self._focus_roster(path)
        row = self._canvas.row(path)
        if row is None or row.editor is None:
            return False
        self._canvas.boxes[paper.outline.top(path)].unfold()
        row.editor.setFocus(_SHORTCUT)
        self._canvas.scroll_to(row)
        return True

    def focus_first(self) -> None:
        """Start where the first answer is missing, else at the first question."""
        paper, filling = self._paper(), self._paper().filling
        stops = [p for p in paper.stops() if paper.outline.top(p) not in self._folded()]
        questions = [p for p in stops if plain(p) not in paper.outline.repeats]
        empty = (p for p in questions if filling.value(p) is None and filling.is_required(p))
        first = next(empty, next(iter(questions or stops), None))
        if first is not None:
            self.focus(first)

    def go_to_section(self, top: str) -> None:
        """The first question of a section."""
        paper = self._paper()
        first = next((path for path in paper.stops() if paper.outline.top(path) == top), None)
        if first is not None:
            self.focus(first)

    def focus_next_finding(self) -> bool:
        """To the next open error or warning after the current question, round the form."""
        self.settle()
        paper = self._paper()
        open_ = paper.open_paths()
        order = paper.order()
        here = order.index(self.current) if self.current in order else -1
        places = {path: number for number, path in enumerate(order)}
        after = [path for path in open_ if places[path] > here]
        return any(self.focus_finding(path) for path in after + open_)

    def focus_finding(self, path: str) -> bool:
        """To a question with something wrong; into the line of the reason when that is asked."""
        paper = self._paper()
        paper.visit(path)
        if not self.focus(path):
            return False
        has_error = any(
            one.severity is Severity.ERROR and paper.is_open(one) for one in paper.shown_at(path)
        )
        row = self._canvas.rows.get(path)
        if row is not None and not has_error:
            self.focus_reason(row)
        return True

    def focus_reason(self, row: QuestionRow) -> bool:
        """Into the first line of the row where a reason is asked."""
        return any(line.reason is None and line.focus_reason() for line in row.findings)

    # -- on and back --

    def move(self, path: str, step: int) -> bool:
        """From a stop to the one after or before it. False at the ends of the form."""
        self.settle()
        there = self._paper().after(path, step, folded=self._folded())
        return there is not None and self.focus(there)

    # -- rosters --

    def roster_here(self) -> RosterBox | None:
        """The roster that the keyboard is in, else the first one of the form."""
        paper = self._paper()
        around = instances_around(self.current)
        if around:
            return self._canvas.roster(repeat_of(around[-1]))
        if plain(self.current) in paper.outline.repeats:
            return self._canvas.roster(self.current)
        repeats = (p for p in paper.order() if plain(p) in paper.outline.repeats and p[-1] != "]")
        first = next(repeats, None)
        return None if first is None else self._canvas.roster(first)

    def enter_instance(self, instance: str) -> None:
        """The first question of an instance."""
        inside = f"{instance}/"
        first = next((path for path in self._paper().stops() if path.startswith(inside)), None)
        if first is not None:
            self.focus(first)

    def _focus_roster(self, path: str) -> bool:
        roster = self._canvas.roster(path)
        if roster is None:
            return False
        self._canvas.boxes[self._paper().outline.top(path)].unfold()
        target = roster.end if not roster.end.isHidden() else roster.list
        target.setFocus(_SHORTCUT)
        self._canvas.scroll_to(target)
        return True

    def _folded(self) -> set[str]:
        return set(self._folded_boxes())

    def _folded_boxes(self) -> Iterator[str]:
        return (top for top, box in self._canvas.boxes.items() if box.is_folded)
