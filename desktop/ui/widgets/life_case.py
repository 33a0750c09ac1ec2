"""A case about entries of persons: the entries side by side, and a button for each choice."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.domain.life import Choice, EntrySide, LifeCase, LifeKind


class LifeCasePanel(QWidget):
    """One case; ``decide`` is called with what was chosen."""

    def __init__(self, case: LifeCase, *, decide: Callable[[Choice], None]) -> None:
        super().__init__()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        inside.addWidget(_text(case.full_name, "title", "case:name"))
        inside.addWidget(_text(self.heading(case.kind), "heading", "case:field"))
        inside.addWidget(_text(self._explained(case), "muted", "case:explained"))
        sides = QHBoxLayout()
        sides.setSpacing(12)
        for number, side in enumerate(case.sides, 1):
            sides.addWidget(self._side(number, side), 1)
        inside.addLayout(sides)
        buttons = QHBoxLayout()
        for number, choice in enumerate(case.choices, 1):
            button = QPushButton(f"{number}  {self._words(choice)}")
            button.setObjectName(f"button:{choice.value}")
            button.setProperty("kind", "primary" if number == 1 else "")
            button.clicked.connect(lambda _checked=False, one=choice: decide(one))
            buttons.addWidget(button)
        buttons.addStretch(1)
        inside.addLayout(buttons)

    def heading(self, kind: LifeKind) -> str:
        """What such cases are called."""
        return {
            LifeKind.TWINS: self.tr("Trùng người"),
            LifeKind.LEFT_OVER: self.tr("Đã xóa người, vẫn còn phiếu"),
        }[kind]

    def _explained(self, case: LifeCase) -> str:
        if case.kind is LifeKind.TWINS:
            kept = self.tr("Gộp thì cả hai hồ sơ đều được giữ; gộp nhầm thì tách ra được.")
            return f"{case.evidence} {kept}"
        return self.tr("Máy khác lập phiếu khi chưa biết người này đã bị xóa.")

    def _words(self, choice: Choice) -> str:
        return {
            Choice.FIRST: self.tr("Một người: giữ bên trái"),
            Choice.SECOND: self.tr("Một người: giữ bên phải"),
            Choice.DISTINCT: self.tr("Hai người khác nhau"),
            Choice.RESTORE: self.tr("Lấy lại người này"),
            Choice.DELETE: self.tr("Xóa cả phiếu"),
        }[choice]

    def _side(self, number: int, side: EntrySide) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        card.setObjectName(f"case:side{number}")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.addWidget(_text(side.full_name, "heading", f"case:value{number}"))
        for place, line in enumerate(side.lines):
            inside.addWidget(_text(line, "small", f"case:line{number}-{place}"))
        inside.addStretch(1)
        return card


def _text(words: str, kind: str, name: str) -> QLabel:
    label = QLabel(words)
    label.setObjectName(name)
    label.setProperty("kind", kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
