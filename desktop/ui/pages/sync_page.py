"""What is only on this machine, what has a receipt, and the exchange with the province."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.syncing import ChangeRow, ChangeState, Enrolment, SyncReport, SyncStatus
from desktop.errors import AppError, Problem
from desktop.jobs.progress import Progress
from desktop.jobs.runner import JobRunner
from desktop.ui import icons, theme, wording
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.page import Page
from desktop.ui.widgets.table import Table

_PAGE_ROWS = 100
#: After these the device needs a new place.
_LOST = frozenset({Problem.DEVICE_REVOKED, Problem.NOT_ENROLLED})
_STATE_TINTS = {
    ChangeState.WAITING: "warning",
    ChangeState.RECEIPTED: "good",
    ChangeState.MERGED: "good",
    ChangeState.CLASH: "warning",
    ChangeState.HELD: "error",
    ChangeState.SENT: "info",
    ChangeState.DROPPED: "muted",
}


class SyncService(Protocol):
    """What the page asks (``desktop.services.syncing.Syncing``)."""

    def enrolment(self) -> Enrolment | None:
        """The device's place, if it has one."""

    def enrol(self, *, server_url: str, code: str, ca_file: Path | None = None) -> Enrolment:
        """Bind the device to an office."""

    def status(self) -> SyncStatus:
        """The custody of the changes."""

    def changes(self, *, limit: int, offset: int) -> list[ChangeRow]:
        """Newest first."""

    def run(self, *, on_progress: Callable[[int, int], None] | None = None) -> SyncReport:
        """Exchange with the server."""


@dataclass(frozen=True, slots=True)
class _State:
    """Everything the page shows."""

    enrolment: Enrolment | None
    status: SyncStatus
    changes: list[ChangeRow]


