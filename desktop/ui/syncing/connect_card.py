"""Where a device that has no place in a province is given one: by the network, or by two files."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
)

from desktop.domain.syncing import Enrolment
from desktop.errors import AppError
from desktop.jobs.runner import JobRunner
from desktop.ui.printing import ask_for_existing

_MOST_WIDTH = 760


class EnrolService(Protocol):
    """What the card asks (``desktop.services.syncing.Syncing``)."""

    def enrol(self, *, server_url: str, code: str, ca_file: Path | None = None) -> Enrolment:
        """Bind the device to an office."""

    def request_by_file(self, *, code: str, folder: Path) -> Path:
        """Write a request for a place, where there is no network at all."""

    def take_answer(self, path: Path) -> Enrolment:
        """The province's answer to it."""


class ConnectCard(QFrame):
    """Address and code of the province.

    Signals:
        began: something is asked of the province; what was said before is over.
        enrolled: the device got its place (``Enrolment``).
        told: (sentence, next step, kind) of what was done or lacks.
        failed: an ``AppError``.
    """

    began = Signal()
    enrolled = Signal(object)
    told = Signal(str, str, str)
    failed = Signal(object)

    def __init__(self, *, jobs: JobRunner, enrolling: EnrolService) -> None:
        super().__init__()
        self._jobs = jobs
        self._enrolling = enrolling
        self.setObjectName("sync:connect")
        self.setProperty("kind", "card")
        self.setMaximumWidth(_MOST_WIDTH)
        self._address = _line("server_url", self.tr("Địa chỉ máy chủ"), "https://…")
        self._code = _line("enrol_code", self.tr("Mã kết nối dùng một lần"), "")
        self._ca = _line("ca_file", self.tr("Tệp chứng thư của tỉnh"), self.tr("nếu có"))
        self._go = QPushButton(self.tr("Kết nối"))
        self._go.setObjectName("button:enrol")
        self._go.setProperty("kind", "primary")
        self._go.clicked.connect(self._enrol)
        self._code.returnPressed.connect(self._enrol)
        self._lay_out()

    # -- by the network --

    def _enrol(self) -> None:
        url, code = self._address.text().strip(), self._code.text().strip()
        missing = self._address if not url else self._code if not code else None
        if missing is not None:
            self._warn(self.tr("Cần ghi cả địa chỉ máy chủ và mã kết nối."), at=missing)
            return
        ca_file = self._ca.text().strip()
        self._go.setEnabled(False)
        self.began.emit()
        self._jobs.run(
            self,
            lambda: self._enrolling.enrol(
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
        self.failed.emit(error)
        self._code.setFocus()
        self._code.selectAll()

    def _warn(self, sentence: str, *, at: QLineEdit) -> None:
        self.told.emit(sentence, "", "warning")
        at.setFocus()

    # -- by files --

    def ask_by_file(self, folder: Path) -> None:
        """Write the request into this folder."""
        code = self._code.text().strip()
        self._jobs.run(
            self,
            lambda: self._enrolling.request_by_file(code=code, folder=folder),
            on_success=self._tell_asked,
            on_error=self._refuse,
        )

    def take_answer(self, path: Path) -> None:
        """Take the province's answer."""
        self.began.emit()
        self._jobs.run(
            self,
            lambda: self._enrolling.take_answer(path),
            on_success=self._tell_enrolled,
            on_error=self.failed.emit,
        )

    def _tell_asked(self, path: Path) -> None:
        self.told.emit(
            self.tr("Đã ghi tệp yêu cầu {name}.").format(name=path.name),
            self.tr("Mang tệp về tỉnh; nhận tệp trả lời rồi bấm Nhận tệp trả lời của tỉnh."),
            "info",
        )

    def _choose_stick(self) -> None:
        """A request needs the code only."""
        if not self._code.text().strip():
            self._warn(self.tr("Cần ghi mã kết nối."), at=self._code)
            return
        title = self.tr("Chọn USB hoặc thư mục để ghi tệp yêu cầu")
        ask_for_existing(self, title=title, is_folder=True, chosen=self.ask_by_file)

    def _choose_answer(self) -> None:
        title, pattern = self.tr("Chọn tệp trả lời của tỉnh"), self.tr("Tệp trả lời (*.traloi)")
        ask_for_existing(self, title=title, pattern=pattern, chosen=self.take_answer)

    def _choose_ca(self) -> None:
        ask_for_existing(
            self,
            title=self.tr("Chọn tệp chứng thư của tỉnh"),
            pattern=self.tr("Chứng thư (*.pem *.crt)"),
            chosen=lambda path: self._ca.setText(str(path)),
        )

    # -- making --

    def _lay_out(self) -> None:
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
        browse = QPushButton(self.tr("Chọn tệp…"))
        browse.setObjectName("button:choose_ca")
        browse.clicked.connect(self._choose_ca)
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
        inside = QVBoxLayout(self)
        inside.setContentsMargins(20, 16, 20, 18)
        inside.setSpacing(10)
        inside.addWidget(heading)
        inside.addWidget(words)
        inside.addLayout(form)
        self._go.setSizePolicy(
            self._go.sizePolicy().Policy.Maximum, self._go.sizePolicy().Policy.Fixed
        )

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


def _line(name: str, label: str, placeholder: str) -> QLineEdit:
    line = QLineEdit()
    line.setObjectName(f"input:{name}")
    line.setAccessibleName(label)
    line.setPlaceholderText(placeholder)
    return line
