"""The list of snapshots: when, why, where, how much is in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.backups import KEEP_BEFORE_CHANGES, KEEP_RULES, Snapshot, SnapshotReason
from desktop.ui import wording
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.widgets.table import Table

_MEGABYTE = 1024 * 1024


class SnapshotTable(QWidget):
    """Newest first.

    Signals:
        opened: Enter or a double click on one (its ``Snapshot``).
        chosen: another row has the keyboard.
    """

    opened = Signal(object)
    chosen = Signal()

    def __init__(self, *, own_place: Path) -> None:
        super().__init__()
        self._own_place = own_place
        self._words = SnapshotWords(self)
        self._model: RowsModel[Snapshot] = RowsModel(columns=self._columns(), parent=self)
        self.table = Table(
            name="table:snapshots", label=self.tr("Các bản sao lưu"), model=self._model
        )
        self.table.row_opened.connect(lambda row: self.opened.emit(self._model.row(row)))
        self.table.selectionModel().currentRowChanged.connect(lambda _n, _b: self.chosen.emit())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        self.setFocusProxy(self.table)

    def show_snapshots(self, snapshots: Sequence[Snapshot], *, select: Path | None = None) -> None:
        """Show these; the newest is selected, or the one at this place."""
        self._model.show_rows(snapshots)
        self.table.say_when_empty(self.tr("Chưa có bản sao lưu nào ở đây."))
        rows = [number for number, one in enumerate(snapshots) if one.path == select]
        if snapshots:
            self.table.selectRow(rows[0] if rows else 0)
        self.chosen.emit()

    @property
    def selected(self) -> Snapshot | None:
        """The one with the keyboard."""
        index = self.table.currentIndex()
        return self._model.row(index.row()) if index.isValid() else None

    def _columns(self) -> list[Column[Snapshot]]:
        words = self._words
        return [
            Column(
                self.tr("Thời điểm"),
                lambda one: wording.moment(one.taken_at.isoformat()),
                width=160,
            ),
            Column(self.tr("Lý do"), lambda one: words.reason(one.reason), width=180),
            Column(self.tr("Ở đâu"), self._place),
            Column(self.tr("Số người"), words.people, width=100, align_right=True),
            Column(self.tr("Chưa gửi"), words.unsent, width=100, align_right=True),
            Column(
                self.tr("Dung lượng"), lambda one: size_text(one.size), width=120, align_right=True
            ),
        ]

    def _place(self, one: Snapshot) -> str:
        if one.path.parent == self._own_place:
            return self.tr("Trên máy này, cạnh sổ")
        return self.tr("USB, thư mục khác")


class SnapshotWords(QObject):
    """What snapshots are called."""

    def reason(self, reason: SnapshotReason) -> str:
        """Why it was taken."""
        return {
            SnapshotReason.CLOSE: self.tr("Khi đóng sổ"),
            SnapshotReason.ASKED: self.tr("Bấm sao lưu"),
            SnapshotReason.SCHEDULE: self.tr("Theo lịch"),
            SnapshotReason.MIGRATION: self.tr("Trước khi nâng cấp"),
            SnapshotReason.REKEY: self.tr("Trước khi đổi khóa"),
            SnapshotReason.RESTORE: self.tr("Trước khi khôi phục"),
        }[reason]

    def people(self, one: Snapshot) -> str:
        """How many people stand in it, when that is known."""
        return str(one.documents.get("person", 0)) if one.schema else self.tr("chưa rõ")

    def unsent(self, one: Snapshot) -> str:
        """How many of its changes had no receipt."""
        return str(one.unsent) if one.schema else self.tr("chưa rõ")

    def keeping(self) -> str:
        """What stays, from the rules themselves."""
        parts = []
        for rule in KEEP_RULES:
            if not rule.every:
                parts.append(self.tr("{n} bản mới nhất").format(n=rule.count))
            elif rule.every.days == 1:
                parts.append(self.tr("mỗi ngày một bản trong {n} ngày").format(n=rule.count))
            else:
                parts.append(
                    self.tr("{d} ngày một bản, {n} bản").format(d=rule.every.days, n=rule.count)
                )
        return self.tr(
            "Chương trình tự giữ: {rules}. Bản trước khi nâng cấp, đổi khóa giữ {days} ngày. Các "
            "bản khác tự xóa."
        ).format(rules="; ".join(parts), days=KEEP_BEFORE_CHANGES.days)


def size_text(size: int) -> str:
    """Bytes as people read them."""
    megabytes = size / _MEGABYTE
    if megabytes < 1:
        return f"{max(1, size // 1024)} KB"
    return f"{megabytes:,.1f} MB".replace(",", " ").replace(".", ",")
