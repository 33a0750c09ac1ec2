"""Where Enter stops after the last instance of a repeat: one more, or on to the next question."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.ui import theme
from desktop.ui.forms.editors import asks_to_move

_HEIGHT = 34
_CHIP = 22


class RosterEnd(QWidget):
    """``1`` adds one more, Enter goes on; drawn like the options of a choice.

    Signals:
        add_asked: one more instance.
        move_asked: +1 to the next question, -1 to the one before.
        entered: the keyboard came.
    """

    add_asked = Signal()
    move_asked = Signal(int)
    entered = Signal()

    def __init__(self, *, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumHeight(_HEIGHT)

    def show_words(self, words: str, *, count: int) -> None:
        """What the digit does, and how many there are already."""
        self._words = words
        hint = self.tr("{words} (phím 1). Đã có {count}. Enter để sang câu sau.")
        self.setAccessibleName(hint.format(words=words, count=count))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1 adds, Enter goes on, Shift+Enter goes back."""
        if move := asks_to_move(event):
            self.move_asked.emit(move)
        elif event.text() == "1" or event.key() == Qt.Key.Key_Insert:
            self.add_asked.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click adds."""
        event.accept()
        self.add_asked.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the ring."""
        super().focusInEvent(event)
        self.update()
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(240, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A dashed box with the digit in a chip; with the keyboard, what Enter does."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = self.hasFocus()
        line = QPen(QColor(theme.color("accent" if has_focus else "border_strong")))
        line.setWidthF(2 if has_focus else 1)
        line.setStyle(Qt.PenStyle.SolidLine if has_focus else Qt.PenStyle.DashLine)
        painter.setPen(line)
        painter.setBrush(QColor(theme.color("surface")))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        chip = QRectF(8, (self.height() - _CHIP) / 2, _CHIP, _CHIP)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.color("accent_soft" if has_focus else "window")))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(QColor(theme.color("accent")))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, "1")
        middle = Qt.AlignmentFlag.AlignVCenter
        words = self.rect().adjusted(_CHIP + 18, 0, -10, 0)
        painter.setPen(QColor(theme.color("text" if has_focus else "accent")))
        painter.drawText(words, middle | Qt.AlignmentFlag.AlignLeft, self._words)
        if has_focus:
            painter.setPen(QColor(theme.color("muted")))
            on = self.tr("Enter: sang câu sau")
            painter.drawText(words, middle | Qt.AlignmentFlag.AlignRight, on)
