"""The questions of a form in a column that scrolls; drawn where somebody looks.

What is out of sight is drawn in the pauses, and after another record is shown it is written anew
there too: opening a form waits only for what is seen of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.forms.drawing import Drawing
from desktop.ui.forms.outline import Outline, instances_around, is_drawn, repeat_of
from desktop.ui.forms.question_row import QuestionRow
from desktop.ui.forms.roster_box import RosterBox
from desktop.ui.forms.section_box import SectionBox
from forms.definition import Section

#: How much of the question before stays in sight.
_ABOVE_PIXELS = 70
_BELOW_PIXELS = 100
#: Longest stretch of drawing in a pause.
_STRETCH_S = 0.006


class Writer(Protocol):
    """Who writes on what is drawn (the form's view)."""

    def row_made(self, row: QuestionRow) -> None:
        """A new row, to be listened to."""

    def roster_made(self, roster: RosterBox) -> None:
        """A new roster, to be listened to."""

    def show_row(self, row: QuestionRow) -> None:
        """Write everything about the row's path on it."""

    def show_roster(self, roster: RosterBox) -> None:
        """Write which instances there are."""

    def words_of(self, instance: str) -> str:
        """An instance in one line."""

    def tint_of(self, instance: str) -> str:
        """error, warning or "": what is shown and open in it."""

    def is_relevant(self, path: str) -> bool:
        """Is it asked now?"""

    def heading_of(self, path: str) -> str:
        """What stands above a group."""


class FormCanvas(QScrollArea):
    """Draws; what stands in a row its writer knows.

    Attributes:
        rows: path -> the drawn question, of what is drawn and open now.
        rosters: path -> the drawn repeat.
        boxes: path of a top section -> its card.
    """

    def __init__(self, *, outline: Outline, writer: Writer) -> None:
        super().__init__()
        self.rows: dict[str, QuestionRow] = {}
        self.rosters: dict[str, RosterBox] = {}
        self.boxes: dict[str, SectionBox] = {}
        self._outline = outline
        self._writer = writer
        self._drawings: dict[str, Drawing] = {}
        self._inside: dict[RosterBox, Drawing] = {}
        self._has_begun = False
        self._stale: set[str] = set()
        self._touched: set[str] = set()
        self._wanted: QWidget | None = None
        self._soon = self._timer(0, self._scroll_to_wanted)
        self._later = self._timer(0, self._draw_in_a_pause)
        # Findings that come and go move everything below them.
        self.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._soon.start())
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.draw_seen())
        self._canvas = QWidget()
        self._canvas.setAutoFillBackground(True)  # opaque: scrolling moves what is painted
        self._column = QVBoxLayout(self._canvas)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._column.setSpacing(10)
        self.setWidget(self._canvas)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._make_boxes()

    # -- what is drawn --

    def prepare(self) -> None:
        """Draw in the pauses what the first record will be written on."""
        self._later.start()

    def begin(self) -> None:
        """Another record: everything has to be written anew, what is seen at once."""
        self._has_begun = True
        for roster in list(self.rosters.values()):
            self._close(roster)
        self._stale = set(self.boxes)
        for top, box in self.boxes.items():
            box.setVisible(not top or self._writer.is_relevant(top))
        self.verticalScrollBar().setValue(0)
        self.draw_seen()

    @property
    def is_drawn(self) -> bool:
        """Does everything that is asked stand there as it should?"""
        return not any(self._waiting())

    def row(self, path: str) -> QuestionRow | None:
        """The question at a path, drawn and opened if need be; ``None`` when there is none."""
        if not self.draw(self._outline.top(path)):
            return None
        for instance in instances_around(path):
            roster = self.rosters.get(repeat_of(instance))
            if roster is None or instance not in roster.instances:
                return None
            self.open(roster, instance)
        return self.rows.get(path)

    def roster(self, path: str) -> RosterBox | None:
        """The repeat at a path, drawn if need be."""
        self.row(path)
        return self.rosters.get(path)

    def draw(self, top: str) -> bool:
        """A whole section, now. False when there is no such section."""
        if top not in self.boxes:
            return False
        drawing = self._drawings[top]
        if not drawing.is_done:
            drawing.draw_all()
            self.boxes[top].note_drawn()
        if top in self._stale:
            self._write(top)
        return True

    def draw_seen(self) -> None:
        """What can be seen of the form, and the rest in the pauses."""
        if not self._stale:
            return
        height = max(self.viewport().height(), 400)
        first = self.verticalScrollBar().value() - height // 4
        last = first + height + height // 2
        place = 0
        for top, box in self.boxes.items():
            if box.isHidden():
                continue
            tall = box.height() if top not in self._stale else self._estimate(top)
            if top in self._stale and place < last and place + tall > first:
                self.draw(top)
                tall = box.sizeHint().height()
            place += tall
        self.settle()
        if self._stale:
            self._later.start()

    def open(self, roster: RosterBox, instance: str) -> None:
        """Give the roster's questions to another of its instances."""
        if roster.opened == instance:
            return
        drawing = self._inside[roster]
        if roster.panel.isAncestorOf(self.focusWidget() or self):
            roster.list.setFocus()  # what is left is left under its own name
        self._unregister(drawing)
        drawing.bind(instance)
        roster.show_opened(instance)
        drawing.draw_all()
        self._register(drawing)
        self._write_drawing(drawing)
        self.touch(instance)
        self.settle()

    def show_roster(self, roster: RosterBox) -> None:
        """Its instances are others now; an open one that is gone is closed."""
        opened = roster.opened
        self._writer.show_roster(roster)
        if opened and roster.opened != opened:
            self._unregister(self._inside[roster])
        self.touch(roster.path)

    def touch(self, path: str) -> None:
        """Something below this path has another height now."""
        self._touched.add(self._outline.top(path))

    def show_relevance(self) -> None:
        """Cards and headings of groups that are not asked are hidden."""
        for top, box in self.boxes.items():
            is_asked = not top or self._writer.is_relevant(top)
            if is_asked == box.isHidden():
                box.setVisible(is_asked)
                if is_asked and top in self._stale:
                    self.draw(top)
        for drawing in self._open_drawings():
            self._show_headings(drawing)

    def scroll_to(self, widget: QWidget) -> None:
        """Bring a question into sight with everything said about it, once that is laid out."""
        self._wanted = widget
        self._soon.start()

    def settle(self) -> None:
        """Lay out what was touched, from the inside; else it shows squeezed for a moment."""
        if not self._touched:
            return
        for top in self._touched:
            if top in self.boxes:
                self.boxes[top].settle()
        self._touched.clear()
        self._column.activate()
        QApplication.sendEvent(self._canvas, QEvent(QEvent.Type.LayoutRequest))

    # -- as the drawer of drawings --

    def row_drawn(self, row: QuestionRow) -> None:
        """Known by its path from now on."""
        self.rows[row.path] = row
        self._writer.row_made(row)
        if not self._has_begun:  # drawn before anybody waits for it: dressed too
            for widget in (row, *row.findChildren(QWidget)):
                widget.ensurePolished()

    def roster_drawn(self, roster: RosterBox, inside: Drawing) -> None:
        """Known by its path from now on."""
        self.rosters[roster.path] = roster
        self._inside[roster] = inside
        self._writer.roster_made(roster)

    def words_of(self, instance: str) -> str:
        """As the writer has it."""
        return self._writer.words_of(instance)

    def tint_of(self, instance: str) -> str:
        """As the writer has it."""
        return self._writer.tint_of(instance)

    # -- inside --

    def _make_boxes(self) -> None:
        for child in self._outline.definition.children:
            top = child.path if isinstance(child, Section) else ""
            if top in self.boxes:
                if not isinstance(child, Section):
                    self._drawings[top].add(child)
                continue
            if not isinstance(child, Section) and not is_drawn(child):
                continue
            label = self._outline.tops[top] or self.tr("Chung")
            box = SectionBox(path=top, label=label, parent=self._canvas)
            repeats = isinstance(child, Section) and child.repeat is not None
            self._drawings[top] = Drawing(
                children=[child] if repeats or not isinstance(child, Section) else child.children,
                base="",
                column=box.column,
                parent=box.content,
                outline=self._outline,
                drawer=self,
            )
            box.wait_for(self._drawings[top].estimate)
            self.boxes[top] = box
            self._column.addWidget(box)
        self._column.addStretch(1)

    def _estimate(self, top: str) -> int:
        box = self.boxes[top]
        return box.sizeHint().height() if self._drawings[top].is_done else box.waiting_height

    def _waiting(self) -> Iterator[str]:
        return (top for top in self.boxes if top in self._stale and not self.boxes[top].isHidden())

    def _undrawn(self) -> Iterator[str]:
        return (top for top, drawing in self._drawings.items() if not drawing.is_done)

    def _draw_in_a_pause(self) -> None:
        until = time.perf_counter() + _STRETCH_S
        while (
            top := next(self._waiting() if self._has_begun else self._undrawn(), None)
        ) is not None:
            drawing = self._drawings[top]
            if drawing.is_done:
                self._write(top)
                self.settle()
            elif drawing.draw_some():
                self.boxes[top].note_drawn()
            if time.perf_counter() > until:
                self._later.start()
                return

    def _write(self, top: str) -> None:
        self._stale.discard(top)
        self._write_drawing(self._drawings[top])
        self._touched.add(top)

    def _write_drawing(self, drawing: Drawing) -> None:
        for row in drawing.rows:
            self._writer.show_row(row)
        for roster in drawing.rosters:
            self.show_roster(roster)
        self._show_headings(drawing)

    def _show_headings(self, drawing: Drawing) -> None:
        for template, heading in drawing.headings:
            path = drawing.path_of(template)
            is_asked = self._writer.is_relevant(path)
            heading.setVisible(is_asked)
            if is_asked and "${" in self._outline.sections[template].label_vi:
                heading.setText(self._writer.heading_of(path))

    def _open_drawings(self) -> Iterator[Drawing]:
        for top, drawing in self._drawings.items():
            if drawing.is_done and top not in self._stale:
                yield drawing
        for roster in self.rosters.values():
            if roster.opened:
                yield self._inside[roster]

    def _close(self, roster: RosterBox) -> None:
        if roster.opened:
            self._unregister(self._inside[roster])
        roster.show_instances((), may_return=False)

    def _register(self, drawing: Drawing) -> None:
        self.rows |= {row.path: row for row in drawing.rows}
        self.rosters |= {roster.path: roster for roster in drawing.rosters}

    def _unregister(self, drawing: Drawing) -> None:
        for row in drawing.rows:
            self.rows.pop(row.path, None)
        for roster in drawing.rosters:
            self.rosters.pop(roster.path, None)
            self._close(roster)

    def _scroll_to_wanted(self) -> None:
        wanted = self._wanted
        if wanted is None or not wanted.isVisible():
            return
        if not wanted.isAncestorOf(self.focusWidget() or wanted):
            return
        self._column.activate()
        top = wanted.mapTo(self._canvas, wanted.rect().topLeft()).y()
        self.ensureVisible(0, top + wanted.height() + _BELOW_PIXELS, 0, 0)
        self.ensureVisible(0, max(0, top - _ABOVE_PIXELS), 0, 0)

    def _timer(self, milliseconds: int, action: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(action)
        return timer

    # -- Qt --

    def showEvent(self, event: QShowEvent) -> None:
        """Sizes depend on the style, which widgets take on when they are first shown."""
        super().showEvent(event)
        self._touched |= set(self.boxes) - self._stale
        self.settle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More of the form may be seen."""
        super().resizeEvent(event)
        self.draw_seen()