class SyncPage(Page):
    """Connect once; then synchronise.

    Signals:
        enrolled: the device got its place (``Enrolment``).
        synced: a sync ended, well or not (``SyncReport``).
        state_shown: the page shows what the register holds now.
    """

    enrolled = Signal(object)
    synced = Signal(object)
    state_shown = Signal()

    def __init__(self, *, jobs: JobRunner, syncing: SyncService) -> None:
        super().__init__(name="sync")
        self._jobs = jobs
        self._syncing = syncing
        self._words = wording.Words(self)
        self._is_running = False
        self.set_title(self.tr("Đồng bộ"))
        self._connect_card = self._make_connect_card()
        self._state_card, self._unsent = self._make_state_card()
        self._model: RowsModel[ChangeRow] = RowsModel(columns=self._columns(), parent=self)
        self._model.page_wanted.connect(self._fetch_more)
        self._table = Table(
            name="table:changes", label=self.tr("Các thay đổi trên máy này"), model=self._model
        )
        self._table_title = QLabel(self.tr("Các thay đổi trên máy này"))
        self._table_title.setProperty("kind", "heading")
        for widget in (self._connect_card, self._state_card, self._table_title):
            self.body.addWidget(widget)
        self.body.addWidget(self._table, 1)
        self._connect_card.hide()
        self._state_card.hide()

    def refresh(self) -> None:
        """Read the custody anew."""
        self._jobs.run(self, self._read, on_success=self._show, on_error=self.show_problem)

    def synchronise(self) -> None:
        """Push and pull now."""
        if self._is_running:
            return
        self._set_running(True)
        self.message_bar.hide()
        progress = Progress(self)
        progress.stepped.connect(self._show_progress)
        self._jobs.run(
            self,
            lambda: self._syncing.run(on_progress=progress.step),
            on_success=self._end,
            on_error=self._fail,
        )

    # -- connecting --

    def _enrol(self) -> None:
        url, code = self._address.text().strip(), self._code.text().strip()
        missing = self._address if not url else self._code if not code else None
        if missing is not None:
            self.message_bar.show_message(
                self.tr("Cần ghi cả địa chỉ máy chủ và mã kết nối."), kind="warning"
            )
            missing.setFocus()
            return
        ca_file = self._ca.text().strip()
        self._go.setEnabled(False)
        self.message_bar.hide()
        self._jobs.run(
            self,
            lambda: self._syncing.enrol(
                server_url=url, code=code, ca_file=Path(ca_file) if ca_file else None
            ),
            on_success=self._tell_enrolled,
            on_error=self._refuse,
        )

    def _tell_enrolled(self, enrolment: Enrolment) -> None:
        self._go.setEnabled(True)
        self._code.clear()
        self.enrolled.emit(enrolment)

    def _refuse(self, error: AppError) -> None:
        self._go.setEnabled(True)
        self.show_problem(error)
        self._code.setFocus()
        self._code.selectAll()

    def _choose_ca(self) -> None:
        """Our own words on the dialog: Qt's speak English."""
        dialog = QFileDialog(self, self.tr("Chọn tệp chứng thư của tỉnh"))
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog, False)
        dialog.setNameFilter(self.tr("Chứng thư (*.pem *.crt)"))
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Chọn"))
        dialog.setLabelText(QFileDialog.DialogLabel.Reject, self.tr("Thôi"))
        dialog.fileSelected.connect(self._ca.setText)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- running --

    def _end(self, report: SyncReport) -> None:
        self._set_running(False)
        if report.problem is not None:
            message = self._messages.explain(report.problem, report.parameters)
            self.message_bar.show_message(message.sentence, message.next_step, kind="error")
        else:
            self.message_bar.show_message(
                self.tr("Đồng bộ xong: gửi {pushed}, nhận {pulled} thay đổi.").format(
                    pushed=report.pushed, pulled=report.pulled
                ),
                self._remarks(report),
                kind="good",
            )
        self.refresh()
        self.data_changed.emit()
        self.synced.emit(report)

    def _remarks(self, report: SyncReport) -> str:
        parts = []
        if report.clashes:
            parts.append(self.tr("{n} chỗ hai máy sửa khác nhau.").format(n=report.clashes))
        if report.held:
            parts.append(self.tr("{n} thay đổi máy chủ chưa nhận.").format(n=report.held))
        return " ".join(parts)

    def _fail(self, error: AppError) -> None:
        self._set_running(False)
        self.show_problem(error)

    def _set_running(self, running: bool) -> None:
        self._is_running = running
        self._sync.setEnabled(not running)
        self._sync.setText(self.tr("Đang đồng bộ…") if running else self.tr("Đồng bộ ngay"))
        self._bar.setRange(0, 0)
        self._bar.setVisible(running)

    def _show_progress(self, done: int, total: int) -> None:
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)

    # -- showing --

    def _read(self) -> _State:
        return _State(
            self._syncing.enrolment(),
            self._syncing.status(),
            self._syncing.changes(limit=_PAGE_ROWS, offset=0),
        )

    def _show(self, state: _State) -> None:
        enrolment, status = state.enrolment, state.status
        has_place = enrolment is not None and status.last_problem not in _LOST
        self._connect_card.setVisible(not has_place)
        self._sync.setVisible(has_place)
        self._state_card.show()
        if enrolment is not None:
            self.set_title(
                self.tr("Đồng bộ"),
                self.tr("{office}, {province}").format(
                    office=enrolment.office_name, province=enrolment.province_name
                ),
            )
        self._unsent.setText(str(status.unsent))
        theme.restyle(self._unsent, alarm=status.unsent > 0)
        self._receipted.setText(str(status.receipted))
        self._held.setText(str(status.held))
        theme.restyle(self._held, kind="error" if status.held else "strong")
        self._last.setText(
            wording.moment(status.last_success_at) or self.tr("Chưa đồng bộ lần nào")
        )
        self._show_last_problem(status)
        total = status.unsent + status.receipted + status.held
        more = total if len(state.changes) == _PAGE_ROWS else len(state.changes)
        self._model.show_rows(state.changes, total=more)
        self.state_shown.emit()

    def _show_last_problem(self, status: SyncStatus) -> None:
        self._problem_box.setVisible(status.last_problem is not None)
        if status.last_problem is not None:
            message = self._messages.explain(status.last_problem, status.last_parameters)
            when = wording.moment(status.last_problem_at)
            self._problem.setText(f"{message.sentence} ({when})\n{message.next_step}")

    def _fetch_more(self, offset: int) -> None:
        self._jobs.run(
            self,
            lambda: self._syncing.changes(limit=_PAGE_ROWS, offset=offset),
            on_success=self._model.append,
        )

    # -- making --

    def _columns(self) -> list[Column[ChangeRow]]:
        words = self._words
        return [
            Column(self.tr("Số"), lambda row: str(row.seq), width=70),
            Column(self.tr("Lúc"), lambda row: wording.moment(row.at), width=160),
            Column(self.tr("Về"), lambda row: row.title),
            Column(self.tr("Loại"), lambda row: words.document(row.document_type), width=180),
            Column(self.tr("Người sửa"), lambda row: row.by, width=190),
            Column(
                self.tr("Tình trạng"),
                lambda row: words.change_state(row.state),
                tint=lambda row: _STATE_TINTS[row.state],
                width=260,
            ),
        ]

    def _make_connect_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        heading = QLabel(self.tr("Kết nối máy này với tỉnh"))
        heading.setProperty("kind", "heading")
        words = QLabel(
            self.tr(
                "Tỉnh cấp địa chỉ máy chủ và mã dùng một lần cho cơ quan của anh/chị. Kết nối một "
                "lần để sổ biết mình là của xã nào; sau đó làm việc được cả khi không có mạng."
            )
        )
        words.setProperty("kind", "muted")
        words.setWordWrap(True)
        self._address = self._line("server_url", self.tr("Địa chỉ máy chủ"), "https://…")
        self._code = self._line("enrol_code", self.tr("Mã kết nối dùng một lần"), "")
        self._ca = self._line("ca_file", self.tr("Tệp chứng thư của tỉnh"), self.tr("nếu có"))
        browse = QPushButton(self.tr("Chọn tệp…"))
        browse.setObjectName("button:choose_ca")
        browse.clicked.connect(self._choose_ca)
        self._go = QPushButton(self.tr("Kết nối"))
        self._go.setObjectName("button:enrol")
        self._go.setProperty("kind", "primary")
        self._go.clicked.connect(self._enrol)
        self._code.returnPressed.connect(self._enrol)
        ca_row = QHBoxLayout()
        ca_row.setSpacing(8)
        ca_row.addWidget(self._ca, 1)
        ca_row.addWidget(browse)
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setHorizontalSpacing(16)
        form.addRow(self.tr("Địa chỉ máy chủ"), self._address)
        form.addRow(self.tr("Mã kết nối dùng một lần"), self._code)
        form.addRow(self.tr("Tệp chứng thư của tỉnh"), ca_row)
        form.addRow("", self._go)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(20, 16, 20, 18)
        inside.setSpacing(10)
        inside.addWidget(heading)
        inside.addWidget(words)
        inside.addLayout(form)
        card.setMaximumWidth(760)
        self._go.setSizePolicy(
            self._go.sizePolicy().Policy.Maximum, self._go.sizePolicy().Policy.Fixed
        )
        return card

    def _line(self, name: str, label: str, placeholder: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"input:{name}")
        line.setAccessibleName(label)
        line.setPlaceholderText(placeholder)
        return line

    def _make_state_card(self) -> tuple[QFrame, QLabel]:
        card = QFrame()
        card.setProperty("kind", "card")
        unsent = QLabel("0")
        unsent.setObjectName("sync:unsent")
        unsent.setProperty("kind", "number")
        unsent.setAccessibleName(self.tr("Số thay đổi chỉ có trên máy này"))
        self._receipted, self._held, self._last = QLabel("0"), QLabel("0"), QLabel()
        for label, name in (
            (self._receipted, "receipted"),
            (self._held, "held"),
            (self._last, "last_success"),
        ):
            label.setObjectName(f"sync:{name}")
            label.setProperty("kind", "strong")
        self._sync = QPushButton(self.tr("Đồng bộ ngay"))
        self._sync.setObjectName("button:sync_now")
        self._sync.setProperty("kind", "primary")
        icons.dress(self._sync, "sync", tint="on_accent")
        self._sync.setShortcut("F9")
        self._sync.setToolTip(self.tr("Gửi và nhận ngay (F9)"))
        self._sync.clicked.connect(self.synchronise)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Tiến độ đồng bộ"))
        self._bar.hide()
        self._problem_box = QFrame()
        self._problem_box.setProperty("note", "warning")
        self._problem = QLabel()
        self._problem.setObjectName("sync:last_problem")
        self._problem.setWordWrap(True)
        self._lay_out_state(card, unsent)
        return card, unsent

    def _lay_out_state(self, card: QFrame, unsent: QLabel) -> None:
        what = QLabel(self.tr("chỉ có trên máy này"))
        what.setProperty("kind", "muted")
        number = QVBoxLayout()
        number.setSpacing(0)
        number.addWidget(unsent)
        number.addWidget(what)
        facts = QFormLayout()
        facts.setHorizontalSpacing(14)
        facts.setVerticalSpacing(6)
        for words, label in (
            (self.tr("Đã có biên nhận"), self._receipted),
            (self.tr("Máy chủ chưa nhận"), self._held),
            (self.tr("Lần đồng bộ gần nhất"), self._last),
        ):
            title = QLabel(words)
            title.setProperty("kind", "muted")
            facts.addRow(title, label)
        button = QVBoxLayout()
        button.addWidget(self._sync)
        button.addWidget(self._bar)
        button.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(36)
        top.addLayout(number)
        top.addWidget(_upright_line())
        top.addLayout(facts, 1)
        top.addLayout(button)
        picture = QLabel()
        picture.setPixmap(icons.pixmap("warning", tint="warning", size=20))
        problem = QHBoxLayout(self._problem_box)
        problem.setContentsMargins(10, 6, 10, 6)
        problem.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        problem.addWidget(self._problem, 1)
        self._problem_box.hide()
        inside = QVBoxLayout(card)
        inside.setContentsMargins(24, 16, 20, 16)
        inside.setSpacing(12)
        inside.addLayout(top)
        inside.addWidget(self._problem_box)


def _upright_line() -> QWidget:
    line = QFrame()
    line.setProperty("kind", "line")
    line.setFixedWidth(1)
    return line
