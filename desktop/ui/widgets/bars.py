"""Bars in a table: how a whole is made of parts, drawn to one scale for all rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.ui import theme

_HEIGHT = 12
_MARGIN = 8
#: A part that is not nothing can be seen.
_THINNEST = 3.0

Parts = Sequence[tuple[int, str]]


class Bars(QStyledItemDelegate):
    """Parts (count, tint) from left to right, against the largest whole."""

    def __init__(
        self,
        *,
        parts: Callable[[int], Parts],
        largest: Callable[[], int],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._parts = parts
        self._largest = largest

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """The track, and the parts on it."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(theme.color("accent_soft")))
        painter.setPen(QColor(theme.color("border")))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        area = QRectF(option.rect).adjusted(_MARGIN, 0, -_MARGIN, 0)
        top = area.center().y() - _HEIGHT / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.color("border")))
        painter.drawRoundedRect(QRectF(area.left(), top, area.width(), _HEIGHT), 3, 3)
        left, scale = area.left(), area.width() / max(1, self._largest())
        for count, tint in self._parts(index.row()):
            if count:
                width = min(max(_THINNEST, count * scale), area.right() - left)
                painter.setBrush(QColor(theme.color(tint)))
                painter.drawRect(QRectF(left, top, width, _HEIGHT))
                left += width
        painter.restore()
