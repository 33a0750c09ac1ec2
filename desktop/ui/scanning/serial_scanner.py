"""A scanner at a serial port (USB scanners in their COM mode): no keyboard comes between.

What arrives in one breath is one code, in UTF-8. pyserial reads the port, in a thread of its own,
imported with the first port; Qt's own serial ports are in a package ten times as large as all the
rest of the window.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Signal

if sys.platform == "win32":
    _FAILURES: tuple[type[Exception], ...] = (OSError,)
else:
    import termios

    # pyserial's own are OSErrors too, but it lets these through while a port goes away.
    _FAILURES = (OSError, termios.error)

_log = logging.getLogger(__name__)

#: The name of the thread that reads a port.
THREAD_NAME = "scanner"

#: Scanners pretend to a speed; the line is USB. What real serial lines mostly use.
_BAUD = 9600
#: Seconds of silence that end a code.
_SILENCE_S = 0.15
#: Seconds until a port that went away (the cable) is tried again.
_AGAIN_S = 2.0
#: A code is shorter; what goes on and on is no scanner.
_LONGEST = 4096


class SerialLine(Protocol):
    """What is used of an open port (``serial.Serial``)."""

    in_waiting: int

    def read(self, size: int) -> bytes:
        """So many bytes; fewer when it is silent for too long."""


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port of this PC, and what the system calls what is there."""

    name: str
    about: str


def ports() -> list[Port]:
    """Those there are; asks the system, in a job."""
    from serial.tools.list_ports import comports

    return [Port(one.device, one.description or "") for one in sorted(comports())]


class SerialScanner(QObject):
    """One port at a time.

    Signals:
        code_read: the text of a code.
        opened: the port answers, or does not (any more).
    """

    code_read = Signal(str)
    opened = Signal(bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._end = threading.Event()

    def listen(self, port: str) -> None:
        """To this port from now on; "" to none."""
        self.stop()
        if not port:
            return
        end = self._end = threading.Event()
        self.destroyed.connect(end.set)
        threading.Thread(
            target=_listen,
            args=(port, end, self._arrived, self._answers),
            name=THREAD_NAME,
            daemon=True,
        ).start()

    def stop(self) -> None:
        """The port is let go of, as soon as it is silent."""
        self._end.set()

    # -- in the thread --

    def _arrived(self, text: str) -> None:
        if not self._end.is_set():
            self.code_read.emit(text)

    def _answers(self, is_open: bool) -> None:
        if not self._end.is_set():
            self.opened.emit(is_open)


def _listen(
    port: str,
    end: threading.Event,
    arrived: Callable[[str], None],
    answers: Callable[[bool], None],
) -> None:
    """Until the end; a cable that is pulled out may be put back."""
    import serial

    was_told = False
    while not end.is_set():
        try:
            with serial.Serial(port, _BAUD, timeout=_SILENCE_S) as line:
                answers(True)
                was_told = False
                _read(line, end, arrived)
        except _FAILURES as error:
            if not was_told:
                _log.info("serial port cannot be read: %s", type(error).__name__)
                answers(False)
                was_told = True
            end.wait(_AGAIN_S)


def _read(line: SerialLine, end: threading.Event, arrived: Callable[[str], None]) -> None:
    heard = b""
    while not end.is_set():
        came = line.read(1)
        if came:
            heard = (heard + came + line.read(line.in_waiting))[-_LONGEST:]
        elif heard:
            text = heard.decode("utf-8", errors="replace").strip("\r\n\t \x00\x02\x03")
            heard = b""
            if text:
                arrived(text)
