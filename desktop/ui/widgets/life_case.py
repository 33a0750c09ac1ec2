"""A case about entries of persons: the entries side by side, and a button for each choice."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.domain.life import Choice, EntrySide, LifeCase, LifeKind
from desktop.ui import wording
from desktop.ui.widgets.plain_label import plain_label
from forms import dates
from sync.protocol.documents import DocumentType


class LifeCasePanel(QWidget):
    """One case; ``decide`` is called with what was chosen."""

    def __init__(self, case: LifeCase, *, decide: Callable[[Choice], None]) -> None:
        super().__init__()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        inside.addWidget(plain_label(case.full_name, "title", "case:name"))
        inside.addWidget(plain_label(self.heading(case.kind), "heading", "case:field"))
        inside.addWidget(plain_label(self._explained(case), "muted", "case:explained"))
        sides = QHBoxLayout()
        sides.setSpacing(12)
        for number, side in enumerate(case.sides, 1):
            sides.addWidget(self._side(number, side, case.kind), 1)
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
            LifeKind.ARRIVAL: self.tr("Chuyển đến từ xã khác"),
            LifeKind.DELETED: self.tr("Đã xóa, lấy lại được"),
        }[kind]

    def _explained(self, case: LifeCase) -> str:
        if case.kind is LifeKind.TWINS:
            kept = self.tr("Gộp thì cả hai hồ sơ đều được giữ; gộp nhầm thì tách ra được.")
            return f"{case.evidence} {kept}"
        if case.arrival is not None:
            text = self.tr(
                "Từ {commune}, chuyển đi {date} theo {paper}. Hồ sơ cũ đã về đây. "
                "Nhận rồi mở hộ (F3) để ghi người này vào hộ mới."
            )
            came = case.arrival
            return text.format(
                commune=came.from_name,
                date=dates.display(came.date),
                paper=came.paper or self.tr("giấy chưa ghi"),
            )
        if case.kind is LifeKind.DELETED:
            return {
                DocumentType.PERSON: self.tr("Người nhập nhầm. Lấy lại thì phiếu cũng trở lại."),
                DocumentType.HOUSEHOLD: self.tr("Hộ không còn ai."),
            }.get(case.document_type, self.tr("Phiếu nhập nhầm, chưa nộp."))
        return self.tr("Máy khác lập phiếu khi chưa biết người này đã bị xóa.")

    def _words(self, choice: Choice) -> str:
        return {
            Choice.FIRST: self.tr("Một người: giữ bên trái"),
            Choice.SECOND: self.tr("Một người: giữ bên phải"),
            Choice.DISTINCT: self.tr("Hai người khác nhau"),
            Choice.RECEIVE: self.tr("Nhận về xã này"),
            Choice.RESTORE: self.tr("Lấy lại"),
            Choice.DELETE: self.tr("Xóa cả phiếu"),
        }[choice]

    def _side(self, number: int, side: EntrySide, kind: LifeKind) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        card.setObjectName(f"case:side{number}")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.addWidget(plain_label(side.full_name, "heading", f"case:value{number}"))
        for place, line in enumerate(self._lines(side, kind)):
            inside.addWidget(plain_label(line, "small", f"case:line{number}-{place}"))
        inside.addStretch(1)
        return card

    def _lines(self, side: EntrySide, kind: LifeKind) -> list[str]:
        if kind in (LifeKind.LEFT_OVER, LifeKind.DELETED):
            reason, by, at = side.lines
            why = self.tr("Lý do xóa: {reason}").format(reason=reason)
            return [why, " · ".join(part for part in (by, wording.moment(at)) if part)]
        if kind is LifeKind.ARRIVAL:
            born, number = side.lines
            return [line for line in (dates.display(born), number) if line]
        return list(side.lines)
