"""What happened, in words."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.domain.households import Candidate, Likely
from desktop.ui.wording import Words
from forms import dates
from sync.protocol.life import Event, EventKind, Presence


class LifeWords(QObject):
    """A ``QObject`` so that ``tr`` finds its context."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._words = Words(self)

    def kind(self, kind: str) -> str:
        """What an event is called."""
        return {
            EventKind.DEATH.value: self.tr("Báo tử"),
            EventKind.DEPARTURE.value: self.tr("Chuyển đi"),
            EventKind.ARRIVAL.value: self.tr("Chuyển đến"),
            EventKind.HOUSEHOLD.value: self.tr("Sang hộ khác"),
            EventKind.CORRECTION.value: self.tr("Đính chính"),
            EventKind.SPLIT.value: self.tr("Tách hộ"),
            EventKind.MERGE.value: self.tr("Nhập hộ"),
        }.get(kind, self.tr("Biến động khác"))

    def happened(self, event: Event) -> str:
        """One event with its day and paper."""
        text = self.tr("{kind} {date} ({paper})").format(
            kind=self.kind(event.kind), date=dates.display(event.date), paper=event.paper
        )
        return self.tr("{event}, đã hủy").format(event=text) if event.is_undone else text

    def candidate(self, one: Candidate) -> str:
        """Who may be meant, in one line."""
        parts = [one.full_name, dates.display(one.birth_date), one.id_number, one.hamlet]
        if one.head_name and one.head_name != one.full_name:
            parts.append(self.tr("hộ {head}").format(head=one.head_name))
        if one.presence is not Presence.HERE:
            parts.append(self._words.presence(one.presence))
        if one.is_listed:
            parts.append(self.tr("danh sách của tỉnh"))
        return "  ·  ".join(part for part in parts if part)

    def likely(self, likely: Likely | None) -> str:
        """How sure it is."""
        return {
            Likely.SAME: self.tr("Rất giống"),
            Likely.MAYBE: self.tr("Có thể"),
            Likely.NUMBER: self.tr("Trùng số"),
            None: self.tr("Gần giống"),
        }[likely]
