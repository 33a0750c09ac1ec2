"""What is only on this machine, what has a receipt, and the exchange with the province."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.syncing import ChangeRow, Enrolment, SyncReport, SyncStatus
from desktop.errors import AppError, Problem
from desktop.jobs.runner import JobRunner
from desktop.ui import icons, theme, wording
from desktop.ui.auto_sync import AutoSync, Waiting
from desktop.ui.models.changes import ChangesModel
from desktop.ui.page import Page
from desktop.ui.printing import ask_for_existing
from sync.client.watching import Doing
from sync.protocol.documents import Role

_PAGE_ROWS = 200
#: So many persons are shown with their changes; of the others one sees how far they are.
_OPEN_GROUPS = 2
#: Of the first three columns, in pixels at 100 %.
_WIDTHS = (280, 250, 130)
#: After these the device needs a new place.
_LOST = frozenset({Problem.DEVICE_REVOKED, Problem.NOT_ENROLLED})


class SyncService(Protocol):
    """What the page asks (``desktop.services.syncing.Syncing``)."""

    def enrolment(self) -> Enrolment | None:
        """The device's place, if it has one."""

    def enrol(self, *, server_url: str, code: str, ca_file: Path | None = None) -> Enrolment:
        """Bind the device to an office."""

    def request_by_file(self, *, code: str, folder: Path) -> Path:
        """Write a request for a place, where there is no network at all."""

    def take_answer(self, path: Path) -> Enrolment:
        """The province's answer to it."""

    def status(self) -> SyncStatus:
        """The custody of the changes."""

    def changes(self, *, limit: int, offset: int = 0, before: int | None = None) -> list[ChangeRow]:
        """Newest first; after the line at this position."""


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
        handover_asked: the PC is to be handed over.
        state_shown: the page shows what the register holds now.
    """

    enrolled = Signal(object)
    handover_asked = Signal()
    state_shown = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        syncing: SyncService,
        auto: AutoSync,
        labels: Callable[[ChangeRow], Sequence[str]],
    ) -> None:
        super().__init__(name="sync")
        self._jobs = jobs
        self._syncing = syncing
        self._auto = auto
        self._is_asked = False
        self.set_title(self.tr("Đồng bộ"))
        self._done = (0, 0)
        self._bar = QProgressBar()
        self._connect_card = self._make_connect_card()
        self._state_card, self._unsent = self._make_state_card()
        self._rules_row = self._make_rules_row()
        self._model = ChangesModel(labels=labels, parent=self)
        self._model.page_wanted.connect(self._fetch_more)
        self._tree = self._make_tree()
        self._table_title = QLabel(self.tr("Các thay đổi trên máy này"))
        self._table_title.setProperty("kind", "heading")
        self._handover = QPushButton(self.tr("Bàn giao máy / ngừng dùng máy…"))
        self._handover.setObjectName("button:handover")
        self._handover.setProperty("kind", "small")
        self._handover.clicked.connect(self.handover_asked)
        below = QHBoxLayout()
        below.addWidget(self._table_title)
        below.addStretch(1)
        below.addWidget(self._handover)
        for widget in (self._connect_card, self._state_card, self._rules_row):
            self.body.addWidget(widget)
        self.body.addLayout(below)
        self.body.addWidget(self._tree, 1)
        self._connect_card.hide()
        self._state_card.hide()
        self._rules_row.hide()
        auto.began.connect(self._show_running)
        auto.moved.connect(self._show_progress)
        auto.ended.connect(self._end)
        auto.failed.connect(self._fail)
        auto.changed.connect(self._show_rhythm)

    def refresh(self) -> None:
        """Read the custody anew."""
        self._jobs.run(self, self._read, on_success=self._show, on_error=self.show_problem)

    def synchronise(self) -> None:
        """Push and pull now."""
        self._is_asked = True
        self.message_bar.hide()
        self._auto.run_now()

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

    def _choose_stick(self) -> None:
        """A request needs the code only."""
        if not self._code.text().strip():
            self.message_bar.show_message(self.tr("Cần ghi mã kết nối."), kind="warning")
            self._code.setFocus()
            return
        title = self.tr("Chọn USB hoặc thư mục để ghi tệp yêu cầu")
        ask_for_existing(self, title=title, pattern="", is_folder=True, chosen=self.ask_by_file)

    def _choose_answer(self) -> None:
        title, pattern = self.tr("Chọn tệp trả lời của tỉnh"), self.tr("Tệp trả lời (*.traloi)")
        ask_for_existing(
            self, title=title, pattern=pattern, is_folder=False, chosen=self.take_answer
        )

    def ask_by_file(self, folder: Path) -> None:
        """Write the request into this folder."""
        code = self._code.text().strip()
        self._jobs.run(
            self,
            lambda: self._syncing.request_by_file(code=code, folder=folder),
            on_success=self._tell_asked,
            on_error=self._refuse,
        )

    def _tell_asked(self, path: Path) -> None:
        self.message_bar.show_message(
            self.tr("Đã ghi tệp yêu cầu {name}.").format(name=path.name),
            self.tr("Mang tệp về tỉnh; nhận tệp trả lời rồi bấm Nhận tệp trả lời của tỉnh."),
            kind="info",
        )

    def take_answer(self, path: Path) -> None:
        """Take the province's answer."""
        self.message_bar.hide()
        self._jobs.run(
            self,
            lambda: self._syncing.take_answer(path),
            on_success=self._tell_enrolled,
            on_error=self.show_problem,
        )

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
        is_asked, self._is_asked = self._is_asked, False
        if report.is_stopped:
            if is_asked:
                self.message_bar.show_message(
                    self.tr("Đã dừng đồng bộ."),
                    self.tr("Những gì đã có biên nhận vẫn giữ; phần còn lại gửi ở lần sau."),
                    kind="info",
                )
        elif not is_asked:
            pass  # what went wrong stands in the card, and what came on the pages
        elif report.problem is not None:
            message = self._messages.explain(report.problem, report.parameters)
            self.message_bar.show_message(message.sentence, message.next_step, kind="error")
        else:
            self.message_bar.show_message(
                self._done_words(report), self._remarks(report), kind="good"
            )
        if self.isVisible():  # else it is read when the page is opened
            self.refresh()

    def _done_words(self, report: SyncReport) -> str:
        if report.is_box:
            return self.tr(
                "Chưa tới được tỉnh. Máy của xã đã giữ thêm {n} thay đổi, sẽ chuyển lên sau."
            ).format(n=report.at_box)
        return self.tr("Đồng bộ xong: gửi {pushed}, nhận {pulled} thay đổi.").format(
            pushed=report.pushed, pulled=report.pulled
        )

    def _remarks(self, report: SyncReport) -> str:
        parts = []
        if report.clashes:
            parts.append(self.tr("{n} chỗ hai máy sửa khác nhau.").format(n=report.clashes))
        if report.held:
            parts.append(self.tr("{n} thay đổi máy chủ chưa nhận.").format(n=report.held))
        return " ".join(parts)

    def _fail(self, error: AppError) -> None:
        self._is_asked = False
        self.show_problem(error)
        self._show_rhythm()

    def _show_running(self) -> None:
        self._bar.setRange(0, 0)
        self._done = (0, 0)
        self._show_rhythm()

    def _show_progress(self, done: int, total: int) -> None:
        self._done = (done, total)
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)
        self._show_rhythm()

    def _show_rhythm(self) -> None:
        """What it does now, or when it will try next and why not sooner."""
        running = self._auto.is_running
        self._sync.setEnabled(not running)
        self._sync.setText(self.tr("Đang đồng bộ…") if running else self.tr("Đồng bộ ngay"))
        self._bar.setVisible(running)
        self._stop.setVisible(running)
        self._stop.setEnabled(not self._auto.watch.is_stopped)
        self._doing.setText(self._running_words() if running else self._waiting_words())
        self._model.tell_next_try("" if running else self._try_words())
        rules, waiting = self._auto.rules, self._auto.waiting
        for box, wanted in (
            (self._automatic, rules.is_automatic),
            (self._on_metered, rules.on_metered),
        ):
            box.blockSignals(True)
            box.setChecked(wanted)
            box.blockSignals(False)
        self._on_metered.setEnabled(rules.is_automatic)
        self._pause.setVisible(rules.is_automatic and waiting is not Waiting.PAUSED)
        self._resume.setVisible(rules.is_automatic and waiting is Waiting.PAUSED)

    def _running_words(self) -> str:
        watch = self._auto.watch
        done, known = self._done
        what = {
            Doing.CONNECTING: self.tr("Đang kết nối với máy chủ"),
            Doing.ASKING: self.tr("Đang hỏi máy chủ có gì mới"),
            Doing.SENDING: self.tr("Đang gửi"),
            Doing.RECEIVING: self.tr("Đang nhận"),
        }[watch.doing]
        if watch.is_stopped:
            what = self.tr("Đang dừng")
        how_far = (
            self.tr(": {done} trên {known} mục").format(
                done=wording.thousands(done), known=wording.thousands(known)
            )
            if known
            else ""
        )
        traffic = self.tr("gửi {up}, nhận {down}").format(
            up=wording.size(watch.sent_bytes), down=wording.size(watch.received_bytes)
        )
        return f"{what}{how_far} ({traffic})"

    def _waiting_words(self) -> str:
        words = {
            Waiting.NOT_CONNECTED: "",
            Waiting.OFF: self.tr("Không tự đồng bộ: bấm “Đồng bộ ngay” khi cần."),
            Waiting.PAUSED: self._paused_words(),
            Waiting.METERED: self.tr("Mạng tính tiền theo dung lượng: chờ mạng khác."),
            Waiting.OFFLINE: self.tr("Không có mạng: tự gửi khi có mạng."),
        }
        waiting = self._auto.waiting
        if waiting is not None:
            return words[waiting]
        when = self._try_words()
        return when[:1].upper() + when[1:] + "." if when else ""

    def _paused_words(self) -> str:
        until = self._auto.rules.paused_until
        if until and self._auto.is_paused_until:
            return self.tr("Tạm dừng đến {when}.").format(when=wording.moment(until))
        return self.tr("Tạm dừng đến khi khóa hoặc đóng sổ.")

    def _try_words(self) -> str:
        at = self._auto.next_at
        if at is None:
            return ""
        words = (
            self.tr("thử lại lúc {when}") if self._auto.failures else self.tr("lần sau lúc {when}")
        )
        return words.format(when=wording.clock_time(at))

    def _toggle_automatic(self, wanted: bool) -> None:
        self._auto.set_automatic(wanted)

    def _toggle_metered(self, wanted: bool) -> None:
        self._auto.set_on_metered(wanted)

    def _pause_an_hour(self) -> None:
        self._auto.pause_for(hours=1)

    def _pause_the_day(self) -> None:
        self._auto.pause_for(hours=24)

    def _pause_here(self) -> None:
        self._auto.pause(None)

    # -- showing --

    def _read(self) -> _State:
        return _State(
            self._syncing.enrolment(),
            self._syncing.status(),
            self._syncing.changes(limit=_PAGE_ROWS),
        )

    def _show(self, state: _State) -> None:
        enrolment, status = state.enrolment, state.status
        has_place = enrolment is not None and status.last_problem not in _LOST
        self._connect_card.setVisible(not has_place)
        self._sync.setVisible(has_place)
        self._rules_row.setVisible(has_place)
        self._state_card.show()
        self._show_rhythm()
        if enrolment is not None:
            self.set_title(
                self.tr("Đồng bộ"),
                self._place_words(enrolment),
            )
        self._unsent.setText(self._unsent_words(status))
        theme.restyle(self._unsent, alarm=status.unsent > 0)
        self._receipted.setText(str(status.receipted))
        self._held.setText(str(status.held))
        theme.restyle(self._held, kind="error" if status.held else "strong")
        self._last.setText(
            wording.moment(status.last_success_at) or self.tr("Chưa đồng bộ lần nào")
        )
        self._show_last_problem(status)
        self._model.show_rows(state.changes, has_more=len(state.changes) == _PAGE_ROWS)
        for place in range(min(self._model.rowCount(), _OPEN_GROUPS)):
            self._tree.expand(self._model.index(place, 0))
        self.state_shown.emit()

    def _unsent_words(self, status: SyncStatus) -> str:
        """How many changes are only here; and, as no receipt, how many the commune's box has."""
        only_here = str(status.unsent - status.at_box)
        if not status.at_box:
            return only_here
        return self.tr("{n} (và {at_box} đã ở máy của xã, chưa tới tỉnh)").format(
            n=only_here, at_box=status.at_box
        )

    def _place_words(self, enrolment: Enrolment) -> str:
        """The office, its province, and for an officer where the sheets go today."""
        place = self.tr("{office}, {province}").format(
            office=enrolment.office_name, province=enrolment.province_name
        )
        if enrolment.role != Role.OFFICER.value or not enrolment.collected_by:
            return place
        return place + self.tr(". Phiếu nộp về: {office}").format(office=enrolment.collected_by)

    def _show_last_problem(self, status: SyncStatus) -> None:
        self._problem_box.setVisible(status.last_problem is not None)
        if status.last_problem is not None:
            message = self._messages.explain(status.last_problem, status.last_parameters)
            when = wording.moment(status.last_problem_at)
            self._problem.setText(f"{message.sentence} ({when})\n{message.next_step}")

    def _fetch_more(self, position: object) -> None:
        before = int(position)  # type: ignore[call-overload] # Qt carries objects
        self._jobs.run(
            self,
            lambda: self._syncing.changes(limit=_PAGE_ROWS, before=before),
            on_success=self._append,
        )

    def _append(self, rows: list[ChangeRow]) -> None:
        self._model.append(rows, has_more=len(rows) == _PAGE_ROWS)

    # -- making --

    def _make_tree(self) -> QTreeView:
        tree = QTreeView()
        tree.setObjectName("tree:changes")
        tree.setAccessibleName(self.tr("Các thay đổi trên máy này"))
        tree.setModel(self._model)
        tree.setUniformRowHeights(True)
        tree.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        tree.setAlternatingRowColors(True)
        header = tree.header()
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate(_WIDTHS):
            header.resizeSection(column, width)
        return tree

    def _make_rules_row(self) -> QWidget:
        self._automatic = QCheckBox(self.tr("Tự đồng bộ khi có mạng"))
        self._automatic.setObjectName("check:automatic")
        self._automatic.toggled.connect(self._toggle_automatic)
        self._on_metered = QCheckBox(self.tr("Cả khi mạng tính tiền theo dung lượng"))
        self._on_metered.setObjectName("check:on_metered")
        self._on_metered.toggled.connect(self._toggle_metered)
        self._pause = QPushButton(self.tr("Tạm dừng"))
        self._pause.setObjectName("button:pause")
        self._pause.setProperty("kind", "small")
        menu = QMenu(self._pause)
        for words, slot in (
            (self.tr("Một giờ"), self._pause_an_hour),
            (self.tr("Đến giờ này ngày mai"), self._pause_the_day),
            (self.tr("Đến khi khóa hoặc đóng sổ"), self._pause_here),
        ):
            menu.addAction(words).triggered.connect(slot)
        self._pause.setMenu(menu)
        self._resume = QPushButton(self.tr("Tiếp tục tự đồng bộ"))
        self._resume.setObjectName("button:resume")
        self._resume.setProperty("kind", "small")
        self._resume.clicked.connect(self._auto.resume)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(4, 0, 0, 0)
        layout.setSpacing(18)
        for widget in (self._automatic, self._on_metered, self._pause, self._resume):
            layout.addWidget(widget)
        layout.addStretch(1)
        return row

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
        form.addRow(self.tr("Không có mạng nào"), self._make_file_row())
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

    def _make_file_row(self) -> QHBoxLayout:
        """The same by two files."""
        row = QHBoxLayout()
        row.setSpacing(8)
        for name, words, pressed in (
            ("ask_by_file", self.tr("Làm tệp yêu cầu…"), self._choose_stick),
            ("take_answer", self.tr("Nhận tệp trả lời của tỉnh…"), self._choose_answer),
        ):
            button = QPushButton(words)
            button.setObjectName(f"button:{name}")
            button.setProperty("kind", "small")
            button.clicked.connect(pressed)
            row.addWidget(button)
        row.addStretch(1)
        return row

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
        self._doing = QLabel()
        self._doing.setObjectName("sync:doing")
        self._doing.setProperty("kind", "muted")
        self._stop = QPushButton(self.tr("Dừng"))
        self._stop.setObjectName("button:stop_sync")
        self._stop.clicked.connect(self._auto.stop)
        self._stop.hide()
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
        button.addWidget(self._stop)
        button.addWidget(self._bar)
        button.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(36)
        top.addLayout(number)
        top.addWidget(_upright_line())
        top.addLayout(facts, 1)
        top.addLayout(button)
        picture = QLabel()
        icons.put(picture, "warning", tint="warning", size=20)
        problem = QHBoxLayout(self._problem_box)
        problem.setContentsMargins(10, 6, 10, 6)
        problem.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        problem.addWidget(self._problem, 1)
        self._problem_box.hide()
        inside = QVBoxLayout(card)
        inside.setContentsMargins(24, 16, 20, 16)
        inside.setSpacing(12)
        inside.addLayout(top)
        inside.addWidget(self._doing)
        inside.addWidget(self._problem_box)


def _upright_line() -> QWidget:
    line = QFrame()
    line.setProperty("kind", "line")
    line.setFixedWidth(1)
    return line
