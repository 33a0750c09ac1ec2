"""One question as drawn: label at the left, editor and everything said about it at the right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.forms.choice_editors import (
    LONGEST_LIST,
    OneChoiceEditor,
    SeveralChoicesEditor,
)
from desktop.ui.forms.editors import DateEditor, Editor, NumberEditor, TextEditor
from desktop.ui.forms.finding_line import FindingLine
from desktop.ui.forms.note_line import NoteLine
from desktop.ui.forms.search_choice_editor import SearchChoiceEditor
from forms.definition import Choice, Question, QuestionType
from forms.findings import Finding, Severity

LABEL_WIDTH = 262
EDITOR_WIDTH = 590

_PLAIN_EDITORS: Mapping[QuestionType, Callable[..., Editor]] = {
    QuestionType.TEXT: TextEditor,
    QuestionType.INTEGER: NumberEditor,
    QuestionType.DECIMAL: NumberEditor,
    QuestionType.DATE: DateEditor,
    QuestionType.CALCULATE: TextEditor,
    QuestionType.SELECT_MULTIPLE: SeveralChoicesEditor,
}


def label_of(question: Question) -> str:
    """The label without the printed number, which stands apart."""
    label, number = question.label_vi, question.number
    if number and label.startswith(number):
        label = label[len(number) :].lstrip(". ")
    return label


def make_editor(question: Question, *, list_length: int) -> Editor:
    """The editor that fits the question's type."""
    if question.type is QuestionType.SELECT_ONE:
        kind = SearchChoiceEditor if list_length > LONGEST_LIST else OneChoiceEditor
        return kind(question=question)
    return _PLAIN_EDITORS[question.type](question=question)


@dataclass(frozen=True, slots=True)
class Other:
    """Another value of the answer: as it is kept, as it is read, whose it is.

    ``is_held``: it was typed on this device and the server refused it.
    """

    value: str
    shown: str
    who: str
    is_held: bool = False


