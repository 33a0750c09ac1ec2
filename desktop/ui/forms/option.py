"""One option of a choice: its digit in a chip and its label."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.ui import icons, theme

_HEIGHT = 30
_CHIP = 22
_BEFORE = _CHIP + 16
_AFTER = 6
#: Longer labels take a second line.
_WIDEST = 560


class Option(QAbstractButton):
    """One option; a long label takes several lines."""

    def __init__(self, *, key: str, label: str, several: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._key = key
        self._several = several
        self._faded = False
        self._words = -1
        self.setText(label)
        self.setAccessibleName(f"{key} {label}".strip())
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def whole_width(self) -> int:
        """How wide it is when its label stands in one line."""
        if self._words < 0:
            self._words = self.fontMetrics().horizontalAdvance(self.text())
        return self._words + _BEFORE + _AFTER + 2

    def show_faded(self, faded: bool) -> None:
        """The letters typed do not find it."""
        if faded != self._faded:
            self._faded = faded
            self.update()

    def sizeHint(self) -> QSize:
        """Room for the whole label."""
        width = min(self.whole_width, _WIDEST)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """It may be squeezed into more lines, but not away."""
        return QSize(min(self.whole_width, _WIDEST // 2), _HEIGHT)

    def heightForWidth(self, width: int) -> int:
        """As many lines as the label takes."""
        if self.whole_width <= width:
            return _HEIGHT
        room = QRect(0, 0, width - _BEFORE - _AFTER, 1000)
        words = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, self.text())
        return max(_HEIGHT, words.height() + 10)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A rounded box; filled softly when chosen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, usable = self.isChecked(), self.isEnabled()
        line = "accent" if chosen else "accent_line" if self.underMouse() and usable else "border"
        painter.setPen(QPen(QColor(theme.color(line)), 1.4 if chosen else 1))
        painter.setBrush(QColor(theme.color("accent_soft" if chosen else "surface")))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        self._paint_chip(painter, chosen)
        is_strong = (usable or chosen) and not self._faded
        painter.setPen(QColor(theme.color("text" if is_strong else "disabled")))
        words = self.rect().adjusted(_BEFORE, 0, -_AFTER, 0)
        wrap = Qt.TextFlag.TextWordWrap
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | wrap, self.text())

    def _paint_chip(self, painter: QPainter, chosen: bool) -> None:
        chip = QRectF(7, (self.height() - _CHIP) / 2, _CHIP, _CHIP)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.color("accent" if chosen else "window")))
        painter.drawRoundedRect(chip, 4, 4)
        if self._several and chosen:
            mark = icons.pixmap("check", tint="on_accent", size=16)
            painter.drawPixmap(int(chip.x()) + 3, int(chip.y()) + 3, mark)
            return
        font = painter.font()
        small = self.font()
        small.setPointSizeF(10)
        painter.setFont(small)
        painter.setPen(QColor(theme.color("on_accent" if chosen else "muted")))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, self._key)
        painter.setFont(font)
