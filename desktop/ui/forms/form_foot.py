"""The line below a form: what the question wants, what is open, how much it took."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from desktop.ui import icons, theme
from desktop.ui.forms.judging import Summary
from forms.definition import Question


class FormFoot(QFrame):
    """Hint, counts, and the way to the next place that is open.

    Attributes:
        next: to the next finding.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("form_foot")
        self._hint = QLabel()
        self._hint.setObjectName("form:hint")
        self._hint.setProperty("kind", "muted")
        self._hint.setWordWrap(True)
        self._effort = QLabel()
        self._effort.setObjectName("form:effort")
        self._effort.setProperty("kind", "small")
        self._effort.setToolTip(self.tr("Chỉ hiện trên máy này cho anh/chị, không lưu, không gửi"))
        self._summary = QLabel()
        self._summary.setObjectName("form:summary")
        self.next = QPushButton(self.tr("Chỗ tiếp theo (F8)"))
        self.next.setObjectName("button:next_finding")
        self.next.setProperty("kind", "small")
        self.next.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.next.setToolTip(self.tr("Đến chỗ phải sửa tiếp theo (F8)"))
        icons.dress(self.next, "down", tint="accent")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 8, 5)
        row.addWidget(self._hint, 1)
        row.addWidget(self._effort)
        row.addSpacing(10)
        row.addWidget(self._summary)
        row.addSpacing(6)
        row.addWidget(self.next)

    def explain(self, question: Question | None) -> None:
        """What the question with the keyboard wants."""
        self._hint.setText("" if question is None else question.hint_vi)

    def show_effort(self, keys: int, seconds: int) -> None:
        """Keys and time of this form; nothing before the first key."""
        minutes, rest = divmod(seconds, 60)
        words = self.tr("{keys} phím · {minutes}:{rest:02d}")
        self._effort.setText(words.format(keys=keys, minutes=minutes, rest=rest) if keys else "")

    def show_summary(self, summary: Summary) -> None:
        """What is open."""
        parts = []
        if summary.errors:
            parts.append(self.tr("{n} lỗi").format(n=summary.errors))
        if summary.warnings:
            parts.append(self.tr("{n} cảnh báo").format(n=summary.warnings))
        if summary.missing:
            parts.append(self.tr("{n} câu còn thiếu").format(n=summary.missing))
        kind = "error" if summary.errors else "warning" if parts else "good"
        self._summary.setText(" · ".join(parts) or self.tr("Đủ và không còn lỗi"))
        theme.restyle(self._summary, kind=kind)
        self.next.setVisible(bool(parts))
