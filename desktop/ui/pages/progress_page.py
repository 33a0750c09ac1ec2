"""How far the communes are: bars of what was received, what waits, what is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel

from desktop.domain.reviews import CommuneProgress
from desktop.jobs.runner import JobRunner
from desktop.ui import theme, wording
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.page import Page
from desktop.ui.widgets.bars import Bars, Parts
from desktop.ui.widgets.table import Table

_BAR = 1


class ProgressDesk(Protocol):
    """What the page asks (``desktop.services.reviews.Reviews``)."""

    def progress(self) -> Sequence[CommuneProgress]:
        """How far each commune is."""

    def review_days(self) -> int:
        """After how many days a record that waits is overdue."""


class ProgressPage(Page):
    """One row for each commune the office serves, and one for all.

    Signals:
        progress_shown: the rows show what the register holds now.
        commune_asked: what waits of this commune ("" for all).
    """

    progress_shown = Signal()
    commune_asked = Signal(str)

    def __init__(
        self, *, jobs: JobRunner, reviews: ProgressDesk, commune_names: Mapping[str, str]
    ) -> None:
        super().__init__(name="progress")
        self._jobs = jobs
        self._reviews = reviews
        self._commune_names = commune_names
        self._largest = 1
        self.set_title(self.tr("Tiến độ các xã"))
        self._model: RowsModel[CommuneProgress] = RowsModel(columns=self._columns(), parent=self)
        self._table = Table(
            name="table:progress", label=self.tr("Tiến độ các xã, phường"), model=self._model
        )
        self._table.setItemDelegateForColumn(
            _BAR, Bars(parts=self._parts, largest=lambda: self._largest, parent=self._table)
        )
        self._table.row_opened.connect(
            lambda row: self.commune_asked.emit(self._model.row(row).commune_code)
        )
        self.body.addLayout(self._legend())
        self.body.addWidget(self._table, 1)
        hint = QLabel(self.tr("Enter: mở phiếu đang chờ của xã"))
        hint.setProperty("kind", "small")
        self.body.addWidget(hint)

    def refresh(self) -> None:
        """Count anew."""
        self._jobs.run(
            self,
            lambda: (self._reviews.progress(), self._reviews.review_days()),
            on_success=self._show,
            on_error=self.show_problem,
        )
        if self.focusWidget() is None:
            self._table.setFocus()

    def _show(self, found: tuple[Sequence[CommuneProgress], int]) -> None:
        counted, days = found
        known = {one.commune_code: one for one in counted}
        codes = list(dict.fromkeys([*self._commune_names, *known]))
        rows = [known.get(code, CommuneProgress(code)) for code in codes]
        chosen = self._table.currentIndex().row()
        self._largest = max([1, *(row.received for row in rows)])
        self._model.show_rows([_total(rows), *rows] if len(rows) > 1 else rows)
        self._table.selectRow(max(0, min(chosen, self._model.rowCount() - 1)))
        self.set_title(
            self.tr("Tiến độ các xã"),
            self.tr("Mỗi hồ sơ tính lần nộp cuối. Quá hạn: chờ hơn {n} ngày.").format(n=days),
        )
        self.progress_shown.emit()

    def _parts(self, row: int) -> Parts:
        one = self._model.row(row)
        scale = self._largest / max(1, one.received) if not one.commune_code else 1
        parts = (
            (one.accepted, "good"),
            (one.waiting - one.overdue, "info"),
            (one.overdue, "warning"),
            (one.returned, "error"),
        )
        return [(round(count * scale), tint) for count, tint in parts]

    def _columns(self) -> list[Column[CommuneProgress]]:
        def number(title: str, name: str, tint: str = "text") -> Column[CommuneProgress]:
            return Column(
                title,
                lambda row: wording.thousands(getattr(row, name)),
                tint=lambda row: tint if getattr(row, name) else "muted",
                width=104,
                align_right=True,
            )

        return [
            Column(self.tr("Xã, phường"), self._name, width=216),
            Column("", lambda _row: ""),
            number(self.tr("Đã nộp"), "received"),
            number(self.tr("Đang chờ"), "waiting", "info"),
            number(self.tr("Quá hạn"), "overdue", "warning"),
            number(self.tr("Đã nhận"), "accepted", "good"),
            number(self.tr("Trả lại"), "returned", "error"),
            Column(
                self.tr("Công an xong"),
                lambda row: f"{row.checked}/{row.flagged}",
                width=124,
                align_right=True,
            ),
        ]

    def _name(self, row: CommuneProgress) -> str:
        if not row.commune_code:
            return self.tr("Tất cả")
        return self._commune_names.get(row.commune_code, row.commune_code)

    def _legend(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(18)
        for text, tint in (
            (self.tr("Đã nhận"), "good"),
            (self.tr("Đang chờ"), "info"),
            (self.tr("Quá hạn"), "warning"),
            (self.tr("Trả lại"), "error"),
        ):
            label = QLabel(f"■ {text}")
            theme.restyle(label, verdict=tint)
            line.addWidget(label)
        line.addStretch(1)
        return line


def _total(rows: Sequence[CommuneProgress]) -> CommuneProgress:
    """All communes together."""
    sums = {
        one.name: sum(getattr(row, one.name) for row in rows)
        for one in fields(CommuneProgress)
        if one.name != "commune_code"
    }
    return replace(CommuneProgress(""), **sums)
