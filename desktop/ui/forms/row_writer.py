"""What stands on a drawn question: its answer, its findings, what others say about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from desktop.domain.records import Competing
from desktop.ui import wording
from desktop.ui.forms.outline import Outline, plain
from desktop.ui.forms.paper import Paper
from desktop.ui.forms.question_row import ONLY_SHOWN, Other, QuestionRow
from forms.definition import Answer, QuestionType
from forms.findings import Finding

#: How many answers tell one line of a roster from another.
_TELLING = 4


@dataclass(frozen=True, slots=True)
class Notes:
    """What others said about answers, by path."""

    remarks: Mapping[str, str] = field(default_factory=dict)
    csdlqg: Mapping[str, str] = field(default_factory=dict)
    competing: Mapping[str, tuple[Competing, ...]] = field(default_factory=dict)


class RowWriter:
    """Writes on rows what a paper knows.

    Attributes:
        notes: what others said; without the clashes that are settled.
        typed_at: the question in which somebody is typing: nothing new is said there before it
            is left.
        marks: path -> where its answer comes from, in a word or two.
        offered: the reasons that a digit gives for a finding.
    """

    def __init__(self, *, outline: Outline) -> None:
        self.notes = Notes()
        self.typed_at = ""
        self.marks: Mapping[str, str] = {}
        self.offered: Callable[[Finding], Sequence[str]] = lambda _finding: ()
        self._outline = outline

    def write(self, row: QuestionRow, paper: Paper, *, is_typed: bool = False) -> bool:
        """Everything; returns whether the row may have another height now."""
        is_asked = paper.is_relevant(row.path)
        changed = row.show_asked(is_asked)
        if is_asked:
            changed |= self._write_answer(row, paper, is_typed=is_typed)
        changed |= self.write_findings(row, paper)
        self.write_notes(row, paper)
        return changed

    def _write_answer(self, row: QuestionRow, paper: Paper, *, is_typed: bool) -> bool:
        path, editor, filling = row.path, row.editor, paper.filling
        if "${" in row.question.label_vi:
            row.show_label(filling.label(path))
        if editor is None:
            return False
        row.show_required(filling.is_required(path))
        row.show_mark(self.marks.get(path, ""))
        changed = False
        if row.question.list_name:
            changed = editor.show_choices(filling.choices(path))
        if not is_typed:
            editor.show_value(filling.value(path))
        is_fixed = row.question.type in ONLY_SHOWN or paper.is_readonly(path)
        editor.set_readonly(is_fixed)
        return changed

    def write_findings(self, row: QuestionRow, paper: Paper) -> bool:
        """What is wrong there, as far as it is to be said now."""
        found = list(paper.shown_at(row.path)) if paper.is_relevant(row.path) else []
        if row.path == self.typed_at:
            said = {line.finding.fingerprint for line in row.findings}
            found = [one for one in found if one.fingerprint in said]
        return row.show_findings(
            found, paper.confirmations, typed=paper.reasons, offered=self.offered
        )

    def write_notes(self, row: QuestionRow, paper: Paper) -> None:
        """What others say."""
        path, notes = row.path, self.notes
        others = () if path in paper.decided else notes.competing.get(path, ())
        row.show_notes(
            remark=notes.remarks.get(path, ""),
            csdlqg=self.shown(path, notes.csdlqg.get(path)),
            others=[
                Other(str(c.value or ""), self.shown(path, c.value), _who(c), c.is_held)
                for c in others
            ],
        )

    def shown(self, path: str, value: Answer) -> str:
        """A value as people read it: labels of options, dates with slashes."""
        question = self._outline.question(path)
        if value is None or question is None:
            return ""
        return wording.answer_text(self._outline.definition, question, value)

    def words_of(self, instance: str, paper: Paper) -> str:
        """The first answers of an instance, in one line."""
        section = self._outline.sections[plain(instance)]
        telling: list[str] = []
        for child in section.children:
            path = instance + child.path[len(section.path) :]
            question = self._outline.question(path)
            if question is None or question.type is QuestionType.CALCULATE:
                continue
            if paper.is_relevant(path) and (text := self.shown(path, paper.filling.value(path))):
                telling.append(text)
            if len(telling) == _TELLING:
                break
        return "  ·  ".join(telling)


def _who(other: Competing) -> str:
    return f"{other.by}, {wording.moment(other.at)}" if other.at else other.by
