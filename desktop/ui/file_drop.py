"""Files dropped anywhere on a window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget


class FileDrop(QObject):
    """Watches a window for one file with one of these endings.

    Signals:
        dropped: the file's path (``Path``).
    """

    dropped = Signal(object)

    def __init__(self, *, window: QWidget, suffixes: Sequence[str]) -> None:
        super().__init__(window)
        self._suffixes = frozenset(suffixes)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is ours; everything else goes on. Entering is a kind of moving to Qt."""
        if isinstance(event, QDragMoveEvent) and self._path_in(event.mimeData()) is not None:
            event.acceptProposedAction()
            return True
        if event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            path = self._path_in(event.mimeData())
            if path is not None:
                event.acceptProposedAction()
                self.dropped.emit(path)
                return True
        return super().eventFilter(watched, event)

    def _path_in(self, data: QMimeData) -> Path | None:
        urls = data.urls()
        if len(urls) != 1 or not urls[0].isLocalFile():
            return None
        path = Path(urls[0].toLocalFile())
        return path if path.suffix.lower() in self._suffixes else None
