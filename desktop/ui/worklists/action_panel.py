"""What is about to be done to how many people; asked once, then done with progress and a stop."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, unique

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)

from desktop.domain.ledger import LONGEST_PURPOSE
from desktop.ui import wording


@unique
class Deed(Enum):
    """What can be done to many."""

    POLICE = "police"
    HAMLET = "hamlet"
    FIELD = "field"
    EXPORT = "export"


class ActionPanel(QFrame):
    """Stays hidden until something is asked for.

    Signals:
        wanted: (``Deed``) do it, with what stands here.
        closed: nothing is to be done.
        stop_asked: end what is being done.
    """

    wanted = Signal(object)
    closed = Signal()
    stop_asked = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel:list_action")
        self.setProperty("kind", "card")
        self._deed: Deed | None = None
        self._count = 0
        self._question = QLabel()
        self._question.setObjectName("list_action:question")
        self._question.setProperty("kind", "strong")
        self._field = QComboBox()
        self._field.setObjectName("input:list_field")
        self._field.setAccessibleName(self.tr("Ghi mục nào"))
        for text, name in (
            (self.tr("Dân tộc"), "ethnicity"),
            (self.tr("Nơi thường trú"), "permanent_residence"),
            (self.tr("Quê quán"), "native_place"),
        ):
            self._field.addItem(text, name)
        self._field.currentIndexChanged.connect(self._show_value)
        self._choice = QComboBox()
        self._choice.setObjectName("input:list_choice")
        self._choice.setAccessibleName(self.tr("Dân tộc"))
        self._text = QLineEdit()
        self._text.setObjectName("input:list_text")
        self._text.setAccessibleName(self.tr("Giá trị ghi cho những người đã chọn"))
        self._text.setMaxLength(LONGEST_PURPOSE)
        self._go = QPushButton()
        self._go.setObjectName("button:list_do")
        self._go.setProperty("kind", "primary")
        self._go.clicked.connect(self._go_on)
        self._no = QPushButton(self.tr("Thôi (Esc)"))
        self._no.setObjectName("button:list_no")
        self._no.clicked.connect(self._end)
        self._bar = QProgressBar()
        self._bar.setObjectName("list_action:progress")
        self._bar.setAccessibleName(self.tr("Tiến độ"))
        self._bar.setTextVisible(False)
        self._stop = QPushButton(self.tr("Dừng"))
        self._stop.setObjectName("button:list_stop")
        self._stop.clicked.connect(self.stop_asked)
        self._lay_out()
        self.hide()

    # -- asking --

    def ask(self, deed: Deed, count: int, *, known: Sequence[str] = ()) -> None:
        """Ask for what this deed needs, about so many people; ``known`` texts are offered."""
        self._deed, self._count = deed, count
        number = wording.thousands(count)
        self._question.setText(
            {
                Deed.POLICE: self.tr("Gửi công an kiểm tra {n} người"),
                Deed.HAMLET: self.tr("Ghi thôn, tổ cho hộ của {n} người"),
                Deed.FIELD: self.tr("Ghi cho {n} người"),
                Deed.EXPORT: self.tr("Xuất {n} người ra bảng tính"),
            }[deed].format(n=number)
        )
        hint = {
            Deed.POLICE: self.tr("Tên danh sách; gửi rồi không rút lại được"),
            Deed.HAMLET: self.tr("Thôn, tổ (ấp, khu phố)"),
            Deed.FIELD: "",
            Deed.EXPORT: self.tr("Xuất để làm gì, cho ai"),
        }[deed]
        self._text.clear()
        self._text.setPlaceholderText(hint)
        self._text.setAccessibleName(hint or self._field.currentText())
        completer = QCompleter(list(known), self._text)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._text.setCompleter(completer)
        self._go.setText(
            {
                Deed.POLICE: self.tr("Gửi {n} người"),
                Deed.HAMLET: self.tr("Ghi cho {n} người"),
                Deed.FIELD: self.tr("Ghi cho {n} người"),
                Deed.EXPORT: self.tr("Chọn nơi lưu…"),
            }[deed].format(n=number)
        )
        self._show_working(is_working=False)
        self._field.setVisible(deed is Deed.FIELD)
        self._show_value()
        self.show()
        (self._field if deed is Deed.FIELD else self._text).setFocus()

    def offer_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """The ethnic groups: (code, words)."""
        if self._choice.count() != len(choices):
            self._choice.clear()
            for code, words in choices:
                self._choice.addItem(words, code)

    @property
    def text(self) -> str:
        """What was typed or chosen."""
        return str(self._choice.currentData()) if self._takes_choice else self._text.text().strip()

    @property
    def field(self) -> str:
        """Which field is to be set."""
        return str(self._field.currentData())

    @property
    def count(self) -> int:
        """How many people it is about."""
        return self._count

    def tell_missing(self) -> None:
        """Back to what is not written yet."""
        self._text.setFocus()

    # -- doing --

    def begin(self) -> None:
        """It is being done."""
        self._bar.setRange(0, 0)
        self._show_working(is_working=True)
        self.show()
        self._stop.setFocus()

    def show_progress(self, done: int, total: int) -> None:
        """So many of so many."""
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)

    def finish(self) -> None:
        """It was done, or stopped."""
        self._deed = None
        self.hide()

    @property
    def _takes_choice(self) -> bool:
        return self._deed is Deed.FIELD and self.field == "ethnicity"

    def _show_value(self) -> None:
        is_idle = not self._bar.isVisibleTo(self)
        self._choice.setVisible(is_idle and self._takes_choice)
        self._text.setVisible(is_idle and not self._takes_choice)
        if self._deed is Deed.FIELD:
            self._text.setAccessibleName(self._field.currentText())

    def _show_working(self, *, is_working: bool) -> None:
        working: tuple[QWidget, ...] = (self._bar, self._stop)
        asking: tuple[QWidget, ...] = (self._field, self._choice, self._text)
        for widget in working:
            widget.setVisible(is_working)
        for widget in (self._go, self._no):
            widget.setVisible(not is_working)
        if is_working:
            for widget in asking:
                widget.hide()

    def _go_on(self) -> None:
        if self._deed is not None:
            self.wanted.emit(self._deed)

    def _end(self) -> None:
        self.finish()
        self.closed.emit()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(8)
        widgets: tuple[tuple[QWidget, int], ...] = (
            (self._question, 0),
            (self._field, 0),
            (self._choice, 0),
            (self._text, 1),
            (self._bar, 1),
            (self._go, 0),
            (self._no, 0),
            (self._stop, 0),
        )
        for widget, stretch in widgets:
            row.addWidget(widget, stretch)

    # -- Qt --

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a choice, as in a line; Esc: nothing is to be done."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and self._go.isVisible():
            if self._no.hasFocus():
                self._end()
            else:
                self._go_on()
            return
        if event.key() == Qt.Key.Key_Escape and self._no.isVisible():
            self._end()
            return
        super().keyPressEvent(event)
