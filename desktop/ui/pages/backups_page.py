"""Snapshots: the last ones, where they go and when, taking one now, going back to one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from desktop.domain.backups import BackupOutcome, BackupResult, Snapshot
from desktop.errors import AppError
from desktop.jobs.progress import Cancelled, Progress
from desktop.jobs.runner import JobRunner
from desktop.ui import icons, printing, wording
from desktop.ui.page import Page
from desktop.ui.widgets.snapshot_table import SnapshotTable, SnapshotWords, size_text
from desktop.ui.widgets.wrapped_label import WrappedLabel

_HOURS = (0, 2, 4, 8)
_DAYS = (1, 7, 30)
_StepTeller = Callable[[int, int], None]


class _Second(Protocol):
    """Where else snapshots go."""

    @property
    def folder(self) -> Path:
        """The folder."""

    @property
    def every_days(self) -> int:
        """How often."""

    @property
    def done_at(self) -> str:
        """When last."""


class BackupService(Protocol):
    """What the page asks (``desktop.services.backups.Backups``)."""

    def list(self) -> list[Snapshot]:
        """All that can be reached."""

    def now(self, *, progress: _StepTeller | None = None) -> BackupResult:
        """One beside the register."""

    def to_second_folder(self, *, progress: _StepTeller | None = None) -> BackupResult:
        """One in the second folder."""

    def keep_in(self, folder: Path | None, *, every_days: int = 7) -> None:
        """Choose the second folder."""

    def second_folder(self) -> _Second | None:
        """The second folder."""

    def keep_every(self, hours: int) -> None:
        """Choose how often while the program is open."""

    def every_hours(self) -> int:
        """How often while the program is open."""


@dataclass(frozen=True, slots=True)
class _State:
    """Everything the page shows."""

    snapshots: list[Snapshot]
    second: _Second | None
    is_there: bool
    hours: int


class BackupsPage(Page):
    """Taking a snapshot runs beside the work; going back asks the window to close the register.

    Signals:
        restore_asked: go back to the snapshot at this path.
        state_shown: the page shows what there is now.
    """

    restore_asked = Signal(object)
    state_shown = Signal()

    def __init__(self, *, jobs: JobRunner, backups: BackupService, own_place: Path) -> None:
        super().__init__(name="backups")
        self._jobs = jobs
        self._backups = backups
        self._words = SnapshotWords(self)
        self._state: _State | None = None
        self._progress: Progress | None = None
        self._is_filling = False
        self.set_title(
            self.tr("Sao lưu"), self.tr("Bản sao của cả sổ, mã hóa như sổ, mở bằng mật khẩu của sổ")
        )
        self._table = SnapshotTable(own_place=own_place)
        self._make_widgets()
        self._lay_out_page()
        self._table.opened.connect(lambda one: self.restore_asked.emit(one.path))
        self._table.chosen.connect(self._set_enabled)

    def refresh(self) -> None:
        """Look at the folders anew."""
        self._jobs.run(self, self._read, on_success=self._show, on_error=self.show_problem)

    # -- showing --

    def _read(self) -> _State:
        second = self._backups.second_folder()
        return _State(
            snapshots=self._backups.list(),
            second=second,
            is_there=second is not None and second.folder.is_dir(),
            hours=self._backups.every_hours(),
        )

    def _show(self, state: _State) -> None:
        self._state = state
        self._is_filling = True
        selected = self._table.selected
        self._table.show_snapshots(
            state.snapshots, select=None if selected is None else selected.path
        )
        self._last.setText(self._last_words(state.snapshots))
        self._second.setText(self._second_words(state))
        _choose(self._hours, state.hours)
        _choose(self._days, 7 if state.second is None else state.second.every_days)
        self._is_filling = False
        self._set_enabled()
        self.state_shown.emit()

    def _last_words(self, snapshots: list[Snapshot]) -> str:
        if not snapshots:
            return self.tr("Chưa có bản sao lưu nào.")
        last = snapshots[0]
        return self.tr("Bản gần nhất: {at}, {size}.").format(
            at=wording.moment(last.taken_at.isoformat()), size=size_text(last.size)
        )

    def _second_words(self, state: _State) -> str:
        if state.second is None:
            return self.tr("Chưa chọn. Máy hỏng hoặc mất thì chỉ bản ở nơi khác còn dùng được.")
        where = str(state.second.folder)
        if not state.is_there:
            return self.tr("{where} – chưa cắm; cắm vào là tự sao lưu.").format(where=where)
        if not state.second.done_at:
            return self.tr("{where} – chưa có bản nào.").format(where=where)
        return self.tr("{where} – lần cuối {at}.").format(
            where=where, at=wording.moment(state.second.done_at)
        )

    def _set_enabled(self) -> None:
        idle = self._progress is None
        second = None if self._state is None else self._state.second
        self._now.setEnabled(idle)
        self._choose_folder.setEnabled(idle)
        self._days.setEnabled(second is not None and idle)
        self._drop.setEnabled(second is not None and idle)
        self._to_second.setEnabled(second is not None and idle)
        self._restore.setEnabled(self._table.selected is not None and idle)
        self._bar.setVisible(not idle)
        self._stop.setVisible(not idle)

    # -- taking --

    def _take(self, take: Callable[..., BackupResult]) -> None:
        self.message_bar.hide()
        progress = Progress(self)
        progress.stepped.connect(self._show_progress)
        self._progress = progress
        self._bar.setRange(0, 0)
        self._set_enabled()

        def work() -> BackupResult | None:
            try:
                return take(progress=progress.step)
            except Cancelled:
                return None

        self._jobs.run(self, work, on_success=self._taken, on_error=self._not_taken)

    def _show_progress(self, done: int, total: int) -> None:
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)

    def _taken(self, result: BackupResult | None) -> None:
        self._progress = None
        if result is None:
            self.message_bar.show_message(self.tr("Đã dừng. Các bản sao lưu cũ vẫn còn."))
        elif result.outcome is BackupOutcome.FAILED and result.problem is not None:
            message = self._messages.explain(result.problem)
            self.message_bar.show_message(message.sentence, message.next_step, kind="error")
        elif result.snapshot is not None:
            self.message_bar.show_message(
                self.tr("Đã sao lưu và kiểm tra: {size}.").format(
                    size=size_text(result.snapshot.size)
                ),
                kind="good",
            )
        self.refresh()

    def _not_taken(self, error: AppError) -> None:
        self._progress = None
        self.show_problem(error)
        self.refresh()

    def _stop_taking(self) -> None:
        if self._progress is not None:
            self._progress.stop()

    def _ask_restore(self) -> None:
        if (selected := self._table.selected) is not None:
            self.restore_asked.emit(selected.path)

    # -- choosing --

    def _ask_folder(self) -> None:
        printing.ask_for_existing(
            self,
            title=self.tr("Chọn USB hoặc thư mục thứ hai để sao lưu"),
            is_folder=True,
            chosen=self.keep_in,
        )

    def keep_in(self, folder: Path | None) -> None:
        """From now on also there."""
        days = int(self._days.currentData())
        self._write(lambda: self._backups.keep_in(folder, every_days=days))

    def _days_changed(self) -> None:
        if not self._is_filling and self._state is not None and self._state.second is not None:
            self.keep_in(self._state.second.folder)

    def _hours_changed(self) -> None:
        if not self._is_filling:
            hours = int(self._hours.currentData())
            self._write(lambda: self._backups.keep_every(hours))

    def _write(self, work: Callable[[], None]) -> None:
        self._jobs.run(
            self, work, on_success=lambda _none: self.refresh(), on_error=self.show_problem
        )

    # -- widgets --

    def _make_widgets(self) -> None:
        self._last = WrappedLabel()
        self._last.setObjectName("backups:last")
        self._last.setProperty("kind", "strong")
        self._second = WrappedLabel()
        self._second.setObjectName("backups:second")
        self._now = self._button(
            "backup_now", self.tr("Sao lưu ngay"), lambda: self._take(self._backups.now)
        )
        self._now.setProperty("kind", "primary")
        icons.dress(self._now, "backup", tint="on_accent")
        self._to_second = self._button(
            "backup_second",
            self.tr("Sao lưu vào đó ngay"),
            lambda: self._take(self._backups.to_second_folder),
        )
        self._choose_folder = self._button(
            "choose_second", self.tr("Chọn USB hoặc thư mục…"), self._ask_folder
        )
        self._drop = self._button("drop_second", self.tr("Thôi dùng"), lambda: self.keep_in(None))
        self._restore = self._button(
            "restore", self.tr("Khôi phục về bản đang chọn…"), self._ask_restore
        )
        self._restore.setProperty("kind", "danger")
        self._stop = self._button("stop_backup", self.tr("Dừng"), self._stop_taking)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Tiến độ sao lưu"))
        self._hours = self._combo(
            "backup_hours",
            self.tr("Sao lưu trên máy này"),
            [(self._hour_words(hours), hours) for hours in _HOURS],
        )
        self._hours.currentIndexChanged.connect(self._hours_changed)
        day_words = (self.tr("Mỗi ngày"), self.tr("Mỗi tuần"), self.tr("Mỗi tháng"))
        self._days = self._combo(
            "backup_days",
            self.tr("Sao lưu ở nơi thứ hai"),
            list(zip(day_words, _DAYS, strict=True)),
        )
        self._days.currentIndexChanged.connect(self._days_changed)

    def _hour_words(self, hours: int) -> str:
        if not hours:
            return self.tr("Khi đóng chương trình")
        return self.tr("Khi đóng, và mỗi {n} giờ khi đang mở").format(n=hours)

    def _button(self, name: str, words: str, pressed: Callable[[], None]) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(f"button:{name}")
        button.clicked.connect(pressed)
        return button

    def _combo(self, name: str, label: str, entries: list[tuple[str, int]]) -> QComboBox:
        combo = QComboBox()
        combo.setObjectName(f"input:{name}")
        combo.setAccessibleName(label)
        for words, value in entries:
            combo.addItem(words, value)
        return combo

    def _lay_out_page(self) -> None:
        self.tools.addWidget(self._bar)
        self.tools.addWidget(self._stop)
        self.tools.addWidget(self._now)
        self._bar.setFixedWidth(160)
        card = QFrame()
        card.setProperty("kind", "card")
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.addRow(self.tr("Trên máy này"), self._row(self._hours))
        form.addRow(self.tr("Nơi thứ hai"), self._second)
        form.addRow("", self._row(self._days, self._choose_folder, self._to_second, self._drop))
        keeping = WrappedLabel()
        keeping.setText(self._words.keeping())
        keeping.setProperty("kind", "small")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(20, 14, 20, 14)
        inside.setSpacing(8)
        inside.addWidget(self._last)
        inside.addLayout(form)
        inside.addWidget(keeping)
        self.body.addWidget(card)
        self.body.addWidget(self._table, 1)
        self.body.addLayout(self._row(self._restore))

    def _row(self, *widgets: QComboBox | QPushButton) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in widgets:
            row.addWidget(widget)
        row.addStretch(1)
        return row


def _choose(combo: QComboBox, value: int) -> None:
    """Select the value; one that was set elsewhere (the command line) is added."""
    at = combo.findData(value)
    if at < 0:
        combo.addItem(str(value), value)
        at = combo.count() - 1
    combo.setCurrentIndex(at)
