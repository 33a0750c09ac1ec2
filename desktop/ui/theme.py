"""How the program looks: one set of colours, one typeface, one style sheet.

The style sheet in ``resources/styles`` names colours by token (``@accent``); the values stand here
only, so that another theme is another table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from desktop import assets

FAMILY = "Noto Sans"
POINT_SIZE = 11

#: Calm teal on near-white. Text on surface and white on accent exceed 7:1 and 5:1 (WCAG AA 4.5:1).
LIGHT: Mapping[str, str] = {
    "window": "#F3F6F6",
    "surface": "#FFFFFF",
    "sunken": "#F8FAFA",
    "border": "#D6DEE0",
    "border_strong": "#A9B8BC",
    "text": "#16262B",
    "muted": "#52646A",
    "accent": "#0E6E6E",
    "accent_hover": "#0B5A5A",
    "accent_soft": "#E2F1F0",
    "accent_line": "#9CCBC8",
    "on_accent": "#FFFFFF",
    "nav": "#0F3439",
    "nav_hover": "#174850",
    "nav_active": "#1E5961",
    "nav_text": "#DCE9E9",
    "nav_muted": "#9DB9BB",
    "error": "#B3261E",
    "error_soft": "#FDF1F0",
    "error_line": "#EDB6B2",
    "warning": "#8F5200",
    "warning_soft": "#FFF7E6",
    "warning_line": "#EBCB8B",
    "info": "#1B5FA8",
    "info_soft": "#EEF5FC",
    "info_line": "#B3D0EE",
    "good": "#1E7145",
    "good_soft": "#EAF6EF",
    "good_line": "#A9D8BC",
    "training": "#7A3E9D",
    "disabled": "#9AA8AC",
}

_TOKEN = re.compile(r"@([a-z_]+)")


def color(tint: str) -> str:
    """The value of a colour token, ``#RRGGBB``."""
    return LIGHT[tint]


def apply(application: QApplication) -> None:
    """Give the whole program its typeface, palette and style sheet."""
    for path in assets.font_files():
        QFontDatabase.addApplicationFont(str(path))
    application.setStyle("Fusion")
    application.setFont(QFont(FAMILY, POINT_SIZE))
    application.setPalette(_palette())
    tokens = {**LIGHT, "icons": assets.icon_file("down").parent.as_posix()}
    application.setStyleSheet(_TOKEN.sub(lambda m: tokens[m[1]], assets.style_text("program")))


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
        palette.setColor(role, QColor(LIGHT[token]))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(LIGHT["disabled"]))
    return palette
