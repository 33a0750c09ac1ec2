"""One line in which somebody is typed who joins the household, and below it who is already here.

While a number, or a name with the year of birth, is typed, people of the register are offered; who
is taken keeps the identity. Somebody who is very likely here already is asked about once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.households import Candidate, NewPerson
from desktop.jobs.runner import JobRunner
from desktop.jobs.throttle import Throttle
from desktop.ui import icons, theme
from desktop.ui.households.code_box import CodeBox
from desktop.ui.households.words import LifeWords
from desktop.ui.widgets.wrapped_label import WrappedLabel
from desktop.ui.wording import Words

_TYPING_MS = 200
_LINE_HEIGHT = 60
_MOST_LINES = 3
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class AddBar(QFrame):
    """Typed line, candidates, and the question about a likely duplicate.

    Signals:
        add_asked: (``NewPerson``, has the officer said that it is another person?)
        taken: (``Candidate``, code of the relation)
        left: Esc in an empty line.
        changed: other words stand in the line.
    """

    add_asked = Signal(object, bool)
    taken = Signal(object, str)
    left = Signal()
    changed = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        candidates: Callable[[NewPerson], Sequence[Candidate]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("add_bar")
        self.setProperty("kind", "card")
        self._jobs = jobs
        self._candidates = candidates
        self._words = LifeWords(self)
        self._offered: Sequence[Candidate] = ()
        self._typed = NewPerson()
        self._is_asking = False
        self._throttle = Throttle(self._look, delay_ms=_TYPING_MS, parent=self)
        self.name = self._line("new_name", self.tr("Họ và tên người thêm"), self.tr("Họ và tên"))
        self.birth = self._line("new_birth", self.tr("Ngày sinh"), self.tr("Ngày, năm sinh"))
        self.sex = self._choice("new_sex", self.tr("Giới tính"))
        self.relation = self._choice("new_relation", self.tr("Quan hệ với chủ hộ"))
        self.number = self._line("new_number", self.tr("Số định danh"), self.tr("Số định danh"))
        self.add = QPushButton(self.tr("Thêm vào hộ"))
        self.add.setObjectName("button:add_member")
        icons.dress(self.add, "person-add", tint="accent")
        self._fields: tuple[QWidget, ...] = (
            self.name,
            self.birth,
            self.sex,
            self.relation,
            self.number,
        )
        self._hint = WrappedLabel()
        self._hint.setObjectName("add_bar:hint")
        self._list = QListWidget()
        self._list.setObjectName("list:candidates")
        self._list.setAccessibleName(self.tr("Người đã có trong sổ"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setWordWrap(True)
        self._other = QPushButton(self.tr("Người khác, vẫn thêm (Ctrl+Enter)"))
        self._other.setObjectName("button:add_anyway")
        self.sex.offer(Words(self).sexes(), nothing=self.tr("Giới"))
        self._wire()
        self._compose()
        self._show_offered(())

    def offer(self, *, relations: Sequence[tuple[str, str]]) -> None:
        """What the relation can be."""
        self.relation.offer(relations, nothing=self.tr("Quan hệ"))

    def typed(self) -> NewPerson:
        """What stands in the line."""
        return NewPerson(
            full_name=self.name.text(),
            birth_date=self.birth.text(),
            sex=self.sex.code,
            relation=self.relation.code,
            id_number=self.number.text(),
        )

    def texts(self) -> dict[str, str]:
        """What stands in the line, by the names of its parts."""
        return asdict(self.typed())

    def put(self, texts: Mapping[str, str]) -> None:
        """What was half-typed stands there again, unless somebody is being typed."""
        if self.has_words:
            return
        self.name.setText(texts.get("full_name", ""))
        self.birth.setText(texts.get("birth_date", ""))
        self.sex.choose(texts.get("sex", ""))
        self.relation.choose(texts.get("relation", ""))
        self.number.setText(texts.get("id_number", ""))

    @property
    def has_words(self) -> bool:
        """Is anything typed?"""
        return any(line.text().strip() for line in (self.name, self.birth, self.number))

    def clear(self) -> None:
        """Ready for the next person."""
        self._throttle.cancel()
        for line in (self.name, self.birth, self.number):
            line.clear()
        for box in (self.sex, self.relation):
            box.setCurrentIndex(0)
        self._is_asking = False
        self._show_offered(())
        self.changed.emit()

    def start(self) -> None:
        """Type somebody."""
        self.name.setFocus()
        self.name.selectAll()

    def ask_about(self, candidates: Sequence[Candidate]) -> None:
        """These are very likely the same person: take one of them, or say that it is another."""
        self._is_asking = True
        self._show_offered(candidates)
        self._list.setFocus()

    # -- looking --

    def _look(self) -> None:
        typed = self.typed()
        self._typed = typed
        self._jobs.run(
            self,
            lambda: (typed, self._candidates(typed)),
            on_success=self._found,
            on_error=lambda _problem: None,  # the question is asked again when somebody is added
        )

    def _found(self, answer: tuple[NewPerson, Sequence[Candidate]]) -> None:
        typed, candidates = answer
        if typed == self._typed and not self._is_asking and self.has_words:
            self._show_offered(candidates)

    def _show_offered(self, candidates: Sequence[Candidate]) -> None:
        self._offered = tuple(candidates)
        self._list.clear()
        for number, one in enumerate(self._offered, 1):
            text = f"{number}  {self._words.likely(one.likely)}:  {self._words.candidate(one)}"
            item = QListWidgetItem(f"{text}\n     {one.why}" if one.why else text)
            item.setSizeHint(QSize(0, _LINE_HEIGHT))
            self._list.addItem(item)
        shown = min(len(self._offered), _MOST_LINES)
        self._list.setFixedHeight((_LINE_HEIGHT + 1) * shown + 6)
        self._list.setCurrentRow(0 if self._offered else -1)
        self._list.setVisible(bool(self._offered))
        self._other.setVisible(self._is_asking)
        self._hint.setVisible(bool(self._offered))
        self._hint.setText(self._hint_text())
        theme.restyle(self._hint, kind="warning" if self._is_asking else "muted")

    def _hint_text(self) -> str:
        if self._is_asking:
            return self.tr(
                "Số này hoặc người này đã có trong sổ. Enter để lấy người đã có; "
                "nếu là người khác, bấm Ctrl+Enter để vẫn thêm."
            )
        return self.tr("Đã có trong sổ: phím ↓ rồi Enter để lấy người ấy vào hộ, không nhập lại.")

    # -- doing --

    def _add(self) -> None:
        self._throttle.cancel()
        if self.has_words:
            self.add_asked.emit(self.typed(), False)

    def _add_anyway(self) -> None:
        if self._is_asking:
            self.add_asked.emit(self.typed(), True)

    def _take(self) -> None:
        row = self._list.currentRow()
        if 0 <= row < len(self._offered):
            self.taken.emit(self._offered[row], self.typed().relation)

    def _stop_asking(self) -> None:
        self._is_asking = False
        self._show_offered(self._offered)

    def _changed(self) -> None:
        if self._is_asking:
            self._stop_asking()
        self._throttle.ask()
        self.changed.emit()

    # -- Qt --

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes on and adds at the end, Down leads to who was found, Esc empties."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            if event.key() == Qt.Key.Key_Escape:  # here first, then the page's own
                event.accept()
                return True
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        is_enter = event.key() in _ENTER
        if watched is self._list:
            return self._key_in_list(event, is_enter=is_enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            (self._add_anyway if self._is_asking else self._add)()
            return True
        if is_enter and isinstance(watched, QWidget):
            self._go_on(watched, back=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return True
        is_text = isinstance(watched, QLineEdit)
        if event.key() == Qt.Key.Key_Down and is_text and self._offered:
            self._list.setFocus()
            return True
        if event.key() == Qt.Key.Key_Escape:
            if self.has_words:
                self.clear()
                self.start()
            else:
                self.left.emit()
            return True
        return super().eventFilter(watched, event)

    def _key_in_list(self, event: QKeyEvent, *, is_enter: bool) -> bool:
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._add_anyway()
            return True
        if is_enter:
            self._take()
            return True
        if event.text().isdigit() and 0 < int(event.text()) <= len(self._offered):
            self._list.setCurrentRow(int(event.text()) - 1)
            self._take()
            return True
        is_up = event.key() == Qt.Key.Key_Up and self._list.currentRow() == 0
        if event.key() == Qt.Key.Key_Escape or is_up:
            if self._is_asking:
                self._stop_asking()
            self.name.setFocus()
            return True
        return False

    def _go_on(self, watched: QWidget, *, back: bool) -> None:
        place = self._fields.index(watched)
        if back:
            self._fields[max(place - 1, 0)].setFocus()
        elif place == len(self._fields) - 1:
            self._add()
        else:
            self._fields[place + 1].setFocus()

    # -- making --

    def _line(self, name: str, label: str, placeholder: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"input:{name}")
        line.setAccessibleName(label)
        line.setPlaceholderText(placeholder)
        return line

    def _choice(self, name: str, label: str) -> CodeBox:
        box = CodeBox(name=f"choice:{name}")
        box.setAccessibleName(label)
        return box

    def _wire(self) -> None:
        for line in (self.name, self.birth, self.number):
            line.textEdited.connect(lambda _text: self._changed())
        self.sex.activated.connect(lambda _row: self._changed())
        self.relation.activated.connect(lambda _row: self.changed.emit())
        for widget in (*self._fields, self._list):
            widget.installEventFilter(self)
        self.add.clicked.connect(self._add)
        self._other.clicked.connect(self._add_anyway)
        self._list.itemClicked.connect(lambda _item: self._take())

    def _compose(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        title = QLabel(self.tr("Thêm người (Ctrl+N)"))
        title.setProperty("kind", "strong")
        line.addWidget(title)
        line.addWidget(self.name, 1)
        for widget, width in ((self.birth, 132), (self.sex, 88), (self.relation, 138)):
            widget.setFixedWidth(width)
            line.addWidget(widget)
        self.number.setFixedWidth(142)
        line.addWidget(self.number)
        line.addWidget(self.add)
        below = QHBoxLayout()
        below.addWidget(self._hint, 1)
        below.addWidget(self._other)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        layout.addLayout(line)
        layout.addLayout(below)
        layout.addWidget(self._list)
