"""The sections of a form at the left: how far each is, and how much is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QVBoxLayout

from desktop.ui import theme
from desktop.ui.forms.paper import Progress

RAIL_WIDTH = 214


class SectionRail(QFrame):
    """One button for each section.

    Signals:
        section_chosen: the path of the section.
    """

    section_chosen = Signal(str)

    def __init__(self, *, sections: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setObjectName("section_rail")
        self.setProperty("kind", "card")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(2)
        self._buttons: dict[str, _SectionButton] = {}
        for path, label in sections:
            button = _SectionButton(label=label)
            button.setObjectName(f"section:{path}")
            button.setProperty("path", path)
            button.clicked.connect(self._choose)
            self._buttons[path] = button
            layout.addWidget(button)
        layout.addStretch(1)

    def show_progress(self, progress: Mapping[str, Progress], *, current: str) -> None:
        """Sections without questions to ask are hidden."""
        for path, button in self._buttons.items():
            state = progress[path]
            button.setVisible(state.asked > 0)
            button.show_state(state, current=path == current)

    def button(self, path: str) -> QAbstractButton | None:
        """The button of a section."""
        return self._buttons.get(path)

    def _choose(self) -> None:
        button = self.sender()
        if button is not None:
            self.section_chosen.emit(str(button.property("path")))


class _SectionButton(QAbstractButton):
    """Name, "5/8", and small red and amber counts."""

    def __init__(self, *, label: str) -> None:
        super().__init__()
        self.setText(label)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._state = Progress(0, 0, 0, 0)
        self._current = False

    def show_state(self, state: Progress, *, current: bool) -> None:
        """Draw anew when it changed."""
        if (state, current) != (self._state, self._current):
            self._state, self._current = state, current
            words = self.tr("{label}: {answered}/{asked} câu, {errors} lỗi, {warnings} cảnh báo")
            self.setAccessibleName(
                words.format(
                    label=self.text(),
                    answered=state.answered,
                    asked=state.asked,
                    errors=state.errors,
                    warnings=state.warnings,
                )
            )
            self.update()

    def sizeHint(self) -> QSize:
        """The label may take several lines."""
        width = RAIL_WIDTH - 14
        words = self.fontMetrics().boundingRect(
            0, 0, width - 20, 400, Qt.TextFlag.TextWordWrap, self.text()
        )
        return QSize(width, words.height() + 28)

    def minimumSizeHint(self) -> QSize:
        """Never less than the label needs."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Background, label, progress, counts."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._current or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            tint = "accent_soft" if self._current else "window"
            painter.setBrush(QColor(theme.color(tint)))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        font = self.font()
        font.setBold(self._current)
        painter.setFont(self.font())
        painter.setPen(QColor(theme.color("accent" if self._current else "text")))
        words = self.rect().adjusted(10, 4, -10, -20)
        painter.drawText(words, Qt.TextFlag.TextWordWrap, self.text())
        self._paint_counts(painter)

    def _paint_counts(self, painter: QPainter) -> None:
        line = self.rect().adjusted(10, self.height() - 22, -10, -2)
        small = self.font()
        small.setPointSizeF(9.5)
        painter.setFont(small)
        state = self._state
        done = state.asked and state.answered == state.asked
        painter.setPen(QColor(theme.color("good" if done else "muted")))
        text = f"{state.answered}/{state.asked}"
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        right = float(line.right())
        for number, tint in ((state.warnings, "warning"), (state.errors, "error")):
            if number:
                right = _paint_badge(painter, right, line.center().y(), str(number), tint)


def _paint_badge(painter: QPainter, right: float, middle: int, text: str, tint: str) -> float:
    width = max(20, painter.fontMetrics().horizontalAdvance(text) + 12)
    badge = QRectF(right - width, middle - 8, width, 18)
    painter.setPen(QPen(QColor(theme.color(f"{tint}_line"))))
    painter.setBrush(QColor(theme.color(f"{tint}_soft")))
    painter.drawRoundedRect(badge, 9, 9)
    painter.setPen(QColor(theme.color(tint)))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
    return right - width - 5
