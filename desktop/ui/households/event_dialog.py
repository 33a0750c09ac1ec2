"""What an event needs: its day and paper, and what its kind asks besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.households import Paper
from desktop.ui import theme
from forms import dates

_WIDTH, _LINE_HEIGHT, _MOST_LINES = 560, 34, 7
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True)
class Asked:
    """A line that an event asks for.

    Attributes:
        hint: stands in the line while it is empty.
        is_needed: empty is not enough.
    """

    name: str
    label: str
    value: str = ""
    hint: str = ""
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What was typed, and who was marked."""

    paper: Paper
    lines: Mapping[str, str]
    marked: tuple[str, ...] = ()


class EventDialog(QDialog):
    """Lines under each other, Enter goes on, the last one records.

    It stays until it is accepted: a refusal leaves everything that was typed.

    Signals:
        answered: an ``Answered``; ``accept`` or ``refuse`` follows.
    """

    answered = Signal(object)

    def __init__(
        self,
        *,
        title: str,
        asked: Sequence[Asked],
        people: Sequence[tuple[str, str]] = (),
        people_label: str = "",
        has_paper: bool = True,
        check: Callable[[Answered], str] = lambda _answered: "",
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("event_dialog")
        self.setWindowTitle(self.tr("Ghi biến động"))
        self._check = check
        self._is_sent = False
        self._asked = [*asked]
        if has_paper:
            self._asked += [
                Asked("date", self.tr("Ngày xảy ra"), is_needed=True),
                Asked("paper", self.tr("Giấy tờ (số, nơi cấp)"), is_needed=True),
            ]
        self._people = QListWidget()
        self._people.setObjectName("list:event_people")
        self._people.setAccessibleName(people_label)
        for key, words in people:
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, key)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            item.setSizeHint(QSize(0, _LINE_HEIGHT))
            self._people.addItem(item)
        self._lines = {one.name: self._line(one) for one in self._asked}
        self._problem = QLabel()
        self._problem.setObjectName("event_dialog:problem")
        self._problem.setProperty("kind", "error")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._record = QPushButton(self.tr("Ghi (Ctrl+Enter)"))
        self._record.setObjectName("button:record_event")
        self._record.setProperty("kind", "primary")
        self._record.setAutoDefault(False)
        self._record.clicked.connect(self._answer)
        self._compose(title, people_label)

    def _line(self, one: Asked) -> QLineEdit:
        line = QLineEdit(one.value)
        line.setObjectName(f"input:event_{one.name}")
        line.setAccessibleName(one.label)
        line.setPlaceholderText(one.hint)
        if one.name == "date":
            line.setPlaceholderText(self.tr("ngày/tháng/năm"))
            line.setMaximumWidth(180)
        line.installEventFilter(self)
        return line

    def _compose(self, title: str, people_label: str) -> None:
        heading = QLabel(title)
        heading.setProperty("kind", "heading")
        heading.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for row, one in enumerate(self._asked):
            label = QLabel(one.label)
            label.setBuddy(self._lines[one.name])
            grid.addWidget(label, row, 0)
            grid.addWidget(self._lines[one.name], row, 1)
        grid.setColumnStretch(1, 1)
        close = QPushButton(self.tr("Thôi (Esc)"))
        close.setObjectName("button:close_event")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        foot.addWidget(self._record)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(heading)
        if self._people.count():
            label = QLabel(people_label)
            label.setWordWrap(True)
            layout.addWidget(label)
            layout.addWidget(self._people)
            shown = min(self._people.count(), _MOST_LINES)
            self._people.setFixedHeight((_LINE_HEIGHT + 1) * shown + 6)
            self._people.installEventFilter(self)
        layout.addLayout(grid)
        layout.addWidget(self._problem)
        layout.addLayout(foot)
        self.setMinimumWidth(_WIDTH)
        first = self._people if self._people.count() else next(iter(self._lines.values()), None)
        if first is not None:
            first.setFocus()
            if self._people.count():
                self._people.setCurrentRow(0)

    def _answered(self) -> Answered:
        marked = (self._people.item(row) for row in range(self._people.count()))
        lines = {name: line.text().strip() for name, line in self._lines.items()}
        return Answered(
            paper=Paper(date=lines.get("date", ""), paper=lines.get("paper", "")),
            lines=lines,
            marked=tuple(
                str(item.data(Qt.ItemDataRole.UserRole))
                for item in marked
                if item.checkState() is Qt.CheckState.Checked
            ),
        )

    def _answer(self) -> None:
        """What is lacking is said here: nothing typed is lost."""
        if self._is_sent:
            return None
        answered = self._answered()
        for one in self._asked:
            text = answered.lines[one.name]
            if one.is_needed and not text:
                return self._refuse(
                    one.name, self.tr("Còn thiếu: {what}.").format(what=one.label.lower())
                )
            if one.name == "date" and dates.parse_typed(text) is None:
                return self._refuse(
                    one.name, self.tr("Ngày chưa đúng. Ghi như 05/11/2026 hoặc 11/2026.")
                )
        if problem := self._check(answered):
            return self._refuse("", problem)
        self._is_sent = True
        self._record.setEnabled(False)
        self.answered.emit(answered)
        return None

    def refuse(self, sentence: str) -> None:
        """The register did not take it."""
        self._is_sent = False
        self._record.setEnabled(True)
        self._refuse(next(iter(self._lines), ""), sentence)

    def _refuse(self, name: str, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.show()
        theme.restyle(self._problem, kind="error")
        if name:
            self._lines[name].setFocus()
            self._lines[name].selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes on, Ctrl+Enter records; Enter in the list marks nobody by accident."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() not in _ENTER:
            return super().eventFilter(watched, event)
        lines = list(self._lines.values())
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._answer()
        elif watched is self._people:
            lines[0].setFocus()
        elif watched is lines[-1]:
            self._answer()
        elif isinstance(watched, QLineEdit):
            lines[lines.index(watched) + 1].setFocus()
        return True
