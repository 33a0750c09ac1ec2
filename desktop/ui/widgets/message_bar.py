"""A strip that says what happened and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop.ui import icons, theme
from desktop.ui.widgets.wrapped_label import WrappedLabel

_ICONS = {"error": "error", "warning": "warning", "info": "info", "good": "check-circle"}


class MessageBar(QFrame):
    """Hidden until there is something to say; stays until closed or replaced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self._icon = QLabel()
        self._sentence = WrappedLabel()
        self._sentence.setProperty("kind", "strong")
        self._next_step = WrappedLabel()
        for label in (self._sentence, self._next_step):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton()
        self._close.setObjectName("button:close_message")
        icons.put(self._close, "close", tint="muted", size=16)
        self._close.setAccessibleName(self.tr("Đóng thông báo"))
        self._close.setToolTip(self.tr("Đóng thông báo"))
        self._close.clicked.connect(self.hide)
        self._lay_out()
        self.hide()

    @property
    def text(self) -> str:
        """What is being said, "" when nothing."""
        if self.isHidden():
            return ""
        return f"{self._sentence.text()} {self._next_step.text()}".strip()

    def show_message(self, sentence: str, next_step: str = "", *, kind: str = "info") -> None:
        """``kind``: error, warning, info or good."""
        theme.restyle(self, kind=kind)
        icons.put(self._icon, _ICONS[kind], tint=kind, size=20)
        self._sentence.setText(sentence)
        self._next_step.setText(next_step)
        self._next_step.setVisible(bool(next_step))
        self.setAccessibleName(f"{sentence} {next_step}".strip())
        self.show()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._sentence)
        words.addWidget(self._next_step)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(10)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
