"""A state in a small rounded box."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QSizePolicy

from desktop.ui import theme


class Chip(QLabel):
    """plain, info, good, warning or error."""

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, text: str, kind: str) -> None:
        """The style first: a label measures itself when its text is set."""
        theme.restyle(self, chip=kind)
        self.clear()
        self.setText(text)