class QuestionRow(QFrame):
    """A question with its editor, findings and notes.

    Signals:
        value_taken: (path, value) of another value the officer takes.
        value_kept: the path whose own value the officer keeps against the others.
        csdlqg_taken: the path whose CSDLQG value the officer takes.
        confirmed: (fingerprint, reason).
        typed: letters or the cursor changed, in the answer or in a reason.

    Attributes:
        visited: findings are shown only where the officer has been.
    """

    value_taken = Signal(str, str)
    value_kept = Signal(str)
    csdlqg_taken = Signal(str)
    confirmed = Signal(str, str)
    typed = Signal()

    def __init__(self, *, question: Question, choices: Sequence[Choice]) -> None:
        super().__init__()
        self.question = question
        self.visited = False
        self.findings: tuple[FindingLine, ...] = ()
        self._shown: tuple[object, ...] = ()
        self._others: list[NoteLine] = []
        self.setProperty("kind", "question")
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setFixedWidth(LABEL_WIDTH)
        self._right = QVBoxLayout()
        self._right.setSpacing(4)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(4)
        self._remarks = QVBoxLayout()
        self._remarks.setSpacing(4)
        self.editor: Editor | None = None
        if question.type is not QuestionType.NOTE:
            self.editor = make_editor(question, list_length=len(choices))
            self.editor.setMaximumWidth(EDITOR_WIDTH)
            self.editor.typed.connect(self.typed)
            self._label.setBuddy(self.editor)
            self._right.addWidget(self.editor)
        self._right.addLayout(self._remarks)
        self._right.addLayout(self._notes)
        self._lay_out()
        self.show_required(False)

    def show_required(self, required: bool) -> None:
        """A star beside the label of a question that must be answered."""
        number = f"<b>{self.question.number}</b>&nbsp; " if self.question.number else ""
        star = f" <span style='color:{theme.color('error')}'>*</span>" if required else ""
        self._label.setText(f"{number}{label_of(self.question)}{star}")

    def show_findings(self, findings: Sequence[Finding], confirmations: Mapping[str, str]) -> None:
        """Drawn anew only when something changed, so that a reason being typed stays."""
        shown = tuple((f.fingerprint, confirmations.get(f.fingerprint)) for f in findings)
        if shown == self._shown:
            return
        self._shown = shown
        for line in self.findings:
            self._remarks.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.findings = tuple(
            FindingLine(finding=f, reason=confirmations.get(f.fingerprint)) for f in findings
        )
        for line in self.findings:
            line.confirmed.connect(self.confirmed)
            line.typed.connect(self.typed)
            if self.editor is not None:
                line.move_asked.connect(self.editor.move_asked)
            line.setMaximumWidth(EDITOR_WIDTH)
            self._remarks.addWidget(line)
            line.show()
        if self.editor is not None:
            self.editor.show_severity(_worst(findings, confirmations))

    def show_notes(
        self,
        *,
        remark: str = "",
        csdlqg: str = "",
        others: Sequence[Other] = (),
    ) -> None:
        """What others say: the return, the CSDLQG's value, other values."""
        while (item := self._notes.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        path = self.question.path
        if remark:
            text = self.tr("Cơ quan tiếp nhận trả lại: {remark}").format(remark=remark)
            self._add_note(NoteLine(text=text, kind="error", icon="return"))
        if csdlqg:
            note = NoteLine(
                text=self.tr("Theo CSDLQG về dân cư: {value}").format(value=csdlqg),
                kind="info",
                icon="shield",
                button=self.tr("Lấy giá trị này"),
                button_name=f"button:adopt:{path}",
            )
            note.taken.connect(self._take_csdlqg)
            self._add_note(note)
        self._others = [self._draw_other(other, number) for number, other in enumerate(others)]
        if self._others:
            keep = NoteLine(
                text=self.tr("Hoặc giữ giá trị đang có ở trên."),
                kind="warning",
                icon="check",
                button=self.tr("Giữ"),
                button_name=f"button:keep:{path}",
            )
            keep.taken.connect(self._keep_own)
            self._add_note(keep)
            self._others.append(keep)

    def clear_others(self) -> None:
        """The clash is settled."""
        for note in self._others:
            note.hide()

    def _draw_other(self, other: Other, number: int) -> NoteLine:
        words = self.tr("Máy khác ghi: {value} ({who})")
        if other.is_held:
            words = self.tr("Máy này đã ghi, máy chủ chưa nhận: {value} ({who})")
        note = NoteLine(
            text=words.format(value=other.shown or self.tr("để trống"), who=other.who),
            kind="warning",
            icon="clash",
            value=other.value,
            button=self.tr("Lấy giá trị này"),
            button_name=f"button:take:{self.question.path}:{number}",
        )
        note.taken.connect(self._take_other)
        self._add_note(note)
        return note

    def _keep_own(self, _value: str) -> None:
        self.value_kept.emit(self.question.path)

    def set_active(self, active: bool) -> None:
        """The question being answered stands out."""
        theme.restyle(self, active=active)

    def _add_note(self, note: NoteLine) -> None:
        note.setMaximumWidth(EDITOR_WIDTH)
        self._notes.addWidget(note)
        note.show()

    def _take_csdlqg(self, _value: str) -> None:
        self.csdlqg_taken.emit(self.question.path)

    def _take_other(self, value: str) -> None:
        self.value_taken.emit(self.question.path, value)

    def _lay_out(self) -> None:
        label_box = QVBoxLayout()
        label_box.setContentsMargins(0, 5, 0, 0)
        label_box.addWidget(self._label)
        label_box.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 5, 12, 5)
        layout.setSpacing(14)
        layout.addLayout(label_box)
        right = QWidget()
        right.setMaximumWidth(EDITOR_WIDTH)
        right.setLayout(self._right)
        self._right.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(right, 1, Qt.AlignmentFlag.AlignTop)


def _worst(findings: Sequence[Finding], confirmations: Mapping[str, str]) -> str:
    severities = {
        finding.severity for finding in findings if finding.fingerprint not in confirmations
    }
    if Severity.ERROR in severities:
        return "error"
    return "warning" if Severity.WARNING in severities else ""
