"""Notices that nobody is at the PC any more, and that the PC has slept."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QWindow

_TICK_SECONDS = 5.0
#: A clock that jumps further between two ticks tells of a sleep that nobody announced.
_SLEPT_SECONDS = 60.0
_INPUT = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletPress,
        QEvent.Type.TabletMove,
        QEvent.Type.InputMethod,
    }
)


class IdleWatch(QObject):
    """Listens at the windows of the program, not at each widget: typing must stay fast.

    Its slots are declared: the application outlives it, and Qt must find them to the last moment.

    Signals:
        left_alone: nothing was typed or moved for as long as was allowed, or the PC has slept.
    """

    left_alone = Signal()

    def __init__(self, *, clock: Callable[[], float] = time.time, parent: QObject) -> None:
        super().__init__(parent)
        self._clock = clock
        self._allowed = 0.0
        self._touched = self._ticked = clock()
        self._timer = QTimer(self)
        self._timer.setInterval(int(_TICK_SECONDS * 1000))
        self._timer.timeout.connect(self.look)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._follow)
            # Input methods hand their letters to the line itself; the cursor tells of them.
            QGuiApplication.inputMethod().cursorRectangleChanged.connect(self.touch)

    def start(self, *, minutes: float) -> None:
        """Begin to wait."""
        self._allowed = minutes * 60
        self._touched = self._ticked = self._clock()
        self._follow(QGuiApplication.focusWindow())
        self._timer.start()

    def stop(self) -> None:
        """The register is locked."""
        self._timer.stop()

    @property
    def is_watching(self) -> bool:
        """Does it wait?"""
        return self._timer.isActive()

    @Slot()
    def touch(self) -> None:
        """Somebody is here."""
        self._touched = self._clock()

    @Slot()
    def look(self) -> None:
        """Is it time?"""
        if not self.is_watching:
            return
        now, ticked = self._clock(), self._ticked
        self._ticked = now
        self._touched = min(self._touched, now)  # a clock that was set back
        if now - self._touched >= self._allowed or now - ticked >= _SLEPT_SECONDS:
            self.stop()
            self.left_alone.emit()

    @Slot(QWindow)
    def _follow(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)  # of the same filter Qt keeps one
            self.touch()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """See, and let pass."""
        if event.type() in _INPUT:
            self.touch()
        return False
