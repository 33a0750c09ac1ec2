"""Icons drawn from our own SVG files, in any colour and sharp at any scale."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from desktop import assets
from desktop.ui import theme

#: Rendered at three scales, so that 125-200 % screens stay sharp.
_SCALES = (1.0, 1.5, 2.0)
_GAP = 6


@cache
def icon(name: str, *, tint: str = "text", size: int = 20) -> QIcon:
    """The icon ``name`` in the colour ``tint``."""
    result = QIcon()
    for scale in _SCALES:
        result.addPixmap(_draw(name, tint, size, scale))
    return result


@cache
def pixmap(name: str, *, tint: str = "text", size: int = 20) -> QPixmap:
    """The same as a picture, for labels; ``size`` in device-independent pixels."""
    return _draw(name, tint, size, 2.0)


def dress(button: QAbstractButton, name: str, *, tint: str = "text", size: int = 18) -> None:
    """Give a button its icon, with room between icon and words (style sheets have none)."""
    button.setIcon(_with_gap(name, tint, size))
    button.setIconSize(QSize(size + _GAP, size))


@cache
def _with_gap(name: str, tint: str, size: int) -> QIcon:
    result = QIcon()
    for mode, shade in ((QIcon.Mode.Normal, tint), (QIcon.Mode.Disabled, "disabled")):
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


def _draw(name: str, tint: str, size: int, scale: float) -> QPixmap:
    drawing = assets.icon_file(name).read_text(encoding="utf-8")
    colored = drawing.replace("currentColor", theme.color(tint))
    renderer = QSvgRenderer(QByteArray(colored.encode()))
    canvas = QPixmap(round(size * scale), round(size * scale))
    canvas.setDevicePixelRatio(scale)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return canvas
