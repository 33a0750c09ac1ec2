"""What is only on this machine, what has a receipt, and the exchange with the province."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
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
from desktop.ui.auto_sync import AutoSync
from desktop.ui.models.changes import ChangesModel
from desktop.ui.page import Page
from desktop.ui.syncing.connect_card import ConnectCard, EnrolService
from desktop.ui.syncing.rhythm_words import RhythmWords
from desktop.ui.syncing.rules_row import RulesRow
from sync.protocol.documents import Role

_PAGE_ROWS = 200
#: So many persons are shown with their changes; of the others one sees how far they are.
_OPEN_GROUPS = 2
#: Of the first three columns, in pixels at 100 %.
_WIDTHS = (280, 250, 130)
#: After these the device needs a new place.
_LOST = frozenset({Problem.DEVICE_REVOKED, Problem.NOT_ENROLLED})


class SyncService(EnrolService, Protocol):
    """What the page asks (``desktop.services.syncing.Syncing``)."""

    def enrolment(self) -> Enrolment | None:
        """The device's place, if it has one."""

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
        self._connect_card = ConnectCard(jobs=jobs, enrolling=syncing)
        self._state_card, self._unsent = self._make_state_card()
        self._rules_row = RulesRow(auto=auto)
        self._rhythm = RhythmWords(auto=auto, parent=self)
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
        self._connect_card.began.connect(self.message_bar.hide)
        self._connect_card.enrolled.connect(self.enrolled)
        self._connect_card.told.connect(self._tell)
        self._connect_card.failed.connect(self.show_problem)
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

    def _tell(self, sentence: str, next_step: str, kind: str) -> None:
        self.message_bar.show_message(sentence, next_step, kind=kind)

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
        running, words = self._auto.is_running, self._rhythm
        self._sync.setEnabled(not running)
        self._sync.setText(self.tr("Đang đồng bộ…") if running else self.tr("Đồng bộ ngay"))
        self._bar.setVisible(running)
        self._stop.setVisible(running)
        self._stop.setEnabled(not self._auto.watch.is_stopped)
        self._doing.setText(words.running(*self._done) if running else words.waiting())
        self._model.tell_next_try("" if running else words.next_try())
        self._rules_row.show_rules()

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
            on_success=lambda rows: self._append(rows, before),
            on_error=self._put_off,
        )

    def _append(self, rows: list[ChangeRow], before: int) -> None:
        if self._model.last_position == before:  # else the list was read anew meanwhile
            self._model.append(rows, has_more=len(rows) == _PAGE_ROWS)

    def _put_off(self, error: AppError) -> None:
        """Who scrolls on asks for the page once more."""
        self._model.ask_again()
        self.show_problem(error)

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
