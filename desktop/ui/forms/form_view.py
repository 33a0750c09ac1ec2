"""A whole form drawn from its definition and kept in step with a ``Filling``.

Drawn once for a definition and shown again for each record. Questions that are not asked are
hidden, their answers kept by the filling. Typed answers reach the filling 400 ms after typing
stopped or when the line is left, never while an input method composes a letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.drafts import Cursor, FormDraft
from desktop.domain.records import Competing
from desktop.jobs.throttle import Throttle
from desktop.ui import wording
from desktop.ui.forms.form_canvas import FormCanvas
from desktop.ui.forms.half_typed import HalfTyped, cursor_in, put_reasons, reasons_in
from desktop.ui.forms.question_row import Other, QuestionRow
from desktop.ui.forms.section_rail import Progress, SectionRail
from forms.definition import Answer, FormDefinition, Question, QuestionType
from forms.findings import Code, Finding, Severity
from forms.runtime.engine import Filling

_TYPING_MS = 400


@dataclass(frozen=True, slots=True)
class Notes:
    """What others said about answers, by path."""

    remarks: Mapping[str, str]
    csdlqg: Mapping[str, str]
    competing: Mapping[str, tuple[Competing, ...]]


@dataclass(frozen=True, slots=True)
class Summary:
    """What is open in the whole form. ``missing`` are required answers not given yet."""

    errors: int
    warnings: int
    missing: int
    flags: int


class FormView(QWidget):
    """Rail and questions.

    Signals:
        changed: an answer or a confirmation was changed by the officer.
        summary_changed: the counts of ``summary`` may be others.
        hint_changed: the hint of the question being answered.
        answer_taken: (path, value) reached the filling.
        csdlqg_taken: the path whose CSDLQG value the officer takes.
        typed: something that ``half_typed`` tells may be otherwise; also at every ``changed``.
    """

    changed = Signal()
    typed = Signal()
    summary_changed = Signal()
    hint_changed = Signal(str)
    answer_taken = Signal(str, object)
    csdlqg_taken = Signal(str)

    def __init__(self, *, definition: FormDefinition) -> None:
        super().__init__()
        self.definition = definition
        self.setObjectName(f"form:{definition.form_id}")
        self._filling: Filling | None = None
        self._confirmations: dict[str, str] = {}
        self._extra: dict[str, list[Finding]] = {}
        self._decided: set[str] = set()
        self._current = ""
        self._pending: str | None = None
        self._show_all = False
        self._typing = Throttle(self._take_typed, delay_ms=_TYPING_MS, parent=self)
        self._canvas = FormCanvas(definition=definition)
        self._rows = self._canvas.rows
        self._section_of = self._canvas.section_of
        self._boxes = self._canvas.boxes
        self._rail = SectionRail(sections=list(self._canvas.section_labels.items()))
        self._rail.section_chosen.connect(self._go_to_section)
        self.changed.connect(self.typed)
        for path, row in self._rows.items():
            self._wire(path, row)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._rail)
        layout.addWidget(self._canvas, 1)

    def _wire(self, path: str, row: QuestionRow) -> None:
        row.confirmed.connect(self._confirm)
        row.value_taken.connect(self._take_value)
        row.value_kept.connect(self._keep_value)
        row.csdlqg_taken.connect(self.csdlqg_taken)
        row.typed.connect(self.typed)
        if row.editor is not None:
            # The path rides along: these only say which question it was.
            row.editor.edited.connect(lambda: self._edited(path))
            row.editor.entered.connect(lambda: self._entered(path))
            row.editor.left.connect(lambda: self._left(path))
            row.editor.move_asked.connect(lambda step: self._move(path, step))

    # -- one record --

    def show_filling(
        self, filling: Filling, *, confirmations: Mapping[str, str], notes: Notes
    ) -> None:
        """Another record, or the same read anew."""
        self._typing.cancel()
        self._pending = None
        self._filling = filling
        self._confirmations = dict(confirmations)
        self._show_all = False
        self._extra = {}
        for path, row in self._rows.items():
            row.visited = filling.value(path) is not None or path in notes.remarks
        self.show_notes(notes)
        self._refresh(self._rows)
        self._fold()

    def _fold(self) -> None:
        """A section about the household only, with nothing missing, is folded into one line."""
        filling = self._need()
        for section, box in self._boxes.items():
            paths = [p for p in self._rows if self._section_of[p] == section]
            roles = {self._rows[p].question.role or "" for p in paths}
            is_household = all(role.startswith("household.") for role in roles)
            if is_household and not any(filling.findings_at(p) for p in paths):
                shown = [self._shown(p, filling.value(p)) for p in reversed(paths)]
                box.fold(" · ".join(text for text in shown if text))
            else:
                box.unfold()

    def show_notes(self, notes: Notes) -> None:
        """What others say now; clashes settled before are settled."""
        self._decided.clear()
        for path, row in self._rows.items():
            row.show_notes(
                remark=notes.remarks.get(path, ""),
                csdlqg=self._shown(path, notes.csdlqg.get(path)),
                others=[
                    Other(str(c.value or ""), self._shown(path, c.value), _who(c), c.is_held)
                    for c in notes.competing.get(path, ())
                ],
            )

    def take_over(self, came: Mapping[str, Answer], *, since: Mapping[str, Answer]) -> set[str]:
        """Show what came from elsewhere; returns the paths that the officer edited ``since``.

        Those, and the answer being typed, stay as they are.
        """
        filling = self._need()
        answers = filling.answers()
        kept = {path for path in came if answers.get(path) != since.get(path)}
        kept |= {self._pending} & came.keys() if self._pending is not None else set()
        touched: set[str] = set()
        for path in came.keys() - kept:
            touched |= {path, *filling.set(path, came[path])}
            self._extra.pop(path, None)
        if touched:
            self._refresh(touched)
        return kept

    def add_confirmations(self, reasons: Mapping[str, str]) -> None:
        """Confirmations made elsewhere; those of this page stay."""
        if reasons.keys() - self._confirmations.keys():
            self._confirmations = {**reasons, **self._confirmations}
            self._refresh(self._rows)

    def show_extra(self, path: str, findings: Sequence[Finding]) -> None:
        """Findings that need more than the form to be known (a number somebody else has)."""
        if list(findings) != self._extra.get(path, []):
            self._extra[path] = list(findings)
            self._refresh_findings(path)
            self._refresh_rail()

    def value(self, path: str) -> Answer:
        """The answer the filling has now."""
        return self._need().value(path)

    def answers(self) -> dict[str, Answer]:
        """What is to be saved, everything typed included."""
        self._typing.flush()
        return self._need().answers()

    def confirmations(self) -> dict[str, str]:
        """Fingerprint -> reason; those whose values are gone are left out when saving."""
        return dict(self._confirmations)

    def decided(self) -> frozenset[str]:
        """The paths of clashes that the officer settled."""
        return frozenset(self._decided)

    def half_typed(self) -> HalfTyped:
        """Everything as it stands, nothing taken or tidied up."""
        answers = self._need().kept()
        editor = self._rows[self._pending].editor if self._pending is not None else None
        if self._pending is not None and editor is not None:
            answers[self._pending] = editor.value()
        editors = (row.editor for row in self._rows.values())
        return HalfTyped(
            answers=answers,
            confirmations=self._confirmations,
            decided=frozenset(self._decided),
            reasons=reasons_in(self._rows),
            visited=tuple(path for path, row in self._rows.items() if row.visited),
            cursor=cursor_in(self._rows, self.window().focusWidget(), current=self._current),
            is_searching=any(e.is_searching for e in editors if e is not None),
        )

    def show_half_typed(self, draft: FormDraft) -> None:
        """After ``show_filling`` with the draft's answers: all the rest of it, and the cursor."""
        for path in draft.visited:
            if path in self._rows:
                self._rows[path].visited = True
        for path in draft.decided & self._rows.keys():
            self._decided.add(path)
            self._rows[path].clear_others()
        self._refresh(self._rows)
        self.put_cursor(draft.cursor)
        put_reasons(self._rows, draft.reasons, draft.cursor)

    def put_cursor(self, cursor: Cursor) -> None:
        """Where it was, with the letters that stood there."""
        if not self.focus_question(cursor.path):
            self.focus_first()
            return
        editor = self._rows[cursor.path].editor
        if editor is None or cursor.finding or cursor.text is None:
            return
        editor.show_typed(cursor.text, cursor.position)
        if not editor.is_immediate and editor.value() != self._need().value(cursor.path):
            self._pending = cursor.path
            self._take_typed()

    def _findings(self) -> list[Finding]:
        extra = [finding for findings in self._extra.values() for finding in findings]
        return [*self._need().findings(), *extra]

    def _findings_at(self, path: str) -> list[Finding]:
        return [*self._need().findings_at(path), *self._extra.get(path, [])]

    def summary(self) -> Summary:
        """Counts of what is open."""
        findings = self._findings()
        open_ = [f for f in findings if f.fingerprint not in self._confirmations]
        missing = sum(f.code is Code.FORM_001 for f in open_)
        errors = sum(f.severity is Severity.ERROR for f in open_) - missing
        warnings = sum(f.severity is Severity.WARNING for f in open_)
        flags = sum(f.is_flag for f in findings)
        return Summary(errors=errors, warnings=warnings, missing=missing, flags=flags)

    def show_everything(self) -> None:
        """From now on findings stand at every question, visited or not."""
        self._show_all = True
        self._refresh(self._rows)

    # -- moving --

    def focus_first(self) -> None:
        """Start where the first answer is missing, else at the first question."""
        paths = [p for p in self._asked() if not self._boxes[self._section_of[p]].is_folded]
        filling = self._need()
        empty = [p for p in paths if filling.value(p) is None and filling.is_required(p)]
        if paths:
            self.focus_question((empty or paths)[0])

    def focus_question(self, path: str) -> bool:
        """Put the cursor there. False when the question is not asked."""
        row = self._rows.get(path)
        if row is None or row.editor is None or not self._need().is_relevant(path):
            return False
        self._boxes[self._section_of[path]].unfold()
        row.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._canvas.scroll_to(row)
        return True

    def focus_next_finding(self) -> bool:
        """To the next open error or warning after the current question, round the form."""
        self._typing.flush()
        open_ = {
            finding.path
            for finding in self._findings()
            if finding.severity is not Severity.INFORMATION
            and finding.fingerprint not in self._confirmations
        }
        paths = self._asked()
        start = paths.index(self._current) + 1 if self._current in paths else 0
        for path in paths[start:] + paths[:start]:
            if path in open_:
                return self._focus_finding(path)
        return False

    def _focus_finding(self, path: str) -> bool:
        row = self._rows[path]
        row.visited = True
        self._refresh_findings(path)
        self.focus_question(path)
        has_error = any(f.severity is Severity.ERROR for f in self._findings_at(path))
        if not has_error:
            any(line.reason is None and line.focus_reason() for line in row.findings)
        return True

    def _asked(self) -> list[str]:
        """The questions that take an answer now, in the order of the paper."""
        filling = self._need()
        return [
            path
            for path, row in self._rows.items()
            if row.editor is not None
            and row.question.type is not QuestionType.CALCULATE
            and filling.is_relevant(path)
            and not filling.is_readonly(path)
        ]

    def _move(self, path: str, step: int) -> None:
        self._typing.flush()
        paths = [p for p in self._asked() if not self._boxes[self._section_of[p]].is_folded]
        if path not in paths:
            return
        there = paths.index(path) + step
        if 0 <= there < len(paths):
            self.focus_question(paths[there])
        else:
            self._left(path)

    def _go_to_section(self, section: str) -> None:
        path = next((p for p in self._asked() if self._section_of[p] == section), None)
        if path is not None:
            self.focus_question(path)

    # -- answers --

    def _edited(self, path: str) -> None:
        editor = self._rows[path].editor
        if editor is None:
            return
        if self._pending not in (None, path):
            self._typing.flush()
        self._pending = path
        if editor.is_immediate:
            self._take_typed()
        else:
            self._typing.ask()
        self.changed.emit()

    def _take_typed(self) -> None:
        path, editor = self._pending, None
        if path is not None:
            editor = self._rows[path].editor
        if path is None or editor is None:
            return
        if editor.is_composing:
            self._typing.ask()
            return
        self._typing.cancel()
        self._pending = None
        self._rows[path].visited = True
        self._set(path, editor.value())

    def _set(self, path: str, value: Answer) -> None:
        touched = self._need().set(path, value)
        if touched:
            self._extra.pop(path, None)
            self.answer_taken.emit(path, value)
        self._refresh({path, *touched}, edited=path)

    def _left(self, path: str) -> None:
        # The page is being closed or deleted: ``answers`` takes what was typed.
        if not shiboken6.isValid(self) or not self.isVisible():
            return
        if self._pending == path:
            self._typing.flush()
        row = self._rows[path]
        if not row.visited:
            row.visited = True
            self._refresh_findings(path)
            self._refresh_rail()
        row.set_active(False)

    def _entered(self, path: str) -> None:
        self._current = path
        row = self._rows[path]
        row.set_active(True)
        self._canvas.scroll_to(row)
        self._refresh_rail()
        self.hint_changed.emit(row.question.hint_vi)
        self.typed.emit()

    def _confirm(self, fingerprint: str, reason: str) -> None:
        if reason:
            self._confirmations[fingerprint] = reason
        else:
            self._confirmations.pop(fingerprint, None)
        row = self._rows[self._current]
        for path in self._rows:
            self._refresh_findings(path)
        self._refresh_rail()
        self.changed.emit()
        if row.editor is not None:
            row.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _take_value(self, path: str, value: str) -> None:
        row = self._rows[path]
        row.visited = True
        self._decided.add(path)
        self._set(path, value or None)
        if row.editor is not None:
            row.editor.show_value(self._need().value(path))
        row.clear_others()
        self.changed.emit()

    def _keep_value(self, path: str) -> None:
        self._decided.add(path)
        self._rows[path].clear_others()
        self.changed.emit()

    # -- showing --

    def _refresh(self, paths: Iterable[str], *, edited: str = "") -> None:
        filling = self._need()
        for path in paths:
            row = self._rows.get(path)
            if row is None:
                continue
            row.setVisible(self._is_drawn(row.question))
            if row.editor is not None:
                self._refresh_editor(row, filling, is_typed=path == edited)
            self._refresh_findings(path)
        self._canvas.show_relevance(filling)
        self._refresh_rail()

    def _refresh_editor(self, row: QuestionRow, filling: Filling, *, is_typed: bool) -> None:
        path, editor = row.question.path, row.editor
        if editor is None or not filling.is_relevant(path):
            return
        row.show_required(filling.is_required(path))
        if row.question.list_name:
            editor.show_choices(filling.choices(path))
        if not is_typed:
            editor.show_value(filling.value(path))
        is_calculated = row.question.type is QuestionType.CALCULATE
        editor.set_readonly(is_calculated or filling.is_readonly(path))

    def _refresh_findings(self, path: str) -> None:
        row = self._rows[path]
        findings: list[Finding] = []
        if (row.visited or self._show_all) and self._need().is_relevant(path):
            findings = self._findings_at(path)
        row.show_findings(findings, self._confirmations)

    def _refresh_rail(self) -> None:
        current = self._section_of.get(self._current, "")
        progress = {path: self._progress(path) for path in self._boxes}
        self._rail.show_progress(progress, current=current)
        self.summary_changed.emit()

    def _progress(self, section: str) -> Progress:
        filling = self._need()
        asked = answered = errors = warnings = 0
        for path in self._asked():
            if self._section_of[path] != section:
                continue
            asked += 1
            answered += filling.value(path) is not None
            for line in self._rows[path].findings:
                is_open = line.finding.fingerprint not in self._confirmations
                errors += is_open and line.finding.severity is Severity.ERROR
                warnings += is_open and line.finding.severity is Severity.WARNING
        return Progress(answered, asked, errors, warnings)

    def _is_drawn(self, question: Question) -> bool:
        if question.type is QuestionType.CALCULATE and not question.label_vi:
            return False
        return self._need().is_relevant(question.path)

    def _shown(self, path: str, value: Answer) -> str:
        """A value as people read it: labels of options, dates with slashes."""
        if value is None:
            return ""
        question = self._rows[path].question
        return wording.answer_text(self.definition, question, value)

    def _need(self) -> Filling:
        if self._filling is None:
            raise RuntimeError("no record is shown yet")
        return self._filling


def _who(other: Competing) -> str:
    return f"{other.by}, {wording.moment(other.at)}" if other.at else other.by
