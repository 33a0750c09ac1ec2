"""What a key of the keyboard types under the US layout, which scanners are made for.

The place of a key on the keyboard reaches the program whatever layout and typing method the PC has:
Windows tells the PC/AT scan code (set 1), X11 and Wayland the same number and 8 more for this part
of the keyboard. Other systems tell nothing that would help.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
_SIGNS = {
    first + place: (small, large)
    for first, smalls, larges in _ROWS
    for place, (small, large) in enumerate(zip(smalls, larges, strict=True))
}
_OFFSETS = {"windows": 0, "xcb": 8, "wayland": 8, "offscreen": 8}
_LOW = 0xFF


def sign_of(event: QKeyEvent) -> str | None:
    """The sign; ``None`` for another key, or where the place of the key is not told."""
    offset = _OFFSETS.get(QGuiApplication.platformName())
    code = event.nativeScanCode() & _LOW
    if offset is None or code <= offset:
        return None
    signs = _SIGNS.get(code - offset)
    if signs is None:
        return None
    return signs[bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)]
