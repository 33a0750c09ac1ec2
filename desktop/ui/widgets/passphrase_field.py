"""A line for a secret, with an eye to look at it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from desktop.ui import icons


class PassphraseField(QWidget):
    """Hides what is typed until the eye is pressed.

    Attributes:
        line: where it is typed.
    """

    def __init__(self, *, name: str, label: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setObjectName(f"input:{name}")
        self.line.setAccessibleName(label)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = QToolButton()
        self._eye.setObjectName(f"button:show_{name}")
        self._eye.setCheckable(True)
        self._eye.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._eye.toggled.connect(self._show)
        self._show(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.line, 1)
        layout.addWidget(self._eye)
        self.setFocusProxy(self.line)

    def hide_again(self) -> None:
        """As it was at first: letters are dots."""
        self._eye.setChecked(False)

    def _show(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.line.setEchoMode(mode)
        icons.put(self._eye, "eye-off" if shown else "eye", tint="muted")
        words = self.tr("Ẩn mật khẩu") if shown else self.tr("Hiện mật khẩu")
        self._eye.setAccessibleName(words)
        self._eye.setToolTip(words)
