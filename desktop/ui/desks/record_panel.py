"""A record handed in, read-only: one row per answer, walked by the arrows, with a place for the
reason why it goes back there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.reviews import SubmissionDetail
from desktop.ui import icons, theme, wording
from desktop.ui.widgets.wrapped_label import WrappedLabel
from forms.definition import FormDefinition, Question, QuestionType, Section
from forms.runtime.frames import order_of_path, without_keys
from forms.vietnamese import clean

_LABEL_WIDTH = 232
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """A submission with the text of its form."""

    detail: SubmissionDetail
    definition: FormDefinition


class RecordPanel(QScrollArea):
    """Sections as cards; a row with the keyboard is marked.

    Signals:
        reasons_wanted: (path) reasons given before at this question.
        typed: a reason holds other letters, or is taken back.
        return_asked: Enter in the line of a reason.
        left: back to the list.
    """

    reasons_wanted = Signal(str)
    typed = Signal()
    return_asked = Signal()
    left = Signal()

    def __init__(self, *, words: wording.Words) -> None:
        super().__init__()
        self._words = words
        self._rows: dict[str, _AnswerRow] = {}
        self.setObjectName("record:panel")
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_record(self, opened: OpenedRecord) -> None:
        """Another record, without any reason."""
        self._rows = {}
        panel = QWidget()
        panel.setProperty("kind", "canvas")
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        for child in opened.definition.children:
            box = self._box(child, opened)
            if box is not None:
                column.addWidget(box)
        column.addStretch(1)
        self.setWidget(panel)

    # -- walking --

    def enter(self) -> None:
        """The keyboard at the first answer."""
        if self._rows:
            self._focus(next(iter(self._rows)))

    def go_to(self, path: str) -> bool:
        """The keyboard at this answer; False when it was not given."""
        if path in self._rows:
            self._focus(path)
            return True
        return False

    @property
    def paths(self) -> Sequence[str]:
        """The answers in order."""
        return tuple(self._rows)

    @property
    def current(self) -> str:
        """The path of the row with the keyboard, "" for none."""
        focused = self.focusWidget()
        rows = self._rows.items()
        return next((p for p, row in rows if focused and row.isAncestorOf(focused)), "") or next(
            (p for p, row in rows if row.hasFocus()), ""
        )

    def _focus(self, path: str) -> None:
        row = self._rows[path]
        row.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ensureWidgetVisible(row, 0, 40)

    def _step(self, path: str, by: int) -> None:
        paths = list(self._rows)
        place = paths.index(path) + by
        if 0 <= place < len(paths):
            self._focus(paths[place])

    # -- reasons --

    def texts(self) -> dict[str, str]:
        """Path -> what is typed there, as it is typed."""
        return {path: row.line.text() for path, row in self._rows.items() if row.line.text()}

    def reasons(self) -> dict[str, str]:
        """Path -> the reason there."""
        found = {path: clean(text) for path, text in self.texts().items()}
        return {path: why for path, why in found.items() if why}

    def put_texts(self, texts: Mapping[str, str]) -> None:
        """Write what was typed before."""
        for path, text in texts.items():
            if path in self._rows:
                self._rows[path].line.setText(text)
                self._rows[path].line.show()

    def offer(self, path: str, reasons: Sequence[str]) -> None:
        """Reasons given before, each with its digit."""
        row = self._rows.get(path)
        if row is not None and reasons and row.line.isVisible():
            row.offer(reasons)
            self.ensureWidgetVisible(row, 0, 80)

    # -- making --

    def _box(self, child: Question | Section, opened: OpenedRecord) -> QFrame | None:
        """A section with its answered questions; ``None`` when nothing in it was answered."""
        questions = [child] if isinstance(child, Question) else _questions(child)
        answers = opened.detail.answers
        shown = [
            (question, path) for question in questions for path in _answered(question.path, answers)
        ]
        if not shown:
            return None
        box = QFrame()
        box.setProperty("kind", "card")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(8, 8, 8, 8)
        inside.setSpacing(0)
        if isinstance(child, Section):
            heading = QLabel(child.label_vi)
            heading.setProperty("kind", "heading")
            heading.setContentsMargins(8, 0, 0, 2)
            inside.addWidget(heading)
        for question, path in shown:
            inside.addWidget(self._row(question, path, opened))
        return box

    def _row(self, question: Question, path: str, opened: OpenedRecord) -> QWidget:
        detail = opened.detail
        row = _AnswerRow(
            question=question,
            path=path,
            value=wording.answer_text(opened.definition, question, detail.answers.get(path)),
            is_open=detail.row.is_open,
            is_doubtful=any(finding.path == path for finding in detail.findings),
        )
        if path in detail.reasons:
            words = self.tr("Trả lại: {reason}").format(reason=detail.reasons[path])
            row.add_note(words, "error")
        row.stepped.connect(lambda by: self._step(path, by))
        row.opened.connect(lambda: self.reasons_wanted.emit(path))
        row.typed.connect(self.typed)
        row.return_asked.connect(self.return_asked)
        row.left.connect(self.left)
        self._rows[path] = row
        return row


class _AnswerRow(QFrame):
    """Label, value, the button that sends it back, and below it the reason."""

    stepped = Signal(int)
    opened = Signal()
    typed = Signal()
    return_asked = Signal()
    left = Signal()

    def __init__(
        self, *, question: Question, path: str, value: str, is_open: bool, is_doubtful: bool
    ) -> None:
        super().__init__()
        self.setObjectName(f"row:{path}")
        self.setProperty("kind", "question")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_open else Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(f"{question.label_vi}: {value}")
        self._is_open = is_open
        label = QLabel(question.label_vi)
        label.setProperty("kind", "muted")
        label.setWordWrap(True)
        label.setContentsMargins(0, 1, 0, 0)  # on one line with the larger value
        label.setFixedWidth(_LABEL_WIDTH)
        words = QLabel(value)
        words.setObjectName(f"answer:{path}")
        words.setProperty("kind", "value")
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        top = QHBoxLayout()
        top.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(words, 1, Qt.AlignmentFlag.AlignTop)
        if is_doubtful:
            sign = QLabel()
            icons.put(sign, "warning", tint="warning", size=18)
            top.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 3, 4, 3)
        self._column.setSpacing(3)
        self._column.addLayout(top)
        self.line = self._make_line(question, path)
        self._offers = self._make_offers(question, path)
        if is_open:
            top.addWidget(self._make_button(path), 0, Qt.AlignmentFlag.AlignTop)
        self._column.addWidget(self.line)
        self._column.addWidget(self._offers)

    def add_note(self, text: str, kind: str) -> None:
        box = QFrame()
        box.setProperty("note", kind)
        picture = QLabel()
        icons.put(picture, kind, tint=kind, size=18)
        words = WrappedLabel()
        words.setText(text)
        layout = QHBoxLayout(box)
        layout.setContentsMargins(10, 4, 10, 4)
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(words, 1)
        self._column.addWidget(box)

    def offer(self, reasons: Sequence[str]) -> None:
        self._offers.clear()
        for number, why in enumerate(reasons, 1):
            self._offers.addItem(f"{number}  {why}")
        self._offers.addItem(self.tr("0  Gõ lý do khác"))
        self._offers.setProperty("reasons", list(reasons))
        self._offers.setCurrentRow(0)
        height = self._offers.sizeHintForRow(0) * self._offers.count() + 6
        self._offers.setFixedHeight(height)
        self._offers.show()
        if not self.line.text():
            self._offers.setFocus()

    # -- making --

    def _make_line(self, question: Question, path: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"reason:{path}")
        line.setAccessibleName(self.tr("Lý do trả lại ở: {label}").format(label=question.label_vi))
        line.setPlaceholderText(self.tr("Lý do trả lại, nói rõ cần sửa gì"))
        line.textChanged.connect(lambda _text: self.typed.emit())
        line.installEventFilter(self)
        line.hide()
        return line

    def _make_offers(self, question: Question, path: str) -> QListWidget:
        offers = QListWidget()
        offers.setObjectName(f"reasons:{path}")
        offers.setProperty("kind", "found")
        offers.setAccessibleName(
            self.tr("Lý do đã dùng, chọn bằng chữ số: {label}").format(label=question.label_vi)
        )
        offers.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        offers.itemClicked.connect(lambda _item: self._take(offers.currentRow()))
        offers.installEventFilter(self)
        offers.hide()
        return offers

    def _make_button(self, path: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"button:reason:{path}")
        icons.put(button, "return", tint="error", size=18)
        button.setToolTip(self.tr("Trả lại ở câu này (Enter)"))
        button.setAccessibleName(self.tr("Trả lại ở câu này"))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(self._toggle)
        return button

    def _toggle(self) -> None:
        if self.line.isVisible():
            self._take_back()
        else:
            self.line.show()
            self.line.setFocus()
            self.opened.emit()

    def _take_back(self) -> None:
        self.line.clear()
        self.line.hide()
        self._offers.hide()
        self.setFocus()

    def _take(self, number: int) -> None:
        reasons = self._offers.property("reasons") or []
        self._offers.hide()
        if 0 <= number < len(reasons):
            self.line.setText(reasons[number])
            self.setFocus()
        else:
            self.line.setFocus()

    # -- Qt --

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Digits choose among the reasons; Escape closes; Enter in the line sends back."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        key = event.key()
        if watched is self._offers:
            if Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
                self._take(key - Qt.Key.Key_1)
                return True
            if key in _ENTER and not event.modifiers():
                self._take(self._offers.currentRow())
                return True
        if key == Qt.Key.Key_Escape:
            if self.line.text():
                self._offers.hide()
                self.setFocus()
            else:
                self._take_back()
            return True
        if watched is self.line and key in _ENTER and not event.modifiers():
            self.return_asked.emit()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Enter asks for a reason, Delete takes it back."""
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.stepped.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in _ENTER and not event.modifiers() and self._is_open:
            if self.line.isVisible():
                self.line.setFocus()
            else:
                self._toggle()
        elif key == Qt.Key.Key_Delete and self.line.isVisible():
            self._take_back()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Left):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Marked while it has the keyboard."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            is_active = event.type() is QEvent.Type.FocusIn
            theme.restyle(self, active="true" if is_active else "false")
        return super().event(event)


def _questions(section: Section) -> list[Question]:
    """Every question of a section that can hold an answer, groups inside included."""
    found: list[Question] = []
    for child in section.children:
        if isinstance(child, Section):
            found.extend(_questions(child))
        elif child.type is not QuestionType.NOTE:
            found.append(child)
    return found


def _answered(path: str, answers: Mapping[str, object]) -> list[str]:
    """The answer of a question, or those of its instances within a repeat, in order."""
    if answers.get(path) is not None:
        return [path]
    found = (one for one in answers if "[" in one and without_keys(one) == path)
    return sorted(found, key=order_of_path)
