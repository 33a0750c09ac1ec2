"""Two values of one field, side by side, and a key for each."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.domain.decisions import ClashCase, Keep, Side
from desktop.ui import wording
from desktop.ui.desks.clash_words import ClashWords
from desktop.ui.widgets.plain_label import plain_label


class ClashPanel(QWidget):
    """One case.

    Signals:
        decided: (``Keep``) this value is to be kept.
        open_asked: correct it where it was typed.
    """

    decided = Signal(object)
    open_asked = Signal()

    def __init__(self, case: ClashCase, *, told: ClashWords, may_open: bool) -> None:
        super().__init__()
        self._told = told
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        if case.full_name:
            inside.addWidget(plain_label(case.full_name, "title", "case:name"))
        label = told.label(case.question, case.field)
        inside.addWidget(plain_label(label, "heading", "case:field"))
        explained = (
            self.tr("Thông tin nhận dạng: giá trị của máy chủ giữ nguyên đến khi có người chọn.")
            if case.is_identity
            else self.tr("Máy chủ đang giữ giá trị đến sau; giá trị kia vẫn còn ở đây.")
        )
        inside.addWidget(plain_label(explained, "muted", "case:explained"))
        sides = QHBoxLayout()
        sides.setSpacing(12)
        first = self.tr("Của máy này") if case.is_ours else self.tr("Giá trị đang chờ")
        sides.addWidget(self._side(1, first, case.ours, case), 1)
        sides.addWidget(self._side(2, self.tr("Của máy khác"), case.theirs, case), 1)
        inside.addLayout(sides)
        inside.addLayout(self._buttons(case, may_open=may_open and case.person_id is not None))

    def _buttons(self, case: ClashCase, *, may_open: bool) -> QHBoxLayout:
        ours = self.tr("1  Giữ của tôi") if case.is_ours else self.tr("1  Lấy giá trị đang chờ")
        is_theirs_shown = case.theirs.is_shown
        theirs = self.tr("2  Theo máy chủ") if is_theirs_shown else self.tr("2  Lấy của máy khác")
        buttons = QHBoxLayout()
        for name, words, keep in (
            ("keep_ours", ours, Keep.OURS),
            ("keep_theirs", theirs, Keep.THEIRS),
        ):
            button = QPushButton(words)
            button.setObjectName(f"button:{name}")
            button.setProperty("kind", "primary" if keep is Keep.OURS else "")
            button.clicked.connect(lambda _checked=False, one=keep: self.decided.emit(one))
            buttons.addWidget(button)
        if may_open:
            button = QPushButton(self.tr("3  Mở phiếu, sửa lại"))
            button.setObjectName("button:correct")
            button.clicked.connect(self.open_asked)
            buttons.addWidget(button)
        buttons.addStretch(1)
        return buttons

    def _side(self, number: int, title: str, side: Side, case: ClashCase) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        card.setObjectName(f"case:side{number}")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.addWidget(plain_label(f"{number}  {title}", "muted", f"case:title{number}"))
        value = self._told.value(case.definition, case.question, case.field, side.value)
        inside.addWidget(plain_label(value, "heading", f"case:value{number}"))
        who = " · ".join(part for part in (side.by, wording.moment(side.at)) if part)
        who = who or self.tr("Máy chủ không nói ai sửa")
        inside.addWidget(plain_label(who, "small", f"case:who{number}"))
        if side.is_shown:
            shown = self.tr("Máy chủ đang giữ")
            inside.addWidget(plain_label(shown, "good", f"case:shown{number}"))
        inside.addStretch(1)
        return card
