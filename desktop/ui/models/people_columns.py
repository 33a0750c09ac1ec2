"""The columns of people as every list of the commune shows them, and what their colours mean."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QObject

from desktop.domain.people import CheckState, PersonRow, RecordStatus
from desktop.ui import wording
from desktop.ui.models.rows import Column
from forms import dates
from sync.protocol.life import Presence

STATUS_TINTS: Mapping[RecordStatus, str] = MappingProxyType(
    {
        RecordStatus.NONE: "muted",
        RecordStatus.DRAFT: "text",
        RecordStatus.SUBMITTED: "info",
        RecordStatus.RETURNED: "error",
        RecordStatus.ACCEPTED: "good",
    }
)
CHECK_TINTS: Mapping[CheckState, str] = MappingProxyType(
    {
        CheckState.NOT_ASKED: "muted",
        CheckState.WAITING: "info",
        CheckState.MATCHED: "good",
        CheckState.DIFFERS: "warning",
        CheckState.NOT_FOUND: "error",
    }
)


class PeopleColumns(QObject):
    """Makes columns; a list takes those it shows, in its own order."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._words = wording.Words(self)

    def name(self) -> Column[PersonRow]:
        """It takes the width that is left."""
        return Column(self.tr("Họ và tên"), lambda row: row.full_name)

    def birth_date(self) -> Column[PersonRow]:
        """As far as it is known."""
        return Column(self.tr("Ngày sinh"), lambda row: dates.display(row.birth_date), width=100)

    def id_number(self) -> Column[PersonRow]:
        """The personal number."""
        return Column(self.tr("Số định danh"), lambda row: row.id_number, width=122)

    def hamlet(self, *, width: int = 114) -> Column[PersonRow]:
        """Where the household lives."""
        return Column(self.tr("Thôn, tổ"), lambda row: row.hamlet, width=width)

    def household(self) -> Column[PersonRow]:
        """The code of the household."""
        return Column(self.tr("Mã hộ"), lambda row: row.household_code, width=96)

    def status(self) -> Column[PersonRow]:
        """How far the labour record is."""
        return Column(
            self.tr("Phiếu"),
            lambda row: self._words.record_status(row.status),
            tint=lambda row: STATUS_TINTS[row.status],
            width=126,
        )

    def identity(self) -> Column[PersonRow]:
        """The one thing about who it is that matters most; nothing for most people."""
        return Column(self.tr("Danh tính"), self._identity, tint=identity_tint, width=152)

    def _identity(self, row: PersonRow) -> str:
        if row.presence is not Presence.HERE:
            return self._words.presence(row.presence)
        if row.check is not CheckState.NOT_ASKED:
            return self._words.check_state(row.check)
        if row.clashes:
            return self.tr("Hai máy khác nhau")
        return self.tr("Có nghi vấn") if row.flags else ""


def identity_tint(row: PersonRow) -> str:
    """The colour of what ``PeopleColumns.identity`` says."""
    if row.presence is not Presence.HERE:
        return "muted"
    if row.check is CheckState.NOT_ASKED and (row.flags or row.clashes):
        return "warning"
    return CHECK_TINTS[row.check]
