"""Icons drawn from our own SVG files, in any colour and sharp at any scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from desktop import assets
from desktop.ui import theme

#: Rendered at three scales, so that 125-200 % screens stay sharp.
_SCALES = (1.0, 1.5, 2.0)
_GAP = 6
_PROPERTY = "worn_icon"


@dataclass(frozen=True, slots=True)
class _Worn:
    """Which icon a widget has: kept on it, so that it can be drawn in other colours."""

    name: str
    tint: str
    size: int
    has_gap: bool = False


def icon(name: str, *, tint: str = "text", size: int = 20) -> QIcon:
    """The icon ``name`` in the colour ``tint`` has now; for what is drawn anew anyway."""
    return _icon(name, theme.color(tint), size)


def pixmap(name: str, *, tint: str = "text", size: int = 20) -> QPixmap:
    """The same as a picture, for painters; ``size`` in device-independent pixels."""
    return _pixmap(name, theme.color(tint), size)


def put(widget: QAbstractButton | QLabel, name: str, *, tint: str = "text", size: int = 20) -> None:
    """Show the icon on a label, or on a button without words."""
    _wear(widget, _Worn(name, tint, size))


def dress(button: QAbstractButton, name: str, *, tint: str = "text", size: int = 18) -> None:
    """Give a button its icon, with room between icon and words (style sheets have none)."""
    button.setIconSize(QSize(size + _GAP, size))
    _wear(button, _Worn(name, tint, size, has_gap=True))


def redress(widgets: Iterable[QWidget]) -> None:
    """Another appearance is worn: the icons of these widgets in its colours."""
    for widget in widgets:
        worn = widget.property(_PROPERTY)
        if isinstance(worn, _Worn) and isinstance(widget, QAbstractButton | QLabel):
            _wear(widget, worn)


def _wear(widget: QAbstractButton | QLabel, worn: _Worn) -> None:
    widget.setProperty(_PROPERTY, worn)
    color = theme.color(worn.tint)
    if isinstance(widget, QLabel):
        widget.setPixmap(_pixmap(worn.name, color, worn.size))
    elif worn.has_gap:
        widget.setIcon(_with_gap(worn.name, color, theme.color("disabled"), worn.size))
    else:
        widget.setIcon(_icon(worn.name, color, worn.size))


@cache
def _icon(name: str, color: str, size: int) -> QIcon:
    result = QIcon()
    for scale in _SCALES:
        result.addPixmap(_draw(name, color, size, scale))
    return result


@cache
def _pixmap(name: str, color: str, size: int) -> QPixmap:
    return _draw(name, color, size, 2.0)


@cache
def _with_gap(name: str, color: str, disabled: str, size: int) -> QIcon:
    result = QIcon()
    for mode, shade in ((QIcon.Mode.Normal, color), (QIcon.Mode.Disabled, disabled)):
        for scale in _SCALES:
            drawing = _draw(name, shade, size, scale)
            canvas = QPixmap(round((size + _GAP) * scale), round(size * scale))
            canvas.setDevicePixelRatio(scale)
            canvas.fill(Qt.GlobalColor.transparent)
            painter = QPainter(canvas)
            painter.drawPixmap(0, 0, drawing)
            painter.end()
            result.addPixmap(canvas, mode)
    return result


def _draw(name: str, color: str, size: int, scale: float) -> QPixmap:
    drawing = assets.icon_file(name).read_text(encoding="utf-8")
    colored = drawing.replace("currentColor", color)
    renderer = QSvgRenderer(QByteArray(colored.encode()))
    canvas = QPixmap(round(size * scale), round(size * scale))
    canvas.setDevicePixelRatio(scale)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return canvas
