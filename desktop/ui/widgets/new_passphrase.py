"""Two lines for a new passphrase, with advice while it is typed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.passphrases import MIN_CHARACTERS, MIN_WORDS, is_common, is_long
from desktop.ui.widgets.passphrase_advice import PassphraseAdvice
from desktop.ui.widgets.passphrase_field import PassphraseField


class NewPassphrase(QWidget):
    """Asks twice. Pasting is allowed, any letter too.

    Signals:
        entered: Enter on the second line.
    """

    entered = Signal()

    def __init__(self, *, name: str = "new_passphrase", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first = PassphraseField(name=name, label=self.tr("Mật khẩu mới"))
        self._again = PassphraseField(name=f"{name}_again", label=self.tr("Nhập lại mật khẩu mới"))
        self._first.line.returnPressed.connect(self._again.line.setFocus)
        self._again.line.returnPressed.connect(self.entered)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for words, field in (
            (self.tr("Mật khẩu mới"), self._first),
            (self.tr("Nhập lại mật khẩu mới"), self._again),
        ):
            layout.addWidget(QLabel(words))
            layout.addWidget(field)
            if field is self._first:
                layout.addWidget(PassphraseAdvice(field.line))
        self.setFocusProxy(self._first.line)

    @property
    def text(self) -> str:
        """What was typed."""
        return self._first.line.text()

    def objection(self) -> str:
        """Why it cannot be taken, "" when it can; the line to mend gets the keyboard."""
        line: QLineEdit = self._first.line
        if not is_long(self.text):
            words = self.tr("Mật khẩu mới cần ít nhất {n} ký tự hoặc {m} từ.")
            words = words.format(n=MIN_CHARACTERS, m=MIN_WORDS)
        elif is_common(self.text):
            words = self.tr("Mật khẩu này dễ bị đoán ra. Đặt một câu của riêng mình.")
        elif self.text != self._again.line.text():
            words, line = self.tr("Hai lần nhập mật khẩu không giống nhau."), self._again.line
        else:
            return ""
        line.setFocus()
        line.selectAll()
        return words

    def clear(self) -> None:
        """Forget what was typed."""
        for field in (self._first, self._again):
            field.line.clear()
            field.hide_again()
