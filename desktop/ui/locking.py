"""What is put out of sight when the register is locked, and where its user was."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QToolTip, QWidget

from desktop.domain.drafts import Held
from desktop.jobs.progress import Progress


@dataclass(frozen=True, slots=True)
class LeftAt:
    """Where a user was when the register was locked: names of pages and ids, no letters."""

    user_name: str
    page: str
    held: Held | None


class OwnClipboard(QObject):
    """Knows whether what was copied last was copied in this program."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._is_ours = False
        QGuiApplication.clipboard().dataChanged.connect(self._note)

    def clear(self) -> None:
        """Take back what was copied here; what another program copied stays."""
        if self._is_ours:
            QGuiApplication.clipboard().clear()
            self._is_ours = False

    def _note(self) -> None:
        clipboard = QGuiApplication.clipboard()
        self._is_ours = clipboard.ownsClipboard() or QGuiApplication.focusWindow() is not None


def put_away(window: QWidget) -> None:
    """Close what stands before the window, stop what is under way.

    A sync stops at its next step, between two transactions; a write finishes before the register
    is closed.
    """
    for progress in window.findChildren(Progress):
        progress.stop()
    for other in window.findChildren(QWidget):
        if other.isWindow() and other.isVisible():
            if isinstance(other, QDialog):
                other.reject()
            else:
                other.close()
    QToolTip.hideText()
