"""What a passphrase still lacks, said while it is typed; nothing of it is kept or shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain.passphrases import MIN_CHARACTERS, MIN_WORDS, is_common, is_long
from desktop.ui import theme
from desktop.ui.widgets.wrapped_label import WrappedLabel


class PassphraseAdvice(WrappedLabel):
    """Stands under a line for a new passphrase."""

    def __init__(self, line: QLineEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("passphrase:advice")
        line.textChanged.connect(self._advise)
        self._advise(line.text())

    def _advise(self, passphrase: str) -> None:
        text, kind = self._words_for(unicodedata.normalize("NFC", passphrase))
        self.setText(text)
        theme.restyle(self, kind=kind)

    def _words_for(self, passphrase: str) -> tuple[str, str]:
        if not passphrase:
            return self._rule(), "muted"
        if not is_long(passphrase):
            return self._missing(passphrase), "warning"
        if is_common(passphrase):
            return self.tr("Đủ dài nhưng dễ bị đoán. Thêm vài từ chỉ mình biết."), "warning"
        if not passphrase.isascii():
            return self.tr("Đạt. Có chữ có dấu: lần sau nhớ bật bộ gõ tiếng Việt."), "good"
        return self.tr("Đạt."), "good"

    def _rule(self) -> str:
        return self.tr("Ít nhất {n} ký tự hoặc {m} từ; nên là một câu dễ nhớ.").format(
            n=MIN_CHARACTERS, m=MIN_WORDS
        )

    def _missing(self, passphrase: str) -> str:
        characters = MIN_CHARACTERS - len(passphrase)
        words = MIN_WORDS - len(passphrase.split())
        return self.tr("Còn thiếu {n} ký tự, hoặc {m} từ.").format(n=characters, m=words)


class KeyboardHint(WrappedLabel):
    """Under the line for a passphrase one has: hidden letters do not show what the keyboard made.

    Vietnamese keyboards put marks on while one types, so that the same keys give another
    passphrase; this tells that they did.
    """

    def __init__(self, line: QLineEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("passphrase:keyboard")
        self.setProperty("kind", "small")
        self.setText(self.tr("Bộ gõ tiếng Việt đang bật: có chữ có dấu trong mật khẩu đang gõ."))
        self.is_wanted: Callable[[], bool] = lambda: True
        line.textChanged.connect(self._look_at)
        self.hide()

    def _look_at(self, passphrase: str) -> None:
        self.setVisible(not passphrase.isascii() and self.is_wanted())
