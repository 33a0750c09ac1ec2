"""Handing the PC over: what is only here must be somewhere else first; then everything is wiped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
)

from desktop.errors import AppError
from desktop.jobs.runner import JobRunner, Lane
from desktop.ui import theme
from desktop.ui.page import Page


class CustodyView(Protocol):
    """What stands against handing over (``desktop.services.handover.Custody``)."""

    @property
    def unsent(self) -> int:
        """Changes that are only here."""

    @property
    def held(self) -> int:
        """Changes the server refused."""

    @property
    def is_connected(self) -> bool:
        """Has the device a place in the province?"""

    @property
    def drafts(self) -> Mapping[str, int]:
        """Whose half-typed work lies here, and how much."""

    @property
    def is_free(self) -> bool:
        """Is nothing only here?"""


class HandoverDesk(Protocol):
    """What the page asks (``desktop.services.handover.Handover``)."""

    @property
    def author(self) -> str:
        """Whose name has to be typed."""

    def custody(self) -> CustodyView:
        """What is only here now."""

    def say_goodbye(self, *, typed: str, gives_up: int) -> bool:
        """Write it down and tell the province; did it hear it?"""


class HandoverPage(Page):
    """One number, what to do about it, and a name to type.

    Signals:
        sync_asked: go and send what is only here.
        given_up: back.
        said_goodbye: (did the province hear it?) close and wipe the register now.
    """

    sync_asked = Signal()
    given_up = Signal()
    said_goodbye = Signal(bool)

    def __init__(self, *, jobs: JobRunner, handover: HandoverDesk) -> None:
        super().__init__(name="handover")
        self._jobs = jobs
        self._handover = handover
        self.set_title(self.tr("Bàn giao máy / ngừng dùng máy"))
        card = QFrame()
        card.setProperty("kind", "card")
        card.setMaximumWidth(820)
        self._number = QLabel("0")
        self._number.setObjectName("handover:unsent")
        self._number.setProperty("kind", "number")
        self._only_here = QLabel(self.tr("thay đổi chỉ có trên máy này"))
        self._only_here.setProperty("kind", "muted")
        self._told = QLabel()
        self._told.setObjectName("handover:told")
        self._told.setWordWrap(True)
        self._held = QLabel()
        self._held.setObjectName("handover:held")
        self._held.setProperty("kind", "warning")
        self._held.setWordWrap(True)
        self._drafts = QLabel()
        self._drafts.setObjectName("handover:drafts")
        self._drafts.setProperty("kind", "warning")
        self._drafts.setWordWrap(True)
        self._gives_up = QCheckBox(self.tr("Bỏ hẳn những gì đang gõ dở"))
        self._gives_up.setObjectName("check:give_up_drafts")
        self._gives_up.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._gives_up.toggled.connect(self._look_at_name)
        self._name = QLineEdit()
        self._name.setObjectName("input:handover_name")
        self._name.setAccessibleName(self.tr("Tên của anh/chị, để xác nhận"))
        self._name.setPlaceholderText(
            self.tr("Gõ tên của anh/chị để xác nhận: {name}").format(name=handover.author)
        )
        self._name.textChanged.connect(self._look_at_name)
        self._name.returnPressed.connect(self._leave)
        self._go = QPushButton(self.tr("Xóa khóa và sổ trên máy này"))
        self._go.setObjectName("button:wipe")
        self._go.setProperty("kind", "danger")
        self._go.clicked.connect(self._leave)
        self._sync = QPushButton(self.tr("Tới trang Đồng bộ"))
        self._sync.setObjectName("button:to_sync")
        self._sync.setProperty("kind", "primary")
        self._sync.clicked.connect(self.sync_asked)
        back = QPushButton(self.tr("Thôi, giữ sổ"))
        back.setObjectName("button:keep_register")
        back.clicked.connect(self.given_up)
        buttons = QHBoxLayout()
        buttons.addWidget(self._sync)
        buttons.addWidget(self._go)
        buttons.addWidget(back)
        buttons.addStretch(1)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(24, 18, 24, 20)
        inside.setSpacing(12)
        for widget in (
            self._number,
            self._only_here,
            self._told,
            self._held,
            self._drafts,
            self._gives_up,
            self._name,
        ):
            inside.addWidget(widget)
        inside.addLayout(buttons)
        self.body.addWidget(card)
        self.body.addStretch(1)
        self._is_free = False
        self._half_typed: Mapping[str, int] = {}

    def refresh(self) -> None:
        """Count what is only here."""
        self._jobs.run(
            self, self._handover.custody, on_success=self._show, on_error=self.show_problem
        )

    def leave(self) -> None:
        """Whoever comes back agrees anew: typing may have gone on."""
        self._gives_up.setChecked(False)

    def _show(self, custody: CustodyView) -> None:
        self._is_free = custody.is_free
        self._number.setText(str(custody.unsent))
        theme.restyle(self._number, alarm=custody.unsent > 0)
        self._told.setText(self._words(custody))
        self._held.setVisible(custody.held > 0)
        self._held.setText(
            self.tr(
                "{n} thay đổi máy chủ chưa nhận. Máy chủ giữ bản gửi lên, nhưng chúng chưa vào sổ "
                "của tỉnh: nên sửa hoặc bỏ ở trang “Cần quyết định” trước."
            ).format(n=custody.held)
        )
        self._show_drafts(custody)
        self._sync.setVisible(not custody.is_free)
        for widget in (self._name, self._go):
            widget.setVisible(custody.is_free)
        self._look_at_name()

    def _show_drafts(self, custody: CustodyView) -> None:
        drafts = dict(custody.drafts)
        if drafts != self._half_typed:  # what was given up was not this
            self._gives_up.setChecked(False)
        self._half_typed = drafts
        whose = ", ".join(f"{name} ({n})" for name, n in drafts.items())
        told = self.tr("Còn đang gõ dở, chưa lưu, không nơi nào khác có: {whose}.")
        if custody.is_free:
            way_out = self.tr(
                "Mỗi người mở sổ bằng mật khẩu của mình rồi lưu phần đang gõ, hoặc bỏ hẳn ở đây."
            )
        else:
            way_out = self.tr("Mỗi người mở sổ bằng mật khẩu của mình rồi lưu phần đang gõ.")
        self._drafts.setText(f"{told.format(whose=whose)} {way_out}")
        self._drafts.setVisible(bool(drafts))
        self._gives_up.setVisible(custody.is_free and bool(drafts))

    def _words(self, custody: CustodyView) -> str:
        if not custody.is_free and custody.is_connected:
            return self.tr(
                "Chưa bàn giao được: nếu xóa bây giờ, các thay đổi này mất hẳn. Đồng bộ; nơi không "
                "có mạng thì gửi bằng tệp rồi nhận tệp biên nhận. Số phải về 0."
            )
        if not custody.is_free:
            return self.tr(
                "Chưa bàn giao được: máy chưa kết nối với tỉnh nên chưa gửi được gì. Kết nối ở "
                "trang Đồng bộ rồi gửi. Số phải về 0."
            )
        return self.tr(
            "Mọi thay đổi đã có biên nhận. Xóa khóa trước, rồi xóa sổ và các bản sao lưu nằm cạnh "
            "sổ; tỉnh được báo để không nhận máy này nữa. Bản sao lưu trên USB không bị xóa: nộp "
            "lại hoặc hủy USB. Việc này không làm lại được."
        )

    def _look_at_name(self) -> None:
        is_agreed = not self._half_typed or self._gives_up.isChecked()
        self._go.setEnabled(self._is_free and is_agreed and bool(self._name.text().strip()))

    def _leave(self) -> None:
        if not self._go.isEnabled():
            return
        typed, gives_up = self._name.text(), sum(self._half_typed.values())
        self._go.setEnabled(False)
        self._jobs.run(
            self,
            lambda: self._handover.say_goodbye(typed=typed, gives_up=gives_up),
            on_success=self.said_goodbye.emit,
            on_error=self._refuse,
            lane=Lane.WRITE,
        )

    def _refuse(self, error: AppError) -> None:
        self.show_problem(error)
        self.refresh()
        self._name.setFocus()
