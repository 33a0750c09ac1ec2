"""A whole form drawn from its definition and kept in step with a ``Filling``.

Any form can be shown: what is asked is what ``Filling.walk`` names, repeats with their instances
included. It is drawn once for a definition and shown again for each record; questions that are not
asked are hidden, their answers kept by the filling. Typed answers reach the filling 400 ms after
typing stopped or when the line is left, never while an input method composes a letter; what is
wrong with them is said when the question is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.drafts import Cursor, FormDraft
from desktop.ui.forms.form_canvas import FormCanvas
from desktop.ui.forms.form_side import FormSide
from desktop.ui.forms.half_typed import HalfTyped, cursor_in, put_reason
from desktop.ui.forms.judging import Summary
from desktop.ui.forms.moving import Mover
from desktop.ui.forms.outline import Outline, instances_around, repeat_of
from desktop.ui.forms.paper import Paper
from desktop.ui.forms.question_row import QuestionRow, label_of
from desktop.ui.forms.roster_box import RosterBox
from desktop.ui.forms.roster_keys import RosterKeys
from desktop.ui.forms.row_writer import Notes, RowWriter
from desktop.ui.forms.typing_here import TypingHere
from forms.definition import Answer, FormDefinition
from forms.findings import Finding
from forms.runtime.engine import Filling


class FormView(QWidget):
    """Rail and questions.

    Signals:
        changed: an answer or a confirmation was changed by the officer.
        summary_changed: the counts of ``summary`` may be others.
        entered: the path of the question that has the keyboard now.
        answer_taken: (path, value) reached the filling.
        csdlqg_taken: the path whose CSDLQG value the officer takes.
        confirmed: (code name, reason) a warning was confirmed.
        instance_removed: the words of an instance of a roster that was taken away.
        pressed: a key at a question or a reason.
        typed: something that ``half_typed`` tells may be otherwise; also at every ``changed``.
    """

    changed = Signal()
    typed = Signal()
    summary_changed = Signal()
    entered = Signal(str)
    answer_taken = Signal(str, object)
    csdlqg_taken = Signal(str)
    confirmed = Signal(str, str)
    instance_removed = Signal(str)
    pressed = Signal()

    def __init__(self, *, definition: FormDefinition) -> None:
        super().__init__()
        self.definition = definition
        self.outline = Outline(definition)
        self.setObjectName(f"form:{definition.form_id}")
        self._paper: Paper | None = None
        self.writer = RowWriter(outline=self.outline)
        self._canvas = FormCanvas(outline=self.outline, writer=self)
        self._typing = TypingHere(rows=self._canvas.rows, take=self._take_typed, parent=self)
        self._side = FormSide(outline=self.outline, words_of=self._label_of)
        self.mover = Mover(canvas=self._canvas, paper=self._need, settle=self._typing.flush)
        self._rosters = RosterKeys(view=self, canvas=self._canvas, mover=self.mover)
        self._side.section_chosen.connect(self.mover.go_to_section)
        self._side.finding_chosen.connect(self.mover.focus_finding)
        self.entered.connect(self._side.explain)
        self.changed.connect(self.typed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._side)
        layout.addWidget(self._canvas, 1)

    def toggle_help(self) -> None:
        """The explanation of the question with the keyboard, in the place of the sections."""
        self._side.toggle_help()

    def prepare(self) -> None:
        """Be drawn before there is a record, in the pauses of other work."""
        self._canvas.prepare()

    # -- one record --

    def show_filling(
        self, filling: Filling, *, confirmations: Mapping[str, str], notes: Notes
    ) -> None:
        """Another record, or the same read anew."""
        self._typing.cancel()
        self.writer.typed_at = ""
        self.mover.current = ""
        self._paper = Paper(outline=self.outline, filling=filling, confirmations=confirmations)
        self._paper.visit(*notes.remarks)
        self.writer.notes = notes
        self._fold()
        self._canvas.begin()
        self._refresh_rail()

    def let_go(self) -> None:
        """Another form is shown: what is still being typed here is nobody's any more."""
        self._typing.cancel()

    def _fold(self) -> None:
        """A section about the household only, with nothing missing, is folded into one line."""
        paper = self._need()
        for top, box in self._canvas.boxes.items():
            paths = [p for p, of in self.outline.top_of.items() if of == top and p != top]
            roles = {one.role or "" if (one := self.outline.question(p)) else "" for p in paths}
            is_household = all(role.startswith("household.") for role in roles)
            if is_household and not paper.has_finding_below(top):
                shown = [self.writer.shown(p, paper.filling.value(p)) for p in reversed(paths)]
                box.fold(" · ".join(text for text in shown if text))
            else:
                box.unfold()

    def show_notes(self, notes: Notes) -> None:
        """What others say now; clashes settled before are settled."""
        paper = self._need()
        paper.decided.clear()
        self.writer.notes = notes
        for path, row in self._canvas.rows.items():
            self.writer.write_notes(row, paper)
            self._canvas.touch(path)
        self._canvas.settle()

    def take_over(self, came: Mapping[str, Answer], *, since: Mapping[str, Answer]) -> set[str]:
        """Show what came from elsewhere; returns the paths that the officer edited ``since``.

        Those, and the answer being typed, stay as they are.
        """
        paper = self._need()
        answers = paper.filling.answers()
        kept = {path for path in came if answers.get(path) != since.get(path)}
        kept |= {self._typing.path} & came.keys() if self._typing.path is not None else set()
        news = {path: value for path, value in came.items() if path not in kept}
        if news:
            self._refresh_after(paper.take(news))
        return kept

    def add_confirmations(self, reasons: Mapping[str, str]) -> None:
        """Confirmations made elsewhere; those of this page stay."""
        paper = self._need()
        if reasons.keys() - paper.confirmations.keys():
            paper.confirm({**reasons, **paper.confirmations})
            self.refresh_all()

    def show_extra(self, path: str, findings: Sequence[Finding]) -> None:
        """Findings that need more than the form to be known (a number somebody else has)."""
        if self._need().show_extra(path, findings):
            self._refresh_findings(path)
            self._refresh_rail()

    def take(self, answers: Mapping[str, Answer]) -> None:
        """Answers that the officer takes from somewhere (the form before, a batch)."""
        paper = self._need()
        self._typing.flush()
        self._refresh_after(paper.take(answers))
        paper.visit(*answers)
        self.changed.emit()

    def show_marks(self, marks: Mapping[str, str]) -> None:
        """Where answers come from, in a few words below their labels."""
        changed = {p for p in {*self.writer.marks, *marks} if self._mark_at(p) != marks.get(p, "")}
        self.writer.marks = marks
        for path in changed & self._canvas.rows.keys():
            self._canvas.rows[path].show_mark(self._mark_at(path))
            self._canvas.touch(path)
        self._canvas.settle()

    def _mark_at(self, path: str) -> str:
        return self.writer.marks.get(path, "")

    def value(self, path: str) -> Answer:
        """The answer the filling has now."""
        return self._need().filling.value(path)

    def answers(self) -> dict[str, Answer]:
        """What is to be saved, everything typed included."""
        self._typing.flush()
        return self._need().filling.answers()

    def confirmations(self) -> dict[str, str]:
        """Fingerprint -> reason; those whose values are gone are left out when saving."""
        return dict(self._need().confirmations)

    def decided(self) -> frozenset[str]:
        """The paths of clashes that the officer settled."""
        return frozenset(self._need().decided)

    @property
    def paper(self) -> Paper:
        """What is shown."""
        return self._need()

    @property
    def current(self) -> str:
        """The question that has the keyboard, or had it last; "" before the first."""
        return self.mover.current

    @property
    def is_drawn(self) -> bool:
        """Does everything stand on the page that will, seen or not?"""
        return self._canvas.is_drawn

    def half_typed(self) -> HalfTyped:
        """Everything as it stands, nothing taken or tidied up."""
        paper, rows = self._need(), self._canvas.rows
        answers = paper.filling.kept()
        row = self._typing.row
        if row is not None and row.editor is not None:
            answers[row.path] = row.editor.value()
        editors = {path: row.editor for path, row in rows.items() if row.editor is not None}
        return HalfTyped(
            answers=answers,
            confirmations=paper.confirmations,
            decided=frozenset(paper.decided),
            reasons=paper.half_given(),
            visited=tuple(sorted(paper.visited)),
            cursor=cursor_in(rows, self.window().focusWidget(), current=self.mover.current),
            searching=frozenset(path for path, editor in editors.items() if editor.is_searching),
        )

    def show_half_typed(self, draft: FormDraft) -> None:
        """After ``show_filling`` with the draft's answers: all the rest of it, and the cursor."""
        paper = self._need()
        paper.visit(*draft.visited)
        paper.decided |= draft.decided
        paper.reasons = dict(draft.reasons)
        self.refresh_all()
        self.put_cursor(draft.cursor)
        put_reason(self._canvas.rows, draft.cursor)

    def meet_findings(self) -> None:
        """The register has told what it finds too (``Paper.meet_findings``)."""
        self._need().meet_findings()

    def put_cursor(self, cursor: Cursor) -> None:
        """Where it was, with the letters that stood there."""
        if not self.mover.focus(cursor.path):
            self.mover.focus_first()
            return
        row = self._canvas.rows.get(cursor.path)
        if row is None or row.editor is None or cursor.finding or cursor.text is None:
            return
        row.editor.show_typed(cursor.text, cursor.position)
        if not row.editor.is_immediate and row.editor.value() != self.value(cursor.path):
            self._typing.take_now(cursor.path)

    def summary(self) -> Summary:
        """Counts of what is open."""
        return self._need().summary()

    def show_everything(self) -> None:
        """From now on findings stand at every question, visited or not."""
        self._need().show_all()
        self.writer.typed_at = ""
        self.refresh_all()

    def focus_first(self) -> None:
        """Start where the first answer is missing, else at the first question."""
        self.mover.focus_first()

    def focus_question(self, path: str) -> bool:
        """Put the cursor there. False when the question is not asked."""
        return self.mover.focus(path)

    def focus_next_finding(self) -> bool:
        """To the next open error or warning after the current question, round the form."""
        return self.mover.focus_next_finding()

    # -- as the writer of the canvas --

    def row_made(self, row: QuestionRow) -> None:
        """Listen to it."""
        row.confirmed.connect(self._confirm)
        row.value_taken.connect(self._take_value)
        row.value_kept.connect(self._keep_value)
        row.csdlqg_taken.connect(self.csdlqg_taken)
        row.typed.connect(self.typed)
        row.reason_typed.connect(self._keep_reason)
        row.pressed.connect(self.pressed)
        if row.editor is not None:
            # The row rides along: in a roster its path is another from time to time.
            row.editor.edited.connect(lambda: self._edited(row))
            row.editor.entered.connect(lambda: self._entered(row))
            row.editor.left.connect(lambda: self._left(row))
            row.editor.move_asked.connect(lambda step: self._move(row, step))

    def roster_made(self, roster: RosterBox) -> None:
        """Listen to it."""
        self._rosters.listen(roster)

    def show_row(self, row: QuestionRow) -> None:
        """Everything about its path."""
        self.writer.write(row, self._need())

    def show_roster(self, roster: RosterBox) -> None:
        """Its instances."""
        paper = self._need()
        is_asked = paper.is_relevant(roster.path)
        instances = paper.filling.instances(roster.path) if is_asked else ()
        gone = paper.removed
        may_return = gone is not None and gone.path.startswith(f"{roster.path}[")
        roster.setVisible(is_asked)
        roster.show_instances(instances, may_return=may_return)

    def words_of(self, instance: str) -> str:
        """An instance in one line."""
        return self.writer.words_of(instance, self._need())

    def tint_of(self, instance: str) -> str:
        """error, warning or "": what is shown and open in it."""
        worst = self._need().worst_in(instance)
        return "" if worst is None else worst.value

    def is_relevant(self, path: str) -> bool:
        """Is it asked now?"""
        return self._need().is_relevant(path)

    def heading_of(self, path: str) -> str:
        """The label of a group, with the answers it shows."""
        return self._need().filling.label(path)

    # -- answers --

    def _edited(self, row: QuestionRow) -> None:
        if row.editor is None:
            return
        if not row.editor.is_immediate:
            self.writer.typed_at = row.path
        self._typing.begin(row)
        self.changed.emit()

    def _take_typed(self, row: QuestionRow, value: Answer) -> None:
        if value != self.value(row.path):  # typed and taken back is no answer given
            self._need().visit(row.path)
        self._set(row.path, value)

    def _set(self, path: str, value: Answer) -> None:
        touched = self._need().answer(path, value)
        if touched:
            self.answer_taken.emit(path, value)
        self._refresh({path, *touched}, edited=path)

    def _left(self, row: QuestionRow) -> None:
        # The page is being closed or deleted: ``answers`` takes what was typed.
        if not shiboken6.isValid(self) or not self.isVisible():
            return
        if self._typing.path == row.path:
            self._typing.flush()
        self.writer.typed_at = ""
        self._need().visit(row.path)
        self._refresh_findings(row.path)
        self._refresh_rail()
        row.set_active(False)

    def _entered(self, row: QuestionRow) -> None:
        self.mover.current = row.path
        row.set_active(True)
        self._canvas.scroll_to(row)
        self._refresh_rail()
        self.entered.emit(row.path)
        self.typed.emit()

    def _move(self, row: QuestionRow, step: int) -> None:
        """On; a warning just found asks for its reason on the way."""
        self._typing.flush()
        is_at_answer = row.editor is not None and row.editor.isAncestorOf(
            self.window().focusWidget() or self
        )
        if step > 0 and is_at_answer:
            self._left(row)
            if self.mover.focus_reason(row):
                return
        if not self.mover.move(row.path, step):
            self._left(row)

    def _confirm(self, fingerprint: str, reason: str) -> None:
        paper = self._need()
        row = self._canvas.rows.get(self.mover.current)
        paper.confirm({fingerprint: reason})
        if reason:
            found = (one for line in (row.findings if row else ()) for one in [line.finding])
            codes = [one.code.name for one in found if one.fingerprint == fingerprint]
            self.confirmed.emit(codes[0] if codes else "", reason)
        for path in list(self._canvas.rows):
            self._refresh_findings(path)
        self._refresh_rail()
        self.changed.emit()
        if row is not None and row.editor is not None:
            row.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _keep_reason(self, fingerprint: str, text: str) -> None:
        self._need().type_reason(fingerprint, text)

    def _take_value(self, path: str, value: str) -> None:
        paper = self._need()
        paper.visit(path)
        paper.decided.add(path)
        self._set(path, value or None)
        row = self._canvas.rows.get(path)
        if row is not None:
            self.writer.write(row, paper)
        self._settle_clash(path)

    def _keep_value(self, path: str) -> None:
        self._need().decided.add(path)
        self._settle_clash(path)

    def _settle_clash(self, path: str) -> None:
        """The notes with their buttons go: the keyboard is at the question again."""
        self.mover.focus(path)
        if path in self._canvas.rows:
            self._canvas.rows[path].clear_others()
        self.changed.emit()

    # -- showing --

    def refresh_all(self) -> None:
        """Everything that is drawn."""
        self._refresh_after(set(self._canvas.rows))

    def _refresh_after(self, paths: Iterable[str]) -> None:
        """After more than one answer changed: whole instances may have come or gone."""
        for roster in list(self._canvas.rosters.values()):
            if roster.path in self._canvas.rosters:
                self._canvas.show_roster(roster)
        self._refresh({*paths, *self._canvas.rows})

    def _refresh(self, paths: Iterable[str], *, edited: str = "") -> None:
        paper = self._need()
        for path in paths:
            row = self._canvas.rows.get(path)
            if row is not None:
                if self.writer.write(row, paper, is_typed=self._is_typed(row, edited)):
                    self._canvas.touch(path)
            elif (roster := self._canvas.rosters.get(path)) is not None:
                self._canvas.show_roster(roster)
        for roster in self._canvas.rosters.values():
            roster.list.viewport().update()
        self._canvas.show_relevance()
        self._canvas.settle()
        self._refresh_rail()

    def _is_typed(self, row: QuestionRow, edited: str) -> bool:
        """Do letters stand there that nothing may overwrite?"""
        editor = row.editor
        if row.path in (edited, self._typing.path) or editor is None:
            return True
        return editor.is_searching and editor.isAncestorOf(self.window().focusWidget() or self)

    def _refresh_findings(self, path: str) -> None:
        row = self._canvas.rows.get(path)
        if row is not None and self.writer.write_findings(row, self._need()):
            self._canvas.touch(path)
            self._canvas.settle()

    def _refresh_rail(self) -> None:
        paper = self._need()
        self._side.show_paper(paper, current=self.mover.current)
        self.summary_changed.emit()

    def _label_of(self, path: str) -> str:
        """The question with the number of the instance it stands in."""
        question = self.outline.question(path)
        label = "" if question is None else label_of(question)
        for instance in instances_around(path):
            instances = self._need().filling.instances(repeat_of(instance))
            label = f"{instances.index(instance) + 1}. {label}" if instance in instances else label
        return label

    def _need(self) -> Paper:
        if self._paper is None:
            raise RuntimeError("no record is shown yet")
        return self._paper
