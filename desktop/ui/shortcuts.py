"""Keys that a page or a widget answers to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

#: While the keyboard is in the page, whichever of its widgets has it.
_WITHIN = Qt.ShortcutContext.WidgetWithChildrenShortcut


def bind(
    parent: QWidget,
    keys: str,
    action: Callable[[], object],
    *,
    context: Qt.ShortcutContext = _WITHIN,
) -> QShortcut:
    """``action`` when these keys are pressed within ``parent``."""
    shortcut = QShortcut(QKeySequence(keys), parent)
    shortcut.setContext(context)
    shortcut.activated.connect(action)
    return shortcut
