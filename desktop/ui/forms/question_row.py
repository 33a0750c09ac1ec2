"""One question as drawn: label at the left, editor and everything said about it at the right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
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
_BAR_WIDTH = 3
EDITOR_WIDTH = 590

_PLAIN_EDITORS: Mapping[QuestionType, Callable[..., Editor]] = {
    QuestionType.INTEGER: NumberEditor,
    QuestionType.DECIMAL: NumberEditor,
    QuestionType.RANGE: NumberEditor,
    QuestionType.DATE: DateEditor,
    QuestionType.SELECT_MULTIPLE: SeveralChoicesEditor,
    QuestionType.ACKNOWLEDGE: OneChoiceEditor,
}
_NOTHING: Mapping[str, str] = MappingProxyType({})
#: Worked out, or taken elsewhere (pictures, files): here stands which one it is.
ONLY_SHOWN = frozenset({QuestionType.CALCULATE, QuestionType.IMAGE, QuestionType.FILE})


def label_of(question: Question) -> str:
    """The label without the printed number, which stands apart."""
    label, number = question.label_vi, question.number
    if number and label.startswith(number):
        label = label[len(number) :].lstrip(". ")
    return label


def make_editor(question: Question, *, list_length: int, parent: QWidget) -> Editor:
    """The editor that fits the question's type."""
    if question.type is QuestionType.SELECT_ONE:
        kind = SearchChoiceEditor if list_length > LONGEST_LIST else OneChoiceEditor
        return kind(question=question, parent=parent)
    return _PLAIN_EDITORS.get(question.type, TextEditor)(question=question, parent=parent)


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
        reason_typed: (fingerprint, letters) of a reason that is not given yet.
        pressed: a key, in the answer or in a reason.

    Attributes:
        path: of the answer; in a roster the same row stands for one instance after the other.
    """

    value_taken = Signal(str, str)
    value_kept = Signal(str)
    csdlqg_taken = Signal(str)
    confirmed = Signal(str, str)
    typed = Signal()
    reason_typed = Signal(str, str)
    pressed = Signal()

    _is_made = False

    def __init__(
        self, *, question: Question, choices: Sequence[Choice], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.question = question
        self.path = question.path
        self.findings: tuple[FindingLine, ...] = ()
        self._shown: tuple[object, ...] = ()
        self._others: list[NoteLine] = []
        self._notes_shown: tuple[object, ...] = ("", "", ())
        self.setProperty("kind", "question")
        self._text = label_of(question)
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setFixedWidth(LABEL_WIDTH)
        self._label.setContentsMargins(0, 5, 0, 0)
        self._right = QVBoxLayout()
        self._right.setSpacing(4)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(4)
        self._remarks = QVBoxLayout()
        self._remarks.setSpacing(4)
        self.editor: Editor | None = None
        if question.type is not QuestionType.NOTE:
            self.editor = make_editor(question, list_length=len(choices), parent=self)
            self.editor.setMaximumWidth(EDITOR_WIDTH)
            self.editor.typed.connect(self.typed)
            self.editor.pressed.connect(self.pressed)
            self._label.setBuddy(self.editor)
            self._right.addWidget(self.editor)
        self._right.addLayout(self._remarks)
        self._right.addLayout(self._notes)
        self._lay_out()
        self._asked: bool | None = None
        self._is_active = False
        self._required = False
        self._mark = ""
        self._show_label()
        self._is_made = True

    def rename(self, path: str) -> None:
        """The row stands for another instance of the repeat it is in."""
        if path != self.path:
            self.path = path
            self.show_findings((), {})
            self.show_notes()
            if self.editor is not None:
                self.editor.rename(path)

    def show_asked(self, asked: bool) -> bool:
        """Questions that are not asked are hidden; returns whether that is news."""
        if asked is self._asked:
            return False
        self._asked = asked
        self.setVisible(asked)
        return True

    def show_label(self, text: str) -> None:
        """The label with the answers it shows."""
        if text != self._text:
            self._text = text
            self._show_label()

    def show_required(self, required: bool) -> None:
        """A star beside the label of a question that must be answered."""
        if required != self._required:
            self._required = required
            self._show_label()

    def show_mark(self, mark: str) -> None:
        """A small word below the label: where the answer comes from."""
        if mark != self._mark:
            self._mark = mark
            self._show_label()

    def _show_label(self) -> None:
        number = escape(self.question.number or "", quote=False)
        number = f"<b>{number}</b>&nbsp; " if number else ""
        star = f" <span style='color:{theme.color('error')}'>*</span>" if self._required else ""
        mark = ""
        if self._mark:
            style = f"color:{theme.color('info')}; font-size:small"
            mark = f"<br><span style='{style}'>{escape(self._mark, quote=False)}</span>"
        # Answers stand in labels, and forms come from elsewhere: none of it is markup.
        self._label.setText(f"{number}{escape(self._text, quote=False)}{star}{mark}")

    def changeEvent(self, event: QEvent) -> None:
        """The star's colour stands in the text: another appearance, another text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._is_made:
            self._show_label()

    def show_findings(
        self,
        findings: Sequence[Finding],
        confirmations: Mapping[str, str],
        *,
        typed: Mapping[str, str] = _NOTHING,
        offered: Callable[[Finding], Sequence[str]] = lambda _finding: (),
    ) -> bool:
        """Drawn anew only when something changed, so that a reason being typed stays.

        ``typed`` are reasons not given yet, ``offered`` those that a digit takes. Returns whether
        anything was drawn.
        """
        shown = tuple((f.fingerprint, confirmations.get(f.fingerprint)) for f in findings)
        if shown == self._shown:
            for line in self.findings:
                line.show_typed(typed.get(line.finding.fingerprint, ""))
            return False
        self._shown = shown
        for line in self.findings:
            self._remarks.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.findings = tuple(
            FindingLine(
                finding=f,
                reason=confirmations.get(f.fingerprint),
                typed=typed.get(f.fingerprint, ""),
                offered=offered(f),
                parent=self,
            )
            for f in findings
        )
        for line in self.findings:
            line.confirmed.connect(self.confirmed)
            line.typed.connect(self.typed)
            line.reason_typed.connect(self.reason_typed)
            line.pressed.connect(self.pressed)
            if self.editor is not None:
                line.move_asked.connect(self.editor.move_asked)
            line.setMaximumWidth(EDITOR_WIDTH)
            self._remarks.addWidget(line)
            line.show()
        if self.editor is not None:
            self.editor.show_severity(_worst(findings, confirmations))
        return True

    def show_notes(
        self,
        *,
        remark: str = "",
        csdlqg: str = "",
        others: Sequence[Other] = (),
    ) -> None:
        """What others say: the return, the CSDLQG's value, other values."""
        wanted = (remark, csdlqg, tuple(others))
        if wanted == self._notes_shown:
            return
        self._notes_shown = wanted
        while (item := self._notes.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        path = self.path
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
        """The clash is settled; should it be one again, it is drawn anew."""
        self._notes_shown = ()
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
            button_name=f"button:take:{self.path}:{number}",
        )
        note.taken.connect(self._take_other)
        self._add_note(note)
        return note

    def _keep_own(self, _value: str) -> None:
        self.value_kept.emit(self.path)

    def set_active(self, active: bool) -> None:
        """The question being answered stands out."""
        if active is not self._is_active:
            self._is_active = active
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """With the keyboard: another ground, and a bar at the left."""
        super().paintEvent(event)
        if self._is_active:
            painter = QPainter(self)
            painter.fillRect(self.rect(), QColor(theme.color("sunken")))
            painter.fillRect(0, 0, _BAR_WIDTH, self.height(), QColor(theme.color("accent")))

    def _add_note(self, note: NoteLine) -> None:
        note.setMaximumWidth(EDITOR_WIDTH)
        self._notes.addWidget(note)
        note.show()

    def _take_csdlqg(self, _value: str) -> None:
        self.csdlqg_taken.emit(self.path)

    def _take_other(self, value: str) -> None:
        self.value_taken.emit(self.path, value)

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 5, 12, 5)
        layout.setSpacing(14)
        layout.addWidget(self._label, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(self._right, 1)
        layout.setAlignment(self._right, Qt.AlignmentFlag.AlignTop)


def _worst(findings: Sequence[Finding], confirmations: Mapping[str, str]) -> str:
    severities = {
        finding.severity for finding in findings if finding.fingerprint not in confirmations
    }
    if Severity.ERROR in severities:
        return "error"
    return "warning" if Severity.WARNING in severities else ""
