"""Sending and receiving by file: what is in a file is shown before anything of it is applied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.parcels import (
    ParcelKind,
    ParcelPreview,
    ParcelReport,
    Recipient,
    UnconfirmedRow,
    WrittenParcel,
)
from desktop.errors import AppError, Problem
from desktop.jobs.runner import JobRunner
from desktop.ui import wording
from desktop.ui.models.rows import Column, RowsModel
from desktop.ui.page import Page
from desktop.ui.printing import ask_for_existing
from desktop.ui.widgets.table import Table

#: How many unconfirmed documents are listed; of more only the number is told.
_LISTED = 200


class ParcelDesk(Protocol):
    """What the page asks (``desktop.services.parcels.Parcels``)."""

    def recipients(self) -> list[Recipient]:
        """Whom one can write to."""

    def send(self, recipient: str, folder: Path) -> WrittenParcel:
        """Write a parcel."""

    def inspect(self, path: Path) -> ParcelPreview:
        """What is in a file."""

    def receive(self, path: Path, *, answers: Path | None = None) -> ParcelReport:
        """Apply a file."""

    def unconfirmed(self, *, limit: int) -> list[UnconfirmedRow]:
        """What the server has not told of yet."""

    def count_unconfirmed(self) -> int:
        """How many there are."""


@dataclass(frozen=True, slots=True)
class _State:
    """What the page shows of the register."""

    recipients: list[Recipient]
    unconfirmed: list[UnconfirmedRow]
    count: int


class ParcelsPage(Page):
    """Two cards, and below them what waits for the server."""

    def __init__(self, *, jobs: JobRunner, parcels: ParcelDesk) -> None:
        super().__init__(name="parcels")
        self._jobs = jobs
        self._parcels = parcels
        self._words = wording.Words(self)
        self._shown: tuple[Recipient, ...] = ()
        self._path: Path | None = None
        self.set_title(
            self.tr("Gửi nhận bằng tệp"),
            self.tr("Khi không có mạng: ghi tệp ra USB, mang sang máy kia. Chỉ nơi nhận đọc được."),
        )
        cards = QHBoxLayout()
        cards.setSpacing(14)
        cards.addWidget(self._make_sending(), 1)
        cards.addWidget(self._make_receiving(), 1)
        self.body.addLayout(cards)
        self._heading = QLabel()
        self._heading.setProperty("kind", "heading")
        self._heading.setObjectName("parcels:unconfirmed")
        self._model: RowsModel[UnconfirmedRow] = RowsModel(columns=self._columns(), parent=self)
        self._table = Table(
            name="table:unconfirmed",
            label=self.tr("Nhận bằng tệp, tỉnh chưa xác nhận"),
            model=self._model,
        )
        self.body.addWidget(self._heading)
        self.body.addWidget(self._table, 1)
        self._rest = QWidget()  # keeps the cards small while there is nothing below them
        self.body.addWidget(self._rest, 1)

    def refresh(self) -> None:
        """Read whom one can write to, and what is unconfirmed."""
        self._jobs.run(self, self._read, on_success=self._show, on_error=self._tell)

    def open_file(self, path: Path) -> None:
        """Show what is in a file that was chosen or dropped."""
        self._file.setText(str(path))
        self._inspect()

    # -- sending --

    def _send(self) -> None:
        recipient, folder = self._to.currentData(), self._folder.text().strip()
        if not isinstance(recipient, str) or not folder:
            self._ask_for(self._folder if isinstance(recipient, str) else self._to)
            return
        self._go.setEnabled(False)
        self.message_bar.hide()
        self._jobs.run(
            self,
            lambda: self._parcels.send(recipient, Path(folder)),
            on_success=self._tell_written,
            on_error=self._refuse_sending,
        )

    def _tell_written(self, written: WrittenParcel) -> None:
        self._go.setEnabled(True)
        if written.recipient.role:
            what = self.tr("{n} hồ sơ").format(n=written.documents)
        else:
            what = self.tr("{n} thay đổi chưa gửi").format(n=written.changes)
        self.message_bar.show_message(
            self.tr("Đã ghi tệp {name}: {what}.").format(name=written.path.name, what=what),
            self.tr("Mang tệp đến {to}; nhận tệp trả lời của nơi đó ở ô bên phải.").format(
                to=self._named(written.recipient)
            ),
            kind="good",
        )

    def _refuse_sending(self, error: AppError) -> None:
        self._go.setEnabled(True)
        self._tell(error)

    def _ask_for(self, widget: QWidget) -> None:
        self.message_bar.show_message(
            self.tr("Chọn nơi nhận và thư mục ghi tệp, thường là USB."), kind="warning"
        )
        widget.setFocus()

    # -- receiving --

    def _inspect(self) -> None:
        text = self._file.text().strip()
        if not text:
            self._file.setFocus()
            return
        self._path = None
        self._inside.hide()
        self.message_bar.hide()
        path = Path(text)

        def _found(preview: ParcelPreview) -> None:
            self._show_preview(path, preview)

        self._jobs.run(
            self, lambda: self._parcels.inspect(path), on_success=_found, on_error=self._tell
        )

    def _show_preview(self, path: Path, preview: ParcelPreview) -> None:
        self._path = path
        self._preview.setText("\n".join(self._told(preview)))
        is_to_carry = preview.kind is ParcelKind.TO_CARRY
        self._take.setText(self.tr("Chuyển lên máy chủ") if is_to_carry else self.tr("Nhận vào sổ"))
        self._take.setEnabled(True)
        self._inside.show()
        self._take.setFocus()

    def _told(self, preview: ParcelPreview) -> list[str]:
        if preview.kind is ParcelKind.TO_CARRY:
            return [
                self.tr("Tệp niêm phong gửi máy chủ của tỉnh. Máy này không đọc được bên trong."),
                self.tr("Có mạng thì chuyển giúp được; tệp trả lời sẽ nằm cạnh tệp này."),
            ]
        lines = [
            self.tr("Từ {office}, tệp số {n}, lập {at}").format(
                office=preview.office or self.tr("máy chủ của tỉnh"),
                n=preview.number,
                at=wording.moment(preview.made_at),
            )
        ]
        if preview.kind is ParcelKind.FROM_SERVER:
            lines.append(
                self.tr("Biên nhận cho {a} thay đổi, {b} mục mới của tỉnh").format(
                    a=preview.receipts, b=preview.rows
                )
            )
        else:
            lines.append(
                self.tr("{n} hồ sơ; hiện ra ngay, chờ tỉnh xác nhận").format(n=preview.documents)
            )
        if preview.is_repeated:
            lines.append(self.tr("Tệp này đã nhận trước đây; nhận lại không thay đổi gì."))
        if preview.missing:
            numbers = ", ".join(map(str, preview.missing))
            lines.append(
                self.tr("Chưa từng nhận tệp số {n}; không sao, tệp sau gồm cả tệp trước.").format(
                    n=numbers
                )
            )
        return lines

    def _receive(self) -> None:
        path = self._path
        if path is None:
            return
        self._take.setEnabled(False)
        self.message_bar.hide()
        self._jobs.run(
            self,
            lambda: self._parcels.receive(path),
            on_success=self._tell_received,
            on_error=self._refuse_receiving,
        )

    def _tell_received(self, report: ParcelReport) -> None:
        self._forget()
        self.message_bar.show_message(self._came_to(report), self._left(report), kind="good")
        self.refresh()
        self.data_changed.emit()

    def _came_to(self, report: ParcelReport) -> str:
        if report.answer is not None:
            return self.tr("Đã chuyển lên máy chủ. Tệp trả lời: {name}").format(
                name=report.answer.name
            )
        if report.preview.kind is ParcelKind.FROM_SERVER:
            return self.tr("Đã nhận: {a} thay đổi có biên nhận, {b} mục của tỉnh.").format(
                a=report.receipted, b=report.pulled
            )
        return self.tr("Đã nhận: {a} hồ sơ mới, {b} câu trả lời.").format(
            a=report.new, b=report.answered
        )

    def _left(self, report: ParcelReport) -> str:
        parts = []
        if report.answer is not None:
            parts.append(self.tr("Mang tệp trả lời về máy đã gửi."))
        if report.problem is not None:
            parts.append(self._messages.explain(report.problem).text)
        if report.clashes:
            parts.append(self.tr("{n} chỗ hai máy sửa khác nhau.").format(n=report.clashes))
        if report.held:
            parts.append(self.tr("{n} thay đổi máy chủ chưa nhận.").format(n=report.held))
        if report.refused:
            parts.append(self.tr("{n} hồ sơ trái quy tắc nên bỏ qua.").format(n=report.refused))
        return " ".join(parts)

    def _refuse_receiving(self, error: AppError) -> None:
        self._take.setEnabled(True)
        self._tell(error)

    def _forget(self) -> None:
        self._path = None
        self._file.setFocus()
        self._inside.hide()
        self._file.clear()

    def _tell(self, error: AppError) -> None:
        if error.problem is Problem.NOT_ENROLLED:
            self._go.setEnabled(False)
        self.show_problem(error)

    # -- showing --

    def _read(self) -> _State:
        return _State(
            self._parcels.recipients(),
            self._parcels.unconfirmed(limit=_LISTED),
            self._parcels.count_unconfirmed(),
        )

    def _show(self, state: _State) -> None:
        if tuple(state.recipients) != self._shown:
            chosen = self._to.currentData()
            self._to.clear()
            for one in state.recipients:
                self._to.addItem(self._named(one), one.key)
            self._to.setCurrentIndex(max(0, self._to.findData(chosen)))
            self._shown = tuple(state.recipients)
        self._go.setEnabled(bool(state.recipients))
        if not state.recipients:
            message = self._messages.explain(Problem.PARCEL_NO_DIRECTORY)
            self.message_bar.show_message(message.sentence, message.next_step, kind="warning")
        self._heading.setText(
            self.tr("Nhận bằng tệp, tỉnh chưa xác nhận: {n}").format(n=state.count)
        )
        self._heading.setVisible(state.count > 0)
        self._table.setVisible(state.count > 0)
        self._rest.setVisible(state.count == 0)
        self._model.show_rows(state.unconfirmed, total=len(state.unconfirmed))

    def _named(self, one: Recipient) -> str:
        if not one.role:
            return self.tr("Máy chủ của tỉnh")
        return f"{one.office} ({one.device})" if one.device else one.office

    # -- making --

    def _columns(self) -> list[Column[UnconfirmedRow]]:
        words = self._words
        return [
            Column(self.tr("Về"), lambda row: row.title),
            Column(self.tr("Loại"), lambda row: words.document(row.document_type), width=180),
            Column(
                self.tr("Nhận gì"),
                lambda row: self.tr("hồ sơ mới") if row.is_new else self.tr("câu trả lời"),
                width=150,
            ),
            Column(self.tr("Từ"), lambda row: row.office, width=260),
            Column(self.tr("Lúc nhận"), lambda row: wording.moment(row.at), width=170),
        ]

    def _make_sending(self) -> QFrame:
        self._to = QComboBox()
        self._to.setObjectName("input:parcel_to")
        self._to.setAccessibleName(self.tr("Nơi nhận"))
        self._folder = self._line("parcel_folder", self.tr("Thư mục ghi tệp"))
        self._go = self._button("send_parcel", self.tr("Gửi bằng tệp"), self._send)
        self._go.setProperty("kind", "primary")
        card, inside = self._card(
            self.tr("Gửi bằng tệp"),
            self.tr("Gửi máy chủ: mọi thay đổi chưa gửi. Gửi cơ quan khác: hồ sơ làm chung."),
        )
        inside.addWidget(self._to)
        browse = self._button("choose_parcel_folder", self.tr("Chọn USB…"), self._choose_folder)
        inside.addLayout(_row(self._folder, browse))
        inside.addStretch(1)
        inside.addWidget(self._go, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _make_receiving(self) -> QFrame:
        self._file = self._line("parcel_file", self.tr("Tệp nhận được"))
        self._file.returnPressed.connect(self._inspect)
        self._preview = QLabel()
        self._preview.setObjectName("parcels:preview")
        self._preview.setTextFormat(Qt.TextFormat.PlainText)
        self._preview.setWordWrap(True)
        self._take = self._button("receive_parcel", self.tr("Nhận vào sổ"), self._receive)
        self._take.setProperty("kind", "primary")
        leave = self._button("leave_parcel", self.tr("Thôi"), self._forget)
        self._inside = QWidget()
        shown = QVBoxLayout(self._inside)
        shown.setContentsMargins(0, 0, 0, 0)
        shown.addWidget(self._preview)
        shown.addLayout(_row(self._take, leave, stretched=False))
        self._inside.hide()
        card, inside = self._card(
            self.tr("Nhận tệp"),
            self.tr("Kéo tệp .goi thả vào cửa sổ này, hoặc chọn tệp trên USB."),
        )
        browse = self._button("choose_parcel", self.tr("Chọn tệp…"), self._choose_file)
        inside.addLayout(_row(self._file, browse))
        inside.addWidget(self._inside)
        inside.addStretch(1)
        return card

    def _card(self, title: str, explanation: str) -> tuple[QFrame, QVBoxLayout]:
        card = QFrame()
        card.setProperty("kind", "card")
        heading, words = QLabel(title), QLabel(explanation)
        heading.setProperty("kind", "heading")
        words.setProperty("kind", "muted")
        words.setWordWrap(True)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(20, 16, 20, 18)
        inside.setSpacing(10)
        inside.addWidget(heading)
        inside.addWidget(words)
        return card, inside

    def _line(self, name: str, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"input:{name}")
        line.setAccessibleName(label)
        line.setPlaceholderText(label)
        return line

    def _button(self, name: str, words: str, clicked: Callable[[], None]) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(f"button:{name}")
        button.clicked.connect(clicked)
        return button

    def _choose_folder(self) -> None:
        ask_for_existing(
            self,
            title=self.tr("Chọn USB hoặc thư mục"),
            is_folder=True,
            chosen=lambda folder: self._folder.setText(str(folder)),
        )

    def _choose_file(self) -> None:
        ask_for_existing(
            self,
            title=self.tr("Chọn tệp nhận được"),
            pattern=self.tr("Tệp gửi nhận (*.goi)"),
            chosen=self.open_file,
        )


def _row(first: QWidget, second: QWidget, *, stretched: bool = True) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(first, 1 if stretched else 0)
    row.addWidget(second)
    if not stretched:
        row.addStretch(1)
    return row
