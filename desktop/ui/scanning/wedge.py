"""A scanner that types like a keyboard, known by its pace and by what it types.

A scanner presses a key every few milliseconds; a person does not, or only for two or three keys.
The first sign of what may be a scan goes to the line that has the keyboard, as ever; what follows
faster than anybody types is kept back until it is known. A card's code is taken whole, and the
first sign is taken back out of the line. Everything else is given back to where it was going,
unchanged and in order. Options of a question are as they were, like a line. Where signs are other
commands (lists, decisions), a first sign that a card may begin with is kept back too, for as long
as the next one of a scanner would take: 35 ms.

The pace is told by ``clock``; the operating system's own times of keys are the best one, since
they do not know of a busy program (``key_times``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.ui.forms.editors import Editor
from desktop.ui.scanning.native_keys import sign_of
from desktop.ui.scanning.strokes import (
    AnswerBefore,
    LineBefore,
    ends_line,
    give_back,
    is_silent,
    sign_in,
)
from forms.cards.reading import CardReading
from forms.cards.typed_codes import TypedCode

#: Seconds between two keys of a scanner; a fast typist needs 60 ms and more.
FAST_S = 0.035
#: So many fast signs nobody types: the scanner may take a breath.
_SURE = 8
_BREATH_S = 0.12
#: Between two machine-readable lines.
_NEXT_LINE_S = 0.4
#: After a card, Enter is still the scanner's.
_TAIL_S = 0.25
#: Milliseconds between the two looks that find nothing more.
_AGAIN_MS = 10
#: What codes of cards begin with: numbers of persons (0, 1, 2), machine-readable lines.
_STARTS = "012I"

_HEARD = frozenset(
    {
        QEvent.Type.ShortcutOverride,
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
        QEvent.Type.InputMethod,
    }
)

KeyClock = Callable[[QEvent | None], float]
Judge = Callable[[Sequence[str], bool], CardReading | None]


class Wedge(QObject):
    """Listens at the widget that has the keyboard, in one window and its dialogs.

    Signals:
        scanned: (``CardReading``, did a typing method put letters together?)
    """

    scanned = Signal(object, bool)

    def __init__(
        self,
        *,
        window: QWidget,
        owner: QWidget,
        judge: Judge,
        may_go_on: Callable[[str], bool],
        clock: KeyClock,
    ) -> None:
        """``judge`` gets what may have been typed, and whether a bare number is a card here.

        It listens while ``owner`` is a part of the window: not while that is locked.
        """
        super().__init__(owner)
        self._window = window
        self._owner = owner
        self._judge = judge
        self._may_go_on = may_go_on
        self._clock = clock
        self._watched: QObject | None = None
        self._is_on = False
        self._is_giving_back = False
        self._preedit = ""
        self._ended_at = float("-inf")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        self._forget()
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusObjectChanged.connect(self._follow)

    def _forget(self) -> None:
        self._line: TypedCode | None = None
        self._native: list[str | None] = []
        self._signs = 0
        self._looked_at = 0
        self._shown = ""
        self._held: list[QEvent] = []
        self._target: QObject | None = None
        self._before: LineBefore | AnswerBefore | None = None
        self._last = float("-inf")

    def start(self) -> None:
        """From now on."""
        self._is_on = True
        self._follow(QGuiApplication.focusObject())

    def stop(self) -> None:
        """The register is locked: what was being scanned is dropped, what is typed passes."""
        self._is_on = False
        self._timer.stop()
        self._forget()
        self._preedit = ""
        self._follow(None)

    # -- listening --

    @Slot(QObject)
    def _follow(self, focus: QObject | None) -> None:
        if self._watched is not None and shiboken6.isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = None
        self._preedit = ""
        if not self._held:
            self._forget()
        if self._is_on and isinstance(focus, QWidget) and self._is_ours(focus):
            focus.installEventFilter(self)
            self._watched = focus

    @property
    def _is_locked(self) -> bool:
        return self._owner is not self._window and self._owner.window() is not self._window

    def _is_ours(self, widget: QWidget) -> bool:
        one: QWidget | None = None if self._is_locked else widget
        while one is not None and one is not self._window:
            one = one.parentWidget()
        return one is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """True for what is kept back."""
        kind = event.type()
        if kind not in _HEARD or self._is_giving_back or not self._is_on:
            return False
        if self._is_locked or _is_secret(watched):
            return False
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            return self._override(watched, event)
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._press(watched, event)
        if kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            if self._held:
                self._held.append(event.clone())
            return bool(self._held)
        if kind == QEvent.Type.InputMethod and isinstance(event, QInputMethodEvent):
            return self._compose(watched, event)
        return False

    def _override(self, watched: QObject, event: QKeyEvent) -> bool:
        """A sign of a scan is nobody's shortcut."""
        is_part = bool(sign_in(event)) or ends_line(event) or is_silent(event)
        is_next = self._line is not None and self._is_fast(event) and is_part
        is_tail = ends_line(event) and self._is_tail(event)
        if is_next or is_tail or self._is_held_start(watched, event):
            event.accept()
            return True
        return False

    def _press(self, watched: QObject, event: QKeyEvent) -> bool:
        if ends_line(event) and self._is_tail(event):
            event.accept()
            return True
        if self._line is not None:
            if self._is_fast(event) and not event.isAutoRepeat():
                if self._add_key(event):
                    event.accept()
                    return True
            self._conclude()
        return self._begin(watched, event)

    def _is_tail(self, event: QKeyEvent) -> bool:
        return self._clock(event) - self._ended_at <= _TAIL_S

    def _is_fast(self, event: QEvent) -> bool:
        return self._clock(event) - self._last <= self._allowed()

    def _allowed(self) -> float:
        if self._signs < _SURE:
            return FAST_S
        return _NEXT_LINE_S if self._shown.endswith("\n") else _BREATH_S

    def _is_held_start(self, watched: QObject, event: QKeyEvent) -> bool:
        sign = sign_in(event)
        is_start = len(sign) == 1 and sign in _STARTS and not event.isAutoRepeat()
        return is_start and not isinstance(watched, QLineEdit | Editor)

    # -- collecting --

    def _begin(self, watched: QObject, event: QKeyEvent) -> bool:
        """The first sign of what may be a scan; False lets it pass."""
        sign = sign_in(event)
        if not sign or event.isAutoRepeat():
            return False
        is_held = self._is_held_start(watched, event)
        self._open(watched)
        self._type(sign, event)
        if is_held:
            self._held.append(event.clone())
            event.accept()
        return is_held

    def _open(self, watched: QObject) -> None:
        self._forget()
        self._line = TypedCode()
        self._target = watched
        if isinstance(watched, QLineEdit) and not watched.isReadOnly():
            self._before = LineBefore.of(watched, self._preedit)
        elif isinstance(watched, Editor):
            self._before = AnswerBefore.of(watched)

    def _type(self, sign: str, event: QKeyEvent) -> None:
        assert self._line is not None  # noqa: S101 - for the type checker
        self._line.type(sign)
        self._native.append("\n" if sign == "\n" else sign_of(event))
        self._count(sign, event)

    def _count(self, sign: str, event: QEvent) -> None:
        self._signs += 1
        self._shown = (self._shown + sign)[-1:]
        self._last = self._clock(event)
        self._timer.start(round(self._allowed() * 1000) + 5)

    def _add_key(self, event: QKeyEvent) -> bool:
        """One more key of a burst; False for a key that is none."""
        assert self._line is not None  # noqa: S101 - for the type checker
        sign = sign_in(event)
        if sign:
            self._held.append(event.clone())
            self._type(sign, event)
        elif ends_line(event):
            self._held.append(event.clone())
            self._type("\n", event)
            if not self._may_go_on(self._line.readings()[0]):
                self._conclude(at=self._last)
        elif event.text() == "\b":
            self._held.append(event.clone())
            self._line.take_back(1)
            self._native.append(None)
            self._count("\b", event)
        elif is_silent(event):
            self._held.append(event.clone())
            self._last = self._clock(event)
        else:
            return False
        return True

    def _compose(self, watched: QObject, event: QInputMethodEvent) -> bool:
        """Letters from an input method; the first ones pass, as keys do."""
        commit, preedit = event.commitString(), event.preeditString()
        if self._line is not None and self._is_fast(event):
            self._held.append(event.clone())
            self._line.compose(commit, preedit)
            self._native.append(None)
            self._count((commit + preedit)[-1:], event)
            return True
        self._conclude()
        if commit or preedit:
            self._open(watched)
            self._line = TypedCode(preedit=self._preedit)
            self._line.compose(commit, preedit)
            self._native.append(None)
            self._count((commit + preedit)[-1:], event)
        self._preedit = preedit
        return False

    # -- knowing --

    @Slot()
    def look(self) -> None:
        """Has the scanner, or the typist, stopped?"""
        if self._line is None:
            return
        left = self._last + self._allowed() - self._clock(None)
        if left > 0:
            self._timer.start(round(left * 1000) + 5)
        elif self._looked_at < self._signs:
            # Keys may wait behind this very look when the program was busy: they come first.
            self._looked_at = self._signs
            self._timer.start(_AGAIN_MS)
        else:
            self._conclude()

    def _conclude(self, *, at: float | None = None) -> None:
        """A card is told; anything else is given back."""
        line, held, target = self._line, self._held, self._target
        if line is None or target is None:
            return
        if self._is_locked:
            self._forget()
            return
        before, readings, last = self._before, self._readings(line), self._last
        self._timer.stop()
        self._forget()
        is_line = isinstance(target, QLineEdit)
        card = self._judge(readings, not is_line) if held else None
        if card is None:
            self._give_back(held, target)
            return
        if before is not None:
            before.put_back()
        self._ended_at = last if at is None else at
        self.scanned.emit(card, line.is_composed)

    def _readings(self, line: TypedCode) -> Sequence[str]:
        """What may have been typed; by the places of the keys, where they are all known."""
        readings = line.readings()
        native = [sign for sign in self._native if sign is not None]
        if len(native) < len(self._native) or not native:
            return readings
        typed = "".join(native)
        if typed.swapcase() == readings[0]:  # Caps Lock is on
            return (typed,)
        return (*readings, typed)

    def _give_back(self, events: Sequence[QEvent], target: QObject) -> None:
        self._is_giving_back = True
        try:
            give_back(events, target)
        finally:
            self._is_giving_back = False


def _is_secret(widget: QObject) -> bool:
    """Passphrases are nobody's business here."""
    if not isinstance(widget, QLineEdit):
        return False
    hints = widget.inputMethodHints()
    is_hidden = widget.echoMode() is not QLineEdit.EchoMode.Normal
    return is_hidden or bool(hints & Qt.InputMethodHint.ImhSensitiveData)
