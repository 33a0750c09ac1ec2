"""Labels with words that may come from anywhere: wrapped, and never read as markup."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


def plain_label(words: str, kind: str, name: str) -> QLabel:
    """``kind`` is how it looks, ``name`` its object name."""
    label = QLabel(words)
    label.setObjectName(name)
    label.setProperty("kind", kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
