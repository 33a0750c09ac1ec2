"""Development only: logs what the interface thread was doing when it stood still."""

from __future__ import annotations

import logging
import sys
import threading
import time

from PySide6.QtCore import QObject, QTimer

#: A person notices a pause of about a tenth of a second.
LIMIT_SECONDS = 0.1

_log = logging.getLogger(__name__)


class Watchdog(QObject):
    """A heartbeat in the interface thread and a second thread that listens to it.

    Attributes:
        longest_seconds: the longest silence heard so far.
    """

    def __init__(self, *, limit_seconds: float = LIMIT_SECONDS, parent: QObject) -> None:
        super().__init__(parent)
        self.longest_seconds = 0.0
        self._limit = limit_seconds
        self._last = time.monotonic()
        self._watched = threading.get_ident()
        self._stopped = threading.Event()
        self._beat = QTimer(self)
        self._beat.setInterval(int(limit_seconds * 1000 / 4))
        self._beat.timeout.connect(self._heard)
        self._listener = threading.Thread(target=self._listen, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._last = time.monotonic()
        self._beat.start()
        self._listener.start()

    def stop(self) -> None:
        """Stop listening; the listener's thread ends."""
        self._stopped.set()
        self._beat.stop()
        if self._listener.is_alive():
            self._listener.join()

    def _heard(self) -> None:
        now = time.monotonic()
        self.longest_seconds = max(self.longest_seconds, now - self._last)
        self._last = now

    def _listen(self) -> None:
        reported = 0.0
        while not self._stopped.wait(self._limit / 2):
            last = self._last
            if time.monotonic() - last > self._limit and last != reported:
                reported = last
                _log.warning("interface blocked at %s", self._where())

    def _where(self) -> str:
        """The stack of the interface thread: places only."""
        frame = sys._current_frames().get(self._watched)
        lines: list[str] = []
        while frame is not None and len(lines) < 12:
            code = frame.f_code
            lines.append(f"{code.co_filename.rpartition('/')[2]}:{frame.f_lineno} {code.co_name}")
            frame = frame.f_back
        return " < ".join(lines)
