"""What stands on a drawn form beside its answers: the cursor, and reasons that are being typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtWidgets import QWidget

from desktop.domain.drafts import Cursor, DraftMark, Edited, FormDraft
from desktop.domain.records import OpenedForm
from desktop.domain.scans import Scan
from desktop.ui.forms.editors import EntryLine
from desktop.ui.forms.outline import plain
from desktop.ui.forms.question_row import QuestionRow
from forms.definition import Answer, QuestionType

Rows = Mapping[str, QuestionRow]


@dataclass(frozen=True, slots=True)
class HalfTyped:
    """A form at a pause of typing.

    Attributes:
        answers: everything given, also what is not asked now and what is being typed.
        searching: paths where letters stand that are no answer before something is taken.
    """

    answers: Mapping[str, Answer]
    confirmations: Mapping[str, str]
    decided: frozenset[str]
    reasons: Mapping[str, str]
    visited: tuple[str, ...]
    cursor: Cursor
    searching: frozenset[str]

    @property
    def has_loose_ends(self) -> bool:
        """Is there something that a save of the answers does not take?"""
        return bool(self.reasons or self.searching)


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


def put_reason(rows: Rows, cursor: Cursor) -> None:
    """The keyboard into the line of a reason, when it was there."""
    row = rows.get(cursor.path)
    for finding in () if row is None or not cursor.finding else row.findings:
        if finding.line is not None and finding.finding.fingerprint == cursor.finding:
            finding.focus_reason()
            finding.line.setCursorPosition(cursor.position)


def draft_of(
    opened: OpenedForm, half: HalfTyped, mark: DraftMark, *, scanned: Mapping[str, Scan]
) -> FormDraft:
    """What differs from what the officer was shown; calculated answers are nobody's typing."""
    definition = opened.definition
    calculated = {q.path for q in definition.questions() if q.type is QuestionType.CALCULATE}
    edits = {
        path: Edited(opened.answers.get(path), half.answers.get(path))
        for path in {*opened.answers, *half.answers}
        if plain(path) not in calculated and opened.answers.get(path) != half.answers.get(path)
    }
    given, before = half.confirmations, opened.confirmations
    return FormDraft(
        draft_id=mark.draft_id,
        revision=mark.revision,
        form_id=definition.form_id,
        form_version=definition.version,
        person_id=opened.person_id,
        full_name=_name_in(opened, half),
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
        cursor=_cursor_of(half, edits=edits),
        scanned=scanned,
    )


def loose_ends_of(opened: OpenedForm, half: HalfTyped, mark: DraftMark) -> FormDraft:
    """What a save does not take of a form that was left; nothing of it is an answer.

    Of somebody new it bears the id that the save gives the person.
    """
    return FormDraft(
        draft_id=mark.draft_id,
        revision=mark.revision,
        form_id=opened.definition.form_id,
        form_version=opened.definition.version,
        person_id=opened.person_id,
        full_name=_name_in(opened, half),
        reasons=half.reasons,
        visited=half.visited,
        cursor=_cursor_of(half, edits={}),
    )


def _cursor_of(half: HalfTyped, *, edits: Mapping[str, Edited]) -> Cursor:
    """With its letters where they were typed. An answer that only stood there must not come back
    with them: it may have been corrected since."""
    cursor = half.cursor
    is_typed = cursor.finding or cursor.path in edits or cursor.path in half.searching
    return cursor if is_typed else replace(cursor, text=None)


def _name_in(opened: OpenedForm, half: HalfTyped) -> str:
    path = opened.definition.path_of_role("person.full_name") or ""
    return str(half.answers.get(path) or "")
