"""Below the person: what the typed values come to, a note, and one key for each answer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.domain.checks import CheckAnswer, TypedAnswer
from desktop.ui import icons, theme, wording
from desktop.ui.widgets.wrapped_label import WrappedLabel

ANSWER_TINTS = {
    CheckAnswer.MATCHED: "good",
    CheckAnswer.DIFFERS: "warning",
    CheckAnswer.NOT_FOUND: "error",
}


class AnswerBar(QFrame):
    """The answers as buttons; while values are typed, what keeping them would say.

    Signals:
        matched, not_found: the answer was given.
        differs_asked, number_asked: the lines for the CSDLQG are wanted.
        keep_asked: keep what is typed; (True: as a match all the same).
        cancelled: do not type after all.
        typed: the note holds other letters.
    """

    matched = Signal()
    not_found = Signal()
    differs_asked = Signal()
    number_asked = Signal()
    keep_asked = Signal(bool)
    cancelled = Signal()
    typed = Signal()

    def __init__(self, *, words: wording.Words) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._words = words
        self._verdict = WrappedLabel()
        self._verdict.setObjectName("check:verdict")
        self.note = QLineEdit()
        self.note.setObjectName("input:check_note")
        self.note.setAccessibleName(self.tr("Ghi chú"))
        self.note.setPlaceholderText(self.tr("Ghi chú, nếu có (Ctrl+G)"))
        self.note.textEdited.connect(lambda _text: self.typed.emit())
        self._keys = self._make_keys()
        self._keeping = self._make_keeping()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(16, 10, 16, 10)
        inside.setSpacing(8)
        inside.addWidget(self._verdict)
        inside.addWidget(self.note)
        inside.addWidget(self._keys)
        inside.addWidget(self._keeping)
        self.show_keys(with_number=False)

    def show_keys(self, *, with_number: bool) -> None:
        """One key for each answer; the fourth for somebody without a number."""
        self._number.setVisible(with_number)
        self._keys.show()
        self._keeping.hide()
        self._verdict.hide()

    def show_keeping(self) -> None:
        """Values are being typed."""
        self._keys.hide()
        self._keeping.show()
        self.show_judged(None, {})

    def show_judged(self, judged: TypedAnswer | None, texts: dict[str, str]) -> None:
        """What would be kept; ``texts`` are the lines, ``None``: it is being compared."""
        outcome, tint = self._outcome(judged, texts)
        theme.restyle(self._verdict, kind=tint)
        self._verdict.setText(outcome)
        self._verdict.show()
        differs = judged is not None and bool(judged.differing)
        self._still.setVisible(judged is not None and differs and not judged.is_certain)
        is_match = judged is not None and bool(texts) and not differs
        self._keep.setText(
            self.tr("Ghi: Khớp (Enter)") if is_match else self.tr("Ghi: Sai khác (Enter)")
        )

    def _outcome(self, judged: TypedAnswer | None, texts: dict[str, str]) -> tuple[str, str]:
        if not any(text.strip() for text in texts.values()):
            return self.tr("Mục để trống là giống. ↑ ↓ đổi mục, Enter ghi, Esc thôi."), "muted"
        if judged is None:
            return self.tr("Đang so sánh…"), "muted"
        number = self.tr("Kèm số định danh công an cấp.") if "id_number" in texts else ""
        if judged.is_number_wrong:
            return self.tr("Số định danh chưa ghi được, xem dòng đỏ."), "error"
        if judged.is_certain:
            names = "; ".join(map(self._words.person_field, judged.certain))
            words = self.tr("Khác thật: {fields}. {number}").format(fields=names, number=number)
            return words.strip(), "error"
        if judged.differing:
            return (
                self.tr("Cần xem: có thể vẫn là một. Enter ghi sai khác, Ctrl+K ghi khớp."),
                "warning",
            )
        if judged.fields:
            same = self.tr("Chỉ khác cách viết, sẽ ghi là KHỚP; chữ đã gõ giữ trong ghi chú.")
            return f"{same} {number}".strip(), "good"
        return self.tr("Sẽ ghi là KHỚP. {number}").format(number=number).strip(), "good"

    # -- making --

    def _make_keys(self) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        for answer, text, icon, signal in (
            (CheckAnswer.MATCHED, self.tr("1  Khớp"), "check-circle", self.matched),
            (CheckAnswer.DIFFERS, self.tr("2  Sai khác…"), "differs", self.differs_asked),
            (CheckAnswer.NOT_FOUND, self.tr("3  Không có"), "missing", self.not_found),
        ):
            button = self._button(f"answer_{answer.value}_key", text, icon, ANSWER_TINTS[answer])
            button.setAccessibleName(self._words.check_answer(answer))
            button.clicked.connect(signal)
            row.addWidget(button, 1)
        self._number = self._button(
            "answer_number_key", self.tr("4  Cấp số định danh…"), "person-add", "accent"
        )
        self._number.clicked.connect(self.number_asked)
        row.addWidget(self._number, 1)
        return box

    def _button(self, name: str, text: str, icon: str, tint: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"button:{name}")
        button.setProperty("kind", "answer")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.dress(button, icon, tint=tint)
        return button

    def _make_keeping(self) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        cancel = QPushButton(self.tr("Thôi (Esc)"))
        cancel.setObjectName("button:cancel_differs")
        cancel.clicked.connect(self.cancelled)
        self._still = QPushButton(self.tr("Vẫn là khớp (Ctrl+K)"))
        self._still.setObjectName("button:answer_still_matched")
        self._still.clicked.connect(lambda: self.keep_asked.emit(True))
        self._keep = QPushButton()
        self._keep.setObjectName("button:answer_differs")
        self._keep.setProperty("kind", "primary")
        self._keep.clicked.connect(lambda: self.keep_asked.emit(False))
        row.addStretch(1)
        for button in (cancel, self._still, self._keep):
            row.addWidget(button)
        return box
