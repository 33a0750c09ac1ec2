"""The person to look up: an identity in pieces, each copied by one key, and beside them the values
of the CSDLQG as they are typed, with what the comparison says of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.checks import COMPARED_FIELDS, CheckCase, TypedAnswer
from desktop.ui import icons, theme, wording
from desktop.ui.widgets.wrapped_label import WrappedLabel
from forms.comparison.outcomes import FieldComparison, Outcome
from forms.comparison.wording import explained_vi
from forms.findings import Severity
from sync.protocol.documents import CHECKED_FIELDS

#: Where the number that the police give is typed.
NUMBER = "id_number"
_LABEL_WIDTH = 176
_KEY_WIDTH = 46
_OUTCOME_TINTS = {
    Outcome.SAME: "good",
    Outcome.SPELLING: "good",
    Outcome.PART_MISSING: "warning",
    Outcome.DIFFERENT: "error",
}


class CasePanel(QFrame):
    """Eight rows: key, label, value, copy; and a line for the value of the CSDLQG.

    Signals:
        typed: a line holds other letters.
        entered: Enter was pressed in a line.
        left: Escape was pressed in a line.
    """

    typed = Signal()
    entered = Signal()
    left = Signal()

    def __init__(self, *, words: wording.Words) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._words = words
        self._copied: dict[str, str] = {}
        self._rows = {
            field: _Row(field, number, words) for number, field in enumerate(CHECKED_FIELDS, 1)
        }
        self._is_typing = False
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 10, 12, 10)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(5)
        self._headings = self._make_headings(grid)
        for number, row in enumerate(self._rows.values(), 1):
            row.place_in(grid, number)
            row.copy.clicked.connect(row.copy_value)
            row.line.textEdited.connect(lambda _text: self.typed.emit())
            row.line.installEventFilter(self)
        self._grid = grid
        self._headings.hide()
        self.close_lines()

    def show_case(self, case: CheckCase) -> None:
        """Another person; nothing is typed."""
        for field, row in self._rows.items():
            raw = case.identity.get(field, "")
            value = self._words.person_value(field, raw)
            is_shown = bool(value) or field in COMPARED_FIELDS or field == NUMBER
            row.show_value(value, is_shown=is_shown)
            row.is_asked = field in COMPARED_FIELDS or (field == NUMBER and case.lacks_number)
        self.close_lines()

    # -- copying --

    def copy(self, field: str) -> bool:
        """Put this piece on the clipboard; False when there is none."""
        return self._rows[field].copy_value()

    # -- typing --

    def open_lines(self, *, at: str) -> None:
        """The lines for the CSDLQG beside the identity, the keyboard in that of ``at``."""
        self._is_typing = True
        self._spread(values=5, lines=6)
        for row in self._rows.values():
            row.set_typing(row.is_asked)
        self._headings.setVisible(True)
        self._rows[at].line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_lines(self) -> None:
        """Only the identity; what was typed is gone."""
        self._is_typing = False
        self._spread(values=1, lines=0)
        for row in self._rows.values():
            row.line.clear()
            row.show_verdict("", "")
            row.set_typing(False)
        self._headings.setVisible(False)

    def _spread(self, *, values: int, lines: int) -> None:
        self._grid.setColumnStretch(2, values)
        self._grid.setColumnStretch(4, lines)

    @property
    def is_typing(self) -> bool:
        """Are the lines open?"""
        return self._is_typing

    def texts(self) -> dict[str, str]:
        """What stands in the lines, by field."""
        return {field: row.line.text() for field, row in self._rows.items() if row.line.text()}

    def put_texts(self, texts: Mapping[str, str]) -> None:
        """Write what was typed before."""
        for field, text in texts.items():
            if field in self._rows:
                self._rows[field].line.setText(text)

    def show_judged(self, judged: TypedAnswer | None) -> None:
        """Under each line what its value is; ``None``: not known yet."""
        for field, row in self._rows.items():
            if judged is None or not row.line.text().strip():
                row.show_verdict("", "")
            elif field == NUMBER:
                row.show_verdict(*self._number_words(judged))
            elif (one := judged.fields.get(field)) is not None:
                row.show_verdict(_capital(explained_vi(one)), _tint(one))

    def _number_words(self, judged: TypedAnswer) -> tuple[str, str]:
        if judged.is_number_taken:
            return self.tr("Số này đã có ở người khác trong sổ"), "error"
        if not judged.number:
            return self.tr("Số đúng định dạng, khớp giới tính và năm sinh"), "good"
        worst = min(judged.number, key=lambda one: list(Severity).index(one.severity))
        tints = {Severity.ERROR: "error", Severity.WARNING: "warning"}
        return worst.message_vi, tints.get(worst.severity, "muted")

    # -- making --

    def _make_headings(self, grid: QGridLayout) -> QWidget:
        box = QLabel(self.tr("Gõ giá trị CSDLQG chỉ ở mục khác"))
        box.setProperty("kind", "strong")
        grid.addWidget(box, 0, 4)
        return box

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter, Escape and the arrows in a line; everything else is typing."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            action = self._action_of(event)
            if action is not None and isinstance(watched, QLineEdit):
                action(watched)
                return True
        return super().eventFilter(watched, event)

    def _action_of(self, event: QKeyEvent) -> Callable[[QLineEdit], None] | None:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        actions: dict[int, Callable[[QLineEdit], None]] = {
            Qt.Key.Key_Return: lambda _line: self.entered.emit(),
            Qt.Key.Key_Enter: lambda _line: self.entered.emit(),
            Qt.Key.Key_Escape: lambda _line: self.left.emit(),
            Qt.Key.Key_Down: lambda line: self._move(line, +1),
            Qt.Key.Key_Up: lambda line: self._move(line, -1),
        }
        return actions.get(event.key())

    def _move(self, line: QLineEdit, step: int) -> None:
        lines = [row.line for row in self._rows.values() if row.is_asked]
        place = lines.index(line) + step
        if 0 <= place < len(lines):
            lines[place].setFocus()


class _Row(QObject):
    """The widgets of one field."""

    def __init__(self, field: str, number: int, words: wording.Words) -> None:
        super().__init__()
        self.field = field
        self.is_asked = False
        self._value = ""
        label = words.person_field(field)
        self.key = QLabel(f"Ctrl+{number}")
        self.key.setProperty("kind", "small")
        self.key.setFixedWidth(_KEY_WIDTH)
        self.title = QLabel(label)
        self.title.setProperty("kind", "muted")
        self.title.setWordWrap(True)
        self.title.setFixedWidth(_LABEL_WIDTH)
        self.value = QLabel()
        self.value.setWordWrap(True)
        self.value.setObjectName(f"identity:{field}")
        self.value.setProperty("kind", "value")
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.value.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.copy = QToolButton()
        self.copy.setObjectName(f"button:copy_{field}")
        tip = self.tr("Chép {label} (Ctrl+{n})").format(label=label, n=number)
        self.copy.setToolTip(tip)
        self.copy.setAccessibleName(tip)
        self.copy.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the key does it from everywhere
        self.line = QLineEdit()
        self.line.setObjectName(f"input:differs_{field}")
        name = self.tr("{field} theo CSDLQG").format(field=label)
        if field == NUMBER:
            name = self.tr("Số định danh công an cấp")
            self.line.setPlaceholderText(self.tr("Số công an cấp, 12 chữ số"))
        self.line.setAccessibleName(name)
        self.verdict = WrappedLabel()
        self.verdict.setObjectName(f"verdict:{field}")
        self.beside = QWidget()
        inside = QVBoxLayout(self.beside)
        inside.setContentsMargins(0, 0, 0, 2)
        inside.setSpacing(1)
        inside.addWidget(self.line)
        inside.addWidget(self.verdict)
        self.beside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def place_in(self, grid: QGridLayout, number: int) -> None:
        top = Qt.AlignmentFlag.AlignTop
        for column, widget in enumerate((self.key, self.title)):
            widget.setContentsMargins(0, 4, 0, 0)  # on one line with the larger value
            grid.addWidget(widget, number, column, top)
        self.value.setContentsMargins(0, 1, 0, 0)
        grid.addWidget(self.value, number, 2, top)
        grid.addWidget(self.copy, number, 3, top)
        grid.addWidget(self.beside, number, 4, top)

    def show_value(self, value: str, *, is_shown: bool) -> None:
        self._value = value
        self.value.setText(value or self.tr("(không ghi)"))
        theme.restyle(self.value, kind="value" if value else "muted")
        self.copy.setEnabled(bool(value))
        icons.put(self.copy, "copy", tint="accent" if value else "disabled", size=18)
        for widget in (self.key, self.title, self.value, self.copy):
            widget.setVisible(is_shown)
        self.key.setEnabled(bool(value))

    def copy_value(self) -> bool:
        if not self._value:
            return False
        QGuiApplication.clipboard().setText(self._value)
        icons.put(self.copy, "check", tint="good", size=18)
        return True

    def set_typing(self, is_typing: bool) -> None:
        self.beside.setVisible(is_typing)

    def show_verdict(self, text: str, tint: str) -> None:
        theme.restyle(self.verdict, verdict=tint or "muted")
        self.verdict.setText(text)
        self.verdict.setVisible(bool(text))


def _tint(comparison: FieldComparison) -> str:
    if comparison.outcome is Outcome.SPELLING and comparison.asks_review:
        return "warning"
    return _OUTCOME_TINTS[comparison.outcome]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
