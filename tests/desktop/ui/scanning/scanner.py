"""A scanner that types like a keyboard, and a typist, on a clock that nobody waits for."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent

_NONE = Qt.KeyboardModifier.NoModifier
#: Seconds between two keys.
SCANNER, TYPIST = 0.008, 0.12
_KEYS = {"\n": Qt.Key.Key_Return, "\t": Qt.Key.Key_Tab, "\b": Qt.Key.Key_Backspace}
_TEXTS = {"\n": "\r"}


class Clock:
    """Stands still until a key is pressed or a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self, _event: QEvent | None = None) -> float:
        """Seconds."""
        return self.now

    def wait(self, seconds: float) -> None:
        """Let them pass."""
        self.now += seconds


class Keyboard:
    """Presses keys where the keyboard is, each so long after the one before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def scan(self, text: str, *, end: str = "\n") -> None:
        """A card, as fast as scanners are, some time after the last key."""
        self._clock.wait(1)
        self.press([*text, *end], every=SCANNER)
        self._clock.wait(1)

    def rest(self) -> None:
        """No key for a while."""
        self._clock.wait(1)

    def type(self, text: str) -> None:
        """As fast as people are."""
        self.press(text, every=TYPIST)

    def press(self, signs: Iterable[str], *, every: float, code: int = 0) -> None:
        """Press and release."""
        for sign in signs:
            self._clock.wait(every)
            self.key(sign, code=code)

    def key(self, sign: str, *, code: int = 0, held: Qt.KeyboardModifier = _NONE) -> None:
        """One key, as the application sends it: may it be a shortcut, down, up."""
        key = _KEYS.get(sign, Qt.Key(ord(sign.upper())) if sign.isascii() else Qt.Key.Key_unknown)
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            text = _TEXTS.get(sign, sign)
            self._send(QKeyEvent(kind, key, held, code, 0, 0, text))

    def compose(self, commit: str, preedit: str, *, every: float = SCANNER) -> None:
        """What an input method says after a key."""
        self._clock.wait(every)
        event = QInputMethodEvent(preedit, [])
        event.setCommitString(commit)
        self._send(event)

    def _send(self, event: QEvent) -> None:
        receiver: QObject | None = QGuiApplication.focusObject()
        assert receiver is not None, "nothing has the keyboard"
        QCoreApplication.sendEvent(receiver, event)
