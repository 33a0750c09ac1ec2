"""Above the person: why it was asked, what was answered, what another device answered."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop.domain.checks import CheckAnswer, CheckCase
from desktop.ui import wording
from desktop.ui.desks.answer_bar import ANSWER_TINTS
from desktop.ui.widgets.wrapped_label import WrappedLabel
from forms.definition import Answer


class CaseNotes(QWidget):
    """Boxes of words; drawn anew for each person."""

    def __init__(self, *, words: wording.Words) -> None:
        super().__init__()
        self._words = words
        self._boxes: list[QFrame] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)

    def show_case(self, case: CheckCase) -> None:
        """What there is to say of this one."""
        for box in self._boxes:
            box.hide()
            box.deleteLater()
        self._boxes = [self._reasons(case)]
        if case.answer is not None:
            self._boxes.append(self._answer(case, case.answer))
        if case.competing:
            self._boxes.append(self._competing(case))
        for box in self._boxes:
            self._layout.addWidget(box)

    def _reasons(self, case: CheckCase) -> QFrame:
        why = "; ".join(self._words.flag(code) for code in case.reasons)
        asked = self.tr("{by} hỏi lúc {at}").format(
            by=case.asked_by, at=wording.moment(case.asked_at)
        )
        if case.list_name:
            asked = self.tr("{list} · {asked}").format(list=case.list_name, asked=asked)
        title = why or self.tr("Cán bộ xã đề nghị kiểm tra.")
        return _box("check:reasons", "warning", title, [], small=asked)

    def _answer(self, case: CheckCase, answer: CheckAnswer) -> QFrame:
        lines = [
            self.tr("{field} theo CSDLQG: {value}").format(
                field=self._words.person_field(field),
                value=self._words.person_value(field, value),
            )
            for field, value in case.differs.items()
        ]
        if case.assigned:
            lines.append(self.tr("Số định danh công an cấp: {n}").format(n=case.assigned))
        title = self.tr("Đã trả lời: {a}").format(a=self._words.check_answer(answer))
        small = "" if case.competing else self.tr("Trả lời lại: Ctrl+Z")
        return _box("check:answer", ANSWER_TINTS[answer], title, [*lines, case.note], small=small)

    def _competing(self, case: CheckCase) -> QFrame:
        """Another device answered otherwise; answering again decides."""
        lines = [
            self.tr("{value} ({by}, {at})").format(
                value=self._competing_text(field, other.value),
                by=other.by,
                at=wording.moment(other.at),
            )
            for field, others in case.competing.items()
            for other in others
        ]
        title = self.tr("Máy khác trả lời khác; hãy trả lời lại để chốt.")
        return _box("check:competing", "warning", title, lines)

    def _competing_text(self, field: str, value: Answer) -> str:
        if field == "answer" and value is not None:
            return self._words.check_answer(CheckAnswer(value))
        kind, _, name = field.partition(".")
        text = self._words.person_value(name, str(value or "")) or self.tr("(không ghi)")
        if kind == "assigned":
            return self.tr("Số định danh công an cấp: {n}").format(n=text)
        return f"{self._words.person_field(name)}: {text}" if kind == "differs" else text


def _box(name: str, note: str, title: str, lines: list[str], *, small: str = "") -> QFrame:
    box = QFrame()
    box.setObjectName(name)
    box.setProperty("note", note)
    inside = QVBoxLayout(box)
    inside.setContentsMargins(14, 8, 14, 8)
    inside.setSpacing(2)
    heading = WrappedLabel()
    heading.setText(title)
    heading.setProperty("kind", "strong")
    inside.addWidget(heading)
    for line in filter(None, lines):
        words = WrappedLabel()
        words.setText(line)
        inside.addWidget(words)
    if small:
        told = QLabel(small)
        told.setProperty("kind", "small")
        inside.addWidget(told)
    return box
