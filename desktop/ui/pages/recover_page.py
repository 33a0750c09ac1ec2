"""A passphrase was lost: the printed code, or a request that the province answers. No network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import icons, printing, wording
from desktop.ui.page import Page
from desktop.ui.widgets.new_passphrase import NewPassphrase
from desktop.ui.widgets.wrapped_label import WrappedLabel


class _Text(Protocol):
    """A request (``desktop.services.recovery.RecoveryText``)."""

    @property
    def user_name(self) -> str:
        """For whom."""

    @property
    def lines(self) -> tuple[str, ...]:
        """What to send."""

    @property
    def expires_at(self) -> datetime:
        """Until when it may be answered."""


class RecoveryService(Protocol):
    """What the page asks (``desktop.services.recovery.Recovery``)."""

    def open_with_code(self, *, code: str, user_name: str, passphrase: str) -> Any:
        """The printed code; an open register."""

    def request(self, *, user_name: str) -> _Text:
        """Ask the province."""

    def pending(self) -> _Text | None:
        """What was asked and may still be answered."""

    def open_with_answer(self, *, answer: str, passphrase: str) -> Any:
        """The province's answer; an open register."""


class RecoverPage(Page):
    """Stands alone in the window, like the unlock page.

    Signals:
        recovered: (opened register, user name).
        given_up: back to the unlock page.
    """

    recovered = Signal(object, str)
    given_up = Signal()

    def __init__(
        self,
        *,
        jobs: JobRunner,
        recovery: Callable[[], RecoveryService],
        users: Callable[[], Sequence[str]],
        user: str = "",
    ) -> None:
        super().__init__(name="recover")
        self._jobs = jobs
        self._recovery = recovery
        self._load_users = users
        self._user = user
        self._request: _Text | None = None
        self.set_title(
            self.tr("Quên mật khẩu"),
            self.tr("Đặt mật khẩu mới, dữ liệu còn nguyên. Không cần mạng"),
        )
        self._make_widgets()
        self._lay_out_page()
        self._show_request(None)

    def refresh(self) -> None:
        """Who there is, and what was asked before."""
        self._jobs.run(
            self,
            lambda: (self._load_users(), self._recovery().pending()),
            on_success=lambda found: self._show(*found),
            on_error=self.show_problem,
        )

    def _show(self, users: Sequence[str], pending: _Text | None) -> None:
        self._users.clear()
        self._users.addItems(list(users))
        if self._user in users:
            self._users.setCurrentText(self._user)
        self._show_request(pending)
        self._code.setFocus()

    # -- the printed code --

    def _use_code(self) -> None:
        code, user = self._code.text(), self._users.currentText()
        if not code.strip():
            self._object(self.tr("Chưa gõ mã khôi phục."), self._code)
            return
        if words := self._first.objection():
            self._object(words)
            return
        passphrase = self._first.text
        self._open(
            lambda: self._recovery().open_with_code(
                code=code, user_name=user, passphrase=passphrase
            ),
            user,
        )

    # -- the province --

    def _ask(self) -> None:
        user = self._users.currentText()
        self.message_bar.hide()
        self._jobs.run(
            self,
            lambda: self._recovery().request(user_name=user),
            lane=Lane.WRITE,
            on_success=self._show_request,
            on_error=self.show_problem,
        )

    def _show_request(self, request: _Text | None) -> None:
        self._request = request
        answering: tuple[QWidget, ...] = (
            *(self._lines, self._save, self._copy, self._answer_label),
            *(self._answer, self._second, self._read, self._open_answer),
        )
        for widget in answering:
            widget.setVisible(request is not None)
        if request is None:
            self._until.setText(
                self.tr(
                    "Tạo yêu cầu, gửi các dòng chữ cho tỉnh (đọc qua điện thoại, thư công vụ hoặc "
                    "USB). Hai người giữ khóa của tỉnh xác nhận rồi gửi lại mã trả lời."
                )
            )
            self._make.setText(self.tr("Tạo yêu cầu"))
            return
        self._until.setText(
            self.tr("Yêu cầu của {user}, dùng được đến {at}. Gửi đủ các dòng cho tỉnh:").format(
                user=request.user_name, at=wording.moment(request.expires_at.isoformat())
            )
        )
        self._make.setText(self.tr("Tạo yêu cầu khác"))
        self._lines.setPlainText("\n".join(request.lines))

    def _save_request(self) -> None:
        printing.ask_for_file(
            self,
            title=self.tr("Lưu yêu cầu khôi phục"),
            name="yeu-cau-khoi-phuc.txt",
            pattern=self.tr("Văn bản (*.txt)"),
            chosen=self.save_to,
        )

    def save_to(self, path: Path) -> None:
        """Write the request to a file; nothing in it opens anything."""
        lines = () if self._request is None else self._request.lines
        try:
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        except OSError:
            self._object(self.tr("Không ghi được tệp. Chọn nơi khác rồi lưu lại."))
        else:
            self.message_bar.show_message(
                self.tr("Đã lưu yêu cầu. Gửi tệp này cho tỉnh."), kind="good"
            )

    def _copy_request(self) -> None:
        QGuiApplication.clipboard().setText(self._lines.toPlainText())
        self.message_bar.show_message(self.tr("Đã chép yêu cầu."), kind="good")

    def _ask_answer(self) -> None:
        printing.ask_for_existing(
            self, title=self.tr("Mở tệp trả lời của tỉnh"), chosen=self.read_answer
        )

    def read_answer(self, path: Path) -> None:
        """Take the answer from a file."""
        try:
            self._answer.setPlainText(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            self._object(self.tr("Không đọc được tệp này. Chọn tệp trả lời của tỉnh."))

    def _use_answer(self) -> None:
        answer, request = self._answer.toPlainText(), self._request
        if request is None:
            return
        if not answer.strip():
            self._object(self.tr("Chưa có mã trả lời của tỉnh."), self._answer)
            return
        if words := self._second.objection():
            self._object(words)
            return
        passphrase = self._second.text
        self._open(
            lambda: self._recovery().open_with_answer(answer=answer, passphrase=passphrase),
            request.user_name,
        )

    # -- both --

    def _open(self, work: Callable[[], Any], user: str) -> None:
        self.message_bar.hide()
        self._set_busy(True)
        self._jobs.run(
            self,
            work,
            lane=Lane.WRITE,
            on_success=lambda register: self._enter(register, user),
            on_error=self._refuse,
        )

    def _enter(self, register: Any, user: str) -> None:
        self._set_busy(False)
        self._forget()
        self.recovered.emit(register, user)

    def _refuse(self, error: AppError) -> None:
        self._set_busy(False)
        self.show_problem(error)

    def _object(self, words: str, field: QWidget | None = None) -> None:
        self.message_bar.show_message(words, kind="error")
        if field is not None:
            field.setFocus()

    def _forget(self) -> None:
        self._code.clear()
        self._answer.clear()
        self._first.clear()
        self._second.clear()

    def _give_up(self) -> None:
        self._forget()
        self.given_up.emit()

    def _set_busy(self, busy: bool) -> None:
        for button in (self._use, self._make, self._open_answer, self._back):
            button.setEnabled(not busy)

    # -- widgets --

    def _make_widgets(self) -> None:
        self._users = QComboBox()
        self._users.setObjectName("input:user")
        self._users.setAccessibleName(self.tr("Người quên mật khẩu"))
        self._users.setMinimumWidth(340)
        self._code = QLineEdit()
        self._code.setObjectName("input:printed_code")
        self._code.setAccessibleName(self.tr("Mã khôi phục đã in"))
        self._code.setPlaceholderText("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX")
        self._first = NewPassphrase(name="code_passphrase")
        self._second = NewPassphrase(name="answer_passphrase")
        self._code.returnPressed.connect(self._first.setFocus)
        self._first.entered.connect(self._use_code)
        self._second.entered.connect(self._use_answer)
        self._use = self._button("use_code", self.tr("Mở sổ bằng mã in"), self._use_code, "primary")
        self._until = WrappedLabel()
        self._until.setObjectName("recover:until")
        self._make = self._button("make_request", self.tr("Tạo yêu cầu"), self._ask)
        self._lines = QPlainTextEdit()
        self._lines.setObjectName("recover:request")
        self._lines.setReadOnly(True)
        self._lines.setAccessibleName(self.tr("Các dòng của yêu cầu"))
        self._lines.setFixedHeight(128)
        self._lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._save = self._button("save_request", self.tr("Lưu vào tệp…"), self._save_request)
        self._copy = self._button("copy_request", self.tr("Chép"), self._copy_request)
        icons.dress(self._copy, "copy")
        self._answer_label = QLabel(self.tr("Mã trả lời của tỉnh"))
        self._answer = QPlainTextEdit()
        self._answer.setObjectName("input:answer")
        self._answer.setAccessibleName(self.tr("Mã trả lời của tỉnh"))
        self._answer.setPlaceholderText(self.tr("Dán hoặc gõ mã trả lời vào đây"))
        self._answer.setTabChangesFocus(True)
        self._answer.setFixedHeight(74)
        self._read = self._button("read_answer", self.tr("Mở tệp trả lời…"), self._ask_answer)
        self._open_answer = self._button(
            "use_answer", self.tr("Mở sổ bằng mã trả lời"), self._use_answer, "primary"
        )
        self._back = self._button("give_up", self.tr("Về màn hình mở sổ"), self._give_up)
        icons.dress(self._back, "back")

    def _button(
        self, name: str, words: str, pressed: Callable[[], None], kind: str = ""
    ) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(f"button:{name}")
        if kind:
            button.setProperty("kind", kind)
        button.clicked.connect(pressed)
        return button

    def _lay_out_page(self) -> None:
        self.tools.addWidget(self._back)
        who = QHBoxLayout()
        who.setSpacing(10)
        who.addWidget(QLabel(self.tr("Người quên mật khẩu")))
        who.addWidget(self._users)
        who.addStretch(1)
        easiest = WrappedLabel()
        easiest.setText(
            self.tr(
                "Nhanh nhất: người quản lý khác mở sổ, vào trang Người dùng và đặt lại mật khẩu. "
                "Không có ai thì dùng một trong hai cách dưới."
            )
        )
        easiest.setProperty("kind", "muted")
        left = self._card(
            self.tr("Có mã in cất trong két"),
            QLabel(self.tr("Mã khôi phục")),
            self._code,
            self._first,
            self._use,
        )
        right = self._card(
            self.tr("Nhờ tỉnh"),
            self._until,
            self._lines,
            (self._make, self._save, self._copy),
            self._answer_label,
            self._answer,
            self._second,
            (self._open_answer, self._read),
        )
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addWidget(left, 5, Qt.AlignmentFlag.AlignTop)
        columns.addWidget(right, 7, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(who)
        self.body.addWidget(easiest)
        self.body.addLayout(columns)
        self.body.addStretch(1)

    def _card(self, title: str, *widgets: QWidget | tuple[QPushButton, ...]) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        heading = QLabel(title)
        heading.setProperty("kind", "heading")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(20, 14, 20, 16)
        inside.setSpacing(7)
        inside.addWidget(heading)
        for widget in widgets:
            if isinstance(widget, QPushButton):
                inside.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
            elif isinstance(widget, tuple):
                row = QHBoxLayout()
                row.setSpacing(8)
                for one in widget:
                    row.addWidget(one)
                row.addStretch(1)
                inside.addLayout(row)
            else:
                inside.addWidget(widget)
        return card
