"""Beside the form, on F1: the law, what to write, examples, for the question with the keyboard."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout

from desktop.ui.forms.question_row import label_of
from forms.definition import FormDefinition, Question, QuestionType
from forms.explanations import explanation_of

PANEL_WIDTH = 264


class HelpPanel(QScrollArea):
    """Follows the keyboard from question to question."""

    def __init__(self, *, definition: FormDefinition) -> None:
        super().__init__()
        self._definition = definition
        self.setObjectName("form:help")
        self.setAccessibleName(self.tr("Giải thích câu hỏi"))
        self.setFixedWidth(PANEL_WIDTH)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        card = QFrame()
        card.setProperty("kind", "card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(14, 12, 12, 12)
        layout.setSpacing(3)
        self._title = _line("heading")
        layout.addWidget(self._title)
        self._parts: dict[str, tuple[QLabel, QLabel]] = {}
        for name, heading in (
            ("write", self.tr("Ghi thế nào")),
            ("examples", self.tr("Ví dụ")),
            ("law", self.tr("Căn cứ")),
            ("keys", self.tr("Phím")),
        ):
            title, text = _line("strong"), _line("")
            title.setText(heading)
            title.setContentsMargins(0, 8, 0, 0)
            text.setObjectName(f"help:{name}")
            layout.addWidget(title)
            layout.addWidget(text)
            self._parts[name] = (title, text)
        layout.addStretch(1)
        self.setWidget(card)
        self.hide()

    def show_question(self, question: Question | None) -> None:
        """This one; without a question, how to find one."""
        if question is None:
            self._title.setText(self.tr("Giải thích"))
            self._show(write=self.tr("Đưa con trỏ vào một câu để xem giải thích của câu đó."))
            return
        known = explanation_of(self._definition, question)
        number = f"{question.number}. " if question.number else ""
        self._title.setText(f"{number}{label_of(question)}")
        self._show(
            write=known.write_vi,
            examples="<br>".join(f"• {escape(one)}" for one in known.examples_vi),
            law=known.law_vi,
            keys=self._keys_of(question),
        )

    def _show(self, **texts: str) -> None:
        for name, (title, label) in self._parts.items():
            text = texts.get(name, "")
            label.setText(text)
            title.setVisible(bool(text))
            label.setVisible(bool(text))

    def _keys_of(self, question: Question) -> str:
        if question.type is QuestionType.SELECT_MULTIPLE:
            return self.tr("Mỗi số chọn hoặc bỏ một dòng; Enter sang câu sau.")
        if question.list_name:
            return self.tr("Số để chọn, hoặc gõ vài chữ không dấu; Enter sang câu sau.")
        return self.tr("F2 lấy từ phiếu trước, F3 giữ cho phiếu sau; Enter sang câu sau.")


def _line(kind: str) -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if kind:
        label.setProperty("kind", kind)
    return label
