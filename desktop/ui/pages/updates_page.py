"""What the province published: what is used of it, what was refused, what a file brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.packs import HeldPack, PackNews, RefusedPack, TextNews
from desktop.jobs.runner import JobRunner
from desktop.ui import wording
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.page import Page
from desktop.ui.printing import ask_for_existing
from desktop.ui.widgets.table import Table
from forms import dates
from sync.protocol.packs import PackKind

#: So many questions of each kind are named; of more only the number is told.
_NAMED = 12


class PackDesk(Protocol):
    """What the page asks (``desktop.services.packs.Packs``)."""

    def held(self) -> list[HeldPack]:
        """What is here."""

    def refused(self) -> list[RefusedPack]:
        """What came and was not taken."""

    def inspect(self, path: Path) -> PackNews:
        """What a file would change."""

    def receive(self, path: Path) -> PackNews:
        """Take a file over."""


@dataclass(frozen=True, slots=True)
class _State:
    """What the page shows of the register."""

    held: list[HeldPack]
    refused: list[RefusedPack]


class UpdatesPage(Page):
    """A table of what is here, what the chosen one changed, and a place for files."""

    def __init__(self, *, jobs: JobRunner, packs: PackDesk) -> None:
        super().__init__(name="updates")
        self._jobs = jobs
        self._packs = packs
        self._path: Path | None = None
        self._held: list[HeldPack] = []
        self.set_title(
            self.tr("Cập nhật từ tỉnh"),
            self.tr("Biểu mẫu và danh mục tỉnh ban hành. Có mạng thì tự nhận khi đồng bộ."),
        )
        self._model: RowsModel[HeldPack] = RowsModel(columns=self._columns(), parent=self)
        self._table = Table(
            name="table:updates", label=self.tr("Đang dùng của tỉnh"), model=self._model
        )
        self._table.selectionModel().currentRowChanged.connect(
            lambda current, _before: self._show_changes(current.row())
        )
        self._changes = _words("updates:changes")
        self._refused = _words("updates:refused")
        self.body.addWidget(self._make_receiving())
        self.body.addWidget(self._table, 1)
        self.body.addWidget(self._changes)
        self.body.addWidget(self._refused)

    def refresh(self) -> None:
        """Read what is here."""
        self._jobs.run(
            self,
            lambda: _State(self._packs.held(), self._packs.refused()),
            on_success=self._show,
            on_error=self.show_problem,
        )

    def open_file(self, path: Path) -> None:
        """Show what a file would change; nothing is taken over yet."""
        self._path = None
        self._inside.hide()
        self.message_bar.hide()
        self._file.setText(str(path))

        def _found(news: PackNews) -> None:
            self._path = path
            self._preview.setText("\n".join([self._heading(news), *self._lines(news)]))
            self._take.setEnabled(not news.is_repeated)
            self._inside.show()
            self._take.setFocus()

        self._jobs.run(
            self,
            lambda: self._packs.inspect(path),
            on_success=_found,
            on_error=self.show_problem,
        )

    # -- showing --

    def _show(self, state: _State) -> None:
        self._held = state.held
        self._model.show_rows(state.held)
        self._table.say_when_empty(
            self.tr("Chưa nhận gì từ tỉnh: đang dùng biểu mẫu và danh mục kèm chương trình.")
        )
        self._show_changes(-1)
        if state.held:
            self._table.selectRow(0)
        self._refused.setText("\n".join(map(self._why, state.refused)))
        self._refused.setVisible(bool(state.refused))

    def _why(self, refused: RefusedPack) -> str:
        message = self._messages.explain(refused.problem, dict(refused.parameters))
        return self.tr("Không nhận '{title}' số {n}, {at}: {why}").format(
            title=refused.title, n=refused.number, at=wording.moment(refused.at), why=message.text
        )

    def _show_changes(self, row: int) -> None:
        is_one = 0 <= row < len(self._held)
        lines = self._lines(self._held[row].news) if is_one else []
        self._changes.setText("\n".join(lines))
        self._changes.setVisible(bool(lines))

    def _heading(self, news: PackNews) -> str:
        return self.tr("{title}, số {n}, từ ngày {day}").format(
            title=news.title, n=news.number, day=dates.display(news.in_force)
        )

    def _lines(self, news: PackNews) -> list[str]:
        """What changes here, in words."""
        if news.is_repeated:
            return [self.tr("Sổ đã có bản này; nhận lại không thay đổi gì.")]
        lines = [line for text in news.texts for line in self._text_lines(text)]
        lines += [
            self.tr("Không lập phiếu mới theo bản {day} nữa; phiếu cũ giữ bản của mình.").format(
                day=dates.display(version)
            )
            for version in news.withdrawn
        ]
        if news.drafts:
            lines.append(
                self.tr("{n} phiếu đang nhập dở: không mất chữ nào.").format(n=news.drafts)
            )
        if news.kind is PackKind.BASE_LIST:
            lines.append(
                self.tr("Danh sách nền {n} người. Chỗ cán bộ đã sửa thì giữ nguyên.").format(
                    n=news.items
                )
            )
        elif news.kind is not PackKind.FORM:
            lines.append(self.tr("{n} mục trong danh mục.").format(n=news.items))
        return lines

    def _text_lines(self, text: TextNews) -> list[str]:
        words = self.tr("Phiếu mới từ ngày {day} lập theo bản này.")
        if text.after:
            words = self.tr("Phiếu mới từ ngày {day} lập theo bản này, thay bản {before}.")
        lines = [words.format(day=dates.display(text.version), before=dates.display(text.after))]
        for what, labels in (
            (self.tr("Câu thêm"), text.added),
            (self.tr("Câu đổi"), text.changed),
            (self.tr("Câu bỏ"), text.retired),
        ):
            if labels:
                lines.append(f"{what} ({len(labels)}): {_listed(labels)}")
        return lines

    # -- taking over --

    def _receive(self) -> None:
        path = self._path
        if path is None:
            return
        self._take.setEnabled(False)
        self._jobs.run(
            self,
            lambda: self._packs.receive(path),
            on_success=self._tell_received,
            on_error=self.show_problem,
        )

    def _tell_received(self, news: PackNews) -> None:
        self._forget()
        self.message_bar.show_message(
            self.tr("Đã nhận: {what}.").format(what=self._heading(news)), kind="good"
        )
        self.refresh()
        self.data_changed.emit()

    def _forget(self) -> None:
        self._path = None
        self._inside.hide()
        self._file.clear()

    # -- making --

    def _columns(self) -> list[Column[HeldPack]]:
        kinds = {
            PackKind.FORM: self.tr("biểu mẫu"),
            PackKind.OPTIONS: self.tr("danh mục lựa chọn"),
            PackKind.UNITS: self.tr("danh mục đơn vị"),
            PackKind.BASE_LIST: self.tr("danh sách nền"),
        }
        return [
            Column(self.tr("Tên"), lambda row: row.news.title),
            Column(self.tr("Loại"), lambda row: kinds[row.news.kind], width=170),
            Column(self.tr("Số"), lambda row: str(row.news.number), width=70, align_right=True),
            Column(self.tr("Từ ngày"), lambda row: dates.display(row.news.in_force), width=120),
            Column(self.tr("Nhận lúc"), lambda row: wording.moment(row.applied_at), width=170),
        ]

    def _make_receiving(self) -> QFrame:
        self._file = QLineEdit()
        self._file.setObjectName("input:update_file")
        self._file.setAccessibleName(self.tr("Tệp cập nhật của tỉnh"))
        self._file.setPlaceholderText(self.tr("Không có mạng: chọn tệp .pack của tỉnh trên USB"))
        self._file.returnPressed.connect(self._open_typed)
        browse = QPushButton(self.tr("Chọn tệp…"))
        browse.setObjectName("button:choose_update")
        browse.clicked.connect(self._choose_file)
        self._preview = _words("updates:preview", is_shown=True)
        self._take = QPushButton(self.tr("Nhận vào sổ"))
        self._take.setObjectName("button:receive_update")
        self._take.setProperty("kind", "primary")
        self._take.clicked.connect(self._receive)
        leave = QPushButton(self.tr("Thôi"))
        leave.setObjectName("button:leave_update")
        leave.clicked.connect(self._forget)
        self._inside = QWidget()
        shown = QVBoxLayout(self._inside)
        shown.setContentsMargins(0, 0, 0, 0)
        shown.addWidget(self._preview)
        shown.addLayout(_row(self._take, leave))
        self._inside.hide()
        card = QFrame()
        card.setProperty("kind", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(20, 14, 20, 14)
        line = QHBoxLayout()
        line.addWidget(self._file, 1)
        line.addWidget(browse)
        inside.addLayout(line)
        inside.addWidget(self._inside)
        return card

    def _open_typed(self) -> None:
        if text := self._file.text().strip():
            self.open_file(Path(text))

    def _choose_file(self) -> None:
        ask_for_existing(
            self,
            title=self.tr("Chọn tệp cập nhật của tỉnh"),
            pattern=self.tr("Tệp cập nhật (*.pack)"),
            chosen=self.open_file,
        )


def _words(name: str, *, is_shown: bool = False) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if not is_shown:
        label.hide()
    return label


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def _listed(labels: Sequence[str]) -> str:
    more = len(labels) - _NAMED
    return "; ".join(labels[:_NAMED]) + ("; …" if more > 0 else "")
