"""How the program looks: one typeface, one style sheet, and the colours of one appearance.

The style sheet in ``resources/styles`` names colours by token (``@accent``); ``palettes`` has
their values. One appearance holds for the whole process; another can be worn at any moment.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from desktop import assets
from desktop.domain.preferences import Appearance
from desktop.ui import palettes

FAMILY = "Noto Sans"
POINT_SIZE = 11

_TOKEN = re.compile(r"@([a-z_]+)")


_TABLES = {
    Appearance.LIGHT: palettes.LIGHT,
    Appearance.DARK: palettes.DARK,
    Appearance.CONTRAST: palettes.CONTRAST,
}
#: What the style sheet draws by file has its colour in the file.
_MARKS = {Appearance.LIGHT: "", Appearance.DARK: "-pale", Appearance.CONTRAST: ""}
_worn = Appearance.LIGHT


def color(tint: str) -> str:
    """The value of a colour token now, ``#RRGGBB``."""
    return _TABLES[_worn][tint]


def worn() -> Appearance:
    """What the program looks like now; never ``SYSTEM``."""
    return _worn


def apply(application: QApplication, appearance: Appearance = Appearance.LIGHT) -> None:
    """Give the whole program its typeface, and the palette and style sheet of an appearance."""
    for path in assets.font_files():
        QFontDatabase.addApplicationFont(str(path))
    application.setStyle("Fusion")
    application.setFont(QFont(FAMILY, POINT_SIZE))
    wear(application, appearance)


def wear(application: QApplication, appearance: Appearance) -> None:
    """From now on this appearance. Icons are drawn anew by ``icons.redress``."""
    global _worn
    _worn = as_drawn(application, appearance)
    application.setPalette(_palette())
    marks = {name: assets.icon_file(name + _MARKS[_worn]).as_posix() for name in ("check", "down")}
    tokens = {**_TABLES[_worn], **{f"mark_{name}": path for name, path in marks.items()}}
    application.setStyleSheet(_TOKEN.sub(lambda m: tokens[m[1]], assets.style_text("program")))


def as_drawn(application: QApplication, appearance: Appearance) -> Appearance:
    """What a choice means on this machine: its contrast setting goes before light and dark."""
    if appearance is not Appearance.SYSTEM:
        return appearance
    hints = application.styleHints()
    if _wants_contrast(application):
        return Appearance.CONTRAST
    return Appearance.DARK if hints.colorScheme() is Qt.ColorScheme.Dark else Appearance.LIGHT


def _wants_contrast(application: QApplication) -> bool:
    """Asked for by the machine's setting of contrast; known from Qt 6.10 on."""
    accessibility = getattr(application.styleHints(), "accessibility", None)
    if accessibility is None:
        return False
    return bool(accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast)


def restyle(widget: QWidget, **properties: object) -> None:
    """Set properties the style sheet asks about, and draw the widget anew when one changed."""
    changed = [name for name, value in properties.items() if widget.property(name) != value]
    for name in changed:
        widget.setProperty(name, properties[name])
    if changed:
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        # Frames and labels measure their padding anew only when told so.
        QApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))
        widget.updateGeometry()


def _palette() -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: "window",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.Base: "surface",
        QPalette.ColorRole.AlternateBase: "sunken",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.Button: "surface",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.Highlight: "accent",
        QPalette.ColorRole.HighlightedText: "on_accent",
        QPalette.ColorRole.PlaceholderText: "muted",
        QPalette.ColorRole.ToolTipBase: "surface",
        QPalette.ColorRole.ToolTipText: "text",
        QPalette.ColorRole.Link: "accent",
    }
    for role, token in roles.items():
        palette.setColor(role, QColor(color(token)))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(color("disabled")))
    return palette
