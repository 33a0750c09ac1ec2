"""A change that the server did not take: corrected, or given up with a reason."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.domain.decisions import HeldCase, RefusedValue
from desktop.ui import wording
from desktop.ui.desks.clash_words import ClashWords
from desktop.ui.widgets.plain_label import plain_label


class HeldPanel(QWidget):
    """One case.

    Signals:
        drop_asked: give it up for the reason that stands in ``reason``.
        open_asked: correct it where it was typed.

    Attributes:
        reason: the line for the reason.
    """

    drop_asked = Signal()
    open_asked = Signal()

    def __init__(
        self, case: HeldCase, *, told: ClashWords, words: wording.Words, may_open: bool
    ) -> None:
        super().__init__()
        self._told = told
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        name = case.full_name or self.tr("Không rõ tên")
        inside.addWidget(plain_label(name, "title", "case:name"))
        inside.addWidget(plain_label(words.hold(case.why), "error", "case:why"))
        who = self.tr("{who} sửa lúc {when}. Những thay đổi khác không phải chờ chỗ này.")
        who = who.format(who=case.by, when=wording.moment(case.at))
        inside.addWidget(plain_label(who, "muted", "case:explained"))
        for place, value in enumerate(case.values):
            inside.addWidget(self._refused(place, value, case))
        if case.is_creation:
            made = self.tr("Máy chủ chưa có gì của mục này: nếu bỏ, nó chỉ còn trên máy này.")
            inside.addWidget(plain_label(made, "warning", "case:creation"))
        self.reason = QLineEdit()
        self.reason.setObjectName("input:drop_reason")
        self.reason.setAccessibleName(self.tr("Lý do bỏ"))
        self.reason.setPlaceholderText(self.tr("Lý do bỏ (ghi vào nhật ký)"))
        self.reason.returnPressed.connect(self.drop_asked)
        inside.addLayout(self._buttons(may_open=may_open and case.person_id is not None))

    def _buttons(self, *, may_open: bool) -> QHBoxLayout:
        buttons = QHBoxLayout()
        if may_open:
            button = QPushButton(self.tr("1  Sửa lại"))
            button.setObjectName("button:correct")
            button.setProperty("kind", "primary")
            button.clicked.connect(self.open_asked)
            buttons.addWidget(button)
        drop = QPushButton(self.tr("Bỏ thay đổi này"))
        drop.setObjectName("button:drop")
        drop.setProperty("kind", "danger")
        drop.clicked.connect(self.drop_asked)
        buttons.addWidget(self.reason, 1)
        buttons.addWidget(drop)
        return buttons

    def _refused(self, place: int, value: RefusedValue, case: HeldCase) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 10, 16, 10)
        label = self._told.label(value.question, value.field)
        inside.addWidget(plain_label(label, "muted", f"case:label{place}"))
        typed = self._told.value(case.definition, value.question, value.field, value.typed)
        inside.addWidget(plain_label(typed, "strong", f"case:typed{place}"))
        if not case.is_creation:
            stored = self._told.value(case.definition, value.question, value.field, value.stored)
            words = self.tr("Máy chủ đang giữ: {value}").format(value=stored)
            inside.addWidget(plain_label(words, "small", f"case:stored{place}"))
        return card
