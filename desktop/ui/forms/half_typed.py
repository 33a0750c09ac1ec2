"""What stands on a drawn form beside its answers: the cursor, and reasons that are being typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from desktop.domain.drafts import Cursor, DraftMark, Edited, FormDraft
from desktop.domain.records import OpenedForm
from desktop.ui.forms.editors import EntryLine
from desktop.ui.forms.question_row import QuestionRow
from forms.definition import Answer, QuestionType

Rows = Mapping[str, QuestionRow]


@dataclass(frozen=True, slots=True)
class HalfTyped:
    """A form at a pause of typing.

    Attributes:
        answers: everything given, also what is not asked now and what is being typed.
        is_searching: do letters stand somewhere that are no answer before something is taken?
    """

    answers: Mapping[str, Answer]
    confirmations: Mapping[str, str]
    decided: frozenset[str]
    reasons: Mapping[str, str]
    visited: tuple[str, ...]
    cursor: Cursor
    is_searching: bool


def cursor_in(rows: Rows, focused: QWidget | None, *, current: str) -> Cursor:
    """Where the keyboard is; at the question it was at last when it is outside of the form."""
    for path, row in rows.items():
        if focused is None or not row.isAncestorOf(focused):
            continue
        finding = next(
            (line.finding.fingerprint for line in row.findings if line.line is focused), ""
        )
        if isinstance(focused, EntryLine):
            return Cursor(path, finding, focused.text(), focused.cursorPosition())
        return Cursor(path)
    return Cursor(current)


def reasons_in(rows: Rows) -> dict[str, str]:
    """Fingerprint -> what stands in the line of its reason, not given yet."""
    return {
        line.finding.fingerprint: line.line.text()
        for row in rows.values()
        for line in row.findings
        if line.line is not None and line.line.text()
    }


def put_reasons(rows: Rows, reasons: Mapping[str, str], cursor: Cursor) -> None:
    """Write reasons into their lines, and the cursor into the one it was in."""
    for row in rows.values():
        for finding in row.findings:
            line, name = finding.line, finding.finding.fingerprint
            if line is None:
                continue
            if reasons.get(name):
                line.setText(reasons[name])
            if cursor.finding == name:
                finding.focus_reason()
                line.setCursorPosition(cursor.position)


def draft_of(opened: OpenedForm, half: HalfTyped, mark: DraftMark, *, full_name: str) -> FormDraft:
    """What differs from what the officer was shown; calculated answers are nobody's typing."""
    definition = opened.definition
    calculated = {q.path for q in definition.questions() if q.type is QuestionType.CALCULATE}
    edits = {
        path: Edited(opened.answers.get(path), half.answers.get(path))
        for path in {*opened.answers, *half.answers} - calculated
        if opened.answers.get(path) != half.answers.get(path)
    }
    given, before = half.confirmations, opened.confirmations
    return FormDraft(
        draft_id=mark.draft_id,
        revision=mark.revision,
        form_id=definition.form_id,
        form_version=definition.version,
        person_id=opened.person_id,
        full_name=full_name,
        edits=edits,
        confirmations={
            name: given.get(name, "")
            for name in {*given, *before}
            if given.get(name) != before.get(name)
        },
        decided=half.decided,
        versions=opened.versions,
        reasons=half.reasons,
        visited=half.visited,
        cursor=half.cursor,
    )
